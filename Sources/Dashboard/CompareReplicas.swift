import Canvas
import Operations
import Positions

/// The replicas of two endings: how far each has applied; where there is room, their lanes and what
/// happened since the fork.
extension Pen {
  /// A row a node, those in trouble in either ending first when not all have room.
  func replicas(
    _ other: ClusterSnapshot, _ left: Rect, _ right: Rect, _ rect: Rect, _ isWide: Bool,
    _ y: inout Int, _ canvas: inout Canvas
  ) {
    let here = Dictionary(uniqueKeysWithValues: snapshot.nodes.map { ($0.id, $0) })
    let there = Dictionary(uniqueKeysWithValues: other.nodes.map { ($0.id, $0) })
    let isLed = snapshot.replication == .singleLeader
    let all = Set(here.keys).union(there.keys).sorted()
    let room = min(rect.height, isWide ? 9 : rect.height)
    var shown = all
    if all.count > room {
      func trouble(_ id: NodeID) -> Int {
        max(here[id]?.trouble ?? 0, there[id]?.trouble ?? 0, id == view.selected ? 8 : 0)
      }
      let ranked = all.sorted { (trouble($1), $0) < (trouble($0), $1) }
      shown = ranked.prefix(max(0, room - 1)).sorted()
    }
    for id in shown {
      let isSelected = id == view.selected
      put(
        "\(isSelected ? String(glyphs.selection) : " ")\(id)\(isLed ? " applied" : "")",
        at: Point(x: rect.x, y: y), style: isSelected ? Style(.yellow, bold: true) : .dim,
        limit: 12, on: &canvas)
      for (side, node) in [(left, here[id]), (right, there[id])] {
        guard let node else {
          canvas.put("removed", at: Point(x: side.x + 1, y: y), style: .dim)
          continue
        }
        let (word, style) = Self.standing(node, glyphs)
        let ending = side == left ? snapshot : other
        let used = put(
          isLed ? node.applied.description : standing(of: node, in: ending),
          at: Point(x: side.x + 1, y: y), limit: max(12, side.width - 12), on: &canvas)
        put(
          word, at: Point(x: side.x + used + 3, y: y), style: style, limit: side.width - used - 3,
          on: &canvas)
      }
      y += 1
    }
    if shown.count < all.count, y < rect.bottom {
      canvas.put("+\(all.count - shown.count) more", at: Point(x: rect.x + 1, y: y), style: .dim)
      y += 1
    }
  }

  /// The lanes of both endings, and below them what happened in each since the fork.
  func bothInFull(_ other: ClusterSnapshot, _ rect: Rect, _ canvas: inout Canvas) {
    let count = max(1, snapshot.nodes.count, other.nodes.count)
    let eventRows = min(12, max(0, rect.height - count - 2))
    let height = max(1, min(4, (rect.height - 2 - min(eventRows, 5)) / count))
    let rows = min(rect.height, count * height + 2)
    let (upper, lower) = rect.splitTop(rows)
    // The writes of both, where that leaves the events enough.
    let (times, lists) = lower.splitTop(lower.height >= 14 ? 8 : 0)
    func halves(_ rect: Rect) -> [Rect] {
      let (left, right) = rect.splitLeft(rect.width / 2 - 1)
      return [left, indented(right)]
    }
    for (side, ending) in [snapshot, other].enumerated() {
      let pen = plainPen(ending, rows: lists.height - 1)
      let lanes = halves(upper)[side]
      let size = Size(columns: lanes.width, rows: Layout.minimum.rows)
      pen.lanes(
        Layout(Scene(pen.snapshot), view: pen.view, size: size).withLanes(
          in: lanes, height: height, of: pen.snapshot, pen.view), on: &canvas)
      pen.timeline(halves(times)[side], on: &canvas)
      pen.events(halves(lists)[side], title: "since the fork", on: &canvas)
    }
  }

  private func indented(_ rect: Rect) -> Rect {
    Rect(x: rect.x + 2, y: rect.y, width: rect.width - 2, height: rect.height)
  }

  /// A pen for one of the endings, with the events since the fork only.
  private func plainPen(_ ending: ClusterSnapshot, rows: Int) -> Pen {
    var ending = ending
    let fork = snapshot.history?.forkedAt ?? .start
    ending.events = Self.weightiest(ending.events.filter { $0.at >= fork }, rows)
    ending.history = nil
    ending.inFlight = []
    var view = view
    view.axis = nil
    view.filter = ""
    view.eventsBack = 0
    view.isFullScreen = false
    return Pen(snapshot: ending, view: view, glyphs: glyphs)
  }

  /// As many events as have rows, in order: what was lost and done stays longest, then the newest.
  static func weightiest(_ events: [Event], _ rows: Int) -> [Event] {
    func weight(_ kind: Event.Kind) -> Int {
      switch kind {
      case .violation, .finding, .command, .fault: 2
      case .election: 1
      case .log, .clients, .note: 0
      }
    }
    let lines = EventList(events).lines
    let kept = lines.indices.sorted {
      (weight(lines[$0].event.kind), $0) > (weight(lines[$1].event.kind), $1)
    }.prefix(max(0, rows)).sorted()
    return kept.flatMap { Array(repeating: lines[$0].event, count: lines[$0].times) }
  }
}
