import Operations

#if canImport(Glibc)
  import Glibc
#endif

/// A run's script on disk.
public enum SavedRun {
  /// The first line, without the comment's sign: only files that begin with it are written over.
  public static let mark = "a run of replicascope, saved"

  /// Writes a script that begins with ``mark`` as a comment; refuses to replace a file that is no saved
  /// run.
  public static func write(_ script: String, to path: String) -> CommandOutcome {
    var status = stat()
    if stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFREG, begins(path, with: "# \(mark)") else {
        return .refused("\(path) is there already, and is no saved run")
      }
    }
    guard let file = fopen(path, "w") else {
      return .refused("\(path): \(String(cString: strerror(errno)))")
    }
    let isWritten = fputs(script, file) >= 0
    guard fclose(file) == 0, isWritten else {
      return .refused("\(path): \(String(cString: strerror(errno)))")
    }
    let lines = script.split(separator: "\n").count { $0.hasPrefix("at ") }
    return .done("saved to \(path): \(lines) command\(lines == 1 ? "" : "s")")
  }

  private static func begins(_ path: String, with text: String) -> Bool {
    guard let file = fopen(path, "r") else { return false }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: text.utf8.count)
    return fread(&bytes, 1, bytes.count, file) == bytes.count && bytes.elementsEqual(text.utf8)
  }
}
