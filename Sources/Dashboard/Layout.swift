import Canvas
import Operations
import Positions

/// Where the panes stand on a screen of some size.
struct Layout {
  /// The least screen that the dashboard is drawn on.
  static let minimum = Size(columns: 60, rows: 16)
  /// From this many nodes on, a cell a node says more than a matrix of links.
  static let gridFrom = 13

  /// So many lanes are seen whatever is told.
  static let lanesKept = 5

  /// What a height of the screen leaves room for.
  private struct Tier {
    var laneHeight: Int
    var middle: Int
    var timeline: Int
    var events: Int

    init(rows: Int, columns: Int, nodes: Int) {
      if rows >= 50 {
        self.init(laneHeight: 5, middle: 13, timeline: columns >= 100 ? 12 : 0, events: 11)
      } else if rows >= 34 {
        let middle = 1 + max(8, min(nodes, 8) + 2)
        self.init(laneHeight: 3, middle: middle, timeline: columns >= 100 ? 8 : 0, events: 9)
      } else {
        self.init(laneHeight: 1, middle: 1 + max(6, min(nodes, 6) + 1), timeline: 0, events: 4)
      }
    }

    /// Leaves the lanes what they need where a narration takes from the rest: first from the events,
    /// then from the links.
    mutating func makeWay(rows: Int, lanes count: Int) {
      if laneHeight > 1 {
        timeline = laneHeight > 3 ? min(timeline, 10) : 0
        events = 3
        return
      }
      let free = max(0, rows - min(count, Layout.lanesKept) - 2)
      middle = min(middle, free)
      // A title without anything below it says nothing.
      if middle < 4 { middle = 0 }
      events = free - middle
      if events == 1 { (middle, events) = middle > 0 ? (middle + 1, 0) : (0, 1) }
    }

    private init(laneHeight: Int, middle: Int, timeline: Int, events: Int) {
      self.laneHeight = laneHeight
      self.middle = middle
      self.timeline = timeline
      self.events = events
    }
  }

  var title = Rect(x: 0, y: 0, width: 0, height: 0)
  /// Where a run that can go back stands in its history; empty for one that can't.
  var scrubber = Rect(x: 0, y: 1, width: 0, height: 0)
  /// With its rule.
  var lanes = Rect(x: 0, y: 0, width: 0, height: 0)
  var links = Rect(x: 0, y: 0, width: 0, height: 0)
  var guarantees = Rect(x: 0, y: 0, width: 0, height: 0)
  var clients = Rect(x: 0, y: 0, width: 0, height: 0)
  var latency = Rect(x: 0, y: 0, width: 0, height: 0)
  var timeline = Rect(x: 0, y: 0, width: 0, height: 0)
  var events = Rect(x: 0, y: 0, width: 0, height: 0)
  /// Messages under way; empty while none are known.
  var flights = Rect(x: 0, y: 0, width: 0, height: 0)
  /// Conflicts between writes; empty where one node alone takes them.
  var conflicts = Rect(x: 0, y: 0, width: 0, height: 0)
  /// Keys that wait for a choice, a line each, below the conflicts.
  var siblings = Rect(x: 0, y: 0, width: 0, height: 0)
  /// The key that is looked at, in one line, where it has no pane.
  var watchedLine = Rect(x: 0, y: 0, width: 0, height: 0)
  /// The key that is looked at, a line a node.
  var watched = Rect(x: 0, y: 0, width: 0, height: 0)
  /// What brings replicas together again.
  var repairs = Rect(x: 0, y: 0, width: 0, height: 0)
  /// What an audience is told, above the footer; empty while no script is played.
  var narration = Rect(x: 0, y: 0, width: 0, height: 0)
  /// What stands instead of the panes where a page is open.
  var page = Rect(x: 0, y: 0, width: 0, height: 0)
  /// What is said about the last key, above the footer or above the narration.
  var message = Rect(x: 0, y: 0, width: 0, height: 0)
  var footer = Rect(x: 0, y: 0, width: 0, height: 0)
  /// Rows of the ring below the lanes.
  var ringRows = 0
  /// Rows of one lane.
  var laneHeight = 1
  /// The nodes whose lanes are shown, in order.
  var shown: [NodeID] = []
  /// Columns before the lanes' axis.
  var labelWidth = 17
  /// Columns behind it.
  var tailWidth = 13

  /// Columns of the lanes' axis.
  var axisColumns: Int { max(8, lanes.width - labelWidth - tailWidth) }

