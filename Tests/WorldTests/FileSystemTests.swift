import Foundation
import Positions
import Records
import Testing
import World

@testable import WriteAheadLog

/// Files in memory behave as those of an operating system do, and crash as disks may.
@Suite struct FileSystemTests {
  static func bytes(_ count: Int, _ random: inout RandomSource) -> [UInt8] {
    (0..<count).map { _ in UInt8(random.uniform(0..<256)) }
  }

  static func operation(_ random: inout RandomSource) -> FileOperation {
    func name() -> String { ["a", "b", "c", "wal-1"][random.uniform(0..<4)] }
    // Around pages' edges, and beyond files' ends.
    func offset() -> Int {
      let edge = random.uniform(0..<4) * MemoryFileSystem.pageSize
      return max(0, edge + random.uniform(-20..<21))
    }
    switch random.uniform(0..<16) {
    case 0..<5:
      let count = random.uniform(0..<4) == 0 ? random.uniform(0..<9_000) : random.uniform(0..<60)
      return .write(name: name(), offset: offset(), bytes: bytes(count, &random))
    case 5..<9: return .read(name: name(), offset: offset(), count: random.uniform(0..<10_000))
    case 9: return .zeroFill(name: name(), offset: offset(), count: random.uniform(1..<6_000))
    case 10..<12: return .truncate(name: name(), size: offset())
    case 12: return .rename(from: name(), to: name())
    case 13: return .remove(name: name())
    case 14: return random.uniform(0..<2) == 0 ? .sync(name: name()) : .syncDirectory
    default: return .list
    }
  }

  static func outcome(
    _ files: inout some FileSystem, _ operation: FileOperation
  ) -> Result<FileResult, FileError> {
    do { return .success(try files.perform(operation)) } catch { return .failure(error) }
  }

  @Test(arguments: 1...40)
  func memoryDoesWhatPosixDoes(seed: Int) throws {
    let folder = try Folder()
    var random = RandomSource(seed: UInt64(seed))
    var memory = MemoryFileSystem()
    var posix = PosixFileSystem(directory: folder.path)
    for step in 0..<400 {
      // A disk is full for a while.
      if step % 50 == 40 || step % 50 == 0 {
        memory.isFull = step % 50 == 40
        posix.condition.isFull = step % 50 == 40
      }
      if step % 97 == 0 { posix.closeFiles() }
      let operation = Self.operation(&random)
      let (found, wanted) = (Self.outcome(&memory, operation), Self.outcome(&posix, operation))
      #expect(found == wanted, "step \(step): \(operation)")
      if found != wanted { return }
    }
    #expect(memory.names == folder.names)
  }

  // MARK: Crashes

  static func files(_ operations: [FileOperation]) throws -> MemoryFileSystem {
    var files = MemoryFileSystem()
    for operation in operations { _ = try files.perform(operation) }
    return files
  }

  @Test func aCrashTakesBackWhatWasNotSynced() throws {
    var files = try Self.files([
      .write(name: "a", offset: 0, bytes: [1, 2, 3]), .sync(name: "a"), .syncDirectory,
      .write(name: "a", offset: 1, bytes: [9]), .write(name: "a", offset: 3, bytes: [4]),
    ])
    #expect(files.contents(of: "a") == [1, 9, 3, 4])
    files.crash()
    #expect(files.contents(of: "a") == [1, 2, 3])
  }

  @Test func aCrashTakesBackATruncation() throws {
    var files = try Self.files([
      .write(name: "a", offset: 0, bytes: [1, 2, 3]), .sync(name: "a"), .syncDirectory,
      .truncate(name: "a", size: 1),
    ])
    files.crash()
    #expect(files.contents(of: "a") == [1, 2, 3])
    _ = try files.perform(.truncate(name: "a", size: 1))
    _ = try files.perform(.sync(name: "a"))
    files.crash()
    #expect(files.contents(of: "a") == [1])
  }

