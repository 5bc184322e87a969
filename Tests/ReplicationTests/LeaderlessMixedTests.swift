import Positions
import Testing

@testable import Replication

/// Everything at once: types, deletions, stand-ins, members that come and go, disks that fill up.
@Suite struct LeaderlessMixedTests {
  private static let rules = MergeRules([
    .init(bytes: Array("k0".utf8), rule: .counter),
    .init(bytes: Array("k1".utf8), rule: .set),
    .init(bytes: Array("k2".utf8), rule: .siblings),
  ])

  private static func change(_ chance: inout Chance) -> (String, Change) {
    let word = chance.next()
    let value = Array("\(word % 5)".utf8)
    switch word / 8 % 5 {
    case 0: return ("k0", .add(Int64(word % 9) - 4))
    case 1: return ("k1", word / 64 % 3 == 0 ? .discard(value) : .insert(value))
    case 2: return ("k2", word / 64 % 4 == 0 ? .delete : .value(value))
    case 3: return ("k1", .delete)
    default: return ("k3", word / 64 % 2 == 0 ? .delete : .value(value))
    }
  }

  @Test func whateverHappensReplicasComeTogether() {
    for seed in 0..<40 {
      var ensemble = LeaderlessEnsemble(
        4 + seed % 2,
        policy: {
          $0.rules = Self.rules
          $0.leaderless.isSloppy = seed % 2 == 0
          $0.leaderless.hintsCount = seed % 4 != 0
          $0.leaderless.readRepair = seed % 3 == 0 ? .blocking : .background
          $0.syncsEveryBatch = seed % 5 != 0
        }, seed: UInt64(seed))
      ensemble.keepsNotes = false
      ensemble.lossPercent = seed % 3 * 10
      ensemble.repeatPercent = seed % 4 * 10
      ensemble.setSkew(.seconds(seed % 7 - 3), of: 2)
      LeaderlessChaosTests.play(&ensemble, keys: 4, change: Self.change)
      ensemble.addNode()
      ensemble.happen(.diskFull(true), to: NodeID(1 + seed % 4))
      LeaderlessChaosTests.play(&ensemble, keys: 4, change: Self.change)
      ensemble.happen(.diskFull(false), to: NodeID(1 + seed % 4))
      if seed % 3 == 0 { ensemble.change { $0.members.removeFirst() } }
      LeaderlessChaosTests.play(&ensemble, keys: 4, change: Self.change)
      LeaderlessChaosTests.settle(&ensemble)
      ensemble.run(.seconds(20))
      #expect(LeaderlessChaosTests.differing(ensemble) == [], "seed \(seed)")
      #expect(ensemble.madeTwice == 0, "seed \(seed)")
      #expect(ensemble.nodes.allSatisfy { $0.replica?.hintCount == 0 }, "seed \(seed)")
      #expect(ensemble.nodes.allSatisfy { $0.replica?.isMoving == false }, "seed \(seed)")
      #expect(ensemble.nodes.allSatisfy { $0.replica?.pendingMoves == 0 }, "seed \(seed)")
    }
  }
}
