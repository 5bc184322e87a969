import Checking
import Positions
import Testing

/// What reads may show: stale ones are counted, broken guarantees are violations.
@Suite struct ReadTests {
  static let key: UInt64 = 0xC0FFEE
  static let other: UInt64 = 0xBEEF

  /// n1 leads; session 1 wrote the key, record 5, and was told so.
  static func written(_ rule: AckRule = .asynchronous, fencing: Bool = true) -> Story {
    var story = Story(rule, fencing: fencing)
    story.elect(1, first, [])
    story.flush(1, 5, first)
    story.flush(2, 5, first)
    story.acknowledge(1, first, 5)
    story.wrote(1, key, 5, first)
    return story
  }

  // MARK: Two leaders at once

  /// Found by seed 4935: one session wrote to both of two leaders.
  @Test func aReadWithoutTheSessionsOwnWriteIsAFindingWhereFencingIsOff() {
    var story = Self.written(fencing: false)
    story.read(1, Self.key, .readYourWrites, shows: nil, through: 4, at: 2)
    story.expectNoViolation()
    story.expectFinding("n2 answered session 1 from record 4, before its own write 5")
  }

  // MARK: Stale reads

  @Test func aReadThatMissesAnAcknowledgedWriteIsStale() {
    var story = Self.written()
    story.read(2, Self.key, .none, shows: nil, through: 4, at: 2)
    #expect(story.checker.ledger.staleReads == 1)
    story.read(2, Self.key, .none, shows: (3, first), through: 4, at: 2)
    #expect(story.checker.ledger.staleReads == 2)
    story.expectNothing()
  }

  @Test func freshReadsAndOtherKeysAreNotStale() {
    var story = Self.written()
    story.read(2, Self.key, .none, shows: (5, first), through: 5)
    story.read(2, Self.key, .none, shows: (7, first), through: 7)
    story.read(2, Self.other, .none, shows: nil, through: 1, at: 3)
    #expect(story.checker.ledger.staleReads == 0)
    story.expectNothing()
  }

  @Test func whatWasAcknowledgedWhileTheReadWasUnderWayMayBeMissed() {
    var story = Self.written()
    story.invoke(2, Self.key, .linearizable)
    story.flush(1, 6, first)
    story.acknowledge(1, first, 6)
    story.wrote(1, Self.key, 6, first)
    story.answer(2, shows: (5, first), through: 5)
    #expect(story.checker.ledger.staleReads == 0)
    story.expectNothing()
  }

  @Test func aLostWriteMakesNoReadStale() {
    var story = Self.written()
    story.elect(2, second, [(first, 4)])
    story.read(2, Self.key, .none, shows: (3, first), through: 4, at: 2)
    #expect(story.checker.ledger.staleReads == 0)
  }

  @Test func aWriteThatWasLostWhileTheReadWasUnderWayMakesItNotStale() {
    var story = Self.written()
    story.invoke(2, Self.key, .linearizable)
    story.elect(2, second, [(first, 4)])
    story.answer(2, shows: (3, first), through: 6, at: 2)
    #expect(story.checker.ledger.staleReads == 0)
    story.expectNoViolation()
  }

  // MARK: Read your writes

  @Test func aSessionSeesItsOwnWrites() {
    var story = Self.written()
    story.read(1, Self.other, .readYourWrites, shows: nil, through: 4, at: 2)
    story.expectViolation("n2 answered session 1 from record 4", "its own write 5")
  }

  @Test func othersNeedNotSeeThem() {
    var story = Self.written()
    story.read(1, Self.other, .readYourWrites, shows: nil, through: 5, at: 2)
    story.read(2, Self.other, .readYourWrites, shows: nil, through: 4, at: 2)
    story.read(1, Self.other, .none, shows: nil, through: 4, at: 2)
    story.expectNothing()
  }

  @Test func aSessionsLostWriteCantBeSeen() {
    var story = Self.written()
    story.elect(2, second, [(first, 4)])
    story.read(1, Self.other, .readYourWrites, shows: nil, through: 4, at: 2)
    story.expectNoViolation()
  }

  // MARK: Monotonic reads

  @Test func aSessionSeesNoLessThanBefore() {
    var story = Self.written()
    story.read(2, Self.other, .monotonic, shows: nil, through: 5, at: 1)
    story.read(2, Self.other, .monotonic, shows: nil, through: 4, at: 2)
    story.expectViolation("n2 answered session 2 from record 4", "had seen 5")
  }

