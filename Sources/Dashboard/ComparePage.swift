import Canvas
import Operations
import Positions

/// Two endings of one run side by side: what was lost here, what there.
extension Pen {
  /// Columns of the rows' names.
  private static let names = 13

  func comparison(_ rect: Rect, on canvas: inout Canvas) {
    let fork = snapshot.history?.forkedAt.map { Short.clock($0, tenths: true) }
    let top = Rect(x: rect.x, y: rect.y, width: rect.width, height: 1)
    guard let other else {
      rule(top, "two endings", right: "Esc goes back", on: &canvas)
      let text =
        fork.map { "Before \($0) both endings are one: go forward (;) to compare them." }
        ?? "There is one ending only: go back (,) and fork (Y) for another."
      put(
        text,
        at: Point(x: rect.x + 2, y: rect.y + 1), limit: rect.width - 3, on: &canvas)
      return
    }
    let comparison = Comparison(snapshot, other)
    let since = comparison.isSinceFork ? "since they parted" : "parted"
    rule(
      top, "two endings, \(since) at \(fork ?? "?")",
      right: comparison.isSinceFork ? "Esc goes back" : "figures since the start",
      on: &canvas)
    let column = (rect.width - Self.names) / 2
    let left = Rect(
      x: rect.x + Self.names, y: rect.y + 1, width: column - 2, height: rect.height - 1)
    var right = left
    right.x += column
    verdict(comparison, Rect(x: rect.x, y: rect.y + 1, width: rect.width, height: 1), &canvas)
    heading(comparison, left, right, other, &canvas)
    losses(comparison, left, right, rect, &canvas)
    var y = rect.y + 10
    rows(comparison, other, left, right, rect, &y, &canvas)
    let lanes = rect.bottom - y - snapshot.nodes.count - 2
    let isWide = rect.width >= 110 && lanes >= 0
    replicas(
      other, left, right, Rect(x: rect.x, y: y, width: rect.width, height: rect.bottom - y), isWide,
      &y, &canvas)
    for row in rect.y + 2..<min(y, rect.bottom) {
      canvas[right.x - 2, row] = Cell(glyphs.divider, .dim)
    }
    guard isWide else { return }
    bothInFull(other, Rect(x: rect.x, y: y, width: rect.width, height: rect.bottom - y), &canvas)
  }

  private func verdict(_ comparison: Comparison, _ rect: Rect, _ canvas: inout Canvas) {
    let (glyph, style): (Character, Style) =
      switch comparison.better {
      case .here: (glyphs.check, Style(.green, bold: true))
      case .there: (glyphs.cross, Style(.vermilion, bold: true))
      case .neither: (glyphs.arrowRight, .bold)
      }
    let text = comparison.verdict
    put(
      "\(glyph) \(text.prefix(1).uppercased())\(text.dropFirst())",
      at: Point(x: rect.x + 1, y: rect.y), style: style, limit: rect.width - 2, on: &canvas)
  }

  /// Which is which, and what each runs with that the other doesn't.
  private func heading(
    _ comparison: Comparison, _ left: Rect, _ right: Rect, _ other: ClusterSnapshot,
    _ canvas: inout Canvas
  ) {
    let late = comparison.isLevel ? "" : ", at \(Short.clock(other.at, tenths: true))"
    let sides: [(Rect, String, Int, Comparison.Better)] = [
      (left, "THIS ENDING", comparison.here.lost + comparison.here.losers, .here),
      (right, "THE OTHER\(late)", comparison.there.lost + comparison.there.losers, .there),
    ]
    for (rect, name, gone, side) in sides {
      let isBetter = comparison.better == side
      let mark = isBetter ? glyphs.check : gone > 0 ? glyphs.cross : " "
      let style = isBetter ? Style(.green, bold: true) : gone > 0 ? .loud : .bold
      put(
        " \(mark) \(name) ", at: Point(x: rect.x, y: rect.y + 1), style: style, limit: rect.width,
        on: &canvas)
    }
    label("runs with", left.y + 2, &canvas)
    let knobs = comparison.knobs
    let texts =
      knobs.isEmpty
      ? ("the same policies", "the same policies")
      : (
        knobs.map { "\($0.name)=\($0.here)" }.joined(separator: " "),
        knobs.map { "\($0.name)=\($0.there)" }.joined(separator: " ")
      )
    let style = knobs.isEmpty ? Style.dim : Style(.blue, bold: true)
    for (rect, text) in [(left, texts.0), (right, texts.1)] {
      put(
        text, at: Point(x: rect.x + 1, y: rect.y + 2), style: style, limit: rect.width - 1,
        on: &canvas)
    }
  }

