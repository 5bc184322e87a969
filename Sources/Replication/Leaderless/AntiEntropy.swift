import Positions

/// An anti-entropy exchange that this node began.
struct Exchange: Sendable {
  var number: UInt64
  var node: NodeID
  /// Sets of replicas that are not through.
  var open: Int
  var rootsEqual = true
  var leaves = 0
  var keys = 0
  var bytes = 0
}

/// Which trees are compared with whom.
struct Comparison {
  var exchange: UInt64
  var group: [NodeID]
  var with: NodeID
}

// Both sides answer each message from what they hold when it comes and remember nothing of the one before:
// lost, repeated and reordered messages cost a round at most. Only who began keeps count.
extension LeaderlessReplica {
  /// Sets the timer of the first exchange: nodes begin at different times.
  mutating func startAntiEntropy(into effects: inout [PeerEffect]) {
    guard let period = knobs.antiEntropy else { return }
    let word = WordHash.hash(UInt64(id.number), 0x5EED)
    let share = Double(word >> 11) * 0x1p-53
    setTimer(.antiEntropy, period.scaled(by: 0.5 + share / 2), into: &effects)
  }

  /// Begins an exchange with the next member in turn that is up.
  mutating func compareWithNext(into effects: inout [PeerEffect]) {
    guard let period = knobs.antiEntropy else { return }
    setTimer(.antiEntropy, period, into: &effects)
    let count = UInt64(others.count)
    for step in 0..<count {
      let node = others[Int((exchanges &+ step) % count)].node
      if isUp(node) {
        exchanges &+= step
        compare(with: node, into: &effects)
        return
      }
    }
  }

  /// Begins exchanges with all members.
  mutating func compareWithAll(into effects: inout [PeerEffect]) {
    for other in others { compare(with: other.node, into: &effects) }
  }

  private mutating func compare(with node: NodeID, into effects: inout [PeerEffect]) {
    exchanges &+= 1
    let shared = trees.groups.indices.filter { trees.groups[$0].contains(node) }
    guard !shared.isEmpty else { return }
    let number =
      UInt64(id.number) << 48 | (incarnation & 0xFFFF) << 32 | exchanges & 0xFFFF_FFFF
    var exchange = Exchange(number: number, node: node, open: shared.count)
    for place in shared {
      trees.trees[place].settle()
      let message = PeerMessage.digests(
        exchange: number, group: trees.groups[place], level: 0, nodes: [0],
        trees.trees[place].children(level: 0, index: 0))
      exchange.bytes += message.size
      effects.append(.send(message, to: node))
    }
    underWay.removeAll { $0.node == node }
    underWay.append(exchange)
  }

  /// Digests came: those that differ go on a level below.
  mutating func compare(
    _ comparison: Comparison, level: Int, nodes: [UInt32], digests: [UInt64], size: Int,
    into effects: inout [PeerEffect]
  ) {
    guard let place = trees.place(of: comparison.group) else { return }
    let depth = trees.trees[place].depth
    count(comparison.exchange) {
      $0.bytes += size
      if !nodes.isEmpty { $0.rootsEqual = false }
    }
    guard !nodes.isEmpty else { return groupEnded(of: comparison.exchange, into: &effects) }
    // A tree of another shape, or nonsense.
    guard level < depth, digests.count == nodes.count * MerkleTree.fanOut,
      nodes.allSatisfy({ Int($0) < 1 << (4 * level) })
    else { return }
    trees.trees[place].settle()
    var differing = trees.trees[place].differingChildren(
      from: MerkleTree.Digests(level: level, parents: nodes.map { Int($0) }, children: digests))
    if isPlanted(.exchangesSkipRanges) { differing.removeAll { $0 % 2 == 1 } }
    if differing.isEmpty { return endGroup(comparison, into: &effects) }
    // Each leaf that differs has a key to be sent.
    differing = Array(differing.prefix(max(16, knobs.antiEntropyBudget)))
    let below = differing.map { UInt32($0) }
    if level + 1 < depth {
      let own = trees.trees[place].digests(ofChildrenOf: differing, level: level + 1)
      say(
        .digests(
          exchange: comparison.exchange, group: comparison.group, level: UInt8(level + 1),
          nodes: below, own.children), in: comparison, into: &effects)
    } else {
      count(comparison.exchange) { $0.leaves += differing.count }
      let own = keys(inLeaves: differing, of: place).map {
        PeerMessage.KeyDigest(keyHash: $0.keyHash, stateHash: $0.state.hash)
      }
      say(
        .leaves(
          exchange: comparison.exchange, group: comparison.group, leaves: below, own),
        in: comparison, into: &effects)
    }
  }