  @Test func aNameIsDurableWithItsDirectory() throws {
    var files = try Self.files([
      .write(name: "a", offset: 0, bytes: [1]), .sync(name: "a"),
      .write(name: "b", offset: 0, bytes: [2]), .syncDirectory,
      .write(name: "c", offset: 0, bytes: [3]), .sync(name: "c"),
    ])
    files.crash()
    // b's name was synced and its bytes were not; c's bytes were and its name was not.
    #expect(files.names == ["a", "b"])
    #expect(files.contents(of: "a") == [1])
    #expect(files.contents(of: "b") == [])
  }

  @Test func aRenamedFileIsThereOnceTheDirectoryIsSynced() throws {
    var files = try Self.files([
      .write(name: "new", offset: 0, bytes: [7]), .sync(name: "new"),
      .rename(from: "new", to: "vote"), .syncDirectory,
    ])
    files.crash()
    #expect(files.names == ["vote"])
    #expect(files.contents(of: "vote") == [7])
  }

  @Test func aCrashTwiceIsACrashOnce() throws {
    var random = RandomSource(seed: 12)
    var files = MemoryFileSystem()
    for _ in 0..<300 { _ = Self.outcome(&files, Self.operation(&random)) }
    files.crash()
    let once = files.names.map { files.contents(of: $0) }
    files.crash()
    #expect(files.names.map { files.contents(of: $0) } == once)
  }

