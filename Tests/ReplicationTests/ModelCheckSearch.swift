import Positions

@testable import Replication

/// A search through all histories of a model, breadth first: what is found first is shortest.
struct ModelSearch {
  /// What a search came to.
  struct Result {
    /// What is wrong, and how it comes about, in words; nil when nothing is.
    var trouble: String?
    var trace: [String] = []
    /// Different states visited, and steps between them.
    var states = 0
    var steps = 0
    /// Different states that a single node was seen in, and different messages.
    var places = 0
    var messages = 0
    /// The longest of the shortest ways to a state.
    var depth = 0
    /// Leaders elected, in all histories; and the most records that any history committed.
    var terms = 0
    var committed = 0
    /// Whether nothing was left to look at.
    var isExhausted = false
  }

  private var check: ModelCheck
  private var states: [ModelState] = []
  /// Which state each came from, and by what.
  private var origins: [(parent: Int, step: ModelStep?)] = []
  private var known: Set<ModelState> = []
  private let prologue: [ModelStep]

  /// - Parameter prologue: what has happened before the search begins.
  init(
    _ bounds: ModelBounds, after script: [Scripted] = [], mutation: ModelMutation? = nil,
    watchesPromises: Bool = true
  ) {
    check = ModelCheck(bounds, mutation: mutation, watchesPromises: watchesPromises)
    var state = check.beginning()
    var steps: [ModelStep] = []
    for scripted in script {
      for step in scripted.steps(state, check) {
        let (trouble, _) = check.take(step, &state)
        precondition(trouble == nil, "the prologue goes wrong: \(trouble ?? "")")
        steps.append(step)
      }
    }
    // What the prologue used up is given back.
    state[4] &= 0x88
    prologue = steps
    visit(state, parent: 0, step: nil)
  }

  private mutating func visit(_ state: ModelState, parent: Int, step: ModelStep?) {
    guard known.insert(state).inserted else { return }
    states.append(state)
    origins.append((parent, step))
  }

  /// Searches until nothing is left, something is wrong, or `limit` states were visited.
  mutating func run(limit: Int = .max) -> Result {
    var result = Result()
    var next = 0
    var level = 0
    search: while next < states.count, states.count < limit {
      if next >= level {
        level = states.count
        result.depth += 1
      }
      for step in steps(states[next]) {
        var state = states[next]
        result.steps += 1
        if let trouble = check.take(step, &state).0 {
          result.trouble = trouble
          result.trace = trace(to: next, then: step)
          break search
        }
        if case .slowly = step, !isBusier(state, states[next]) { continue }
        visit(state, parent: next, step: step)
      }
      next += 1
    }
    result.isExhausted = next == states.count
    result.states = states.count
    result.places = check.places.count
    result.messages = check.flights.count
    result.terms = Set(check.pasts.flatMap(\.offices).map(\.term)).count
    result.committed = check.pasts.map(\.certain.count).max() ?? 0
    return result
  }

  /// Whether a disk is busy that was not before.
  private func isBusier(_ state: ModelState, _ before: ModelState) -> Bool {
    (0..<3).contains {
      check.places[Int(before[$0])].waiting == 0 && check.places[Int(state[$0])].waiting > 0
    }
  }

  /// All that can happen in a state.
  private func steps(_ state: ModelState) -> [ModelStep] {
    let bounds = check.bounds
    if bounds.endsWhenDecided, check.isDecided(state) { return [] }
    var steps: [ModelStep] = []
    let drops = Allowance.drops.isLeft(state, bounds)
    for flight in check.deliverable(state) {
      steps.append(.deliver(flight: flight))
      if drops { steps.append(.drop(flight: flight)) }
    }
    let crashes = Allowance.crashes.isLeft(state, bounds)
    let writes = Allowance.writes.isLeft(state, bounds)
    let partitions = Allowance.partitions.isLeft(state, bounds)
    let isolated = Allowance.isolated(state)
    for node in 0..<3 {
      let place = check.places[Int(state[node])]
      for timer in place.timers where Allowance(timer)?.isLeft(state, bounds) ?? true {
        steps.append(.fire(node: node, timer))
      }
      if place.waiting > 0 { steps.append(.disk(node: node)) }
      if place.voteCanOvertake { steps.append(.diskVote(node: node)) }
      if writes, place.leads != nil { steps.append(.write(node: node)) }
      if crashes {
        for done in 0...place.waiting { steps.append(.crash(node: node, done: done)) }
      }
      if partitions, isolated == nil { steps.append(.isolate(node: node)) }
    }
    if isolated != nil { steps.append(.heal) }
    if Allowance.slowDisks.isLeft(state, bounds) {
      steps += steps.filter(\.asksDisk).map { .slowly($0) }
    }
    return steps
  }

