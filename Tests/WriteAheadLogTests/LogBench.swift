import Positions
import Records
import World

@testable import WriteAheadLog

/// A log on files in memory, its requests done at once.
struct LogBench {
  var log: WriteAheadLog
  var files = MemoryFileSystem()
  var events: [LogEvent] = []
  /// Requests that were submitted; done in order by ``settle()``.
  var waiting: [FileRequest] = []
  static let term = Term(epoch: 1, node: NodeID(1))

  static func configuration(segmentSize: Int = 1 << 16) -> LogConfiguration {
    var configuration = LogConfiguration(
      clusterID: 7, node: NodeID(1), bootEpoch: 1, saltSource: 42)
    configuration.segmentSize = segmentSize
    configuration.fillAhead = 4096
    configuration.fillStep = 8192
    return configuration
  }

  init(
    files: MemoryFileSystem = MemoryFileSystem(), segmentSize: Int = 1 << 16,
    _ change: (inout LogConfiguration) -> Void = { _ in }
  ) {
    var configuration = Self.configuration(segmentSize: segmentSize)
    change(&configuration)
    log = WriteAheadLog(configuration)
    self.files = files
  }

  /// A log that was opened.
  static func opened(segmentSize: Int = 1 << 16) -> LogBench {
    var bench = LogBench(segmentSize: segmentSize)
    bench.open()
    bench.events = []
    return bench
  }

  mutating func vote(_ epoch: UInt64, for node: NodeID? = nil) {
    let term = Term(epoch: epoch, node: NodeID(2))
    call { $0.saveVote(Vote(term: term, votedFor: node), into: &$1) }
    settle()
  }

  mutating func checkpoint(_ size: Int = 100) {
    let checkpoint = Checkpoint(
      point: log.flushed, payload: [UInt8](repeating: 3, count: size))
    call { $0.saveCheckpoint(checkpoint, into: &$1) }
    settle()
  }

  /// The ends of all records.
  func points() -> [LogPoint] {
    var copy = self
    var points: [LogPoint] = [log.first]
    for batch in copy.readAll(after: log.first.index) {
      for position in 0..<batch.count { points.append(batch.point(through: position)) }
    }
    return points
  }

  var segmentNames: [String] {
    files.names.filter { $0.hasPrefix("wal-") && !$0.hasSuffix(".tmp") }
  }

  /// What is left after each operation of each request under way, in order, and what is done in the
  /// end: the process ends there, or power is lost as well, with or without new names.
  mutating func everyCrash(_ body: (MemoryFileSystem, String) -> Void) {
    while let request = waiting.first {
      for count in 0...request.operations.count {
        var files = files
        for operation in request.operations.prefix(count) { _ = try? files.perform(operation) }
        let last = count == 0 ? "nothing" : "\(request.operations[count - 1])".prefix(90)
        body(files, "killed after \(last)")
        var powerless = files
        powerless.crash()
        body(powerless, "power lost after \(last)")
        files.crash(losesNames: false)
        body(files, "power lost, names kept, after \(last)")
      }
      step()
    }
  }

  /// Opens, and gives what was found.
  @discardableResult
  mutating func open() -> Recovery? {
    call { $0.open(into: &$1) }
    settle()
    for case .opened(let recovery) in events { return recovery }
    return nil
  }

  mutating func call(_ body: (inout WriteAheadLog, inout LogOutput) -> Void) {
    var output = LogOutput()
    body(&log, &output)
    take(output)
  }

  private mutating func take(_ output: LogOutput) {
    waiting += output.requests
    events += output.events
  }

  /// Does every request, and what comes of it.
  mutating func settle() {
    while !waiting.isEmpty { step() }
  }

  /// Does one request.
  mutating func step() {
    let request = waiting.removeFirst()
    let completion = files.perform(request)
    var output = LogOutput()
    log.handle(completion, into: &output)
    take(output)
  }

  /// Appends `count` records of `size` bytes and flushes them.
  mutating func write(_ count: Int, size: Int = 20, term: Term = term) {
    append(count, size: size, term: term)
    call { $0.flush(into: &$1) }
    settle()
  }

  mutating func append(_ count: Int, size: Int = 20, term: Term = term) {
    var batch = RecordBatch(after: log.head)
    for _ in 0..<count {
      let number = UInt8(truncatingIfNeeded: batch.last.index.rawValue + 1)
      batch.append(kind: .write, term: term, payload: [UInt8](repeating: number, count: size))
    }
    log.append(batch)
  }

  /// All records behind `index`, read back.
  mutating func readAll(after index: Index = .zero) -> [RecordBatch] {
    var found: [RecordBatch] = []
    var next = index
    while true {
      events = []
      call { $0.read(after: next, maximumBytes: 1 << 12, request: 9, into: &$1) }
      settle()
      guard case .records(let batch, request: 9)? = events.first, !batch.isEmpty else { break }
      found.append(batch)
      next = batch.last.index
    }
    return found
  }

  /// The log opened again from these files, as after a process's end.
  func reopened(_ files: MemoryFileSystem? = nil) -> (bench: LogBench, recovery: Recovery?) {
    var bench = LogBench(
      files: files ?? self.files, segmentSize: log.configuration.segmentSize)
    let recovery = bench.open()
    return (bench, recovery)
  }
}
