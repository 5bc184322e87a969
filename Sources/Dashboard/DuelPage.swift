import Canvas
import Operations
import Positions

/// Two clusters under one script, side by side: the same panes of each in the same places.
extension Pen {
  func duel(with other: ClusterSnapshot, _ rect: Rect, on canvas: inout Canvas) {
    let column = (rect.width - 1) / 2
    let left = Rect(x: rect.x, y: rect.y, width: column, height: rect.height)
    let right = Rect(
      x: rect.x + column + 1, y: rect.y, width: rect.width - column - 1, height: rect.height)
    let count = max(1, snapshot.nodes.count, other.nodes.count)
    for (side, cluster) in [(left, snapshot), (right, other)] {
      var own = view
      own.axis = nil
      own.isFullScreen = false
      Pen(snapshot: cluster, view: own, glyphs: glyphs).half(side, nodes: count, on: &canvas)
    }
    for y in rect.y..<rect.bottom { canvas[left.right, y] = Cell(glyphs.divider, .dim) }
  }

  /// Who is set against whom, the clock, and the load that both have.
  func duelTitle(with other: ClusterSnapshot, _ rect: Rect, on canvas: inout Canvas) {
    let load = snapshot.clients.load
    let violations = snapshot.ledger.violationCount + other.ledger.violationCount
    let time = clock()
    var parts: [(String, Style)] = [
      ("\(Self.system(snapshot)) versus \(Self.system(other))", .bold), (time.text, time.style),
    ]
    if violations > 0 { parts.append(("\(violations) VIOLATIONS", .loud)) }
    let seed = snapshot.knobs.seed.map { "  seed \($0)" } ?? ""
    parts.append(
      (
        "\(load.workload?.rawValue ?? "") \(load.rate.map { Short.count($0) } ?? "-")/s\(seed)",
        .dim
      ))
    var x = rect.x + 1
    for (text, style) in parts where x < rect.right {
      x +=
        put(text, at: Point(x: x, y: rect.y), style: style, limit: rect.right - x, on: &canvas) + 2
    }
  }

  private static func system(_ snapshot: ClusterSnapshot) -> String {
    snapshot.knobs.preset?.profile.title ?? snapshot.replication.rawValue
  }

  /// Rows of a half, from what must be seen to what may go.
  private struct Rows {
    var lanes = 0
    var laneHeight = 1
    var promises = 0
    var timeline = 0
    var events = 0

    init(_ height: Int, nodes: Int) {
      // Two for the name and the figures.
      var free = max(0, height - 2)
      lanes = min(free, nodes + 2)
      free -= lanes
      promises = free >= 3 ? min(6, max(2, free / 3)) : 0
      free -= promises
      if free >= 18 {
        laneHeight = 2
        lanes += min(nodes, free - 16)
        free -= min(nodes, free - 16)
        timeline = 8
        free -= timeline
      }
      events = free
    }
  }

  /// One of the two: name, figures, replicas, what clients can rely on, events.
  private func half(_ rect: Rect, nodes: Int, on canvas: inout Canvas) {
    let rows = Rows(rect.height, nodes: nodes)
    name(Rect(x: rect.x, y: rect.y, width: rect.width, height: 1), on: &canvas)
    figures(Rect(x: rect.x, y: rect.y + 1, width: rect.width, height: 1), on: &canvas)
    var (_, rest) = rect.splitTop(2)
    func next(_ height: Int) -> Rect {
      let (top, below) = rest.splitTop(height)
      rest = below
      return top
    }
    let lanesRect = next(rows.lanes)
    if lanesRect.height >= 3 {
      let size = Size(columns: lanesRect.width, rows: Layout.minimum.rows)
      let height = rows.lanes >= 2 * nodes + 2 ? rows.laneHeight : 1
      lanes(
        Layout(Scene(snapshot), view: view, size: size).withLanes(
          in: lanesRect, height: height, of: snapshot, view), on: &canvas)
    }
    guarantees(next(rows.promises), on: &canvas)
    timeline(next(rows.timeline), on: &canvas)
    events(rest, on: &canvas)
  }

  /// The system's name on its own colour, and whether its clients are served.
  private func name(_ rect: Rect, on canvas: inout Canvas) {
    let used = canvas.put(
      " \(Self.system(snapshot)) ", at: rect.origin, style: Style(.blue, bold: true).reversed,
      limit: rect.width)
    let (text, style) = service
    put(
      text, at: Point(x: rect.x + used + 1, y: rect.y), style: style, limit: rect.width - used - 1,
      on: &canvas)
  }

  /// Whether clients' writes are answered, and how.
  private var service: (String, Style) {
    let clients = snapshot.clients
    let isAsked = (clients.load.rate ?? 0) > 0
    if model.degraded {
      return ("acks alone: degraded", Style(.yellow, bold: true).reversed)
    }
    if isAsked, clients.writesPerSecond == 0, clients.waiting > 0 {
      return ("no write answered", Style(.vermilion, bold: true).reversed)
    }
    return ("\(Short.count(clients.writesPerSecond)) acks/s", Style(.green, bold: true))
  }

  private func figures(_ rect: Rect, on canvas: inout Canvas) {
    let clients = snapshot.clients
    let (lost, outclocked) = (snapshot.lost, snapshot.outclocked)
    var parts: [(String, Style)] = [
      (
        "wait \(Short.count(Double(clients.waiting)))",
        clients.waiting > 2 * (clients.load.clients ?? 0) ? Style(.yellow, bold: true) : .normal
      ),
      ("lost \(Short.grouped(lost))", lost > 0 ? Style(.vermilion, bold: true) : .normal),
      (
        "stale \(Short.grouped(snapshot.ledger.staleReads))",
        snapshot.ledger.staleReads > 0 ? Style(.yellow) : .normal
      ),
      ("acked \(Short.grouped(snapshot.ledger.acknowledged))", .normal),
    ]
    if outclocked > 0 {
      parts.insert(
        ("losers \(Short.grouped(outclocked))", Style(.vermilion, bold: true)), at: 2)
    }
    var x = rect.x + 1
    for (text, style) in parts where x + text.count <= rect.right {
      x += canvas.put(text, at: Point(x: x, y: rect.y), style: style, limit: rect.right - x) + 2
    }
  }
}
