import Positions
import Records
import Testing
import World

@testable import WriteAheadLog

/// A log that nobody's records can mend is set aside, and begins anew.
@Suite struct AbandoningTests {
  /// A log of several segments with a bad place in its first, opened again.
  private static func damaged() -> (before: LogBench, after: LogBench) {
    var bench = LogBench.opened(segmentSize: 16 << 10)
    bench.vote(4, for: NodeID(3))
    for _ in 0..<6 { bench.write(17, size: 100) }
    var files = bench.files
    files.damage(bench.segmentNames[0], at: SegmentHeader.size + 70, [0xFF])
    return (bench, bench.reopened(files).bench)
  }

  @Test func itBeginsEmptyAndSuspectAndItsFilesAreKept() throws {
    let (before, damaged) = Self.damaged()
    var bench = damaged
    let names = before.segmentNames
    #expect(names.count > 1)
    let first = try #require(bench.files.contents(of: names[0]))
    bench.call { $0.abandon(into: &$1) }
    bench.settle()
    #expect(bench.log.flushed == .origin)
    let kept = bench.files.names.filter { $0.hasPrefix("damaged-") }
    #expect(kept.count == names.count)
    for name in names { #expect(kept.contains { $0.hasSuffix(name) }, "\(name)") }
    let moved = try #require(kept.first { $0.hasSuffix(names[0]) })
    #expect(bench.files.contents(of: moved) == first)
    let recovery = bench.reopened().recovery
    #expect(recovery?.condition == .clean)
    #expect(recovery?.point == .origin)
    #expect(recovery?.isSuspect == true)
    #expect(recovery?.vote == Vote(term: Term(epoch: 4, node: NodeID(2)), votedFor: NodeID(3)))
    // It takes records like any other.
    bench.write(3, size: 100)
    #expect(bench.reopened().recovery?.point.index == Index(3))
  }

  @Test func wheneverItIsInterruptedItIsDamagedOrEmptyAndSuspect() {
    let (before, damaged) = Self.damaged()
    var bench = damaged
    bench.call { $0.abandon(into: &$1) }
    var wasEmpty = false
    bench.everyCrash { files, when in
      let found = before.reopened(files).recovery
      #expect(found?.isSuspect == true, "\(when)")
      #expect(found?.vote.term.epoch == 4, "\(when)")
      if case .damaged? = found?.condition { return }
      wasEmpty = true
      #expect(found?.point == .origin, "\(when)")
    }
    #expect(wasEmpty)
    #expect(bench.reopened().recovery?.isSuspect == true)
  }

  @Test func onlyADamagedLogIsGivenUp() {
    var bench = LogBench.opened()
    bench.write(3)
    bench.call { $0.abandon(into: &$1) }
    bench.settle()
    #expect(bench.log.flushed.index == Index(3))
    #expect(bench.reopened().recovery?.point.index == Index(3))
  }

  /// What stands behind a segment's last record is no record, if the next segment goes on there.
  @Test func bytesBehindASegmentsLastRecordCostNothing() throws {
    var bench = LogBench.opened(segmentSize: 16 << 10)
    for _ in 0..<6 { bench.write(17, size: 300) }
    let name = bench.segmentNames[0]
    let bytes = try #require(bench.files.contents(of: name))
    let last = try #require(bytes.lastIndex { $0 != 0 })
    try #require(last + 40 < bytes.count)
    var files = bench.files
    files.damage(name, at: bytes.count - 9, [0xAB])
    var (again, recovery) = bench.reopened(files)
    #expect(recovery?.condition == .clean)
    #expect(recovery?.point == bench.log.flushed)
    #expect(again.readAll() == bench.readAll())
  }
}
