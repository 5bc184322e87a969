import Positions
import Testing

@testable import Checking

/// What nodes say and do must be as durable, and as certain, as it claims.
@Suite struct DurabilityTests {
  // MARK: Votes

  @Test func aVoteThatIsDurableMayBeSent() {
    var story = Story()
    story.see(.voted(node: NodeID(2), term: first, for: NodeID(1)))
    story.see(.granted(node: NodeID(2), term: first, to: NodeID(1)))
    story.expectNothing()
  }

  @Test func anEarlierVoteMayBeSentAfterALaterPromise() {
    var story = Story()
    story.see(.voted(node: NodeID(3), term: first, for: NodeID(1)))
    story.see(.voted(node: NodeID(3), term: second, for: nil))
    story.see(.granted(node: NodeID(3), term: first, to: NodeID(1)))
    story.expectNothing()
  }

  @Test func aVoteMustBeDurableBeforeItIsSent() {
    var story = Story()
    story.see(.granted(node: NodeID(2), term: first, to: NodeID(1)))
    story.expectViolation("n2 votes for n1 in term 1 before that is durable")
  }

  @Test func aVoteInALowerTermIsAViolation() {
    var story = Story()
    story.see(.voted(node: NodeID(3), term: second, for: NodeID(2)))
    story.see(.granted(node: NodeID(3), term: first, to: NodeID(1)))
    story.expectViolation("n3 votes for n1 in term 1, but had promised term 2")
  }

  @Test func aLeaderNeedsItsOwnVoteDurable() {
    var story = Story()
    story.see(
      .elected(node: NodeID(1), term: first, history: [], head: .origin, forced: false))
    story.expectViolation("n1 leads term 1 before its own vote is durable")
  }

  // MARK: Positions

  @Test func aFollowerHoldsWhatItSays() {
    var story = Story()
    story.flush(2, 5, first)
    story.see(.reported(node: NodeID(2), flushed: Index(5), term: first))
    story.expectNothing()
    story.see(.reported(node: NodeID(2), flushed: Index(6), term: first))
    story.expectViolation("n2 says that it holds records through 6, and holds 5")
  }

  @Test func whatIsSyncedByTimeMayBeSaidBefore() {
    var story = Story(periodicSync: true)
    story.see(.reported(node: NodeID(2), flushed: Index(6), term: first))
    story.expectNothing()
  }

  // MARK: Commit

  @Test func aLeaderCommitsWhatAMajorityHolds() {
    var story = Story()
    story.elect(1, first, [])
    story.flush(1, 3, first)
    story.flush(2, 3, first)
    story.commit(1, first, 3)
    story.expectNothing()
  }

  @Test func aLeaderMustNotCommitAlone() {
    var story = Story()
    story.elect(1, first, [])
    story.flush(1, 3, first)
    story.commit(1, first, 3)
    story.expectViolation("n1 commits record 3 of term 1 with 1 copies among 3 voters")
  }

  @Test func copiesOfMembersThatOnlyLearnDoNotCount() {
    var story = Story()
    story.elect(1, first, [])
    story.see(.voters(of: NodeID(1), [NodeID(1), NodeID(2), NodeID(3)]))
    story.flush(1, 3, first)
    story.flush(4, 3, first)
    story.commit(1, first, 3)
    story.expectViolation("n1 commits record 3 of term 1 with 1 copies")
  }

  @Test func recordsOfEarlierTermsAreNotCommittedByCounting() {
    var story = Story()
    for node in 1...3 { story.flush(node, 3, first) }
    story.elect(2, second, [(first, 4)])
    story.commit(2, second, 3)
    story.expectViolationAmong("of a term before its own")
  }

  @Test func aFollowerKnowsNoMoreThanItsLeader() {
    var story = Story()
    story.elect(1, first, [])
    for node in 1...3 { story.flush(node, 4, first) }
    story.commit(1, first, 3)
    story.commit(2, first, 3)
    story.expectNothing()
    story.commit(2, first, 4)
    story.expectViolation("n2 takes record 4 for committed, and no leader has committed it")
  }

  @Test func whatANodeTakesForCommittedItHolds() {
    var story = Story()
    story.elect(1, first, [])
    for node in 1...2 { story.flush(node, 4, first) }
    story.commit(1, first, 4)
    story.commit(3, first, 4)
    story.expectViolation("n3 takes record 4 for committed, and holds records through 0")
  }

  // MARK: Logs

