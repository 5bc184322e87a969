import Operations
import Positions
import Replication

extension Cluster {
  /// What clients can rely on now, from where every replica stands.
  func guarantees(_ electorate: Electorate, leaders: [NodeID]) -> GuaranteesSnapshot {
    let leader = electorate.leader
    var result = GuaranteesSnapshot()
    result.splitBrain = leaders.count > 1
    let settled = highWater.settled
    let holders = memberNodes.filter { $0.disk?.holds(settled.index, of: settled.term) == true }
    result.copies = holders.map(\.id)
    result.runningCopies = holders.filter(\.isRunning).map(\.id)
    result.failoverKeepsWrites = failoverKeeps(electorate, holders: Set(result.copies))
    result.atRiskRecords = onlyOnLeader(settled, leader)
    result.freshReads = freshNodes(leader)
    result.futureless = leaders.filter { $0 != leader }.compactMap { id in
      let rate = metrics.acknowledgedPerSecond[id] ?? 0
      return rate > 0 ? .init(leader: id, writesPerSecond: rate) : nil
    }
    if let leader, let replica = node(leader)?.replica, let office = replica.leadership {
      result.writes = writes(of: replica, office, electorate)
    } else {
      result.writes = .wait(electorate.waiting(automatic: knobs.failover == .automatic))
      result.nextElection = nextElection(electorate)
    }
    result.mostComplete =
      memberNodes.filter(\.isRunning)
      .min { missing(from: $0).records < missing(from: $1).records }?.id
    return result
  }

  /// What a node's log lacks of what was promised; memory counts, as a promotion flushes it.
  func missing(from node: Node) -> Missing {
    let history = node.replica?.history ?? node.remembered?.history
    return highWater.promised.missing(from: history)
  }

  /// Whether no election that the knobs allow can be won without every promised write: the voters
  /// who lack one must be too few.
  private func failoverKeeps(_ electorate: Electorate, holders: Set<NodeID>) -> Bool {
    guard knobs.syncPolicy == .everyBatch else { return false }
    let lacking = electorate.voters.filter { !holders.contains($0) }.count
    return lacking < electorate.needed
  }

  /// How soon the first of those who could win asks for votes; nil when nobody will.
  private func nextElection(_ electorate: Electorate) -> Interval? {
    guard knobs.failover == .automatic else { return nil }
    let able = members.filter { electorate.electability(of: $0) == .yes }
    let due = able.compactMap { id -> Instant? in
      if nodes[id.offset].replica?.role == .candidate { return now }
      return nodes[id.offset].timers[Int(TimerName.election.rawValue)]
    }
    return due.min().map { max(.zero, $0 - now) }
  }

  /// Promised records that no other running node holds.
  private func onlyOnLeader(_ promise: Promised, _ leader: NodeID?) -> Int {
    guard let leader, members.count > 1 else { return 0 }
    let others = memberNodes.filter { $0.id != leader && $0.isRunning }
    let least = others.map { node -> Int in
      guard let disk = node.disk else { return promise.missing(from: nil).records }
      let held = promise.missing(from: disk.history).records
      return max(held, promise.index.distance(from: disk.flushed.index))
    }
    return max(0, least.min() ?? promise.missing(from: nil).records)
  }

  /// Running nodes whose reads show everything that was promised.
  private func freshNodes(_ leader: NodeID?) -> [NodeID] {
    let promise = leader == nil ? highWater.promised : highWater.settled
    return memberNodes.filter { node in
      guard node.isRunning, let replica = node.replica else { return false }
      guard promise.index > .zero else { return true }
      return replica.applied.index >= promise.index
        && replica.history.term(at: promise.index) == promise.term
        && (leader == nil || node.id == leader || replica.leader == leader)
    }.map(\.id)
  }
}