  /// How many were lost, so that a room can read it, and the first of their keys; where none was lost
  /// but to later clocks, how many those are.
  private func losses(
    _ comparison: Comparison, _ left: Rect, _ right: Rect, _ rect: Rect, _ canvas: inout Canvas
  ) {
    let y = left.y + 3
    let (here, there) = (comparison.here, comparison.there)
    let isByClocks = here.lost + there.lost == 0 && here.losers + there.losers > 0
    let words = isByClocks ? ("LOSERS", "to later", "clocks") : ("LOST", "acked", "writes")
    canvas.put(words.0, at: Point(x: rect.x + 1, y: y + 1), style: .bold)
    canvas.put(words.1, at: Point(x: rect.x + 1, y: y + 2), style: .dim)
    canvas.put(words.2, at: Point(x: rect.x + 1, y: y + 3), style: .dim)
    for (side, ending) in [(left, here), (right, there)] {
      let count = isByClocks ? ending.losers : ending.lost
      let style = count > 0 ? Style(.vermilion, bold: true) : Style(.green, bold: true)
      let area = Rect(x: side.x + 1, y: y, width: side.width - 1, height: BigNumber.height)
      if !BigNumber.draw(count, in: area, Cell(glyphs.applied, style), on: &canvas) {
        put(
          Short.grouped(count), at: Point(x: area.x, y: y + 2), style: style,
          limit: area.width, on: &canvas)
      }
      put(
        keys(of: ending, count, isByClocks ? ending.loserKeys : ending.lostKeys),
        at: Point(x: area.x, y: y + BigNumber.height), style: style,
        limit: area.width, on: &canvas)
    }
    label(
      isByClocks || here.lost + there.lost > 0 ? "their keys" : "", y + BigNumber.height, &canvas)
  }

  private func keys(of ending: Comparison.Ending, _ count: Int, _ keys: [String]) -> String {
    guard count > 0 else {
      return ending.losers > 0
        ? "\(Short.grouped(ending.losers)) lost to later clocks" : "every acked write is kept"
    }
    guard !keys.isEmpty else { return "keys not known yet" }
    let shown = keys.prefix(3).map { Legible.shown($0) }
    let more = count - shown.count
    return shown.joined(separator: " ") + (more > 0 ? " +\(Short.grouped(more))" : "")
  }

  private func label(_ text: String, _ y: Int, _ canvas: inout Canvas) {
    put(text, at: Point(x: 1, y: y), style: .dim, limit: Self.names - 1, on: &canvas)
  }

  /// The figures, the worse of two in yellow.
  private func rows(
    _ comparison: Comparison, _ other: ClusterSnapshot, _ left: Rect, _ right: Rect, _ rect: Rect,
    _ y: inout Int, _ canvas: inout Canvas
  ) {
    let (here, there) = (comparison.here, comparison.there)
    let twin = Pen(snapshot: other, view: view, glyphs: glyphs)
    func p99(_ snapshot: ClusterSnapshot) -> Double {
      snapshot.clients.recentAcknowledgement.p99 ?? 0
    }
    func count(_ value: Int) -> String { Short.grouped(value) }
    let isWorse: (Int, Int) -> Int = { $0 == $1 ? 0 : $0 > $1 ? -1 : 1 }
    // What it is, here, there, and which is worse: -1 here, 1 there.
    var rows: [(String, String, String, Int)] = [
      (
        "acked", count(here.acknowledged), count(there.acknowledged),
        isWorse(there.acknowledged, here.acknowledged)
      ),
      (
        "ack p99", Short.milliseconds(p99(snapshot)), Short.milliseconds(p99(other)),
        isWorse(Int(p99(snapshot) * 10), Int(p99(other) * 10))
      ),
      (
        "stale reads", count(here.staleReads), count(there.staleReads),
        isWorse(here.staleReads, there.staleReads)
      ),
      (
        "findings", count(here.findings), count(there.findings),
        isWorse(here.findings, there.findings)
      ),
    ]
    if snapshot.replication == .singleLeader {
      rows += [
        ("leader", ruler, twin.ruler, isWorse(model.leaders.count, twin.model.leaders.count)),
        ("commit", "\(model.commit)", "\(twin.model.commit)", 0),
      ]
    } else {
      rows += versionRows(comparison, other).map {
        ($0.name, $0.here, $0.there, isWorse($0.costs.here, $0.costs.there))
      }
    }
    if here.violations + there.violations > 0 {
      rows.insert(
        (
          "VIOLATIONS", count(here.violations), count(there.violations),
          isWorse(here.violations, there.violations)
        ), at: 0)
    }
    for (name, mine, others, worse) in rows where y < rect.bottom {
      label(name, y, &canvas)
      for (side, text, sign) in [(left, mine, -1), (right, others, 1)] {
        put(
          text, at: Point(x: side.x + 1, y: y),
          style: worse == sign ? Style(.yellow, bold: true) : .normal, limit: side.width - 1,
          on: &canvas)
      }
      y += 1
    }
  }

  /// Who leads, and in which term.
  private var ruler: String {
    let leaders = snapshot.nodes.filter { model.leaders.contains($0.id) }
    guard !leaders.isEmpty else { return "nobody, term \(model.term.epoch)" }
    return leaders.map { "\($0.id) in term \($0.term.epoch)" }.joined(separator: ", ")
  }
}
