import Canvas
import Operations
import Positions

/// The columns of the lanes' shared axis, in bytes of log.
struct Axis {
  /// Bytes a column.
  var scale: Int
  /// The position of the first column.
  var left: LSN
  /// How many columns.
  var columns: Int
  /// The furthest position of any log.
  var head: LSN

  /// An axis on which the furthest position stands near the right, and as much of every running
  /// replica's lag as can be shows.
  init(_ snapshot: ClusterSnapshot, columns: Int, commit: LSN) {
    self.columns = columns
    var head = commit
    var least = commit
    for node in snapshot.nodes {
      head = max(head, node.received, node.fork?.end ?? .zero)
      let isLive = node.state == .running || node.state == .suspect || node.state == .frozen
      if isLive || node.state == .recovering { least = min(least, node.applied) }
      if let fork = node.fork { least = min(least, fork.at) }
    }
    self.head = head
    let room = max(8, columns - 4)
    let span = max(1, head.distance(from: least) * 5 / 4)
    var scale = 64
    while scale * room < span, scale < 1 << 40 { scale *= 2 }
    self.scale = scale
    let step = UInt64(scale)
    let end = (head.rawValue + step - 1) / step * step
    let shown = UInt64(room) * step
    left = LSN(end > shown ? end - shown : 0)
  }

  /// The positions that a column stands for.
  func range(_ column: Int) -> (from: LSN, to: LSN) {
    (left.advanced(by: column * scale), left.advanced(by: (column + 1) * scale))
  }

  /// The column of a position, the last one it fills.
  func column(of position: LSN) -> Int {
    let distance = position.distance(from: left)
    return distance <= 0 ? -1 : (distance - 1) / scale
  }

  var label: String {
    if scale < 1024 { return "1 col = \(scale) B" }
    if scale < 1 << 20 { return "1 col = \(scale >> 10) KiB" }
    return "1 col = \(scale >> 20) MiB"
  }
}

extension Pen {
  static let labelWidth = 16

  func lanes(_ layout: Layout, on canvas: inout Canvas) {
    let rect = layout.lanes
    guard !rect.isEmpty else { return }
    let tail = rect.width >= 110 ? 34 : rect.width >= 76 ? 13 : 8
    let area = Rect(
      x: rect.x + Self.labelWidth, y: rect.y + 1,
      width: rect.width - Self.labelWidth - tail, height: rect.height - 2)
    let axis = Axis(snapshot, columns: area.width, commit: model.commit)
    let commitColumn = axis.column(of: model.commit) + 1
    rule(
      Rect(x: rect.x, y: rect.y, width: rect.width, height: 1), "WAL  \(axis.label)",
      right: "commit \(model.commit) \(glyphs.commit) head \(axis.head)", pane: .lanes, on: &canvas)
    for (row, id) in layout.shown.enumerated() {
      guard let node = snapshot.nodes.first(where: { $0.id == id }) else { continue }
      let y = area.y + row * layout.laneHeight
      label(node, at: Point(x: rect.x, y: y), height: layout.laneHeight, on: &canvas)
      for line in 0..<barHeight(layout.laneHeight) {
        bar(node, axis, at: Point(x: area.x, y: y + line), on: &canvas)
      }
      if model.commit > .zero, commitColumn >= 0, commitColumn < area.width {
        canvas.verticalRule(
          at: Point(x: area.x + commitColumn, y: y), height: layout.laneHeight,
          glyph: glyphs.commit, style: Style(.orange, bold: true))
      }
      tailOf(
        node, at: Point(x: area.right + 1, y: y), width: tail - 1, height: layout.laneHeight,
        on: &canvas)
    }
    let hidden = snapshot.nodes.count - layout.shown.count
    legend(
      Rect(x: rect.x, y: rect.bottom - 1, width: rect.width, height: 1), hidden: hidden,
      on: &canvas)
  }

  /// Rows of a lane that the bar fills; the last of three or more is left for the eye.
  private func barHeight(_ height: Int) -> Int { height >= 3 ? height - 1 : height }