  @Test func otherSessionsAndTheSameRecordAreFine() {
    var story = Self.written()
    story.read(2, Self.other, .monotonic, shows: nil, through: 5, at: 1)
    story.read(2, Self.other, .monotonic, shows: nil, through: 5, at: 2)
    story.read(3, Self.other, .monotonic, shows: nil, through: 4, at: 2)
    story.read(2, Self.other, .none, shows: nil, through: 3, at: 2)
    story.expectNothing()
  }

  @Test func whatAReadWithoutGuaranteeSawCountsToo() {
    var story = Self.written()
    story.read(2, Self.other, .none, shows: nil, through: 5, at: 1)
    story.read(2, Self.other, .monotonic, shows: nil, through: 4, at: 2)
    story.expectViolation("had seen 5")
  }

  @Test func aReadThatWasGivenUpSawNothing() {
    var story = Self.written()
    story.invoke(2, Self.other, .monotonic)
    story.see(.readForgotten(id: 2 << 32))
    story.answer(2, shows: nil, through: 5)
    story.read(2, Self.other, .monotonic, shows: nil, through: 4, at: 2)
    story.expectNothing()
  }

  @Test func anAnswerToAnotherReadIsNone() {
    var story = Self.written()
    story.invoke(2, Self.key, .linearizable)
    story.see(
      .readReturned(
        id: 2 << 32 | 7, servedBy: NodeID(1), versionIndex: .zero, versionTerm: .zero,
        appliedThrough: .zero))
    story.expectNothing()
    #expect(story.checker.ledger.staleReads == 0)
  }

  // MARK: Linearizable reads

  @Test func aLinearizableReadSeesWhatWasAcknowledged() {
    var story = Self.written()
    story.read(2, Self.key, .linearizable, shows: (3, first), through: 4, at: 3)
    story.expectViolation("n3 answered a linearizable read from record 4", "record 5")
    #expect(story.checker.ledger.staleReads == 1)
  }

  @Test func whicheverKeyItWas() {
    var story = Self.written()
    story.read(2, Self.other, .linearizable, shows: nil, through: 4, at: 3)
    story.expectViolation("n3 answered a linearizable read from record 4")
  }

  @Test func andWhatAReadBeforeItSaw() {
    // Nobody was told that record 6 is safe, but it is committed, and a linearizable read showed it.
    var story = Self.written()
    for node in 1...3 { story.flush(node, 6, first) }
    story.commit(1, first, 6)
    story.read(2, Self.other, .linearizable, shows: (6, first), through: 6)
    story.read(3, Self.other, .linearizable, shows: nil, through: 5, at: 3)
    story.expectViolation("n3 answered a linearizable read from record 5", "record 6")
  }

  @Test func aLinearizableReadThatSeesItAllIsFine() {
    var story = Self.written()
    story.read(2, Self.key, .linearizable, shows: (5, first), through: 5)
    story.read(3, Self.key, .linearizable, shows: (5, first), through: 5, at: 2)
    story.read(3, Self.other, .linearizable, shows: nil, through: 9, at: 2)
    story.expectNothing()
  }

  @Test func aReadOfAnotherKindPromisesNothingToLaterOnes() {
    var story = Self.written()
    story.read(2, Self.other, .none, shows: (6, first), through: 6)
    story.read(3, Self.other, .linearizable, shows: nil, through: 5, at: 3)
    story.expectNothing()
  }

  @Test func aStateFarEnoughWithAnOldVersionIsStaleNevertheless() {
    var story = Self.written()
    story.read(2, Self.key, .linearizable, shows: (3, first), through: 9, at: 3)
    story.expectViolation("n3 answered a linearizable read")
  }

  @Test func withoutFencingItIsAFinding() {
    var story = Self.written(fencing: false)
    story.read(2, Self.key, .linearizable, shows: nil, through: 4, at: 3)
    story.expectNoViolation()
    story.expectFinding("n3 answered a linearizable read")
  }

  @Test func afterALossOnlyWhatIsLeftMustBeSeen() {
    var story = Self.written()
    story.flush(1, 9, first)
    for index in 6...9 as ClosedRange<UInt64> {
      story.acknowledge(1, first, index)
      story.wrote(1, Self.other, index, first)
    }
    story.elect(2, second, [(first, 6)])
    story.read(2, Self.other, .linearizable, shows: (6, first), through: 7, at: 2)
    story.expectNoViolation()
    // What the new leader acknowledges counts again.
    story.flush(2, 8, second)
    story.acknowledge(2, second, 8)
    story.wrote(1, Self.other, 8, second)
    story.read(2, Self.other, .linearizable, shows: (6, first), through: 7, at: 2)
    story.expectViolation("n2 answered a linearizable read from record 7", "record 8")
  }
}
