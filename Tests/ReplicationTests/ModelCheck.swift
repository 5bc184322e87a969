import Positions
import Records

@testable import Replication

/// How far a search goes: how often each thing may happen in one history.
struct ModelBounds {
  /// Election timers that run out.
  var elections = 0
  /// Heartbeat timers that run out.
  var heartbeats = 0
  /// A leader's looks at who still answers.
  var quorumChecks = 0
  /// Processes that end and start anew.
  var crashes = 0
  /// Messages lost.
  var drops = 0
  /// Client writes.
  var writes = 0
  /// Partitions: one node is cut off from the others, until it is no more.
  var partitions = 0
  /// Steps after which a disk is left busy, so that other things happen before it is done; nil: it
  /// always is. All others find the disk prompt.
  var slowDisks: Int?
  /// Whether a history ends once the newest leader has committed a record of its own.
  var endsWhenDecided = false
  /// What links do to messages.
  var links = ModelLinks.inOrder
}

/// What links do to messages.
enum ModelLinks {
  /// Each link keeps its order, as the program's own do; only ``ModelBounds/drops`` are lost.
  case inOrder
  /// What is under way arrives in any order.
  case anyOrder
}

/// One state of the whole cluster, as numbers that name its parts: equal numbers, equal states.
///
/// Words 0 to 2: the nodes; 3: the past; 4: what has happened. Then what is under way, link by link in
/// order of sending; or, where links don't keep order, in order of name.
typealias ModelState = [UInt32]

/// One thing that happens to the cluster.
enum ModelStep: Equatable {
  case deliver(flight: UInt32)
  case drop(flight: UInt32)
  case fire(node: Int, TimerName)
  case disk(node: Int)
  case diskVote(node: Int)
  case write(node: Int)
  case crash(node: Int, done: Int)
  case isolate(node: Int)
  case heal
  /// A step that leaves the disk busy where it could be prompt.
  indirect case slowly(ModelStep)

  /// Whether a disk may be asked for something by it.
  var asksDisk: Bool {
    switch self {
    case .deliver, .fire, .write: true
    case .drop, .disk, .diskVote, .crash, .isolate, .heal, .slowly: false
    }
  }
}

/// A model of three nodes: every distinct part is kept once, and what an event does to a node is asked
/// of its replica once; a state of the cluster is a handful of numbers.
struct ModelCheck {
  struct Flight {
    var from: Int
    var to: Int
    var message: Message
    var link: UInt32 { UInt32(from * 3 + to) }
  }

  /// What is asked again and again of a node as it stands.
  struct Place {
    /// Its log on disk, and the one in memory.
    var durable: UInt32
    var log: UInt32
    var leads: Term?
    /// Whether it has committed a record of the term it leads.
    var hasCommitted: Bool
    var timers: [TimerName]
    var waiting: Int
    var voteCanOvertake: Bool
  }

  /// What an event does to a node.
  struct Effect {
    var place: UInt32
    var flights: [UInt32]
    var facts: [ModelFact]
    var notices: [Notice]
  }

  let bounds: ModelBounds
  let mutation: ModelMutation?
  /// Whether promises are looked at; without it, only what comes of broken ones.
  let watchesPromises: Bool

  var nodes: [ModelNode] = []
  var places: [Place] = []
  var flights: [Flight] = []
  var pasts: [ModelPast] = [ModelPast()]
  var logs: [[ModelRecord]] = []
  private var placeNames: [[UInt64]: UInt32] = [:]
  private var flightNames: [[UInt64]: UInt32] = [:]
  private var pastNames: [ModelPast: UInt32] = [ModelPast(): 0]
  private var logNames: [[ModelRecord]: UInt32] = [:]
  private var effects: [Effect] = []
  private var effectNames: [UInt64: Int] = [:]
  private var disagreements: [UInt64: String?] = [:]

  init(_ bounds: ModelBounds, mutation: ModelMutation? = nil, watchesPromises: Bool = true) {
    self.bounds = bounds
    self.mutation = mutation
    self.watchesPromises = watchesPromises
  }

  /// Three nodes that have not heard of one another; n1 campaigns.
  mutating func beginning() -> ModelState {
    var state: ModelState = (1...3).map { name(ModelNode(NodeID($0))) } + [0, 0]
    apply(code: 1, .campaign, to: 0, &state, bounds.slowDisks != nil)
    return state
  }

  // MARK: Names

  private mutating func name(_ node: ModelNode) -> UInt32 {
    let words = node.words(hasQuorumChecks: bounds.quorumChecks > 0)
    if let known = placeNames[words] { return known }
    let name = UInt32(places.count)
    nodes.append(node)
    places.append(
      Place(
        durable: self.name(node.log.identities), log: self.name(node.replica.window.identities),
        leads: node.replica.leadership?.term,
        hasCommitted: node.replica.leadership.map { node.replica.commit >= $0.first } ?? false,
        timers: node.timersThatMatter, waiting: node.queue.count,
        voteCanOvertake: node.voteCanOvertake))
    placeNames[words] = name
    return name
  }