  /// What the other has in leaves that differ came: keys go both ways.
  mutating func compare(
    _ comparison: Comparison, leaves: [UInt32], digests: [PeerMessage.KeyDigest], size: Int,
    into effects: inout [PeerEffect]
  ) {
    guard let place = trees.place(of: comparison.group),
      leaves.allSatisfy({ Int($0) < trees.trees[place].leafCount })
    else { return }
    count(comparison.exchange) {
      $0.bytes += size
      $0.leaves += leaves.count
      $0.rootsEqual = false
    }
    let mine = keys(inLeaves: leaves.map { Int($0) }, of: place)
    let theirs = digests.sorted { $0.keyHash < $1.keyHash }
    var sent: [PeerMessage.StateKey] = []
    var wanted: [UInt64] = []
    var (left, right) = (0, 0)
    while left < mine.count || right < theirs.count {
      if right == theirs.count || left < mine.count && mine[left].keyHash < theirs[right].keyHash {
        sent.append(PeerMessage.StateKey(key: mine[left].key, state: mine[left].state))
        left += 1
      } else if left == mine.count || theirs[right].keyHash < mine[left].keyHash {
        wanted.append(theirs[right].keyHash)
        right += 1
      } else {
        if mine[left].state.hash != theirs[right].stateHash {
          sent.append(PeerMessage.StateKey(key: mine[left].key, state: mine[left].state))
          wanted.append(theirs[right].keyHash)
        }
        left += 1
        right += 1
      }
    }
    if sent.isEmpty, wanted.isEmpty { return endGroup(comparison, into: &effects) }
    let budget = max(1, knobs.antiEntropyBudget)
    sent = Array(sent.prefix(budget))
    count(comparison.exchange) { $0.keys += sent.count }
    say(
      .keys(
        exchange: comparison.exchange, sent, wanted: Array(wanted.prefix(budget)),
        isAnswer: false), in: comparison, into: &effects)
  }

  /// Keys came, and are wanted in return.
  mutating func exchanged(
    _ exchange: UInt64, _ keys: [PeerMessage.StateKey], wanted: [UInt64], isAnswer: Bool,
    size: Int, with sender: NodeID, into effects: inout [PeerEffect]
  ) {
    count(exchange) {
      $0.bytes += size
      $0.keys += keys.count
      $0.rootsEqual = false
    }
    for key in keys where !isDiskFull {
      let keyHash = VersionedStore.hash(of: key.key)
      guard isReplica(of: keyHash),
        !dropped.covers(keyHash, key.state.context, at: now.steady)
      else { continue }
      // Each would forget it again, and have it back from the next, for ever.
      if isOverdue(key.state), store[key.key, keyHash] == nil { continue }
      learn(
        key.state, of: key.key, keyHash, then: .nothing,
        overwrites: isPlanted(.exchangesOverwrite), into: &effects)
    }
    if !isAnswer {
      let found = wanted.prefix(max(1, knobs.antiEntropyBudget)).compactMap { keyHash in
        store.first(keyHash: keyHash).map { PeerMessage.StateKey(key: $0.key, state: $0.state) }
      }
      let message = PeerMessage.keys(exchange: exchange, found, wanted: [], isAnswer: true)
      count(exchange) {
        $0.bytes += message.size
        $0.keys += found.count
      }
      effects.append(.send(message, to: sender))
    }
    groupEnded(of: exchange, into: &effects)
  }

  private mutating func say(
    _ message: PeerMessage, in comparison: Comparison, into effects: inout [PeerEffect]
  ) {
    count(comparison.exchange) { $0.bytes += message.size }
    effects.append(.send(message, to: comparison.with))
  }

  /// Nothing differs any more: who began hears of it.
  private mutating func endGroup(_ comparison: Comparison, into effects: inout [PeerEffect]) {
    if underWay.contains(where: { $0.number == comparison.exchange }) {
      groupEnded(of: comparison.exchange, into: &effects)
    } else {
      effects.append(
        .send(
          .digests(
            exchange: comparison.exchange, group: comparison.group, level: 0, nodes: [], []),
          to: comparison.with))
    }
  }

  private mutating func groupEnded(of number: UInt64, into effects: inout [PeerEffect]) {
    guard let place = underWay.firstIndex(where: { $0.number == number }) else { return }
    underWay[place].open -= 1
    guard underWay[place].open == 0 else { return }
    let ended = underWay.remove(at: place)
    effects.append(
      .note(
        .compared(
          ended.node, rootsEqual: ended.rootsEqual, leaves: ended.leaves, keys: ended.keys,
          bytes: ended.bytes)))
  }

  /// Keeps count of an exchange that this node began.
  private mutating func count(_ number: UInt64, _ body: (inout Exchange) -> Void) {
    guard let place = underWay.firstIndex(where: { $0.number == number }) else { return }
    body(&underWay[place])
  }

  /// The keys of some leaves of a tree, by hash.
  private func keys(
    inLeaves leaves: [Int], of place: Int
  ) -> [(keyHash: UInt64, key: [UInt8], state: KeyState)] {
    let leaves = leaves.sorted()
    var found: [(keyHash: UInt64, key: [UInt8], state: KeyState)] = []
    store.forEach { key, keyHash, state in
      let leaf = trees.trees[place].leaf(ofKeyHash: keyHash)
      var (low, high) = (0, leaves.count)
      while low < high {
        let middle = (low + high) / 2
        if leaves[middle] < leaf { low = middle + 1 } else { high = middle }
      }
      if low < leaves.count, leaves[low] == leaf, tree(of: keyHash) == place {
        found.append((keyHash, key, state))
      }
      return true
    }
    return found.sorted { $0.keyHash < $1.keyHash }
  }
}
