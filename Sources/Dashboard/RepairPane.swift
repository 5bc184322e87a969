import Canvas
import Operations
import Positions

/// What brings replicas together again: hints, read repair, Merkle trees.
extension Pen {
  func repairs(_ rect: Rect, on canvas: inout Canvas) {
    guard rect.height > 1, case .leaderless(let model) = snapshot.model else { return }
    let versions = model.versions
    rule(
      Rect(x: rect.x, y: rect.y, width: rect.width, height: 1), "how far replicas differ",
      right: snapshot.knobs.leaderless.antiEntropy.map { "Merkle every \(Short.duration($0))" }
        ?? "no anti-entropy", on: &canvas)
    let share = versions.keys > 0 ? Double(versions.divergentKeys) / Double(versions.keys) : 0
    func grouped(_ value: Int) -> String { Short.grouped(value) }
    let isOff = versions.divergentKeys > 0
    let verb = versions.divergentKeys == 1 ? "differs" : "differ"
    let keys = Short.counted(versions.divergentKeys, "key")
    let (count, all) = (grouped(versions.divergentKeys), grouped(versions.keys))
    let ago = versions.countedAgo
    var lines: [([String], Style)] = [
      (
        [
          "\(count) of \(all) keys \(verb) (\(Self.percent(share)))\(ago)",
          "\(count) of \(all) \(verb)\(ago)", "\(keys) \(verb)\(ago)", "\(keys) \(verb)",
        ], isOff ? Style(.yellow, bold: true) : Style(.green)
      )
    ]
    let knobs = snapshot.knobs.leaderless
    lines += model.repairRows(knobs, most: rect.height - 2).map { ($0.texts, $0.style) }
    if rect.height > 5 {
      let measured = model.measuredStaleness.map { Self.percent($0) } ?? "not measured"
      let predicted = model.predictedStaleness.map { Self.percent($0) } ?? "unknown yet"
      lines.append(
        (["stale    \(measured) of reads so far; predicted \(predicted)"], .normal))
      if knobs.antiEntropy != nil || model.exchanges > 0 {
        let exchanges = Short.counted(model.exchanges, "exchange")
        lines.append((["cost     \(Short.bytes(model.antiEntropyBytes)) in \(exchanges)"], .dim))
      }
    }
    for (row, line) in lines.prefix(rect.height - 1).enumerated() {
      let text = line.0.first { Legible.width($0) <= rect.width - 2 } ?? line.0.last ?? ""
      put(
        text, at: Point(x: rect.x + 1, y: rect.y + 1 + row), style: line.1, limit: rect.width - 2,
        on: &canvas)
    }
    // The share as a bar, where there is room for it below.
    let y = rect.y + 1 + lines.count
    guard y < rect.bottom, versions.keys > 0 else { return }
    let columns = min(rect.width - 2, 60)
    // One that differs is seen, and so is one that does not.
    let most = share < 1 ? columns - 1 : columns
    let odd = isOff ? max(1, min(most, Int((share * Double(columns)).rounded()))) : 0
    for x in 0..<columns {
      canvas[rect.x + 1 + x, y] =
        x < odd
        ? Cell(glyphs.sent, Style(.yellow, bold: true)) : Cell(glyphs.applied, Style(.green))
    }
  }
}
