import Canvas
import Operations
import Positions

/// The last minutes: how many writes, who led, what happened.
extension Pen {
  private static let labels = 9

  func timeline(_ rect: Rect, on canvas: inout Canvas) {
    guard rect.height > 5, rect.width > 40 else { return }
    let room = rect.width - Self.labels - 2
    let samples = Array(snapshot.timeline.suffix(room))
    rule(
      Rect(x: rect.x, y: rect.y, width: rect.width, height: 1), "timeline  1 col = 1 s",
      right:
        "\(glyphs.arrowDown) you or a fault  \(glyphs.leader) elected  \(glyphs.warning) found",
      on: &canvas)
    let start = rect.x + Self.labels + room - samples.count
    let barRows = rect.height - 4
    bars(samples, Rect(x: start, y: rect.y + 1, width: samples.count, height: barRows), on: &canvas)
    let y = rect.y + 1 + barRows
    canvas.put("leader", endingAt: rect.x + Self.labels - 1, y: y, style: .dim)
    canvas.put("events", endingAt: rect.x + Self.labels - 1, y: y + 1, style: .dim)
    for (column, sample) in samples.enumerated() {
      let (glyph, style) = reign(sample)
      canvas[start + column, y] = Cell(glyph, style)
      if let (glyph, style) = happening(sample) {
        canvas[start + column, y + 1] = Cell(glyph, style)
      }
    }
    for back in stride(from: 0, to: room, by: 30) {
      let text = back == 0 ? "now" : "-\(Short.duration(.seconds(back)))"
      let end = rect.x + Self.labels + room - back
      guard end - text.count > rect.x + Self.labels else { continue }
      canvas.put(text, endingAt: end, y: y + 2, style: .dim)
    }
  }

  /// Writes a second as bars of eighths of a row.
  private func bars(_ samples: [TimelineSample], _ rect: Rect, on canvas: inout Canvas) {
    let most = max(1, samples.map(\.writesPerSecond).max() ?? 1)
    canvas.put(
      "\(Short.count(most))/s", endingAt: Self.labels - 1, y: rect.y, style: .dim)
    if rect.height > 1 {
      canvas.put("0", endingAt: Self.labels - 1, y: rect.bottom - 1, style: .dim)
    }
    let steps = glyphs.levels.count
    for (column, sample) in samples.enumerated() {
      let height = Int(
        (sample.writesPerSecond / most * Double(rect.height * steps)).rounded(.up))
      for row in 0..<rect.height {
        let level = min(steps, height - row * steps)
        guard level > 0 else { break }
        canvas[rect.x + column, rect.bottom - 1 - row] = Cell(
          glyphs.levels[level - 1], Style(.green))
      }
    }
  }

  /// Who led: the node's last digit, or what was wrong.
  private func reign(_ sample: TimelineSample) -> (Character, Style) {
    if sample.leaders > 1 { return (glyphs.warning, .loud) }
    guard let leader = sample.leader else {
      return (glyphs.cross, Style(.vermilion, bold: true))
    }
    let tints: [Tint] = [.blue, .orange, .green, .purple, .yellow]
    let digit = Character(String(leader.number % 10))
    return (digit, Style(tints[(Int(leader.number) - 1) % tints.count]))
  }

  private func happening(_ sample: TimelineSample) -> (Character, Style)? {
    if sample.hasElection { return (glyphs.leader, Style(.orange, bold: true)) }
    if sample.hasFinding { return (glyphs.warning, Style(.yellow, bold: true)) }
    return sample.hasFault ? (glyphs.arrowDown, Style(.purple, bold: true)) : nil
  }
}
