import Canvas
import Operations
import Positions

/// Up and down, in whatever has the focus.
extension ViewState {
  mutating func move(_ intent: Intent, _ scene: Scene, _ size: Size) {
    let snapshot = scene.snapshot
    if pane == .narration, isAtTop { return scrollNarration(intent, scene, size) }
    if pane == .events, isAtTop {
      let rows = Layout(scene, view: self, size: size).events.height - 1
      let most = max(0, EventList(snapshot.events, filter: filter).lines.count - rows)
      switch intent {
      case .up: eventsBack = min(eventsBack + 1, most)
      case .down: eventsBack = max(0, min(eventsBack, most) - 1)
      case .first: eventsBack = most
      default: eventsBack = 0
      }
      return
    }
    if pane == .conflicts, isAtTop, let versions = snapshot.model.versions {
      let rows = Layout(scene, view: self, size: size).conflicts.height - 1
      let most = max(0, versions.newest.count - rows)
      switch intent {
      case .up: conflictsBack = max(0, min(conflictsBack, most) - 1)
      case .down: conflictsBack = min(conflictsBack + 1, most)
      case .first: conflictsBack = 0
      default: conflictsBack = most
      }
      return
    }
    let nodes = snapshot.nodes.map(\.id)
    guard !nodes.isEmpty else { return }
    let position = selected.flatMap { nodes.firstIndex(of: $0) }
    switch intent {
    case .up: selected = nodes[max(0, (position ?? nodes.count) - 1)]
    case .down: selected = nodes[min(nodes.count - 1, (position ?? -1) + 1)]
    case .first: selected = nodes.first
    default: selected = nodes.last
    }
  }
}
