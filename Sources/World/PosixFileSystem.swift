import WriteAheadLog

#if canImport(Glibc)
  import Glibc
#endif

/// Real files in one directory.
public struct PosixFileSystem: FileSystem {
  /// The directory's path.
  public let directory: String
  /// What the operator did to the disk.
  public var condition = DiskCondition()
  private let handles = Handles()

  /// Open files by name; each owner of a file system uses it from one thread at a time.
  private final class Handles: @unchecked Sendable {
    // Reached only through a PosixFileSystem, which its owner uses from one thread at a time.
    var open: [String: Int32] = [:]
    deinit { for (_, handle) in open { Glibc.close(handle) } }
  }

  /// The files of `directory`, which exists.
  public init(directory: String) {
    self.directory = directory
  }

  /// Closes all files; they are opened anew when they are next used.
  public func closeFiles() {
    for (_, handle) in handles.open { Glibc.close(handle) }
    handles.open = [:]
  }

  public mutating func perform(_ operation: FileOperation) throws(FileError) -> FileResult {
    switch operation {
    case .list: return .listing(try list())
    case .read(let name, let offset, let count):
      return .bytes(try read(name, offset, count))
    case .write(let name, let offset, let bytes):
      try checkRoom(name, through: offset + bytes.count)
      try write(name, offset, bytes)
    case .zeroFill(let name, let offset, let count):
      try checkRoom(name, through: offset + count)
      try zero(name, offset, count)
    case .sync(let name): try sync(name)
    case .truncate(let name, let size):
      try check(ftruncate(try handle(name, creates: false), size), name)
    case .rename(let from, let to):
      forget(from)
      forget(to)
      try check(Glibc.rename(path(from), path(to)), from)
    case .remove(let name):
      forget(name)
      if unlink(path(name)) != 0, errno != ENOENT { throw Self.failure(name) }
    case .syncDirectory: try syncDirectory()
    }
    return .done
  }

  private func path(_ name: String) -> String { directory + "/" + name }

  private static func failure(_ name: String) -> FileError {
    switch errno {
    case ENOENT: FileError(kind: .notFound, name: name)
    case ENOSPC, EDQUOT: FileError(kind: .noSpace, name: name)
    case let code: FileError(kind: .inputOutput(code), name: name)
    }
  }

  private func check(_ result: Int32, _ name: String) throws(FileError) {
    if result < 0 { throw Self.failure(name) }
  }

  private func handle(_ name: String, creates: Bool) throws(FileError) -> Int32 {
    if let open = handles.open[name] { return open }
    if creates, condition.isFull, access(path(name), F_OK) != 0 {
      throw FileError(kind: .noSpace, name: name)
    }
    var handle = open(
      path(name), creates ? O_RDWR | O_CREAT | O_CLOEXEC : O_RDWR | O_CLOEXEC, 0o644)
    if handle < 0, !creates, errno == EACCES || errno == EROFS {
      handle = open(path(name), O_RDONLY | O_CLOEXEC)
    }
    if handle < 0 { throw Self.failure(name) }
    handles.open[name] = handle
    return handle
  }

  private func forget(_ name: String) {
    if let handle = handles.open.removeValue(forKey: name) { Glibc.close(handle) }
  }

  private func checkRoom(_ name: String, through end: Int) throws(FileError) {
    guard condition.isFull else { return }
    var status = stat()
    let there = stat(path(name), &status) == 0 ? Int(status.st_size) : 0
    if end > there { throw FileError(kind: .noSpace, name: name) }
  }

  private func list() throws(FileError) -> [FileListing] {
    guard let folder = opendir(directory) else { throw Self.failure(directory) }
    defer { closedir(folder) }
    var found: [FileListing] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name == "." || name == ".." { continue }
      var status = stat()
      guard stat(path(name), &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
      found.append(FileListing(name: name, size: Int(status.st_size)))
    }
    return found.sorted { $0.name < $1.name }
  }

  private func read(_ name: String, _ offset: Int, _ count: Int) throws(FileError) -> [UInt8] {
    let handle = try handle(name, creates: false)
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      var done = 0
      while done < count, let base = buffer.baseAddress {
        let length = pread(handle, base + done, count - done, off_t(offset + done))
        if length < 0, errno == EINTR { continue }
        if length < 0 { failed = true }
        if length <= 0 { break }
        done += length
      }
      initialized = done
    }
    if failed { throw Self.failure(name) }
    return bytes
  }

  private func write(_ name: String, _ offset: Int, _ bytes: [UInt8]) throws(FileError) {
    let handle = try handle(name, creates: true)
    var failed = false
    bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count, let base = buffer.baseAddress {
        let length = pwrite(handle, base + done, buffer.count - done, off_t(offset + done))
        if length < 0, errno == EINTR { continue }
        if length <= 0 {
          failed = true
          break
        }
        done += length
      }
    }
    if failed { throw Self.failure(name) }
  }

  private func zero(_ name: String, _ offset: Int, _ count: Int) throws(FileError) {
    let zeros = [UInt8](repeating: 0, count: min(count, 1 << 20))
    var done = 0
    while done < count {
      let length = min(zeros.count, count - done)
      try write(name, offset + done, length == zeros.count ? zeros : Array(zeros[..<length]))
      done += length
    }
  }

  private func sync(_ name: String) throws(FileError) {
    if condition.syncDelay > .zero { usleep(UInt32(condition.syncDelay.nanoseconds / 1000)) }
    try check(fdatasync(try handle(name, creates: false)), name)
  }

  private func syncDirectory() throws(FileError) {
    let folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folder < 0 { throw Self.failure(directory) }
    defer { Glibc.close(folder) }
    try check(fsync(folder), directory)
  }
}
