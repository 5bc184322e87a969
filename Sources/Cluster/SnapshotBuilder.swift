import Checking
import Operations
import Positions
import Replication
import World

extension Cluster {
  /// Everything that can be seen now.
  ///
  /// - Parameter wholeRun: whether the whole run's latencies, and the keys that differ at this moment, are
  ///   wanted, which take a while to add up.
  public func snapshot(speed: Double, wholeRun: Bool = true) -> ClusterSnapshot {
    var snapshot = ClusterSnapshot(
      at: now, isLive: world.isLive, knobs: knobs, load: load.settings)
    snapshot.speed = speed
    let electorate = Electorate(self)
    let leader = electorate.leader
    let lead = leader.flatMap { nodes[$0.offset].replica }
    snapshot.nodes = memberNodes.map { nodeSnapshot($0, electorate, lead) }
    snapshot.links = links
    snapshot.clients = clientsSnapshot(wholeRun: wholeRun)
    snapshot.ledger = hasPeers ? peerLedgerSnapshot : ledgerSnapshot
    snapshot.events = Array(events)
    snapshot.lastWrite = lastWrite
    snapshot.lastRead = lastRead
    snapshot.isQuiescing = isQuiescing
    snapshot.converged = isConverged
    snapshot.timeline = timeline.samples
    snapshot.undoable = undoStack.last(where: isInEffect)?.command.text
    snapshot.model =
      hasPeers ? peerModel : .singleLeader(modelSnapshot(electorate, nodes: snapshot.nodes))
    if wholeRun, !world.isLive { countDivergence(in: &snapshot.model) }
    return snapshot
  }

  /// Events after number `last`, oldest first.
  public func events(after last: Int) -> [Event] { events.filter { $0.number > last } }

  private func nodeSnapshot(
    _ node: Node, _ electorate: Electorate, _ lead: Replica?
  ) -> NodeSnapshot {
    var snapshot = NodeSnapshot(id: node.id, site: node.site)
    (snapshot.state, snapshot.stateReason) = state(of: node)
    snapshot.isVoter = electorate.voters.contains(node.id)
    snapshot.diskDelay = node.diskDelay
    snapshot.diskFull = node.diskFull || node.log.isFull
    snapshot.clockOffset = node.clockOffset
    snapshot.clockDrift = ((node.clockRate - 1) * 1e6).rounded()
    snapshot.capacity = knobs.capacity
    snapshot.servedPerSecond = node.servedPerSecond
    snapshot.lagHistory = node.lagHistory
    snapshot.rollbackRecords = node.rollbackRecords
    fill(&snapshot, fromDiskOf: node)
    if hasPeers {
      snapshot.role = .peer
      snapshot.electable = .no("all nodes take writes")
      if let peer = node.peer { fill(&snapshot, from: peer) }
      return snapshot
    }
    snapshot.lag = lag(of: node, behind: lead)
    snapshot.flushLag = flushLag(of: node, behind: lead)
    snapshot.missing = missing(from: node)
    snapshot.electable = electorate.electability(of: node.id)
    if let replica = node.replica { fill(&snapshot, from: replica) }
    if knobs.preset != nil { fillForSystem(&snapshot, from: node, lead) }
    guard let lead else { return snapshot }
    snapshot.sent =
      lead.leadership?.progress.first { $0.node == node.id }.map { $0.sent.end }
    if node.id != electorate.leader, let disk = node.disk {
      snapshot.fork = fork(of: node, disk, against: lead.history)
    }
    return snapshot
  }

  private func fill(_ snapshot: inout NodeSnapshot, fromDiskOf node: Node) {
    guard node.replica == nil, node.peer == nil else {
      snapshot.flushed = node.log.flushed.end
      snapshot.flushedIndex = node.log.flushed.index
      snapshot.written = node.log.submitted.end
      snapshot.received = node.log.head.end
      snapshot.receivedIndex = node.log.head.index
      snapshot.oldest = node.log.first.end
      return
    }
    // What was in its memory is gone; what its disk holds is still there.
    guard let disk = node.remembered else { return }
    snapshot.flushed = disk.flushed.end
    snapshot.flushedIndex = disk.flushed.index
    snapshot.written = disk.flushed.end
    snapshot.received = disk.flushed.end
    snapshot.receivedIndex = disk.flushed.index
  }

  private func fill(_ snapshot: inout NodeSnapshot, from replica: Replica) {
    snapshot.role =
      switch replica.role {
      case .leader: .leader
      case .candidate: .candidate
      case .follower: .follower
      }
    snapshot.term = replica.term
    snapshot.following = replica.leader
    snapshot.applied = replica.applied.end
    snapshot.appliedIndex = replica.applied.index
    snapshot.commit = position(of: replica.commit, in: replica)
    snapshot.hash = replica.state.hash
  }