  private func label(
    _ node: NodeSnapshot, at point: Point, height: Int, on canvas: inout Canvas
  ) {
    let isSelected = node.id == view.selected
    let mark = isSelected ? String(glyphs.selection) : " "
    let (word, style) = Self.standing(node, glyphs)
    let name = node.id.number < 10 ? "\(mark)\(node.id.number) \(node.id)" : "\(mark)  \(node.id)"
    var x = canvas.put(
      name, at: point, style: isSelected ? Style(.yellow, bold: true) : .bold)
    x = max(x, node.id.number < 10 ? 5 : 6) + 1
    canvas.put(
      word, at: Point(x: point.x + x, y: point.y), style: style, limit: Self.labelWidth - x - 1)
    guard height >= 2 else { return }
    let detail: String
    switch node.state {
    case .running, .suspect: detail = "term \(node.term.epoch) \(node.site)"
    default: detail = node.stateReason
    }
    canvas.put(
      detail, at: Point(x: point.x + 3, y: point.y + 1), style: .dim, limit: Self.labelWidth - 4)
  }

  /// A node's standing: a glyph, a word and a colour.
  static func standing(_ node: NodeSnapshot, _ glyphs: Glyphs) -> (String, Style) {
    switch node.state {
    case .dead: return ("\(glyphs.cross)dead", Style(.vermilion, bold: true))
    case .fenced: return ("\(glyphs.cross)fenced", Style(.purple, bold: true))
    case .refused: return ("\(glyphs.cross)refused", Style(.vermilion, bold: true))
    case .frozen: return ("\(glyphs.pause)frozen", Style(.purple, bold: true))
    case .recovering: return ("~recovers", Style(.yellow))
    case .suspect: return ("?suspect", Style(.yellow, bold: true))
    case .running: break
    }
    if node.role == .leader { return ("\(glyphs.leader)LEADER", Style(.orange, bold: true)) }
    if node.fork != nil { return ("\(glyphs.fork)FORKED", Style(.vermilion, bold: true)) }
    if node.role == .candidate { return ("?candidate", Style(.yellow, bold: true)) }
    if node.diskFull { return ("!disk full", Style(.vermilion, bold: true)) }
    if let time = node.lag.time, time >= .milliseconds(500) {
      return ("!LAGGING", Style(.yellow, bold: true))
    }
    if !node.isVoter { return ("learner", Style(.blue)) }
    if node.following == nil { return ("no leader", Style(.yellow)) }
    return ("follower", Style(.green))
  }

  /// How far one lane reaches, by what each stretch is.
  private func bar(
    _ node: NodeSnapshot, _ axis: Axis, at point: Point, on canvas: inout Canvas
  ) {
    let isGone = node.state == .dead || node.state == .fenced || node.state == .refused
    let end = leader?.flushed ?? axis.head
    for column in 0..<axis.columns {
      let (from, to) = axis.range(column)
      let place = min(to, max(axis.head, from.advanced(by: 1)))
      guard let (glyph, style) = mark(node, from: from, to: place, end: end, isGone: isGone) else {
        continue
      }
      canvas[point.x + column, point.y] = Cell(glyph, style)
    }
    if node.received <= axis.left, node.state != .recovering {
      canvas[point.x, point.y] = Cell(glyphs.arrowLeft, Style(.yellow, bold: true))
    }
  }

  private func mark(
    _ node: NodeSnapshot, from: LSN, to: LSN, end: LSN, isGone: Bool
  ) -> (Character, Style)? {
    if let fork = node.fork, to > fork.at, from < fork.end {
      if from < fork.at { return (glyphs.fork, Style(.vermilion, bold: true)) }
      return from < fork.acknowledgedThrough
        ? (glyphs.lost, .loud) : (glyphs.neverAcknowledged, Style(.vermilion))
    }
    let dim = isGone ? Style.dim : nil
    if node.applied >= to { return (glyphs.applied, dim ?? Style(.blue)) }
    if node.flushed >= to { return (glyphs.flushed, dim ?? Style(.green)) }
    if node.received >= to { return (glyphs.received, dim ?? Style(.yellow)) }
    if isGone { return nil }
    if let sent = node.sent, sent >= to { return (glyphs.sent, .dim) }
    return from < end ? (glyphs.unsent, .dim) : nil
  }

