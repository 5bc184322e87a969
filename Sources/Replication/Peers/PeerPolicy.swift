import Positions

/// Who streams to whom among several leaders.
public enum StreamTopology: Equatable, Sendable {
  /// Everybody to everybody.
  case all
  /// Each to the next by number, the last to the first.
  case ring
  /// All to the first, and the first to all.
  case star

  /// Whom `node` streams to.
  public func targets(of node: NodeID, among members: [NodeID]) -> [NodeID] {
    let sorted = members.sorted()
    guard sorted.count > 1, let position = sorted.firstIndex(of: node) else { return [] }
    switch self {
    case .all: return sorted.filter { $0 != node }
    case .ring: return [sorted[(position + 1) % sorted.count]]
    case .star: return position == 0 ? Array(sorted.dropFirst()) : [sorted[0]]
    }
  }
}

/// What only several leaders need to know.
public struct MultiLeaderPolicy: Equatable, Sendable {
  /// Who streams to whom.
  public var topology = StreamTopology.all
  /// Time between two words to those it streams to.
  public var heartbeat = Interval.milliseconds(100)

  /// The defaults.
  public init() {}
}

/// When a read mends the replicas that it found behind.
public enum RepairMode: Equatable, Sendable {
  /// Never.
  case off
  /// After the answer.
  case background
  /// Before the answer, those that were asked.
  case blocking
}

/// What only nodes without a leader need to know.
public struct LeaderlessPolicy: Equatable, Sendable {
  /// N: replicas of a key.
  public var replicas = 3
  /// R: answers that make a read.
  public var reads = 2
  /// W: copies that make a write.
  public var writes = 2
  /// Whether other nodes stand in for replicas that are down.
  public var isSloppy = false
  /// Whether a stand-in's copy counts towards W.
  public var hintsCount = true
  /// How long a hint is kept; nil: there are none.
  public var hintWindow: Interval? = .seconds(10_800)
  /// When a read mends.
  public var readRepair = RepairMode.background
  /// Time between two anti-entropy exchanges; nil: none.
  public var antiEntropy: Interval? = .seconds(10)
  /// Keys that an exchange sends at most.
  public var antiEntropyBudget = 100
  /// How long a tombstone is kept; nil: until all replicas have it.
  public var tombstoneGrace: Interval?
  /// Time between two rounds of gossip.
  public var gossip = Interval.milliseconds(200)
  /// The suspicion from which a node counts as down.
  public var phiThreshold = 8.0
  /// Places on the ring for each node.
  public var virtualNodes = 16
  /// How long a coordinator waits for W copies.
  public var writeTimeout = Interval.seconds(2)
  /// How long a coordinator waits for R answers.
  public var readTimeout = Interval.seconds(5)

  /// The defaults.
  public init() {}
}

/// What a peer must know of the knobs.
public struct PeerPolicy: Equatable, Sendable {
  /// The members, by number.
  public var members: [NodeID]
  /// How conflicts end.
  public var rules = MergeRules()
  /// Whether every batch is synced before it counts (else: once the operating system has it).
  public var syncsEveryBatch = true
  /// Several leaders' part.
  public var multiLeader = MultiLeaderPolicy()
  /// The part without a leader.
  public var leaderless = LeaderlessPolicy()
  #if PlantedBugs
    /// The bug planted in the peer.
    public var planted: PlantedBug?
  #endif

  /// The defaults for these members.
  public init(members: [NodeID]) { self.members = members }
}
