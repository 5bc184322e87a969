import Checking
import Operations
import Positions
import Replication

// What can be seen of a cluster in which several nodes take writes.
extension Cluster {
  func fill(_ snapshot: inout NodeSnapshot, from peer: any Peer) {
    snapshot.role = .peer
    snapshot.term = Term(epoch: nodes[snapshot.id.offset].peerIncarnation, node: snapshot.id)
    // What it has appended at this very moment its log does not have yet.
    let head = min(peer.head.index, nodes[snapshot.id.offset].log.head.index)
    let end = min(peer.head.end, nodes[snapshot.id.offset].log.head.end)
    snapshot.applied = end
    snapshot.appliedIndex = head
    snapshot.commit = peer.flushed.end
    snapshot.hash = peer.store.hash
    snapshot.lag = lag(of: snapshot.id)
    snapshot.flushLag = Lag(
      bytes: max(0, end.distance(from: peer.flushed.end)),
      records: max(0, head.distance(from: peer.flushed.index)), time: .zero)
  }

  var peerModel: ModelSnapshot {
    switch knobs.model {
    case .singleLeader, .multiLeader: .multiLeader(multiLeaderSnapshot)
    case .leaderless: .leaderless(leaderlessSnapshot)
    }
  }

  // MARK: Several leaders

  private func leader(_ id: NodeID) -> MultiLeaderReplica? {
    nodes[id.offset].peer as? MultiLeaderReplica
  }

  private var multiLeaderSnapshot: MultiLeaderSnapshot {
    var model = MultiLeaderSnapshot()
    let members = members
    for to in members {
      for origin in members where origin != to {
        model.streams.append(stream(from: origin, to: to))
      }
    }
    for from in members {
      for to in peerPolicy.multiLeader.topology.targets(of: from, among: members) {
        model.edges.append(MultiLeaderSnapshot.Edge(from: from, to: to))
      }
    }
    model.versions = versionsSnapshot
    return model
  }

  /// The newest that anybody has of a node's writes, by its incarnations.
  private func written(by origin: NodeID) -> VersionVector {
    var known = VersionVector()
    for node in memberNodes {
      guard let peer = node.peer as? MultiLeaderReplica else { continue }
      for dot in peer.applied.entries where dot.actor.node == origin { known.insert(dot) }
    }
    return known
  }

  private func stream(from origin: NodeID, to: NodeID) -> MultiLeaderSnapshot.Stream {
    let written = written(by: origin)
    let has = leader(to)?.applied ?? nodes[to.offset].lastApplied
    var (applied, total): (UInt64, UInt64) = (0, 0)
    var oldest: Instant?
    for dot in written.entries {
      total += dot.counter
      applied += min(has[dot.actor], dot.counter)
      guard has[dot.actor] < dot.counter,
        let birth = figures.birth(after: has[dot.actor], of: dot.actor)
      else { continue }
      oldest = min(oldest ?? birth, birth)
    }
    let lag: Interval? =
      leader(to) == nil
      ? nil : applied == total ? .zero : oldest.map { max(.zero, now - $0) } ?? .zero
    return MultiLeaderSnapshot.Stream(
      origin: origin, to: to, applied: applied, written: total,
      heldBack: leader(to)?.heldBack(of: origin) ?? 0, lag: lag)
  }

  /// How far a node is behind what is written anywhere.
  func lag(of id: NodeID) -> Lag {
    guard nodes[id.offset].peer != nil else { return Lag(bytes: 0, records: 0, time: nil) }
    guard knobs.model == .multiLeader else {
      return Lag(bytes: 0, records: 0, time: .zero)
    }
    var (records, time) = (0, Interval.zero)
    for origin in members where origin != id {
      let stream = stream(from: origin, to: id)
      records += Int(stream.written - stream.applied)
      time = max(time, stream.lag ?? .zero)
    }
    return Lag(bytes: 0, records: records, time: time)
  }

  // MARK: Without a leader

