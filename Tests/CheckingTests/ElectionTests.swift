import Checking
import Positions
import Testing

/// Who leads, with which records, and who still believes that it does.
@Suite struct ElectionTests {
  @Test func aTermHasOneLeader() {
    var story = Story()
    story.elect(1, first, [])
    story.elect(2, first, [])
    story.expectViolation("n1 and n2 both lead term 1")
  }

  @Test func termsOfOneEpochAreDifferentTerms() {
    var story = Story()
    story.elect(1, first, [])
    story.elect(2, Term(epoch: 1, node: NodeID(2)), [])
    story.elect(1, first, [])
    story.expectNothing()
  }

  // MARK: Committed records

  /// n1 led and committed through 5.
  static func committed(_ story: inout Story) {
    story.elect(1, first, [])
    story.flush(1, 5, first)
    story.flush(2, 5, first)
    story.commit(1, first, 5)
  }

  @Test func everyCommittedRecordIsInEveryLaterLeader() {
    var story = Story()
    Self.committed(&story)
    story.elect(3, second, [(first, 4)])
    story.expectViolation("n3 leads term 2 without committed record 5 of term 1")
  }

  /// Found by seed 3218: fencing came on again after the record was taken back.
  @Test func aRecordCommittedWithoutFencingMayBeMissingOnceFencingIsOnAgain() {
    var story = Story(fencing: false)
    Self.committed(&story)
    story.policy(.majority)
    story.elect(3, second, [(first, 4)])
    story.expectNoViolation()
    story.expectFinding("n3 leads term 2 without committed record 5 of term 1")
    for node in 2...3 { story.flush(node, 6, second) }
    story.commit(3, second, 6)
    story.elect(1, third, [(first, 4)])
    story.expectViolation("n1 leads term 3 without committed record 6 of term 2")
  }

  /// Found by seed 9619: a deposed leader acknowledged without fencing, and the next one was elected when
  /// fencing was on again.
  @Test func whatWasAcknowledgedWithoutFencingMayBeLostOnceFencingIsOnAgain() {
    var story = Story(fencing: false)
    story.elect(1, first, [])
    for node in 1...2 { story.flush(node, 5, first) }
    story.acknowledge(1, first, 5, writes: 5)
    story.policy(.majority)
    story.elect(3, second, [(first, 4)])
    story.expectNoViolation()
    story.expectFinding("1 acknowledged writes lost: n3 leads term 2 without them")
    for node in 2...3 { story.flush(node, 7, second) }
    story.acknowledge(3, second, 7, writes: 2)
    story.elect(1, third, [(first, 4)])
    story.expectViolation("acknowledged writes lost: n1 leads term 3 without them")
  }

  @Test func aLaterLeaderWithAllOfItIsFine() {
    var story = Story()
    Self.committed(&story)
    story.elect(2, second, [(first, 5)])
    for node in 2...3 { story.flush(node, 6, second) }
    story.commit(2, second, 6)
    story.elect(3, third, [(first, 5), (second, 6)])
    story.expectNothing()
  }

  @Test func whatAFollowerBelievesToBeCommittedIsNotEnough() {
    // A follower's word counts for nothing here, though it is a violation itself: a leader decides.
    var story = Story()
    story.elect(1, first, [])
    story.flush(3, 9, first)
    story.commit(3, first, 9)
    story.elect(2, second, [(first, 4)])
    story.expectViolation("no leader has committed it")
  }

  @Test func aDeposedLeaderDecidesNothing() {
    var story = Story()
    story.elect(1, first, [])
    story.see(.steppedDown(node: NodeID(1), term: first))
    story.flush(1, 9, first)
    story.commit(1, first, 9)
    story.elect(2, second, [(first, 4)])
    story.expectViolation("no leader has committed it")
  }

  @Test func aLogThatBeginsAfterTheRecordCoversIt() {
    // n2 took a checkpoint: its log's first record that it can name is of a later term.
    var story = Story()
    Self.committed(&story)
    story.elect(2, second, [(first, 5)])
    story.elect(3, third, [(second, 8)], beginsAfter: 8)
    story.expectNothing()
  }

