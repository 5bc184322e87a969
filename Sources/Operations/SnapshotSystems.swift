import Positions

// What only a preset's own view needs of a cluster with a single leader.

/// A stretch of a log that one leadership wrote.
public struct LogSpanSnapshot: Hashable, Sendable {
  /// The leadership; it carries its leader.
  public var term: Term
  /// The first record's index.
  public var first: Index
  /// The last record's index.
  public var last: Index

  /// The stretch `first...last`.
  public init(term: Term, first: Index, last: Index) {
    self.term = term
    self.first = first
    self.last = last
  }
}

/// When a record was written, as MongoDB numbers them: a second, the record's ordinal in it, the term.
public struct Optime: Equatable, Sendable, CustomStringConvertible {
  /// Seconds since the cluster began.
  public var second: Int64
  /// Counts the records of that second, from 1; nil where only this is known: it was written before.
  public var increment: Int?
  /// The term.
  public var term: Term

  /// An optime.
  public init(second: Int64, increment: Int?, term: Term) {
    self.second = second
    self.increment = increment
    self.term = term
  }

  /// `(193, 41) t4`: Timestamp(193, 41) of term 4; `(<193) t4` where it is older than what is kept.
  public var description: String {
    "(" + (increment.map { "\(second), \($0)" } ?? "<\(second)") + ") t\(term.epoch)"
  }
}

/// The optimes of a node's positions.
public struct OptimesSnapshot: Equatable, Sendable {
  /// Of the last record in its memory.
  public var received: Optime?
  /// Of the last record on its disk.
  public var flushed: Optime?
  /// Of the last record in its state.
  public var applied: Optime?
  /// Of the last record it knows to be committed.
  public var commit: Optime?
  /// Of the last record that its log shares with the leader's, where it has a fork.
  public var fork: Optime?

  /// Nothing is known.
  public init() {}
}

/// What a leader knows, one of several where there are several.
public struct OfficeSnapshot: Equatable, Sendable {
  /// What it knows of one follower: what that said last, which may be long ago.
  public struct Follower: Equatable, Sendable {
    /// Which.
    public var node: NodeID
    /// Whether records go to it as they are made; else it is being brought up from files.
    public var isStreaming: Bool
    /// Whether it answered lately.
    public var answers: Bool
    /// The end of what was sent.
    public var sent: LSN
    /// The end of what it received; nil where the leader's memory does not reach back so far.
    public var received: LSN?
    /// The end of what is on its disk.
    public var flushed: LSN
    /// The end of what its state shows; nil as before.
    public var applied: LSN?
    /// Age of the oldest record that is not known to be on its disk; nil: there is none.
    public var flushAge: Interval?
    /// Age of the oldest record that its state is not known to show; nil: there is none.
    public var applyAge: Interval?

    /// A follower of which nothing is known yet.
    public init(node: NodeID) {
      self.node = node
      isStreaming = true
      answers = true
      sent = .zero
      flushed = .zero
    }
  }

  /// Who leads.
  public var leader: NodeID
  /// Writes that wait to be acknowledged.
  public var waiting: Int
  /// Whether it fell back to acknowledging alone.
  public var isDegraded: Bool
  /// Its followers, by number.
  public var followers: [Follower]

  /// A leader without followers.
  public init(leader: NodeID) {
    self.leader = leader
    waiting = 0
    isDegraded = false
    followers = []
  }
}
