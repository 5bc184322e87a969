import Positions

/// What only a cluster has in which every node takes writes and streams its log to the others.
public struct MultiLeaderSnapshot: Equatable, Sendable {
  /// How far one node has what another wrote.
  public struct Stream: Equatable, Sendable {
    /// Whose writes.
    public var origin: NodeID
    /// Who takes them.
    public var to: NodeID
    /// Writes of `origin` that `to` shows.
    public var applied: UInt64
    /// Writes of `origin` that it has made durable: what `applied` should come to.
    public var written: UInt64
    /// Writes of `origin` that `to` holds back until what they depend on has come.
    public var heldBack: Int
    /// Age of the oldest write that `to` lacks; zero when it lacks none, nil when unknown.
    public var lag: Interval?

    /// A stream.
    public init(
      origin: NodeID, to: NodeID, applied: UInt64, written: UInt64, heldBack: Int, lag: Interval?
    ) {
      self.origin = origin
      self.to = to
      self.applied = applied
      self.written = written
      self.heldBack = heldBack
      self.lag = lag
    }

    /// Writes that `to` does not show yet.
    public var missing: Int { Int(clamping: written - min(written, applied)) }
  }

  /// Every pair of two different nodes, row by row of those that take.
  public var streams: [Stream] = []
  /// Who sends to whom under the topology.
  public var edges: [Edge] = []
  /// Conflicts, siblings, and the key looked at.
  public var versions = VersionsSnapshot()

  /// One direction of the topology.
  public struct Edge: Hashable, Sendable {
    /// The sender.
    public var from: NodeID
    /// The receiver.
    public var to: NodeID

    /// A direction.
    public init(from: NodeID, to: NodeID) {
      self.from = from
      self.to = to
    }
  }

  /// Nothing is written yet.
  public init() {}

  /// Writes of the others that a node does not show; with `origin`, of that one's only.
  public func behind(_ node: NodeID, origin: NodeID? = nil) -> Int {
    streams.filter { $0.to == node && (origin ?? $0.origin) == $0.origin }
      .reduce(0) { $0 + $1.missing }
  }

  /// Writes of the others that a node holds back.
  public func heldBack(_ node: NodeID) -> Int {
    streams.filter { $0.to == node }.reduce(0) { $0 + $1.heldBack }
  }

  /// Age of the oldest write of anybody's that a node lacks; zero when it lacks none, nil when unknown.
  public func lag(of node: NodeID) -> Interval? {
    var greatest = Interval.zero
    for stream in streams where stream.to == node {
      guard let lag = stream.lag else { return nil }
      greatest = max(greatest, lag)
    }
    return greatest
  }
}

/// What only a cluster has in which quorums take the place of leaders.
public struct LeaderlessSnapshot: Equatable, Sendable {
  /// A node's place on the ring.
  public struct RingNode: Equatable, Sendable {
    /// Which node.
    public var node: NodeID
    /// The share of keys that it is a replica of, 0 to 1.
    public var share: Double
    /// Hints that it keeps for others.
    public var hints: Int
    /// For whom they are, by node; empty while nobody counts them apart.
    public var hintsFor: [HintsFor] = []
    /// How strongly it suspects each other node to be down (phi), by node's position in the snapshot;
    /// nil for itself.
    public var suspicions: [Double?]
    /// Keys still to come to it after the ring changed.
    public var pending: Int

    /// A node without keys.
    public init(node: NodeID) {
      self.node = node
      share = 0
      hints = 0
      suspicions = []
      pending = 0
    }
  }

  /// Hints that wait for one node.
  public struct HintsFor: Equatable, Sendable {
    /// Whose writes they are.
    public var node: NodeID
    /// How many.
    public var count: Int

    /// So many for a node.
    public init(node: NodeID, count: Int) {
      self.node = node
      self.count = count
    }
  }

  /// The nodes in the ring.
  public var ring: [RingNode] = []
  /// The owners of the ring's arcs in order, at most 100 arcs of equal length: who stands first there.
  public var arcs: [NodeID] = []
  /// Hints that wait to be handed over.
  public var hints = 0
  /// Hints handed over so far.
  public var hintsDelivered = 0
  /// Hints given up: too old, or their node has left.
  public var hintsExpired = 0
  /// Replicas that reads have repaired so far.
  public var repairs = 0
  /// Anti-entropy exchanges so far.
  public var exchanges = 0
  /// Leaves of the Merkle trees that differed in the newest exchanges, one for each pair.
  public var differingRanges = 0
  /// Keys that anti-entropy repaired so far.
  public var antiEntropyRepairs = 0
  /// Bytes that anti-entropy exchanged so far.
  public var antiEntropyBytes = 0
  /// Operations refused because too few replicas were there to be tried.
  public var unavailable = 0
  /// Share of reads, of those that had an acknowledged write to miss, that missed it; nil before the
  /// first.
  public var measuredStaleness: Double?
  /// The same as probabilistically bounded staleness predicts it from the latencies measured; nil while
  /// too little was measured.
  public var predictedStaleness: Double?
  /// Conflicts, siblings, and the key looked at.
  public var versions = VersionsSnapshot()

  /// Nothing is written yet.
  public init() {}
}
