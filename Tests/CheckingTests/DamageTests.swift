import Checking
import Positions
import Testing

/// What a spoiled disk may cost, and what still counts of nodes that were stopped or wiped again.
@Suite struct DamageTests {
  @Test func aDamagedDiskMayCostTheNewestRecordsOfItsNodeOnly() {
    var story = Story()
    story.see(.durable(node: NodeID(2), point: story.point(5, first)))
    story.see(.durable(node: NodeID(3), point: story.point(5, first)))
    story.see(.spoiled(node: NodeID(2)))
    story.see(.crashed(node: NodeID(2)))
    let short = story.point(3, first)
    story.see(.started(node: NodeID(2), flushed: short, term: first, isNew: false))
    story.expectNoViolation()
    story.expectFinding("n2 restarted with records through 3", "its disk was spoiled")
    story.see(.crashed(node: NodeID(3)))
    story.see(.started(node: NodeID(3), flushed: short, term: first, isNew: false))
    story.expectViolation("n3 restarted with records through 3, but 5 were durable")
  }

  @Test func whatAMisplacedWriteCostsHasNoBound() {
    var story = Story()
    for index in 1...9 {
      story.see(.durable(node: NodeID(2), point: story.point(UInt64(index), first)))
    }
    story.see(.misplaced(node: NodeID(2)))
    story.see(.crashed(node: NodeID(2)))
    let short = story.point(1, first)
    story.see(.started(node: NodeID(2), flushed: short, term: first, isNew: false))
    story.expectNoViolation()
    story.expectFinding("n2 restarted with records through 1", "its disk was spoiled")
  }

  /// Its peers' records may be another branch, and end before its own did.
  @Test func aMendedLogMayEndAnywhereBehindTheDamage() {
    var story = Story()
    for node in [2, 3] {
      for index in 1...9 {
        story.see(.durable(node: NodeID(node), point: story.point(UInt64(index), first)))
      }
      story.see(.spoiled(node: NodeID(node)))
      story.see(.crashed(node: NodeID(node)))
      story.see(.damaged(node: NodeID(node), after: Index(4)))
    }
    story.see(
      .started(node: NodeID(2), flushed: story.point(4, first), term: first, isNew: false))
    story.expectNoViolation()
    story.see(
      .started(node: NodeID(3), flushed: story.point(3, first), term: first, isNew: false))
    story.expectViolation("n3 restarted with records through 3, but 9 were durable")
  }

  @Test func damageThatNothingDidIsAViolation() {
    var story = Story()
    story.see(.durable(node: NodeID(2), point: story.point(5, first)))
    story.see(.crashed(node: NodeID(2)))
    story.see(.damaged(node: NodeID(2), after: Index(2)))
    story.expectViolation("n2 finds its log damaged after record 2", "nothing spoiled its disk")
  }

  @Test func aLogIsGivenUpOnlyWhenItIsDamaged() {
    var story = Story()
    story.see(.durable(node: NodeID(2), point: story.point(5, first)))
    story.see(.spoiled(node: NodeID(2)))
    story.see(.crashed(node: NodeID(2)))
    story.see(.damaged(node: NodeID(2), after: Index(2)))
    story.see(.abandoned(node: NodeID(2)))
    story.see(.started(node: NodeID(2), flushed: .origin, term: first, isNew: false))
    story.expectNoViolation()
    story.expectFinding("n2 set its log of 5 durable records aside")
    story.see(.durable(node: NodeID(3), point: story.point(5, first)))
    story.see(.crashed(node: NodeID(3)))
    story.see(.abandoned(node: NodeID(3)))
    story.expectViolation("n3 set its log of 5 durable records aside")
  }

  @Test func aCutUnderWayWhenTheProcessEndedMayHaveBeenMade() {
    var story = Story()
    story.see(.durable(node: NodeID(2), point: story.point(5, first)))
    story.see(.durable(node: NodeID(3), point: story.point(5, first)))
    story.see(.cutting(node: NodeID(2), to: Index(2)))
    story.see(.crashed(node: NodeID(2)))
    let short = story.point(2, first)
    story.see(.started(node: NodeID(2), flushed: short, term: first, isNew: false))
    story.expectNoViolation()
    story.see(.durable(node: NodeID(2), point: story.point(5, first)))
    story.see(.crashed(node: NodeID(2)))
    story.see(.started(node: NodeID(2), flushed: short, term: first, isNew: false))
    story.expectViolation("n2 restarted with records through 2, but 5 were durable")
  }