  /// The position after the record at `index`, as near as memory tells.
  func position(of index: Index, in replica: Replica) -> LSN {
    if index >= replica.head.index { return replica.head.end }
    if index == replica.applied.index { return replica.applied.end }
    return replica.window.point(at: index)?.end ?? replica.applied.end
  }

  private func state(of node: Node) -> (NodeState, String) {
    switch node.status {
    case .dead(let why): (.dead, why)
    case .fenced: (.fenced, "shut down until restarted")
    case .refused(let why): (.refused, why)
    case .recovering(let why): (.recovering, why)
    case .frozen: (.frozen, "its processor stands still")
    case .running:
      if node.replica?.isRebuilding == true {
        (.recovering, "rebuilding its state")
      } else if node.replica?.isSuspect == true {
        (.suspect, "its log may have lost its tail")
      } else {
        (.running, "")
      }
    }
  }

  private func fork(
    of node: Node, _ disk: DiskContents, against leader: TermHistory
  ) -> ForkSnapshot? {
    let own = disk.history
    // A dead node's memory is gone: its log ends where its disk does.
    let last = node.replica == nil ? min(own.last, disk.flushed.index) : own.last
    let end = node.replica == nil ? min(own.end, disk.flushed.end) : own.end
    guard let common = leader.lastCommon(with: own), common.index < last else { return nil }
    // A follower that is merely ahead of a new leader's flush is no fork: the terms must differ.
    guard common.index < leader.last || own.spans.last?.term != leader.spans.last?.term else {
      return nil
    }
    let acknowledged =
      node.replica?.leadership.map { $0.acknowledged }
      ?? checker.acknowledgedThrough(own.spans.last?.term ?? .zero)
    let through =
      node.replica.map { position(of: min(acknowledged, last), in: $0) }
      ?? share(of: acknowledged, from: common, through: (last, end))
    return ForkSnapshot(
      at: common.end, acknowledgedThrough: max(common.end, min(through, end)), end: end,
      records: last.distance(from: common.index))
  }

  /// Where a record ends in a log that nobody has open: its sizes are not known, so records count as
  /// equally long.
  private func share(
    of index: Index, from common: (index: Index, end: LSN), through last: (index: Index, end: LSN)
  ) -> LSN {
    guard index > common.index else { return common.end }
    guard index < last.index else { return last.end }
    let part =
      Double(index.distance(from: common.index)) / Double(last.index.distance(from: common.index))
    let bytes = Double(last.end.distance(from: common.end))
    return common.end.advanced(by: Int(bytes * part))
  }

  private var links: [LinkSnapshot] {
    let members = members
    var links: [LinkSnapshot] = []
    links.reserveCapacity(members.count * members.count)
    for from in members {
      for to in members where from != to {
        let link = network.link(from: from, to: to)
        links.append(
          LinkSnapshot(
            from: from, to: to, isCut: link.isCut, latency: link.latency,
            addedLatency: link.addedLatency, jitter: link.jitter, loss: link.loss,
            bandwidth: link.bandwidth))
      }
    }
    return links
  }

  private func clientsSnapshot(wholeRun: Bool) -> ClientsSnapshot {
    var clients = ClientsSnapshot(load: load.settings)
    clients.writesPerSecond = metrics.writesPerSecond
    clients.acknowledged = metrics.acknowledged
    clients.answered = metrics.answered
    clients.readsPerSecond = metrics.readsPerSecond
    clients.writesHistory = metrics.writesHistory
    clients.waiting =
      load.clients.reduce(0) { $0 + ($1.operation == nil ? 0 : 1) } + load.backlog.count
    clients.refused = metrics.refused
    clients.timedOut = metrics.timedOut
    if wholeRun {
      clients.acknowledgement = metrics.acknowledgement.whole
      clients.reads = metrics.reads.whole
    }
    clients.recentAcknowledgement = metrics.recentAcknowledgement
    clients.recentReads = metrics.recentReads
    return clients
  }

  private func modelSnapshot(
    _ electorate: Electorate, nodes: [NodeSnapshot]
  ) -> SingleLeaderSnapshot {
    var model = SingleLeaderSnapshot()
    let leader = electorate.leader
    model.leader = leader
    model.leaders = nodes.filter { $0.role == .leader && $0.state != .dead }.map(\.id)
      .filter { self.node($0)?.isRunning == true }
    model.term = max(highWater.term, nodes.map(\.term).max() ?? .zero)
    model.degraded = leader.flatMap { node($0)?.replica?.leadership?.isDegraded } ?? false
    (model.commitIndex, model.commit) = highWater.commit
    if let leader, let replica = node(leader)?.replica, replica.commit > model.commitIndex {
      model.commitIndex = replica.commit
      model.commit = position(of: replica.commit, in: replica)
    }
    model.guarantees = guarantees(electorate, leaders: model.leaders)
    if knobs.preset != nil { fillForSystem(&model) }
    return model
  }
}
