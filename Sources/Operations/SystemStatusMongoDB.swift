import Positions

// MongoDB's view: the members of a replica set.
extension SystemView {
  var mongodb: SystemStatus {
    var status = SystemStatus("rs.status()")
    guard let host else {
      status.notes = ["no member runs: there is nobody to ask"]
      return status
    }
    var table = SystemStatus.Table(
      "\(host.id)> rs.status().members",
      [
        .init("name"), .init("stateStr"), .init("optime", 1), .init("optimeDurable", 2),
        .init("behind primary"), .init("syncSource", 4), .init("votes", 3),
      ])
    table.rows = snapshot.nodes.map { member($0, seenBy: host) }
    status.tables = [table]
    let committed = host.optimes?.commit.map(\.description) ?? "-"
    status.notes = [
      "optimes.lastCommittedOpTime \(committed), term \(host.term.epoch), as \(host.id) knows it",
      "optime: Timestamp(seconds since the start, count in that second), term t",
      "members are asked here at once; there a heartbeat tells, 2 s apart",
    ]
    let rolling = snapshot.nodes.filter { $0.fork != nil }
    for node in rolling {
      guard let fork = node.fork else { continue }
      let point = node.optimes?.fork.map { " after \($0)" } ?? ""
      status.notes.insert(
        "\(node.id) holds \(fork.records) operations\(point) that no primary has", at: 0)
    }
    return status
  }

  private func member(_ node: NodeSnapshot, seenBy host: NodeSnapshot) -> [String] {
    let isHeard = node.id == host.id || isUp(node) && !isCut(host.id, node.id)
    guard isHeard, node.state != .frozen else {
      return ["\(node.id)", "(not reachable/healthy)", "", "", "", "", node.isVoter ? "1" : "0"]
    }
    return [
      "\(node.id)", state(of: node), node.optimes?.applied?.description ?? "-",
      node.optimes?.flushed?.description ?? "-", behind(node),
      node.following.map(\.description) ?? "", node.isVoter ? "1" : "0",
    ]
  }

  private func state(of node: NodeSnapshot) -> String {
    if node.state == .recovering { return "RECOVERING" }
    if node.role == .leader { return "PRIMARY" }
    return node.fork != nil && node.following != nil ? "ROLLBACK" : "SECONDARY"
  }

  /// As rs.printSecondaryReplicationInfo() tells it: the difference of the optimes' seconds.
  private func behind(_ node: NodeSnapshot) -> String {
    guard node.role != .leader else { return "" }
    guard let primary = self.node(model.leader)?.optimes?.applied, primary.increment != nil,
      let own = node.optimes?.applied
    else { return "?" }
    let seconds = max(0, primary.second - own.second)
    return own.increment == nil ? "over \(seconds) secs" : "\(seconds) secs"
  }
}