  private mutating func name(_ records: [ModelRecord]) -> UInt32 {
    if let known = logNames[records] { return known }
    logs.append(records)
    logNames[records] = UInt32(logs.count - 1)
    return UInt32(logs.count - 1)
  }

  private mutating func name(_ flight: Flight) -> UInt32 {
    var words = Words()
    words.put(UInt64(flight.link))
    words.put(flight.message)
    if let known = flightNames[words.all] { return known }
    flights.append(flight)
    flightNames[words.all] = UInt32(flights.count - 1)
    return UInt32(flights.count - 1)
  }

  mutating func name(_ past: ModelPast) -> UInt32 {
    if let known = pastNames[past] { return known }
    pasts.append(past)
    pastNames[past] = UInt32(pasts.count - 1)
    return UInt32(pasts.count - 1)
  }

  // MARK: Steps

  /// Does one step.
  ///
  /// - Returns: what is wrong with the state it leads to, if anything, and what nodes tell people.
  mutating func take(
    _ step: ModelStep, _ state: inout ModelState, isPrompt: Bool? = nil
  ) -> (String?, [Notice]) {
    let isPrompt = isPrompt ?? (bounds.slowDisks != nil)
    switch step {
    case .slowly(let step):
      Allowance.slowDisks.use(&state)
      return take(step, &state, isPrompt: false)
    case .deliver(let flight):
      remove(flight, &state)
      let to = flights[Int(flight)].to
      return apply(effect(of: flight, at: state[to], isPrompt), to: to, &state)
    case .drop(let flight):
      Allowance.drops.use(&state)
      remove(flight, &state)
      return (nil, [])
    case .fire(let node, let timer):
      Allowance(timer)?.use(&state)
      return apply(code: 3 << 28 | UInt64(timer.rawValue), .fire(timer), to: node, &state, isPrompt)
    case .disk(let node): return apply(code: 4 << 28, .disk, to: node, &state)
    case .diskVote(let node): return apply(code: 5 << 28, .diskVote, to: node, &state)
    case .write(let node):
      let sequence = UInt64(Allowance.writes.used(state)) + 1
      Allowance.writes.use(&state)
      return apply(code: 6 << 28 | sequence, .write(sequence: sequence), to: node, &state, isPrompt)
    case .crash(let node, let done):
      Allowance.crashes.use(&state)
      return apply(code: 7 << 28 | UInt64(done), .crash(done: done), to: node, &state)
    case .isolate(let node):
      Allowance.partitions.use(&state)
      Allowance.setIsolated(node, &state)
      let all = flights
      state.replaceSubrange(
        5..., with: state[5...].filter { all[Int($0)].from != node && all[Int($0)].to != node })
      return (nil, [])
    case .heal:
      Allowance.setIsolated(nil, &state)
      return (nil, [])
    }
  }

  private func remove(_ flight: UInt32, _ state: inout ModelState) {
    if let position = state[5...].firstIndex(of: flight) { state.remove(at: position) }
  }

  @discardableResult
  private mutating func apply(
    code: UInt64, _ what: ModelNode.Happening, to node: Int, _ state: inout ModelState,
    _ isPrompt: Bool = false
  ) -> (String?, [Notice]) {
    apply(effect(code: code, what, at: node, state[node], isPrompt), to: node, &state)
  }

  private mutating func apply(
    _ number: Int, to node: Int, _ state: inout ModelState
  ) -> (String?, [Notice]) {
    let before = Int(state[node])
    let place = effects[number].place
    state[node] = place
    put(by: number, &state)
    if !effects[number].facts.isEmpty {
      for fact in effects[number].facts {
        if let trouble = take(fact, from: node, &state) {
          return (trouble, effects[number].notices)
        }
      }
    }
    let sameLog =
      places[before].log == places[Int(place)].log
      && places[before].durable == places[Int(place)].durable
    return (sameLog ? nil : disagreement(of: node, state), effects[number].notices)
  }

  private mutating func effect(of flight: UInt32, at place: UInt32, _ isPrompt: Bool) -> Int {
    let message = flights[Int(flight)]
    return effect(
      code: 2 << 28 | UInt64(flight),
      .receive(message.message, from: NodeID(message.from + 1)), at: message.to, place, isPrompt)
  }

  /// What an event does to a node, asked of its replica the first time.
  private mutating func effect(
    code: UInt64, _ what: ModelNode.Happening, at node: Int, _ place: UInt32, _ isPrompt: Bool
  ) -> Int {
    let key = UInt64(place) << 32 | code | (isPrompt ? 1 << 27 : 0)
    if let known = effectNames[key] { return known }
    let new = work(out: what, at: node, place, isPrompt)
    effectNames[key] = effects.count
    effects.append(new)
    return effects.count - 1
  }

  private mutating func work(
    out what: ModelNode.Happening, at node: Int, _ place: UInt32, _ isPrompt: Bool
  ) -> Effect {
    var changed = nodes[Int(place)]
    let outcome = changed.happen(what, isPrompt: isPrompt, mutation)
    return Effect(
      place: name(changed),
      flights: outcome.sends.map {
        name(Flight(from: node, to: $0.to.offset, message: $0.message))
      }, facts: outcome.facts, notices: outcome.notices)
  }

