import Checking
import Positions
import Testing

/// What no node may do, whatever the policy: each rule broken, and nearly.
@Suite struct NodeTests {
  // MARK: Terms and votes

  @Test func aTermNeverGoesBack() {
    var story = Story()
    story.see(.voted(node: NodeID(1), term: second, for: nil))
    story.see(.voted(node: NodeID(1), term: first, for: nil))
    story.expectViolation("n1", "went back from 2 to 1")
  }

  @Test func aTermMayRiseAndStay() {
    var story = Story()
    story.see(.voted(node: NodeID(1), term: first, for: nil))
    story.see(.voted(node: NodeID(1), term: second, for: nil))
    story.see(.voted(node: NodeID(2), term: first, for: nil))
    story.expectNothing()
  }

  @Test func aTermOutlivesARestart() {
    var story = Story()
    story.see(.voted(node: NodeID(1), term: second, for: nil))
    story.see(.crashed(node: NodeID(1)))
    story.see(.started(node: NodeID(1), flushed: .origin, term: first, isNew: false))
    story.expectViolation("n1 restarted in term 1", "promised term 2")
  }

  @Test func aRestartInTheSameTermIsFine() {
    var story = Story()
    story.see(.voted(node: NodeID(1), term: second, for: nil))
    story.see(.crashed(node: NodeID(1)))
    story.see(.started(node: NodeID(1), flushed: .origin, term: second, isNew: false))
    story.expectNothing()
  }

  @Test func aNodeHasOneVoteATerm() {
    var story = Story()
    story.see(.voted(node: NodeID(1), term: second, for: NodeID(2)))
    story.see(.voted(node: NodeID(1), term: second, for: NodeID(3)))
    story.expectViolation("n1 voted for n2 and for n3 in term 2")
  }

  @Test func aVoteOutlivesARestart() {
    var story = Story()
    story.see(.voted(node: NodeID(1), term: second, for: NodeID(2)))
    story.see(.crashed(node: NodeID(1)))
    story.see(.started(node: NodeID(1), flushed: .origin, term: second, isNew: false))
    story.see(.voted(node: NodeID(1), term: second, for: NodeID(3)))
    story.expectViolation("n1 voted for n2 and for n3")
  }

  @Test func votesOfOtherTermsAndNodesAndTheSameVoteAgainAreFine() {
    var story = Story()
    story.see(.voted(node: NodeID(1), term: first, for: NodeID(1)))
    story.see(.voted(node: NodeID(1), term: second, for: NodeID(2)))
    story.see(.voted(node: NodeID(1), term: second, for: NodeID(2)))
    story.see(.voted(node: NodeID(1), term: second, for: nil))
    story.see(.voted(node: NodeID(3), term: second, for: NodeID(3)))
    story.expectNothing()
  }

  @Test func aVoteIsNotForgottenWhenTheTermIsSavedAgain() {
    var story = Story()
    story.see(.voted(node: NodeID(1), term: second, for: NodeID(2)))
    story.see(.voted(node: NodeID(1), term: second, for: nil))
    story.see(.voted(node: NodeID(1), term: second, for: NodeID(3)))
    story.expectViolation("n1 voted for n2 and for n3")
  }

  @Test func aWipedNodeMayVoteAnew() {
    var story = Story()
    story.see(.voted(node: NodeID(1), term: second, for: NodeID(2)))
    story.see(.crashed(node: NodeID(1)))
    story.see(.wiped(node: NodeID(1)))
    story.see(.started(node: NodeID(1), flushed: .origin, term: .zero, isNew: true))
    story.see(.voted(node: NodeID(1), term: second, for: NodeID(3)))
    story.expectNothing()
  }

  // MARK: Logs

  @Test func whatWasDurableIsThereAfterARestart() {
    var story = Story()
    story.flush(1, 5, first)
    story.see(.crashed(node: NodeID(1)))
    story.see(.started(node: NodeID(1), flushed: story.point(4, first), term: first, isNew: false))
    story.expectViolation("n1 restarted with records through 4", "5 were durable")
  }

  @Test func whatWasOnlyInMemoryMayBeGone() {
    var story = Story()
    story.flush(1, 5, first)
    story.see(.appended(node: NodeID(1), point: story.point(7, first)))
    story.see(.crashed(node: NodeID(1)))
    story.see(.started(node: NodeID(1), flushed: story.point(5, first), term: first, isNew: false))
    story.expectNothing()
  }

  @Test func whatWasCutOffMayBeGone() {
    var story = Story()
    story.flush(1, 5, first)
    story.elect(2, second, [(first, 3)])
    story.see(.truncated(node: NodeID(1), to: story.point(3, first), discarded: []))
    story.see(.crashed(node: NodeID(1)))
    story.see(.started(node: NodeID(1), flushed: story.point(3, first), term: first, isNew: false))
    story.expectNothing()
  }

