import Positions
import Records
import Testing
import World

@testable import WriteAheadLog

/// Reading records back, from wherever they are.
@Suite struct ReadingTests {
  @Test func everythingComesBackWhateverItsSize() {
    var bench = LogBench(segmentSize: 4 << 20)
    bench.open()
    for _ in 0..<400 { bench.write(40, size: 1000) }
    let all = bench.readAll()
    #expect(all.last?.last == bench.log.head)
    #expect(!bench.events.contains { if case .failed = $0 { true } else { false } })
    #expect(all.reduce(0) { $0 + $1.count } == 16_000)
  }

  /// Marks must not depend on the flushes' sizes: a record far into a segment is found from near by.
  @Test func recordsOfSmallFlushesAreFoundFarIntoASegment() {
    var bench = LogBench(segmentSize: 4 << 20)
    bench.open()
    for _ in 0..<3000 { bench.write(1, size: 1000) }
    bench.events = []
    bench.call { $0.read(after: Index(2900), maximumBytes: 4096, request: 1, into: &$1) }
    bench.settle()
    guard case .records(let batch, request: 1)? = bench.events.first else {
      Issue.record("\(bench.events)")
      return
    }
    #expect(batch.firstIndex == Index(2901) && batch.count >= 1)
  }
}
