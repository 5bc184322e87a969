import Positions
import Records
import Testing
import World

@testable import WriteAheadLog

/// What a node must not forget: that it may have lost a promise.
@Suite struct SuspicionTests {
  /// A log of which the last flush was torn.
  private static func torn() -> (bench: LogBench, files: MemoryFileSystem) {
    let (bench, first) = RecoveryTests.small()
    var files = bench.files
    files.damage(
      RecoveryTests.name, at: SegmentHeader.size + Int(first.end.rawValue) + 20, [0xEE])
    return (bench, files)
  }

  @Test func aTornTailIsRememberedUntilCleared() {
    let (bench, files) = Self.torn()
    var (again, recovery) = bench.reopened(files)
    #expect(recovery?.isSuspect == true)
    for _ in 0..<3 {
      (again, recovery) = again.reopened()
      #expect(recovery?.condition == .clean)
      #expect(recovery?.isSuspect == true)
    }
    again.call { $0.clearSuspicion(into: &$1) }
    again.settle()
    #expect(again.reopened().recovery?.isSuspect == false)
  }

  @Test func aCrashWhileTheTailIsCutLeavesItSuspect() {
    let (bench, files) = Self.torn()
    var opening = LogBench(files: files)
    opening.call { $0.open(into: &$1) }
    opening.everyCrash { files, when in
      let recovery = bench.reopened(files).recovery
      #expect(recovery?.isSuspect == true, "\(when)")
      #expect(recovery?.point.index == Index(3), "\(when)")
    }
  }

  @Test func votesInDoubtStayInDoubtUntilANewerTerm() {
    var bench = LogBench.opened()
    bench.vote(4, for: NodeID(3))
    for copy in [0, 1, 2] { bench.files.damage("vote", at: copy * 4096 + 20, [0xEE]) }
    var (again, recovery) = bench.reopened()
    for _ in 0..<3 {
      #expect(recovery?.voteInDoubt == true)
      #expect(recovery?.vote.term.epoch == 4)
      (again, recovery) = again.reopened()
    }
    // A leader of the doubtful term itself proves nothing.
    again.call { $0.clearSuspicion(into: &$1) }
    again.settle()
    #expect(again.reopened().recovery?.voteInDoubt == true)
    again.vote(5)
    #expect(again.reopened().recovery?.voteInDoubt == true)
    again.call { $0.clearSuspicion(into: &$1) }
    again.settle()
    #expect(again.reopened().recovery?.voteInDoubt == false)
    #expect(again.reopened().recovery?.vote.term.epoch == 5)
  }

  @Test func inDoubtTheTermIsTheNewestThatIsKnown() throws {
    var bench = LogBench.opened()
    bench.vote(3)
    let old = try #require(bench.files.contents(of: "vote"))
    bench.vote(6, for: NodeID(2))
    bench.write(2, term: Term(epoch: 6, node: NodeID(2)))
    // One copy of the newest, two of an older one, one that is bad.
    bench.files.damage("vote", at: 4096, [UInt8](repeating: 9, count: 64))
    bench.files.damage("vote", at: 8192, Array(old[8192...]))
    #expect(bench.reopened().recovery?.vote.term.epoch == 6)
    #expect(bench.reopened().recovery?.vote.votedFor == nil)
    // No copy at all: the log's own last term.
    _ = try bench.files.perform(.remove(name: "vote"))
    let recovery = bench.reopened().recovery
    #expect(recovery?.voteInDoubt == true)
    #expect(recovery?.vote.term.epoch == 6)
    #expect(bench.reopened().bench.reopened().recovery?.voteInDoubt == true)
  }

  @Test func aWipedNodeStaysSuspect() {
    var bench = LogBench { $0.newIsSuspect = true }
    bench.call { $0.open(into: &$1) }
    bench.everyCrash { files, when in
      var again = LogBench(files: files) { $0.newIsSuspect = true }
      let recovery = again.open()
      #expect(recovery?.isSuspect == true, "\(when)")
    }
    #expect(bench.reopened().recovery?.isSuspect == true)
    #expect(bench.reopened().bench.reopened().recovery?.isSuspect == true)
  }

  @Test func aNewNodeIsTrustedWhereverItsFirstStartEnds() {
    var bench = LogBench()
    bench.call { $0.open(into: &$1) }
    let begun = bench
    bench.everyCrash { files, when in
      let recovery = begun.reopened(files).recovery
      #expect(recovery?.condition == .clean, "\(when)")
      #expect(recovery?.isSuspect == false, "\(when)")
      #expect(recovery?.voteInDoubt == false, "\(when)")
    }
  }

  @Test func aMendedNodeIsSuspectThoughItIsKilledInBetween() throws {
    var bench = LogBench.opened(segmentSize: 16 << 10)
    for _ in 0..<6 { bench.write(17, size: 100) }
    let all = bench.readAll()
    var files = bench.files
    files.damage(bench.segmentNames[0], at: SegmentHeader.size + 70, [0xFF])
    var (again, recovery) = bench.reopened(files)
    guard case .damaged(let damage)? = recovery?.condition else {
      Issue.record("\(String(describing: recovery))")
      return
    }
    let batch = try #require(all.first { $0.last.index > damage.after.index })
    again.call { $0.repair(batch.suffix(after: damage.after.index), into: &$1) }
    let expected = bench.log.flushed
    again.everyCrash { files, when in
      let found = bench.reopened(files).recovery
      #expect(found?.isSuspect == true, "\(when)")
      if case .damaged? = found?.condition { return }
      #expect(found?.point == expected, "\(when)")
    }
    recovery = again.reopened().recovery
    #expect(recovery?.isSuspect == true)
  }

  /// Found by seed 778: a crash tore the save of a vote's last two copies, and the next save, torn as
  /// well, began with the first two.
  @Test func twoTornSavesInARowKeepTheTerm() {
    var bench = LogBench.opened()
    bench.vote(4, for: NodeID(3))
    for copy in [2, 3] { bench.files.damage("vote", at: copy * 4096 + 20, [0xEE]) }
    var (again, recovery) = bench.reopened()
    #expect(recovery?.vote.term.epoch == 4)
    #expect(recovery?.voteInDoubt == false)
    for copy in [0, 1] { again.files.damage("vote", at: copy * 4096 + 20, [0xEE]) }
    recovery = again.reopened().recovery
    #expect(recovery?.vote.term.epoch == 4)
    #expect(recovery?.voteInDoubt == false)
    #expect(recovery?.vote.votedFor == NodeID(3))
  }

  @Test func aVoteThatCanNotBeReadIsInDoubtAndOneCopyIsNot() {
    var bench = LogBench.opened()
    bench.vote(4, for: NodeID(3))
    bench.files.unreadable = ["vote": 4096..<8192]
    #expect(bench.reopened().recovery?.vote.votedFor == NodeID(3))
    bench.files.unreadable = ["vote": 0..<16384]
    #expect(bench.reopened().recovery?.voteInDoubt == true)
  }
}
