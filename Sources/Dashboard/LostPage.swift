import Canvas
import Operations
import Positions

extension ClusterSnapshot {
  /// Writes that lost a conflict to a later clock, newest first, as far as they are listed.
  var losers: [ConflictSnapshot] {
    (model.versions?.newest ?? []).reversed().filter {
      $0.ending == .lastWriterWon || $0.ending == .lostByClock
    }
  }
}

extension Pen {
  /// The acknowledged writes that are lost or lost to a later clock, as far as their keys are known,
  /// and why.
  func lostPage(_ rect: Rect, on canvas: inout Canvas) {
    let ledger = snapshot.ledger
    let writes = ledger.lostWrites
    let losers = snapshot.losers
    let (lost, outclocked) = (snapshot.lost, snapshot.outclocked)
    let listed = writes.count + losers.count
    rule(
      Rect(x: rect.x, y: rect.y, width: rect.width, height: 1),
      "lost: \(Short.counted(lost, "acknowledged write"))"
        + (outclocked > 0 ? "; \(Short.counted(outclocked, "loser")) to later clocks" : ""),
      right: listed == 0 ? "" : "the newest \(listed) with their keys", on: &canvas)
    var y = rect.y + 1
    if ledger.lostUnlisted > 0 {
      let why =
        snapshot.replication == .singleLeader
        ? "old log not read yet, disk gone, or too many" : "their only disk is gone, or too many"
      put(
        "\(Short.grouped(ledger.lostUnlisted)) not listed: \(why)",
        at: Point(x: rect.x + 2, y: y), style: Style(.yellow), limit: rect.width - 3, on: &canvas)
      y += 1
    }
    if lost + outclocked == 0 {
      canvas.put("nothing was lost", at: Point(x: rect.x + 2, y: y), style: Style(.green))
      return
    }
    let hasTerms = snapshot.replication == .singleLeader
    let lines =
      losers.map { (key: $0.key, text: Self.loss(of: $0)) }
      + writes.map {
        (
          key: $0.key,
          text: hasTerms ? "record \($0.index)  term \($0.term.epoch)  \($0.why)" : $0.why
        )
      }
    let rows = rect.bottom - y
    let start = min(view.lostRow, max(0, lines.count - rows))
    for (row, line) in lines.dropFirst(start).prefix(rows).enumerated() {
      put(
        line.key, at: Point(x: rect.x + 2, y: y + row), style: Style(.vermilion, bold: true),
        limit: 20, on: &canvas)
      put(
        line.text, at: Point(x: rect.x + 23, y: y + row), limit: rect.width - 24, on: &canvas)
    }
  }

  /// What a conflict cost: which value, whose, and what it lost to.
  private static func loss(of conflict: ConflictSnapshot) -> String {
    func side(_ version: VersionSnapshot) -> String {
      let writer = version.dot.actor.node.map(\.description) ?? "?"
      return "\(version.shown) (\(writer), \(Short.clock(version.clock, tenths: true)))"
    }
    let why = conflict.ending == .lostByClock ? "by clock: " : ""
    return "\(why)\(side(conflict.loser)) lost to \(side(conflict.winner))"
  }
}
