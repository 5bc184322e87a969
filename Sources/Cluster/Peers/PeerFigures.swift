import Operations
import Positions
import Replication

/// What is counted and remembered of a cluster in which several nodes take writes, for people.
struct PeerFigures: Sendable {
  /// The newest conflicts, at most 50.
  var conflicts: [ConflictSnapshot] = []
  /// Keys with siblings, and the nodes (by offset) that show them.
  var siblings: [[UInt8]: Set<Int>] = [:]
  /// Keys that live replicas show differently, as of the last second's count.
  var divergence = Divergence()
  /// Keys that live replicas show, as of the same count.
  var keys = 0
  /// What is measured of quorums' messages, and the stale reads that it predicts, once a second.
  var latencies = PeerLatencies()
  var predictedStaleness: Double?
  var hintsDelivered = 0
  var hintsExpired = 0
  var repairs = 0
  var exchanges = 0
  var antiEntropyRepairs = 0
  var antiEntropyBytes = 0
  var unavailable = 0
  /// Leaves that differed between two nodes when they last compared.
  private var differing: [NodePair: Int] = [:]
  /// The key that is looked at; nil: none was named yet.
  var watched: [UInt8]?
  var writeQuorum: [NodeID] = []
  var readQuorum: [NodeID] = []
  var repaired: [NodeID] = []
  /// When each writer's writes were made, by actor.
  var births: [(actor: Actor, ages: RecordAges)] = []

  private struct NodePair: Hashable, Sendable {
    var lower: NodeID
    var upper: NodeID
  }

  var divergentKeys: Int { divergence.keys.count }

  var differingRanges: Int { differing.values.reduce(0, +) }

  mutating func setDiffering(_ leaves: Int, between one: NodeID, and other: NodeID) {
    differing[NodePair(lower: min(one, other), upper: max(one, other))] = leaves
  }

  /// Notes that a writer has made so many writes.
  mutating func note(_ written: Dot, at now: Instant) {
    if let position = births.firstIndex(where: { $0.actor == written.actor }) {
      births[position].ages.note(Index(written.counter), at: now)
    } else {
      births.append((written.actor, RecordAges()))
      births[births.count - 1].ages.note(Index(written.counter), at: now)
    }
  }

  /// When a writer's first write after so many was made; nil when it is not known.
  func birth(after known: UInt64, of actor: Actor) -> Instant? {
    births.first { $0.actor == actor }?.ages.birth(after: Index(known))
  }
}

extension Cluster {
  func isWatched(_ key: [UInt8]) -> Bool { figures.watched == key }

  /// Notes how many versions of a key stand at a node.
  mutating func noteSiblings(_ count: Int, of key: [UInt8], at id: NodeID) {
    if count <= 1, figures.siblings.isEmpty { return }
    if count > 1, peerRules.rule(for: key) == .siblings {
      figures.siblings[key, default: []].insert(id.offset)
    } else if figures.siblings[key] != nil {
      figures.siblings[key]?.remove(id.offset)
      if figures.siblings[key]?.isEmpty == true { figures.siblings[key] = nil }
    }
  }

  /// Forgets what a node that stopped has shown.
  mutating func forgetSiblings(at id: NodeID) {
    for key in Array(figures.siblings.keys) { noteSiblings(0, of: key, at: id) }
  }

  mutating func noteSiblings(ofAllKeysAt id: NodeID) {
    var found: [[UInt8]] = []
    nodes[id.offset].peer?.store.forEach { key, _, state in
      if state.entries.count > 1 { found.append(key) }
      return true
    }
    for key in found { noteSiblings(2, of: key, at: id) }
  }
}
