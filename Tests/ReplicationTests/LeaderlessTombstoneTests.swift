import Positions
import Testing

@testable import Replication

/// When deleted keys may be forgotten.
@Suite struct LeaderlessTombstoneTests {
  @Test func tombstonesGoOnceAllHaveThem() {
    var ensemble = LeaderlessEnsemble(3)
    ensemble.put("k", "v", at: 1)
    ensemble.crash(3)
    ensemble.run(.seconds(10))
    ensemble.change("k", .delete, at: 1)
    ensemble.run(.seconds(30))
    #expect(ensemble.replica(1).store.count == 1)
    ensemble.start(3)
    ensemble.run(.seconds(20))
    for number in 1...3 { #expect(ensemble.replica(number).store.count == 0) }
    let forgot = ensemble.notes.count {
      if case .forgot(_, because: .tombstone) = $0.note { true } else { false }
    }
    #expect(forgot == 3)
    // The key is new again, and its next version no old one.
    ensemble.put("k", "w", at: 1)
    #expect(ensemble.values("k", at: 2) == ["w"])
    #expect(ensemble.madeTwice == 0)
    #expect(ensemble.replica(1).actor.generation == 1)
  }

  @Test func whoKnewADeletedKeyIsShownThatItIsGone() {
    var ensemble = LeaderlessEnsemble(3)
    ensemble.put("k", "v", at: 1)
    guard case .written(let dot, _, _, _)? = ensemble.change("k", .delete, at: 1) else { return }
    ensemble.run(.seconds(30))
    #expect(ensemble.tombstones.forgotten == 3)
    let read = ensemble.request("k", .read, at: 2, floor: VersionVector([dot]))
    ensemble.run(.seconds(1))
    guard case .value(let state, _) = ensemble.operations[read].answer else {
      Issue.record("it is not answered")
      return
    }
    #expect(state.liveCount == 0)
  }

  @Test func aHintThatCouldRaiseTheDeadIsWaitedFor() {
    var ensemble = LeaderlessEnsemble(3)
    // The second node asks for the tombstone; the first one keeps the hint.
    let key = (0..<100).map { "k\($0)" }.first {
      ensemble.replica(1).ring.preferenceList(
        hash: VersionedStore.hash(of: Array($0.utf8)), count: 1) == [NodeID(2)]
    }
    guard let key else { return }
    ensemble.crash(3)
    ensemble.run(.seconds(10))
    ensemble.put(key, "v", at: 1)
    #expect(ensemble.replica(1).hints(for: NodeID(3)) == 1)
    ensemble.cut(1, 3)
    ensemble.start(3)
    ensemble.change(key, .delete, at: 2)
    ensemble.run(.seconds(30))
    #expect(ensemble.tombstones.forgotten == 0)
    ensemble.heal()
    ensemble.run(.seconds(30))
    #expect(ensemble.tombstones.forgotten == 3)
    #expect(ensemble.tombstones.raised == 0)
    #expect(ensemble.replica(3).store.count == 0)
  }

  @Test func graceRaisesTheDead() {
    var ensemble = LeaderlessEnsemble(
      3,
      policy: {
        $0.leaderless.tombstoneGrace = .seconds(20)
        $0.leaderless.hintWindow = .seconds(5)
      })
    ensemble.put("k", "v", at: 1)
    ensemble.run(.seconds(1))
    ensemble.crash(3)
    ensemble.run(.seconds(10))
    ensemble.change("k", .delete, at: 1)
    ensemble.run(.seconds(40))
    #expect(ensemble.replica(1).store.count == 0)
    #expect(ensemble.values("k", at: 1) == [])
    ensemble.start(3)
    ensemble.run(.seconds(20))
    #expect(ensemble.values("k", at: 1) == ["v"])
    #expect(ensemble.tombstones.raised > 0)
  }

  @Test func untilAllHaveThemNothingComesBack() {
    for seed in 0..<40 {
      var ensemble = LeaderlessEnsemble(
        seed % 2 == 0 ? 3 : 5, policy: { $0.leaderless.isSloppy = seed % 3 == 0 },
        seed: UInt64(seed))
      ensemble.repeatPercent = 20
      ensemble.lossPercent = seed % 3 * 10
      LeaderlessChaosTests.play(&ensemble, keys: 3) { chance in
        let key = "k\(chance.next() % 3)"
        return chance.next() % 2 == 0
          ? (key, .delete) : (key, .value(Array("\(chance.next() % 100)".utf8)))
      }
      LeaderlessChaosTests.settle(&ensemble)
      for key in 0..<3 { ensemble.change("k\(key)", .delete, at: 1 + key % 3) }
      ensemble.run(.seconds(40))
      #expect(LeaderlessChaosTests.differing(ensemble) == [], "seed \(seed)")
      #expect(ensemble.nodes.allSatisfy { $0.replica?.store.count == 0 }, "seed \(seed)")
      #expect(ensemble.madeTwice == 0, "seed \(seed)")
      #expect(ensemble.tombstones.raised == 0, "seed \(seed)")
      #expect(ensemble.tombstones.forgotten > 0, "seed \(seed)")
    }
  }
}
