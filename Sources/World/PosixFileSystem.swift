import CSystem
import Synchronization
import WriteAheadLog

#if canImport(Glibc)
  import Glibc
#endif

/// Real files in one directory; copies share the open files, and may be used by different threads.
public struct PosixFileSystem: FileSystem {
  /// The directory's path.
  public let directory: String
  /// What the operator did to the disk.
  public var condition = DiskCondition()
  private let handles = Handles()
  /// Where records are encoded; each copy of these files has its own.
  private var chunk: [UInt8] = []
  private let interruption = Interruption()
  /// Whether a write may be told to be durable when it is done.
  private var canWriteThrough = true

  /// An open file, closed once nobody uses it any more.
  private final class Handle: Sendable {
    let number: Int32
    init(_ number: Int32) { self.number = number }
    deinit { Glibc.close(number) }

    /// Writes all of `bytes`; gives -1, with errno set, when the system won't.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int32 {
      var done = 0
      while done < bytes.count, let base = bytes.baseAddress {
        let length = pwrite(number, base + done, bytes.count - done, off_t(offset + done))
        if length < 0, errno == EINTR { continue }
        if length <= 0 { return -1 }
        done += length
      }
      return 0
    }

    /// Writes all of `bytes`, durably; gives errno, 0 when all is well. Never tried again: what failed
    /// may have been the sync.
    func writeThrough(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int32 {
      var done = 0
      while done < bytes.count, let base = bytes.baseAddress {
        let length = system_write_through(
          number, base + done, Int64(bytes.count - done), Int64(offset + done))
        // A disk that takes nothing, and does not say why, has failed.
        if length == 0 { errno = EIO }
        if length <= 0 { return errno }
        done += Int(length)
      }
      return 0
    }
  }

  /// Open files by name.
  private final class Handles: Sendable {
    let open = Mutex<[String: Handle]>([:])
  }

  /// The files of `directory`, which exists.
  public init(directory: String) {
    self.directory = directory
  }

  /// Closes all files; they are opened anew when they are next used.
  public func closeFiles() { handles.open.withLock { $0 = [:] } }

  /// Ends the delays that the operator put on syncs, those to come included, in all copies.
  public func interruptDelays() { interruption.interrupt() }

  /// Does a request's operations in order, up to the first that fails; a few records and their sync,
  /// which most requests are, in one call of the system.
  public mutating func perform(_ request: FileRequest) -> FileCompletion {
    guard canWriteThrough, condition == DiskCondition(), request.operations.count == 2,
      case .writeRecords(let name, let offset, let records) = request.operations[0],
      request.operations[1] == .sync(name: name), records.count <= Self.chunkSize
    else { return performEach(of: request) }
    do {
      guard try writeThrough(records, to: name, at: offset) else {
        canWriteThrough = false
        return performEach(of: request)
      }
    } catch {
      return FileCompletion(token: request.token, results: [], failure: error)
    }
    return FileCompletion(token: request.token, results: [.done, .done], failure: nil)
  }

