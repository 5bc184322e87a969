import Canvas
import Operations
import Positions

/// Who hears whom: a matrix, or for many nodes a cell a node.
extension Pen {
  func links(_ rect: Rect, on canvas: inout Canvas) {
    guard rect.height > 1, rect.width > 8 else { return }
    if snapshot.nodes.count >= Layout.gridFrom, !view.isFullScreen {
      grid(rect, on: &canvas)
    } else {
      matrix(rect, on: &canvas)
    }
  }

  private func matrix(_ rect: Rect, on canvas: inout Canvas) {
    let sites = Set(snapshot.nodes.map(\.site)).count
    rule(
      Rect(x: rect.x, y: rect.y, width: rect.width, height: 1),
      linksTitle, right: sites > 1 ? "\(sites) sites" : "", pane: .links,
      on: &canvas)
    let columnWidth = 5
    let ids = snapshot.nodes.map(\.id)
    let room = max(1, (rect.width - 6) / columnWidth)
    let rows = max(1, rect.height - 2)
    let start = window(ids, min(room, rows))
    let across = Array(ids[start..<min(ids.count, start + room)])
    let down = Array(ids[start..<min(ids.count, start + rows)])
    for (position, id) in across.enumerated() {
      canvas.put(
        id.description, endingAt: rect.x + 6 + (position + 1) * columnWidth - 1, y: rect.y + 1,
        style: .dim)
    }
    var byPair: [Pair: LinkSnapshot] = [:]
    for link in snapshot.links where link.from >= ids[start] {
      byPair[Pair(from: link.from, to: link.to)] = link
    }
    let counts = flightCounts
    let overlay = LinkOverlay(snapshot)
    for (row, from) in down.enumerated() {
      let y = rect.y + 2 + row
      canvas.put(
        from.description, endingAt: rect.x + 5, y: y,
        style: from == view.selected ? Style(.yellow, bold: true) : .normal)
      for (position, to) in across.enumerated() {
        let pair = Pair(from: from, to: to)
        var (text, style) = from == to ? ("-", Style.dim) : mark(byPair[pair])
        if from != to { (text, style) = mark(text, style, overlay, pair) }
        if text == "*", view.arrived.contains(where: { $0.from == from && $0.to == to }) {
          (text, style) = (String(glyphs.check), Style(.green, bold: true))
        }
        if let count = counts[pair] { (text, style) = mark(text, with: count, on: pair) }
        canvas.put(
          text, endingAt: rect.x + 6 + (position + 1) * columnWidth - 1, y: y, style: style)
      }
    }
    let legendRow = rect.y + 2 + down.count
    guard legendRow < rect.bottom else { return }
    let arrow = glyphs.arrowRight
    let legends =
      (snapshot.inFlight.isEmpty
        ? [] : ["\(arrow) a message  \(arrow)3 three", "\(arrow) message \(arrow)3 three"])
      + modelLegends + [
        "* ok  ~80 +80ms  5% lost  \(glyphs.cross) cut", "* ok ~80ms 5% lost \(glyphs.cross) cut",
        "*ok ~ms %lost \(glyphs.cross)cut",
      ]
    if let legend = legends.first(where: { $0.count <= rect.width - 2 }) {
      canvas.put(legend, at: Point(x: rect.x + 1, y: rect.bottom - 1), style: .dim)
    }
  }

  private func mark(_ link: LinkSnapshot?) -> (String, Style) {
    guard let link else { return (" ", .normal) }
    if link.isCut { return (String(glyphs.cross), Style(.vermilion, bold: true)) }
    if link.loss > 0 { return ("\(Int((link.loss * 100).rounded()))%", Style(.purple, bold: true)) }
    if link.bandwidth != nil { return ("slow", Style(.purple)) }
    let latency = link.latency.milliseconds
    if latency >= 5 {
      let text = latency < 1000 ? "~\(Int(latency.rounded()))" : "~\(Int(latency / 1000))s"
      return (text, link.addedLatency > .zero ? Style(.purple, bold: true) : Style(.yellow))
    }
    return ("*", Style(.green))
  }

