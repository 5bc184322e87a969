import Operations
import Positions
import Replication

/// Which keys live replicas show differently: as long as the same nodes run and keep the same keys, only
/// keys that changed can have become so, or cease to be.
struct Divergence: Sendable {
  /// What must stay for that: who runs, each in which of its lives, and who keeps which keys.
  struct Ground: Equatable, Sendable {
    /// For each node its starts, and whether it runs and belongs to the cluster.
    var lives: [UInt64] = []
    var ring: HashRing?
    var replicas = 0
  }

  /// Those that differed when they were last counted.
  var keys: Set<[UInt8]> = []
  /// What was counted on; nil: nothing yet.
  var ground: Ground?
  /// Keys that changed at some node since, by their hashes.
  private var changedKeys: [UInt64: [UInt8]] = [:]

  var changed: some Collection<[UInt8]> { changedKeys.values }

  mutating func noteChange(of key: [UInt8], _ keyHash: UInt64) {
    if changedKeys[keyHash] == nil { changedKeys[keyHash] = key }
  }

  /// Takes it that just these keys differ.
  mutating func count(_ keys: Set<[UInt8]>, on ground: Ground) {
    self.keys = keys
    self.ground = ground
    changedKeys = [:]
  }
}

/// What nodes show, to be compared.
private struct Shown {
  /// What each node (by offset) holds; nil where none runs.
  var stores: [VersionedStore?]
  /// The nodes (by offset) that may hold keys which are not theirs.
  var strangers: [Int] = []
  var members: [NodeID]
  /// Who keeps which keys; nil: all do.
  var ring: HashRing?
  var replicas: Int

  func replicas(of keyHash: UInt64) -> [NodeID] {
    ring?.preferenceList(hash: keyHash, count: replicas) ?? members
  }

  /// Whether a live replica of a key shows something else than another node.
  func differs(_ key: [UInt8]) -> Bool {
    let keyHash = VersionedStore.hash(of: key)
    let places = replicas(of: keyHash)
    var common: KeyState??
    for place in places {
      guard let store = stores[place.offset] else { continue }
      let state = store[key, keyHash]
      if let common, common != state { return true }
      common = state
    }
    guard let common else { return false }
    return strangers.contains { offset in
      guard !places.contains(where: { $0.offset == offset }),
        let state = stores[offset]?[key, keyHash]
      else { return false }
      return state != common
    }
  }

  /// Whether the first of a key's live replicas, by number, holds it.
  func isAtFirst(_ key: [UInt8]) -> Bool {
    let keyHash = VersionedStore.hash(of: key)
    let first = replicas(of: keyHash).filter { stores[$0.offset] != nil }.min()
    return first.map { stores[$0.offset]?[key, keyHash] != nil } ?? false
  }

  /// All keys that differ.
  var different: Set<[UInt8]> {
    var found: Set<[UInt8]> = []
    for (offset, store) in stores.enumerated() {
      store?.forEach { key, keyHash, state in
        for place in replicas(of: keyHash) where place.offset != offset {
          guard let other = stores[place.offset] else { continue }
          if other[key, keyHash] != state { found.insert(key) }
        }
        return true
      }
    }
    return found
  }
}

// What live replicas show differently.
extension Cluster {
  /// The ring by which keys are kept; nil where every node holds every key.
  private var ring: HashRing? {
    guard knobs.model == .leaderless else { return nil }
    for offset in nodes.indices where nodes[offset].isMember {
      if let peer = nodes[offset].peer as? LeaderlessReplica { return peer.ring }
    }
    return nil
  }

  /// The replicas of a key, and all nodes where every node holds every key.
  func replicas(of keyHash: UInt64) -> [NodeID] {
    ring?.preferenceList(hash: keyHash, count: knobs.leaderless.replicationFactor) ?? members
  }

  /// Whether every running node holds every key.
  var holdsAll: Bool {
    knobs.model != .leaderless || memberCount <= knobs.leaderless.replicationFactor
  }

