import Canvas
import Operations
import Positions

/// Conflicts, newest first: this is where a write is lost, and how.
extension Pen {
  func conflicts(_ rect: Rect, on canvas: inout Canvas) {
    guard rect.height > 1, let versions = snapshot.model.versions else { return }
    var parts: [String] = []
    if versions.losers > 0 { parts.append("\(Short.counted(versions.losers, "write")) lost") }
    if versions.lostByClock > 0 { parts.append("\(versions.lostByClock) by clock") }
    if versions.merged > 0 { parts.append("\(Short.grouped(versions.merged)) merged") }
    let title =
      "conflicts \(Short.grouped(versions.conflicts))"
      + (parts.isEmpty ? "" : ": " + parts.joined(separator: ", "))
    rule(
      Rect(x: rect.x, y: rect.y, width: rect.width, height: 1), title,
      right: versions.siblings > 0 ? "v chooses between siblings" : "", pane: .conflicts,
      on: &canvas)
    let rows = rect.height - 1
    let all = listed(versions, rows)
    guard !all.isEmpty || versions.conflicts > 0 else {
      let texts = [
        "none yet: no two writes of a key were made without knowing of one another",
        "none yet: no two writes at once", "none yet",
      ]
      put(
        texts.first { $0.count <= rect.width - 2 } ?? texts[2],
        at: Point(x: rect.x + 1, y: rect.y + 1), style: .dim, limit: rect.width - 2, on: &canvas)
      return
    }
    let start = max(0, min(view.conflictsBack, all.count - rows))
    for (row, conflict) in all.dropFirst(start).prefix(rows).enumerated() {
      line(
        conflict, Rect(x: rect.x + 1, y: rect.y + 1 + row, width: rect.width - 2, height: 1),
        on: &canvas)
    }
  }

  /// How long a write that lost by clock stays in sight however many conflicts follow.
  private static let inSight = Interval.seconds(15)

  /// The newest first; while nobody scrolls, the newest that lost by clock does not scroll away.
  private func listed(_ versions: VersionsSnapshot, _ rows: Int) -> [ConflictSnapshot] {
    var all = Array(versions.newest.reversed())
    guard view.conflictsBack == 0, rows > 0,
      let place = all.firstIndex(where: { $0.ending == .lostByClock }), place >= rows,
      snapshot.at - all[place].at < Self.inSight
    else { return all }
    all.insert(all.remove(at: place), at: rows - 1)
    return all
  }

  /// Columns of a conflict's line, by how much room there is.
  private func line(_ conflict: ConflictSnapshot, _ rect: Rect, on canvas: inout Canvas) {
    let isWide = rect.width >= 66
    let ending = ending(of: conflict, isWide)
    let keyWidth = rect.width >= 100 ? 16 : isWide ? 10 : 8
    var x = rect.x
    if rect.width >= 50 {
      canvas.put(
        Short.clock(conflict.at, tenths: true), at: Point(x: x, y: rect.y), style: .dim)
      x += 8
    }
    put(conflict.key, at: Point(x: x, y: rect.y), style: .bold, limit: keyWidth, on: &canvas)
    x += keyWidth + 1
    let room = max(8, (rect.right - x - Legible.width(ending.text) - 2) / 2)
    let isKept = conflict.ending == .kept || conflict.ending == .merged
    let sides: [(VersionSnapshot, Character, Style)] = [
      (conflict.winner, glyphs.check, Style(.green, bold: true)),
      (
        conflict.loser, isKept ? glyphs.check : glyphs.cross,
        isKept ? Style(.green, bold: true) : Style(.vermilion, bold: true)
      ),
    ]
    for (version, glyph, style) in sides {
      canvas[x, rect.y] = Cell(glyph, style)
      side(
        version, Rect(x: x + 2, y: rect.y, width: room - 3, height: 1),
        isKept || glyph == glyphs.check ? .normal : Style(.vermilion, bold: true), on: &canvas)
      x += room
    }
    put(
      ending.text, endingAt: rect.right, y: rect.y, style: ending.style, limit: rect.right - x,
      on: &canvas)
  }

  /// The value, who wrote it, and what the writer's own clock said.
  private func side(
    _ version: VersionSnapshot, _ rect: Rect, _ style: Style, on canvas: inout Canvas
  ) {
    let writer = version.dot.actor.node.map(\.description) ?? "?"
    let clock = Short.clock(version.clock, tenths: true)
    let details = [" by \(writer), its clock \(clock)", " \(writer) \(clock)", " \(writer)"]
    let least = min(Legible.width(version.shown), max(4, rect.width - 12))
    let detail = details.first { $0.count + least <= rect.width } ?? details[2]
    let used = put(
      version.shown, at: rect.origin, style: style, limit: max(1, rect.width - detail.count),
      on: &canvas)
    put(
      detail, at: Point(x: rect.x + used, y: rect.y), style: .dim, limit: rect.width - used,
      on: &canvas)
  }

  private func ending(of conflict: ConflictSnapshot, _ isWide: Bool) -> (text: String, style: Style)
  {
    switch conflict.ending {
    case .lastWriterWon:
      (isWide ? "last writer won" : "lww", Style(.orange, bold: true))
    case .lostByClock: (isWide ? " LOST BY CLOCK " : " CLOCK ", .loud)
    case .merged: ("merged", Style(.green))
    case .kept: (isWide ? "both kept" : "kept", Style(.yellow, bold: true))
    }
  }

