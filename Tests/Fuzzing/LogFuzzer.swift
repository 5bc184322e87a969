import Positions
import Records

@testable import WriteAheadLog

/// Opens a log that was changed as the input says: nothing may trap, what is read back must hold
/// together, and a log that opened must open again to the same end.
///
/// Checksums would stop every change at the first look, so that most of them are sealed anew.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = Input(bytes: Array(UnsafeBufferPointer(start: start, count: count)))
  var bench = Bench(files: Bench.bases[Int(input.byte()) % Bench.bases.count])
  var isForged = false
  while !input.isEmpty { isForged = change(&bench.files, &input) || isForged }
  _ = try? LogReport(&bench.files)
  guard let recovery = bench.open() else { return 0 }
  if case .damaged = recovery.condition {
    bench.mend()
    return 0
  }
  bench.readAll(through: recovery.point)
  // A lie that its own checksum confirms is no damage: then only trapping, and what is read, count.
  if isForged { return 0 }
  var again = Bench(files: bench.files)
  guard let second = again.open() else { preconditionFailure("a log that opened opens again") }
  precondition(second.condition == .clean, "it was mended: \(second.condition)")
  precondition(second.point == recovery.point, "\(recovery.point) became \(second.point)")
  precondition(second.vote.term == recovery.vote.term, "terms don't change by themselves")
  precondition(
    second.isSuspect == recovery.isSuspect && second.voteInDoubt == recovery.voteInDoubt,
    "doubt is remembered")
  return 0
}

/// The input, read as numbers.
struct Input {
  var bytes: [UInt8]
  private var next = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  var isEmpty: Bool { next >= bytes.count }

  mutating func byte() -> UInt8 {
    guard !isEmpty else { return 0 }
    next += 1
    return bytes[next - 1]
  }

  mutating func short() -> Int { Int(byte()) | Int(byte()) << 8 }

  mutating func word() -> UInt64 { (0..<8).reduce(0) { $0 | UInt64(byte()) << (8 * $1) } }

  mutating func rest() -> [UInt8] {
    defer { next = bytes.count }
    return Array(bytes[min(next, bytes.count)...])
  }
}

/// Files in memory, whose bytes are where they were written.
struct Files: FileSystem {
  var all: [String: [UInt8]] = [:]

  var names: [String] { all.keys.sorted() }

  mutating func perform(_ operation: FileOperation) throws(FileError) -> FileResult {
    switch operation {
    case .list: return .listing(names.map { FileListing(name: $0, size: all[$0]?.count ?? 0) })
    case .read(let name, let offset, let count):
      let bytes = try existing(name)
      return .bytes(Array(bytes[min(offset, bytes.count)..<min(offset + count, bytes.count)]))
    case .write(let name, let offset, let bytes): write(name, offset, bytes)
    case .writeRecords(let name, let offset, let records): write(name, offset, records.encoded)
    case .zeroFill(let name, let offset, let count):
      precondition(count < 1 << 24, "nothing asks for so many zeros")
      write(name, offset, [UInt8](repeating: 0, count: count))
    case .sync(let name): _ = try existing(name)
    case .truncate(let name, let size): all[name] = Array(try existing(name).prefix(size))
    case .rename(let from, let to):
      all[to] = try existing(from)
      if from != to { all[from] = nil }
    case .remove(let name): all[name] = nil
    case .syncDirectory: break
    }
    return .done
  }

  /// Does a request's operations in order, up to the first that fails.
  mutating func perform(all request: FileRequest) -> FileCompletion {
    var results: [FileResult] = []
    for operation in request.operations {
      do {
        results.append(try perform(operation))
      } catch {
        return FileCompletion(token: request.token, results: results, failure: error)
      }
    }
    return FileCompletion(token: request.token, results: results, failure: nil)
  }

  private func existing(_ name: String) throws(FileError) -> [UInt8] {
    guard let bytes = all[name] else { throw FileError(kind: .notFound, name: name) }
    return bytes
  }

  private mutating func write(_ name: String, _ offset: Int, _ bytes: [UInt8]) {
    precondition(offset >= 0 && offset < 1 << 24, "nothing is written so far out")
    var file = all[name] ?? []
    if file.count < offset + bytes.count {
      file += [UInt8](repeating: 0, count: offset + bytes.count - file.count)
    }
    file.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    all[name] = file
  }
}

