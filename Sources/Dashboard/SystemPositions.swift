import Operations
import Positions

/// A node's positions under a preset: in the system's own fields and notation.
extension Pen {
  func systemLines(_ node: NodeSnapshot, _ fields: PositionFields) -> [(String, String)] {
    let optimes = node.optimes
    var lines = [
      (
        fields.received,
        "\(snapshot.position(node.received, optimes?.received))"
          + "  record \(node.receivedIndex): reached its memory"
      ),
      (
        fields.flushed,
        "\(snapshot.position(node.flushed, optimes?.flushed))"
          + "  record \(node.flushedIndex): survives a crash"
      ),
      (
        fields.applied,
        "\(snapshot.position(node.applied, optimes?.applied))"
          + "  record \(node.appliedIndex): its reads show it"
      ),
    ]
    if let sent = fields.sent, let position = node.sent {
      lines.insert((sent, "\(snapshot.position(position, nil))  what was sent to it"), at: 0)
    }
    if let commit = fields.commit {
      lines.append(
        (commit, "\(snapshot.position(node.commit, optimes?.commit))  as far as it knows"))
    }
    if snapshot.knobs.preset == .mysql { lines += transactions(node) }
    return lines
  }

  private func transactions(_ node: NodeSnapshot) -> [(String, String)] {
    let executed = TransactionSet(node.spans, through: node.appliedIndex)
    guard node.role != .leader else { return [("Executed_Gtid_Set", "\(executed)")] }
    let behind = SecondsBehindSource.of(node).map(String.init) ?? "NULL"
    return [
      ("Retrieved_Gtid_Set", "\(TransactionSet(node.spans, through: node.receivedIndex))"),
      ("Executed_Gtid_Set", "\(executed)"),
      ("Seconds_Behind_Source", "\(behind)  (really \(time(node.lag.time)))"),
    ]
  }
}
