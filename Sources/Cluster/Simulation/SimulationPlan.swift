import Operations
import Positions
import World

/// Among what seeds draw their plans.
public struct SimulationSettings: Equatable, Sendable {
  /// How many nodes a cluster may start with.
  public var nodes: ClosedRange<Int>
  /// How long faults go on, before everything is healed.
  public var duration: Interval

  /// Three to seven nodes for a minute, when nothing else is said.
  public init(nodes: ClosedRange<Int> = 3...7, duration: Interval = .seconds(60)) {
    self.nodes = nodes
    self.duration = duration
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
  public var ending: [Command] {
    var commands: [Command] = [
      .set(.failover(.automatic)), .set(.electionTimeout(.seconds(1))),
      .set(.heartbeat(.milliseconds(100))), .set(.capacity(nil)), .set(.redirects(.follow)),
      .set(.readFrom(.leader)), .set(.fencing(true)), .set(.acknowledgement(.majority)),
      .set(.syncPolicy(.everyBatch)), .set(.waitFor(.flushed)), .set(.degradeAfter(nil)),
      .set(.promotionNeeds(.majority)), .set(.checkQuorum(true)),
      .load(LoadChange(workload: .a, rate: 100, clients: 16, valueSize: 128)),
      .heal(everything: true),
    ]
    commands += leftDead.map { .kill(.node($0)) }
    return commands
  }

  /// How the cluster is started.
  var configuration: ClusterConfiguration {
    ClusterConfiguration(simulating: knobs, load: load, seed: seed)
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
    guard now.losesNothing else { return false }
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

extension ClusterConfiguration {
  /// A cluster of the simulated world: everything that is left open is drawn from the seed, small
  /// segments and checkpoints close together among it, so that short runs see many of them.
  public init(simulating knobs: Knobs, load: LoadChange, seed: UInt64) {
    self.init(knobs: knobs, load: load, clusterID: 7, bootEpoch: 1, seed: seed)
    var random = RandomSource(seed: ~seed)
    segmentSize = [256 << 10, 256 << 10, 1 << 20, 16 << 20][random.uniform(0..<4)]
    checkpointSpacing = [64 << 10, 256 << 10, 1 << 20, 32 << 20][random.uniform(0..<4)]
  }
}
