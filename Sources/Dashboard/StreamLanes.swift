import Canvas
import Operations
import Positions

/// Several leaders: a row a node, a column a log. Down a column one sees how far each has it; in a
/// row what a node's readers can see.
extension Pen {
  /// What a cell has room for.
  private struct Cells {
    /// Columns of a cell, its gap included.
    var width: Int
    /// Columns of its bar.
    var bar: Int
    /// Writes that a column of the bar stands for.
    var unit: Int
    /// Rows of a lane.
    var height: Int
  }

  /// The least width of a cell; below that a lane is a strip.
  private static let leastCell = 6

  func streamLanes(_ layout: Layout, on canvas: inout Canvas) {
    let rect = layout.lanes
    guard !rect.isEmpty, let streams else { return }
    let area = Rect(
      x: rect.x + layout.labelWidth, y: rect.y + 1, width: rect.width - layout.labelWidth,
      height: rect.height - 2)
    let width = area.width / max(1, streams.ids.count)
    let isFolded = width < Self.leastCell
    rule(
      Rect(x: rect.x, y: rect.y, width: rect.width, height: 1),
      isFolded ? "what each has of the \(streams.ids.count) logs" : "has of log", pane: .lanes,
      on: &canvas)
    let height = layout.laneHeight
    let bar = height >= 2 ? width - 2 : width >= 20 ? width - 13 : max(0, width - 7)
    let cells = Cells(
      width: width, bar: bar, unit: Self.unit(streams.mostLacking, columns: bar), height: height)
    if !isFolded { heads(streams, cells, Point(x: area.x, y: rect.y), on: &canvas) }
    for (row, id) in layout.shown.enumerated() {
      guard let node = snapshot.node(id) else { continue }
      let y = area.y + row * height
      label(
        node, Rect(x: rect.x, y: y, width: layout.labelWidth - 1, height: height), on: &canvas)
      if isFolded {
        strip(node, streams, Rect(x: area.x, y: y, width: area.width, height: height), on: &canvas)
        continue
      }
      for (column, origin) in streams.ids.enumerated() {
        cell(
          node, origin, streams, cells, Point(x: area.x + column * width, y: y), on: &canvas)
      }
    }
    streamLegend(
      Rect(x: rect.x, y: rect.bottom - 1, width: rect.width, height: 1), layout.shown,
      isFolded ? nil : cells, on: &canvas)
  }

  /// So many writes a column that the furthest behind still shows part of its bar.
  private static func unit(_ most: Int, columns: Int) -> Int {
    var unit = 1
    while most > unit * max(1, columns - 2), unit < 1 << 40 { unit *= 4 }
    return unit
  }

  /// Above each column whose log it is, and how long that is.
  private func heads(
    _ streams: Streams, _ cells: Cells, _ point: Point, on canvas: inout Canvas
  ) {
    for (column, origin) in streams.ids.enumerated() {
      let isUp = snapshot.node(origin)?.state.isUp ?? false
      let written = streams.ids.compactMap { streams.stream(of: origin, to: $0)?.written }.max()
      let count = written.map { Short.grouped(Int(min($0, UInt64(Int32.max)))) } ?? ""
      let name = isUp ? "\(origin)" : "\(glyphs.cross)\(origin)"
      let texts =
        count.isEmpty
        ? [" \(name) "] : [" \(name)  \(count) writes ", " \(name) \(count) ", " \(name) "]
      put(
        texts.first { Legible.width($0) < cells.width } ?? name,
        at: Point(x: point.x + column * cells.width - 1, y: point.y),
        style: isUp ? Style(.blue, bold: true) : Style(.vermilion, bold: true),
        limit: cells.width, on: &canvas)
    }
  }

  // MARK: One node's part of one log

  private func cell(
    _ node: NodeSnapshot, _ origin: NodeID, _ streams: Streams, _ cells: Cells, _ point: Point,
    on canvas: inout Canvas
  ) {
    let stream = streams.stream(of: origin, to: node.id)
    let bars = cells.height >= 3 ? cells.height - 2 : 1
    let missing = stream?.lacking ?? 0
    let held = min(stream?.heldBack ?? 0, missing)
    func columns(_ writes: Int) -> Int { (writes + cells.unit - 1) / cells.unit }
    let empty = min(cells.bar, columns(missing - held))
    let waiting = min(cells.bar - empty, columns(held))
    let isGone = !node.state.isUp
    for x in 0..<cells.bar {
      let left = cells.bar - x
      var (glyph, style) = (glyphs.applied, Style(origin == node.id ? .orange : .blue))
      if left <= empty {
        (glyph, style) = (glyphs.sent, Style(.yellow))
      } else if left <= empty + waiting {
        (glyph, style) = (glyphs.received, Style(.purple))
      }
      for y in 0..<bars { canvas[point.x + x, point.y + y] = Cell(glyph, isGone ? .dim : style) }
    }
    let (texts, style) = words(node, origin, stream, streams)
    let isTall = cells.height >= 2
    let x = isTall ? point.x : point.x + cells.bar + (cells.bar > 0 ? 1 : 0)
    let room = point.x + cells.width - x - 1
    put(
      texts.first { Legible.width($0) <= room } ?? texts.last ?? "",
      at: Point(x: x, y: point.y + (isTall ? bars : 0)), style: style, limit: room, on: &canvas)
  }

