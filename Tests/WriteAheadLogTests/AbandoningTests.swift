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

  /// Where nobody has what follows, the log ends before its damage; what is cut off is kept.
  @Test func aLogEndsBeforeDamageThatNobodyCanMend() throws {
    var bench = LogBench.opened(segmentSize: 16 << 10)
    bench.vote(4, for: NodeID(3))
    for _ in 0..<6 { bench.write(17, size: 300) }
    let names = bench.segmentNames
    try #require(names.count >= 3)
    let whole = try #require(bench.files.contents(of: names[1]))
    var files = bench.files
    files.damage(names[1], at: SegmentHeader.size + 4 * 368 + 70, [0xFF])
    var (again, recovery) = bench.reopened(files)
    guard case .damaged(let damage)? = recovery?.condition else {
      Issue.record("\(String(describing: recovery))")
      return
    }
    let damaged = again
    again.call { $0.cutDamage(into: &$1) }
    again.settle()
    #expect(again.log.flushed == damage.after)
    #expect(again.segmentNames == Array(names.prefix(2)))
    let kept = again.files.names.filter { $0.hasPrefix("damaged-") }
    #expect(kept.count == names.count - 1)
    let copy = try #require(kept.first { $0.hasSuffix(names[1]) })
    #expect(try #require(again.files.contents(of: copy)).count == whole.count)
    again.write(3, size: 100)
    recovery = again.reopened().recovery
    #expect(recovery?.condition == .clean)
    #expect(recovery?.isSuspect == true)
    #expect(recovery?.point.index == damage.after.index.advanced(by: 3))
    var interrupted = damaged
    interrupted.call { $0.cutDamage(into: &$1) }
    interrupted.everyCrash { files, when in
      let found = bench.reopened(files).recovery
      #expect(found?.isSuspect == true, "\(when)")
      #expect(found?.vote.term.epoch == 4, "\(when)")
      if case .damaged? = found?.condition { return }
      #expect(found?.point == damage.after, "\(when)")
    }
  }

  /// Found by seed 1084: a log mended with another branch kept a checkpoint of the one before.
  @Test func aCheckpointThatTheGoodPartDoesNotHoldIsDropped() throws {
    var bench = LogBench.opened()
    for _ in 0..<4 { bench.write(5) }
    bench.checkpoint()
    let foreign = bench.files.names.filter { $0.hasPrefix("checkpoint-") }
    let checkpoint = try #require(foreign.first)
    let bytes = try #require(bench.files.contents(of: checkpoint))
    // The same records by number, of another branch, and bytes that are no record behind them.
    var other = LogBench.opened()
    for _ in 0..<5 { other.write(5, size: 24) }
    _ = try other.files.perform(.write(name: checkpoint, offset: 0, bytes: bytes))
    other.files.damage(
      other.segmentNames[0], at: SegmentHeader.size + Int(other.log.flushed.end.rawValue) + 40,
      [0xEE])
    let (again, recovery) = other.reopened()
    #expect(recovery?.point.index == Index(25))
    #expect(!again.files.names.contains(checkpoint))
  }
}
