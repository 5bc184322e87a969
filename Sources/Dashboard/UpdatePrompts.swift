import Canvas
import Operations
import Positions

/// Prompts, and what is asked before it is done.
extension ViewState {
  // MARK: Questions

  private enum Danger {
    case none
    case refused(String)
    case question(String)
  }

  /// Hands a command on, asks first when it destroys something, or says why it cannot be done: the
  /// same for keys and for the prompt.
  mutating func consider(
    _ command: Command, _ snapshot: ClusterSnapshot, _ milliseconds: Int
  ) -> [Action] {
    switch Self.danger(of: command, snapshot) {
    case .none:
      return [.command(command)]
    case .refused(let why):
      show(.refused(why), at: milliseconds)
    case .question(let text):
      question = Question(.command(command), text: text)
      mode = .confirm
    }
    return []
  }

  private static func danger(of command: Command, _ snapshot: ClusterSnapshot) -> Danger {
    switch command {
    case .wipe(let reference):
      let node = snapshot.resolve(reference)
      guard case .singleLeader(let model) = snapshot.model else {
        return .question(costOfWiping(node, reference, snapshot))
      }
      let isLast = node.map { model.guarantees.copies == [$0.id] } ?? false
      let name = node?.id.description ?? "\(reference)"
      return .question(
        isLast
          ? "Destroy \(name)'s disk, the only one with every acked write? y/N"
          : "Destroy \(name)'s disk? y/N")
    case .loseSite(let site): return .question("Destroy all disks in \(site)? y/N")
    case .promote(let reference): return dangerOfPromotion(reference, snapshot)
    case .set(let setting) where setting.isFixed:
      let knobs = snapshot.knobs
      guard knobs.begunAnew(with: setting) != knobs else { return .none }
      if let refusal = knobs.refusal(ofBeginningWith: setting) { return .refused(refusal) }
      return .question("Start a new cluster with \(setting.text)? This one ends. y/N")
    default: return .none
    }
  }

  /// What goes with a disk where several nodes take writes: those that no other node has, and what
  /// it keeps for others.
  private static func costOfWiping(
    _ node: NodeSnapshot?, _ reference: NodeReference, _ snapshot: ClusterSnapshot
  ) -> String {
    guard let node else { return "Destroy \(reference)'s disk? y/N" }
    var cost = ""
    switch snapshot.model {
    case .multiLeader(let model):
      let only = Streams(snapshot, model).onlyAt(node.id)
      if only > 0 { cost = ", with \(only) write\(only == 1 ? "" : "s") that no other node has" }
    case .leaderless(let model):
      let hints = model.ring.first { $0.node == node.id }?.hints ?? 0
      if hints > 0 { cost = ", with \(hints) hint\(hints == 1 ? "" : "s") for others" }
    case .singleLeader: break
    }
    return "Destroy \(node.id)'s disk\(cost)? y/N"
  }

  /// A forced promotion loses every acknowledged write that the node's log lacks.
  private static func dangerOfPromotion(
    _ reference: NodeReference, _ snapshot: ClusterSnapshot
  ) -> Danger {
    guard case .singleLeader(let model) = snapshot.model,
      let node = snapshot.resolve(reference)
    else { return .none }
    guard node.state == .running || node.state == .suspect else {
      return .refused("\(node.id) does not run (\(node.state.rawValue)), so it cannot lead")
    }
    if node.role == .leader { return .none }
    var costs: [String] = []
    if node.missing.records > 0 {
      let count = node.missing.records
      costs.append(
        "\(count) acked write\(count == 1 ? "" : "s") (\(Short.bytes(node.missing.bytes))) will be lost"
      )
    }
    if let rival = model.leader { costs.append("\(rival) leads") }
    guard !costs.isEmpty else { return .none }
    return .question("Force \(node.id) to lead? \(costs.joined(separator: "; ")). y/N")
  }

  mutating func confirmIntent(_ intent: Intent, _ milliseconds: Int) -> [Action] {
    mode = home
    defer { question = nil }
    guard intent == .yes, let question else {
      show(.note("nothing was done"), at: milliseconds)
      return []
    }
    return [question.action]
  }

  // MARK: The prompts

  mutating func promptIntent(
    _ intent: Intent, _ snapshot: ClusterSnapshot, _ milliseconds: Int
  ) -> [Action] {
    switch intent {
    case .submit: return submit(snapshot, milliseconds)
    case .complete: complete(1, snapshot)
    case .completeBack: complete(-1, snapshot)
    case .historyBack: prompt.back()
    case .historyForward: prompt.forward()
    default: mode = home
    }
    return []
  }

  private mutating func complete(_ step: Int, _ snapshot: ClusterSnapshot) {
    let nodes = snapshot.nodes.map(\.id)
    prompt.complete(step: step) {
      Completion.candidates(for: $0, nodes: nodes, model: snapshot.knobs.model)
    }
  }

  private mutating func submit(_ snapshot: ClusterSnapshot, _ milliseconds: Int) -> [Action] {
    let line = prompt.string.trimmed
    switch line {
    case "":
      mode = home
      return []
    case "q", "quit", "exit":
      mode = home
      return quit()
    case "help":
      mode = .help
      return []
    default: break
    }
    do {
      let read = try PromptLine.parse(
        prompt.string, nodes: snapshot.nodes.map(\.id), model: snapshot.knobs.model)
      prompt.remember(line)
      prompt.clear()
      mode = home
      switch read {
      case .command(let command): return consider(command, snapshot, milliseconds)
      case .expect(let condition):
        show(condition.outcome(in: snapshot), at: milliseconds)
        return []
      case .record(let path): return [.record(to: path)]
      }
    } catch {
      prompt.candidates = []
      prompt.failure = error
      return []
    }
  }

  mutating func filterIntent(_ intent: Intent) -> [Action] {
    if intent == .back { filter = "" }
    if intent == .submit || intent == .back { mode = home }
    return []
  }
}

extension ClusterSnapshot {
  /// The node that a reference means now; nil when there is none.
  func resolve(_ reference: NodeReference) -> NodeSnapshot? {
    let leader = model.singleLeader?.leader
    let followers = nodes.filter {
      $0.id != leader && ($0.state == .running || $0.state == .suspect)
    }
    return switch reference {
    case .node(let id): nodes.first { $0.id == id }
    case .leader: nodes.first { $0.id == leader }
    case .follower: followers.first
    case .laggard: followers.min { $0.appliedIndex < $1.appliedIndex }
    }
  }
}

extension String {
  /// Without spaces at either end.
  var trimmed: String {
    let words = drop { $0.isWhitespace }
    return String(words.reversed().drop { $0.isWhitespace }.reversed())
  }
}

extension Condition {
  /// Whether it holds, as something to show.
  fileprivate func outcome(in snapshot: ClusterSnapshot) -> CommandOutcome {
    let found = found(in: snapshot)
    let what = found == description ? "" : ": \(found)"
    return switch truth(in: snapshot) {
    case .holds: .done("holds: \(description)\(what)")
    case .fails: .refused("does not hold: \(description)\(what)")
    case .unknown: .note("nobody knows: \(description)\(what)")
    }
  }
}
