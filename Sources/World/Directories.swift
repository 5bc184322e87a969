#if canImport(Glibc)
  import Glibc
#endif

/// Why a directory could not be made or read.
public struct DirectoryError: Error, Equatable, CustomStringConvertible {
  /// The directory or file.
  public var path: String
  /// What the system said.
  public var reason: String

  public var description: String { "\(path): \(reason)" }

  static func last(_ path: String) -> DirectoryError {
    DirectoryError(path: path, reason: String(cString: strerror(errno)))
  }
}

/// What is done to whole directories.
public enum Directories {
  /// Makes a directory; fine when it is there.
  public static func make(_ path: String) throws {
    if mkdir(path, 0o755) != 0, errno != EEXIST { throw DirectoryError.last(path) }
  }

  /// The names in a directory, in order.
  public static func names(in path: String) throws -> [String] {
    guard let folder = opendir(path) else { throw DirectoryError.last(path) }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Removes the files in a directory; what can't be removed stays.
  static func removeFiles(in path: String) {
    for name in (try? names(in: path)) ?? [] { unlink(path + "/" + name) }
  }

  /// Removes a directory and what is in it.
  public static func removeTree(_ path: String) {
    for name in (try? names(in: path)) ?? [] {
      let inner = path + "/" + name
      if unlink(inner) != 0 { removeTree(inner) }
    }
    rmdir(path)
  }

  /// The whole of a small file; nil when there is none.
  static func read(_ path: String) throws -> String? {
    let handle = open(path, O_RDONLY | O_CLOEXEC)
    if handle < 0 {
      if errno == ENOENT { return nil }
      throw DirectoryError.last(path)
    }
    defer { close(handle) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let length = Glibc.read(handle, &bytes, bytes.count)
    if length < 0 { throw DirectoryError.last(path) }
    return String(decoding: bytes[..<length], as: UTF8.self)
  }

  /// What a file is called until it is whole.
  static func unfinished(_ name: String) -> String { name + ".new" }

  /// Puts a small file in place at once: under another name first, synced, then renamed.
  static func writeAtomically(_ text: String, to path: String) throws {
    let temporary = unfinished(path)
    let handle = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    if handle < 0 { throw DirectoryError.last(temporary) }
    let bytes = Array(text.utf8)
    let written = Glibc.write(handle, bytes, bytes.count)
    let isSynced = fsync(handle) == 0
    close(handle)
    guard written == bytes.count, isSynced, rename(temporary, path) == 0 else {
      throw DirectoryError.last(path)
    }
  }
}
