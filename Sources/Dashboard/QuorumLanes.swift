import Canvas
import Operations
import Positions

/// Quorums: a row a node, and what it holds of the key that is looked at; below them the ring.
extension Pen {
  func quorumLanes(
    _ layout: Layout, _ model: LeaderlessSnapshot, on canvas: inout Canvas
  ) {
    let rect = layout.lanes
    guard !rect.isEmpty else { return }
    let watched = model.versions.watched
    let top = Rect(x: rect.x, y: rect.y, width: rect.width, height: 1)
    if let watched {
      rule(
        top, "key \(watched.key) = \(watched.shown)", right: quorumText(watched, rect.width),
        pane: .lanes, on: &canvas)
    } else {
      rule(top, "no key is looked at", right: "W looks at one", pane: .lanes, on: &canvas)
    }
    let hasRing = layout.ringRows > 0
    for (row, id) in layout.shown.enumerated() {
      guard let node = snapshot.node(id) else { continue }
      let y = rect.y + 1 + row * layout.laneHeight
      label(
        node,
        Rect(x: rect.x, y: y, width: layout.labelWidth - 1, height: layout.laneHeight), on: &canvas)
      let x = rect.x + layout.labelWidth
      let lane = Rect(x: x, y: y, width: rect.right - x, height: layout.laneHeight)
      holding(node, watched, model, lane, on: &canvas)
    }
    let bottom = Rect(x: rect.x, y: rect.bottom - 1, width: rect.width, height: 1)
    if hasRing {
      var ring = bottom
      ring.y -= layout.ringRows
      ringStrip(model, ring, on: &canvas)
    }
    let hasParted = watched?.holders.contains { $0.isParted } ?? false
    quorumLegend(bottom, layout.shown, hasParted ? "siblings, parted" : "siblings", on: &canvas)
  }

  /// Who made the newest write's and the newest read's quorum, as far as there was one since the key is
  /// looked at; a stand-in that has handed over is named too.
  private func quorumText(_ watched: WatchedKeySnapshot, _ width: Int) -> String {
    let isWide = width >= 110
    let write = watched.makers(watched.writeQuorum, \.madeWriteQuorum)
    let read = watched.makers(watched.readQuorum, \.madeReadQuorum)
    let quorums = [
      (isWide ? "last write acked by" : "W", write), (isWide ? "last read answered by" : "R", read),
    ]
    return quorums.filter { !$0.1.isEmpty }.map { "\($0.0) \(names($0.1))" }
      .joined(separator: isWide ? "   " : "  ")
  }

  // MARK: What a node holds of the key

  private func holding(
    _ node: NodeSnapshot, _ watched: WatchedKeySnapshot?, _ model: LeaderlessSnapshot, _ rect: Rect,
    on canvas: inout Canvas
  ) {
    let place = model.ring.first { $0.node == node.id }
    let tailWidth = rect.width >= 90 ? 34 : 19
    var tail = rect
    tail.x = rect.right - tailWidth
    tail.width = tailWidth
    ringTail(node, place, tail, on: &canvas)
    let holder = watched?.holders.first { $0.node == node.id }
    guard let holder else {
      let text = node.state.isUp ? watched == nil ? "" : "\(glyphs.unsent)" : node.stateReason
      put(text, at: rect.origin, style: .dim, limit: tail.x - rect.x - 1, on: &canvas)
      return
    }
    let (glyph, word, style) = standing(of: holder, node)
    let bars = rect.height >= 3 ? rect.height - 1 : rect.height
    let thick = rect.width >= 90 ? 6 : 3
    for y in 0..<bars {
      for x in 0..<thick { canvas[rect.x + x, rect.y + y] = Cell(glyph, style) }
    }
    var x = rect.x + thick + 1
    put(word, at: Point(x: x, y: rect.y), style: style, limit: 9, on: &canvas)
    x += 10
    let marks: [(Bool, String, Style)] = [
      (holder.madeWriteQuorum, "W", Style(.orange, bold: true)),
      (holder.madeReadQuorum, "R", Style(.green, bold: true)),
    ]
    for (holds, mark, style) in marks {
      canvas.put(
        holds ? mark : String(glyphs.unsent), at: Point(x: x, y: rect.y),
        style: holds ? style : .dim)
      x += 2
    }
    if holder.wasRepaired {
      x += canvas.put("repaired", at: Point(x: x, y: rect.y), style: Style(.purple, bold: true)) + 1
    }
    let room = tail.x - x - 1
    // Side by side where they fit, else one below the other.
    // Several have room for their values and writers first.
    let isTight = holder.versions.count > 1 && room < 40
    let versions = holder.versions.map {
      isTight
        ? "\($0.shown) \($0.dot.actor.node.map(\.description) ?? "?")"
        : text($0, long: room >= 50)
    }
    let line = versions.joined(separator: "  \(glyphs.divider) ")
    guard versions.count > 1, rect.height > 1, Legible.width(line) > room else {
      put(
        line, at: Point(x: x, y: rect.y), style: holder.isNewest ? .bold : .normal, limit: room,
        on: &canvas)
      return
    }
    for (row, version) in versions.prefix(rect.height).enumerated() {
      put(
        version, at: Point(x: x, y: rect.y + row), style: holder.isNewest ? .bold : .normal,
        limit: room, on: &canvas)
    }
  }

