import Positions

/// How durable a follower must hold a record before it counts toward an acknowledgement.
public enum Durability: Equatable, Sendable {
  /// In its memory.
  case received
  /// On its disk.
  case flushed
  /// In its state, and on its disk.
  case applied
}

/// Which copies a write needs before its client is told so; the leader's own always counts.
public enum AcknowledgementRule: Equatable, Sendable {
  /// The leader's alone.
  case asynchronous
  /// The first K followers of the list that answer, in the list's order.
  case first(Int, of: [NodeID])
  /// Any K followers of the list; of all when it is empty.
  case any(Int, of: [NodeID])
  /// Every member's.
  case all
  /// A majority of the voters'.
  case majority
}

/// The knobs that a replica goes by; the same on every node, changed by the operator at any time.
public struct Policy: Equatable, Plantable, Sendable {
  /// Which copies a write needs.
  public var acknowledgement = AcknowledgementRule.majority
  /// How durable a follower's copy must be.
  public var waitFor = Durability.flushed
  /// Whether the leader's own copy must be synced before it counts (false: written is enough).
  public var syncsEveryBatch = true
  /// How long writes wait for followers before acknowledgement falls back to asynchronous.
  public var degradeAfter: Interval?
  /// Whether records show once flushed (else once committed).
  public var appliesWhenFlushed = false
  /// Whether followers start elections by themselves.
  public var automaticFailover = true
  /// Whether a promotion needs votes.
  public var promotionNeedsMajority = true
  /// Whether a leader that reaches no majority steps down.
  public var checkQuorum = true
  /// Whether lower terms are refused.
  public var fencing = true
  /// Time between heartbeats.
  public var heartbeat = Interval.milliseconds(100)
  /// Silence after which a follower campaigns; the shell adds up to 15 % by chance.
  public var electionTimeout = Interval.seconds(1)
  #if PlantedBugs
    /// The bug planted in the replica.
    public var planted: PlantedBug?
  #endif

  /// The defaults.
  public init() {}
}