  init(_ scene: Scene, view: ViewState, size: Size) {
    let snapshot = scene.snapshot
    let whole = Rect(size)
    let (top, rest) = whole.splitTop(1)
    let (middleRows, bottom) = rest.splitBottom(1)
    let (time, inner) = middleRows.splitTop(
      snapshot.history == nil || scene.narration?.lesson?.hasCluster == false
        ? 0 : Track.rows(on: size.rows))
    (title, footer, scrubber) = (top, bottom, time)
    let nodes = snapshot.nodes.map(\.id)
    labelWidth = nodes.contains { $0.number >= 10 } ? 18 : 17
    tailWidth = size.columns >= 190 ? 66 : size.columns >= 110 ? 39 : size.columns >= 76 ? 13 : 8
    let count = max(1, nodes.count)
    let (stage, body) = place(scene.narration, in: inner, of: size, lanes: count, view)
    page = body
    ringRows = Self.ringRows(snapshot)
    if view.isFullScreen {
      place(view.pane, alone: body, snapshot, view)
      return
    }
    guard snapshot.replication == .singleLeader else {
      placeShared(scene, stage, body, size, view)
      return
    }
    var tier = Tier(rows: size.rows, columns: size.columns, nodes: nodes.count)
    // The scrubber takes from the events what it can.
    tier.events = max(4, tier.events - max(0, time.height - 1))
    if scene.narration != nil { tier.makeWay(rows: stage.height, lanes: count) }
    // Messages take from the events, not from the lanes.
    let free = stage.height - tier.middle - tier.timeline - tier.events
    laneHeight = max(1, min(tier.laneHeight, (free - 2) / count))
    let laneRows = max(1, min(count * laneHeight, free - 2))
    let (lanesRect, below) = body.splitTop(laneRows + 2)
    lanes = lanesRect
    let (middle, lower) = below.splitTop(min(tier.middle, below.height))
    if middle.height > 0 { placeMiddle(middle, nodes: nodes.count) }
    let eventRows = tier.timeline == 0 ? lower.height : min(lower.height, tier.events)
    let (timelineRect, eventsRect) = lower.splitTop(lower.height - eventRows)
    timeline = timelineRect
    events = eventsRect
    placeFlights(snapshot.inFlight.count, hasArrived: !view.arrived.isEmpty)
    choose(snapshot.nodes, rows: laneRows / laneHeight, view.selected, snapshot)
  }

  mutating func placeMiddle(_ middle: Rect, nodes: Int) {
    if nodes <= 1, middle.width < 110 {
      // One node has no links to show.
      (guarantees, clients) = middle.splitLeft(middle.width - 30)
      return
    }
    let matrix = nodes >= Self.gridFrom ? 29 : 6 + 5 * nodes
    let (left, right) = middle.splitLeft(
      max(20, min(matrix + 1, middle.width * 45 / 100)))
    links = left
    if middle.width >= 170 {
      let (a, b) = right.splitLeft(min(70, right.width * 38 / 100))
      let (c, d) = b.splitLeft(min(44, b.width / 2))
      (guarantees, clients, latency) = (a, c, d)
    } else if middle.width >= 110 {
      let (a, b) = right.splitLeft(min(60, right.width - 36))
      (guarantees, clients) = (a, b)
    } else {
      guarantees = right
    }
  }

  /// The same with lanes alone, in a place of their own.
  func withLanes(
    in rect: Rect, height: Int, of snapshot: ClusterSnapshot, _ view: ViewState
  ) -> Layout {
    var layout = self
    layout.lanes = rect
    layout.laneHeight = height
    layout.tailWidth = rect.width >= 90 ? 39 : rect.width >= 54 ? 13 : 8
    layout.choose(snapshot.nodes, rows: (rect.height - 2) / height, view.selected, snapshot)
    return layout
  }

  /// Messages under way take from the events: the right half, or the upper rows.
  mutating func placeFlights(_ count: Int, hasArrived: Bool) {
    guard count > 0 || hasArrived, narration.isEmpty || events.height > 3 else { return }
    if events.width >= 110 {
      (events, flights) = events.splitLeft(events.width / 2)
    } else {
      (flights, events) = events.splitTop(min(1 + count, (events.height + 1) / 2))
    }
  }

  private mutating func place(
    _ pane: Pane, alone body: Rect, _ snapshot: ClusterSnapshot, _ view: ViewState
  ) {
    let count = max(1, snapshot.nodes.count)
    switch pane {
    case .lanes:
      lanes = body
      let free = body.height - 2 - ringRows
      laneHeight = max(1, min(4, free / count))
      choose(snapshot.nodes, rows: free / laneHeight, view.selected, snapshot)
    case .links:
      let matrix = max(30, min(8 + 5 * count, body.width - 60))
      let hasFlights = !snapshot.inFlight.isEmpty && body.width >= 100
      (links, flights) = body.splitLeft(hasFlights ? matrix : body.width)
    case .clients:
      let (upper, lower) = body.splitTop(min(body.height, 13))
      (clients, latency) = upper.splitLeft(upper.width / 2)
      timeline = lower
    case .events: events = body
    case .conflicts:
      // Where one node takes all writes there are none.
      if snapshot.model.versions == nil { events = body } else { placeData(body, snapshot) }
    case .narration: break
    }
  }

  /// The nodes whose lanes fit: the leaders, the selected one, then those in the most trouble; in
  /// the order of their numbers, so that a lane moves as little as can be.
  mutating func choose(
    _ nodes: [NodeSnapshot], rows: Int, _ selected: NodeID?, _ snapshot: ClusterSnapshot
  ) {
    guard rows < nodes.count, rows > 0 else {
      shown = nodes.map(\.id)
      return
    }
    let interest = snapshot.interest
    func rank(_ node: NodeSnapshot) -> Int {
      if node.id == selected { return 9 }
      if node.role == .leader, node.state == .running { return 8 }
      return interest[node.id] ?? 0
    }
    let ranked = nodes.sorted { a, b in
      let (left, right) = (rank(a), rank(b))
      if left != right { return left > right }
      // Small differences of lag change from frame to frame.
      let (first, second) = (a.lag.bytes >> 16, b.lag.bytes >> 16)
      return first != second ? first > second : a.id < b.id
    }
    shown = ranked.prefix(rows).map(\.id).sorted()
  }
}
