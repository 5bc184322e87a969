import Positions

/// Hash trees of a node's keys: one for each set of replicas that the node is one of, so that two nodes
/// compare what both keep and nothing else.
struct MerkleForest: Sendable {
  /// The sets, each by number, in order.
  private(set) var groups: [[NodeID]] = []
  var trees: [MerkleTree] = []
  /// How many keys each tree has.
  var counts: [Int] = []

  init() {}

  /// Trees for these sets.
  init(groups: [[NodeID]], leafBits: Int) {
    for group in groups.sorted(by: { $0.lexicographicallyPrecedes($1) })
    where self.groups.last != group {
      self.groups.append(group)
      trees.append(MerkleTree(leafBits: leafBits))
      counts.append(0)
    }
  }

  /// Which tree is a set's; nil: the node is not in it, or there is no such set.
  func place(of group: [NodeID]) -> Int? {
    var (low, high) = (0, groups.count)
    while low < high {
      let middle = (low + high) / 2
      if groups[middle].lexicographicallyPrecedes(group) { low = middle + 1 } else { high = middle }
    }
    return low < groups.count && groups[low] == group ? low : nil
  }
}

extension LeaderlessReplica {
  /// The set of a key's replicas.
  func group(of keyHash: UInt64) -> [NodeID] {
    ring.preferenceList(hash: keyHash, count: replicaCount).sorted()
  }

  /// Makes the trees anew from the store.
  mutating func plantTrees() {
    var groups: [[NodeID]] = []
    if ring.members.count <= replicaCount {
      groups = ring.members.contains(id) ? [ring.members] : []
    } else {
      for token in ring.tokens {
        let group = group(of: token)
        if group.contains(id) { groups.append(group) }
      }
    }
    // Many small sets need fewer leaves each. All nodes must choose alike.
    let leafBits = ring.members.count <= replicaCount * 2 ? 12 : 8
    trees = MerkleForest(groups: groups, leafBits: leafBits)
    var counted = 0
    var planted: [(keyHash: UInt64, stateHash: UInt64)] = []
    planted.reserveCapacity(store.count)
    store.forEach { _, keyHash, state in
      if state.isDeleted { counted += 1 }
      planted.append((keyHash, VersionedStore.part(keyHash, state)))
      return true
    }
    deletedCount = counted
    for (keyHash, stateHash) in planted { updateTree(keyHash, from: nil, to: stateHash) }
  }

  /// Which tree a key is in; nil: this node is none of its replicas.
  func tree(of keyHash: UInt64) -> Int? {
    if ring.members.count <= replicaCount { return trees.groups.isEmpty ? nil : 0 }
    return trees.place(of: group(of: keyHash))
  }

  /// For each set of replicas that it is one of, by number: its hash tree's root, and the sum of what it
  /// holds of their keys, which is equal where contents are.
  public var roots: [(group: [NodeID], root: UInt64, contents: UInt64)] {
    var contents = [UInt64](repeating: 0, count: trees.groups.count)
    if ring.members.count <= replicaCount {
      if !contents.isEmpty { contents[0] = store.hash }
    } else {
      store.forEach { _, keyHash, state in
        if let tree = tree(of: keyHash) {
          contents[tree] &+= VersionedStore.part(keyHash, state)
        }
        return true
      }
    }
    return trees.groups.indices.map { (trees.groups[$0], trees.trees[$0].root, contents[$0]) }
  }

  /// How many keys it holds of those sets of replicas, by number, that satisfy a condition; keys that it
  /// is no replica of are in none.
  public func keyCount(where isWanted: ([NodeID]) -> Bool) -> Int {
    var count = 0
    for place in trees.groups.indices where isWanted(trees.groups[place]) {
      count += trees.counts[place]
    }
    return count
  }

  /// A key's state has another hash.
  mutating func updateTree(_ keyHash: UInt64, from old: UInt64?, to new: UInt64?) {
    guard let tree = tree(of: keyHash) else {
      if new != nil { mayHoldStrangers = true }
      return
    }
    trees.trees[tree].update(keyHash: keyHash, from: old, to: new)
    trees.counts[tree] += (new == nil ? 0 : 1) - (old == nil ? 0 : 1)
  }
}
