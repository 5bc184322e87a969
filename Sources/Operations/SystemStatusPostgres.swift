import Positions

// PostgreSQL's view: what each primary knows of its standbys.
extension SystemView {
  var postgres: SystemStatus {
    var status = SystemStatus("pg_stat_replication")
    if model.offices.isEmpty {
      status.notes.append("no primary runs: standbys know nothing of each other")
    }
    for office in model.offices { status.tables.append(walSenders(of: office)) }
    for office in model.offices {
      let waiting = office.waiting == 1 ? "1 commit waits" : "\(office.waiting) commits wait"
      if snapshot.knobs.acknowledgement != .asynchronous {
        status.notes.append("\(office.leader): \(waiting) (wait_event SyncRep)")
      }
    }
    for office in model.offices {
      for follower in office.followers where isCut(office.leader, follower.node) {
        status.notes.append(
          "\(follower.node): its link is cut; there its row goes after wal_sender_timeout, 60 s")
      }
    }
    status.notes.append("lag: age of the oldest record not known to be there; NULL: none is out")
    return status
  }

  private func walSenders(of office: OfficeSnapshot) -> SystemStatus.Table {
    var table = SystemStatus.Table(
      "\(office.leader)=# SELECT * FROM pg_stat_replication",
      [
        .init("application_name"), .init("state", 1), .init("sync_state"), .init("sent_lsn", 2),
        .init("write_lsn", 5), .init("flush_lsn"), .init("replay_lsn"), .init("flush_lag", 4),
        .init("replay_lag", 3),
      ])
    table.expands = true
    let states = SynchronousState(snapshot.knobs.acknowledgement, office)
    for follower in office.followers {
      // A process that ends closes its connection, and its row goes at once.
      guard let node = node(follower.node), isUp(node) else { continue }
      // Nor is one seen that has gone over to another primary, unless that cannot be known yet.
      let hasLeft = node.following != office.leader && !isCut(office.leader, node.id)
      guard !hasLeft else { continue }
      func age(_ age: Interval?) -> String {
        age.map(ToolText.interval) ?? (office.leader == model.leader ? "NULL" : "")
      }
      func lsn(_ position: LSN?) -> String { position?.description ?? "" }
      table.rows.append([
        "\(follower.node)", follower.isStreaming ? "streaming" : "catchup",
        states.word(of: follower.node), lsn(follower.sent), lsn(follower.received),
        lsn(follower.flushed), lsn(follower.applied), age(follower.flushAge),
        age(follower.applyAge),
      ])
    }
    return table
  }
}

/// What a primary's acknowledgement policy makes of each standby: sync_state.
struct SynchronousState {
  private let policy: AcknowledgementPolicy
  private let chosen: Set<NodeID>

  init(_ policy: AcknowledgementPolicy, _ office: OfficeSnapshot) {
    self.policy = policy
    guard case .first(let count, let list) = policy else {
      chosen = []
      return
    }
    let order = list.isEmpty ? office.followers.map(\.node) : list
    let answering = order.filter { id in
      office.followers.contains { $0.node == id && $0.answers }
    }
    chosen = Set(answering.prefix(count))
  }

  /// `sync`, `potential`, `quorum` or `async`.
  func word(of node: NodeID) -> String {
    switch policy {
    case .asynchronous: return "async"
    case .synchronous: return "sync"
    case .majority: return "quorum"
    case .any(_, let list): return list.isEmpty || list.contains(node) ? "quorum" : "async"
    case .first(_, let list):
      if chosen.contains(node) { return "sync" }
      return list.isEmpty || list.contains(node) ? "potential" : "async"
    }
  }
}