  /// How a node's copy stands: a texture, a word and a colour.
  private func standing(
    of holder: WatchedKeySnapshot.Holder, _ node: NodeSnapshot
  ) -> (Character, String, Style) {
    let isUp = node.state.isUp
    func dimmed(_ style: Style) -> Style { isUp ? style : .dim }
    if let absent = holder.hintFor {
      return (glyphs.received, "for \(absent)", dimmed(Style(.purple, bold: true)))
    }
    if holder.versions.isEmpty { return (glyphs.unsent, "nothing", dimmed(Style(.vermilion))) }
    if holder.versions.count > 1 {
      return (glyphs.flushed, "siblings", dimmed(Style(.yellow, bold: true)))
    }
    if holder.isParted { return (glyphs.flushed, "parted", dimmed(Style(.yellow, bold: true))) }
    return holder.isNewest
      ? (glyphs.applied, "newest", dimmed(Style(.green)))
      : (glyphs.sent, "old", dimmed(Style(.yellow, bold: true)))
  }

  /// A version in words: value, writer, and what the writer's clock said.
  func text(_ version: VersionSnapshot, long: Bool) -> String {
    let writer = version.dot.actor.node.map(\.description) ?? "?"
    let value = version.shown
    return long
      ? "\(value)  written by \(writer) at \(Short.clock(version.clock, tenths: true)) (\(version.dot))"
      : "\(value) \(writer) \(Short.clock(version.clock, tenths: true))"
  }

  /// What else the node keeps: hints and for whom, and its share of the keys.
  private func ringTail(
    _ node: NodeSnapshot, _ place: LeaderlessSnapshot.RingNode?, _ rect: Rect,
    on canvas: inout Canvas
  ) {
    guard let place else {
      put("not in the ring", at: rect.origin, style: .dim, limit: rect.width, on: &canvas)
      return
    }
    let share = Self.percent(place.share)
    if place.hints > 0 {
      let nodes = place.hintsFor.map { "\($0.node)" }
      let whom = nodes.isEmpty ? "" : " for \(nodes.prefix(3).joined(separator: " "))"
      let counts = place.hintsFor.prefix(3).map { "\($0.count) for \($0.node)" }
      let texts = [
        "hints " + (counts.isEmpty ? "\(place.hints)" : counts.joined(separator: ", ")),
        Short.counted(place.hints, "hint") + whom, Short.counted(place.hints, "hint"),
      ]
      put(
        texts.first { $0.count <= rect.width } ?? texts[2], at: rect.origin,
        style: Style(.purple, bold: true), limit: rect.width, on: &canvas)
      guard rect.height > 1 else { return }
    }
    let isMoving = place.pending > 0
    let texts =
      isMoving
      ? ["\(Short.grouped(place.pending)) keys still to come", "+\(place.pending) keys"]
      : ["replica of \(share) of the keys", "\(share) of keys"]
    put(
      texts.first { $0.count <= rect.width } ?? texts[1],
      at: Point(x: rect.x, y: rect.y + (place.hints > 0 ? 1 : 0)),
      style: isMoving ? Style(.yellow, bold: true) : .dim, limit: rect.width, on: &canvas)
  }

  private func quorumLegend(
    _ rect: Rect, _ shown: [NodeID], _ several: String, on canvas: inout Canvas
  ) {
    var x = rect.x + 1
    let hidden = hiddenNodes(shown)
    if !hidden.isEmpty {
      x += canvas.put(hidden, at: Point(x: x, y: rect.y), style: Style(.yellow, bold: true)) + 2
    }
    let parts: [(String, String, Style)] = [
      (String(glyphs.applied), "newest", Style(.green)),
      (String(glyphs.sent), "old", Style(.yellow)),
      (String(glyphs.flushed), several, Style(.yellow)),
      (String(glyphs.received), "stands in", Style(.purple)),
      ("W", "made the write quorum", Style(.orange, bold: true)),
      ("R", "the read's", Style(.green, bold: true)),
    ]
    for (glyph, word, style) in parts where x + word.count + 2 <= rect.right {
      canvas.put(glyph, at: Point(x: x, y: rect.y), style: style)
      x += 2 + canvas.put(word, at: Point(x: x + 2, y: rect.y), style: .dim) + 1
    }
  }
}

extension WatchedKeySnapshot {
  /// Who made a quorum: those that are remembered, else the holders that are marked.
  func makers(_ remembered: [NodeID], _ mark: KeyPath<Holder, Bool>) -> [NodeID] {
    remembered.isEmpty ? holders.filter { $0[keyPath: mark] }.map(\.node) : remembered.sorted()
  }

  /// Its value, or that there is none.
  var shown: String { value.isEmpty ? "nothing" : value }
}

extension VersionSnapshot {
  /// Its value, or that it says that the key was deleted.
  var shown: String { value.map { $0.isEmpty ? "\"\"" : $0 } ?? "(deleted)" }
}