  @Test func anEmptyLogCoversNothing() {
    var story = Story()
    Self.committed(&story)
    story.elect(3, second, [])
    story.expectViolation("n3 leads term 2 without committed record 5")
  }

  @Test func whatThePolicyPermitsIsAFinding() {
    var unfenced = Story(fencing: false)
    Self.committed(&unfenced)
    unfenced.elect(3, second, [(first, 4)])
    unfenced.expectNoViolation()
    unfenced.expectFinding("without committed record 5")

    var manual = Story(promotionNeedsMajority: false)
    Self.committed(&manual)
    manual.elect(3, second, [(first, 4)])
    manual.expectNoViolation()
    manual.expectFinding("without committed record 5")

    var periodic = Story(periodicSync: true)
    Self.committed(&periodic)
    periodic.elect(3, second, [(first, 4)])
    periodic.expectNoViolation()
    periodic.expectFinding("without committed record 5")

    var wiped = Story()
    Self.committed(&wiped)
    wiped.see(.crashed(node: NodeID(2)))
    wiped.see(.wiped(node: NodeID(2)))
    wiped.elect(3, second, [(first, 4)])
    wiped.expectNoViolation()
    wiped.expectFinding("without committed record 5")
  }

  @Test func aForcedPromotionIsAFinding() {
    var story = Story()
    Self.committed(&story)
    story.elect(3, second, [(first, 4)], forced: true)
    story.expectNoViolation()
    #expect(
      story.checker.findings.map(\.text) == [
        "n3 leads term 2 without committed record 5 of term 1",
        "n3 was promoted by force in term 2",
      ])
  }

  @Test func aRecordIsMissedOnce() {
    var story = Story()
    Self.committed(&story)
    story.elect(3, second, [(first, 4)])
    story.elect(3, third, [(first, 4), (second, 6)])
    story.expectViolation("n3 leads term 2 without committed record 5")
  }

  // MARK: Two leaders at once

  @Test func aDeposedLeaderThatAcknowledgesIsFoundOnce() {
    var story = Story(.asynchronous, fencing: false)
    story.elect(1, first, [])
    story.flush(1, 2, first)
    story.elect(2, second, [(first, 2)])
    story.flush(1, 4, first)
    story.acknowledge(1, first, 3)
    story.acknowledge(1, first, 4)
    story.expectNoViolation()
    story.expectFinding("n1 acknowledges in term 1 while n2 leads term 2", "two leaders at once")
  }

  @Test func aLeaderOfTheNewestTermIsAlone() {
    var story = Story(.asynchronous)
    story.elect(1, first, [])
    story.flush(1, 2, first)
    story.acknowledge(1, first, 2)
    story.elect(2, second, [(first, 2)])
    story.flush(2, 4, second)
    story.acknowledge(2, second, 4)
    story.expectNothing()
  }

  @Test func aMajoritysPromiseCantBeKeptByADeposedLeader() {
    // It says that a majority has the records, and the leader that was elected since lacks them.
    var story = Story()
    story.elect(1, first, [])
    story.flush(1, 4, first)
    story.flush(2, 4, first)
    story.elect(3, second, [(first, 2)])
    story.acknowledge(1, first, 4, writes: 2)
    story.expectViolation("n1 acknowledged 2 writes through 4 in term 1", "term 2 does not have")
    #expect(story.checker.ledger.lost == 2)
  }

  @Test func aDeposedLeaderMayStillTellOfWhatTheNewOneHas() {
    var story = Story()
    story.elect(1, first, [])
    story.flush(1, 4, first)
    story.flush(2, 4, first)
    story.elect(3, second, [(first, 4)])
    story.acknowledge(1, first, 4, writes: 2)
    story.expectNoViolation()
    #expect(story.checker.ledger.lost == 0)
  }
}
