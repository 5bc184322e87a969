import Positions
import Testing

@testable import Checking

/// Who may vote, and what a node may report, commit, cut off and come back with.
@Suite struct BranchTests {
  /// n3 holds records through 9 of the first term; n2 is elected with those through 6.
  private func forkedStory() -> Story {
    var story = Story()
    story.flush(3, 9, first)
    story.flush(2, 6, first)
    story.elect(2, second, [(first, 6)])
    return story
  }

  // MARK: Branches

  @Test func aFollowerReportsWhatItShares() {
    var story = forkedStory()
    story.see(.reported(node: NodeID(3), flushed: Index(6), term: second))
    story.expectNothing()
    story.see(.reported(node: NodeID(3), flushed: Index(7), term: second))
    story.expectViolation("n3 tells n2 that it holds records through 7", "part after 6")
  }

  @Test func aFollowerCommitsWhatItShares() {
    var story = forkedStory()
    story.flush(2, 8, second)
    story.flush(1, 8, second)
    story.commit(2, second, 8)
    story.commit(3, second, 6)
    story.expectNothing()
    story.commit(3, second, 8)
    story.expectViolation("n3 takes record 8 for committed", "parts from the leader's after 6")
  }

  @Test(arguments: [(UInt64(6), true), (5, false)])
  func aLogIsCutWhereItParts(index: UInt64, isRight: Bool) {
    var story = forkedStory()
    story.rollBack(3, to: story.point(index, first), first, [])
    if isRight { return story.expectNothing() }
    story.expectViolation("n3 cut its log to record 5, but shares records through 6")
  }

  @Test func forACheckpointAllMayGo() {
    var story = forkedStory()
    story.see(.checkpointSent(to: NodeID(3), through: Index(8)))
    // It may come after the node was started again.
    story.see(.crashed(node: NodeID(3)))
    story.see(
      .started(node: NodeID(3), flushed: story.point(9, first), term: .zero, isNew: false))
    story.rollBack(3, to: story.point(2, first), first, [])
    story.expectNothing()
  }

  /// Found by seed 444: cut below all its checkpoints, a log can only begin from the leader's, whichever
  /// that is.
  @Test func aLogCutBelowItsCheckpointsIsReplacedByAny() {
    var story = forkedStory()
    story.see(.commitRolledBack(node: NodeID(3), from: Index(9), to: Index(6)))
    story.see(.checkpointSent(to: NodeID(3), through: Index(4)))
    story.rollBack(3, to: story.point(5, first), first, [])
    story.see(.installed(node: NodeID(3), point: story.point(4, first)))
    story.flush(3, 6, first)
    #expect(!story.checker.violations.contains { $0.text.contains("cut its log") })
    story.rollBack(3, to: story.point(5, first), first, [])
    story.expectViolationAmong("n3 cut its log to record 5, but shares records through 6")
  }

  @Test func forACheckpointThatItHasNothingGoes() {
    var story = forkedStory()
    story.see(.checkpointSent(to: NodeID(3), through: Index(6)))
    story.rollBack(3, to: story.point(2, first), first, [])
    story.expectViolation("n3 cut its log to record 2, but shares records through 6")
  }

  @Test func whereNobodyWasElectedSinceNothingIsCut() {
    var story = Story()
    story.elect(1, first, [])
    for node in [1, 3] { story.flush(node, 9, first) }
    story.see(.checkpointSent(to: NodeID(3), through: Index(4)))
    story.rollBack(3, to: story.point(6, first), first, [])
    story.expectViolation("n3 cut its log to record 6, but shares records through 9")
  }

  // MARK: Votes

  private func elect(_ votes: Int, given: [Int], _ rule: AckRule, _ why: CampaignReason) -> Story {
    var story = Story(rule, nodes: 5)
    story.see(.voted(node: NodeID(1), term: first, for: NodeID(1)))
    story.see(.campaigned(node: NodeID(1), term: first, because: why))
    for node in given {
      story.see(.voted(node: NodeID(node), term: first, for: NodeID(1)))
      story.see(.granted(node: NodeID(node), term: first, to: NodeID(1)))
    }
    story.see(.voters(of: NodeID(1), (1...5).map { NodeID($0) }))
    story.see(
      .elected(
        node: NodeID(1), term: first, history: [], head: .origin, forced: false, votes: votes))
    return story
  }