  /// Found by seed 1846: a leader promoted by force sent its checkpoint, and the follower's process ended
  /// while it replaced its log.
  @Test func aCheckpointThatReplacesTheLogEndsWhatIsUnderWay() {
    var story = Story()
    story.see(.durable(node: NodeID(2), point: story.point(5, first)))
    story.see(.cutting(node: NodeID(2), to: Index(2)))
    story.see(.installed(node: NodeID(2), point: story.point(2, first)))
    story.see(.durable(node: NodeID(2), point: story.point(6, first)))
    story.see(.crashed(node: NodeID(2)))
    story.see(
      .started(node: NodeID(2), flushed: story.point(2, first), term: first, isNew: false))
    story.expectViolation("n2 restarted with records through 2, but 6 were durable")
  }

  /// Found by seed 522: a follower's word was under way while it lost more with every start.
  @Test func aCopyThatWasConfirmedCountsHoweverOftenItsTailIsLost() {
    var story = Story()
    story.see(
      .policyChanged(
        AckRequirement(rule: .majority, durability: .flushed, periodicSync: false),
        voters: [NodeID(1), NodeID(2), NodeID(3)], members: [NodeID(1), NodeID(2), NodeID(3)],
        fencing: true, checkQuorum: true, promotionNeedsMajority: true))
    for node in [1, 2] {
      story.see(.durable(node: NodeID(node), point: story.point(4, first)))
    }
    story.see(.misplaced(node: NodeID(2)))
    for index in [3, 2, 1] as [UInt64] {
      story.see(.crashed(node: NodeID(2)))
      story.see(
        .started(
          node: NodeID(2), flushed: story.point(index, first), term: first, isNew: false))
    }
    story.see(.crashed(node: NodeID(2)))
    story.acknowledge(1, first, 4)
    story.expectNoViolation()
    story.acknowledge(1, first, 5)
    story.expectViolation("n1 acknowledged record 5", "before it was as durable")
  }

  /// Found by seed 1454: with fencing off a leader of an older term counts what a node has cut off since.
  @Test func aCopyThatWasConfirmedCountsWhateverTookItsPlace() {
    var story = Story()
    let second = Term(epoch: 2, node: NodeID(3))
    story.see(
      .policyChanged(
        AckRequirement(rule: .majority, durability: .flushed, periodicSync: false),
        voters: [NodeID(1), NodeID(2), NodeID(3)], members: [NodeID(1), NodeID(2), NodeID(3)],
        fencing: false, checkQuorum: true, promotionNeedsMajority: true))
    for node in [1, 2] {
      story.see(.durable(node: NodeID(node), point: story.point(9, first)))
    }
    story.see(.truncated(node: NodeID(2), to: story.point(3, first), discarded: []))
    story.see(.durable(node: NodeID(2), point: story.point(5, second)))
    story.see(.crashed(node: NodeID(2)))
    story.acknowledge(1, first, 9)
    story.expectNoViolation()
    story.acknowledge(1, first, 10)
    story.expectViolation("n1 acknowledged record 10", "before it was as durable")
  }

  /// The leader counts a copy that a node had before its disk was lost twice.
  @Test(arguments: [1, 2, 3])
  func aCopyThatWasConfirmedCountsHoweverOftenItsDiskIsLost(times: Int) {
    var story = Story()
    story.see(
      .policyChanged(
        AckRequirement(rule: .majority, durability: .flushed, periodicSync: false),
        voters: [NodeID(1), NodeID(2), NodeID(3)], members: [NodeID(1), NodeID(2), NodeID(3)],
        fencing: true, checkQuorum: true, promotionNeedsMajority: true))
    for node in [1, 2] {
      story.see(.durable(node: NodeID(node), point: story.point(4, first)))
    }
    for _ in 0..<times {
      story.see(.crashed(node: NodeID(2)))
      story.see(.wiped(node: NodeID(2)))
    }
    story.acknowledge(1, first, 4)
    story.expectNoViolation()
    story.acknowledge(1, first, 5)
    story.expectViolation("n1 acknowledged record 5", "before it was as durable")
  }
}
