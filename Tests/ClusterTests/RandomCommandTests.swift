import Foundation
import Operations
import Positions
import Testing
import World

@testable import Cluster

/// Random commands at random times, then everything healed: nothing forbidden may happen, nothing may
/// trap, and the replicas must agree in the end.
///
/// `REPLICASCOPE_SEEDS=1...500` runs others than the recorded ones.
@Suite struct RandomCommandTests {
  /// Seeds that once showed a fault: removed nodes that would not elect, the last node removed,
  /// dirty and stale reads, and promises that were judged wrongly.
  static let recorded = [1, 215, 282, 462, 2465, 2711]
  static let recordedWild = [
    46, 48, 132, 143, 190, 270, 291, 614, 782, 823, 1222, 1379, 1467, 2556, 2715,
  ]

  static func seeds(_ recorded: [Int]) -> [Int] {
    guard let text = ProcessInfo.processInfo.environment["REPLICASCOPE_SEEDS"] else {
      return Array(2...4) + recorded
    }
    let ends = text.split(separator: ".").compactMap { Int($0) }
    guard let first = ends.first, let last = ends.last else { return [] }
    return Array(first...last)
  }

  @Test(arguments: seeds(recorded))
  func underMajorityAndFencingNothingIsLost(seed: Int) throws {
    try play(seed: seed, wild: false)
  }

  @Test(arguments: seeds(recordedWild))
  func whateverTheKnobsPermitTheReplicasAgreeInTheEnd(seed: Int) throws {
    try play(seed: seed, wild: true)
  }

  private func play(seed: Int, wild: Bool) throws {
    var random = RandomSource(seed: UInt64(seed) &* 2 &+ (wild ? 1 : 0))
    var writer = CommandWriter(random: random.split(), wild: wild)
    let nodes = writer.nodes
    var scene = try Scene(
      ["nodes \(nodes)", "sites \(random.uniform(0..<4) == 0 ? 2 : 1)"],
      load: "load ycsb-a rate=100", seed: UInt64(seed),
      checkpointSpacing: random.uniform(0..<2) == 0 ? 64 << 10 : 32 << 20,
      segmentSize: 256 << 10)
    var story: [String] = []
    for _ in 0..<30 {
      scene.run(random.uniform(0..<200))
      let text = writer.next()
      guard let command = try? CommandParser.parse(text) else {
        Issue.record("\(text) is no command")
        continue
      }
      story.append("at \(scene.cluster.world.now) \(text) -> \(scene.cluster.perform(command))")
    }
    for text in CommandWriter.ending { try scene.perform(text) }
    scene.run(3000)
    if wild, scene.model.leader == nil {
      // Where most disks were lost, only the operator can say who leads.
      let voters = scene.cluster.voters
      let best = scene.snapshot.nodes.filter { $0.state == .running && voters.contains($0.id) }
        .max { $0.flushed < $1.flushed }
      if let best { try scene.perform("promote \(best.id)") }
      scene.run(2000)
    }
    let isConverged = try scene.settle()
    let ledger = scene.snapshot.ledger
    let isFine =
      isConverged && scene.hashes.count == 1 && ledger.violationCount == 0
      && (wild || ledger.lost == 0)
    #expect(
      isFine,
      """
      seed \(seed)\(wild ? ", wild" : ""), \(nodes) nodes: converged \(isConverged), \
      \(scene.hashes.count) hashes, lost \(ledger.lost), \(ledger.violations)
      \(story.joined(separator: "\n"))
      \(scene.story)
      """)
  }
}

/// Writes commands as an operator might.
private struct CommandWriter {
  var random: RandomSource
  let wild: Bool
  let nodes: Int

  init(random: RandomSource, wild: Bool) {
    self.random = random
    self.wild = wild
    nodes = [1, 2, 3, 3, 3, 5, 5, 7][self.random.uniform(0..<8)]
  }

  /// What brings every knob back, before everything is healed.
  static let ending = [
    "failover automatic", "heartbeat 100ms", "election-timeout 500ms", "capacity unlimited",
    "redirects follow", "read-from leader", "load ycsb-a rate=100 clients=16 value-size=128B",
    "fencing on", "ack majority", "sync-policy every batch", "wait-for flushed",
    "degrade-after never", "promotion-needs majority", "check-quorum on", "heal all",
  ]

  mutating func next() -> String {
    let pool = wild && random.uniform(0..<3) == 0 ? Self.wildCommands : Self.commands
    return fill(pool[random.uniform(0..<pool.count)])
  }

  private static let commands = [
    "kill N", "kill N", "restart N", "restart N", "fence N", "freeze N", "thaw N", "isolate N",
    "cut N N", "cut N -> N", "mend N N", "heal", "heal all", "delay N N D", "delay N -> N D",
    "jitter N N D", "loss N N 50%", "loss N -> N 10%", "bandwidth N N 300KB/s",
    "bandwidth N -> N unlimited", "slow-disk N D", "fill-disk N", "fill-disk N off",
    "clock N +5s", "drift N 200ppm", "switchover N", "switchover N", "rate 0", "rate 400",
    "rate 600", "clients 1", "clients 40", "load ycsb-d", "load ycsb-e", "load ycsb-f rate=200",
    "load ycsb-a keys=10 value-size=1000B", "write k v", "read k", "read k from N", "add",
    "remove N", "undo", "redo", "site s1 N", "read-from any", "read-from nearest",
    "guarantee linearizable", "guarantee read-your-writes", "guarantee monotonic",
    "guarantee none", "capacity 500/s", "capacity unlimited", "redirects stubborn",
    "redirects follow", "heartbeat 20ms", "election-timeout 300ms", "election-timeout 1s",
    "failover manual", "failover automatic", "apply flushed", "apply committed",
    "wait-for applied", "wait-for flushed", "quiesce",
  ]

  private static let wildCommands = [
    "promote N", "promote N", "wipe N", "wipe N", "lose-site site1", "ack async", "ack sync",
    "ack first 1", "ack any 1 (n1, n2)", "ack semi-sync 1", "ack majority", "wait-for received",
    "sync-policy every 100ms", "sync-policy every batch", "degrade-after 100ms",
    "degrade-after never", "promotion-needs none", "promotion-needs majority",
    "check-quorum off", "check-quorum on", "fencing off", "fencing on",
  ]

  /// Puts a node in the place of each N, a time in that of each D.
  private mutating func fill(_ text: String) -> String {
    text.split(separator: " ").map { word in
      switch word {
      case "N":
        switch random.uniform(0..<6) {
        case 0: "leader"
        case 1: "follower"
        case 2: "laggard"
        default: "n\(1 + random.uniform(0..<nodes + 1))"
        }
      case "D": "\(1 + random.uniform(0..<300))ms"
      default: String(word)
      }
    }.joined(separator: " ")
  }
}
