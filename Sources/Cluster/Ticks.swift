import Operations
import Positions
import Replication

extension Cluster {
  /// The regular look at everything that runs out by itself.
  mutating func tick() {
    queue.schedule(.tick, at: now + Self.tickSpacing)
    if hasPeers { return peerTick() }
    if let leader, let flushed = nodes[leader.offset].replica.map({ $0.flushed.index }) {
      ages.note(flushed, at: now)
    }
    noteHighWater()
    noteOptimes()
    lookAround()
    expireOperations()
    letGo()
    if isQuiescing, isConverged {
      isQuiescing = false
      load.settings.rate = 0
      say(.note, nil, "converged: all live replicas hold and show the same")
    }
    for offset in nodes.indices
    where nodes[offset].boot != nil && nodes[offset].boot?.repairAfter != nil {
      retryRepair(nodes[offset].id)
    }
    metrics.look(at: now)
    if now - lastSecond >= .seconds(1) { second() }
  }

  private mutating func second() {
    let elapsed = now - lastSecond
    lastSecond = now
    metrics.second()
    renewChanges()
    noteTimeline(elapsed)
    noteWriters()
    let lead = leader.flatMap { nodes[$0.offset].replica }
    for id in members {
      let lag = lag(of: nodes[id.offset], behind: lead).time?.milliseconds
      let served = Double(nodes[id.offset].served)
      nodes[id.offset].servedPerSecond = served / max(elapsed.seconds, 1e-9)
      nodes[id.offset].served = 0
      nodes[id.offset].lagHistory.append(lag ?? .nan)
      if nodes[id.offset].lagHistory.count > 60 {
        nodes[id.offset].lagHistory.removeFirst()
      }
    }
  }

  /// Members whose removal is committed go.
  private mutating func letGo() {
    guard !leaving.isEmpty, let leader, let replica = node(leader)?.replica else { return }
    for offset in leaving.sorted() {
      let id = NodeID(offset + 1)
      guard !replica.membership.contains(id),
        (replica.memberships.last?.index ?? .zero) <= replica.commit
      else { continue }
      leaving.remove(offset)
      stop(id, as: .dead("removed"))
      nodes[offset].isMember = false
      noteMembers()
      say(.note, id, "\(id) is no longer a member")
      observePolicy()
    }
  }

  /// Changes of members that an earlier leader was asked for and did not live to make, or made in a
  /// branch that is no more.
  private mutating func renewChanges() {
    guard let leader, let membership = nodes[leader.offset].replica?.membership else { return }
    for id in members {
      if leaving.contains(id.offset) {
        if membership.contains(id) { run(.removeMember(id), at: leader) }
      } else if !membership.contains(id), nodes[id.offset].isAlive {
        run(.addMember(id), at: leader)
      }
    }
    for id in membership.all where !nodes[id.offset].isMember {
      run(.removeMember(id), at: leader)
    }
  }

  private mutating func retryRepair(_ id: NodeID) {
    guard var boot = nodes[id.offset].boot else { return }
    boot.repairTries += 1
    nodes[id.offset].boot = boot
    // Asked once a second: for three seconds when nobody will ever have them, else for ten.
    if boot.repairTries > 60, boot.isPastMending != nil {
      abandonLog(id)
    } else if boot.repairTries > 60, nobodyHasMore(than: id) {
      cutDamage(id)
    } else if boot.repairTries > 200 {
      let damage = nodes[id.offset].log.damage.map { "\($0); " } ?? ""
      refused(damage + "no peer has the records after \(boot.repairAfter ?? .zero)", at: id)
    } else if boot.repairTries % 20 == 0 {
      askForRepair(id)
    }
  }

  /// No forks, and every live replica shows all that the leader has flushed.
  public var isConverged: Bool {
    if hasPeers { return arePeersConverged }
    guard let leader, let head = node(leader)?.replica?.flushed else { return false }
    guard leaving.isEmpty, let membership = nodes[leader.offset].replica?.membership,
      membership.learners.isEmpty
    else { return false }
    let live = memberNodes
    for node in live {
      switch node.status {
      case .running:
        guard let replica = node.replica, replica.applied.index == head.index,
          replica.head.index == head.index, replica.head.chain == head.chain
        else { return false }
      case .recovering, .frozen: return false
      case .dead, .fenced, .refused: continue
      }
    }
    let hashes = Set(live.compactMap { $0.status == .running ? $0.replica?.state.hash : nil })
    let waiting = load.clients.contains { $0.operation != nil }
    return hashes.count == 1 && !waiting
  }

  /// How far a node's state is behind the leader's log; in a fork, from the last common record on.
  func lag(of node: Node, behind lead: Replica?) -> Lag {
    guard let lead, let applied = node.replica?.applied ?? node.boot?.applied
    else { return Lag(bytes: 0, records: 0, time: nil) }
    return lag(of: applied, in: node.replica?.history, behind: lead)
  }

  /// How far a node's durable log is behind the leader's.
  func flushLag(of node: Node, behind lead: Replica?) -> Lag {
    guard let lead, let disk = node.disk else { return Lag(bytes: 0, records: 0, time: nil) }
    return lag(of: disk.flushed, in: disk.history, behind: lead)
  }

  private func lag(of point: LogPoint, in history: TermHistory?, behind lead: Replica) -> Lag {
    var (index, end) = (point.index, point.end)
    if let history, let common = lead.history.lastCommon(with: history), common.index < index {
      (index, end) = (common.index, common.end)
    }
    let records = max(0, lead.flushed.index.distance(from: index))
    let bytes = max(0, lead.flushed.end.distance(from: end))
    guard records > 0 else { return Lag(bytes: bytes, records: 0, time: .zero) }
    let age = ages.birth(after: index).map { max(.zero, now - $0) }
    return Lag(bytes: bytes, records: records, time: age ?? .zero)
  }
}
