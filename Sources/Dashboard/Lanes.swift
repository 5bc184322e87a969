import Canvas
import Operations
import Positions

extension Pen {
  /// The logs of a leader and its followers on one axis.
  func walLanes(_ layout: Layout, on canvas: inout Canvas) {
    let rect = layout.lanes
    guard !rect.isEmpty else { return }
    let area = Rect(
      x: rect.x + layout.labelWidth, y: rect.y + 1, width: layout.axisColumns,
      height: rect.height - 2)
    let axis = Axis(snapshot, columns: area.width, memory: view.axis)
    let commitColumn = axis.column(of: model.commit) + 1
    let title = "\(terms.log)  \(axis.label)" + (axis.isFolded ? "  \(glyphs.fold) = left out" : "")
    rule(
      Rect(x: rect.x, y: rect.y, width: rect.width, height: 1), title,
      right: positions(axis, room: rect.width - Legible.width(title) - 8), pane: .lanes, on: &canvas
    )
    for (row, id) in layout.shown.enumerated() {
      guard let node = snapshot.nodes.first(where: { $0.id == id }) else { continue }
      let y = area.y + row * layout.laneHeight
      label(
        node, Rect(x: rect.x, y: y, width: layout.labelWidth - 1, height: layout.laneHeight),
        on: &canvas)
      for line in 0..<barHeight(layout.laneHeight) {
        bar(node, axis, at: Point(x: area.x, y: y + line), on: &canvas)
      }
      if model.commit > .zero, commitColumn >= 0, commitColumn < area.width {
        canvas.verticalRule(
          at: Point(x: area.x + commitColumn, y: y), height: layout.laneHeight,
          glyph: glyphs.commit, style: Style(.orange, bold: true))
      }
      tail(
        of: node,
        Rect(
          x: area.right + 1, y: y, width: rect.right - area.right - 1, height: layout.laneHeight),
        on: &canvas)
    }
    legend(
      Rect(x: rect.x, y: rect.bottom - 1, width: rect.width, height: 1), shown: layout.shown,
      on: &canvas)
  }

  /// How far is committed, and the furthest position of any log: the longest way that has room.
  private func positions(_ axis: Axis, room: Int) -> String {
    let furthest = snapshot.nodes.first { $0.received == axis.head }
    let commit = snapshot.position(model.commit, model.commitOptime)
    let head = snapshot.position(axis.head, furthest?.optimes?.received)
    let short = (terms.notation.short(model.commit), terms.notation.short(axis.head))
    var texts = ["\(terms.commit) \(commit) \(glyphs.commit) head \(head)"]
    // The file's name is said once where there is no room for more.
    if let file = commit.split(separator: ":").first, head.hasPrefix("\(file):") {
      texts.append(
        "\(terms.commit) \(commit) \(glyphs.commit) head \(head.dropFirst(file.count + 1))")
      texts.append("\(terms.commit) \(short.0) \(glyphs.commit) head \(short.1)")
    }
    if snapshot.knobs.preset != nil { texts.append("\(terms.commit) \(commit)") }
    return texts.first { Legible.width($0) <= room } ?? ""
  }

  /// Rows of a lane that the bar fills; the last of three or more is left for the eye.
  private func barHeight(_ height: Int) -> Int { height >= 3 ? height - 1 : height }

  /// How far one lane reaches, by what each stretch is.
  private func bar(
    _ node: NodeSnapshot, _ axis: Axis, at point: Point, on canvas: inout Canvas
  ) {
    let end = leader?.received ?? axis.head
    for column in 0..<axis.columns {
      let (from, to, isFold) = axis.range(column)
      // A column that the leader's log ends in is full when the log is there up to that end.
      let place = from < end ? min(to, end) : to
      guard let (glyph, style) = mark(node, from: from, to: place, end: end) else { continue }
      let shown =
        isFold && !axis.range(column - 1).isFold || isFold && !axis.range(column + 1).isFold
      canvas[point.x + column, point.y] = Cell(isFold && !shown ? glyphs.fold : glyph, style)
    }
    if node.received <= axis.left, node.received > .zero {
      canvas[point.x, point.y] = Cell(glyphs.arrowLeft, Style(.yellow, bold: true))
    }
  }

  private func mark(
    _ node: NodeSnapshot, from: LSN, to: LSN, end: LSN
  ) -> (Character, Style)? {
    if let fork = node.fork, to > fork.at, from < fork.end {
      if from < fork.at { return (glyphs.fork, Style(.vermilion, bold: true)) }
      return from < fork.acknowledgedThrough
        ? (glyphs.lost, .loud) : (glyphs.neverAcknowledged, Style(.vermilion))
    }
    let isGone = node.state == .dead || node.state == .fenced || node.state == .refused
    let dim = isGone ? Style.dim : nil
    // What it shows but has not on its disk is no safer than what it merely received.
    if min(node.applied, node.flushed) >= to { return (glyphs.applied, dim ?? Style(.blue)) }
    if node.flushed >= to { return (glyphs.flushed, dim ?? Style(.green)) }
    if node.received >= to { return (glyphs.received, dim ?? Style(.yellow)) }
    if isGone || node.role == .leader { return nil }
    if let sent = node.sent, sent >= to { return (glyphs.sent, .dim) }
    return from < end && node.state != .recovering ? (glyphs.unsent, .dim) : nil
  }

  private func legend(_ rect: Rect, shown: [NodeID], on canvas: inout Canvas) {
    let hasFork = snapshot.nodes.contains { $0.fork != nil }
    let hasLost = snapshot.nodes.contains { node in
      node.fork.map { $0.acknowledgedThrough > $0.at } ?? false
    }
    // Each part, and how soon it goes when there is no room: 0 never.
    var parts: [(glyph: Character, word: String, style: Style, rank: Int)] = [
      (glyphs.applied, terms.applied, Style(.blue), 0),
      (glyphs.flushed, terms.flushed, Style(.green), 0),
      (glyphs.received, terms.received, Style(.yellow), 1), (glyphs.sent, terms.sent, .dim, 3),
      (glyphs.unsent, "unsent", .dim, 4), (glyphs.commit, terms.commit, Style(.orange), 2),
      (glyphs.fork, terms.fork, Style(.vermilion), hasFork ? 0 : 5),
      (glyphs.neverAcknowledged, "never acked", Style(.vermilion), hasFork ? 1 : 6),
      (glyphs.lost, "acked, lost", .loud, hasLost ? 0 : 7),
    ]
    var x = rect.x + 1
    let hidden = hiddenNodes(shown)
    if !hidden.isEmpty {
      x +=
        canvas.put(
          hidden, at: Point(x: x, y: rect.y), style: Style(.yellow, bold: true)) + 2
    }
    func width() -> Int { parts.reduce(0) { $0 + $1.word.count + 3 } - 1 }
    while x + width() > rect.right, let rank = parts.map(\.rank).max(), rank > 0 {
      parts.removeAll { $0.rank == rank }
    }
    for (glyph, word, style, _) in parts where x + word.count + 2 <= rect.right {
      canvas[x, rect.y] = Cell(glyph, style)
      x += 2 + canvas.put(word, at: Point(x: x + 2, y: rect.y), style: .dim) + 1
    }
  }
}