  private var shown: Shown {
    let ring = holdsAll ? nil : ring
    var shown = Shown(
      stores: Array(repeating: nil, count: nodes.count), members: members, ring: ring,
      replicas: knobs.leaderless.replicationFactor)
    for offset in nodes.indices where nodes[offset].isMember && nodes[offset].isRunning {
      shown.stores[offset] = nodes[offset].peer?.store
      if ring != nil, let peer = nodes[offset].peer as? LeaderlessReplica, peer.holdsStrangers {
        shown.strangers.append(offset)
      }
    }
    return shown
  }

  private func ground(of shown: Shown) -> Divergence.Ground {
    var ground = Divergence.Ground(ring: shown.ring, replicas: shown.replicas)
    nodes.withUnsafeBufferPointer { nodes in
      Self.look(at: nodes) { node in
        ground.lives.append(
          UInt64(node.pointee.incarnation) << 2 | (node.pointee.isRunning ? 2 : 0)
            | (node.pointee.isMember ? 1 : 0))
      }
    }
    return ground
  }

  /// Keys that live replicas show differently now, by their names.
  var countsDivergence: Set<[UInt8]> { shown.different }

  /// Whether live replicas show any key differently now.
  var isAnyKeyDivergent: Bool {
    let shown = shown
    guard figures.divergence.ground == ground(of: shown) else { return !shown.different.isEmpty }
    return figures.divergence.keys.contains { shown.differs($0) }
      || figures.divergence.changed.contains { shown.differs($0) }
  }

  /// Counts the keys that live replicas show differently; when all hold all and agree, that is none.
  mutating func countDivergence() {
    let shown = shown
    let live = shown.stores.compactMap { $0 }
    let ground = ground(of: shown)
    let keys: Set<[UInt8]>
    if holdsAll, let first = live.first, live.allSatisfy({ $0.hash == first.hash }) {
      keys = []
    } else if figures.divergence.ground == ground {
      let candidates = figures.divergence.keys.union(figures.divergence.changed)
      keys = candidates.filter { shown.differs($0) }
    } else {
      keys = shown.different
    }
    figures.keys = keyCount(shown, differing: keys)
    figures.divergence.count(keys, on: ground)
  }

  /// How many keys live replicas show when just `differing` differ: of every other key the first live
  /// replica holds what all do, so that its count has it, and nobody need go through them.
  private func keyCount(_ shown: Shown, differing: Set<[UInt8]>) -> Int {
    var count = differing.reduce(0) { $0 + (shown.isAtFirst($1) ? 0 : 1) }
    for offset in nodes.indices {
      guard let store = shown.stores[offset] else { continue }
      guard shown.ring != nil, let peer = nodes[offset].peer as? LeaderlessReplica else {
        return count + store.count
      }
      count += peer.keyCount { group in
        group.first { shown.stores[$0.offset] != nil } == peer.id
      }
    }
    // Nodes may know different rings while one of them stands still.
    return max(count, differing.count)
  }

  // MARK: At a snapshot's moment

  /// Keys that are gone through for a snapshot where nothing says which to look at; where there are more,
  /// the last second's count stands.
  private static var countedAtOnce: Int { 10_000 }

  /// Counts the keys that live replicas show differently now, so that a snapshot of a moment at which
  /// time stands says what its nodes show. It may take a while: a live cluster is not held up for it.
  func countDivergence(in model: inout ModelSnapshot) {
    switch model {
    case .singleLeader: break
    case .multiLeader(var leaders):
      countDivergence(in: &leaders.versions)
      model = .multiLeader(leaders)
    case .leaderless(var quorums):
      countDivergence(in: &quorums.versions)
      model = .leaderless(quorums)
    }
  }

  private func countDivergence(in versions: inout VersionsSnapshot) {
    let shown = shown
    let live = shown.stores.compactMap { $0 }
    let differing: Set<[UInt8]>
    if holdsAll, let first = live.first, live.allSatisfy({ $0.hash == first.hash }) {
      differing = []
    } else if figures.divergence.ground == ground(of: shown) {
      let candidates = figures.divergence.keys.union(figures.divergence.changed)
      differing = candidates.filter { shown.differs($0) }
    } else if (live.map(\.count).max() ?? 0) <= Self.countedAtOnce {
      differing = shown.different
    } else {
      return
    }
    versions.keys = keyCount(shown, differing: differing)
    versions.divergentKeys = differing.count
    versions.divergenceAge = .zero
  }
}
