import Checking
import Positions
import Testing

/// What was promised and what is gone: counted at elections, listed from rollback files.
@Suite struct LedgerTests {
  /// n1 leads and acknowledged records 1 to `through` alone.
  static func promised(_ through: UInt64, _ rule: AckRule = .asynchronous) -> Story {
    var story = Story(rule)
    story.elect(1, first, [])
    story.flush(1, through, first)
    for index in 1...through { story.acknowledge(1, first, index) }
    return story
  }

  @Test func whatALaterLeaderLacksIsLost() {
    var story = Self.promised(10)
    #expect(story.checker.ledger.acknowledged == 10)
    #expect(story.checker.acknowledgedThrough(first) == Index(10))
    story.elect(2, second, [(first, 6)])
    #expect(story.checker.ledger.lost == 4)
    story.expectNoViolation()
    story.expectFinding("4 acknowledged writes lost", "n2 leads term 2 without them")
  }

  @Test func whatALaterLeaderHasIsNotLost() {
    var story = Self.promised(10)
    story.elect(2, second, [(first, 10)])
    #expect(story.checker.ledger.lost == 0)
    story.expectNothing()
  }

  @Test func whatWasNotAcknowledgedIsNotLost() {
    var story = Self.promised(3)
    story.flush(1, 10, first)
    story.elect(2, second, [(first, 3)])
    #expect(story.checker.ledger.lost == 0)
    story.expectNothing()
  }

  @Test func recordsThatNoClientWroteAreNotCounted() {
    var story = Self.promised(10)
    for index in [1, 5, 8] as [UInt64] {
      story.see(.internalRecord(term: first, index: Index(index)))
    }
    // Of 5 to 10, number 5 and 8 are the leader's own.
    story.elect(2, second, [(first, 4)])
    #expect(story.checker.ledger.lost == 4)
  }

  @Test func aLossIsCountedOnce() {
    var story = Self.promised(10)
    story.elect(2, second, [(first, 6)])
    story.elect(3, third, [(first, 6)])
    #expect(story.checker.ledger.lost == 4)
    story.expectFinding("4 acknowledged writes lost")
  }

  @Test func aSecondElectionMayLoseMore() {
    var story = Self.promised(10)
    story.elect(2, second, [(first, 6)])
    story.elect(3, third, [(first, 4)])
    #expect(story.checker.ledger.lost == 6)
    #expect(story.checker.findingCount == 2)
  }

  @Test func eachTermsLossIsItsOwn() {
    var story = Self.promised(10)
    story.elect(2, second, [(first, 8)])
    story.flush(2, 12, second)
    for index in 9...12 as ClosedRange<UInt64> { story.acknowledge(2, second, index) }
    // n3 lacks record 8 of term 1 and everything of term 2.
    story.elect(3, third, [(first, 7)])
    #expect(story.checker.ledger.acknowledged == 14)
    #expect(story.checker.ledger.lost == 2 + 1 + 4)
  }

  @Test func aLogThatBeginsLaterLostNothing() {
    // n3's log was replaced by a checkpoint: it can't name term 1's records, and has what they did.
    var story = Self.promised(10)
    story.elect(2, second, [(first, 10)])
    story.flush(2, 20, second)
    for index in 11...20 as ClosedRange<UInt64> { story.acknowledge(2, second, index) }
    story.elect(3, third, [(second, 20)], beginsAfter: 20)
    #expect(story.checker.ledger.lost == 0)
    story.expectNothing()
  }

  @Test func anEmptyLogLostEverything() {
    var story = Self.promised(10)
    story.elect(2, second, [])
    #expect(story.checker.ledger.lost == 10)
  }

  // MARK: Against the policy

  @Test func aMajoritysWritesMustNotBeLost() {
    var story = Story(.majority)
    story.elect(1, first, [])
    story.flush(1, 10, first)
    story.flush(2, 10, first)
    for index in 1...10 as ClosedRange<UInt64> { story.acknowledge(1, first, index) }
    story.elect(3, second, [(first, 6)])
    #expect(story.checker.ledger.lost == 4)
    story.expectViolation("4 acknowledged writes lost: n3 leads term 2")
  }

  @Test func semiSynchronousWritesMustNotBeLostEither() {
    // Two of three have them, and a promotion asks two: one of them has.
    var story = Story(.any(1, of: []))
    story.elect(1, first, [])
    story.flush(1, 10, first)
    story.flush(2, 10, first)
    for index in 1...10 as ClosedRange<UInt64> { story.acknowledge(1, first, index) }
    story.elect(3, second, [(first, 6)])
    story.expectViolation("4 acknowledged writes lost")
  }