  @Test func aPeriodicSyncMayLoseRecordsInARestart() {
    var story = Story(periodicSync: true)
    story.flush(1, 5, first)
    story.see(.crashed(node: NodeID(1)))
    story.see(.started(node: NodeID(1), flushed: .origin, term: first, isNew: false))
    story.expectNothing()
  }

  @Test func aLostDiskMayHoldNothing() {
    var story = Story()
    story.flush(1, 5, first)
    story.see(.crashed(node: NodeID(1)))
    story.see(.wiped(node: NodeID(1)))
    story.see(.started(node: NodeID(1), flushed: .origin, term: .zero, isNew: true))
    story.expectNothing()
  }

  @Test(arguments: [false, true])
  func equalNumbersMeanEqualLogs(isDurable: Bool) {
    var story = Story()
    story.flush(1, 5, first)
    let other = story.point(5, first, fork: 1)
    story.see(
      isDurable ? .durable(node: NodeID(2), point: other) : .appended(node: NodeID(2), point: other)
    )
    story.expectViolation("record 5 of term 1 differs on n1 and n2")
  }

  @Test func logsOfOtherTermsMayDiffer() {
    var story = Story()
    story.flush(1, 5, first)
    story.flush(2, 5, second)
    story.flush(3, 6, second)
    story.flush(2, 6, second)
    story.expectNothing()
  }

  @Test func aFollowerThatHoldsAnotherRecordSaysSo() {
    var story = Story()
    story.see(.chainDiffers(node: NodeID(3), index: Index(7), term: second))
    story.expectViolation("n3's record 7 of term 2", "chains differ")
  }

  // MARK: States

  @Test func equalRecordsMeanEqualStates() {
    var story = Story()
    story.see(.applied(node: NodeID(1), point: story.point(5, first), stateHash: 1))
    story.see(.applied(node: NodeID(3), point: story.point(5, first), stateHash: 2))
    story.expectViolation("n1 and n3 applied through 5")
  }

  @Test func statesAtOtherRecordsMayDiffer() {
    var story = Story()
    story.see(.applied(node: NodeID(1), point: story.point(5, first), stateHash: 1))
    story.see(.applied(node: NodeID(2), point: story.point(5, first), stateHash: 1))
    story.see(.applied(node: NodeID(3), point: story.point(6, first), stateHash: 2))
    story.see(.applied(node: NodeID(2), point: story.point(5, second), stateHash: 3))
    story.expectNothing()
  }

  // MARK: Commit

  /// Records through 5 are committed by n1, and on all disks.
  private static func committed() -> Story {
    var story = Story()
    story.elect(1, first, [])
    for node in 1...3 { story.flush(node, 5, first) }
    story.commit(1, first, 5)
    return story
  }

  @Test func aCommitPositionNeverGoesBack() {
    var story = Self.committed()
    story.commit(2, first, 5)
    story.commit(2, first, 4)
    story.expectViolation("n2's commit position went back from 5 to 4")
  }

  @Test func aCommitPositionMayStayAndBeLearntAnew() {
    var story = Self.committed()
    story.commit(2, first, 5)
    story.commit(2, first, 5)
    story.commit(3, first, 3)
    story.see(.crashed(node: NodeID(2)))
    story.see(
      .started(node: NodeID(2), flushed: story.point(5, first), term: first, isNew: false))
    story.commit(2, first, 4)
    story.expectNothing()
  }

  @Test func aCommitIsTakenBackOnlyByForce() {
    var story = Self.committed()
    story.commit(2, first, 5)
    story.see(.commitRolledBack(node: NodeID(2), from: Index(5), to: Index(3)))
    story.commit(2, second, 4)
    story.expectViolation("n2 took back committed records 4 to 5")
  }

  @Test func aForcedPromotionTakesCommitsBackAloud() {
    var story = Self.committed()
    story.commit(2, first, 5)
    story.elect(3, second, [(first, 3)], forced: true)
    story.see(.commitRolledBack(node: NodeID(2), from: Index(5), to: Index(3)))
    story.commit(2, second, 4)
    story.expectNoViolation()
    #expect(
      story.checker.findings.last?.text.contains("n2 took back committed records 4 to 5") == true)
  }

  // MARK: Reports

  @Test func theNewestReportsAreKeptAndAllAreCounted() {
    var story = Story()
    for number in 1...UInt64(Checker.kept + 7) {
      story.see(.chainDiffers(node: NodeID(1), index: Index(number), term: first))
      story.see(.degraded(leader: NodeID(1)))
    }
    #expect(story.checker.violationCount == Checker.kept + 7)
    #expect(story.checker.violations.count == Checker.kept)
    #expect(story.checker.violations.last?.text.contains("record \(Checker.kept + 7) ") == true)
    #expect(story.checker.findingCount == Checker.kept + 7)
    #expect(story.checker.findings.count == Checker.kept)
  }
}