/// A log on such files, its requests done at once.
struct Bench {
  var log: WriteAheadLog
  var files: Files
  var events: [LogEvent] = []

  init(files: Files) {
    var configuration = LogConfiguration(
      clusterID: 7, node: NodeID(1), bootEpoch: 1, saltSource: 42)
    configuration.segmentSize = 8 << 10
    configuration.fillAhead = 512
    configuration.fillStep = 1024
    log = WriteAheadLog(configuration)
    self.files = files
  }

  mutating func call(_ body: (inout WriteAheadLog, inout LogOutput) -> Void) {
    var output = LogOutput()
    body(&log, &output)
    var requests = output.requests
    events += output.events
    while !requests.isEmpty {
      var next = LogOutput()
      log.handle(files.perform(all: requests.removeFirst()), into: &next)
      requests += next.requests
      events += next.events
    }
  }

  mutating func open() -> Recovery? {
    call { $0.open(into: &$1) }
    return opened
  }

  private var opened: Recovery? {
    events.lazy.compactMap { if case .opened(let recovery) = $0 { recovery } else { nil } }.last
  }

  mutating func readAll(through end: LogPoint) {
    var next = log.first
    while next.index < end.index {
      events = []
      call { $0.read(after: next.index, maximumBytes: 1 << 12, request: 1, into: &$1) }
      guard case .records(let batch, request: 1)? = events.first, !batch.isEmpty else {
        preconditionFailure("record \(next.index.next) of \(end) is not there: \(events)")
      }
      precondition(batch.previous == next && batch.chainHolds(), "what is read back holds together")
      next = batch.last
    }
    precondition(next == end, "the log ends where it says")
  }

  /// Mends it with a peer's records, as long as there are any that fit.
  mutating func mend() {
    for _ in 0..<20 {
      guard case .damaged(let damage)? = opened?.condition,
        let batch = Self.records.first(where: {
          $0.previous.index <= damage.after.index && $0.last.index > damage.after.index
        })
      else { return }
      let rest = batch.suffix(after: damage.after.index)
      guard rest.previous == damage.after else { return }
      events = []
      call { $0.repair(rest, into: &$1) }
    }
  }

  mutating func write(_ count: Int, size: Int = 40) {
    var batch = RecordBatch(after: log.head)
    for number in 0..<count {
      batch.append(
        kind: .write, term: Term(epoch: 1, node: NodeID(1)),
        payload: [UInt8](repeating: UInt8(number + 1), count: size + number))
    }
    log.append(batch)
    call { $0.flush(into: &$1) }
  }

  /// The whole log's records, as a peer has them.
  static let records: [RecordBatch] = {
    var bench = long
    var found: [RecordBatch] = []
    var next = Index.zero
    while true {
      bench.events = []
      bench.call { $0.read(after: next, maximumBytes: 1 << 12, request: 1, into: &$1) }
      guard case .records(let batch, request: 1)? = bench.events.first, !batch.isEmpty else {
        return found
      }
      found.append(batch)
      next = batch.last.index
    }
  }()

  private static let short: Bench = {
    var bench = Bench(files: Files())
    _ = bench.open()
    bench.write(3)
    bench.write(2)
    return bench
  }()

  private static let long: Bench = {
    var bench = short
    bench.call {
      $0.saveVote(Vote(term: Term(epoch: 1, node: NodeID(1)), votedFor: NodeID(1)), into: &$1)
    }
    for _ in 0..<12 { bench.write(8) }
    return bench
  }()

  private static let checkpointed: Bench = {
    var bench = long
    for _ in 0..<2 {
      bench.call {
        $0.saveCheckpoint(Checkpoint(point: $0.flushed, payload: [1, 2, 3]), into: &$1)
      }
      bench.write(8)
    }
    bench.call { $0.noteIdle(into: &$1) }
    return bench
  }()

  /// What is changed: a short log, a long one, one with checkpoints, nothing.
  static let bases: [Files] = [short.files, long.files, checkpointed.files, Files()]
}

