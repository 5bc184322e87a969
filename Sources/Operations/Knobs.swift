import Positions

/// How durable a node must hold a record before it counts.
public enum WaitFor: String, Sendable, CaseIterable {
  /// In its memory.
  case received
  /// On its disk.
  case flushed
  /// In its state.
  case applied
}

/// When a write is acknowledged to its client.
public enum AcknowledgementPolicy: Equatable, Sendable {
  /// By the leader alone.
  case asynchronous
  /// By the leader and the first K of the list that run, in the list's order (PostgreSQL FIRST).
  case first(Int, [NodeID])
  /// By the leader and any K followers; of the list, when it is not empty (PostgreSQL ANY).
  case any(Int, [NodeID])
  /// By all members.
  case synchronous
  /// By a majority of the voters.
  case majority
}

/// When a node's disk is synced.
public enum SyncPolicy: Equatable, Sendable {
  /// After every batch, before it is acknowledged.
  case everyBatch
  /// Every so often; writes are acknowledged before (Cassandra's periodic commit log sync).
  case every(Interval)
}

/// When a record shows in a node's state.
public enum ApplyPolicy: String, Sendable, CaseIterable {
  /// As soon as it is durable there (PostgreSQL).
  case flushed
  /// Once it is committed (Raft).
  case committed
}

/// Who starts a failover.
public enum FailoverMode: String, Sendable, CaseIterable {
  /// The followers, by time-out.
  case automatic
  /// The operator.
  case manual
}

/// What a promotion needs.
public enum PromotionRequirement: String, Sendable, CaseIterable {
  /// A majority's votes (with semi-synchronous K: at least n-K answers).
  case majority
  /// Nothing.
  case none
}

/// What clients do when a node says that another leads.
public enum RedirectMode: String, Sendable, CaseIterable {
  /// They go there.
  case follow
  /// They keep talking to the node they know.
  case stubborn
}

/// Which node a read goes to.
public enum ReadTarget: Equatable, Sendable {
  /// The leader.
  case leader
  /// Any running node, in turn.
  case any
  /// The node with the least latency from the client's site.
  case nearest
  /// One node.
  case node(NodeID)
}

/// What a read promises its session.
public enum ReadGuarantee: String, Sendable, CaseIterable {
  /// Nothing.
  case none
  /// It sees the session's own writes.
  case readYourWrites = "read-your-writes"
  /// It never sees less than the session saw before.
  case monotonic
  /// It sees everything acknowledged before it began.
  case linearizable
}

/// The values of all knobs.
public struct Knobs: Equatable, Sendable {
  /// The real system whose settings stand below what else was set; fixed at the start. Nil: none.
  public var preset: Preset?
  /// The model of replication; fixed at the start.
  public var model = ReplicationModel.singleLeader
  /// Nodes at the start, 1 to 100.
  public var nodes = 3
  /// Sites at the start, 1 to 10: nodes are dealt out in turn.
  public var sites = 1
  /// The simulated world's seed; nil: the live world.
  public var seed: UInt64?
  /// Bytes of a segment file of the logs; nil: as the world has them.
  public var segmentSize: Int?
  /// Bytes of log between two checkpoints; nil: as the world has them.
  public var checkpointSpacing: Int?
  /// When a write is acknowledged.
  public var acknowledgement = AcknowledgementPolicy.majority
  /// How durable a follower must hold it.
  public var waitFor = WaitFor.flushed
  /// When disks are synced.
  public var syncPolicy = SyncPolicy.everyBatch
  /// How long a leader waits for followers before it falls back to asynchronous; nil: for ever.
  public var degradeAfter: Interval?
  /// When a record shows.
  public var apply = ApplyPolicy.committed
  /// Who starts a failover.
  public var failover = FailoverMode.automatic
  /// What a promotion needs.
  public var promotionNeeds = PromotionRequirement.majority
  /// Whether a leader that cannot reach a majority steps down.
  public var checkQuorum = true
  /// Whether lower terms are refused.
  public var fencing = true
  /// Time between heartbeats.
  public var heartbeat = Interval.milliseconds(100)
  /// Silence after which a follower campaigns (times 1 to 1.15).
  public var electionTimeout = Interval.seconds(1)
  /// What clients do with redirects.
  public var redirects = RedirectMode.follow
  /// Which node reads go to.
  public var readFrom = ReadTarget.leader
  /// What reads promise.
  public var guarantee = ReadGuarantee.none
  /// Operations a second that each node can serve; nil: as many as it can.
  public var capacity: Double?
  /// How conflicts end, where several nodes take writes; fixed at the start.
  public var resolution = Resolution.lastWriterWins
  /// What only several leaders have.
  public var multiLeader = MultiLeaderKnobs()
  /// What only clusters without a leader have.
  public var leaderless = LeaderlessKnobs()

  /// The defaults.
  public init() {}
}

/// A new value for one knob.
public enum KnobSetting: Equatable, Sendable {
  /// `preset`, with all that it sets; fixed at the start.
  case preset(Preset)
  /// `model`; fixed at the start.
  case model(ReplicationModel)
  /// `nodes`; fixed at the start.
  case nodes(Int)
  /// `sites`; fixed at the start.
  case sites(Int)
  /// `seed`; fixed at the start.
  case seed(UInt64)
  /// `segment-size`; fixed at the start.
  case segmentSize(Int)
  /// `checkpoint-every`; fixed at the start.
  case checkpointSpacing(Int)
  /// `ack`.
  case acknowledgement(AcknowledgementPolicy)
  /// `wait-for`.
  case waitFor(WaitFor)
  /// `sync-policy`.
  case syncPolicy(SyncPolicy)
  /// `degrade-after`.
  case degradeAfter(Interval?)
  /// `apply`.
  case apply(ApplyPolicy)
  /// `failover`.
  case failover(FailoverMode)
  /// `promotion-needs`.
  case promotionNeeds(PromotionRequirement)
  /// `check-quorum`.
  case checkQuorum(Bool)
  /// `fencing`.
  case fencing(Bool)
  /// `heartbeat`.
  case heartbeat(Interval)
  /// `election-timeout`.
  case electionTimeout(Interval)
  /// `redirects`.
  case redirects(RedirectMode)
  /// `read-from`.
  case readFrom(ReadTarget)
  /// `guarantee`.
  case guarantee(ReadGuarantee)
  /// `capacity`.
  case capacity(Double?)
  /// `resolve`; fixed at the start.
  case resolution(Resolution)
  /// `topology`.
  case topology(Topology)
  /// `replication-factor`; fixed at the start.
  case replicationFactor(Int)
  /// `read-quorum`.
  case readQuorum(Int)
  /// `write-quorum`.
  case writeQuorum(Int)
  /// `sloppy`.
  case sloppy(Bool)
  /// `hints-count`.
  case hintsCount(Bool)
  /// `hint-window`; nil: no hints.
  case hintWindow(Interval?)
  /// `read-repair`.
  case readRepair(ReadRepair)
  /// `anti-entropy`; nil: none.
  case antiEntropy(Interval?)
  /// `anti-entropy-budget`, in keys.
  case antiEntropyBudget(Int)
  /// `tombstones`.
  case tombstones(TombstonePolicy)
  /// `gossip`.
  case gossip(Interval)
  /// `phi-threshold`.
  case phiThreshold(Double)
  /// `vnodes`; fixed at the start.
  case virtualNodes(Int)
  /// `write-timeout`.
  case writeTimeout(Interval)
  /// `read-timeout`.
  case readTimeout(Interval)
}
