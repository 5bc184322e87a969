import Canvas
import Operations
import Positions

/// The last minutes: how many writes, who led, what happened.
extension Pen {
  private static let labels = 12

  func timeline(_ rect: Rect, on canvas: inout Canvas) {
    guard rect.height > 5, rect.width > 40 else { return }
    let room = rect.width - Self.labels - 2
    let samples = Array(snapshot.timeline.suffix(room))
    rule(
      Rect(x: rect.x, y: rect.y, width: rect.width, height: 1), "timeline  1 col = 1 s",
      right:
        "\(glyphs.arrowDown) you or a fault  \(electedWord)\(glyphs.warning) found",
      on: &canvas)
    let start = rect.x + Self.labels + room - samples.count
    let hasLeader = snapshot.replication == .singleLeader
    let barRows = rect.height - (hasLeader ? 4 : 3)
    // Where there is room, latency stands below the writes.
    let latencyRows = barRows >= 9 ? barRows / 3 : 0
    let upper = Rect(
      x: start, y: rect.y + 1, width: samples.count, height: barRows - latencyRows)
    bars(samples.map(\.writesPerSecond), upper, Style(.green), on: &canvas) {
      "\(Short.count($0))/s"
    }
    if latencyRows > 0 {
      let lower = Rect(x: start, y: upper.bottom, width: samples.count, height: latencyRows)
      bars(samples.map { $0.p99 ?? 0 }, lower, Style(.yellow), on: &canvas) {
        "p99 \(Short.milliseconds($0))"
      }
    }
    // Where nobody leads, that row is the bars'.
    let y = rect.y + barRows + (hasLeader ? 1 : 0)
    if hasLeader {
      canvas.put("leader", endingAt: rect.x + Self.labels - 1, y: y, style: .dim)
    }
    canvas.put("events", endingAt: rect.x + Self.labels - 1, y: y + 1, style: .dim)
    for (column, sample) in samples.enumerated() {
      if hasLeader {
        let (glyph, style) = reign(sample)
        canvas[start + column, y] = Cell(glyph, style)
      }
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

  /// The mark of elections, where there are any.
  var electedWord: String {
    snapshot.replication == .singleLeader ? "\(glyphs.leader) elected  " : ""
  }

  /// Values as bars of eighths of a row, the greatest of them named.
  private func bars(
    _ values: [Double], _ rect: Rect, _ style: Style, on canvas: inout Canvas,
    _ name: (Double) -> String
  ) {
    let most = values.max() ?? 0
    canvas.put(name(most), endingAt: Self.labels - 1, y: rect.y, style: .dim)
    guard most > 0 else { return }
    let steps = glyphs.levels.count
    for (column, value) in values.enumerated() {
      let height = Int((value / most * Double(rect.height * steps)).rounded(.up))
      for row in 0..<rect.height {
        let level = min(steps, height - row * steps)
        guard level > 0 else { break }
        canvas[rect.x + column, rect.bottom - 1 - row] = Cell(glyphs.levels[level - 1], style)
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
