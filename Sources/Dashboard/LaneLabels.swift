import Canvas
import Operations
import Positions

/// What stands before a lane: the node, and how it is.
extension Pen {
  func label(_ node: NodeSnapshot, _ rect: Rect, on canvas: inout Canvas) {
    let isSelected = node.id == view.selected
    let mark = isSelected ? String(glyphs.selection) : " "
    let (word, style) = Self.standing(node, glyphs, terms)
    let name = node.id.number < 10 ? "\(mark)\(node.id.number) \(node.id)" : "\(mark) \(node.id)"
    canvas.put(
      name, at: rect.origin, style: isSelected ? Style(.yellow, bold: true) : .bold)
    let start = rect.width > 16 ? 7 : 6
    put(
      word, at: Point(x: rect.x + start, y: rect.y), style: style, limit: rect.width - start,
      on: &canvas)
    guard rect.height >= 2 else { return }
    let detail: String
    switch node.state {
    case .running, .suspect:
      let term = terms.term.map { "\($0) \(node.term.epoch) " } ?? ""
      detail = snapshot.replication == .singleLeader ? "\(term)\(node.site)" : "\(node.site)"
    default: detail = node.stateReason
    }
    put(
      detail, at: Point(x: rect.x + 3, y: rect.y + 1), style: .dim, limit: rect.width - 3,
      on: &canvas)
    guard rect.height >= 4 else { return }
    put(
      "\(Short.count(node.servedPerSecond)) ops/s", at: Point(x: rect.x + 3, y: rect.y + 2),
      style: .dim, limit: rect.width - 3, on: &canvas)
  }

  /// A node's standing: a glyph, a word and a colour.
  static func standing(
    _ node: NodeSnapshot, _ glyphs: Glyphs, _ terms: PresetTerms = PresetTerms()
  ) -> (String, Style) {
    switch node.state {
    case .dead: return ("\(glyphs.cross)dead", Style(.vermilion, bold: true))
    case .fenced: return ("\(glyphs.cross)fenced", Style(.purple, bold: true))
    case .refused: return ("\(glyphs.cross)refused", Style(.vermilion, bold: true))
    case .frozen: return ("\(glyphs.pause)frozen", Style(.purple, bold: true))
    case .recovering: return ("~recovers", Style(.yellow))
    case .suspect: return ("?suspect", Style(.yellow, bold: true))
    case .running: break
    }
    if node.role == .leader {
      return ("\(glyphs.leader)\(terms.leader)", Style(.orange, bold: true))
    }
    if node.fork != nil { return ("\(glyphs.fork)FORKED", Style(.vermilion, bold: true)) }
    if node.diskFull { return ("!disk full", Style(.vermilion, bold: true)) }
    if node.role == .candidate { return ("?candidate", Style(.yellow, bold: true)) }
    if node.diskDelay > .zero { return ("!slow disk", Style(.yellow, bold: true)) }
    if node.isLagging { return ("!LAGGING", Style(.yellow, bold: true)) }
    if node.role == .peer, node.clockOffset != .zero {
      // Here it decides which writes live: by how much is said.
      let sign = node.clockOffset > .zero ? "+" : "-"
      let off = Short.milliseconds(abs(node.clockOffset.milliseconds))
      return ("!clk \(sign)\(off)", Style(.yellow, bold: true))
    }
    if node.clockOffset != .zero || node.clockDrift != 0 {
      return ("!clock off", Style(.yellow, bold: true))
    }
    if node.role == .peer { return (terms.peer, Style(.green)) }
    if !node.isVoter { return ("learner", Style(.blue)) }
    if node.following == nil { return ("no \(terms.leader.lowercased())", Style(.yellow)) }
    return (terms.follower, Style(.green))
  }

  /// What the nodes are like whose lanes have no room.
  func hiddenNodes(_ shown: [NodeID]) -> String {
    let lanes = Set(shown)
    let hidden = snapshot.nodes.filter { !lanes.contains($0.id) }
    guard !hidden.isEmpty else { return "" }
    let troubles = snapshot.troubles
    let well = hidden.filter { troubles[$0.id] == 0 }.count
    let troubled = hidden.count - well
    return "+\(hidden.count) more: \(well) well" + (troubled > 0 ? ", \(troubled) not" : "")
  }
}