  /// The way to a state and one step on, in words.
  private mutating func trace(to number: Int, then last: ModelStep) -> [String] {
    var steps = [last]
    var position = number
    while let step = origins[position].step {
      steps.append(step)
      position = origins[position].parent
    }
    var state = check.beginning()
    var lines = ["n1 campaigns"]
    for step in prologue + steps.reversed() {
      let node = line(step, state)
      lines.append(node)
      let (trouble, notices) = check.take(step, &state)
      lines += notices.map { "    \($0.line)" }
      if let trouble { lines.append("=> \(trouble)") }
    }
    return lines
  }

  private func line(_ step: ModelStep, _ state: ModelState) -> String {
    func received(_ flight: UInt32) -> String {
      let flight = check.flights[Int(flight)]
      return "n\(flight.to + 1) hears n\(flight.from + 1)'s \(flight.message.line)"
    }
    func disk(_ node: Int, _ done: Int) -> String {
      check.nodes[Int(state[node])].queue.prefix(done).map(\.line).joined(separator: ", ")
    }
    switch step {
    case .slowly(let step): return line(step, state) + ", its disk is slow"
    case .deliver(let flight): return received(flight)
    case .drop(let flight): return "LOST: " + received(flight)
    case .fire(let node, let timer): return "n\(node + 1)'s \(timer) timer runs out"
    case .disk(let node): return "n\(node + 1)'s disk has \(disk(node, 1))"
    case .diskVote(let node): return "n\(node + 1)'s disk has its newest vote first"
    case .write(let node): return "a client writes to n\(node + 1)"
    case .crash(let node, let done):
      let kept = done == 0 ? "" : ", just after its disk had \(disk(node, done))"
      return "n\(node + 1) CRASHES and starts again\(kept)"
    case .isolate(let node): return "n\(node + 1) is CUT OFF; what is under way to and fro is lost"
    case .heal: return "the partition is healed"
    }
  }
}

extension MemberDisk.Request {
  fileprivate var line: String {
    switch self {
    case .flush(let batch): "records \(batch.line)"
    case .saveVote(let term): "the vote of t\(term)"
    case .truncate(let point): "the log cut after \(point.index)"
    case .readLog, .readCheckpoint, .install: "what it was asked to read"
    }
  }
}

/// A piece of a prologue.
enum Scripted {
  /// Everything under way arrives and all disks finish, until nothing is left.
  case settle
  /// The same, until a node leads.
  case untilLeads(Int)
  case fire(Int, TimerName)
  case write(Int)
  case isolate(Int)
  case heal
  case crash(Int)

  /// The steps that this is, from `state` on.
  func steps(_ state: ModelState, _ check: ModelCheck) -> [ModelStep] {
    switch self {
    case .fire(let node, let timer):
      precondition(
        check.places[Int(state[node - 1])].timers.contains(timer), "\(timer) is not set at n\(node)"
      )
      return [.fire(node: node - 1, timer)]
    case .write(let node): return [.write(node: node - 1)]
    case .isolate(let node): return [.isolate(node: node - 1)]
    case .heal: return [.heal]
    case .crash(let node): return [.crash(node: node - 1, done: 0)]
    case .settle, .untilLeads:
      var copy = check
      var now = state
      var steps: [ModelStep] = []
      func next() -> ModelStep? {
        if case .untilLeads(let node) = self, copy.places[Int(now[node - 1])].leads != nil {
          return nil
        }
        if let busy = (0..<3).first(where: { copy.places[Int(now[$0])].waiting > 0 }) {
          return .disk(node: busy)
        }
        return copy.deliverable(now).first.map { .deliver(flight: $0) }
      }
      while let step = next() {
        _ = copy.take(step, &now)
        steps.append(step)
      }
      if case .untilLeads(let node) = self {
        precondition(copy.places[Int(now[node - 1])].leads != nil, "n\(node) is not elected")
      }
      return steps
    }
  }
}
