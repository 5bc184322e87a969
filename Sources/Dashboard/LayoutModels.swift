import Canvas
import Operations
import Positions

/// Where the panes stand in the models in which several nodes take writes of a key.
extension Layout {
  /// Rows of the panes at a height of the screen.
  private struct Shares {
    var laneHeight: Int
    var middle: Int
    var data: Int
    var timeline: Int
    var events: Int

    init(_ size: Size, nodes: Int) {
      if size.rows >= 50 {
        (laneHeight, middle, data) = (4, 12, 12)
        (timeline, events) = (size.columns >= 100 ? 9 : 0, 8)
      } else if size.rows >= 34 {
        (laneHeight, middle, data) = (3, 1 + max(8, min(nodes, 8) + 2), 8)
        (timeline, events) = (0, 5)
      } else if size.rows < 20 {
        (laneHeight, middle, data) = (1, 5, 3)
        (timeline, events) = (0, 0)
      } else {
        (laneHeight, middle, data) = (1, 7, 5)
        (timeline, events) = (0, 3)
      }
    }

    /// Takes from events and conflicts what the lanes of a few nodes lack.
    mutating func makeRoom(_ rows: Int) {
      let taken = max(0, min(rows, events - 2))
      events -= taken
      data -= max(0, min(rows - taken, data - 4))
    }

    /// Leaves the lanes what they need where a narration takes from the rest.
    mutating func makeWay(_ free: Int) {
      timeline = 0
      if laneHeight > 1 {
        events = 3
        let short = max(0, middle + data + events - free)
        data -= min(short, data - 5)
        middle -= min(max(0, middle + data + events - free), middle - 7)
        return
      }
      middle = min(6, free)
      if middle < 4 { middle = 0 }
      data = min(data, free - middle)
      if data == 1 { (middle, data) = middle > 0 ? (middle + 1, 0) : (0, 1) }
      events = free - middle - data
    }
  }

  mutating func placeShared(
    _ scene: Scene, _ stage: Rect, _ body: Rect, _ size: Size, _ view: ViewState
  ) {
    let snapshot = scene.snapshot
    let count = max(1, snapshot.nodes.count)
    let fixed = 2 + ringRows
    var shares = Shares(size, nodes: snapshot.nodes.count)
    shares.events = max(min(3, shares.events), shares.events - max(0, scrubber.height - 1))
    if scene.narration != nil {
      shares.makeWay(max(0, stage.height - min(count, Self.lanesKept) - fixed))
    }
    let sum = shares.middle + shares.data + shares.timeline + shares.events
    if shares.laneHeight == 1, scene.narration == nil {
      shares.makeRoom(min(count, 6) - (stage.height - sum - fixed))
    }
    let taken = shares.middle + shares.data + shares.timeline + shares.events
    let free = max(1, stage.height - taken - fixed)
    laneHeight = max(1, min(shares.laneHeight, free / count))
    let laneRows = max(1, min(count * laneHeight, free))
    let (lanesRect, below) = body.splitTop(laneRows + fixed)
    lanes = lanesRect
    let (middle, lower) = below.splitTop(shares.middle)
    if middle.height > 0 { placeMiddle(middle, nodes: snapshot.nodes.count) }
    if guarantees.width < 44, guarantees.width + clients.width >= 44 {
      // What clients can rely on says more than what they do.
      guarantees.width += clients.width
      clients.width = 0
    }
    let (data, rest) = lower.splitTop(shares.data)
    placeData(data, snapshot)
    (timeline, events) = rest.splitTop(shares.timeline)
    placeFlights(snapshot.inFlight.count, hasArrived: !view.arrived.isEmpty)
    choose(snapshot.nodes, rows: laneRows / laneHeight, view.selected, snapshot)
  }

  /// The ring has a row of its own where a key does not stand on every node.
  static func ringRows(_ snapshot: ClusterSnapshot) -> Int {
    guard case .leaderless(let model) = snapshot.model, !model.arcs.isEmpty else { return 0 }
    return snapshot.nodes.count > snapshot.knobs.leaderless.replicationFactor ? 1 : 0
  }

  /// Conflicts, and beside or below them what else there is to know of keys.
  mutating func placeData(_ rect: Rect, _ snapshot: ClusterSnapshot) {
    guard let versions = snapshot.model.versions else { return }
    if case .leaderless = snapshot.model {
      if rect.height >= 14, rect.width < 110 {
        // Alone on a small screen.
        (repairs, conflicts) = rect.splitTop(9)
        return
      }
      let half = rect.width >= 110 ? rect.width / 2 : rect.width * 45 / 100
      (repairs, conflicts) = rect.splitLeft(half)
    } else if rect.width >= 110 {
      (conflicts, watched) = rect.splitLeft(rect.width * 66 / 100)
      return
    } else if rect.height >= 14 {
      // Alone on a small screen: what is looked at stands below.
      (conflicts, watched) = rect.splitTop(rect.height - min(9, snapshot.nodes.count + 4))
      return
    } else {
      conflicts = rect
    }
    let lines = min(2, versions.siblingKeys.count, max(0, conflicts.height - 2))
    (conflicts, siblings) = conflicts.splitBottom(lines)
    guard case .multiLeader = snapshot.model, versions.watched != nil, conflicts.height > 2 else {
      return
    }
    (conflicts, watchedLine) = conflicts.splitBottom(1)
  }
}