  @Test func aLeaderDoesNotRewriteItsLog() {
    var story = Story()
    story.elect(1, first, [])
    story.flush(1, 4, first)
    story.see(.appended(node: NodeID(1), point: story.point(4, first)))
    story.expectViolation("n1 leads term 1 and writes record 4 again")
  }

  @Test func aLeaderCutsNothingOff() {
    var story = Story()
    story.elect(1, first, [])
    story.flush(1, 4, first)
    story.rollBack(1, to: story.point(2, first), first, [3, 4])
    story.expectViolation("n1 leads term 1 and cuts its log to record 2")
  }

  @Test func lostWritesThatAreCutOffAreKept() {
    var story = Story(.asynchronous)
    story.elect(1, first, [])
    story.flush(1, 4, first)
    story.acknowledge(1, first, 4, writes: 4)
    story.see(.steppedDown(node: NodeID(1), term: first))
    story.elect(2, second, [(first, 2)])
    story.rollBack(1, to: story.point(2, first), first, [3])
    story.expectViolation("n1 cut 2 lost writes of term 1 off and kept 1 of them")
  }

  // MARK: Spoiled disks

  @Test func aSpoiledDiskMayLoseItsLastFlush() {
    var story = Story()
    for index in 1...4 { story.flush(2, UInt64(index), first) }
    story.see(.spoiled(node: NodeID(2)))
    story.see(.crashed(node: NodeID(2)))
    story.see(
      .started(node: NodeID(2), flushed: story.point(3, first), term: .zero, isNew: false))
    story.expectNoViolation()
    story.expectFinding("n2 restarted with records through 3, but 4 were durable")
  }

  @Test func whatLaterRecordsCallDurableIsNotLostEvenSo() {
    var story = Story()
    for index in 1...4 { story.flush(2, UInt64(index), first) }
    story.see(.spoiled(node: NodeID(2)))
    story.see(.crashed(node: NodeID(2)))
    story.see(
      .started(node: NodeID(2), flushed: story.point(1, first), term: .zero, isNew: false))
    story.expectViolation("n2 restarted with records through 1, but 4 were durable")
  }

  // MARK: Sessions

  @Test func aSessionsWritesKeepTheirOrder() {
    var story = Story()
    story.elect(1, first, [])
    story.wrote(7, 1, 5, first)
    story.wrote(7, 2, 6, first)
    story.expectNothing()
    story.wrote(7, 3, 4, first)
    story.expectViolation("session 7's write is record 4 of term 1, before its write 6")
  }

  @Test func aLinearizableReadShowsNothingThatMayGo() {
    var story = Story()
    story.elect(1, first, [])
    for node in 1...3 { story.flush(node, 3, first) }
    story.commit(1, first, 3)
    story.flush(1, 4, first)
    story.read(7, 1, .linearizable, shows: (3, first), through: 3)
    story.expectNothing()
    story.read(7, 1, .linearizable, shows: (4, first), through: 4)
    story.expectViolation("record 4 of term 1, which was neither committed nor acknowledged")
  }

  /// Found by seeds 2853 and 4465: what an earlier term left is acknowledged to nobody, and shows as soon
  /// as the policy, weaker than commit, lets the new leader acknowledge its own first record.
  @Test func aLinearizableReadMayShowWhatThePolicyLetsTheLeaderAcknowledge() {
    var story = Story(.any(1, of: []), nodes: 5)
    story.elect(1, first, [])
    story.flush(1, 4, first)
    story.flush(2, 4, first)
    story.elect(2, second, [(first, 4)])
    story.flush(2, 5, second)
    story.flush(3, 5, second)
    story.read(7, 1, .linearizable, shows: (4, first), through: 5, at: 2)
    story.expectNothing()
    story.flush(2, 6, second)
    story.read(7, 1, .linearizable, shows: (6, second), through: 6, at: 2)
    story.expectViolation("record 6 of term 2, which was neither committed nor acknowledged")
  }

  // MARK: Members

  @Test func aDeposedLeaderGoesByTheMembersThatItKnows() {
    var story = Story(.any(1, of: []), fencing: false)
    story.elect(1, first, [])
    story.elect(2, second, [], forced: true)
    story.see(.voters(of: NodeID(1), [NodeID(1), NodeID(2), NodeID(3), NodeID(4)]))
    story.flush(1, 3, first)
    story.flush(4, 3, first)
    story.acknowledge(1, first, 3)
    story.expectNoViolation()
  }
}
