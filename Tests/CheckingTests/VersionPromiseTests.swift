import Checking
import Positions
import Testing

/// What answers show, whose copies count, what becomes of hints, and that a request makes one version.
@Suite struct VersionPromiseTests {
  // MARK: Answers

  static func answer(
    _ versions: [Dot], knowing context: [Dot], in story: inout VersionStory
  ) {
    story.invoke(5)
    story.see(
      .readReturned(
        id: 5, servedBy: NodeID(1), context: VersionVector(context), versions: DotList(versions)))
  }

  @Test func answersShowAllThatStands() {
    var story = VersionStory()
    story.make(a)
    story.make(b)
    Self.answer([a, b], knowing: [a, b], in: &story)
    story.expectNothing()
    Self.answer([b], knowing: [a, b], in: &story)
    story.expectViolation("without n1.1:1, which stands")
  }

  @Test func answersDoNotShowWhatWasSuperseded() {
    var story = VersionStory()
    story.make(a)
    story.make(b, knowing: [a])
    Self.answer([b], knowing: [a, b], in: &story)
    story.expectNothing()
    Self.answer([a, b], knowing: [a, b], in: &story)
    story.expectViolation("with n1.1:1, whose place n2.1:1 took")
  }

  @Test(arguments: [KeyRule.siblings, .counter, .set])
  func copiesDoNotHoldWhatTheyKnowToBeSuperseded(rule: KeyRule) {
    var story = VersionStory()
    let (old, new) = rule == .counter ? (a, a2) : (a, b)
    story.make(old, rule: rule, value: 3, count: 1)
    story.make(new, knowing: [old], rule: rule, value: 3, count: 1)
    story.hold([1], [new], knowing: [old, new])
    story.expectNothing()
    story.hold([2], [old, new])
    story.expectViolation("n2 holds n1.1:1 of k")
  }

  // MARK: Copies and requests

  @Test(arguments: [true, false])
  func standInsCountWhereTheKnobsSaySo(hintsCount: Bool) {
    var story = VersionStory(strict: false)
    story.see(
      .promised(
        replicas: 3, reads: 2, writes: 2, strict: false, synced: true, tombstonesStay: true,
        hintsCount: hintsCount))
    story.make(a)
    story.store(a, on: [1])
    story.store(a, on: [3], for: 2)
    story.acknowledge(a)
    if hintsCount {
      story.expectNothing()
    } else {
      story.expectViolation("acknowledged before 2 replicas had it")
    }
  }

  @Test func aRequestMakesOneVersion() {
    var story = VersionStory()
    func make(_ dot: Dot, _ request: UInt64) {
      story.see(
        .created(
          keyHash: VersionStory.key, key: "k", rule: .siblings, dot: dot, past: VersionVector(),
          clock: .start, value: 0, count: 0, isTombstone: false, leavesVersion: true,
          request: request))
    }
    make(a, 3 << 32 | 1)
    make(a2, 3 << 32 | 2)
    make(b, 4 << 32 | 1)
    story.expectNothing()
    make(c, 3 << 32 | 1)
    story.expectViolation("attempt 1 of session 3")
  }

  // MARK: Hints

  static func deliver(_ versions: [Dot], in story: inout VersionStory) {
    story.see(.hinted(node: NodeID(1), for: NodeID(2), hint: 1))
    story.see(
      .hintDelivered(
        node: NodeID(1), hint: 1, to: NodeID(2), keyHash: VersionStory.key,
        versions: DotList(versions)))
  }

  @Test func whoseHintIsHandedOverHasIt() {
    for holders in [[2], [], [1, 3]] {
      var story = VersionStory()
      story.make(a)
      story.store(a, on: holders)
      Self.deliver([a], in: &story)
      if holders == [2] {
        story.expectNothing()
      } else {
        story.expectViolation("handed n1.1:1 of k over to n2, which does not have it")
      }
    }
  }

  @Test func whatTookAHintsPlaceWillDo() {
    var story = VersionStory()
    story.make(a)
    story.make(b, knowing: [a])
    story.store(b, on: [2])
    Self.deliver([a], in: &story)
    story.expectNothing()
  }

  /// Three hints, two of them durable, and a restart after which so many are left.
  @Test(arguments: [(3, true), (2, true), (1, false)])
  func durableHintsSurviveARestart(left: Int, isRight: Bool) {
    var story = VersionStreamTests.hinted(3)
    story.see(.hintSafe(node: NodeID(1), hint: 1))
    story.see(.hintSafe(node: NodeID(1), hint: 3))
    story.see(.crashed(node: NodeID(1)))
    story.start(1)
    story.see(.hintsWaiting(node: NodeID(1), count: left))
    if isRight {
      story.expectNothing()
    } else {
      story.expectViolation("says that 1 hints wait, and 2 do")
    }
  }

  @Test func whatEndedOrWasLostWithADiskIsNotMissed() {
    var story = VersionStreamTests.hinted(2)
    story.see(.hintSafe(node: NodeID(1), hint: 1))
    story.see(.hintSafe(node: NodeID(1), hint: 2))
    story.see(.hintDelivered(node: NodeID(1), hint: 1))
    story.see(.crashed(node: NodeID(1)))
    story.start(1)
    story.see(.hintExpired(node: NodeID(1), hint: 2))
    story.see(.hintsWaiting(node: NodeID(1), count: 0))
    story.expectNothing()
    var lost = VersionStreamTests.hinted(2)
    lost.see(.hintSafe(node: NodeID(1), hint: 1))
    lost.see(.wiped(node: NodeID(1)))
    lost.start(1, lostDisk: true)
    lost.see(.hintsWaiting(node: NodeID(1), count: 0))
    lost.expectNothing()
  }

  // MARK: Streams

  @Test func writersSayWhatTheyKnew() {
    var story = VersionStory(replicas: 1, reads: 1, writes: 1)
    story.see(VersionStreamTests.apply(1, b))
    story.see(VersionStreamTests.apply(1, a, after: [b]))
    // Said once is said for all that follow.
    story.see(VersionStreamTests.apply(1, a2))
    story.expectNothing()
    story.see(VersionStreamTests.apply(1, c))
    story.see(VersionStreamTests.apply(1, VersionStory.dot(1, 3)))
    story.expectViolation("n1 made write 3 and did not say that it knew n3.1:1")
  }
}
