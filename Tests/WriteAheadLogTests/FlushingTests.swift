import Positions
import Records
import Testing
import World

@testable import WriteAheadLog

/// Flushes that wait for the disk, and the files that records go to.
@Suite struct FlushingTests {
  private static func queueing(_ minimum: Int = 2000) -> LogBench {
    var bench = LogBench { $0.queuedMinimum = minimum }
    bench.open()
    bench.events = []
    // Zeros enough for what follows.
    bench.write(60, size: 100)
    bench.events = []
    return bench
  }

  private static func flushes(_ bench: LogBench) -> Int {
    bench.waiting.filter { $0.turn == .inOrder }.count
  }

  @Test func aLargeFlushWaitsForTheDiskBehindTheOneInFlightAndASmallOneForMore() {
    var bench = Self.queueing()
    bench.append(1, size: 100)
    bench.call { $0.flush(into: &$1) }
    #expect(Self.flushes(bench) == 1)
    bench.append(5, size: 100)
    bench.call { $0.flush(into: &$1) }
    #expect(Self.flushes(bench) == 1, "small: it goes with what comes meanwhile")
    bench.append(20, size: 100)
    bench.call { $0.flush(into: &$1) }
    #expect(Self.flushes(bench) == 2)
    bench.append(30, size: 100)
    bench.call { $0.flush(into: &$1) }
    #expect(Self.flushes(bench) == 2, "one in flight, one behind it")
    let queued = bench.log.submitted
    let head = bench.log.head
    #expect(queued.index < head.index)
    // What is on its way is read back from memory.
    bench.events = []
    bench.call { $0.read(after: Index(62), maximumBytes: 1 << 20, request: 1, into: &$1) }
    guard case .records(let batch, request: 1)? = bench.events.first else {
      Issue.record("\(bench.events)")
      return
    }
    #expect(batch.firstIndex == Index(63))
    bench.events = []
    bench.settle()
    let flushed = bench.events.compactMap { event -> LogPoint? in
      if case .flushed(let point) = event { point } else { nil }
    }
    #expect(flushed.count == 3 && flushed[1] == queued && flushed[2] == head)
    #expect(bench.log.flushed == head && bench.reopened().recovery?.point == head)
  }

  @Test func aFlushThatNeedsRoomHasNothingBehindIt() {
    var bench = LogBench(segmentSize: 16 << 10) { $0.queuedMinimum = 1 }
    bench.open()
    for _ in 0..<40 {
      bench.append(7, size: 200)
      bench.call { $0.flush(into: &$1) }
      bench.append(3, size: 200)
      bench.call { $0.flush(into: &$1) }
      let writes = bench.waiting.filter { $0.turn == .inOrder }
      let needy = writes.contains { request in
        request.operations.contains {
          switch $0 {
          case .zeroFill, .rename: true
          default: false
          }
        }
      }
      #expect(writes.count == 1 || !needy)
      bench.settle()
    }
    #expect(bench.reopened().recovery?.point == bench.log.head)
  }

  @Test func aCrashWithAFlushWaitingKeepsWhatWasFlushed() {
    var bench = Self.queueing()
    for _ in 0..<2 {
      bench.append(20, size: 100)
      bench.call { $0.flush(into: &$1) }
    }
    #expect(Self.flushes(bench) == 2)
    let before = bench
    let ends = [before.log.flushed, before.log.submitted]
    bench.everyCrash { files, when in
      guard let recovery = before.reopened(files).recovery else {
        Issue.record("not opened: \(when)")
        return
      }
      #expect(recovery.point.index >= ends[0].index, "\(when)")
      #expect(recovery.point.index <= ends[1].index, "\(when)")
      if case .damaged(let damage) = recovery.condition { Issue.record("\(when): \(damage)") }
    }
  }

  @Test func filesThatRetentionLetsGoBecomeSparesFullOfZeros() {
    var bench = LogBench.opened(segmentSize: 16 << 10)
    var renamed = 0
    var made: Set<String> = []
    for _ in 0..<60 {
      bench.append(30, size: 100)
      bench.call { $0.flush(into: &$1) }
      bench.settle()
      bench.call {
        $0.saveCheckpoint(Checkpoint(point: $0.flushed, payload: [1]), into: &$1)
      }
      while let request = bench.waiting.first {
        for case .rename(let from, let to) in request.operations where to.hasPrefix("wal-next") {
          #expect(from.hasPrefix("wal-0"))
          renamed += 1
          made.insert(to)
        }
        bench.step()
      }
      if case .waiting(let file) = bench.log.spare, let bytes = bench.files.contents(of: file.name)
      {
        #expect(bytes.prefix(file.filled).allSatisfy { $0 == 0 }, "\(file)")
      }
      #expect(bench.files.names.filter { $0.hasSuffix(".tmp") }.count <= 4)
      #expect(bench.reopened().recovery?.point == bench.log.head)
    }
    #expect(renamed > 10 && made.count == renamed)
  }

  @Test func aRetiredFileThatIsNotYetAllZerosIsCutBeforeItIsUsed() {
    var bench = LogBench(segmentSize: 16 << 10) { $0.fillStep = 1024 }
    bench.open()
    for _ in 0..<8 {
      bench.write(250, size: 100)
      bench.checkpoint()
    }
    #expect(!bench.log.retired.isEmpty)
    // One flush that leaves the spare no time, again and again.
    var cuts = 0
    for round in 0..<20 {
      for _ in 0..<4 { bench.write(2 + round % 5, size: 100) }
      bench.append(80, size: 100)
      bench.call { $0.flush(into: &$1) }
      while let request = bench.waiting.first {
        for case .truncate in request.operations { cuts += 1 }
        bench.step()
        #expect(bench.reopened().recovery?.condition == .clean, "round \(round)")
      }
      bench.checkpoint()
    }
    #expect(cuts > 5)
  }

  @Test func aFullDiskTakesTheRetiredFiles() {
    var bench = LogBench.opened(segmentSize: 16 << 10)
    for _ in 0..<8 {
      bench.write(250, size: 100)
      bench.checkpoint()
    }
    #expect(!bench.log.retired.isEmpty)
    bench.files.isFull = true
    bench.call { $0.lookForRoom(into: &$1) }
    bench.settle()
    #expect(bench.log.isFull && bench.log.retired.isEmpty)
    let spare: String? = if case .waiting(let file) = bench.log.spare { file.name } else { nil }
    #expect(bench.files.names.filter { $0.hasSuffix(".tmp") } == [spare].compactMap { $0 })
  }

  @Test func aReadOfAFileThatIsRetiredMeanwhileIsUnavailable() {
    var bench = LogBench.opened(segmentSize: 16 << 10)
    bench.write(150, size: 100)
    bench.events = []
    bench.call { $0.read(after: Index(1), maximumBytes: 500, request: 5, into: &$1) }
    let read = bench.waiting.removeFirst()
    for _ in 0..<2 {
      bench.write(150, size: 100)
      bench.checkpoint()
    }
    #expect(bench.log.first.index > Index(1))
    var output = LogOutput()
    bench.log.handle(
      FileCompletion(
        token: read.token, results: [.bytes([UInt8](repeating: 0, count: 4096))], failure: nil),
      into: &output)
    #expect(output.events == [.unavailable(request: 5, first: bench.log.first)])
  }
}
