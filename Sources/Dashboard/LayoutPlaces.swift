import Canvas
import Positions

/// What is at a place of the screen, for the mouse.
extension Layout {
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
    if clients.contains(point) || latency.contains(point) || timeline.contains(point) {
      return .clients
    }
    let data = [conflicts, siblings, watchedLine, watched, repairs]
    if data.contains(where: { $0.contains(point) }) { return .conflicts }
    if events.contains(point) || flights.contains(point) { return .events }
    if narration.contains(point) { return .narration }
    return nil
  }
}
