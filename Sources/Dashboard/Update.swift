import Canvas
import Operations
import Positions

extension ViewState {
  /// Takes a key, as the cluster stands.
  ///
  /// - Parameters:
  ///   - key: what was typed.
  ///   - snapshot: what is on the screen.
  ///   - size: the screen's, for the mouse.
  ///   - milliseconds: the frames' clock, for toasts.
  public mutating func handle(
    _ key: Key, _ snapshot: ClusterSnapshot, size: Size, at milliseconds: Int
  ) -> [Action] {
    if key.isInput, !isTyping { lastKey = key.description }
    if case .mouse(let event) = key { return mouse(event, snapshot, size: size) }
    if isTyping, Bindings.intent(of: key, in: mode) == nil {
      if mode == .prompt { _ = prompt.edit(key) } else { _ = filterLine.edit(key) }
      if mode == .filter { filter = filterLine.string }
      return []
    }
    guard let intent = Bindings.intent(of: key, in: mode) else { return [] }
    switch mode {
    case .lab, .node: return lab(intent, key, snapshot, milliseconds)
    case .link(let link): return self.link(link, intent, key, snapshot, milliseconds)
    case .prompt: return promptIntent(intent, snapshot)
    case .filter: return filterIntent(intent)
    case .help: return helpIntent(intent, snapshot, size, milliseconds)
    case .confirm: return confirmIntent(intent, milliseconds)
    }
  }

  private var isTyping: Bool { mode == .prompt || mode == .filter }

  // MARK: The lab

  private mutating func lab(
    _ intent: Intent, _ key: Key, _ snapshot: ClusterSnapshot, _ milliseconds: Int
  ) -> [Action] {
    switch intent {
    case .up, .down, .first, .last: move(intent, snapshot)
    case .selectDigit: select(key, snapshot, milliseconds)
    case .selectNone: selected = nil
    case .nextPane: focus(1)
    case .previousPane: focus(-1)
    case .open: if selected != nil { mode = .node }
    case .back: goBack()
    case .help: mode = .help
    case .prompt:
      mode = .prompt
      prompt.clear()
    case .filter:
      mode = .filter
      filterLine.clear()
      filterLine.set(filter)
    case .fullScreen: isFullScreen.toggle()
    case .redraw: return [.redraw]
    case .quit: return [.quit]
    case .suspend: return [.suspend]
    case .pause: return [.command(snapshot.speed == 0 ? .resume : .pause)]
    case .slower: return [.command(.speed(speed(snapshot, faster: false)))]
    case .faster: return [.command(.speed(speed(snapshot, faster: true)))]
    case .step:
      show(.refused("events come one by one in the simulated world only"), at: milliseconds)
    case .backInTime, .forwardInTime:
      show(
        .refused("time goes back in the simulated world only; this one is live"), at: milliseconds)
    case .heal: return [.command(.heal(everything: false))]
    case .undo: return [.command(.undo)]
    case .redo: return [.command(.redo)]
    case .policy: return [.command(.set(.acknowledgement(nextPolicy(snapshot))))]
    case .workload: return [.command(.load(LoadChange(workload: nextWorkload(snapshot))))]
    default: return onSelected(intent, snapshot, milliseconds)
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
    case .part: mode = .link(.part(nil))
    case .delay: mode = .link(.delay)
    case .loss: mode = .link(.loss)
    case .switchover: return [.command(.switchover(reference))]
    case .forceFailover: return force(node, snapshot)
    default: break
    }
    return []
  }

  /// A forced failover asks first when it would cost acknowledged bytes.
  private mutating func force(_ node: NodeSnapshot, _ snapshot: ClusterSnapshot) -> [Action] {
    let command = Command.promote(.node(node.id))
    guard case .singleLeader(let model) = snapshot.model else { return [.command(command)] }
    let missing = max(0, model.commit.distance(from: node.flushed))
    let rival = model.leader.map { $0 == node.id ? "" : "; \($0) leads" } ?? ""
    guard missing > 0 || !rival.isEmpty else { return [.command(command)] }
    let cost = missing > 0 ? "it lacks \(missing) committed bytes" : "it lacks nothing committed"
    question = (command, "Force \(node.id) to lead? \(cost)\(rival) y/N")
    mode = .confirm
    return []
  }

