import Operations
import Positions
import Replication
import Testing
import World

@testable import Cluster

/// The count of keys that replicas show differently, kept by what changed, beside one of all keys.
@Suite struct DivergenceTests {
  private static let disturbances = [
    "cut n1 n2", "kill n3", "heal", "restart n3", "freeze n2", "thaw n2", "wipe n1", "restart n1",
    "replication-factor 2", "add", "replication-factor 3", "kill n4", "restart n4", "add",
  ]

  /// How many keys differ or are shown by a live replica of theirs, by a look at every key.
  private static func keys(_ cluster: Cluster<SimulatedWorld>) -> Int {
    var keys = cluster.countsDivergence
    for node in cluster.memberNodes where node.isRunning {
      node.peer?.store.forEach { key, keyHash, _ in
        if cluster.replicas(of: keyHash).contains(node.id) { keys.insert(key) }
        return true
      }
    }
    return keys.count
  }

  @Test(arguments: [
    ["model leaderless", "nodes 5", "read-repair off"],
    ["model leaderless", "nodes 3", "write-quorum 1", "read-quorum 1"],
    ["model leaderless", "nodes 6", "sloppy on", "anti-entropy 1s"],
    ["model multi-leader", "nodes 4", "topology ring"],
  ])
  func whatChangedIsAllThatCanDiffer(settings: [String]) throws {
    var scene = try Scene(settings, load: "load ycsb-a rate=200 keys=200")
    var counts: Set<Int> = []
    for (step, text) in Self.disturbances.enumerated() {
      scene.run(700 + 130 * (step % 5))
      // Refused where the model has no such thing.
      _ = try? scene.perform(text)
      for _ in 0..<4 {
        scene.run(170)
        #expect(scene.cluster.isAnyKeyDivergent == !scene.cluster.countsDivergence.isEmpty)
        let all = scene.cluster.countsDivergence
        scene.cluster.countDivergence()
        #expect(scene.cluster.figures.divergence.keys == all, "after \(text)")
        #expect(scene.cluster.figures.keys == Self.keys(scene.cluster), "after \(text)")
        counts.insert(all.count)
      }
    }
    #expect(counts.count > 3)
  }
}
