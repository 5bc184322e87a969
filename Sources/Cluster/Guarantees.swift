import Operations
import Positions
import Replication

extension Cluster {
  /// What clients can rely on now, from where every replica stands.
  func guarantees(leader: NodeID?, leaders: [NodeID]) -> GuaranteesSnapshot {
    var result = GuaranteesSnapshot()
    result.splitBrain = leaders.count > 1
    guard let leader, let replica = node(leader)?.replica, let office = replica.leadership else {
      return result
    }
    let voters = replica.membership.voters
    let running = voters.filter { node($0)?.isAlive == true }
    let acknowledged = office.acknowledged
    let holders = running.filter { holds(acknowledged, $0, leader: leader, office) }
    result.crashesAcknowledgedWritesSurvive = survivable(
      holders: holders.count, running: running.count, voters: voters.count)
    let elsewhere = running.filter { $0 != leader }.map { flushedOf($0, office) }.max() ?? .zero
    result.atRiskRecords = max(0, acknowledged.distance(from: elsewhere))
    result.failuresUntilWritesStop = failuresUntilStop(replica, office, running: running)
    result.freshReads = memberNodes.filter { node in
      node.status == .running && (node.replica?.applied.index ?? .zero) >= acknowledged
        && (node.id == leader || node.replica?.leader == leader)
    }.map(\.id)
    return result
  }

  private func flushedOf(_ id: NodeID, _ office: Leadership) -> Index {
    office.progress.first { $0.node == id }?.positions.flushed ?? .zero
  }

  private func holds(
    _ index: Index, _ id: NodeID, leader: NodeID, _ office: Leadership
  ) -> Bool {
    if id == leader { return (node(leader)?.replica?.flushed.index ?? .zero) >= index }
    return flushedOf(id, office) >= index
  }

  /// How many running nodes, whichever they are, may crash for good with the newest acknowledged
  /// write still on one that would be elected: a copy must be left, and where promotion needs a
  /// majority, a majority that is bound to include a copy's holder.
  private func survivable(holders: Int, running: Int, voters: Int) -> Int? {
    if holders == 0 { return nil }
    let copies = holders - 1
    guard knobs.promotionNeeds == .majority else { return copies }
    let spare = running - (voters / 2 + 1)
    // With no majority left nothing is elected, so nothing is lost either: it only stops.
    return max(0, min(copies, max(spare, 0)))
  }

  /// How many more nodes may fail before writes are no longer acknowledged; nil: none are now.
  private func failuresUntilStop(
    _ replica: Replica, _ office: Leadership, running: [NodeID]
  ) -> Int? {
    let answering = office.progress.filter(\.answers)
    let voters = replica.membership.voters
    let quorum =
      answering.filter { voters.contains($0.node) }.count + 1 - replica.membership.majority
    func spare(_ needed: Int, of count: Int) -> Int? { count < needed ? nil : count - needed }
    let byPolicy: Int?
    switch knobs.acknowledgement {
    case .asynchronous: byPolicy = answering.count
    case .majority: byPolicy = quorum < 0 ? nil : quorum
    case .synchronous:
      byPolicy = spare(office.progress.count, of: answering.count)
    case .any(let count, let list), .first(let count, let list):
      let usable = answering.filter { list.isEmpty || list.contains($0.node) }
      byPolicy = spare(count, of: usable.count)
    }
    if office.isDegraded { return quorum < 0 && knobs.checkQuorum ? nil : max(0, quorum) }
    guard let byPolicy else { return nil }
    guard knobs.checkQuorum else { return byPolicy }
    return quorum < 0 ? nil : min(byPolicy, quorum)
  }
}
