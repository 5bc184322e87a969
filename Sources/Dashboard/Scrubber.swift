import Canvas
import Operations
import Positions

/// Where the moment that is shown stands in the run's history.
extension Pen {
  func scrubber(_ rect: Rect, on canvas: inout Canvas) {
    guard let history = snapshot.history, !rect.isEmpty else { return }
    let track = Track(history, in: rect)
    line(track, history, on: &canvas)
    guard rect.height > 2 else {
      let fork = history.forkedAt.map { track.column(of: $0) }
      for (column, mark) in track.marks where column != fork {
        canvas[track.line.x + column, track.line.y] = sign(of: mark.kind)
      }
      moment(track, on: &canvas)
      return
    }
    let titles = [
      "history  seed \(history.seed)  \(Short.grouped(history.handled)) events  trace "
        + hexadecimal(history.traceHash),
      "history  seed \(history.seed)",
    ]
    rule(
      Rect(x: rect.x, y: rect.y, width: rect.width, height: 1),
      rect.width >= 150 ? titles[0] : titles[1], right: keepsakes(history, rect.width),
      on: &canvas)
    canvas.put("marks", endingAt: track.line.x - 1, y: track.line.y - 1, style: .dim)
    for (column, mark) in track.marks {
      canvas[track.line.x + column, track.line.y - 1] = sign(of: mark.kind)
    }
    moment(track, on: &canvas)
    caption(
      track, history, Rect(x: rect.x, y: rect.bottom - 1, width: rect.width, height: 1), &canvas)
  }

  /// What going back costs, and what the marks mean.
  private func keepsakes(_ history: HistorySnapshot, _ width: Int) -> String {
    // Who only records keeps none.
    let copies =
      history.copies == 0
      ? ""
      : "\(history.copies) cop\(history.copies == 1 ? "y" : "ies") of the world hold "
        + Short.mebibytes(history.retainedBytes) + "  "
    guard width >= 110 else { return copies.trimmed }
    return "\(copies)\(glyphs.arrowDown) you or a fault  \(electedWord)"
      + "\(glyphs.warning) found" + (history.forkedAt == nil ? "" : "  \(glyphs.fork) fork")
  }

  /// The line with its ends: what was before the moment shown is solid.
  private func line(_ track: Track, _ history: HistorySnapshot, on canvas: inout Canvas) {
    let (line, y) = (track.line, track.line.y)
    canvas.put(Short.clock(track.begin), endingAt: line.x - 1, y: y, style: .dim)
    canvas.put(
      Short.clock(track.end), at: Point(x: line.right + 1, y: y),
      style: snapshot.isPast ? .bold : .dim)
    let now = track.column(of: snapshot.at)
    for column in 0..<line.width {
      canvas[line.x + column, y] =
        column <= now ? Cell(glyphs.rule, Style(.blue, bold: true)) : Cell(glyphs.unsent, .dim)
    }
    if let fork = history.forkedAt {
      canvas[line.x + track.column(of: fork), y] = Cell(glyphs.fork, Style(.purple, bold: true))
    }
  }

  /// The moment shown, over whatever else is there: reversed, so that it is seen without colour.
  private func moment(_ track: Track, on canvas: inout Canvas) {
    let x = track.line.x + track.column(of: snapshot.at)
    let y = track.line.y
    let isMarked = canvas[x, y].character != glyphs.rule
    canvas[x, y] = Cell(
      isMarked ? canvas[x, y].character : glyphs.record,
      snapshot.isPast ? .loud : Style(.yellow, bold: true).reversed)
  }

  /// The mark of a kind of event, as in the timeline.
  private func sign(of kind: Event.Kind) -> Cell {
    switch kind {
    case .election: Cell(glyphs.leader, Style(.orange, bold: true))
    case .finding: Cell(glyphs.warning, Style(.yellow, bold: true))
    case .violation: Cell(glyphs.warning, .loud)
    default: Cell(glyphs.arrowDown, Style(.purple, bold: true))
    }
  }

  /// Below the line: the moment, and what happened last before it.
  private func caption(
    _ track: Track, _ history: HistorySnapshot, _ rect: Rect, _ canvas: inout Canvas
  ) {
    var parts: [(String, Style)] = [
      (
        Short.clock(snapshot.at, tenths: true),
        snapshot.isPast ? Style(.yellow, bold: true) : .bold
      )
    ]
    func width() -> Int { parts.reduce(0) { $0 + Legible.width($1.0) + 1 } }
    if let mark = history.worthGoing.last(where: { $0.at <= snapshot.at }) {
      let ago = Short.milliseconds((snapshot.at - mark.at).milliseconds)
      let sign = sign(of: mark.kind)
      parts.append((String(sign.character), sign.style))
      parts.append((mark.text, .normal))
      if mark.at < snapshot.at { parts.append(("\(ago) before", .dim)) }
    }
    if snapshot.isPast {
      let left = Short.milliseconds((history.end - snapshot.at).milliseconds)
      let rest = "\(left) before the end"
      if width() + rest.count < rect.width / 2 { parts.insert((rest, Style(.yellow)), at: 1) }
    }
    let width = width()
    let caret = track.line.x + track.column(of: snapshot.at)
    canvas[caret, rect.y] = Cell(glyphs.arrowUp, Style(.yellow, bold: true))
    // To the right of the caret where that fits, else to its left.
    let isRight = caret + 2 + width <= rect.right || caret - rect.x < rect.width / 2
    let limit = isRight ? rect.right : caret - 1
    var x = isRight ? caret + 2 : max(rect.x + 1, caret - 1 - width)
    for (text, style) in parts where x < limit {
      x += put(text, at: Point(x: x, y: rect.y), style: style, limit: limit - x, on: &canvas) + 1
    }
  }
}
