import Canvas
import Operations
import Positions

/// What an audience is told, so that the last row of a room can read it.
extension Pen {
  func narration(_ narration: Narration, _ rect: Rect, on canvas: inout Canvas) {
    guard rect.height > 1 else { return }
    heading(narration, Rect(x: rect.x, y: rect.y, width: rect.width, height: 1), &canvas)
    let story = Story(narration, width: rect.width, rows: rect.height, glyphs: glyphs)
    let rows = rect.height - 2
    let start = story.start(rows: rows, scroll: view.narrationScroll)
    for (row, line) in story.lines.dropFirst(start).prefix(rows).enumerated() {
      put(line, at: Point(x: rect.x + 1, y: rect.y + 1 + row), right: rect.right, &canvas)
    }
    for (row, line) in story.checked.suffix(rows).enumerated() {
      put(
        line, at: Point(x: rect.right - story.aside, y: rect.y + 1 + row), right: rect.right,
        &canvas)
    }
    let hasMore = rows > 0 && start + rows < story.lines.count
    cue(
      narration, hasMore: hasMore,
      Rect(x: rect.x, y: rect.bottom - 1, width: rect.width, height: 1), &canvas)
  }

  private func put(_ line: Story.Line, at point: Point, right: Int, _ canvas: inout Canvas) {
    var x = point.x
    for (text, style) in line where x < right {
      x += put(text, at: Point(x: x, y: point.y), style: style, limit: right - x, on: &canvas)
    }
  }

  // MARK: The rule

  /// The title, the chapter, and how much of the script is done.
  private func heading(_ narration: Narration, _ rect: Rect, _ canvas: inout Canvas) {
    let blocks = rect.width >= 110 ? 24 : rect.width >= 76 ? 12 : 8
    let done =
      narration.total > 0 ? min(blocks, narration.done * blocks / narration.total) : 0
    let progress =
      String(repeating: glyphs.done, count: done)
      + String(repeating: glyphs.toDo, count: blocks - done)
    let room = rect.width - blocks - 9
    let titles = titles(narration)
    rule(rect, "", pane: .narration, on: &canvas)
    let isFocused = view.pane == .narration && view.isAtTop
    let style = Style(isFocused ? .yellow : .blue, bold: true)
    // A banner, so that eyes find the text below it.
    let title = titles.first { Legible.width($0) <= room } ?? titles.last ?? ""
    put(
      " \(title) ", at: Point(x: rect.x + 1, y: rect.y), style: style.reversed, limit: room + 2,
      on: &canvas)
    canvas.put(" \(progress) ", endingAt: rect.right - 2, y: rect.y, style: style)
  }

  /// The longest first.
  private func titles(_ narration: Narration) -> [String] {
    guard let chapter = narration.chapter, narration.chapters.indices.contains(chapter) else {
      return [narration.title]
    }
    let dot = glyphs == .ascii ? "-" : "·"
    if let lesson = narration.lesson {
      let title =
        lesson.number > 0 ? "\(lesson.number)/\(lesson.count) \(narration.title)" : narration.title
      return ["\(title) \(dot) \(narration.chapters[chapter])", narration.chapters[chapter]]
    }
    let place = "\(chapter + 1)/\(narration.chapters.count)  \(narration.chapters[chapter])"
    return [
      "\(narration.title) \(dot) chapter \(place)", "\(narration.title) \(dot) \(place)",
      "chapter \(place)",
    ]
  }

  // MARK: What comes next

  /// The last line, always in one place: what comes next, or what the script waits for.
  private func cue(
    _ narration: Narration, hasMore: Bool, _ rect: Rect, _ canvas: inout Canvas
  ) {
    let right =
      hasMore
      ? [("\(glyphs.arrowDown) more: Tab, j", Style(.yellow, bold: true))]
      : hint(narration)
    let width = right.reduce(0) { $0 + Legible.width($1.0) }
    var limit = rect.right - 1
    if width > 0, width < rect.width / 3 {
      limit -= width + 2
      put(right, at: Point(x: rect.right - 1 - width, y: rect.y), right: rect.right, &canvas)
    }
    put(
      now(narration, room: limit - rect.x - 1), at: Point(x: rect.x + 1, y: rect.y), right: limit,
      &canvas)
  }

  private func tag(_ text: String, _ tint: Tint) -> (text: String, style: Style) {
    (" \(text) ", tint == .loud ? .loud : Style(tint, bold: true).reversed)
  }

