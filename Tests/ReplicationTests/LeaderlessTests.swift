import Positions
import Testing

@testable import Replication

/// What replicas without a leader do, one thing at a time.
@Suite struct LeaderlessTests {
  private func isWritten(_ answer: PeerAnswer?) -> Bool {
    if case .written = answer { true } else { false }
  }

  @Test func aWriteIsReadThroughEveryNode() {
    var ensemble = LeaderlessEnsemble(5)
    #expect(isWritten(ensemble.put("k", "v", at: 1)))
    for number in 1...5 { #expect(ensemble.values("k", at: number) == ["v"]) }
  }

  @Test func onlyReplicasHoldAKey() {
    var ensemble = LeaderlessEnsemble(5)
    ensemble.put("k", "v", at: 1)
    ensemble.run(.seconds(1))
    let holders = (1...5).filter { ensemble.replica($0).store.count == 1 }
    let list = ensemble.replica(1).ring.preferenceList(
      hash: VersionedStore.hash(of: Array("k".utf8)), count: 3)
    #expect(holders == list.map { Int($0.number) }.sorted())
  }

  @Test func strictQuorumsAreRefusedWhenTooFewAreUp() {
    var ensemble = LeaderlessEnsemble(3)
    ensemble.crash(2)
    ensemble.crash(3)
    ensemble.run(.seconds(10))
    guard case .refused(.unavailable(up: 1, needed: 2)) = ensemble.put("k", "v", at: 1) else {
      Issue.record("it is not refused")
      return
    }
    guard case .refused(.unavailable(up: 1, needed: 2)) = ensemble.get("k", at: 1) else {
      Issue.record("it is not refused")
      return
    }
    #expect(ensemble.made.isEmpty)
  }

  @Test func untilSilenceIsSuspectedWritesTimeOut() {
    var ensemble = LeaderlessEnsemble(3)
    ensemble.crash(2)
    ensemble.crash(3)
    guard case .timedOut = ensemble.put("k", "v", at: 1) else {
      Issue.record("it does not time out")
      return
    }
    // Whoever did not answer has a hint, and gets it.
    #expect(ensemble.replica(1).hints(for: NodeID(2)) == 1)
    ensemble.start(2)
    ensemble.start(3)
    ensemble.run(.seconds(20))
    #expect(ensemble.replica(1).hintCount == 0)
    #expect(ensemble.replica(3).store.hash == ensemble.replica(1).store.hash)
  }

  @Test func whatIsAnsweredSurvivesTheEndOfAllProcesses() {
    var ensemble = LeaderlessEnsemble(3)
    for round in 0..<20 {
      #expect(isWritten(ensemble.put("k", "v\(round)", at: 1 + round % 3)))
      for number in 1...3 { ensemble.crash(number) }
      for number in 1...3 { ensemble.start(number, throughCheckpoint: round % 2 == 0) }
      #expect(ensemble.values("k", at: 1 + (round + 1) % 3) == ["v\(round)"])
    }
  }

  @Test func hintsAreHandedOver() {
    var ensemble = LeaderlessEnsemble(3, policy: { $0.leaderless.antiEntropy = nil })
    ensemble.crash(3)
    ensemble.run(.seconds(10))
    for number in 0..<100 { ensemble.put("k\(number)", "v", at: 1 + number % 2) }
    #expect(ensemble.replica(1).hintCount + ensemble.replica(2).hintCount == 100)
    ensemble.crash(1)
    ensemble.start(1, throughCheckpoint: true)
    ensemble.start(3)
    ensemble.run(.seconds(20))
    #expect(ensemble.replica(1).hintCount + ensemble.replica(2).hintCount == 0)
    #expect(ensemble.replica(3).store.hash == ensemble.replica(1).store.hash)
  }

  @Test func sloppyQuorumsWriteWhereStrictOnesRefuse() {
    var ensemble = LeaderlessEnsemble(5, policy: { $0.leaderless.isSloppy = true })
    let list = ensemble.replica(1).ring.walk(
      hash: VersionedStore.hash(of: Array("k".utf8))
    ).map { Int($0.number) }
    for number in list.prefix(3) { ensemble.crash(number) }
    ensemble.run(.seconds(15))
    #expect(isWritten(ensemble.put("k", "v", at: list[3])))
    #expect(ensemble.replica(list[3]).hintCount + ensemble.replica(list[4]).hintCount >= 2)
    #expect(ensemble.values("k", at: list[4]) == ["v"])
    // The replicas are back, and who stood in for them is not asked: the write is not seen.
    for number in list.prefix(3) { ensemble.start(number) }
    for number in list.prefix(3) {
      for other in list.suffix(2) { ensemble.cut(other, number) }
    }
    ensemble.run(.seconds(2))
    #expect(ensemble.values("k", at: list[0]) == [])
    ensemble.heal()
    ensemble.run(.seconds(20))
    #expect(ensemble.values("k", at: list[0]) == ["v"])
    #expect(ensemble.nodes.allSatisfy { $0.replica?.hintCount == 0 })
    #expect(ensemble.replica(list[3]).store.count == 0)
  }

  @Test func aStandInNeverMakesADotTwice() {
    var ensemble = LeaderlessEnsemble(5, policy: { $0.leaderless.isSloppy = true })
    let list = ensemble.replica(1).ring.walk(
      hash: VersionedStore.hash(of: Array("k".utf8))
    ).map { Int($0.number) }
    for round in 0..<3 {
      for number in list.prefix(3) { ensemble.crash(number) }
      ensemble.run(.seconds(15))
      #expect(isWritten(ensemble.put("k", "v\(round)", at: list[3])))
      for number in list.prefix(3) { ensemble.start(number) }
      ensemble.run(.seconds(15))
    }
    #expect(ensemble.madeTwice == 0)
    #expect(ensemble.values("k", at: list[0]) == ["v2"])
    #expect(ensemble.replica(list[3]).actor.generation > 0)
  }

  @Test(arguments: [RepairMode.off, .background, .blocking])
  func readsMend(mode: RepairMode) {
    var ensemble = LeaderlessEnsemble(
      3,
      policy: {
        $0.leaderless.readRepair = mode
        $0.leaderless.antiEntropy = nil
        $0.leaderless.hintWindow = nil
        $0.leaderless.writes = 1
        $0.leaderless.reads = 3
      })
    ensemble.cut(1, 2)
    ensemble.cut(1, 3)
    ensemble.put("k", "v", at: 1)
    ensemble.run(.seconds(1))
    ensemble.heal()
    #expect(ensemble.values("k", at: 2) == ["v"])
    if mode == .blocking { #expect(ensemble.replica(3).store.count == 1) }
    ensemble.run(.seconds(1))
    #expect(ensemble.replica(2).store.count == (mode == .off ? 0 : 1))
    #expect(ensemble.replica(3).store.count == (mode == .off ? 0 : 1))
  }

  @Test func antiEntropyFindsKeysThatNobodyReads() {
    var ensemble = LeaderlessEnsemble(
      3,
      policy: {
        $0.leaderless.hintWindow = nil
        $0.leaderless.antiEntropy = nil
      })
    for number in 0..<200 { ensemble.put("k\(number)", "v", at: 1 + number % 3) }
    ensemble.crash(3)
    ensemble.run(.seconds(10))
    for number in 150..<250 { ensemble.put("k\(number)", "w", at: 1 + number % 2) }
    ensemble.start(3)
    ensemble.run(.seconds(5))
    #expect(ensemble.replica(3).store.hash != ensemble.replica(1).store.hash)
    ensemble.happen(.compareNow, to: NodeID(3))
    ensemble.run(.seconds(1))
    #expect(ensemble.replica(3).store.hash == ensemble.replica(1).store.hash)
    let compared = ensemble.notes.compactMap { note -> (Bool, Int)? in
      if case .compared(_, let rootsEqual, _, let keys, _) = note.note { return (rootsEqual, keys) }
      return nil
    }
    #expect(compared.count == 2)
    #expect(compared.allSatisfy { !$0.0 && $0.1 >= 100 })
  }

  @Test func equalRootsCostOneRound() {
    var ensemble = LeaderlessEnsemble(3)
    for number in 0..<50 { ensemble.put("k\(number)", "v", at: 1) }
    ensemble.run(.seconds(5))
    let before = ensemble.digestsSent
    ensemble.happen(.compareNow, to: NodeID(1))
    ensemble.run(.milliseconds(15))
    #expect(ensemble.digestsSent - before <= 6)
    guard case .compared(_, rootsEqual: true, 0, 0, _)? = ensemble.notes.last?.note else {
      Issue.record("the roots differ")
      return
    }
  }

  @Test func unseenSiblingsStay() {
    var ensemble = LeaderlessEnsemble(
      3,
      policy: {
        $0.rules = MergeRules([.init(bytes: Array("s".utf8), rule: .siblings)])
      })
    ensemble.put("s", "a", at: 1, seen: VersionVector())
    ensemble.put("s", "b", at: 2, seen: VersionVector())
    #expect(Set(ensemble.values("s", at: 3) ?? []) == ["a", "b"])
    guard case .value(let state, _) = ensemble.get("s", at: 3) else { return }
    ensemble.put("s", "c", at: 3, seen: state.context)
    #expect(ensemble.values("s", at: 1) == ["c"])
  }

  @Test func aFullDiskRefuses() {
    var ensemble = LeaderlessEnsemble(3)
    ensemble.happen(.diskFull(true), to: NodeID(1))
    guard case .refused(.diskFull) = ensemble.put("k", "v", at: 1) else {
      Issue.record("it is not refused")
      return
    }
    #expect(isWritten(ensemble.put("k", "v", at: 2)))
    ensemble.run(.seconds(1))
    #expect(ensemble.replica(1).store.count == 0)
    ensemble.happen(.diskFull(false), to: NodeID(1))
    ensemble.run(.seconds(10))
    #expect(ensemble.replica(1).store.count == 1)
  }

  @Test func aSessionIsShownWhatItKnowsOrRefused() {
    var ensemble = LeaderlessEnsemble(
      3,
      policy: {
        $0.leaderless.reads = 1
        $0.leaderless.writes = 1
        $0.leaderless.readRepair = .off
        $0.leaderless.antiEntropy = nil
        $0.leaderless.hintWindow = nil
      })
    ensemble.cut(1, 2)
    guard case .written(let dot, _, _, _) = ensemble.put("k", "v", at: 1) else { return }
    #expect(ensemble.values("k", at: 2) == [])
    let read = ensemble.request("k", .read, at: 2, floor: VersionVector([dot]))
    ensemble.run(.seconds(1))
    guard case .value(let state, _) = ensemble.operations[read].answer else {
      Issue.record("it is not answered")
      return
    }
    #expect(state.liveCount == 1)
    ensemble.cut(3, 2)
    let other = ensemble.request("k", .read, at: 2, floor: VersionVector([dot]))
    ensemble.run(.seconds(1))
    guard case .refused(.behind) = ensemble.operations[other].answer else {
      Issue.record("it is shown too little")
      return
    }
  }
}
