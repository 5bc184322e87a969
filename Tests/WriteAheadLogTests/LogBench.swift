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

  init(files: MemoryFileSystem = MemoryFileSystem(), segmentSize: Int = 1 << 16) {
    log = WriteAheadLog(Self.configuration(segmentSize: segmentSize))
    self.files = files
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
