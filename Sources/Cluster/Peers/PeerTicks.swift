import Checking
import Operations
import Positions
import Replication

// The regular look at a cluster in which several nodes take writes.
extension Cluster {
  /// What the single leader's checker would be told: nodes and disks are the same in all models.
  mutating func observeForPeers(_ observation: Observation) {
    switch observation {
    case .crashed(let node):
      note(.crashed(node: node))
      forgetSiblings(at: node)
    case .wiped(let node): note(.wiped(node: node))
    case .spoiled(let node), .misplaced(let node), .diskFailed(let node):
      note(.spoiled(node: node))
    case .readForgotten(let id): note(.readForgotten(id: id))
    default: break
    }
  }

  mutating func peerTick() {
    // Only of several leaders is it known what they should show.
    let hasLeaders = knobs.model == .multiLeader
    for offset in nodes.indices where hasLeaders && nodes[offset].isRunning {
      let id = nodes[offset].id
      if let shown = nodes[offset].peer.map({ ($0.appliedHash, $0.store.hash) }),
        let applied = shown.0
      {
        note(.shows(node: id, applied: applied, stateHash: shown.1))
      }
      guard let peer = nodes[offset].peer as? MultiLeaderReplica else { continue }
      let actor = peer.actor
      let written = Dot(actor: actor, counter: peer.applied[actor])
      if written.counter > 0 { figures.note(written, at: now) }
    }
    expireOperations()
    if isQuiescing, isConverged {
      isQuiescing = false
      load.settings.rate = 0
      say(.note, nil, "converged: all live replicas hold and show the same")
      tellAgreement()
    }
    metrics.look(at: now)
    if now - lastSecond >= .seconds(1) { peerSecond() }
  }

  private mutating func peerSecond() {
    let elapsed = now - lastSecond
    lastSecond = now
    metrics.second()
    noteTimeline(elapsed)
    countDivergence()
    predictStaleness()
    for id in members {
      let served = Double(nodes[id.offset].served)
      nodes[id.offset].servedPerSecond = served / max(elapsed.seconds, 1e-9)
      nodes[id.offset].served = 0
      nodes[id.offset].lagHistory.append(lag(of: id).time?.milliseconds ?? .nan)
      if nodes[id.offset].lagHistory.count > 60 { nodes[id.offset].lagHistory.removeFirst() }
    }
    for offset in nodes.indices where nodes[offset].isRunning {
      guard let peer = nodes[offset].peer as? LeaderlessReplica else { continue }
      let count = peer.hintCount
      note(.hintsWaiting(node: nodes[offset].id, count: count))
    }
    if holdsAll { compareRoots() }
  }

  /// Compares hash trees and contents, each node's with the next one's of the same set: they must be alike.
  private mutating func compareRoots() {
    var former: [[NodeID]: (node: NodeID, root: UInt64, contents: UInt64)] = [:]
    for node in memberNodes where node.isRunning {
      guard let peer = node.peer as? LeaderlessReplica else { continue }
      for (group, root, contents) in peer.roots {
        if let other = former[group] {
          note(
            .rootsCompared(
              other.node, node.id, rootsEqual: other.root == root,
              contentsEqual: other.contents == contents))
        }
        former[group] = (node.id, root, contents)
      }
    }
  }

  private mutating func predictStaleness() {
    guard knobs.model == .leaderless else { return }
    let replicas = replicaCount
    figures.predictedStaleness = figures.latencies.prediction(
      replicas: replicas, reads: min(knobs.leaderless.readQuorum, replicas),
      writes: min(knobs.leaderless.writeQuorum, replicas))
  }

  // MARK: Agreement

  /// Whether all live replicas agree, and nothing is under way.
  var arePeersConverged: Bool {
    guard memberNodes.allSatisfy({ !$0.isUnderWay }),
      !load.clients.contains(where: { $0.operation != nil })
    else { return false }
    let live = memberNodes.filter(\.isRunning).compactMap(\.peer)
    if holdsAll, let first = live.first {
      guard live.allSatisfy({ $0.store.hash == first.store.hash }) else { return false }
    } else if figures.divergentKeys > 0 || isAnyKeyDivergent {
      return false
    }
    let leaders = live.compactMap { $0 as? MultiLeaderReplica }
    if let first = leaders.first {
      return leaders.allSatisfy { $0.applied == first.applied && $0.heldBackCount == 0 }
    }
    let running = Set(memberNodes.filter(\.isRunning).map(\.id))
    return live.compactMap { $0 as? LeaderlessReplica }.allSatisfy { peer in
      running.allSatisfy { peer.hints(for: $0) == 0 } && peer.pendingMoves == 0
    }
  }

  /// Tells the checker what all have come to agree on: where every member runs, nothing may be missing.
  private mutating func tellAgreement() {
    guard memberNodes.allSatisfy(\.isRunning) else { return }
    var told: Set<[UInt8]> = []
    for node in memberNodes {
      var found: [(keyHash: UInt64, state: KeyState, rule: MergeRule)] = []
      let rules = peerRules
      node.peer?.store.forEach { key, keyHash, state in
        if told.insert(key).inserted { found.append((keyHash, state, rules.rule(for: key))) }
        return true
      }
      for item in found {
        let isCounter = item.rule == .counter || item.rule == .growCounter
        note(
          .agreed(
            keyHash: item.keyHash, context: item.state.context,
            versions: DotList(item.state.entries.lazy.map(\.dot)),
            counterSum: isCounter ? item.state.counterValue : 0))
      }
    }
    compareRoots()
    note(.agreedOnAll)
  }
}

extension Node {
  /// Whether it starts, or stands still: what it will show is not known.
  var isUnderWay: Bool {
    switch status {
    case .recovering, .frozen: true
    case .running, .dead, .fenced, .refused: false
    }
  }
}
