import Canvas
import Operations
import Positions

/// What stands behind a lane: how far it is behind, and what ails the node.
extension Pen {
  func tail(of node: NodeSnapshot, _ rect: Rect, on canvas: inout Canvas) {
    guard !rect.isEmpty else { return }
    if node.role == .leader, node.state == .running { return leaderTail(node, rect, on: &canvas) }
    switch node.state {
    case .running, .suspect, .frozen: break
    default:
      put(reason(node), at: rect.origin, style: .dim, limit: rect.width, on: &canvas)
      return
    }
    if let fork = node.fork { return forkTail(node, fork, rect, on: &canvas) }
    if rect.width >= 30 { return wideTail(node, rect, on: &canvas) }
    let text = model.leader == nil ? "?" : behind(max(node.lag.bytes, node.flushLag.bytes))
    let room = rect.width - text.count - 1
    if room >= 3 {
      canvas.put(
        sparkline(node.lagHistory, width: min(room, 6)), at: rect.origin, style: Style(.blue))
    }
    canvas.put(
      text, endingAt: rect.right, y: rect.y, style: lagStyle(node), limit: rect.width)
  }

  private func reason(_ node: NodeSnapshot) -> String {
    switch node.state {
    case .dead, .fenced, .refused:
      guard node.received > .zero else { return "empty" }
      let lag = node.flushLag.bytes
      return lag > 0 ? "-\(Short.bytes(lag)) \(node.stateReason)" : node.stateReason
    default: return node.stateReason
    }
  }

  private func leaderTail(_ node: NodeSnapshot, _ rect: Rect, on canvas: inout Canvas) {
    let isDeposed = node.id != model.leader
    let rate = "\(Short.count(node.servedPerSecond)) ops/s"
    var lines: [(String, Style)] = []
    if let ailment = node.ailment {
      let isFull = node.diskFull
      lines.append((ailment, Style(isFull ? .vermilion : .yellow, bold: true)))
    }
    if isDeposed { lines.append((rate, Style(.vermilion, bold: true))) }
    let position = snapshot.position(node.received, node.optimes?.received)
    let short = terms.notation.short(node.received)
    lines.append((position.count > rect.width ? short : position, .bold))
    if !isDeposed { lines.append((rate, .dim)) }
    if let fork = node.fork, isDeposed {
      let text =
        terms.term.map { "\($0) \(node.term.epoch), \(fork.records) rec" }
        ?? "\(fork.records) errant"
      lines.insert((text, Style(.vermilion, bold: true)), at: min(1, lines.count))
    }
    for (row, line) in lines.prefix(rect.height).enumerated() {
      put(
        line.0, endingAt: rect.right, y: rect.y + row, style: line.1, limit: rect.width,
        on: &canvas)
    }
  }

  /// Whose records a fork holds: by its term, or by who made them where there are no terms.
  private func termOf(_ node: NodeSnapshot) -> String {
    if let term = terms.term { return "\(term) \(node.term.epoch)" }
    return "of \(node.term.node ?? node.id)"
  }

  private func forkTail(
    _ node: NodeSnapshot, _ fork: ForkSnapshot, _ rect: Rect, on canvas: inout Canvas
  ) {
    let texts = [
      "forked: \(termOf(node)), \(fork.records) records",
      terms.term == nil ? "\(fork.records) errant" : "t\(node.term.epoch), \(fork.records) rec",
      "\(fork.records) rec",
    ]
    let text = texts.first { $0.count <= rect.width } ?? "forked"
    put(
      text, endingAt: rect.right, y: rect.y, style: Style(.vermilion, bold: true),
      limit: rect.width, on: &canvas)
  }

  /// Both lags, and the last minute where there is a second row.
  private func wideTail(_ node: NodeSnapshot, _ rect: Rect, on canvas: inout Canvas) {
    let unknown = model.leader == nil
    func text(_ lag: Lag) -> String {
      unknown ? "?" : "\(behind(lag.bytes)) \(time(lag.time))"
    }
    if rect.height < 2 {
      let used = canvas.put(
        sparkline(node.lagHistory, width: 14), at: rect.origin, style: Style(.blue))
      let worst = node.flushLag.bytes > node.lag.bytes ? node.flushLag : node.lag
      put(
        text(worst), at: Point(x: rect.x + used + 1, y: rect.y), style: lagStyle(node),
        limit: rect.width - used - 1, on: &canvas)
      return
    }
    put(
      "\(terms.flushLag) \(text(node.flushLag))  \(terms.applyLag) \(text(node.lag))",
      at: rect.origin,
      style: lagStyle(node), limit: rect.width, on: &canvas)
    canvas.put(
      minute(node.lagHistory, width: min(60, rect.width - 4)),
      at: Point(x: rect.x, y: rect.y + 1), style: Style(.blue), limit: rect.width)
    canvas.put(
      "60s", endingAt: rect.right, y: rect.y + 1, style: .dim, limit: 3)
    guard rect.height >= 3, let ailment = node.ailment else { return }
    put(
      ailment, at: Point(x: rect.x, y: rect.y + 2), style: Style(.yellow, bold: true),
      limit: rect.width, on: &canvas)
  }

  private func lagStyle(_ node: NodeSnapshot) -> Style {
    if node.diskFull { return Style(.vermilion, bold: true) }
    return node.isLagging ? Style(.yellow, bold: true) : .normal
  }

  /// Bytes behind; an even log is not "minus nothing" behind.
  private func behind(_ bytes: Int) -> String { bytes == 0 ? "0" : "-\(Short.bytes(bytes))" }

  func time(_ interval: Interval?) -> String {
    interval.map { Short.milliseconds($0.milliseconds) } ?? "?"
  }

  /// The newest samples as levels; the highest is at least 100 ms, so that a calm line stays low.
  func sparkline(_ values: [Double], width: Int, floor: Double = 100) -> String {
    let shown = values.suffix(width)
    let maximum = max(floor, shown.filter(\.isFinite).max() ?? 0)
    let marks = shown.map { $0.isFinite ? glyphs.level($0, maximum: maximum) : " " }
    return String(repeating: " ", count: max(0, width - marks.count)) + String(marks)
  }

  /// The last sixty samples in `width` columns: each column shows the greatest of its own.
  func minute(_ values: [Double], width: Int) -> String {
    guard width > 0 else { return "" }
    let each = max(1, (60 + width - 1) / width)
    let padded = Array(repeating: Double.nan, count: max(0, 60 - values.count)) + values.suffix(60)
    let columns = stride(from: 0, to: padded.count, by: each).map { start in
      padded[start..<min(padded.count, start + each)].filter(\.isFinite).max() ?? .nan
    }
    return sparkline(columns, width: min(width, columns.count))
  }
}