  private func tailOf(
    _ node: NodeSnapshot, at point: Point, width: Int, height: Int, on canvas: inout Canvas
  ) {
    guard width > 0 else { return }
    if node.id == model.leader {
      canvas.put(
        node.received.description, endingAt: point.x + width, y: point.y, style: .bold,
        limit: width)
      if height >= 2 {
        canvas.put(
          "\(Short.count(node.servedPerSecond)) ops/s", endingAt: point.x + width, y: point.y + 1,
          style: .dim, limit: width)
      }
      return
    }
    if node.state != .running && node.state != .suspect && node.state != .frozen {
      canvas.put(node.stateReason, at: point, style: .dim, limit: width)
      return
    }
    if let fork = node.fork {
      let text = "term \(node.term.epoch) \(fork.records) rec"
      canvas.put(
        text, endingAt: point.x + width, y: point.y, style: Style(.vermilion, bold: true),
        limit: width)
      return
    }
    let lagStyle =
      (node.lag.time ?? .zero) >= .milliseconds(500) ? Style(.yellow, bold: true) : Style.normal
    if width >= 30 {
      let samples = sparkline(node.lagHistory, width: height >= 2 ? 30 : 14)
      if height >= 2 {
        let flush = "flush -\(Short.bytes(node.flushLagBytes))"
        let apply = "apply -\(Short.bytes(node.lag.bytes)) \(time(node.lag.time))"
        canvas.put("\(flush)  \(apply)", at: point, style: lagStyle, limit: width)
        canvas.put(
          samples, at: Point(x: point.x, y: point.y + 1), style: Style(.blue), limit: width)
      } else {
        let used = canvas.put(samples, at: point, style: Style(.blue))
        canvas.put(
          "-\(Short.bytes(node.lag.bytes)) \(time(node.lag.time))",
          at: Point(x: point.x + used + 1, y: point.y), style: lagStyle, limit: width - used - 1)
      }
    } else {
      let text = "-\(Short.bytes(node.lag.bytes))"
      let room = width - text.count - 1
      if room >= 3 {
        canvas.put(
          sparkline(node.lagHistory, width: min(room, 6)), at: point, style: Style(.blue))
      }
      canvas.put(text, endingAt: point.x + width, y: point.y, style: lagStyle, limit: width)
    }
  }

  private func time(_ interval: Interval?) -> String {
    interval.map { Short.milliseconds($0.milliseconds) } ?? "?"
  }

  /// The newest samples as levels; the highest is at least 100 ms, so that a calm line stays low.
  func sparkline(_ values: [Double], width: Int, floor: Double = 100) -> String {
    let shown = values.suffix(width)
    let maximum = max(floor, shown.filter(\.isFinite).max() ?? 0)
    let marks = shown.map { $0.isFinite ? glyphs.level($0, maximum: maximum) : " " }
    return String(repeating: " ", count: max(0, width - marks.count)) + String(marks)
  }

  private func legend(_ rect: Rect, hidden: Int, on canvas: inout Canvas) {
    let parts: [(Character, String, Style)] = [
      (glyphs.applied, "applied", Style(.blue)), (glyphs.flushed, "flushed", Style(.green)),
      (glyphs.received, "received", Style(.yellow)), (glyphs.sent, "sent", .dim),
      (glyphs.unsent, "unsent", .dim), (glyphs.commit, "commit", Style(.orange)),
      (glyphs.fork, "fork", Style(.vermilion)),
      (glyphs.neverAcknowledged, "never acked", Style(.vermilion)),
      (glyphs.lost, "acked, lost", .loud),
    ]
    var x = rect.x + 1
    if hidden > 0 {
      x +=
        canvas.put(
          "+\(hidden) nodes", at: Point(x: x, y: rect.y), style: Style(.yellow, bold: true)) + 1
    }
    for (glyph, word, style) in parts where x + word.count + 2 < rect.right {
      canvas[x, rect.y] = Cell(glyph, style)
      x += 2 + canvas.put(word, at: Point(x: x + 2, y: rect.y), style: .dim) + 1
    }
  }
}
