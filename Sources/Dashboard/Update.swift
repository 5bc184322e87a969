import Canvas
import Operations
import Positions

extension ViewState {
  /// Takes a key, as the cluster stands.
  ///
  /// - Parameters:
  ///   - key: what was typed.
  ///   - scene: what is on the screen.
  ///   - size: the screen's, for the mouse.
  ///   - milliseconds: the frames' clock, for toasts.
  public mutating func handle(
    _ key: Key, _ scene: Scene, size: Size, at milliseconds: Int
  ) -> [Action] {
    settle(scene.narration)
    let before = mode
    let actions = respond(key, scene, size, milliseconds)
    return takingKeys(actions, from: before, milliseconds)
  }

  mutating func respond(
    _ key: Key, _ scene: Scene, _ size: Size, _ milliseconds: Int
  ) -> [Action] {
    let snapshot = scene.snapshot
    guard size.holds(Layout.minimum) else { return onTooSmall(key) }
    if case .mouse(let event) = key { return mouse(event, scene, size, milliseconds) }
    if key.isInput, !isTyping { lastKey = key.description }
    if case .paste(let text) = key { return paste(text, at: milliseconds) }
    guard
      let intent = Bindings.intent(
        of: key, in: mode, isPlayed: isPlayed, isTaught: turn != nil,
        model: snapshot.replication)
    else {
      type(key, snapshot, at: milliseconds)
      return []
    }
    switch intent {
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    default:
      if turn != nil, let actions = lesson(intent, key, scene, size, milliseconds) {
        return actions
      }
      if let cue = cue(intent, milliseconds) { return [.cue(cue)] }
    }
    switch mode {
    case .lab, .demo, .lesson, .question, .node, .compare:
      return lab(intent, key, scene, size, milliseconds)
    case .link(let link): return self.link(link, intent, key, snapshot, milliseconds)
    case .prompt: return promptIntent(intent, snapshot, milliseconds)
    case .filter: return filterIntent(intent)
    case .help: return helpIntent(intent, scene, size, milliseconds)
    case .lost: return lostIntent(intent, snapshot)
    case .siblings: return siblingsIntent(intent, snapshot, milliseconds)
    case .system: return systemIntent(intent, key, scene, size, milliseconds)
    case .confirm: return confirmIntent(intent, milliseconds)
    }
  }

  var isTyping: Bool { mode == .prompt || mode == .filter }

  /// On a screen that shows nothing, nothing may be done but leave it.
  private func onTooSmall(_ key: Key) -> [Action] {
    switch key {
    case .character("q"): [.quit]
    case .control("c"): [.interrupt]
    case .control("z"): [.suspend]
    case .control("l"): [.redraw]
    default: []
    }
  }

  /// A key that the mode's table does not have: text, or nothing, which is said.
  private mutating func type(_ key: Key, _ snapshot: ClusterSnapshot, at milliseconds: Int) {
    switch mode {
    case .prompt: _ = prompt.edit(key)
    case .filter:
      _ = filterLine.edit(key)
      filter = filterLine.string
      eventsBack = 0
    case .confirm: break
    case .link: show(.note("\(key) is no node: 1 to 9, 0 for all, Esc"), at: milliseconds)
    case .lab, .demo, .lesson, .question, .node, .help, .lost, .compare, .siblings, .system:
      let text =
        Bindings.elsewhere(
          key, isPlayed: isPlayed, isTaught: turn != nil, model: snapshot.replication)
        ?? "\(key) does nothing here; ? lists the keys"
      show(.note(text), at: milliseconds)
    }
  }

  private mutating func paste(_ text: String, at milliseconds: Int) -> [Action] {
    switch mode {
    case .prompt: prompt.paste(text)
    case .filter:
      filterLine.paste(text)
      filter = filterLine.string
    default:
      show(.refused("pasted text was ignored: it goes into the : prompt only"), at: milliseconds)
    }
    return []
  }

  // MARK: The lab

