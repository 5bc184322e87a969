import Checking
import Positions
import Testing

/// What nodes hold only joins upward, and tombstones stay as long as they must.
@Suite struct VersionCopyTests {
  // MARK: Joins

  @Test func copiesJoinUpward() {
    var story = VersionStory()
    story.make(a)
    story.hold([1], [a])
    story.make(b)
    story.hold([2], [b])
    story.hold([1, 2], [a, b])
    story.make(c, knowing: [a, b])
    story.hold([1, 2, 3], [c], knowing: [a, b, c])
    story.expectNothing()
  }

  /// What n1, which holds a and b, is said to hold next.
  @Test(arguments: [
    ([a], [a], "went back"), ([b], [a, b], "overwritten join"),
    ([a, b, c], [a, b], "does not know"),
    ([a, b, c], [a, b, c], "only"),
  ])
  func wrongJoinsAreReported(versions: [Dot], context: [Dot], words: String) {
    var story = VersionStory()
    story.make(a)
    story.make(b)
    story.hold([1], [a, b])
    story.hold([1], versions, knowing: context)
    #expect(story.checker.violations.first?.text.contains(words) == true)
  }

  @Test func whatWasSupersededDoesNotStandAgain() {
    var story = VersionStory()
    story.write(a, on: [1, 2])
    story.write(b, knowing: [a], on: [1, 2])
    story.hold([1], [a, b])
    story.expectViolation("again")
  }

  @Test func aLoserByClockMayGoAndAWinnerMayNot() {
    var story = VersionStory()
    story.make(a, rule: .lastWriterWins, clock: 5)
    story.make(b, rule: .lastWriterWins, clock: 9)
    story.hold([1], [a])
    story.hold([1], [b], knowing: [a, b])
    story.expectNothing()
    story.hold([2], [b])
    story.hold([2], [a], knowing: [a, b])
    story.expectViolation("n2 dropped n2.1:1")
  }

  @Test func tiesOfClocksAreTheValuesToJudge() {
    for winner in [a, b] {
      var story = VersionStory()
      story.make(a, rule: .lastWriterWins, clock: 5)
      story.make(b, rule: .lastWriterWins, clock: 5)
      story.hold([1], [winner], knowing: [a, b])
      story.expectNothing()
    }
  }

  @Test func aCountersNewTotalTakesThePlaceOfTheSameActorsOnly() {
    var story = VersionStory()
    story.make(a, rule: .counter, count: 1)
    story.make(b, rule: .counter, count: 1)
    story.hold([1], [a, b])
    story.make(a2, knowing: [a], rule: .counter, count: 1)
    story.hold([1], [a2, b].sorted(), knowing: [a2, b])
    story.expectNothing()
    story.hold([1], [a2], knowing: [a2, b])
    story.expectViolation("dropped n2.1:1")
  }

  @Test func aRemovalTakesItsElementOnly() {
    var story = VersionStory()
    story.make(a, rule: .set, value: 10)
    story.make(b, rule: .set, value: 20)
    story.hold([1], [a, b])
    story.make(c, knowing: [a, b], rule: .set, value: 10, tombstone: true, leaves: false)
    story.hold([1], [b], knowing: [a, b, c])
    story.expectNothing()
    story.hold([2], [], knowing: [a, b, c])
    story.expectViolation("n2 dropped n2.1:1")
  }

  // MARK: Restarts

  @Test func whatWasNotOnTheDiskMayBeGoneAfterARestart() {
    var story = VersionStory()
    story.make(a)
    story.make(b)
    story.hold([1], [a, b])
    story.store(a, on: [1])
    story.see(.crashed(node: NodeID(1)))
    story.start(1)
    story.hold([1], [a])
    story.expectNothing()
  }

  @Test(arguments: [true, false]) func whatWasOnTheDiskMayNot(lostDisk: Bool) {
    var story = VersionStory()
    story.make(a)
    story.make(b)
    story.hold([1], [a, b])
    story.store(a, on: [1])
    story.see(.crashed(node: NodeID(1)))
    story.start(1, lostDisk: lostDisk)
    story.hold([1], [b])
    if lostDisk { story.expectNothing() } else { story.expectViolation("restarted without") }
  }