  private var leaderlessSnapshot: LeaderlessSnapshot {
    var model = LeaderlessSnapshot()
    let replicas = knobs.leaderless.replicationFactor
    // Who is dead keeps its place in the others' rings.
    let standing = memberNodes.lazy.compactMap { $0.peer as? LeaderlessReplica }.first?.ring
    for node in memberNodes {
      var place = LeaderlessSnapshot.RingNode(node: node.id)
      let ring = (node.peer as? LeaderlessReplica)?.ring ?? standing
      place.share = ring?.share(of: node.id, replicas: min(replicas, members.count)) ?? 0
      if let peer = node.peer as? LeaderlessReplica {
        place.hints = peer.hintCount
        place.hintsFor = peer.hintCounts.map {
          LeaderlessSnapshot.HintsFor(node: $0.target, count: $0.count)
        }
        place.pending = peer.pendingMoves
        let clock = clock(of: node.id).steady
        place.suspicions = members.map { $0 == node.id ? nil : peer.phi(of: $0, at: clock) }
        model.hints += peer.hintCount
        if model.arcs.isEmpty {
          model.arcs = peer.ring.arcs(count: members.count > replicas ? 100 : 0)
        }
      } else {
        place.suspicions = members.map { _ in nil }
      }
      model.ring.append(place)
    }
    model.hintsDelivered = figures.hintsDelivered
    model.hintsExpired = figures.hintsExpired
    model.repairs = figures.repairs
    model.exchanges = figures.exchanges
    model.differingRanges = figures.differingRanges
    model.antiEntropyRepairs = figures.antiEntropyRepairs
    model.antiEntropyBytes = figures.antiEntropyBytes
    model.unavailable = figures.unavailable
    let ledger = versions.ledger
    if ledger.readsThatCouldBeStale > 0 {
      model.measuredStaleness =
        Double(ledger.staleReads) / Double(ledger.readsThatCouldBeStale)
    }
    model.predictedStaleness = figures.predictedStaleness
    model.versions = versionsSnapshot
    return model
  }

  // MARK: Versions

  private var versionsSnapshot: VersionsSnapshot {
    var snapshot = VersionsSnapshot()
    let ledger = versions.ledger
    snapshot.conflicts = ledger.conflicts
    snapshot.losers = ledger.losers
    snapshot.lostByClock = ledger.lostByClock
    snapshot.merged = ledger.merged
    snapshot.risen = ledger.risen
    snapshot.newest = figures.conflicts
    snapshot.siblings = figures.siblings.count
    let keys = figures.siblings.keys.sorted { $0.lexicographicallyPrecedes($1) }
    snapshot.siblingKeys = keys.prefix(20).map { key in
      let holder = figures.siblings[key]?.min()
      let state = holder.flatMap { nodes[$0].peer?.store[key] }
      return SiblingsSnapshot(
        key: String(decoding: key, as: UTF8.self),
        versions: state?.entries.map { VersionSnapshot($0, .siblings) } ?? [])
    }
    snapshot.divergentKeys = figures.divergentKeys
    snapshot.keys = figures.keys
    snapshot.divergenceAge = now - lastSecond
    snapshot.watched = figures.watched.map { watchedSnapshot($0) }
    return snapshot
  }

