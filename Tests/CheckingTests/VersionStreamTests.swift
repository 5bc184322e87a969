import Checking
import Positions
import Testing

/// Hints, what several leaders stream, and what nodes show as a whole.
@Suite struct VersionStreamTests {
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

  @Test func hintsOfAnEarlierRunAreTakenAsTheyAre() {
    var story = VersionStory(strict: false)
    story.see(.hintsWaiting(node: NodeID(1), count: 5))
    story.see(.hintDelivered(node: NodeID(1), hint: 40))
    story.see(.hintsWaiting(node: NodeID(1), count: 4))
    story.expectNothing()
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