  private mutating func lab(
    _ intent: Intent, _ key: Key, _ scene: Scene, _ size: Size, _ milliseconds: Int
  ) -> [Action] {
    let snapshot = scene.snapshot
    switch intent {
    case .up, .down, .first, .last: move(intent, scene, size)
    case .selectDigit: select(key, snapshot, milliseconds)
    case .selectNone: selected = nil
    case .nextPane: focus(1, snapshot)
    case .previousPane: focus(-1, snapshot)
    case .open: if selected != nil { (mode, home) = (.node, .node) }
    case .back: goBack()
    case .help: mode = .help
    case .lostWrites: (mode, lostRow) = (.lost, 0)
    case .prompt:
      mode = .prompt
      prompt.clear()
    case .filter:
      mode = .filter
      filterLine.clear()
      filterLine.set(filter)
    case .fullScreen: isFullScreen.toggle()
    case .quit: return quit()
    case .record: return [.record(to: nil)]
    case .interrupt: return [.interrupt]
    case .pause: return [.command(snapshot.speed == 0 ? .resume : .pause)]
    case .slower: return changeSpeed(snapshot, faster: false, milliseconds)
    case .faster: return changeSpeed(snapshot, faster: true, milliseconds)
    case .heal: return [.command(.heal(everything: false))]
    case .undo: return [.command(.undo)]
    case .redo: return [.command(.redo)]
    case .policy: return changePolicy(snapshot)
    case .siblings: openSiblings(snapshot, milliseconds)
    case .system: (mode, systemRow) = (.system, 0)
    case .watch: return watchNewest(snapshot, milliseconds)
    case .workload: return [.command(.load(LoadChange(workload: nextWorkload(snapshot))))]
    default:
      return travel(intent, snapshot, milliseconds) ?? onSelected(intent, snapshot, milliseconds)
    }
    return []
  }

  private mutating func onSelected(
    _ intent: Intent, _ snapshot: ClusterSnapshot, _ milliseconds: Int
  ) -> [Action] {
    guard let selected, let node = snapshot.nodes.first(where: { $0.id == selected }) else {
      show(.refused("select a node first: 1 to 9, or the arrows"), at: milliseconds)
      return []
    }
    let reference = NodeReference.node(selected)
    switch intent {
    case .kill: return [.command(.kill(reference))]
    case .restart: return [.command(.restart(reference))]
    case .freeze: return [.command(node.state == .frozen ? .thaw(reference) : .freeze(reference))]
    case .part: mode = .link(LinkIntent(.part))
    case .delay: mode = .link(LinkIntent(.delay))
    case .loss: mode = .link(LinkIntent(.loss))
    case .switchover: return [.command(.switchover(reference))]
    case .forceFailover: return consider(.promote(reference), snapshot, milliseconds)
    default: break
    }
    return []
  }

  /// Ends the program; asks first where that would end a recording.
  mutating func quit() -> [Action] {
    guard isRecording else { return [.quit] }
    question = Question(.quit, text: "Recording; quit and close the file? y/N")
    mode = .confirm
    return []
  }

  private mutating func goBack() {
    if mode == .node || mode == .compare {
      (mode, home) = (top, top)
    } else if isFullScreen {
      isFullScreen = false
    } else if !filter.isEmpty {
      filter = ""
    } else {
      toast = nil
    }
  }

  private mutating func focus(_ step: Int, _ snapshot: ClusterSnapshot) {
    let panes = Pane.allCases.filter {
      switch $0 {
      case .narration: isPlayed
      case .conflicts: snapshot.replication != .singleLeader
      default: true
      }
    }
    let position = panes.firstIndex(of: pane) ?? 0
    pane = panes[(position + step + panes.count) % panes.count]
  }

  mutating func select(_ key: Key, _ snapshot: ClusterSnapshot, _ milliseconds: Int) {
    guard case .character(let character) = key, let number = character.wholeNumberValue else {
      return
    }
    let node = NodeID(number)
    if snapshot.nodes.contains(where: { $0.id == node }) {
      selected = node
    } else {
      show(.refused("there is no \(node)"), at: milliseconds)
    }
  }

  private static let speeds = [0.1, 0.25, 0.5, 1, 2, 5, 10, 100]

  private mutating func changeSpeed(
    _ snapshot: ClusterSnapshot, faster: Bool, _ milliseconds: Int
  ) -> [Action] {
    let now = snapshot.speed
    guard now > 0 else {
      show(.note("the clock stands still; Space lets it go on"), at: milliseconds)
      return []
    }
    let next =
      faster
      ? Self.speeds.first { $0 > now + 1e-9 } : Self.speeds.last { $0 < now - 1e-9 }
    guard let next else {
      show(.note(faster ? "faster it does not go" : "slower it does not go"), at: milliseconds)
      return []
    }
    return [.command(.speed(next))]
  }

  private func nextWorkload(_ snapshot: ClusterSnapshot) -> Workload {
    let all = Workload.allCases
    let position = all.firstIndex(of: snapshot.clients.load.workload ?? .a) ?? 0
    return all[(position + 1) % all.count]
  }
}
