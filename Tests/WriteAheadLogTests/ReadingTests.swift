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
}
