import Operations
import Positions
import World

/// Draws plans: each has a random few of the kinds of faults, each kind at a rate of its own, so that
/// some runs see a single kind heavily and others see many (swarm testing).
struct Swarm {
  var random: RandomSource
  let seed: UInt64
  let end: Instant
  /// Nodes at the start.
  let nodes: Int
  let model: ReplicationModel
  /// Whether the run may lose acknowledged writes.
  let isWeak: Bool
  /// The kinds that this run has.
  let kinds: [FaultKind]
  /// Knobs that are not drawn.
  let fixed: [KnobSetting]
  /// Nodes whose disks may be damaged: fewer than half.
  let fragile: [Int]
  /// How many nodes may have been added by then.
  var nodesAdded = 0
  /// What was drawn so far.
  var commands: [TimedCommand] = []

  init(seed: UInt64, settings: SimulationSettings) {
    var random = RandomSource(seed: seed)
    self.seed = seed
    end = .start + settings.duration
    let (least, most) = (settings.nodes.lowerBound, settings.nodes.upperBound)
    nodes = random.uniform(least..<most + 1)
    isWeak = random.uniform(0..<2) == 0
    model = settings.model
    let drawn = Self.kinds(&random, isWeak: isWeak, model)
    kinds = settings.faults ?? drawn
    fixed = settings.fixed
    var numbers = Array(1...nodes)
    Self.shuffle(&numbers, &random)
    let minority = SimulationPlan.minority(of: nodes)
    fragile = Array(numbers.prefix(minority == 0 ? 0 : 1 + random.uniform(0..<minority)))
    self.random = random
  }

  /// Draws which kinds of faults there are: few or many, one at least.
  private static func kinds(
    _ random: inout RandomSource, isWeak: Bool, _ model: ReplicationModel
  ) -> [FaultKind] {
    let possible = FaultKind.allCases.filter {
      (isWeak || !$0.isWeak) && (model == .singleLeader || hasPeers($0))
    }
    let percent = [8, 20, 40, 70][random.uniform(0..<4)]
    var kinds = possible.filter { _ in random.uniform(0..<100) < percent }
    if kinds.isEmpty { kinds = [possible[random.uniform(0..<possible.count)]] }
    // Who changes the members cannot also say which disks are fewer than half; a disk lost where
    // bits flip may have held the only good copy.
    let breaksDisks = kinds.contains(where: \.damagesDisks)
    if breaksDisks { kinds.removeAll { $0 == .membership || $0 == .lostSite } }
    return kinds
  }

  private static func shuffle(_ numbers: inout [Int], _ random: inout RandomSource) {
    for last in stride(from: numbers.count - 1, to: 0, by: -1) {
      numbers.swapAt(last, random.uniform(0..<last + 1))
    }
  }

  /// The plan.
  mutating func draw() -> SimulationPlan {
    var knobs = Knobs()
    knobs.nodes = nodes
    knobs.sites = [1, 1, 1, 2, 3][random.uniform(0..<5)]
    if model == .singleLeader {
      if isWeak { for setting in startingPolicies() { knobs.apply(setting) } }
    } else {
      startingPeers(&knobs)
    }
    // With half of the seeds, segments are small and checkpoints close together, so that short runs
    // see many of them.
    var telling = Telling(seed: seed)
    // The stories are of leaders and their followers.
    if model != .singleLeader { telling.tellsNothing() }
    var sizes = RandomSource(seed: ~seed)
    if sizes.uniform(0..<2) == 0 {
      knobs.segmentSize = 256 << 10
      knobs.checkpointSpacing = sizes.uniform(0..<2) == 0 ? 64 << 10 : 512 << 10
    }
    if let (segment, checkpoint) = telling.sizes {
      knobs.segmentSize = segment
      knobs.checkpointSpacing = checkpoint
    }
    var load = startingLoad()
    if telling.hasStrikes { for kind in kinds { strike(with: kind) } }
    // What a dead leader of several has not told everybody, or passes on to nobody, cannot be agreed on.
    let leftDead = telling.stories.isEmpty && model == .singleLeader ? drawLeftDead() : []
    if !telling.stories.isEmpty {
      random = telling.random.split()
      beginStories(&knobs, &load)
      tell(telling.stories, timeout: knobs.electionTimeout)
    }
    for setting in fixed { knobs.apply(setting) }
    let names = Set(fixed.map(\.name))
    commands.removeAll { timed in
      if case .set(let setting) = timed.command { names.contains(setting.name) } else { false }
    }
    // In order of time; commands of one time stay in the order in which they were drawn.
    let sorted = commands.enumerated()
      .sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
    return SimulationPlan(
      seed: seed, knobs: knobs, load: load, commands: sorted, end: end, leftDead: leftDead)
  }

