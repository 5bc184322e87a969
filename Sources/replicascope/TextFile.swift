import Operations

#if canImport(Glibc)
  import Glibc
#endif

/// Reading small text files that a person named.
enum TextFile {
  private static let sizeMaximum = 1 << 20

  /// The file's text.
  ///
  /// - Throws: ``Failure`` when it is not a readable UTF-8 file of at most 1 MiB.
  static func read(_ path: String) throws -> String {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw Failure(.badScript, "\(path): \(String(cString: strerror(errno)))")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Failure(.badScript, "\(path) is not a file")
    }
    guard status.st_size <= sizeMaximum else {
      throw Failure(.badScript, "\(path) is larger than 1 MiB: that is no script")
    }
    guard let file = fopen(path, "r") else {
      throw Failure(.badScript, "\(path): \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    let count = fread(&bytes, 1, bytes.count, file)
    guard let text = String(validating: bytes[..<count], as: UTF8.self) else {
      throw Failure(.badScript, "\(path) is not UTF-8 text")
    }
    return text
  }
}
