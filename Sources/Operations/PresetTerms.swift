/// How a log's positions are written.
public enum PositionNotation: Sendable {
  /// PostgreSQL's LSN: `0/3A28F10`.
  case lsn
  /// MySQL's file and position: `binlog.000001:3837712`.
  case binlog
  /// MongoDB's optime: seconds, increment, term.
  case optime
}

/// What a system calls things.
public struct PresetTerms: Sendable {
  /// Who takes writes, as a lane's label: at most nine letters.
  public var leader = "LEADER"
  /// Several of them.
  public var leaders = "LEADERS"
  /// Who follows.
  public var follower = "follower"
  /// A node where nobody leads.
  public var peer = "peer"
  /// The log.
  public var log = "WAL"
  /// The count of leaderships; nil: the system has none.
  public var term: String? = "term"
  /// How far it was sent to.
  public var sent = "sent"
  /// How far it was received.
  public var received = "received"
  /// How far it is durable.
  public var flushed = "flushed"
  /// How far its state shows it.
  public var applied = "applied"
  /// How far it is committed.
  public var commit = "commit"
  /// What the leader's log does not hold.
  public var fork = "fork"
  /// How far behind a log is on disk.
  public var flushLag = "flush"
  /// How far behind a state is.
  public var applyLag = "apply"
  /// Whether a node could lead next.
  public var electable = "electable"
  /// Whether nodes vote.
  public var hasVotes = true
  /// How positions are written.
  public var notation = PositionNotation.lsn
  /// The fields of its tools; nil: it shows no positions.
  public var fields: PositionFields?

  /// This program's own words.
  public init() {}
}

/// What a system's tools call a node's positions.
public struct PositionFields: Sendable {
  /// How far it was sent to.
  public var sent: String?
  /// How far it was received.
  public var received: String
  /// How far it is on disk.
  public var flushed: String
  /// How far its state shows it.
  public var applied: String
  /// How far it knows it to be committed.
  public var commit: String?
}
