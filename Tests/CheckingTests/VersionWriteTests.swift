import Checking
import Positions
import Testing

/// Dots, acknowledgements, and how conflicts end.
@Suite struct VersionWriteTests {
  // MARK: Dots

  @Test func anActorsDotsOfAKeyAreCounted() {
    var story = VersionStory()
    story.make(a)
    story.make(a2, knowing: [a])
    story.make(b)
    story.make(VersionStory.dot(1, 3))
    story.expectNothing()
  }

  @Test(arguments: [
    (a, [Dot](), "reused"), (VersionStory.dot(1, 3), [], "skipped"), (a2, [a2], "knew itself"),
  ])
  func wrongDotsAreReported(dot: Dot, past: [Dot], words: String) {
    var story = VersionStory()
    story.make(a)
    story.make(dot, knowing: past)
    story.expectViolation(words)
  }

  @Test func aNodeThatBeginsAgainIsAnotherActor() {
    var story = VersionStory()
    story.see(.crashed(node: NodeID(1)))
    story.start(1)
    story.expectNothing()
    story.see(.crashed(node: NodeID(1)))
    story.see(.started(node: NodeID(1), actor: a.actor, lostDisk: false))
    story.expectViolation("would be used again")
  }

  // MARK: Acknowledged when safe

  @Test func anAcknowledgementNeedsSoManyDisks() {
    var story = VersionStory()
    story.write(a, on: [1, 2])
    #expect(story.checker.ledger.acknowledged == 1)
    story.expectNothing()
  }

  @Test(arguments: [[1], [1, 1], []])
  func anAcknowledgementThatIsTooEarlyIsReported(nodes: [Int]) {
    var story = VersionStory()
    story.make(a)
    story.store(a, on: nodes)
    story.acknowledge(a)
    story.expectViolation("before 2 replicas had it")
  }

  @Test func whatTookItsPlaceCountsForIt() {
    var story = VersionStory()
    story.make(a)
    story.store(a, on: [1])
    story.make(b, knowing: [a])
    story.store(b, on: [2])
    story.acknowledge(a)
    story.expectNothing()
  }

  @Test(arguments: [true, false]) func hintsCountUnlessStrict(strict: Bool) {
    var story = VersionStory(strict: strict)
    story.make(a)
    story.store(a, on: [1])
    story.store(a, on: [3], for: 2)
    story.acknowledge(a)
    if strict { story.expectViolation("before 2 replicas") } else { story.expectNothing() }
  }

  @Test(arguments: [true, false]) func memoryCountsWhereDisksAreNotSyncedFirst(synced: Bool) {
    var story = VersionStory(synced: synced)
    story.make(a)
    story.hold([1, 2], [a])
    story.acknowledge(a)
    if synced { story.expectViolation("before 2 replicas") } else { story.expectNothing() }
  }

  @Test func whatNobodyMadeIsNotAcknowledged() {
    var story = VersionStory()
    story.acknowledge(a)
    story.expectViolation("nobody made it")
  }

  // MARK: Endings

  /// Two writers who did not know of one another; the later clock's is b.
  static func conflict() -> VersionStory {
    var story = VersionStory()
    story.write(a, rule: .lastWriterWins, clock: 5, on: [1, 3])
    story.make(b, rule: .lastWriterWins, clock: 9)
    story.hold([1, 3], [b], knowing: [a, b])
    story.hold([2], [b], knowing: [a, b])
    story.store(b, on: [1, 2, 3])
    story.acknowledge(b)
    return story
  }

  @Test func aConflictIsCountedOnceHoweverManyTellIt() {
    var story = Self.conflict()
    for node in 1...3 { story.end(a, 5, b, 9, .lastWriterWon, by: node) }
    let ledger = story.checker.ledger
    #expect(ledger.conflicts == 1)
    #expect(ledger.losers == 1)
    #expect(ledger.lostByClock == 0)
    #expect(ledger.newestConflicts.map(\.key) == ["k"])
    #expect(ledger.newestConflicts.map(\.by) == [NodeID(1)])
    story.agree([b], knowing: [a, b])
    #expect(story.checker.ledger.lost == 0)
    story.expectFinding("lost to a later clock")
  }

  @Test func aLoserIsCountedAlsoWhenItIsAcknowledgedLater() {
    var story = VersionStory()
    story.make(a, rule: .lastWriterWins, clock: 5)
    story.make(b, rule: .lastWriterWins, clock: 9)
    story.end(a, 5, b, 9, .lastWriterWon)
    #expect(story.checker.ledger.losers == 0)
    story.store(a, on: [1])
    story.store(b, on: [2])
    story.acknowledge(a, needed: 1)
    #expect(story.checker.ledger.losers == 1)
    story.expectFinding("lost to a later clock")
  }

  @Test func aWriteThatKnewOfTheWinnerIsLostByClock() {
    var story = VersionStory()
    story.write(a, rule: .lastWriterWins, clock: 9, on: [1, 2])
    story.make(b, knowing: [a], rule: .lastWriterWins, clock: 5)
    story.end(b, 5, a, 9, .lostByClock)
    story.hold([1, 2], [a], knowing: [a, b])
    story.store(b, on: [1, 2])
    story.acknowledge(b)
    #expect(story.checker.ledger.lostByClock == 1)
    story.agree([a], knowing: [a, b])
    story.expectFinding("lost to a later clock")
  }

  @Test func anEarlierClockDoesNotWin() {
    var story = Self.conflict()
    story.end(b, 9, a, 5, .lastWriterWon)
    #expect(story.checker.violations.map(\.text).contains { $0.contains("whose clock is later") })
  }

  @Test func aClockIsWhatItsWriterSaid() {
    var story = VersionStory()
    story.make(a, rule: .lastWriterWins, clock: 9)
    story.make(b, rule: .lastWriterWins, clock: 5)
    story.end(a, 1, b, 5, .lastWriterWon)
    story.expectViolation("whose clock is later")
  }

  @Test func mergedAndKeptConflictsAreNoLosers() {
    var story = VersionStory()
    story.write(a, on: [1, 2])
    story.write(b, on: [1, 2], beside: [a])
    story.end(a, 0, b, 0, .merged)
    story.end(b, 0, a, 0, .merged, by: 2)
    story.end(a, 0, c, 0, .kept)
    let ledger = story.checker.ledger
    #expect((ledger.conflicts, ledger.merged, ledger.losers) == (2, 1, 0))
    story.expectViolation("nobody made it")
  }

  @Test func theNewestConflictsAreKept() {
    var story = VersionStory()
    story.make(a)
    for counter in 1...60 {
      let dot = VersionStory.dot(2, UInt64(counter))
      story.make(dot)
      story.end(a, 0, dot, 0, .kept)
    }
    #expect(story.checker.ledger.conflicts == 60)
    #expect(story.checker.ledger.newestConflicts.count == VersionLedger.conflictsMaximum)
    #expect(story.checker.ledger.newestConflicts.last?.winner.counter == 60)
    story.expectNothing()
  }

  @Test func aLoserOfWhichNobodyToldIsReported() {
    var story = Self.conflict()
    story.agree([b], knowing: [a, b])
    story.expectViolation("nobody told of it")
  }
}