/// Where a vote's copy keeps its checksum, as the file's layout says.
private let voteChecksumOffset = 120

/// One change of the files.
///
/// - Returns: whether it was sealed with a checksum that holds.
func change(_ files: inout Files, _ input: inout Input) -> Bool {
  let what = input.byte() % 9
  let names = files.names
  if what == 8 {
    let known = ["vote", "wal-00000001-0000000000000001", "checkpoint-0000000000000005", "x.tmp"]
    files.all[known[Int(input.byte()) % known.count]] = input.rest()
    return false
  }
  guard !names.isEmpty else {
    _ = input.rest()
    return false
  }
  let name = names[Int(input.byte()) % names.count]
  var bytes = files.all[name] ?? []
  defer { if what != 2 { files.all[name] = bytes } }
  switch what {
  case 0:
    let offset = input.short() % max(1, bytes.count)
    for position in offset..<min(bytes.count, offset + Int(input.byte() % 16)) {
      bytes[position] = input.byte()
    }
  case 1: bytes.removeLast(min(bytes.count, input.short()))
  case 2: files.all[name] = nil
  case 3:
    let (from, to, length) = (input.short(), input.short(), input.short() % 512)
    guard from + length <= bytes.count, to + length <= bytes.count else { return what > 3 }
    bytes.replaceSubrange(to..<to + length, with: Array(bytes[from..<from + length]))
  case 4: sealRecord(&bytes, number: Int(input.byte()), field: Int(input.byte() % 7), input.word())
  case 5:
    seal(&bytes, 0..<SegmentHeader.size, field: Int(input.byte() % 11), input.word(), sum: 12)
  case 6:
    let (field, value) = (Int(input.byte() % 13), input.word())
    for copy in 0..<Int(1 + input.byte() % 4) {
      let begin = copy * VoteRecord.copySize
      guard begin + voteChecksumOffset + 4 <= bytes.count else { return what > 3 }
      put(value, &bytes, at: begin + 8 * field)
      let sum = bytes.withUnsafeBytes { $0.checksum(begin..<begin + voteChecksumOffset) }
      bytes.withUnsafeMutableBytes { $0.put(sum, at: begin + voteChecksumOffset) }
    }
  default:
    seal(
      &bytes, 0..<CheckpointFile.headerSize, field: Int(input.byte() % 9), input.word(), sum: 12)
  }
  return what > 3
}

private func put(_ value: UInt64, _ bytes: inout [UInt8], at offset: Int) {
  guard offset + 8 <= bytes.count else { return }
  bytes.withUnsafeMutableBytes { $0.put(value, at: offset) }
}

/// Changes 8 bytes of a header whose checksum, at `sum`, covers `range`, and makes it hold again.
private func seal(
  _ bytes: inout [UInt8], _ range: Range<Int>, field: Int, _ value: UInt64, sum: Int
) {
  guard range.upperBound <= bytes.count else { return }
  put(value, &bytes, at: range.lowerBound + 8 * field)
  bytes.withUnsafeMutableBytes { buffer in
    buffer.put(UInt32(0), at: sum)
    buffer.put(UnsafeRawBufferPointer(buffer).checksum(range), at: sum)
  }
}

/// Changes 8 bytes of a record's header, and makes its checksum hold again.
private func sealRecord(_ bytes: inout [UInt8], number: Int, field: Int, _ value: UInt64) {
  guard bytes.count > SegmentHeader.size else { return }
  let salt = bytes.withUnsafeBytes { $0.uint32(72) }
  var offset = SegmentHeader.size
  for _ in 0..<number {
    guard offset + 64 <= bytes.count else { return }
    let length = Int(bytes.withUnsafeBytes { $0.uint32(offset + 8) })
    guard length > 0, length < 1 << 12 else { break }
    offset += RecordLayout.size(payloadLength: length)
  }
  guard offset + 64 <= bytes.count else { return }
  put(value, &bytes, at: offset + 8 + 8 * field)
  bytes.withUnsafeMutableBytes { buffer in
    let sum = UnsafeRawBufferPointer(buffer).checksum(offset + 8..<offset + 64, seed: salt)
    buffer.put(sum, at: offset + 4)
  }
}
