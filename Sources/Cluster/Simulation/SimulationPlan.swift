import Operations
import Positions
import World

/// Among what seeds draw their plans.
public struct SimulationSettings: Equatable, Sendable {
  /// How many nodes a cluster may start with.
  public var nodes: ClosedRange<Int>
  /// How long faults go on, before everything is healed.
  public var duration: Interval
  /// The model of replication.
  public var model: ReplicationModel
  /// Knobs that are not drawn, and stay so.
  public var fixed: [KnobSetting]
  /// The kinds of faults of every run; nil: each run draws its own few.
  public var faults: [FaultKind]?

  /// Three to seven nodes with a single leader for a minute, when nothing else is said.
  public init(
    nodes: ClosedRange<Int> = 3...7, duration: Interval = .seconds(60),
    model: ReplicationModel = .singleLeader, fixed: [KnobSetting] = [], faults: [FaultKind]? = nil
  ) {
    self.nodes = nodes
    self.duration = duration
    self.model = model
    self.fixed = fixed
    self.faults = faults
  }

  /// Why no run can be drawn so; nil when they can.
  public var problem: String? {
    var knobs = Knobs()
    knobs.nodes = nodes.lowerBound
    knobs.model = model
    for setting in fixed {
      if let misplaced = knobs.misplaced(setting) { return misplaced }
      knobs.apply(setting)
    }
    for fault in faults ?? [] where model != .singleLeader && !Swarm.hasPeers(fault) {
      return "\(fault.rawValue): \(model.rawValue) clusters have no such fault"
    }
    return fixed.isEmpty ? nil : knobs.problem
  }
}

/// What happens in one simulated run: a cluster, its load, and an operator's commands with their times.
///
/// A plan is a value and can be written as a script; the same plan gives the same run, always.
public struct SimulationPlan: Equatable, Sendable {
  /// Where the cluster's own chance comes from.
  public var seed: UInt64
  /// The knobs at the start.
  public var knobs: Knobs
  /// The load at the start.
  public var load: LoadChange
  /// Faults, and everything else that an operator does meanwhile, in order of time.
  public var commands: [TimedCommand]
  /// When it ends, and ``ending`` is carried out.
  public var end: Instant
  /// Nodes that are killed once everything is healed, and stay dead: the rest is the core that must
  /// agree without them.
  public var leftDead: [NodeID]

  /// A plan of these parts.
  public init(
    seed: UInt64, knobs: Knobs, load: LoadChange, commands: [TimedCommand], end: Instant,
    leftDead: [NodeID] = []
  ) {
    self.seed = seed
    self.knobs = knobs
    self.load = load
    self.commands = commands
    self.end = end
    self.leftDead = leftDead
  }

  /// Draws the plan of a seed.
  public init(seed: UInt64, settings: SimulationSettings = SimulationSettings()) {
    var swarm = Swarm(seed: seed, settings: settings)
    self = swarm.draw()
  }

  /// What heals a core for good: knobs go back where agreement needs them, faults are taken back.
  ///
  /// Healed twice: a node whose disk has failed under a request may tell so only after the first time.
  public var ending: [TimedCommand] {
    let ofPeers: [KnobSetting] = [
      .capacity(nil), .redirects(.follow), .readFrom(.leader), .syncPolicy(.everyBatch),
      .guarantee(.none),
    ]
    let ofLeaders: [KnobSetting] = [
      .failover(.automatic), .electionTimeout(.seconds(1)), .heartbeat(.milliseconds(100)),
      .capacity(nil), .redirects(.follow), .readFrom(.leader), .fencing(true),
      .acknowledgement(.majority), .syncPolicy(.everyBatch), .waitFor(.flushed),
      .degradeAfter(nil), .promotionNeeds(.majority), .checkQuorum(true),
    ]
    // What no hint is kept for must be found in time, however small the exchanges were.
    let ofQuorums: [KnobSetting] = [.antiEntropy(.seconds(1)), .antiEntropyBudget(1000)]
    let knobs =
      switch self.knobs.model {
      case .singleLeader: ofLeaders
      case .multiLeader: ofPeers
      case .leaderless: ofPeers + ofQuorums
      }
    let load = LoadChange(workload: .a, rate: 100, clients: 16, valueSize: 128)
    var commands = (knobs.map { Command.set($0) } + [.load(load), .heal(everything: true)])
      .map { TimedCommand(at: end, command: $0) }
    let again = end + Self.timeToHeal
    commands.append(TimedCommand(at: again, command: .heal(everything: true)))
    commands += leftDead.map { TimedCommand(at: again, command: .kill(.node($0))) }
    return commands
  }

  /// The time between healing and healing again.
  static let timeToHeal = Interval.seconds(2)
  /// The time that the healed cluster serves its clients before they stop.
  static let loadAfterHealing = Interval.seconds(5)

  /// How the cluster is started.
  var configuration: ClusterConfiguration {
    ClusterConfiguration.simulated(knobs: knobs, load: load, seed: seed)
  }

  /// How many nodes may lose what they hold, at the same time, with a copy left of every record that
  /// a majority held: fewer than half.
  static func minority(of nodes: Int) -> Int { (nodes - 1) / 2 }

  /// Whether the knobs promise, all the time, that nothing acknowledged is ever lost, and the faults
  /// leave a copy of it: whatever is lost all the same is a violation.
  public var losesNothing: Bool {
    var now = knobs
    var damaged: Set<NodeID> = []
    var changesMembers = false
    guard now.model == .singleLeader, now.losesNothing else { return false }
    for timed in commands {
      switch timed.command {
      case .set(let setting):
        now.apply(setting)
        guard now.losesNothing else { return false }
      case .promote, .loseSite: return false
      case .wipe(let reference), .flipBit(let reference), .misplace(let reference):
        guard case .node(let node) = reference else { return false }
        damaged.insert(node)
      case .add, .remove: changesMembers = true
      default: break
      }
    }
    return damaged.isEmpty
      || !changesMembers && damaged.count <= Self.minority(of: knobs.nodes)
  }
}

extension Knobs {
  /// Whether an acknowledged write survives whatever happens to fewer than half of the nodes.
  fileprivate var losesNothing: Bool {
    acknowledgement == .majority && waitFor != .received && syncPolicy == .everyBatch
      && degradeAfter == nil && promotionNeeds == .majority && checkQuorum && fencing
  }
}
