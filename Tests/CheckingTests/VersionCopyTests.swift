import Checking
import Positions
import Testing

/// What nodes hold only joins upward; tombstones, hints and streams.
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
  }

  @Test func aTombstoneThatComesBackIsNone() {
    var story = Self.deleted(on: [1, 2, 3])
    story.see(Self.forget(1))
    story.hold([1], [b], knowing: [a, b])
    story.expectNothing()
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

  // MARK: Hints

  static func hinted(_ count: UInt64) -> VersionStory {
    var story = VersionStory(strict: false)
    for hint in 1...count { story.see(.hinted(node: NodeID(1), for: NodeID(2), hint: hint)) }
    return story
  }

  @Test func eachHintEndsOnce() {
    var story = Self.hinted(40)
    story.see(.hintDelivered(node: NodeID(1), hint: 7))
    story.see(.hintExpired(node: NodeID(1), hint: 39))
    story.see(.hintsWaiting(node: NodeID(1), count: 38))
    story.expectNothing()
  }

  @Test func hintsThatEndTwiceAreReported() {
    for first in [true, false] {
      for second in [true, false] {
        var story = Self.hinted(3)
        func end(_ delivered: Bool) -> VersionObservation {
          delivered
            ? .hintDelivered(node: NodeID(1), hint: 2) : .hintExpired(node: NodeID(1), hint: 2)
        }
        story.see(end(first))
        story.see(end(second))
        story.expectViolation("hint 2, which it does not have any more")
      }
    }
  }

  @Test func waitingHintsAreCounted() {
    var story = Self.hinted(3)
    story.see(.hintsWaiting(node: NodeID(1), count: 2))
    story.expectViolation("says that 2 hints wait, and 3 do")
  }

  @Test func afterARestartAHintMayEndAgainOnce() {
    var story = Self.hinted(3)
    story.see(.hintDelivered(node: NodeID(1), hint: 2))
    story.see(.crashed(node: NodeID(1)))
    story.start(1)
    story.see(.hintsWaiting(node: NodeID(1), count: 3))
    story.see(.hintDelivered(node: NodeID(1), hint: 2))
    story.see(.hintsWaiting(node: NodeID(1), count: 2))
    story.expectNothing()
    story.see(.hintDelivered(node: NodeID(1), hint: 2))
    story.expectViolation("does not have any more")
  }

  // MARK: Streams

  static func apply(
    _ node: Int, _ origin: Dot, after: [Dot] = []
  ) -> VersionObservation {
    .appliedFrom(
      node: NodeID(node), origin: origin.actor, sequence: origin.counter,
      depends: VersionVector(after))
  }

  @Test func writesAreAppliedInOrder() {
    var story = VersionStory(replicas: 1, reads: 1, writes: 1)
    story.see(Self.apply(1, b))
    story.see(Self.apply(1, VersionStory.dot(2, 2), after: [b, a]))
    story.see(Self.apply(1, c, after: [VersionStory.dot(2, 2)]))
    story.see(.crashed(node: NodeID(1)))
    story.start(1)
    story.see(Self.apply(1, VersionStory.dot(2, 2)))
    story.see(Self.apply(1, VersionStory.dot(2, 3), after: [c]))
    story.see(.tookState(node: NodeID(1), applied: VersionVector([VersionStory.dot(3, 8)])))
    story.see(Self.apply(1, VersionStory.dot(3, 9)))
    story.expectNothing()
  }

  /// What n1 must not apply after the first write of n2.
  @Test(arguments: [
    (b, [Dot](), "again"), (VersionStory.dot(2, 3), [], "a gap"),
    (c, [VersionStory.dot(2, 2)], "before"),
    (VersionStory.dot(3, 2), [], "a gap"),
  ])
  func wrongStreamsAreReported(next: Dot, after: [Dot], words: String) {
    var story = VersionStory(replicas: 1, reads: 1, writes: 1)
    story.see(Self.apply(1, b))
    story.see(Self.apply(1, next, after: after))
    story.expectViolation(words)
  }

  @Test func equalHistoriesMeanEqualStates() {
    var story = VersionStory()
    for (node, applied, state) in [(1, 5, 50), (2, 5, 50), (3, 6, 60)] as [(Int, UInt64, UInt64)] {
      story.see(.shows(node: NodeID(node), applied: applied, stateHash: state))
    }
    story.expectNothing()
    story.see(.shows(node: NodeID(3), applied: 5, stateHash: 51))
    story.expectViolation("n1 and n3 applied the same and differ in state")
  }

  @Test func rootsTellContents() {
    var story = VersionStory()
    for equal in [true, false] {
      story.see(
        .rootsCompared(NodeID(1), NodeID(2), rootsEqual: equal, contentsEqual: equal))
    }
    story.expectNothing()
    story.see(.rootsCompared(NodeID(1), NodeID(2), rootsEqual: true, contentsEqual: false))
    story.expectViolation("Merkle roots")
  }
}
