import Positions

/// The three models of replication.
public enum ReplicationModel: String, Sendable, CaseIterable {
  /// One node takes writes, the others follow its log.
  case singleLeader = "single-leader"
  /// Every node takes writes, and streams its log to the others.
  case multiLeader = "multi-leader"
  /// Quorums of a key's replicas take the place of leaders (Dynamo).
  case leaderless
}

/// How versions of a key that did not know of one another end.
public enum ConflictRule: String, Sendable, CaseIterable {
  /// The later clock wins, the other value is lost.
  case lastWriterWins = "lww"
  /// Both are kept until somebody chooses (also a multi-value register).
  case siblings
  /// A counter that only grows: increments add up.
  case growCounter = "grow-counter"
  /// A counter: increments and decrements add up (PN counter).
  case counter
  /// A set: elements added and not removed by who saw them (OR-set).
  case set
}

/// Which rule holds for which keys.
public enum Resolution: Equatable, Sendable {
  /// The last writer wins, for all keys.
  case lastWriterWins
  /// A key's name declares its type by what stands before its colon: `counter:`, `grow-counter:`,
  /// `set:`, `mv:` (multi-value register); all other keys are last-writer-wins registers.
  case types
  /// Siblings, for all keys.
  case siblings
  /// The rule of the longest prefix that matches; last writer wins where none does.
  case custom([PrefixRule])

  /// A prefix of keys and its rule.
  public struct PrefixRule: Equatable, Sendable {
    /// How the keys begin; empty: all keys.
    public var prefix: String
    /// What holds for them.
    public var rule: ConflictRule

    /// A rule for a prefix.
    public init(prefix: String, rule: ConflictRule) {
      self.prefix = prefix
      self.rule = rule
    }
  }

  /// The types that a key's name declares under ``types``.
  public static let declaredTypes = [
    PrefixRule(prefix: "counter:", rule: .counter),
    PrefixRule(prefix: "grow-counter:", rule: .growCounter),
    PrefixRule(prefix: "set:", rule: .set), PrefixRule(prefix: "mv:", rule: .siblings),
  ]

  /// The prefixes and their rules.
  public var prefixes: [PrefixRule] {
    switch self {
    case .lastWriterWins: []
    case .types: Self.declaredTypes
    case .siblings: [PrefixRule(prefix: "", rule: .siblings)]
    case .custom(let rules): rules
    }
  }

  /// The rule for a key.
  public func rule(for key: String) -> ConflictRule {
    prefixes.filter { key.hasPrefix($0.prefix) }.max { $0.prefix.count < $1.prefix.count }?.rule
      ?? .lastWriterWins
  }

  /// Whether there can be keys of which one of two writes at once is lost: those under a
  /// last-writer-wins rule, or those that no prefix names.
  public var losesWrites: Bool {
    prefixes.contains { $0.rule == .lastWriterWins } || !prefixes.contains { $0.prefix.isEmpty }
  }
}

/// Who streams to whom among several leaders.
public enum Topology: String, Sendable, CaseIterable {
  /// Everybody to everybody.
  case all
  /// Each to the next.
  case ring
  /// All through the first.
  case star
}

/// When a read mends the replicas that it found behind.
public enum ReadRepair: String, Sendable, CaseIterable {
  /// Never.
  case off
  /// After the answer.
  case background
  /// Before the answer, those that were asked (Cassandra).
  case blocking
}

/// How long what says that a key was deleted is kept.
public enum TombstonePolicy: Equatable, Sendable {
  /// Until all replicas have it.
  case untilAll
  /// So long, whoever lacks it (Cassandra's gc_grace_seconds).
  case grace(Interval)
}

/// What a request of a client's asks for, whatever the knobs say.
public enum ConsistencyLevel: String, Sendable, CaseIterable {
  /// One replica.
  case one
  /// A majority of the replicas.
  case quorum
  /// All replicas.
  case all
}

/// What only several leaders' clusters have.
public struct MultiLeaderKnobs: Equatable, Sendable {
  /// Who streams to whom.
  public var topology = Topology.all

  /// The defaults.
  public init() {}
}

/// What only clusters without a leader have.
public struct LeaderlessKnobs: Equatable, Sendable {
  /// N: replicas of a key.
  public var replicationFactor = 3
  /// R: replicas whose answers make a read.
  public var readQuorum = 2
  /// W: replicas whose copies make a write.
  public var writeQuorum = 2
  /// Whether other nodes stand in for replicas that are down.
  public var sloppy = false
  /// Whether a stand-in's copy counts towards W (Dynamo, Riak) or only helps later (Cassandra).
  public var hintsCount = true
  /// How long a write for a replica that is down is kept for it; nil: no hints.
  public var hintWindow: Interval? = .seconds(10_800)
  /// When a read mends replicas.
  public var readRepair = ReadRepair.background
  /// Time between two anti-entropy exchanges of a node; nil: none.
  public var antiEntropy: Interval? = .seconds(10)
  /// Keys that one exchange sends at most.
  public var antiEntropyBudget = 100
  /// How long tombstones are kept.
  public var tombstones = TombstonePolicy.untilAll
  /// Time between two rounds of gossip.
  public var gossip = Interval.milliseconds(200)
  /// The suspicion (phi accrual) from which a node counts as down.
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
