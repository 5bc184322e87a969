import Canvas
import Operations
import Positions

/// The page of what a preset's own tools show.
extension Pen {
  func systemPage(_ rect: Rect, on canvas: inout Canvas) {
    let status = SystemStatus(snapshot, asked: view.selected)
    let lines = SystemLines(status, snapshot, width: rect.width).lines
    let rows = rect.height - 1
    let start = min(view.systemRow, max(0, lines.count - rows))
    let more = lines.count - start - rows
    rule(
      Rect(x: rect.x, y: rect.y, width: rect.width, height: 1),
      snapshot.knobs.preset.map { "\($0.profile.title): \(status.title)" } ?? status.title,
      right: more > 0 ? "\(more) more lines   Esc goes back" : "Esc goes back", on: &canvas)
    for (row, line) in lines.dropFirst(start).prefix(rows).enumerated() {
      for part in line {
        put(
          part.text, at: Point(x: rect.x + part.x, y: rect.y + 1 + row),
          style: part.style, limit: min(part.limit, rect.width - part.x - 1), on: &canvas)
      }
    }
  }
}

/// Keys of that page.
extension ViewState {
  mutating func systemIntent(
    _ intent: Intent, _ key: Key, _ scene: Scene, _ size: Size, _ milliseconds: Int
  ) -> [Action] {
    let page = Layout(scene, view: self, size: size).page
    let status = SystemStatus(scene.snapshot, asked: selected)
    let count = SystemLines(status, scene.snapshot, width: page.width).lines.count
    let last = max(0, count - page.height + 1)
    switch intent {
    case .up: systemRow = max(0, min(systemRow, last) - 1)
    case .down: systemRow = min(last, systemRow + 1)
    case .first: systemRow = 0
    case .last: systemRow = last
    case .selectDigit: select(key, scene.snapshot, milliseconds)
    default: mode = home
    }
    return []
  }
}

/// The page as lines, whatever part of them is seen.
struct SystemLines {
  /// A piece of a line.
  struct Part: Equatable {
    var x: Int
    var text: String
    var style: Style
    /// The columns that it may take.
    var limit = Int.max
  }

  private(set) var lines: [[Part]] = []
  private let width: Int

  init(_ status: SystemStatus, _ snapshot: ClusterSnapshot, width: Int) {
    self.width = width
    for table in status.tables { add(table) }
    for note in status.notes { add(text: note, .normal) }
    guard let knobs = SystemStatus.knobs(of: snapshot) else { return }
    lines.append([])
    add(knobs)
    lines.append([Part(x: 1, text: "left out", style: Style(.blue, bold: true))])
    for line in SystemStatus.leftOut(of: snapshot) { add(text: line, .dim) }
  }

  /// Text that goes on in the next line where it is too long.
  private mutating func add(text: String, _ style: Style) {
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, line.count + word.count + 1 > width - 4 {
        lines.append([Part(x: 2, text: line, style: style)])
        line = " "
      }
      line += line.isEmpty ? String(word) : " \(word)"
    }
    lines.append([Part(x: 2, text: line, style: style)])
  }

  private mutating func add(_ table: SystemStatus.Table) {
    lines.append([Part(x: 1, text: table.title, style: Style(.blue, bold: true))])
    guard !table.rows.isEmpty else { return add(text: table.empty, .dim) }
    let shape = TableShape(table, width: width)
    lines += shape.lines
  }
}
