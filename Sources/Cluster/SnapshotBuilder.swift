import Checking
import Operations
import Positions
import Replication
import World

extension Cluster {
  /// Everything that can be seen now.
  public func snapshot(speed: Double) -> ClusterSnapshot {
    var snapshot = ClusterSnapshot(
      at: now, isLive: world.isLive, knobs: knobs, load: load.settings)
    snapshot.speed = speed
    let leader = leader
    snapshot.nodes = memberNodes.map { nodeSnapshot($0, leader: leader) }
    snapshot.links = links
    snapshot.clients = clientsSnapshot
    snapshot.ledger = ledgerSnapshot
    snapshot.events = Array(events)
    snapshot.lastWrite = lastWrite
    snapshot.lastRead = lastRead
    snapshot.converged = isConverged
    snapshot.undoable = undoStack.last?.command.text
    snapshot.model = .singleLeader(modelSnapshot(leader: leader, nodes: snapshot.nodes))
    return snapshot
  }

  /// Events after number `last`, oldest first.
  public func events(after last: Int) -> [Event] { events.filter { $0.number > last } }

  private func nodeSnapshot(_ node: Node, leader: NodeID?) -> NodeSnapshot {
    var snapshot = NodeSnapshot(id: node.id, site: node.site)
    (snapshot.state, snapshot.stateReason) = state(of: node)
    snapshot.isVoter = voters.contains(node.id)
    snapshot.diskDelay = node.diskDelay
    snapshot.diskFull = node.diskFull || node.log.isFull
    snapshot.clockOffset = node.clockOffset
    snapshot.capacity = knobs.capacity
    snapshot.servedPerSecond = node.servedPerSecond
    snapshot.lagHistory = node.lagHistory
    snapshot.rollbackRecords = node.rollbackRecords
    snapshot.flushed = node.log.flushed.end
    snapshot.flushedIndex = node.log.flushed.index
    snapshot.written = node.log.submitted.end
    snapshot.received = node.log.head.end
    snapshot.oldest = node.log.first.end
    snapshot.lag = lag(of: node.id)
    snapshot.electable = electability(of: node)
    if let replica = node.replica { fill(&snapshot, from: replica) }
    guard let leader, let lead = self.node(leader)?.replica else { return snapshot }
    snapshot.flushLagBytes = max(0, lead.flushed.end.distance(from: snapshot.flushed))
    snapshot.sent =
      lead.leadership?.progress.first { $0.node == node.id }.map { $0.sent.end }
    if node.id != leader, let own = node.replica?.history {
      snapshot.fork = fork(own, of: node, against: lead.history)
    }
    return snapshot
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
  private func position(of index: Index, in replica: Replica) -> LSN {
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
    _ own: TermHistory, of node: Node, against leader: TermHistory
  ) -> ForkSnapshot? {
    guard let common = leader.lastCommon(with: own), common.index < own.last else { return nil }
    // A follower that is merely ahead of a new leader's flush is no fork: the terms must differ.
    guard common.index < leader.last || own.spans.last?.term != leader.spans.last?.term else {
      return nil
    }
    let acknowledged =
      node.replica?.leadership.map { $0.acknowledged }
      ?? checker.acknowledgedThrough(own.spans.last?.term ?? .zero)
    let through =
      node.replica.map { position(of: min(acknowledged, own.last), in: $0) } ?? common.end
    return ForkSnapshot(
      at: common.end, acknowledgedThrough: max(common.end, min(through, own.end)), end: own.end,
      records: own.last.distance(from: common.index))
  }

  private func electability(of node: Node) -> Electability {
    guard node.status == .running, let replica = node.replica else { return .no("not running") }
    if !replica.isVoter { return .no("no vote yet") }
    if replica.isSuspect { return .no("its log may have lost its tail") }
    let voters = self.voters
    let reached = voters.filter { other in
      other == node.id
        || (self.node(other)?.status == .running && !network.isCut(from: node.id, to: other)
          && !network.isCut(from: other, to: node.id))
    }
    let needed = knobs.promotionNeeds == .none ? 1 : voters.count / 2 + 1
    if reached.count < needed { return .no("reaches \(reached.count) of \(voters.count)") }
    let ahead = reached.first { other in
      guard let theirs = self.node(other)?.replica?.head else { return false }
      return replica.head.isLessAdvanced(than: theirs)
    }
    if let ahead, ahead != leader { return .no("\(ahead) is further") }
    let behind = reached.filter { other in
      guard let theirs = self.node(other)?.replica?.head else { return false }
      return !replica.head.isLessAdvanced(than: theirs)
    }
    return behind.count >= needed ? .yes : .no("its log is behind")
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

  private var clientsSnapshot: ClientsSnapshot {
    var clients = ClientsSnapshot(load: load.settings)
    clients.writesPerSecond = metrics.writesPerSecond
    clients.readsPerSecond = metrics.readsPerSecond
    clients.writesHistory = metrics.writesHistory
    clients.waiting =
      load.clients.reduce(0) { $0 + ($1.operation == nil ? 0 : 1) } + load.backlog.count
    clients.refused = metrics.refused
    clients.timedOut = metrics.timedOut
    clients.acknowledgement = Metrics.snapshot(metrics.acknowledgement)
    clients.reads = Metrics.snapshot(metrics.reads)
    return clients
  }

  private func modelSnapshot(leader: NodeID?, nodes: [NodeSnapshot]) -> SingleLeaderSnapshot {
    var model = SingleLeaderSnapshot()
    model.leader = leader
    model.leaders = nodes.filter { $0.role == .leader && $0.state != .dead }.map(\.id)
      .filter { self.node($0)?.isRunning == true }
    model.term = nodes.filter { self.node($0.id)?.isAlive == true }.map(\.term).max() ?? .zero
    model.degraded = leader.flatMap { node($0)?.replica?.leadership?.isDegraded } ?? false
    if let leader, let replica = node(leader)?.replica {
      model.commitIndex = replica.commit
      model.commit = position(of: replica.commit, in: replica)
    } else if let best = nodes.max(by: { $0.commit < $1.commit }) {
      model.commit = best.commit
      model.commitIndex = node(best.id)?.replica?.commit ?? .zero
    }
    model.guarantees = guarantees(leader: leader, leaders: model.leaders)
    return model
  }
}
