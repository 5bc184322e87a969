import Checking
import Positions
import Testing

/// Reads, and what must be true once all agree.
@Suite struct VersionReadTests {
  // MARK: Stale reads

  @Test func aReadShowsWhatWasAcknowledgedBeforeIt() {
    var story = VersionStory()
    story.read([])
    story.write(a, on: [1, 2])
    story.invoke(1)
    story.write(b, knowing: [a], on: [1, 2])
    story.answer(1, [a])
    story.read([a, b])
    #expect(story.checker.ledger.staleReads == 0)
    #expect(story.checker.ledger.readsThatCouldBeStale == 2)
    story.expectNothing()
  }

  @Test func quorumsThatIntersectPermitNoStaleRead() {
    var story = VersionStory()
    story.write(a, on: [1, 2])
    story.read([])
    #expect(story.checker.ledger.staleReads == 1)
    story.expectViolation("R 2 + W 2 > N 3")
  }

  /// What permits it.
  @Test(arguments: ["quorums", "stand-ins", "one leader each", "a lost disk", "lost memory"])
  func staleReadsAreCountedWhere(reason: String) {
    var story = VersionStory(
      replicas: reason == "one leader each" ? 1 : 3, strict: reason != "stand-ins",
      synced: reason != "lost memory")
    story.write(a, on: [1, 2])
    if reason == "a lost disk" { story.see(.wiped(node: NodeID(3))) }
    if reason == "lost memory" { story.see(.crashed(node: NodeID(3))) }
    for _ in 0..<3 { story.read([], needed: reason == "quorums" ? 1 : 2) }
    #expect(story.checker.ledger.staleReads == 3)
    story.expectFinding("more stale reads are only counted")
  }

  @Test func aReadThatIsGivenUpShowsNothing() {
    var story = VersionStory()
    story.write(a, on: [1, 2])
    story.invoke(1)
    story.see(.readForgotten(id: 1))
    story.answer(1, [])
    #expect(story.checker.ledger.readsThatCouldBeStale == 0)
    story.expectNothing()
  }

  // MARK: Sessions

  @Test(arguments: [SessionGuarantee.none, .readYourWrites, .monotonic])
  func aSessionSeesItsOwnWritesIfPromised(guarantee: SessionGuarantee) {
    var story = VersionStory(replicas: 1, reads: 1, writes: 1)
    story.write(a, on: [1], needed: 1, session: 4)
    story.read([], session: 5, guarantee)
    story.expectNoViolation()
    story.read([a], session: 4, guarantee)
    story.expectNoViolation()
    story.read([], session: 4, guarantee)
    switch guarantee {
    case .readYourWrites: story.expectFindingAndViolation("without its own write n1.1:1")
    case .monotonic: story.expectFindingAndViolation("which it had seen")
    default: story.expectNoViolation()
    }
  }

  // MARK: Agreement

  @Test func siblingsAreExactlyTheMaximalVersions() {
    var story = VersionStory()
    story.write(a, on: [1, 2])
    story.write(b, on: [1, 2], beside: [a])
    story.make(c, knowing: [a, b])
    story.agree([a, b])
    story.expectNothing()
    var successor = story
    successor.agree([c], knowing: [a, b, c])
    successor.expectNothing()
    story.agree([a, b, c])
    #expect(story.checker.violationCount == 2)
  }

  @Test(arguments: [true, false]) func aLostWriteIsAViolationUnlessADiskWasLost(wiped: Bool) {
    var story = VersionStory()
    story.write(a, on: [1, 2])
    story.write(b, on: [1, 2], beside: [a])
    if wiped { story.see(.wiped(node: NodeID(1))) }
    story.agree([a])
    #expect(story.checker.ledger.lost == 1)
    #expect(story.checker.ledger.lostWrites.map(\.dot) == [b])
    if wiped {
      story.expectFinding("n2.1:1 of k was acknowledged and is lost: no live replica")
    } else {
      story.expectViolation("n2.1:1 of k was acknowledged and is lost: no live replica")
    }
    story.agree([a])
    #expect(story.checker.ledger.lost == 1)
    story.agree([a, b])
    #expect(story.checker.ledger.lost == 0)
    #expect(story.checker.ledger.lostWrites.isEmpty)
  }

  @Test func aKeyThatNobodyToldIsLost() {
    var story = VersionStory()
    story.write(a, on: [1, 2])
    story.see(.agreedOnAll)
    #expect(story.checker.ledger.lost == 1)
    story.expectViolation("no live replica has its key")
  }

  @Test func whatIsOnANodeThatIsDownIsNotLost() {
    var story = VersionStory()
    story.write(a, on: [1], needed: 1)
    story.see(.crashed(node: NodeID(1)))
    story.agree([])
    story.see(.agreedOnAll)
    #expect(story.checker.ledger.lost == 0)
    story.start(1)
    story.agree([])
    #expect(story.checker.ledger.lost == 1)
    story.expectViolation("is lost")
  }

  @Test func theLastWriterLeavesOneVersion() {
    var story = VersionWriteTests.conflict()
    story.end(a, 5, b, 9, .lastWriterWon)
    story.agree([a, b])
    #expect(story.checker.violations.map(\.text).contains { $0.contains("has 2 versions") })
  }

  @Test func theLatestClockStands() {
    var story = VersionStory()
    story.make(a, rule: .lastWriterWins, clock: 5)
    story.make(b, rule: .lastWriterWins, clock: 9)
    story.agree([b], knowing: [a, b])
    story.expectNothing()
    story.agree([a], knowing: [a, b])
    story.expectViolation("n2.1:1 had taken its place")
  }

  /// 5 and -2 acknowledged, 3 not.
  @Test(arguments: [(3, true), (6, true), (2, false), (7, false)] as [(Int64, Bool)])
  func aCounterSumsWhatWasAcknowledged(sum: Int64, isRight: Bool) {
    var story = VersionStory()
    story.write(a, rule: .counter, count: 5, on: [1, 2])
    story.write(b, rule: .counter, count: -2, on: [1, 2], beside: [a])
    story.make(c, rule: .counter, count: 3)
    story.agree([a, b, c], sum: sum)
    if isRight { story.expectNothing() } else { story.expectViolation("increments come to 3") }
  }

  @Test func aSetKeepsWhatWasAddedAndNotRemoved() {
    var story = VersionStory()
    story.write(a, rule: .set, value: 10, on: [1, 2])
    story.write(b, knowing: [a], rule: .set, value: 20, on: [1, 2], beside: [a])
    story.write(
      c, knowing: [a, b], rule: .set, value: 10, tombstone: true, leaves: false, on: [1, 2],
      beside: [b])
    story.agree([b], knowing: [a, b, c])
    story.expectNothing()
    story.agree([], knowing: [a, b, c])
    story.expectViolation("n2.1:1 of k was acknowledged and is lost: all replicas know it")
  }

  @Test func theFilesOfAnEarlierRunAreTakenAsTheyAre() {
    var story = VersionStory()
    let old = VersionStory.dot(1, 4, start: 0)
    story.hold([1, 2], [old])
    story.write(a, knowing: [old], on: [1, 2])
    story.agree([a], knowing: [a, old])
    story.expectNothing()
  }
}

extension VersionStory {
  /// There is one violation, which has `words`, beside the finding that a read was stale.
  func expectFindingAndViolation(_ words: String, at location: SourceLocation = #_sourceLocation) {
    #expect(checker.findingCount == 1, sourceLocation: location)
    expectViolation(words, at: location)
  }
}