  /// Draws a kind's rate, and lets it strike that often.
  private mutating func strike(with kind: FaultKind) {
    let spacing = pick([0.5, 1, 2, 5, 10, 20])
    let times = max(1, Int((end.sinceStart.seconds / spacing).rounded()))
    for _ in 0..<times {
      strike(with: kind, at: .start + microseconds(below: end.sinceStart.seconds))
    }
  }

  /// A core without a few nodes can only be asked to agree when no voter's log is in doubt.
  private mutating func drawLeftDead() -> [NodeID] {
    guard random.uniform(0..<3) == 0, !kinds.contains(where: \.endsProcesses),
      !kinds.contains(.membership), !kinds.contains(.promotion)
    else { return [] }
    return fragile.sorted().map { NodeID($0) }
  }

  private mutating func startingLoad() -> LoadChange {
    LoadChange(
      workload: pick([.a, .a, .b, .d, .e, .f]), rate: pick([20, 50, 100, 200, 400, 600]),
      clients: pick([1, 4, 16, 40]), valueSize: pick([16, 128, 128, 1000, 4000]),
      keys: pick([1, 10, 1000, 1000, 10_000]))
  }

  private mutating func startingPolicies() -> [KnobSetting] {
    let policies = Self.weakPolicies
    return (0..<random.uniform(0..<4)).map { _ in pick(policies) }
  }

  // MARK: Small draws

  /// One of these.
  mutating func pick<Value>(_ values: [Value]) -> Value { values[random.uniform(0..<values.count)] }

  /// A time of whole microseconds.
  mutating func microseconds(below seconds: Double) -> Interval {
    .microseconds(random.uniform(0..<max(1, Int(seconds * 1e6))))
  }

  /// How long a fault lasts; nil: to the end.
  mutating func lasting() -> Interval? {
    if random.uniform(0..<10) == 0 { return nil }
    let seconds = pick([0.02, 0.1, 0.3, 1, 2, 5, 15])
    return .microseconds(Int(seconds * 5e5)) + microseconds(below: seconds)
  }

  /// Puts a command in.
  mutating func add(_ command: Command, at time: Instant) {
    if time < end { commands.append(TimedCommand(at: time, command: command)) }
  }

  /// A node by its number.
  mutating func number() -> NodeReference { .node(NodeID(1 + random.uniform(0..<nodes))) }

  /// A node, by its number or by its part.
  mutating func anyone() -> NodeReference {
    if model != .singleLeader { return number() }
    return switch random.uniform(0..<8) {
    case 0, 1, 2: .leader
    case 3: .follower
    case 4: .laggard
    default: number()
    }
  }

  /// Every node that there is or may be by then.
  var everyone: [NodeReference] {
    (1...nodes + nodesAdded).map { .node(NodeID($0)) }
  }

  /// Strikes a node, and takes it back there later: everywhere, when only the moment says who it was.
  mutating func strike(
    at time: Instant, _ fault: (NodeReference) -> Command, undo: (NodeReference) -> Command
  ) {
    let victim = anyone()
    add(fault(victim), at: time)
    guard let lasts = lasting() else { return }
    if case .node = victim {
      add(undo(victim), at: time + lasts)
    } else {
      for node in everyone { add(undo(node), at: time + lasts) }
    }
  }
}
