import Canvas
import Operations
import Positions

/// The ring cut open: whose each arc is, by the last digit of its number.
extension Pen {
  func ringStrip(_ model: LeaderlessSnapshot, _ rect: Rect, on canvas: inout Canvas) {
    guard !model.arcs.isEmpty, rect.width > 40 else { return }
    let name = "ring "
    canvas.put(name, at: Point(x: rect.x + 1, y: rect.y), style: .dim)
    let replicas = snapshot.knobs.leaderless.replicationFactor
    let next = replicas - 1
    let captions = [
      " each place's keys stand on its node and on the \(next) that follow\(next == 1 ? "s" : "")",
      " +\(next) next: \(replicas) replicas", "",
    ]
    let room = rect.width - name.count - 3
    let caption = captions.first { $0.count + min(model.arcs.count, 64) <= room } ?? ""
    let columns = min(model.arcs.count, room - caption.count)
    let holders = Set(
      (model.versions.watched?.holders ?? []).filter { $0.hintFor == nil }.map(\.node))
    let up = Set(snapshot.nodes.filter(\.state.isUp).map(\.id))
    let tints: [Tint] = [.blue, .orange, .green, .purple, .yellow]
    let x = rect.x + 1 + name.count
    for column in 0..<columns {
      let owner = model.arcs[column * model.arcs.count / columns]
      var cell = Cell(
        Character(String(owner.number % 10)), Style(tints[(Int(owner.number) - 1) % tints.count]))
      if !up.contains(owner) { cell = Cell(glyphs.cross, Style(.vermilion, bold: true)) }
      // The nodes of the key that is looked at stand out.
      if holders.contains(owner) { cell.style = cell.style.reversed }
      canvas[x + column, rect.y] = cell
    }
    canvas.put(caption, at: Point(x: x + columns, y: rect.y), style: .dim)
  }
}
