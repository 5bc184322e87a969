import Canvas
import Operations
import Positions

/// Messages under way, while one event is taken at a time or time stands.
extension Pen {
  /// How many messages are under way on each link, by sender and receiver.
  var flightCounts: [Pair: Int] {
    snapshot.inFlight.reduce(into: [:]) { $0[Pair(from: $1.from, to: $1.to), default: 0] += 1 }
  }

  /// A direction of a link.
  struct Pair: Hashable {
    var from: NodeID
    var to: NodeID
  }

  /// A link's mark with the messages on it: an arrow, and how many when there are several. The link
  /// that the next one arrives by is reversed.
  func mark(
    _ text: String, with count: Int, on pair: Pair
  ) -> (String, Style) {
    let isNext = snapshot.inFlight.first.map { Pair(from: $0.from, to: $0.to) == pair } ?? false
    let style = Style(.yellow, bold: true)
    let number = count > 1 ? Short.count(Double(count)) : ""
    // What the link is like stands before the arrow, whole or as its sign.
    let whole = text == "*" ? "" : text
    let state = whole.count + 1 + number.count <= 4 ? whole : String(whole.prefix(1))
    return (
      String("\(state)\(glyphs.arrowRight)\(number)".prefix(4)), isNext ? style.reversed : style
    )
  }

  /// The messages by name, the one that arrives next first.
  func flights(_ rect: Rect, on canvas: inout Canvas) {
    guard !rect.isEmpty, rect.width > 20 else { return }
    let messages = snapshot.inFlight
    let count = "under way: \(messages.count) message\(messages.count == 1 ? "" : "s")"
    let top = Rect(x: rect.x, y: rect.y, width: rect.width, height: 1)
    rule(top, count, right: view.arrived.isEmpty ? ". one event" : "", on: &canvas)
    if let last = view.arrived.last {
      // What the event was that happened last.
      let more = view.arrived.count > 1 ? " and \(view.arrived.count - 1) more" : ""
      let x = rect.x + count.count + 4
      put(
        " \(glyphs.check) \(last.from)\(glyphs.arrowRight)\(last.to) \(plain(last.text))\(more) ",
        at: Point(x: x, y: rect.y), style: Style(.green, bold: true), limit: rect.right - x - 2,
        on: &canvas)
    }
    let names = messages.map { "\($0.from)\(glyphs.arrowRight)\($0.to)" }
    let width = names.reduce(0) { max($0, $1.count) }
    for (row, message) in messages.prefix(rect.height - 1).enumerated() {
      let y = rect.y + 1 + row
      let style = row == 0 ? Style(.yellow, bold: true) : .normal
      canvas.put(
        names[row], at: Point(x: rect.x + 1, y: y), style: row == 0 ? style.reversed : .bold)
      let wait = Short.milliseconds((message.arrives - snapshot.at).milliseconds)
      // To a tenth of a millisecond: links are fast.
      let digit = message.arrives.nanoseconds / 100_000 % 10
      let time = "\(message.arrives)\(digit)  in \(wait)"
      let x = rect.x + 3 + width
      canvas.put(time, at: Point(x: x, y: y), style: .dim)
      put(
        plain(message.text), at: Point(x: x + 23, y: y), style: style,
        limit: rect.right - x - 24, on: &canvas)
    }
  }

  /// The protocol's words for a terminal that has ASCII only.
  func plain(_ text: String) -> String {
    glyphs == .ascii ? String(text.map { Glyphs.ascii(for: $0) }) : text
  }
}