  @Test(
    arguments: [
      (AckRule.majority, 3, CampaignReason.silence), (.any(1, of: []), 4, .silence),
      (.any(1, of: []), 3, .handover), (.first(2, of: []), 3, .silence),
    ] as [(AckRule, Int, CampaignReason)])
  func aPromotionNeedsSoManyVotes(rule: AckRule, needed: Int, why: CampaignReason) {
    elect(needed, given: [2, 3, 4, 5], rule, why).expectNothing()
    elect(needed - 1, given: [2, 3, 4, 5], rule, why)
      .expectViolation("n1 leads term 1 with \(needed - 1) of 5 votes, and needs \(needed)")
  }

  @Test func aVoteThatWasNotGivenDoesNotCount() {
    elect(3, given: [2], .majority, .silence).expectViolation("with 3 votes, and only 2 were given")
  }

  @Test(arguments: [(CampaignReason.silence, false), (.doubt, true)])
  func aNodeInDoubtVotesWhereAllDo(why: CampaignReason, isRight: Bool) {
    var story = Story()
    story.see(.doubtful(node: NodeID(2)))
    story.see(.campaigned(node: NodeID(1), term: first, because: why))
    story.see(.voted(node: NodeID(2), term: first, for: NodeID(1)))
    story.see(.granted(node: NodeID(2), term: first, to: NodeID(1)))
    if isRight { return story.expectNothing() }
    story.expectViolation("n2 votes for n1 in term 1, although its log may have lost its end")
  }

  @Test func anEarlierCallInDoubtIsAnsweredLate() {
    var story = Story()
    story.see(.doubtful(node: NodeID(2)))
    story.see(.campaigned(node: NodeID(1), term: first, because: .doubt))
    story.see(.campaigned(node: NodeID(1), term: third, because: .silence))
    for term in [first, third] {
      story.see(.voted(node: NodeID(2), term: term, for: NodeID(1)))
    }
    story.see(.granted(node: NodeID(2), term: first, to: NodeID(1)))
    story.expectNothing()
    story.see(.granted(node: NodeID(2), term: third, to: NodeID(1)))
    story.expectViolation("n2 votes for n1 in term 3, although its log may have lost its end")
  }

  @Test func whoIsVouchedForVotes() {
    var story = Story()
    story.see(.doubtful(node: NodeID(2)))
    story.see(.trusted(node: NodeID(2)))
    story.see(.voted(node: NodeID(2), term: first, for: NodeID(1)))
    story.see(.granted(node: NodeID(2), term: first, to: NodeID(1)))
    story.expectNothing()
  }

  // MARK: Disks

  @Test func afterAFailedWriteNothingIsDurable() {
    var story = Story()
    story.flush(2, 3, first)
    story.see(.diskFailed(node: NodeID(2)))
    story.expectNothing()
    story.see(.durable(node: NodeID(2), point: story.point(4, first)))
    story.expectViolation("n2 goes on after its disk failed a write", "through 4")
  }

  @Test(arguments: [(UInt64(7), true), (8, false)])
  func aDiskHoldsWhatItWasGiven(index: UInt64, isRight: Bool) {
    var story = Story()
    story.flush(2, 5, first)
    story.see(.appended(node: NodeID(2), point: story.point(7, first)))
    story.see(.crashed(node: NodeID(2)))
    story.see(
      .started(
        node: NodeID(2), flushed: story.point(index, first), term: .zero, isNew: false))
    if isRight { return story.expectNothing() }
    story.expectViolation("n2 restarted with records through 8, but had none behind 7")
  }

  @Test(arguments: [(UInt64(8), true), (9, false)])
  func aCheckpointUnderWayIsOnTheDisk(index: UInt64, isRight: Bool) {
    var story = Story()
    story.flush(2, 5, first)
    story.see(.checkpointSent(to: NodeID(2), through: Index(8)))
    // What a checkpoint would replace is cut off first, and the cut takes time.
    story.elect(1, second, [(first, 3)])
    story.rollBack(2, to: story.point(3, first), first, [])
    story.see(.crashed(node: NodeID(2)))
    story.see(
      .started(
        node: NodeID(2), flushed: story.point(index, second), term: .zero, isNew: false))
    if isRight { return story.expectNothing() }
    story.expectViolation("n2 restarted with records through 9, but had none behind 8")
  }

  @Test func peersGiveMore() {
    var story = Story()
    story.see(.spoiled(node: NodeID(2)))
    story.flush(2, 5, first)
    story.see(.crashed(node: NodeID(2)))
    story.see(.damaged(node: NodeID(2), after: Index(3)))
    story.see(.mended(node: NodeID(2)))
    story.see(
      .started(node: NodeID(2), flushed: story.point(9, first), term: .zero, isNew: false))
    story.expectNothing()
  }
}
