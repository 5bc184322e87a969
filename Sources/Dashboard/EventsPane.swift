import Canvas
import Operations
import Positions

/// The events as they are listed: one that comes again and again stands once, with a count, where it
/// came last.
struct EventList {
  /// An event, and how often it came.
  struct Line {
    var event: Event
    var times = 1
  }

  /// Oldest first.
  private(set) var lines: [Line] = []

  /// How far back a repeated event is looked for, so that two nodes that repeat themselves in turn
  /// take two lines.
  private static let reach = 6

  init(_ events: [Event], filter: String = "") {
    let wanted = filter.lowercased()
    for event in events {
      guard
        wanted.isEmpty || event.text.lowercased().contains(wanted)
          || event.kind.rawValue.contains(wanted)
      else { continue }
      let recent = lines.indices.suffix(Self.reach)
      let same = recent.last {
        lines[$0].event.text == event.text && lines[$0].event.kind == event.kind
      }
      guard let same else {
        lines.append(Line(event: event))
        continue
      }
      let times = lines.remove(at: same).times + 1
      lines.append(Line(event: event, times: times))
    }
  }
}

extension Pen {
  func events(_ rect: Rect, title: String = "events", on canvas: inout Canvas) {
    guard rect.height > 1 else { return }
    let lines = EventList(snapshot.events, filter: view.filter).lines
    let rows = rect.height - 1
    let back = min(view.eventsBack, max(0, lines.count - rows))
    var right = ""
    if !view.filter.isEmpty { right = "/\(view.filter)  \(lines.count) found" }
    if back > 0 { right += "  \(back) back" }
    rule(
      Rect(x: rect.x, y: rect.y, width: rect.width, height: 1), title, right: right,
      pane: .events, on: &canvas)
    let end = lines.count - back
    for (row, line) in lines[max(0, end - rows)..<end].enumerated() {
      let y = rect.y + 1 + row
      let (word, style) = Self.word(of: line.event.kind)
      canvas.put(
        Short.clock(line.event.at, tenths: true), at: Point(x: rect.x + 1, y: y), style: .dim)
      canvas.put(word, at: Point(x: rect.x + 9, y: y), style: style)
      let times = line.times > 1 ? " \(glyphs.ellipsis == "~" ? "x" : "×")\(line.times)" : ""
      let used = put(
        line.event.text, at: Point(x: rect.x + 16, y: y),
        limit: rect.width - 17 - times.count, on: &canvas)
      canvas.put(
        times, at: Point(x: rect.x + 16 + used, y: y), style: Style(.yellow, bold: true))
    }
  }

  private static func word(of kind: Event.Kind) -> (String, Style) {
    switch kind {
    case .command: ("YOU", Style(.purple, bold: true))
    case .fault: ("FAULT", Style(.vermilion, bold: true))
    case .election: ("ELECT", Style(.orange, bold: true))
    case .log: ("LOG", Style(.blue, bold: true))
    case .clients: ("CLIENT", Style(.green, bold: true))
    case .finding: ("FOUND", Style(.yellow, bold: true))
    case .violation: ("BROKEN", .loud)
    case .note: ("NOTE", .dim)
    }
  }
}
