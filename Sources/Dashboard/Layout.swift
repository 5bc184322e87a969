import Canvas
import Operations
import Positions

/// Where the panes stand on a screen of some size.
struct Layout {
  /// The least screen that the dashboard is drawn on.
  static let minimum = Size(columns: 60, rows: 16)

  var title = Rect(x: 0, y: 0, width: 0, height: 0)
  /// With its rule.
  var lanes = Rect(x: 0, y: 0, width: 0, height: 0)
  var links = Rect(x: 0, y: 0, width: 0, height: 0)
  var guarantees = Rect(x: 0, y: 0, width: 0, height: 0)
  var clients = Rect(x: 0, y: 0, width: 0, height: 0)
  var latency = Rect(x: 0, y: 0, width: 0, height: 0)
  var events = Rect(x: 0, y: 0, width: 0, height: 0)
  var footer = Rect(x: 0, y: 0, width: 0, height: 0)
  /// Rows of one lane.
  var laneHeight = 1
  /// The nodes whose lanes are shown, in order.
  var shown: [NodeID] = []
  /// Whether the legend has a row.
  var hasLegend = true

  init(snapshot: ClusterSnapshot, view: ViewState, size: Size) {
    let whole = Rect(size)
    let (top, rest) = whole.splitTop(1)
    let (body, bottom) = rest.splitBottom(1)
    title = top
    footer = bottom
    let nodes = snapshot.nodes.map(\.id)
    if view.isFullScreen {
      place(view.pane, alone: body, nodes, selected: view.selected)
      return
    }
    let count = max(1, nodes.count)
    // The middle: a header row, a row a node, and at least what the guarantees need.
    let middleRows = 1 + max(6, min(count, size.rows / 3) + 1)
    let eventsLeast = max(3, size.rows / 6)
    let forLanes = max(3, body.height - middleRows - eventsLeast)
    laneHeight = 1
    for height in [2, 3]
    where count * height + 2 <= forLanes * (height == 2 ? 100 : 70) / 100
      && size.rows >= (height == 2 ? 34 : 50)
    {
      laneHeight = height
    }
    let laneRows = min(count * laneHeight, forLanes - 2)
    let (lanesRect, below) = body.splitTop(laneRows + 2)
    lanes = lanesRect
    let (middle, eventsRect) = below.splitTop(min(middleRows, below.height))
    events = eventsRect
    placeMiddle(middle, nodes: count)
    choose(nodes, rows: laneRows / laneHeight, selected: view.selected)
  }

  private mutating func placeMiddle(_ middle: Rect, nodes: Int) {
    let matrixWidth = min(5 + 5 * min(nodes, 9) + 2, middle.width / 2)
    let linksWidth = max(
      min(34, middle.width * 42 / 100), min(matrixWidth, middle.width * 45 / 100))
    let (left, right) = middle.splitLeft(linksWidth)
    links = left
    if middle.width >= 170 {
      let (a, b) = right.splitLeft(right.width * 34 / 100)
      let (c, d) = b.splitLeft(b.width / 2)
      (guarantees, clients, latency) = (a, c, d)
    } else if middle.width >= 110 {
      let (a, b) = right.splitLeft(right.width * 52 / 100)
      (guarantees, clients) = (a, b)
    } else {
      guarantees = right
    }
  }

  private mutating func place(
    _ pane: Pane, alone body: Rect, _ nodes: [NodeID], selected: NodeID?
  ) {
    switch pane {
    case .lanes:
      lanes = body
      laneHeight = max(1, min(4, (body.height - 2) / max(1, nodes.count)))
      choose(nodes, rows: (body.height - 2) / laneHeight, selected: selected)
    case .links: links = body
    case .clients:
      let (left, right) = body.splitLeft(body.width / 2)
      (clients, latency) = (left, right)
    case .events: events = body
    }
  }

  /// The nodes whose lanes fit, around the selected one.
  private mutating func choose(_ nodes: [NodeID], rows: Int, selected: NodeID?) {
    guard rows < nodes.count, rows > 0 else {
      shown = nodes
      return
    }
    let position = selected.flatMap { nodes.firstIndex(of: $0) } ?? 0
    let start = max(0, min(position - rows / 2, nodes.count - rows))
    shown = Array(nodes[start..<start + rows])
  }

  /// The node whose lane is at a place.
  func node(at point: Point) -> NodeID? {
    guard lanes.contains(point), point.y > lanes.y else { return nil }
    let row = (point.y - lanes.y - 1) / laneHeight
    return row < shown.count ? shown[row] : nil
  }

  /// The pane at a place.
  func pane(at point: Point) -> Pane? {
    if lanes.contains(point) { return .lanes }
    if links.contains(point) || guarantees.contains(point) { return .links }
    if clients.contains(point) || latency.contains(point) { return .clients }
    if events.contains(point) { return .events }
    return nil
  }
}