  private func put(by effect: Int, _ state: inout ModelState) {
    if effects[effect].flights.isEmpty { return }
    let isolated = Allowance.isolated(state)
    for name in effects[effect].flights {
      let flight = flights[Int(name)]
      if isolated == flight.from || isolated == flight.to { continue }
      var position = state.count
      while position > 5 {
        let before = state[position - 1]
        let isBefore =
          bounds.links == .anyOrder ? before <= name : flights[Int(before)].link <= flight.link
        if isBefore { break }
        position -= 1
      }
      state.insert(name, at: position)
    }
  }

  /// Whether the newest leader has committed a record of its own.
  func isDecided(_ state: ModelState) -> Bool {
    guard let newest = pasts[Int(state[3])].offices.last?.term else { return false }
    return state[..<3].contains {
      places[Int($0)].hasCommitted && places[Int($0)].leads == newest
    }
  }

  /// The messages that may arrive next.
  func deliverable(_ state: ModelState) -> [UInt32] {
    var found: [UInt32] = []
    for name in state[5...] {
      switch (bounds.links, found.last) {
      case (.anyOrder, name): continue
      case (.inOrder, let last?) where flights[Int(last)].link == flights[Int(name)].link: continue
      default: found.append(name)
      }
    }
    return found
  }

  // MARK: What must hold

  private mutating func take(
    _ fact: ModelFact, from node: Int, _ state: inout ModelState
  ) -> String? {
    var past = pasts[Int(state[3])]
    var trouble: String?
    switch fact {
    case .trouble(let what): return what
    case .broken(let what): return watchesPromises ? what : nil
    case .elected(let term):
      trouble = past.elected(
        NodeID(node + 1), term, holding: logs[Int(places[Int(state[node])].log)])
    case .certain(let point, let leader):
      let records = logs[Int(places[Int(state[node])].log)]
      trouble = past.know(point, of: records, byLeader: leader)
      if watchesPromises, leader != nil { trouble = trouble ?? tooFew(point, state) }
    }
    state[3] = name(past)
    return trouble
  }

  /// What a leader holds for committed must be durable on a majority's disks.
  private func tooFew(_ point: LogPoint, _ state: ModelState) -> String? {
    let position = Int(point.index.rawValue) - 1
    let holders = state[..<3].filter { place in
      let durable = logs[Int(places[Int(place)].durable)]
      return position < durable.count && durable[position].chain == point.chain
    }
    return holders.count >= 2
      ? nil : "record \(point.index) is committed, and durable on \(holders.count) of 3 disks"
  }

  /// Why a node's logs, in memory and on disk, can't be beside the others', if so.
  private mutating func disagreement(of node: Int, _ state: ModelState) -> String? {
    for other in 0..<3 {
      let found = disagreement(places[Int(state[node])], places[Int(state[other])])
      if let found { return found }
    }
    return nil
  }

  private mutating func disagreement(_ left: Place, _ right: Place) -> String? {
    for one in [left.log, left.durable] {
      for other in [right.log, right.durable] where one != other {
        let key = UInt64(one) << 32 | UInt64(other)
        if disagreements[key] == nil {
          disagreements[key] = .some(modelDisagreement(logs[Int(one)], logs[Int(other)]))
        }
        if let found = disagreements[key] ?? nil { return found }
      }
    }
    return nil
  }
}

/// What may still happen, four bits each in a state's fifth word: how often it happened already.
enum Allowance: UInt32, CaseIterable {
  case elections, heartbeats, quorumChecks, crashes, drops, writes, partitions, slowDisks

  init?(_ timer: TimerName) {
    switch timer {
    case .election: self = .elections
    case .heartbeat: self = .heartbeats
    case .checkQuorum: self = .quorumChecks
    default: return nil
    }
  }

  func used(_ state: ModelState) -> Int { Int(state[4] >> (4 * rawValue) & 7) }
  func use(_ state: inout ModelState) { state[4] += 1 << (4 * rawValue) }

  func isLeft(_ state: ModelState, _ bounds: ModelBounds) -> Bool {
    let limit =
      switch self {
      case .elections: bounds.elections
      case .heartbeats: bounds.heartbeats
      case .quorumChecks: bounds.quorumChecks
      case .crashes: bounds.crashes
      case .drops: bounds.drops
      case .writes: bounds.writes
      case .partitions: bounds.partitions
      case .slowDisks: bounds.slowDisks ?? 0
      }
    return used(state) < limit
  }

  // The cut-off node stands in the bits that are left: one each in the fields of the first two.
  static func isolated(_ state: ModelState) -> Int? {
    let number = Int(state[4] >> 3 & 1 | (state[4] >> 7 & 1) << 1)
    return number == 0 ? nil : number - 1
  }

  static func setIsolated(_ node: Int?, _ state: inout ModelState) {
    let number = UInt32(node.map { $0 + 1 } ?? 0)
    state[4] = state[4] & ~0x88 | (number & 1) << 3 | (number >> 1) << 7
  }
}