  @Test(arguments: 0..<20)
  func aTornCrashLeavesOldNewOrGarbageAndKeepsWhatWasSynced(seed: Int) throws {
    var random = RandomSource(seed: UInt64(seed))
    let sector = MemoryFileSystem.sectorSize
    let old = [UInt8](repeating: 1, count: 40 * sector + 100)
    let new = [UInt8](repeating: 2, count: 60 * sector)
    var files = try Self.files([
      .write(name: "a", offset: 0, bytes: old), .sync(name: "a"), .syncDirectory,
      .write(name: "a", offset: old.count, bytes: new),
    ])
    files.crash(&random)
    let left = try #require(files.contents(of: "a"))
    #expect(left.prefix(old.count).elementsEqual(old), "what was synced survives")
    #expect(left.count == old.count || left.count == old.count + new.count)
    var kinds: Set<String> = []
    var start = (old.count / sector + 1) * sector
    while start + sector <= left.count {
      let part = left[start..<start + sector]
      kinds.insert(
        part.allSatisfy { $0 == 0 } ? "old" : part.allSatisfy { $0 == 2 } ? "new" : "garbage")
      start += sector
    }
    if left.count > old.count { #expect(kinds == ["old", "new", "garbage"]) }
    let once = left
    files.crash(&random)
    #expect(files.contents(of: "a") == once, "what a crash left is there")
  }

  @Test func aTornCrashMayForgetNamesThatWereNotSynced() throws {
    var outcomes: Set<[String]> = []
    for seed in 0..<20 {
      var random = RandomSource(seed: UInt64(seed))
      var files = try Self.files([
        .write(name: "a", offset: 0, bytes: [1]), .sync(name: "a"), .syncDirectory,
        .rename(from: "a", to: "b"),
      ])
      files.crash(&random)
      outcomes.insert(files.names)
      #expect(files.names.count == 1 && files.contents(of: files.names[0]) == [1])
    }
    #expect(outcomes == [["a"], ["b"]])
  }

  @Test func aFlippedBitIsOneBitOfWhatWasSynced() throws {
    var random = RandomSource(seed: 3)
    let bytes = [UInt8](repeating: 0xF0, count: 20_000)
    var files = try Self.files([
      .write(name: "vote", offset: 0, bytes: bytes), .write(name: "wal-1", offset: 0, bytes: bytes),
      .sync(name: "wal-1"), .sync(name: "vote"), .syncDirectory,
    ])
    let place = files.flipBit(inNamesWith: "wal-", behind: 4096, &random)
    let found = try #require(place)
    let left = try #require(files.contents(of: "wal-1"))
    let changed = bytes.indices.filter { bytes[$0] != left[$0] }
    #expect(found.name == "wal-1" && changed == [found.offset] && found.offset >= 4096)
    #expect((bytes[found.offset] ^ left[found.offset]).nonzeroBitCount == 1)
    #expect(files.contents(of: "vote") == bytes)
  }

  // MARK: Full disks, damage, copies

  @Test func aFullDiskTakesNoMoreAndKeepsWhatItHas() throws {
    var files = try Self.files([.write(name: "a", offset: 0, bytes: [1, 2, 3])])
    files.isFull = true
    for operation: FileOperation in [
      .write(name: "a", offset: 2, bytes: [4, 5]), .zeroFill(name: "a", offset: 0, count: 4),
      .write(name: "b", offset: 0, bytes: [1]), .zeroFill(name: "b", offset: 0, count: 1),
    ] {
      #expect(throws: FileError.self) { try files.perform(operation) }
    }
    #expect(files.names == ["a"])
    // What was made room for before can be written, read, cut and removed.
    for operation: FileOperation in [
      .write(name: "a", offset: 1, bytes: [8, 9]), .sync(name: "a"),
      .read(name: "a", offset: 0, count: 3), .truncate(name: "a", size: 2), .list,
    ] {
      #expect(throws: Never.self) { try files.perform(operation) }
    }
    #expect(files.contents(of: "a") == [1, 8])
    files.isFull = false
    #expect(throws: Never.self) { try files.perform(.write(name: "b", offset: 0, bytes: [1])) }
  }

  @Test func damageIsThereAfterACrash() throws {
    var files = try Self.files([
      .write(name: "a", offset: 0, bytes: [1, 2, 3]), .sync(name: "a"), .syncDirectory,
    ])
    files.damage("a", at: 1, [0xFF])
    files.damage("missing", at: 0, [1])
    files.crash()
    #expect(files.contents(of: "a") == [1, 0xFF, 3])
    #expect(files.names == ["a"])
  }

  @Test func aCopyGoesItsOwnWay() throws {
    var random = RandomSource(seed: 8)
    let files = try Self.files([
      .write(name: "a", offset: 0, bytes: Self.bytes(10_000, &random)), .sync(name: "a"),
    ])
    let before = files.contents(of: "a")
    var copy = files
    _ = try copy.perform(.write(name: "a", offset: 5_000, bytes: [0, 0, 0]))
    _ = try copy.perform(.remove(name: "a"))
    #expect(copy.names == [])
    #expect(files.contents(of: "a") == before)
  }

  // MARK: Requests

  @Test func aRequestEndsWithTheFirstFailure() {
    var files = MemoryFileSystem()
    let completion = files.perform(
      FileRequest(
        token: FileToken(4),
        operations: [
          .write(name: "a", offset: 0, bytes: [1]), .read(name: "a", offset: 0, count: 9),
          .read(name: "missing", offset: 0, count: 1), .write(name: "b", offset: 0, bytes: [2]),
        ]))
    #expect(completion.token == FileToken(4))
    #expect(completion.results == [.done, .bytes([1])])
    #expect(completion.failure == FileError(kind: .notFound, name: "missing"))
    #expect(files.names == ["a"])
  }

  static func records(_ count: Int, of size: Int, _ random: inout RandomSource) -> RecordRun {
    var batch = RecordBatch(after: .origin)
    for _ in 0..<count {
      batch.append(kind: .write, term: Term(rawValue: 1), payload: bytes(size, &random))
    }
    return RecordRun(batch, salt: 7, watermark: .zero)
  }

  /// A few records and their sync are one call of the system, many are several; the bytes are those
  /// of a write and a sync.
  @Test(arguments: [(1, 0), (1, 128), (16, 128), (300, 128), (900, 128), (1, 200_000)])
  func recordsAndTheirSyncAreDoneAsOne(count: Int, size: Int) throws {
    let folder = try Folder()
    var random = RandomSource(seed: 5)
    var memory = MemoryFileSystem()
    var posix = PosixFileSystem(directory: folder.path)
    var offset = 4096
    for step in 0..<12 {
      let run = Self.records(count, of: size, &random)
      // As a plain flush is, and in other company; with a slow disk and a full one too.
      var operations: [FileOperation] = [
        .writeRecords(name: "wal-1", offset: offset, run), .sync(name: "wal-1"),
      ]
      switch step % 6 {
      case 1: operations.append(.list)
      case 2: operations[1] = .syncDirectory
      case 3: posix.condition.syncDelay = .microseconds(10)
      case 4:
        posix.condition = DiskCondition(isFull: true)
        memory.isFull = true
      default:
        posix.condition = DiskCondition()
        memory.isFull = false
      }
      let request = FileRequest(token: FileToken(UInt64(step)), operations: operations)
      let found = posix.perform(request)
      #expect(found == memory.perform(request))
      if found.failure == nil { offset += run.count }
      #expect((found.failure?.kind == .noSpace) == (step % 6 == 4))
    }
    let all = FileOperation.read(name: "wal-1", offset: 0, count: offset + 1)
    #expect(try posix.perform(all) == memory.perform(all))
  }

  /// How many of a file's pages the system has yet to write, or is writing; nil where it does not say
  /// (cachestat: Linux 6.5).
  static func pagesToWrite(_ path: String) -> UInt64? {
    typealias Call =
      @convention(c) (Int, Int, UnsafeRawPointer, UnsafeMutableRawPointer, Int) -> Int
    guard let symbol = dlsym(nil, "syscall") else { return nil }
    let call = unsafeBitCast(symbol, to: Call.self)
    let file = open(path, O_RDONLY)
    defer { close(file) }
    let wholeFile: [UInt64] = [0, 0]
    var found = [UInt64](repeating: 0, count: 5)
    return call(451, Int(file), wholeFile, &found, 0) == 0 ? found[1] + found[2] : nil
  }

  /// The system has nothing left to write once a plain flush is done: its sync is not forgotten.
  @Test(arguments: [(16, false), (16, true), (900, false)])
  func aPlainFlushLeavesNothingToWrite(count: Int, isSlow: Bool) throws {
    let folder = try Folder()
    let path = folder.path + "/wal-1"
    var random = RandomSource(seed: 7)
    var posix = PosixFileSystem(directory: folder.path)
    if isSlow { posix.condition.syncDelay = .microseconds(1) }
    let write = FileOperation.writeRecords(
      name: "wal-1", offset: 0, Self.records(count, of: 128, &random))
    let unsynced = posix.perform(FileRequest(token: FileToken(1), operations: [write, .list]))
    #expect(unsynced.failure == nil)
    // Not every file system keeps pages back, and not every system tells.
    guard let before = Self.pagesToWrite(path), before > 0 else { return }
    let flush = FileRequest(token: FileToken(2), operations: [write, .sync(name: "wal-1")])
    #expect(posix.perform(flush).failure == nil)
    #expect(Self.pagesToWrite(path) == 0)
  }

  /// Nothing is written, and nobody is told that it is durable.
  @Test(arguments: [1, 900])
  func recordsThatADeviceWontTakeAreAFailure(count: Int) throws {
    let folder = try Folder()
    var random = RandomSource(seed: 6)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/wal-1", withDestinationPath: "/dev/full")
    var posix = PosixFileSystem(directory: folder.path)
    let run = Self.records(count, of: 128, &random)
    let completion = posix.perform(
      FileRequest(
        token: FileToken(1),
        operations: [.writeRecords(name: "wal-1", offset: 0, run), .sync(name: "wal-1")]))
    #expect(completion.failure == FileError(kind: .noSpace, name: "wal-1"))
    #expect(completion.results == [])
  }
}
