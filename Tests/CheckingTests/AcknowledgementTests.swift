import Checking
import Positions
import Testing

/// Nothing is acknowledged before it is as durable as the policy states.
@Suite struct AcknowledgementTests {
  static let followers = [NodeID(2), NodeID(3), NodeID(4), NodeID(5)]

  /// A rule for five nodes with the followers that it needs at least: any set that holds `enough`
  /// keeps the promise, and none that holds only `tooFew`.
  struct Case: CustomTestStringConvertible {
    var rule: AckRule
    var enough: [Int]
    var tooFew: [Int]
    var testDescription: String { "\(rule)" }
  }

  static let cases = [
    Case(rule: .majority, enough: [3, 5], tooFew: [3]),
    Case(rule: .all, enough: [2, 3, 4, 5], tooFew: [2, 3, 4]),
    Case(rule: .any(1, of: []), enough: [4], tooFew: []),
    Case(rule: .any(2, of: []), enough: [2, 4], tooFew: [4]),
    Case(rule: .any(1, of: [NodeID(2), NodeID(3)]), enough: [3], tooFew: [4, 5]),
    Case(rule: .first(1, of: [NodeID(2), NodeID(3)]), enough: [2], tooFew: [4, 5]),
    Case(rule: .first(2, of: [NodeID(2), NodeID(3)]), enough: [2, 3], tooFew: [2, 4, 5]),
  ]

  static func story(_ rule: AckRule, _ durability: AckDurability, periodicSync: Bool = false)
    -> Story
  {
    var story = Story(rule, durability: durability, periodicSync: periodicSync, nodes: 5)
    story.elect(1, first, [])
    story.flush(1, 3, first)
    story.see(.written(node: NodeID(1), point: story.point(3, first)))
    return story
  }

  @Test(arguments: cases)
  func flushedByEnough(example: Case) {
    var story = Self.story(example.rule, .flushed)
    for node in example.enough { story.flush(node, 3, first) }
    story.acknowledge(1, first, 3)
    story.expectNothing()
  }

  @Test(arguments: cases)
  func flushedByTooFew(example: Case) {
    var story = Self.story(example.rule, .flushed)
    for node in example.tooFew { story.flush(node, 3, first) }
    story.acknowledge(1, first, 3)
    story.expectViolation("n1 acknowledged record 3 of term 1 before")
  }

  @Test(arguments: cases)
  func receivedIsNotFlushed(example: Case) {
    var story = Self.story(example.rule, .flushed)
    for node in Self.followers {
      story.see(.appended(node: node, point: story.point(3, first)))
      story.see(.durable(node: node, point: story.point(2, first)))
    }
    story.acknowledge(1, first, 3)
    story.expectViolation("n1 acknowledged record 3")
  }

  @Test(arguments: cases)
  func receivedByEnough(example: Case) {
    var story = Self.story(example.rule, .received)
    for node in example.enough {
      story.see(.appended(node: NodeID(node), point: story.point(3, first)))
    }
    story.acknowledge(1, first, 3)
    story.expectNothing()
  }

  @Test(arguments: cases)
  func receivedByTooFew(example: Case) {
    var story = Self.story(example.rule, .received)
    for node in example.tooFew {
      story.see(.appended(node: NodeID(node), point: story.point(3, first)))
    }
    story.acknowledge(1, first, 3)
    story.expectViolation("n1 acknowledged record 3")
  }

  @Test(arguments: cases)
  func appliedByEnough(example: Case) {
    var story = Self.story(example.rule, .applied)
    for node in example.enough {
      story.flush(node, 3, first)
      story.see(.applied(node: NodeID(node), point: story.point(3, first), stateHash: 1))
    }
    story.acknowledge(1, first, 3)
    story.expectNothing()
  }

  @Test(arguments: cases)
  func shownAndNotFlushedIsNotApplied(example: Case) {
    var story = Self.story(example.rule, .applied)
    for node in Self.followers {
      story.see(.appended(node: node, point: story.point(3, first)))
      story.see(.applied(node: node, point: story.point(3, first), stateHash: 1))
    }
    story.acknowledge(1, first, 3)
    story.expectViolation("n1 acknowledged record 3")
  }

  @Test(arguments: cases)
  func aCopyOfAnEarlierTermIsNone(example: Case) {
    var story = Self.story(example.rule, .flushed)
    // They hold three records, of a term before the leader's.
    let old = Term(epoch: 0, node: NodeID(5))
    for node in Self.followers { story.flush(Int(node.number), 3, old) }
    story.acknowledge(1, first, 3)
    story.expectViolation("n1 acknowledged record 3")
  }

