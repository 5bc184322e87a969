import Canvas
import Operations
import Positions

/// Keys of the pages, and the mouse.
extension ViewState {
  // MARK: Pages

  mutating func helpIntent(
    _ intent: Intent, _ scene: Scene, _ size: Size, _ milliseconds: Int
  ) -> [Action] {
    let rows = Bindings.rows(
      of: home, isPlayed: isPlayed, model: scene.snapshot.replication)
    switch intent {
    case .up: helpRow = max(0, helpRow - 1)
    case .down: helpRow = min(rows.count - 1, helpRow + 1)
    case .first: helpRow = 0
    case .last: helpRow = rows.count - 1
    case .submit:
      mode = home
      guard rows.indices.contains(helpRow), rows[helpRow].intent != .help,
        let key = rows[helpRow].keys.first
      else { return [] }
      return respond(key, scene, size, milliseconds)
    default: mode = home
    }
    return []
  }

  mutating func lostIntent(_ intent: Intent, _ snapshot: ClusterSnapshot) -> [Action] {
    let last = max(0, snapshot.ledger.lostWrites.count + snapshot.losers.count - 1)
    switch intent {
    case .up: lostRow = max(0, lostRow - 1)
    case .down: lostRow = min(last, lostRow + 1)
    case .first: lostRow = 0
    case .last: lostRow = last
    default: mode = home
    }
    return []
  }

  // MARK: The mouse

  mutating func mouse(
    _ event: MouseEvent, _ scene: Scene, _ size: Size, _ milliseconds: Int
  ) -> [Action] {
    if event.action != .release, !isTyping { lastKey = Key.mouse(event).description }
    let layout = Layout(scene, view: self, size: size)
    if layout.scrubber.contains(event.position), !isTyping, mode != .confirm {
      return scrub(event, layout.scrubber, scene.snapshot, milliseconds)
    }
    guard isAtTop else { return [] }
    switch event.action {
    case .press:
      if let node = layout.node(at: event.position) {
        pane = .lanes
        if selected == node { (mode, home) = (.node, .node) } else { selected = node }
      } else if let pane = layout.pane(at: event.position) {
        self.pane = pane
      }
    case .wheelUp:
      if pane == .events || pane == .narration || pane == .conflicts { move(.up, scene, size) }
    case .wheelDown:
      if pane == .events || pane == .narration || pane == .conflicts { move(.down, scene, size) }
    default: break
    }
    return []
  }
}
