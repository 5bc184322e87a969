import Operations
import Positions
import Replication

/// Whether writes are acknowledged, and for how much longer, from who runs and hears whom right now:
/// what a leader believes lags behind by two looks.
extension Cluster {
  func writes(
    of replica: Replica, _ office: Leadership, _ electorate: Electorate
  ) -> WritesSnapshot {
    let id = replica.id
    if node(id)?.log.isFull == true || node(id)?.diskFull == true {
      return .wait("\(id)'s disk is full")
    }
    let voters = replica.membership.voters
    let reached = voters.filter { electorate.converse(id, $0) }.count
    let majority = replica.membership.majority
    let rule = knobs.acknowledgement
    let needsMajority = knobs.checkQuorum || rule == .majority
    if needsMajority, reached < majority {
      return .wait("\(id) reaches \(reached) of \(voters.count)")
    }
    let others = office.progress.map(\.node)
    let otherVoters = others.filter(voters.contains)
    let copying = others.filter { copies($0, from: id, electorate) }
    var spare = Int.max
    if !office.isDegraded {
      switch rule {
      case .asynchronous: break
      case .majority:
        let holding = voters.filter { $0 == id || copying.contains($0) }.count
        if holding < majority {
          return .wait("\(holding) of \(majority) disks: \(absent(others, id, electorate))")
        }
        spare = holding - majority
      case .synchronous:
        guard otherVoters.allSatisfy(copying.contains) else {
          return .wait("sync needs \(absent(otherVoters, id, electorate))")
        }
        if !otherVoters.isEmpty { spare = 0 }
      case .any(let count, let list), .first(let count, let list):
        let named = list.isEmpty ? otherVoters : others.filter(list.contains)
        let usable = named.filter { copying.contains($0) }.count
        if usable < count {
          let asked = KnobTable.row("ack")?.value(knobs) ?? ""
          let why = absent(named, id, electorate)
          return .wait("\(asked) needs \(count - usable) more" + (why.isEmpty ? "" : ": \(why)"))
        }
        spare = usable - count
      }
    }
    if knobs.checkQuorum { spare = min(spare, reached - majority) }
    return goOn(spare: spare, electorate, leader: id)
  }

  /// With the leader among those that may fail, somebody must be able to follow it.
  private func goOn(spare: Int, _ electorate: Electorate, leader id: NodeID) -> WritesSnapshot {
    guard members.count > 1 else { return .goOn(failures: 0, limit: "the only node") }
    guard knobs.failover == .automatic else {
      return .goOn(failures: 0, limit: "failover is manual: \(id)'s failure waits for F")
    }
    let byElection = max(0, electorate.electors(around: id).count - electorate.needed)
    let failures = max(0, min(spare, byElection))
    guard failures == 0 else { return .goOn(failures: failures, limit: "") }
    let why =
      spare == 0 ? "one more failure stops writes" : "\(id)'s failure stops writes: no election"
    return .goOn(failures: 0, limit: why)
  }

  /// Whether a node takes in and flushes what `leader` streams.
  private func copies(_ id: NodeID, from leader: NodeID, _ electorate: Electorate) -> Bool {
    electorate.converse(leader, id) && !nodes[id.offset].diskFull && !nodes[id.offset].log.isFull
  }

  /// Those who do not copy, with the reason.
  private func absent(_ nodes: [NodeID], _ leader: NodeID, _ electorate: Electorate) -> String {
    let missing = nodes.filter { !copies($0, from: leader, electorate) }
    let shown = missing.prefix(3).map { "\($0) (\(trouble(of: $0, leader, electorate)))" }
    return shown.joined(separator: " ")
      + (missing.count > 3 ? " +\(missing.count - 3)" : "")
  }

  private func trouble(
    of id: NodeID, _ leader: NodeID, _ electorate: Electorate
  ) -> String {
    switch nodes[id.offset].status {
    case .dead: "dead"
    case .fenced: "fenced"
    case .refused: "refused"
    case .recovering: "recovering"
    case .frozen: "frozen"
    case .running: electorate.converse(leader, id) ? "disk full" : "cut off"
    }
  }
}