  /// The first of `count` neighbours that include the selected node.
  private func window(_ ids: [NodeID], _ count: Int) -> Int {
    guard ids.count > count else { return 0 }
    let position = view.selected.flatMap { ids.firstIndex(of: $0) } ?? 0
    return max(0, min(position - count / 2, ids.count - count))
  }

  // MARK: Many nodes

  /// A cell a node, ten a group, and how many links are in trouble.
  private func grid(_ rect: Rect, on canvas: inout Canvas) {
    let bad = snapshot.links.filter { $0.isCut }.count
    let slow = snapshot.links.filter { !$0.isCut && ($0.loss > 0 || $0.addedLatency > .zero) }.count
    var right: [String] = []
    if bad > 0 { right.append("\(bad) cut") }
    if slow > 0 { right.append("\(slow) bad") }
    rule(
      Rect(x: rect.x, y: rect.y, width: rect.width, height: 1), "nodes",
      right: right.isEmpty ? "links ok" : "links: " + right.joined(separator: " "), pane: .links,
      on: &canvas)
    let troubles = snapshot.troubles
    let suspects = Set(suspected)
    let groups = max(1, (rect.width - 6) / 11)
    let each = groups * 10
    let rows = (snapshot.nodes.count + each - 1) / each
    for row in 0..<min(rows, rect.height - 1) {
      let y = rect.y + 1 + row
      let nodes = snapshot.nodes.dropFirst(row * each).prefix(each)
      canvas.put(
        nodes.first?.id.description ?? "", endingAt: rect.x + 5, y: y, style: .dim)
      for (position, node) in nodes.enumerated() {
        var (glyph, style) = cell(node)
        if node.id == view.selected { style = style.reversed }
        if node.role != .leader, node.trouble == 0 { glyph = glyphs.applied }
        if node.state.isUp, troubles[node.id] ?? 0 > 0, node.trouble == 0 {
          (glyph, style) = (glyphs.received, Style(.yellow))
        }
        if suspects.contains(node.id) { (glyph, style) = ("?", Style(.yellow, bold: true)) }
        canvas[rect.x + 6 + position + position / 10, y] = Cell(glyph, style)
      }
    }
    let y = rect.y + 1 + rows
    guard y < rect.bottom else { return }
    var parts: [(Character, String, Style)] = [
      (glyphs.applied, "well", Style(.blue)), (glyphs.received, "behind", Style(.yellow)),
      (glyphs.fork, "forked", Style(.vermilion)), (glyphs.cross, "dead", Style(.vermilion)),
    ]
    if snapshot.replication != .singleLeader { parts.remove(at: 2) }
    if !suspects.isEmpty {
      (parts[1].0, parts[1].1) = ("?", "thought down")
    }
    var x = rect.x + 1
    for (glyph, word, style) in parts where x + word.count + 2 <= rect.right {
      canvas[x, rect.bottom - 1] = Cell(glyph, style)
      x += 2 + canvas.put(word, at: Point(x: x + 1, y: rect.bottom - 1), style: .dim)
    }
  }

  private func cell(_ node: NodeSnapshot) -> (Character, Style) {
    if node.role == .leader, node.state == .running {
      return (glyphs.leader, Style(.orange, bold: true))
    }
    if node.fork != nil { return (glyphs.fork, Style(.vermilion, bold: true)) }
    switch node.state {
    case .dead, .fenced, .refused: return (glyphs.cross, Style(.vermilion))
    case .frozen: return (glyphs.pause, Style(.purple, bold: true))
    case .suspect, .recovering: return ("?", Style(.yellow))
    case .running: break
    }
    if node.trouble > 0 { return (glyphs.received, Style(.yellow)) }
    return (glyphs.applied, Style(.blue))
  }
}