  private mutating func goBack() {
    if mode == .node {
      mode = .lab
    } else if isFullScreen {
      isFullScreen = false
    } else if !filter.isEmpty {
      filter = ""
    } else {
      toast = nil
    }
  }

  private mutating func focus(_ step: Int) {
    let panes = Pane.allCases
    let position = (pane.rawValue + step + panes.count) % panes.count
    pane = panes[position]
  }

  private mutating func move(_ intent: Intent, _ snapshot: ClusterSnapshot) {
    if pane == .events, mode == .lab {
      switch intent {
      case .up: eventsBack = min(eventsBack + 1, max(0, snapshot.events.count - 1))
      case .down: eventsBack = max(0, eventsBack - 1)
      case .first: eventsBack = max(0, snapshot.events.count - 1)
      default: eventsBack = 0
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

  private mutating func select(_ key: Key, _ snapshot: ClusterSnapshot, _ milliseconds: Int) {
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

  private func speed(_ snapshot: ClusterSnapshot, faster: Bool) -> Double {
    let now = snapshot.speed == 0 ? 1 : snapshot.speed
    if faster { return Self.speeds.first { $0 > now + 1e-9 } ?? now }
    return Self.speeds.last { $0 < now - 1e-9 } ?? now
  }

  private func nextPolicy(_ snapshot: ClusterSnapshot) -> AcknowledgementPolicy {
    switch snapshot.knobs.acknowledgement {
    case .asynchronous: .any(1, [])
    case .any, .first: .majority
    case .majority: .synchronous
    case .synchronous: .asynchronous
    }
  }

  private func nextWorkload(_ snapshot: ClusterSnapshot) -> Workload {
    let all = Workload.allCases
    let position = all.firstIndex(of: snapshot.clients.load.workload ?? .a) ?? 0
    return all[(position + 1) % all.count]
  }

  // MARK: Links

  private mutating func link(
    _ link: LinkIntent, _ intent: Intent, _ key: Key, _ snapshot: ClusterSnapshot,
    _ milliseconds: Int
  ) -> [Action] {
    switch (intent, link) {
    case (.linkOut, .part):
      mode = .link(.part(.outgoing))
      return []
    case (.linkIn, .part):
      mode = .link(.part(.incoming))
      return []
    case (.selectNone, .part):
      mode = .lab
      return selected.map { [.command(.isolate(.node($0)))] } ?? []
    case (.linkDigit, _): break
    default:
      mode = .lab
      return []
    }
    mode = .lab
    guard let selected, case .character(let character) = key,
      let number = character.wholeNumberValue
    else { return [] }
    let other = NodeID(number)
    guard other != selected, snapshot.nodes.contains(where: { $0.id == other }) else {
      show(
        .refused(other == selected ? "\(other) has no link to itself" : "there is no \(other)"),
        at: milliseconds)
      return []
    }
    return [.command(command(link, from: selected, to: other, snapshot))]
  }

  private func command(
    _ link: LinkIntent, from: NodeID, to: NodeID, _ snapshot: ClusterSnapshot
  ) -> Command {
    func state(_ from: NodeID, _ to: NodeID) -> LinkSnapshot? {
      snapshot.links.first { $0.from == from && $0.to == to }
    }
    let there = NodeReference.node(to)
    let here = NodeReference.node(from)
    switch link {
    case .part(nil):
      let isCut = state(from, to)?.isCut == true || state(to, from)?.isCut == true
      return isCut ? .mend(.both(here, there)) : .cut(.both(here, there))
    case .part(.outgoing):
      let reference = LinkReference.oneWay(from: here, to: there)
      return state(from, to)?.isCut == true ? .mend(reference) : .cut(reference)
    case .part(.incoming):
      let reference = LinkReference.oneWay(from: there, to: here)
      return state(to, from)?.isCut == true ? .mend(reference) : .cut(reference)
    case .delay:
      let steps = [0, 20, 100, 500, 2000].map { Interval.milliseconds($0) }
      let now = state(from, to)?.addedLatency ?? .zero
      return .delay(.both(here, there), steps.first { $0 > now } ?? .zero)
    case .loss:
      let steps = [0, 0.05, 0.2, 0.5]
      let now = state(from, to)?.loss ?? 0
      return .loss(.both(here, there), steps.first { $0 > now + 1e-9 } ?? 0)
    }
  }

  // MARK: Prompts, help, questions

  private mutating func promptIntent(_ intent: Intent, _ snapshot: ClusterSnapshot) -> [Action] {
    switch intent {
    case .submit: return submit()
    case .complete: complete(snapshot)
    case .historyBack: prompt.back()
    case .historyForward: prompt.forward()
    default: mode = .lab
    }
    return []
  }

  private mutating func submit() -> [Action] {
    let line = prompt.string.trimmed
    if line.isEmpty {
      mode = .lab
      return []
    }
    if ["q", "quit", "exit"].contains(line) { return [.quit] }
    if line == "help" {
      mode = .help
      return []
    }
    do {
      let command = try CommandParser.parse(prompt.string)
      prompt.remember(line)
      prompt.clear()
      mode = .lab
      if let text = Self.danger(of: command) {
        question = (command, text)
        mode = .confirm
        return []
      }
      return [.command(command)]
    } catch {
      prompt.failure = error
      return []
    }
  }

  /// The question that a command which destroys something deserves.
  private static func danger(of command: Command) -> String? {
    switch command {
    case .wipe(let node): "Destroy \(node)'s disk? y/N"
    case .loseSite(let site): "Destroy all disks in \(site)? y/N"
    default: nil
    }
  }

  private mutating func complete(_ snapshot: ClusterSnapshot) {
    let (words, replacing) = Completion.candidates(
      for: prompt.string, nodes: snapshot.nodes.map(\.id))
    prompt.candidates = words
    guard !words.isEmpty, prompt.cursor == prompt.text.count else { return }
    let common = words.count == 1 ? words[0] + " " : Completion.commonPrefix(words)
    guard common.count > replacing else { return }
    let kept = prompt.text.dropLast(replacing)
    prompt.set(String(kept) + common)
    if words.count == 1 { prompt.candidates = [] }
  }

  private mutating func filterIntent(_ intent: Intent) -> [Action] {
    if intent == .back { filter = "" }
    if intent == .submit || intent == .back { mode = .lab }
    return []
  }

  private mutating func helpIntent(
    _ intent: Intent, _ snapshot: ClusterSnapshot, _ size: Size, _ milliseconds: Int
  ) -> [Action] {
    let rows = Bindings.table(.lab)
    switch intent {
    case .up: helpRow = max(0, helpRow - 1)
    case .down: helpRow = min(rows.count - 1, helpRow + 1)
    case .first: helpRow = 0
    case .last: helpRow = rows.count - 1
    case .submit:
      mode = .lab
      guard rows[helpRow].intent != .help, let key = rows[helpRow].keys.first else { return [] }
      return handle(key, snapshot, size: size, at: milliseconds)
    default: mode = .lab
    }
    return []
  }

  private mutating func confirmIntent(_ intent: Intent, _ milliseconds: Int) -> [Action] {
    mode = .lab
    defer { question = nil }
    guard intent == .yes, let question else {
      show(.note("nothing was done"), at: milliseconds)
      return []
    }
    return [.command(question.0)]
  }

  // MARK: The mouse

  private mutating func mouse(
    _ event: MouseEvent, _ snapshot: ClusterSnapshot, size: Size
  ) -> [Action] {
    guard mode == .lab || mode == .node else { return [] }
    let layout = Layout(snapshot: snapshot, view: self, size: size)
    switch event.action {
    case .press:
      if let node = layout.node(at: event.position) {
        pane = .lanes
        if selected == node, mode == .lab { mode = .node } else { selected = node }
      } else if let pane = layout.pane(at: event.position) {
        self.pane = pane
      }
    case .wheelUp: if pane == .events { move(.up, snapshot) }
    case .wheelDown: if pane == .events { move(.down, snapshot) }
    default: break
    }
    return []
  }
}

extension String {
  /// Without spaces at either end.
  var trimmed: String {
    let words = drop { $0.isWhitespace }
    return String(words.reversed().drop { $0.isWhitespace }.reversed())
  }
}