  @Test(arguments: cases)
  func theLeadersOwnDiskCounts(example: Case) {
    var story = Story(example.rule, nodes: 5)
    story.elect(1, first, [])
    story.see(.appended(node: NodeID(1), point: story.point(3, first)))
    for node in Self.followers { story.flush(Int(node.number), 3, first) }
    story.acknowledge(1, first, 3)
    story.expectViolation("n1 acknowledged record 3")
  }

  @Test func asynchronousNeedsTheLeadersDiskOnly() {
    var story = Self.story(.asynchronous, .flushed)
    story.acknowledge(1, first, 3)
    story.expectNothing()
    story.acknowledge(1, first, 4)
    story.expectViolation("n1 acknowledged record 4")
  }

  @Test func withAPeriodicSyncWrittenIsEnough() {
    var story = Story(.majority, periodicSync: true)
    story.elect(1, first, [])
    story.see(.written(node: NodeID(1), point: story.point(3, first)))
    story.see(.written(node: NodeID(2), point: story.point(3, first)))
    story.acknowledge(1, first, 3)
    story.expectNothing()
    story.see(.written(node: NodeID(1), point: story.point(4, first)))
    story.acknowledge(1, first, 4)
    story.expectViolation("n1 acknowledged record 4")
  }

  /// Found by seed 4566: the follower's disk was lost after it had said that it had written and applied
  /// the record, and before its leader heard so.
  @Test func whatWasWrittenAndAppliedBeforeADiskWasLostCounts() {
    var story = Story(
      .any(1, of: [NodeID(1), NodeID(2)]), durability: .applied, periodicSync: true)
    story.elect(1, first, [])
    for node in [1, 2] { story.see(.written(node: NodeID(node), point: story.point(3, first))) }
    story.see(.wiped(node: NodeID(2)))
    story.acknowledge(1, first, 3)
    story.expectNothing()
    story.see(.written(node: NodeID(1), point: story.point(4, first)))
    story.acknowledge(1, first, 4)
    story.expectViolation("n1 acknowledged record 4")
  }

  @Test func aLeaderThatSaidSoMayAcknowledgeAlone() {
    var story = Self.story(.all, .flushed)
    story.see(.degraded(leader: NodeID(1)))
    story.acknowledge(1, first, 3)
    story.expectNoViolation()
    story.expectFinding("n1 acknowledges alone")
    // Its own disk must have it nevertheless.
    story.acknowledge(1, first, 4)
    story.expectViolation("n1 acknowledged record 4")
  }

  @Test func onceRestoredThePolicyHoldsAgain() {
    var story = Self.story(.all, .flushed)
    story.see(.degraded(leader: NodeID(1)))
    story.see(.restored(leader: NodeID(1)))
    story.acknowledge(1, first, 3)
    story.expectViolation("n1 acknowledged record 3")
  }

  @Test func aNewOfficeBeginsWithoutTheOldOnesExcuse() {
    var story = Self.story(.all, .flushed)
    story.see(.degraded(leader: NodeID(1)))
    story.elect(1, third, [(first, 3)])
    story.flush(1, 4, third)
    story.acknowledge(1, third, 4)
    story.expectViolation("n1 acknowledged record 4 of term 3")
  }

  @Test func writesUnderWayMayBeAnsweredUnderThePolicyBefore() {
    var story = Self.story(.asynchronous, .flushed)
    story.policy(.all, nodes: 5)
    story.acknowledge(1, first, 3)
    story.expectNothing()
  }

  @Test func laterWritesKeepTheNewPolicy() {
    var story = Self.story(.asynchronous, .flushed)
    story.policy(.all, nodes: 5)
    story.flush(1, 4, first)
    story.acknowledge(1, first, 4)
    story.expectViolation("n1 acknowledged record 4")
  }

  @Test func twoPoliciesAgoIsTooLongAgo() {
    var story = Self.story(.asynchronous, .flushed)
    story.policy(.all, nodes: 5)
    story.policy(.majority, nodes: 5)
    story.acknowledge(1, first, 3)
    story.expectViolation("n1 acknowledged record 3")
  }

  @Test func aFrozenLeaderHasNotHeardOfThePoliciesSince() {
    var story = Self.story(.asynchronous, .flushed)
    story.see(.frozen(node: NodeID(1)))
    story.policy(.all, nodes: 5)
    story.policy(.majority, nodes: 5)
    story.see(.thawed(node: NodeID(1)))
    story.acknowledge(1, first, 3)
    story.expectNothing()
  }
}