  /// How far behind, in writes and time; the longest first.
  private func words(
    _ node: NodeSnapshot, _ origin: NodeID, _ stream: MultiLeaderSnapshot.Stream?,
    _ streams: Streams
  ) -> ([String], Style) {
    guard let stream else {
      let only = streams.onlyAt(origin)
      if !node.state.isUp {
        return only > 0
          ? (["\(only) only here", "\(only) here", "\(only)"], .loud)
          : (["own, \(node.stateReason)", node.stateReason, "down"], .dim)
      }
      return (
        only > 0 ? ["\(only) only here", "\(only) here", "own \(only)", "own"] : ["own"], .dim
      )
    }
    guard stream.lacking > 0 else { return (["all", "\(glyphs.check)"], .dim) }
    let count = "-\(Short.count(Double(stream.lacking)))"
    let late = time(stream.lag)
    let held = stream.heldBack > 0 ? ["\(count) \(late) held \(stream.heldBack)"] : []
    let isCut = node.state.isUp && !streams.hasWay(from: origin, to: node.id)
    let style =
      !node.state.isUp
      ? .dim
      : isCut
        ? Style(.vermilion, bold: true) : stream.isLate ? Style(.yellow, bold: true) : .normal
    let mark = isCut ? "\(glyphs.cross)" : ""
    return (held + ["\(mark)\(count) \(late)", "\(mark)\(count)", count], style)
  }

  // MARK: Many nodes

  /// One cell for each log, or for a few of them the worst; and in words the worst of all.
  private func strip(
    _ node: NodeSnapshot, _ streams: Streams, _ rect: Rect, on canvas: inout Canvas
  ) {
    let room = max(10, rect.width - 26)
    let each = (streams.ids.count + room - 1) / room
    let columns = (streams.ids.count + each - 1) / each
    func rank(_ origin: NodeID) -> Int {
      guard let stream = streams.stream(of: origin, to: node.id) else { return 0 }
      guard stream.lacking > 0 else { return 1 }
      if !streams.hasWay(from: origin, to: node.id) { return 5 }
      return stream.isLate ? 4 : stream.heldBack > 0 ? 3 : 2
    }
    let marks: [(Character, Style)] = [
      (glyphs.applied, Style(.orange)), (glyphs.applied, Style(.blue)),
      (glyphs.flushed, Style(.green)), (glyphs.received, Style(.purple)),
      (glyphs.sent, Style(.yellow)), (glyphs.unsent, Style(.vermilion, bold: true)),
    ]
    let bars = rect.height >= 3 ? rect.height - 1 : rect.height
    for column in 0..<columns {
      let group = streams.ids[
        column * each..<min(streams.ids.count, (column + 1) * each)]
      let (glyph, style) = marks[group.map(rank).max() ?? 0]
      for y in 0..<bars {
        canvas[rect.x + column, rect.y + y] = Cell(glyph, node.state.isUp ? style : .dim)
      }
    }
    let x = rect.x + columns + 1
    let late = streams.taken(by: node.id).filter { $0.lacking > 0 }
    let longest = Interval.seconds(86_400)
    let worst = late.max { ($0.lag ?? longest) < ($1.lag ?? longest) }
    let text: String
    if !node.state.isUp {
      let only = streams.onlyAt(node.id)
      text = only > 0 ? "\(Short.counted(only, "write")) only here" : node.stateReason
    } else if let worst {
      text =
        "late in \(late.count): \(worst.origin) -\(Short.count(Double(worst.lacking))) \(time(worst.lag))"
    } else {
      text = "has all"
    }
    put(
      text, at: Point(x: x, y: rect.y),
      style: worst?.isLate ?? false ? Style(.yellow, bold: true) : .dim, limit: rect.right - x,
      on: &canvas)
  }

  /// What the marks mean, and what a column stands for.
  private func streamLegend(
    _ rect: Rect, _ shown: [NodeID], _ cells: Cells?, on canvas: inout Canvas
  ) {
    var x = rect.x + 1
    let hidden = hiddenNodes(shown)
    if !hidden.isEmpty {
      x += canvas.put(hidden, at: Point(x: x, y: rect.y), style: Style(.yellow, bold: true)) + 2
    }
    var parts: [(Character, String, Style)] = [(glyphs.applied, "has", Style(.blue))]
    if cells == nil { parts.append((glyphs.flushed, "on the way", Style(.green))) }
    parts += [
      (glyphs.received, "held back", Style(.purple)), (glyphs.sent, "lacks", Style(.yellow)),
    ]
    if cells == nil { parts.append((glyphs.unsent, "no way", Style(.vermilion))) }
    for (glyph, word, style) in parts where x + word.count + 2 <= rect.right {
      canvas[x, rect.y] = Cell(glyph, style)
      x += 2 + canvas.put(word, at: Point(x: x + 2, y: rect.y), style: .dim) + 1
    }
    // One column of a bar is a mark, no scale.
    guard let unit = cells?.unit, cells?.bar ?? 0 >= 3 else { return }
    let scale = "1 col = \(Short.count(Double(unit))) write\(unit == 1 ? "" : "s")"
    let long = "-12 340ms: lacks 12 writes, the oldest 340 ms old   \(scale)"
    for text in [long, scale] where x + text.count + 2 < rect.right {
      canvas.put(text, endingAt: rect.right - 1, y: rect.y, style: .dim)
      return
    }
  }
}