  /// Whose turn it is in a lesson; nil while something plays.
  private func turn(_ lesson: LessonNarration) -> Story.Line? {
    switch lesson.turn {
    case .reads:
      let jump = lesson.events.isEmpty ? "" : "  E goes to these moments, one by one"
      return [tag("PgDn", .yellow), (" goes on" + jump, .bold)]
    case .answers:
      return lesson.choices.isEmpty
        ? [tag("?", .yellow), (" type the number, then Enter", .bold)]
        : [tag("1-\(lesson.choices.count)", .yellow), (" answers", .bold)]
    case .watches: return nil
    case .acts:
      let left = lesson.hintCount - lesson.hints.count
      let hint = left > 0 ? "  H hint (\(left) left)" : ""
      let answer = lesson.goals.isEmpty ? "  :answer \(glyphs.ellipsis)" : "  c what is missing"
      return [tag("\(glyphs.play) your turn", .blue), (answer + hint + "  N anew", .bold)]
    case .reached: return [tag("\(glyphs.check) done", .green), ("  PgDn goes on", .bold)]
    case .broken(let why):
      return [tag("\(glyphs.cross) N begins anew", .loud), ("  \(why)", .bold)]
    case .over:
      let end =
        lesson.isDone
        ? tag("\(glyphs.check) lesson done", .green)
        : tag("\(glyphs.ellipsis) the end, with tasks left open", .yellow)
      return [end, ("  PgDn: the next lesson  q quits", .bold)]
    }
  }

  private func now(_ narration: Narration, room: Int) -> Story.Line {
    if let line = narration.lesson.flatMap(turn) { return line }
    switch narration.stage {
    case .failed:
      return [tag("\(glyphs.cross) FAILED", .loud), ("  PgUp: this chapter again; q quits", .bold)]
    case .over:
      return [
        tag("\(glyphs.check) THE END", .green), ("  PgUp: last chapter again; q quits", .bold),
      ]
    case .taken:
      return [tag("\(glyphs.warning) you have the keys", .purple), ("  t gives them back", .bold)]
    case .waitsForKey where narration.question != nil || narration.next == nil:
      return [tag("PgDn", .yellow), (" goes on", .bold)]
    case .plays, .reads, .waitsForKey: break
    }
    if snapshot.speed == 0, narration.stage != .waitsForKey {
      return [tag("\(glyphs.pause) held", .yellow), ("  Space goes on", .bold)]
    }
    if let waiting = narration.waiting {
      return self.waiting(waiting, then: narration.next?.text, room)
    }
    guard let next = narration.next else { return [] }
    let name = tag("\(glyphs.play) next", .blue)
    // While people read, the cluster's time stands.
    let moment = narration.stage == .plays ? next.at : nil
    let time = moment.map { "  in \(left(until: $0))" } ?? ""
    let room = room - Legible.width(name.text) - 2 - time.count
    return [
      name, ("  \(shortened(next.text, room))", Style(.purple, bold: true)),
      (time, Style(.yellow, bold: true)),
    ]
  }

  private func waiting(
    _ waiting: Narration.Announcement, then next: String?, _ room: Int
  ) -> Story.Line {
    let name = tag("\(glyphs.ellipsis) waits for", .blue)
    let limits = waiting.at.map { left(until: $0) }.map { ["  (at most \($0) more)", "  (\($0))"] }
    let limit = limits.map { room >= 64 ? $0[0] : $0[1] } ?? ""
    let room = room - Legible.width(name.text) - 2 - limit.count
    let text = shortened(waiting.text, room)
    let line: Story.Line = [name, ("  \(text)", .bold), (limit, .normal)]
    guard let next, Legible.width(text) + Legible.width(next) + 7 <= room else { return line }
    return line + [("  then ", .dim), (next, Style(.purple))]
  }

  /// A text that fits; what is too long ends in an ellipsis.
  private func shortened(_ text: String, _ room: Int) -> String {
    guard Legible.width(text) > room, let first = Wrap.lines(text, max(1, room - 2)).first else {
      return text
    }
    return "\(first) \(glyphs.ellipsis)"
  }

  private func left(until moment: Instant) -> String {
    let seconds = max(0, (moment - snapshot.at).seconds)
    return "\(Short.fixed(seconds, seconds < 9.95 ? 1 : 0)) s"
  }

  /// On the right: what the stage asks of the presenter; quiet while people read.
  private func hint(_ narration: Narration) -> Story.Line {
    switch narration.stage {
    case .waitsForKey where narration.question == nil && narration.next != nil:
      return [tag("PgDn", .yellow), (" next", .bold)]
    case .reads(let left):
      guard snapshot.speed > 0 else { return [] }
      // A block a second, so that the end of a pause does not surprise.
      let seconds = min(8, Int(left.seconds.rounded(.up)))
      return [(String(repeating: glyphs.done, count: max(0, seconds)), .dim)]
    default: return []
    }
  }
}

extension ViewState {
  /// Up and down in what was told.
  mutating func scrollNarration(_ intent: Intent, _ scene: Scene, _ size: Size) {
    guard let narration = scene.narration else { return }
    let rect = Layout(scene, view: self, size: size).narration
    let story = Story(narration, width: rect.width, rows: rect.height)
    let rows = rect.height - 2
    let usual = story.start(rows: rows)
    let now = story.start(rows: rows, scroll: narrationScroll)
    let wanted: Int
    switch intent {
    case .up: wanted = now - 1
    case .down: wanted = now + 1
    case .first: wanted = 0
    default: wanted = story.lines.count
    }
    let place = max(0, min(wanted, max(usual, story.lines.count - rows)))
    narrationScroll = place - usual
  }
}
