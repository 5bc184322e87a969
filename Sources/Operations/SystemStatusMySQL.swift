import Positions

/// MySQL's way of telling how late a replica is.
public enum SecondsBehindSource {
  /// Whole seconds, nil for NULL.
  ///
  /// What has been applied is compared with what was received, and with nothing else: a replica that has
  /// applied all that reached it is 0 behind, however much is still at the source.
  public static func of(_ node: NodeSnapshot) -> Int64? {
    let runs = node.state == .running || node.state == .suspect
    guard node.following != nil, runs else { return nil }
    guard node.appliedIndex < node.receivedIndex else { return 0 }
    return node.lag.time.map { max(0, $0.nanoseconds) / 1_000_000_000 }
  }
}

// MySQL's view: each replica's own status, and the source's.
extension SystemView {
  var mysql: SystemStatus {
    var status = SystemStatus("SHOW REPLICA STATUS")
    status.tables = [replicaStatus, sourceStatus]
    status.notes += errant
    let isLate = snapshot.nodes.contains { node in
      (node.lag.time ?? .zero) >= .seconds(1) && SecondsBehindSource.of(node) == 0
    }
    if isLate {
      status.notes.append(
        "Seconds_Behind_Source compares applied with received only: what is not received counts 0")
    }
    for node in snapshot.nodes {
      guard let source = node.following, isUp(node), isCut(node.id, source),
        !model.leaders.contains(node.id)
      else { continue }
      status.notes.append(
        "\(node.id): its link is cut; there the receiver notices after replica_net_timeout, 60 s")
    }
    status.notes.append("a transaction's number is its record's index in the log")
    return status
  }

  private var replicaStatus: SystemStatus.Table {
    var table = SystemStatus.Table(
      "on each replica: SHOW REPLICA STATUS",
      [
        .init("replica"), .init("Replica_IO_Running", 3), .init("Source_Log_File", 7),
        .init("Read_Source_Log_Pos", 2), .init("Exec_Source_Log_Pos", 2),
        .init("Retrieved_Gtid_Set", 5), .init("Executed_Gtid_Set", 4),
        .init("Seconds_Behind_Source"), .init("really behind"),
      ], empty: "no replica runs")
    table.expands = true
    for node in snapshot.nodes where isUp(node) && !model.leaders.contains(node.id) {
      let behind = SecondsBehindSource.of(node).map(String.init) ?? "NULL"
      let really = model.leader == nil ? "?" : node.lag.time.map(ToolText.seconds) ?? "?"
      table.rows.append([
        "\(node.id)", receiver(of: node), PositionNotation.file(of: node.received),
        "\(PositionNotation.offset(of: node.received))",
        "\(PositionNotation.offset(of: node.applied))",
        "\(TransactionSet(node.spans, through: node.receivedIndex))",
        "\(TransactionSet(node.spans, through: node.appliedIndex))", behind, really,
      ])
    }
    return table
  }

  private func receiver(of node: NodeSnapshot) -> String {
    guard let source = self.node(node.following) else { return "No" }
    return isUp(source) ? "Yes" : "Connecting"
  }

  private var sourceStatus: SystemStatus.Table {
    var table = SystemStatus.Table(
      "on each source",
      [
        .init("source"), .init("File", 2), .init("Position", 2), .init("Executed_Gtid_Set", 3),
        .init("Rpl_semi_sync_source_status"), .init("_wait_sessions", 1),
      ], empty: "no source runs")
    for office in model.offices {
      guard let node = node(office.leader) else { continue }
      let isOn = snapshot.knobs.acknowledgement != .asynchronous && !office.isDegraded
      table.rows.append([
        "\(node.id)", PositionNotation.file(of: node.received),
        "\(PositionNotation.offset(of: node.received))",
        "\(TransactionSet(node.spans, through: node.appliedIndex))", isOn ? "ON" : "OFF",
        "\(office.waiting)",
      ])
    }
    return table
  }

  /// What each other log holds and the newest source's does not.
  private var errant: [String] {
    guard let source = node(model.leader) else { return [] }
    let there = TransactionSet(source.spans, through: source.receivedIndex)
    return snapshot.nodes.compactMap { node in
      guard node.id != source.id, node.fork != nil else { return nil }
      let here = TransactionSet(node.spans, through: node.receivedIndex)
      let rest = here.subtracting(there)
      guard rest.count > 0 else { return nil }
      return "errant on \(node.id), not on \(source.id): \(rest) (\(rest.count) transactions)"
    }
  }
}