  // MARK: Tombstones

  /// A value and its tombstone b, which `nodes` have.
  static func deleted(on nodes: [Int], stay: Bool = true) -> VersionStory {
    var story = VersionStory(stay: stay)
    story.write(a, rule: .lastWriterWins, clock: 1, on: [1, 2, 3])
    story.write(b, knowing: [a], rule: .lastWriterWins, clock: 2, tombstone: true, on: nodes)
    return story
  }

  static func forget(_ node: Int) -> VersionObservation {
    .forgot(node: NodeID(node), keyHash: VersionStory.key, .tombstone)
  }

  @Test func tombstonesGoWhenAllHaveThem() {
    var story = Self.deleted(on: [1, 2, 3])
    for node in 1...3 { story.see(Self.forget(node)) }
    story.read([])
    #expect(story.checker.ledger.staleReads == 0)
    story.see(.agreedOnAll)
    #expect(story.checker.ledger.lost == 0)
    story.expectNothing()
  }

  @Test func aTombstoneThatGoesTooEarlyIsReported() {
    var story = Self.deleted(on: [1, 2])
    story.see(Self.forget(1))
    story.expectViolation("before all 3 replicas had it: 2 had")
  }

  @Test func aValueIsNoTombstone() {
    var story = VersionStory()
    story.write(a, on: [1, 2])
    story.see(Self.forget(1))
    story.expectViolation("which it is not")
  }

  @Test func aGracePeriodLetsAKeyComeBack() {
    var story = Self.deleted(on: [1, 2], stay: false)
    story.see(Self.forget(1))
    story.see(Self.forget(2))
    story.expectNothing()
    story.hold([1], [a])
    story.hold([2], [a])
    story.expectFinding("k came back from the dead on n1")
    #expect(story.checker.ledger.risen == 1, "on two nodes, and it is one key")
    #expect(story.checker.ledger.lost == 0)
  }

  /// Whatever the knob says when the key comes back; a tombstone that went later is judged by itself.
  @Test func whatWentInAGracePeriodMayComeBackAfterIt() {
    var story = Self.deleted(on: [1, 2], stay: false)
    story.see(Self.forget(1))
    story.see(Self.forget(2))
    story.see(
      .promised(
        replicas: 3, reads: 2, writes: 2, strict: true, synced: true, tombstonesStay: true))
    story.hold([1], [a])
    story.hold([2], [a])
    story.expectFinding("k came back from the dead on n1")
    story.write(c, knowing: [a], rule: .lastWriterWins, clock: 3, on: [1, 2, 3])
    story.write(
      a2, knowing: [a, c], rule: .lastWriterWins, clock: 4, tombstone: true, on: [1, 2, 3])
    for node in 1...3 { story.see(Self.forget(node)) }
    story.expectNoViolation()
    story.hold([2], [c], knowing: [a, c])
    story.expectViolation("k came back from the dead on n2")
  }

  @Test func aTombstoneThatComesBackIsNone() {
    var story = Self.deleted(on: [1, 2, 3])
    story.see(Self.forget(1))
    story.hold([1], [b], knowing: [a, b])
    story.expectNothing()
    #expect(story.checker.ledger.risen == 0)
  }

  // MARK: Handing over

  @Test(arguments: [true, false]) func whatIsHandedOverAnotherHas(arrived: Bool) {
    var story = VersionStory(strict: false)
    story.make(a)
    story.hold([3], [a])
    story.store(a, on: [3], for: 2)
    story.acknowledge(a, needed: 1)
    if arrived { story.store(a, on: [2]) }
    story.see(.forgot(node: NodeID(3), keyHash: VersionStory.key, .handedOver))
    if arrived { story.expectNothing() } else { story.expectViolation("nobody else has it") }
  }
}
