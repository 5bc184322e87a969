import Canvas
import Operations
import Positions

extension Pen {
  /// The acknowledged writes that are lost, as far as their keys are known, and why.
  func lostPage(_ rect: Rect, on canvas: inout Canvas) {
    let ledger = snapshot.ledger
    let writes = ledger.lostWrites
    rule(
      Rect(x: rect.x, y: rect.y, width: rect.width, height: 1),
      "lost: \(Short.grouped(ledger.lost)) acknowledged writes",
      right: writes.isEmpty ? "" : "the newest \(writes.count) with their keys", on: &canvas)
    var y = rect.y + 1
    if ledger.lostUnlisted > 0 {
      put(
        "\(Short.grouped(ledger.lostUnlisted)) not listed: old log not read yet, disk gone, or too many",
        at: Point(x: rect.x + 2, y: y), style: Style(.yellow), limit: rect.width - 3, on: &canvas)
      y += 1
    }
    if ledger.lost == 0 {
      canvas.put("nothing was lost", at: Point(x: rect.x + 2, y: y), style: Style(.green))
      return
    }
    let rows = rect.bottom - y
    let start = min(view.lostRow, max(0, writes.count - rows))
    for (row, write) in writes.dropFirst(start).prefix(rows).enumerated() {
      put(
        write.key, at: Point(x: rect.x + 2, y: y + row), style: Style(.vermilion, bold: true),
        limit: 20, on: &canvas)
      put(
        "record \(write.index)  term \(write.term.epoch)  \(write.why)",
        at: Point(x: rect.x + 23, y: y + row), limit: rect.width - 24, on: &canvas)
    }
  }
}