  public mutating func perform(_ operation: FileOperation) throws(FileError) -> FileResult {
    switch operation {
    case .list: return .listing(try list())
    case .read(let name, let offset, let count):
      return .bytes(try read(name, offset, count))
    case .write(let name, let offset, let bytes):
      try checkRoom(name, through: offset + bytes.count)
      let file = try handle(name, creates: true)
      try check(bytes.withUnsafeBytes { file.write($0, at: offset) }, name)
    case .writeRecords(let name, let offset, let records):
      try checkRoom(name, through: offset + records.count)
      try write(records, to: name, at: offset)
    case .zeroFill(let name, let offset, let count):
      try checkRoom(name, through: offset + count)
      try zero(name, offset, count)
    case .sync(let name): try sync(name)
    case .truncate(let name, let size):
      try check(ftruncate(try handle(name, creates: false).number, size), name)
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

  private static func failure(_ name: String, _ code: Int32 = errno) -> FileError {
    switch code {
    case ENOENT: FileError(kind: .notFound, name: name)
    case ENOSPC, EDQUOT: FileError(kind: .noSpace, name: name)
    default: FileError(kind: .inputOutput(code), name: name)
    }
  }

  private func check(_ result: Int32, _ name: String) throws(FileError) {
    if result < 0 { throw Self.failure(name) }
  }

  private func handle(_ name: String, creates: Bool) throws(FileError) -> Handle {
    if let open = handles.open.withLock({ $0[name] }) { return open }
    if creates, condition.isFull, access(path(name), F_OK) != 0 {
      throw FileError(kind: .noSpace, name: name)
    }
    var handle = open(
      path(name), creates ? O_RDWR | O_CREAT | O_CLOEXEC : O_RDWR | O_CLOEXEC, 0o644)
    if handle < 0, !creates, errno == EACCES || errno == EROFS {
      handle = open(path(name), O_RDONLY | O_CLOEXEC)
    }
    if handle < 0 { throw Self.failure(name) }
    let file = Handle(handle)
    handles.open.withLock { $0[name] = file }
    return file
  }

  private func forget(_ name: String) {
    handles.open.withLock { _ = $0.removeValue(forKey: name) }
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
        let length = pread(handle.number, base + done, count - done, off_t(offset + done))
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

  /// Reads a file's first bytes into `buffer`, and gives how many there were.
  func read(_ name: String, into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    let handle = try handle(name, creates: false)
    var done = 0
    while done < buffer.count, let base = buffer.baseAddress {
      let length = pread(handle.number, base + done, buffer.count - done, off_t(done))
      if length < 0, errno == EINTR { continue }
      if length < 0 { throw Self.failure(name) }
      if length == 0 { break }
      done += length
    }
    return done
  }

  private static let zeros = [UInt8](repeating: 0, count: 256 << 10)

  private func zero(_ name: String, _ offset: Int, _ count: Int) throws(FileError) {
    let file = try handle(name, creates: true)
    var done = 0
    while done < count {
      let length = min(Self.zeros.count, count - done)
      try check(
        Self.zeros.withUnsafeBytes {
          file.write(UnsafeRawBufferPointer(rebasing: $0[..<length]), at: offset + done)
        }, name)
      // A great many zeros handed over at once would keep everybody's syncs waiting for the device.
      if count > Self.zeros.count {
        try check(
          system_write_back(file.number, Int64(offset + done), Int64(length)), name)
      }
      done += length
    }
  }

  /// Bytes that are encoded and handed over at once: they stay in a processor's cache between.
  private static let chunkSize = 64 << 10

  private mutating func write(
    _ records: RecordRun, to name: String, at offset: Int
  ) throws(FileError) {
    let file = try handle(name, creates: true)
    var done = offset
    if chunk.isEmpty { chunk = [UInt8](repeating: 0, count: Self.chunkSize) }
    try records.encode(using: &chunk) { (bytes) throws(FileError) in
      if file.write(bytes, at: done) < 0 { throw Self.failure(name) }
      done += bytes.count
    }
    // A long record's room is given back.
    if chunk.count > Self.chunkSize { chunk = [] }
  }

  /// Writes records that fit into a chunk, and syncs them; false, with nothing done, where files
  /// can't.
  private mutating func writeThrough(
    _ records: RecordRun, to name: String, at offset: Int
  ) throws(FileError) -> Bool {
    let file = try handle(name, creates: true)
    if chunk.isEmpty { chunk = [UInt8](repeating: 0, count: Self.chunkSize) }
    let code = chunk.withUnsafeMutableBytes { buffer in
      records.encode(into: buffer)
      return file.writeThrough(
        UnsafeRawBufferPointer(rebasing: buffer[..<records.count]), at: offset)
    }
    switch code {
    case 0: return true
    case ENOSYS, EOPNOTSUPP: return false
    default: throw Self.failure(name, code)
    }
  }

  private func sync(_ name: String) throws(FileError) {
    if condition.syncDelay > .zero { interruption.delay(condition.syncDelay.nanoseconds) }
    try check(fdatasync(try handle(name, creates: false).number), name)
  }

  private func syncDirectory() throws(FileError) {
    let folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folder < 0 { throw Self.failure(directory) }
    defer { Glibc.close(folder) }
    try check(fsync(folder), directory)
  }
}