  @Test(arguments: ["received", "degraded", "forced", "unfenced", "alone", "wiped", "periodic"])
  func whatTheKnobsPermitIsAFinding(why: String) {
    let durability = why == "received" ? AckDurability.received : .flushed
    var story = Story(
      .majority, durability: durability, periodicSync: why == "periodic",
      fencing: why != "unfenced",
      promotionNeedsMajority: why != "alone")
    story.elect(1, first, [])
    for node in [1, 2] {
      story.flush(node, 10, first)
      story.see(.written(node: NodeID(node), point: story.point(10, first)))
    }
    if why == "degraded" { story.see(.degraded(leader: NodeID(1))) }
    for index in 1...10 as ClosedRange<UInt64> { story.acknowledge(1, first, index) }
    if why == "wiped" {
      story.see(.crashed(node: NodeID(2)))
      story.see(.wiped(node: NodeID(2)))
    }
    story.elect(3, second, [(first, 6)], forced: why == "forced")
    #expect(story.checker.ledger.lost == 4)
    story.expectNoViolation()
    #expect(
      story.checker.findings.contains { $0.text.contains("4 acknowledged writes lost") },
      "\(story.checker.findings)")
  }

  /// Found by seed 401: n3 was promoted by force, and then n2, in a term of the same number, which is
  /// the lower one of the two. Two have what n2 promised, and n3's log wins against both.
  @Test(arguments: [true, false])
  func nothingKeepsWhatALeaderOvertakenByForcePromises(isForced: Bool) {
    var story = Story(.any(1, of: []))
    story.elect(1, first, [])
    let lower = Term(epoch: 2, node: NodeID(2))
    story.elect(3, Term(epoch: 2, node: NodeID(3)), [(first, 0)], forced: isForced)
    story.elect(2, lower, [(first, 0)], forced: isForced)
    story.flush(2, 4, lower)
    story.flush(1, 4, lower)
    for index in 1...4 as ClosedRange<UInt64> { story.acknowledge(2, lower, index) }
    story.elect(3, third, [(first, 0), (Term(epoch: 2, node: NodeID(3)), 2)])
    #expect(story.checker.ledger.lost == 4)
    if isForced {
      story.expectNoViolation()
      #expect(
        story.checker.findings.contains { $0.text.contains("4 acknowledged writes lost") },
        "\(story.checker.findings)")
    } else {
      story.expectViolation("4 acknowledged writes lost")
    }
  }

  // MARK: Promises after the next election

  @Test func aDeposedLeadersPromisesAreLostAtOnce() {
    var story = Self.promised(4)
    story.policy(.asynchronous, fencing: false)
    story.elect(2, second, [(first, 4)])
    story.flush(1, 9, first)
    for index in 5...9 as ClosedRange<UInt64> { story.acknowledge(1, first, index) }
    #expect(story.checker.ledger.acknowledged == 9)
    #expect(story.checker.ledger.lost == 5)
    // The next election finds nothing new.
    story.elect(3, third, [(first, 4), (second, 7)])
    #expect(story.checker.ledger.lost == 5)
  }

  @Test func aDeposedLeadersOwnRecordsAreNotCountedThen() {
    var story = Self.promised(4)
    story.elect(2, second, [(first, 4)])
    story.flush(1, 9, first)
    story.see(.internalRecord(term: first, index: Index(6)))
    story.acknowledge(1, first, 9, writes: 4)
    #expect(story.checker.ledger.lost == 4)
  }

  // MARK: Keys

  @Test func keysAreListedFromTheRollback() {
    var story = Self.promised(10)
    story.elect(2, second, [(first, 6)])
    #expect(story.checker.ledger.listedCount == 0)
    story.rollBack(1, to: story.point(6, first), first, [7, 8, 9, 10])
    let ledger = story.checker.ledger
    #expect(ledger.listedCount == 4)
    #expect(ledger.lostWrites.map(\.key) == ["k7", "k8", "k9", "k10"])
    #expect(ledger.lostWrites.map(\.index.rawValue) == [7, 8, 9, 10])
    #expect(ledger.lostWrites.allSatisfy { $0.term == first })
    #expect(ledger.lostWrites.allSatisfy { $0.why.contains("n2 was elected in term 2") })
  }

  @Test func aSecondCopyOfALostWriteIsNotListedAgain() {
    var story = Self.promised(10)
    story.elect(2, second, [(first, 6)])
    story.rollBack(1, to: story.point(6, first), first, [7, 8, 9, 10])
    story.rollBack(3, to: story.point(6, first), first, [7, 8])
    #expect(story.checker.ledger.listedCount == 4)
  }

  @Test func whatWasRolledBackAndNotPromisedIsNotListed() {
    var story = Self.promised(8)
    story.flush(1, 12, first)
    story.elect(2, second, [(first, 6)])
    story.rollBack(1, to: story.point(6, first), first, [7, 8, 9, 10, 11, 12])
    #expect(story.checker.ledger.lostWrites.map(\.key) == ["k7", "k8"])
    #expect(story.checker.ledger.lost == 2)
  }

  @Test func whatALaterLeaderHasIsNotListed() {
    var story = Self.promised(8)
    story.elect(2, second, [(first, 8)])
    story.rollBack(1, to: story.point(6, first), first, [7, 8])
    #expect(story.checker.ledger.listedCount == 0)
  }

  @Test func theListIsBoundedAndTheCountIsNot() {
    let count = UInt64(Ledger.listMaximum + 30)
    var story = Self.promised(count)
    story.elect(2, second, [])
    story.rollBack(1, to: .origin, first, Array(1...count))
    #expect(story.checker.ledger.lost == Int(count))
    #expect(story.checker.ledger.listedCount == Int(count))
    #expect(story.checker.ledger.lostWrites.count == Ledger.listMaximum)
    #expect(story.checker.ledger.lostWrites.last?.key == "k\(count)")
  }

  @Test func theNewestPromiseIsKnown() {
    var story = Self.promised(4)
    story.elect(2, second, [(first, 4)])
    #expect(story.checker.ledger.newestAcknowledged == (first, Index(4)))
    story.flush(2, 6, second)
    story.acknowledge(2, second, 6)
    #expect(story.checker.ledger.newestAcknowledged == (second, Index(6)))
    #expect(story.checker.acknowledgedThrough(second) == Index(6))
    #expect(story.checker.acknowledgedThrough(third) == .zero)
  }
}
