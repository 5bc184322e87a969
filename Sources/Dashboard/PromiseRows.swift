import Canvas
import Operations
import Positions

/// The gist of what clients can rely on: a word or two for the room, and why.
struct Verdict {
  var word: String
  var why: String
  var style: Style

  init(_ word: String, _ why: String, _ style: Style) {
    (self.word, self.why, self.style) = (word, why, style)
  }
}

/// A row: how it is meant, and what it says, the longest way first.
struct Promise {
  var glyph: Character
  var style: Style
  var label: String
  var texts: [String]
}

/// What clients can rely on: a verdict, then the same rows in the same places, then what is wrong.
extension Pen {
  func promises(_ verdict: Verdict, _ rows: [Promise], _ rect: Rect, on canvas: inout Canvas) {
    guard rect.height > 1 else { return }
    rule(
      Rect(x: rect.x, y: rect.y, width: rect.width, height: 1), "what clients can rely on",
      on: &canvas)
    var y = rect.y + 1
    let used = canvas.put(
      " \(verdict.word) ", at: Point(x: rect.x + 1, y: y), style: verdict.style,
      limit: rect.width - 1)
    put(
      verdict.why, at: Point(x: rect.x + used + 2, y: y),
      style: verdict.style.background == nil ? .bold : .normal, limit: rect.width - used - 3,
      on: &canvas)
    y += 1
    for promise in rows where y < rect.bottom {
      let room = rect.width - 11
      canvas[rect.x + 1, y] = Cell(promise.glyph, promise.style)
      canvas.put(promise.label, at: Point(x: rect.x + 3, y: y), style: .dim)
      let text = promise.texts.first { Legible.width($0) <= room } ?? promise.texts.last ?? ""
      put(
        text, at: Point(x: rect.x + 10, y: y), style: promise.style.tint == .loud ? .loud : .normal,
        limit: room, on: &canvas)
      y += 1
    }
  }

  func good(_ label: String, _ texts: String...) -> Promise {
    Promise(glyph: glyphs.check, style: Style(.green, bold: true), label: label, texts: texts)
  }

  func fair(_ label: String, _ texts: String...) -> Promise {
    Promise(glyph: "~", style: Style(.yellow, bold: true), label: label, texts: texts)
  }

  func bad(_ label: String, _ texts: String...) -> Promise {
    Promise(glyph: glyphs.cross, style: Style(.vermilion, bold: true), label: label, texts: texts)
  }

  func names(_ ids: [NodeID]) -> String {
    let shown = ids.prefix(5).map(\.description).joined(separator: " ")
    return ids.count > 5 ? "\(shown) +\(ids.count - 5)" : shown
  }
}
