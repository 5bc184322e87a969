import Positions

/// One version of a key's value, as a node shows it.
public struct VersionSnapshot: Equatable, Sendable {
  /// The value as its bytes read, which may hold anything; nil: it says that the key was deleted.
  public var value: String?
  /// Which write it is.
  public var dot: Dot
  /// What its writer's own clock said.
  public var clock: Instant

  /// A version.
  public init(value: String?, dot: Dot, clock: Instant) {
    self.value = value
    self.dot = dot
    self.clock = clock
  }
}

/// A key of which several versions stand side by side.
public struct SiblingsSnapshot: Equatable, Sendable {
  /// The key, as its bytes read; may hold anything.
  public var key: String
  /// Its versions, by dot.
  public var versions: [VersionSnapshot]

  /// A key with these versions.
  public init(key: String, versions: [VersionSnapshot]) {
    self.key = key
    self.versions = versions
  }
}

/// Two writes of a key that did not know of one another, or of which one did and lost by the clock.
public struct ConflictSnapshot: Equatable, Sendable {
  /// How it ended.
  public enum Ending: String, Sendable, CaseIterable {
    /// The later clock won; the other value is lost.
    case lastWriterWon = "last writer won"
    /// A write that knew of the other and lost to it all the same: the writers' clocks differ.
    case lostByClock = "lost by clock"
    /// Both are in the merged value.
    case merged
    /// Both are kept until somebody chooses.
    case kept = "both kept"
  }

  /// When it was first found.
  public var at: Instant
  /// The node that found it.
  public var node: NodeID
  /// The key, as its bytes read; may hold anything.
  public var key: String
  /// The rule that decided.
  public var rule: String
  /// How it ended.
  public var ending: Ending
  /// The version that stands (where both do, one of them).
  public var winner: VersionSnapshot
  /// The other.
  public var loser: VersionSnapshot

  /// A conflict.
  public init(
    at: Instant, node: NodeID, key: String, rule: String, ending: Ending, winner: VersionSnapshot,
    loser: VersionSnapshot
  ) {
    self.at = at
    self.node = node
    self.key = key
    self.rule = rule
    self.ending = ending
    self.winner = winner
    self.loser = loser
  }
}

/// What the models in which several nodes take writes of a key have in common.
public struct VersionsSnapshot: Equatable, Sendable {
  /// Conflicts found so far, each once however many nodes found it.
  public var conflicts = 0
  /// Acknowledged writes that lost a conflict to a later clock.
  public var losers = 0
  /// Of these, writes that knew of what they lost to.
  public var lostByClock = 0
  /// Conflicts that a type merged.
  public var merged = 0
  /// Deleted keys that came back, after their tombstones were forgotten.
  public var risen = 0
  /// The newest conflicts, newest last, at most 50.
  public var newest: [ConflictSnapshot] = []
  /// Keys that have siblings now on some running node.
  public var siblings = 0
  /// The first of them by key, at most 20.
  public var siblingKeys: [SiblingsSnapshot] = []
  /// Keys that live replicas show differently.
  public var divergentKeys = 0
  /// Keys that live replicas show, whether one or all of them.
  public var keys = 0
  /// How long ago these two were counted; zero: they are of the snapshot's moment.
  public var divergenceAge = Interval.zero
  /// The key that is looked at; nil when none is.
  public var watched: WatchedKeySnapshot?
  /// What was counted where this ending of the run parted from the one it is compared with; nil when
  /// there is no other ending, or it is not known.
  public var atFork: Counts?

  /// Conflicts as they are counted.
  public struct Counts: Equatable, Sendable {
    /// Conflicts found.
    public var conflicts = 0
    /// Acknowledged writes that lost one.
    public var losers = 0
    /// Of these, writes that knew of what they lost to.
    public var lostByClock = 0

    /// Nothing yet.
    public init() {}
  }

  /// No conflict yet.
  public init() {}
}

/// One key on all of its replicas.
public struct WatchedKeySnapshot: Equatable, Sendable {
  /// What one node holds of it.
  public struct Holder: Equatable, Sendable {
    /// Which node.
    public var node: NodeID
    /// Its versions there, by dot; empty: it does not hold the key.
    public var versions: [VersionSnapshot]
    /// How many writes of the key it knows of each node's, superseded ones too, by node.
    public var knows: [Knows]
    /// Whether it knows every write that any live holder knows.
    public var isNewest: Bool
    /// Whether it lacks a write, and no other holder knows all that it knows and more: two copies that
    /// never met are both parted, and neither is old.
    public var isParted = false
    /// Whose place it keeps it for; nil: it is one of the key's replicas.
    public var hintFor: NodeID?
    /// Whether its copy counted for the newest acknowledged write.
    public var madeWriteQuorum: Bool
    /// Whether it answered the newest read in time.
    public var madeReadQuorum: Bool
    /// Whether the newest read repaired it.
    public var wasRepaired: Bool

    /// A node that holds nothing of it.
    public init(node: NodeID) {
      self.node = node
      versions = []
      knows = []
      isNewest = false
      hintFor = nil
      madeWriteQuorum = false
      madeReadQuorum = false
      wasRepaired = false
    }
  }

  /// Writes of a key by one node.
  public struct Knows: Equatable, Sendable {
    /// Whose.
    public var node: NodeID
    /// How many.
    public var count: UInt64

    /// So many of a node's.
    public init(node: NodeID, count: UInt64) {
      self.node = node
      self.count = count
    }
  }

  /// The key, as its bytes read; may hold anything.
  public var key: String
  /// Its value as a client would read it where all is known: a counter's sum, a set's elements.
  public var value: String
  /// The rule that its conflicts end by.
  public var rule: String
  /// Those that hold it, or should, by node.
  public var holders: [Holder]
  /// Who made the newest acknowledged write's quorum, whether they hold the key still or not.
  public var writeQuorum: [NodeID] = []
  /// Who made the newest read's quorum.
  public var readQuorum: [NodeID] = []

  /// A key that nobody holds.
  public init(key: String, rule: String) {
    self.key = key
    self.rule = rule
    value = ""
    holders = []
  }
}