  // MARK: Siblings, and the key that is looked at

  /// The keys that wait for a choice, a line each.
  func siblings(_ rect: Rect, on canvas: inout Canvas) {
    guard let versions = snapshot.model.versions else { return }
    for (row, line) in versions.siblingKeys.prefix(rect.height).enumerated() {
      var x = rect.x + 1
      let y = rect.y + row
      canvas[x, y] = Cell("?", Style(.yellow, bold: true))
      x += 2
      x += put(
        line.key, at: Point(x: x, y: y), style: Style(.yellow, bold: true), limit: 16, on: &canvas)
      let texts = line.versions.enumerated().map { "\($0 + 1) \(text($1, long: false))" }
      put(
        "  " + texts.joined(separator: "  \(glyphs.divider) "), at: Point(x: x, y: y),
        limit: rect.right - x - 1, on: &canvas)
    }
  }

  /// The key that is looked at, in one line: what each node holds of it.
  func watchedLine(_ watched: WatchedKeySnapshot, _ rect: Rect, on canvas: inout Canvas) {
    var x = rect.x + 1
    x +=
      put(
        "key \(watched.key)", at: Point(x: x, y: rect.y), style: .bold, limit: 18, on: &canvas) + 2
    let isOne = watched.holders.allSatisfy(\.isNewest)
    if isOne, let first = watched.holders.first {
      let value = first.versions.map(\.shown).joined(separator: " | ")
      put(
        "\(glyphs.check) \(value.isEmpty ? "nothing" : value) on all \(watched.holders.count)",
        at: Point(x: x, y: rect.y), style: Style(.green), limit: rect.right - x, on: &canvas)
      return
    }
    // Where many hold it, the odd ones are named.
    var named = watched.holders
    if named.count > 6 {
      let odd = named.filter { !$0.isNewest }
      x +=
        canvas.put(
          "\(glyphs.check) newest on \(named.count - odd.count)", at: Point(x: x, y: rect.y),
          style: Style(.green)) + 2
      named = odd
    }
    for holder in named where x < rect.right - 4 {
      let (glyph, style) = mark(of: holder)
      canvas[x, rect.y] = Cell(glyph, style)
      let value = holder.versions.map(\.shown).joined(separator: "|")
      x +=
        put(
          "\(holder.node) \(value.isEmpty ? "-" : value)", at: Point(x: x + 2, y: rect.y),
          style: style,
          limit: min(18, rect.right - x - 2), on: &canvas) + 4
    }
  }

  private func mark(of holder: WatchedKeySnapshot.Holder) -> (Character, Style) {
    if snapshot.node(holder.node).map({ !$0.state.isUp }) ?? true { return (glyphs.cross, .dim) }
    if holder.versions.count > 1 || holder.isParted {
      return (glyphs.flushed, Style(.yellow, bold: true))
    }
    return holder.isNewest
      ? (glyphs.applied, Style(.green)) : (glyphs.sent, Style(.yellow, bold: true))
  }

  /// The key that is looked at, a line a node.
  func watchedKey(_ rect: Rect, on canvas: inout Canvas) {
    guard rect.height > 1, let versions = snapshot.model.versions else { return }
    let top = Rect(x: rect.x, y: rect.y, width: rect.width, height: 1)
    guard let watched = versions.watched else {
      rule(top, "no key is looked at", right: "W looks at one", on: &canvas)
      return siblings(
        Rect(x: rect.x, y: rect.y + 1, width: rect.width, height: rect.height - 1), on: &canvas)
    }
    rule(top, "key \(watched.key) = \(watched.shown)", right: watched.rule, on: &canvas)
    let waiting = min(versions.siblingKeys.count, max(0, (rect.height - 1) / 2))
    let rows = rect.height - 1 - waiting
    // The odd ones first, where not all have room.
    var shown = watched.holders
    if shown.count > rows {
      let odd = shown.filter { !$0.isNewest }
      shown = Array((odd + shown.filter(\.isNewest)).prefix(rows)).sorted { $0.node < $1.node }
    }
    for (row, holder) in shown.enumerated() {
      let y = rect.y + 1 + row
      let (glyph, style) = mark(of: holder)
      for x in 0..<2 { canvas[rect.x + 1 + x, y] = Cell(glyph, style) }
      canvas.put(holder.node.description, at: Point(x: rect.x + 4, y: y), style: .bold)
      let word =
        holder.versions.count > 1
        ? "siblings"
        : holder.versions.isEmpty
          ? "nothing" : holder.isParted ? "parted" : holder.isNewest ? "newest" : "old"
      canvas.put(word, at: Point(x: rect.x + 9, y: y), style: style)
      put(
        holder.versions.map { text($0, long: false) }.joined(separator: "  \(glyphs.divider) "),
        at: Point(x: rect.x + 18, y: y), limit: rect.width - 19, on: &canvas)
    }
    let below = rect.y + 1 + shown.count
    siblings(
      Rect(x: rect.x, y: below, width: rect.width, height: rect.bottom - below), on: &canvas)
  }
}