  private func watchedSnapshot(_ key: [UInt8]) -> WatchedKeySnapshot {
    let name = String(decoding: key, as: UTF8.self)
    let rule = peerRules.rule(for: key)
    var snapshot = WatchedKeySnapshot(
      key: name, rule: knobs.resolution.rule(for: name).rawValue)
    var all = KeyState()
    var meetings: [Meeting] = []
    let places = replicas(of: VersionedStore.hash(of: key))
    var states: [KeyState?] = []
    for node in memberNodes {
      let hint = (node.peer as? LeaderlessReplica)?.hints(of: key).first
      guard places.contains(node.id) || hint != nil else { continue }
      var holder = WatchedKeySnapshot.Holder(node: node.id)
      let state = places.contains(node.id) ? node.peer?.store[key] : hint?.state
      if !places.contains(node.id) { holder.hintFor = hint?.target }
      if let state { all.join(state, rule: rule, meetings: &meetings) }
      holder.versions = state?.entries.map { VersionSnapshot($0, rule) } ?? []
      holder.knows = known(state?.context ?? VersionVector())
      holder.madeWriteQuorum = figures.writeQuorum.contains(node.id)
      holder.madeReadQuorum = figures.readQuorum.contains(node.id)
      holder.wasRepaired = figures.repaired.contains(node.id)
      snapshot.holders.append(holder)
      states.append(state)
    }
    let known = states.map { $0?.context ?? VersionVector() }
    for (position, context) in known.enumerated() {
      let isNewest = context.covers(all.context)
      snapshot.holders[position].isNewest = isNewest
      snapshot.holders[position].isParted =
        !isNewest && !known.contains { $0.covers(context) && !context.covers($0) }
    }
    (snapshot.writeQuorum, snapshot.readQuorum) = (figures.writeQuorum, figures.readQuorum)
    // Siblings are several values, a set's elements one.
    snapshot.value = all.values(rule).map { String(decoding: $0, as: UTF8.self) }
      .joined(separator: rule == .siblings ? " | " : ", ")
    return snapshot
  }

  /// A context by node: what each wrote of the key in all its generations.
  private func known(_ context: VersionVector) -> [WatchedKeySnapshot.Knows] {
    var counts: [NodeID: UInt64] = [:]
    for dot in context.entries {
      if let node = dot.actor.node { counts[node, default: 0] += dot.counter }
    }
    return counts.keys.sorted().map {
      WatchedKeySnapshot.Knows(node: $0, count: counts[$0] ?? 0)
    }
  }

  /// What was promised and lost, as the checker has it.
  var peerLedgerSnapshot: LedgerSnapshot {
    let ledger = versions.ledger
    var snapshot = LedgerSnapshot()
    snapshot.acknowledged = ledger.acknowledged
    snapshot.lost = ledger.lost
    snapshot.lostUnlisted = max(0, ledger.lost - ledger.lostWrites.count)
    snapshot.lostWrites = ledger.lostWrites.map {
      LostWriteSnapshot(
        key: $0.key, index: Index($0.dot.counter),
        term: Term(rawValue: $0.dot.actor.rawValue), why: $0.why)
    }
    snapshot.staleReads = ledger.staleReads
    snapshot.violations = versions.violations.map { "\($0.at) \($0.text)" }
    snapshot.violationCount = versions.violationCount
    snapshot.findings = versions.findings.map { "\($0.at) \($0.text)" }
    snapshot.findingCount = versions.findingCount
    return snapshot
  }
}

extension VersionSnapshot {
  init(_ entry: KeyState.Entry, _ rule: MergeRule) {
    let value: String? = entry.payload.map { payload in
      guard rule == .counter || rule == .growCounter, let totals = CounterTotals(payload) else {
        return String(decoding: payload, as: UTF8.self)
      }
      return String(Int64(bitPattern: totals.up) &- Int64(bitPattern: totals.down))
    }
    self.init(value: value, dot: entry.dot, clock: entry.clock)
  }
}

extension ConflictSnapshot {
  /// One line for people.
  var text: String {
    let (winner, loser) = (Self.text(winner), Self.text(loser))
    return switch ending {
    case .lastWriterWon: "\(loser) lost to \(winner)"
    case .lostByClock: "\(loser) lost to the older \(winner): the writers' clocks differ"
    case .merged: "\(winner) and \(loser) are merged"
    case .kept: "\(winner) and \(loser) are both kept"
    }
  }

  private static func text(_ version: VersionSnapshot) -> String {
    let value = version.value.map { "\"\($0.prefix(60))\"" } ?? "a deletion"
    let writer = version.dot.actor.node.map { "\($0)" } ?? "nobody"
    return "\(writer)'s \(value) (clock \(version.clock))"
  }
}
