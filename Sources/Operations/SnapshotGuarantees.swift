import Positions

/// Whether writes are acknowledged now.
public enum WritesSnapshot: Equatable, Sendable {
  /// They are, and still are after this many more failures, whichever nodes fail; with none, what
  /// it is that stops them then.
  case goOn(failures: Int, limit: String)
  /// They wait, because of this.
  case wait(String)
}

/// What a client can rely on right now, derived from who runs, who hears whom and what each disk holds.
public struct GuaranteesSnapshot: Equatable, Sendable {
  /// A deposed leader that goes on acknowledging writes which the new leader's log will never hold.
  public struct Futureless: Equatable, Sendable {
    /// Who acknowledges.
    public var leader: NodeID
    /// How many records a second, over the last second.
    public var writesPerSecond: Double

    /// So many from this one.
    public init(leader: NodeID, writesPerSecond: Double) {
      self.leader = leader
      self.writesPerSecond = writesPerSecond
    }
  }

  /// Nodes whose disks hold every acknowledged write, running or not, as of a tenth of a second ago.
  public var copies: [NodeID]
  /// Those of them that run.
  public var runningCopies: [NodeID]
  /// Whether no election that the knobs allow can be won without every acknowledged write.
  public var failoverKeepsWrites: Bool
  /// Acknowledged records that no running node but the leader holds.
  public var atRiskRecords: Int
  /// Whether writes are acknowledged now.
  public var writes: WritesSnapshot
  /// How soon somebody asks for votes, when nobody leads; nil when nobody will.
  public var nextElection: Interval?
  /// The running node that lacks the least of what was promised.
  public var mostComplete: NodeID?
  /// Nodes whose reads are fresh now.
  public var freshReads: [NodeID]
  /// Whether more than one node acts as leader.
  public var splitBrain: Bool
  /// Leaders whose acknowledgements are lost already.
  public var futureless: [Futureless]

  /// Nothing known yet.
  public init() {
    copies = []
    runningCopies = []
    failoverKeepsWrites = false
    atRiskRecords = 0
    writes = .wait("no leader")
    nextElection = nil
    mostComplete = nil
    freshReads = []
    splitBrain = false
    futureless = []
  }
}

/// One second of the past.
public struct TimelineSample: Equatable, Sendable {
  /// When it ended.
  public var at: Instant
  /// Acknowledged writes a second.
  public var writesPerSecond: Double
  /// 99th percentile of the time to acknowledgement in the ten seconds before, in milliseconds.
  public var p99: Double?
  /// Who led at its end.
  public var leader: NodeID?
  /// How many acted as leader at its end.
  public var leaders: Int
  /// Acknowledged writes lost up to its end.
  public var lost: Int
  /// Whether an operator or a fault changed something.
  public var hasFault: Bool
  /// Whether somebody was elected.
  public var hasElection: Bool
  /// Whether something was found.
  public var hasFinding: Bool

  /// A second in which nothing but this many writes happened.
  public init(at: Instant, writesPerSecond: Double) {
    self.at = at
    self.writesPerSecond = writesPerSecond
    p99 = nil
    leader = nil
    leaders = 0
    lost = 0
    hasFault = false
    hasElection = false
    hasFinding = false
  }
}
