import Positions

/// A version that was made, as long as no acknowledged one has taken its place.
struct VersionFact: Sendable {
  var dot: Dot
  var past: VersionVector
  var clock: Instant
  var value: UInt64
  var count: Int64
  var isTombstone: Bool
  var leavesVersion: Bool
  /// Whether no stand-in counted, and disks were synced first, when it was made.
  var isStrict: Bool
  /// Whether a stand-in's copy made a write then.
  var countsHints: Bool
  var isSynced: Bool
  var isAcknowledged = false
  /// Whether it was told that it lost to a later clock, and whether it knew of that.
  var hasEnded = false
  var knewWinner = false
  /// Whether the ledger counts it among the losers, and as lost.
  var isLoser = false
  var isLost = false
  /// Who ever had it on its disk, in its place, and for another.
  var own = NodeSet()
  var hinted = NodeSet()
  /// Who still has, as far as is known.
  var keeps = NodeSet()

  /// Whether by the clock it stands over `other`; nil when only the values can tell.
  func beats(_ other: VersionFact) -> Bool? {
    if clock != other.clock { return clock > other.clock }
    return isTombstone == other.isTombstone ? nil : isTombstone
  }

  /// Whether it takes the place of `old` wherever both are known; nil when only values can tell.
  func takesPlace(of old: VersionFact, under rule: KeyRule) -> Bool? {
    switch rule {
    case .lastWriterWins: return beats(old)
    case .siblings: return past.covers(old.dot)
    case .counter:
      if dot.actor == old.dot.actor, dot.counter > old.dot.counter { return true }
      return isTombstone && past.covers(old.dot)
    case .set:
      // A removal leaves no version, and names its element by the value.
      if isTombstone, leavesVersion { return past.covers(old.dot) }
      return value == old.value && past.covers(old.dot)
    }
  }
}

/// What is known of a key: who made what, what stands, and who holds what of it.
struct KeyFacts: Sendable {
  /// What a node was last seen to hold.
  struct Holder: Sendable {
    var node: NodeID
    var epoch: UInt32
    var context: VersionVector
    /// By dot.
    var versions: DotList
  }

  /// What clients added to a counter: what was acknowledged is in, what was only made may be.
  struct Sums: Equatable, Sendable {
    var acknowledged: Int64 = 0
    var madeUp: Int64 = 0
    var madeDown: Int64 = 0
    var acknowledgedUp: Int64 = 0
    var acknowledgedDown: Int64 = 0

    mutating func make(_ count: Int64) {
      if count > 0 { madeUp &+= count } else { madeDown &+= count }
    }

    mutating func acknowledge(_ count: Int64) {
      acknowledged &+= count
      if count > 0 { acknowledgedUp &+= count } else { acknowledgedDown &+= count }
    }

    /// What the counter may come to.
    var least: Int64 { acknowledged &+ min(0, madeDown &- acknowledgedDown) }
    var most: Int64 { acknowledged &+ max(0, madeUp &- acknowledgedUp) }
  }

  let hash: UInt64
  var name: String
  /// Whether that is what clients call it.
  var isNamed = false
  var rule = KeyRule.lastWriterWins
  /// The dots that were made.
  var made = VersionVector()
  /// What the acknowledged ones come to, save those that are lost.
  var acknowledged = VersionVector()
  /// When the newest of them was acknowledged.
  var acknowledgedAt: Instant?
  /// What a node knew that forgot the key's tombstone: it need not be known any more.
  var collected = VersionVector()
  /// The same of those that went while the knobs let tombstones go before all had them.
  var collectedEarly = VersionVector()
  /// The tombstones that went so.
  var collectedTombstones: [Dot] = []
  var facts: [VersionFact] = []
  var holders: [Holder] = []
  var sums = Sums()
  /// The least number of copies that a version was acknowledged with.
  var leastNeeded = Int.max
  /// Whether a version was acknowledged while stand-ins counted.
  var hadLaxAcknowledgement = false
  /// Whether facts were let go that could still matter.
  var isPartial = false
  /// Whether versions of it were there before all that was observed.
  var isInherited = false
  /// Whether another node ever became its replica.
  var hasMoved = false
  var isDeadTold = false
  /// The round of agreement in which it was told.
  var round: UInt32 = 0

  /// Unacknowledged versions that are kept, at most: those of crashed coordinators never end.
  static let pendingMaximum = 64
  /// How many facts there may be before the unacknowledged are counted.
  var factsBeforeCount = 2 * pendingMaximum

  init(hash: UInt64, name: String) {
    self.hash = hash
    self.name = name
  }

  /// Where the fact of a version is; the newest are the likeliest.
  func position(_ dot: Dot) -> Int? {
    facts.lastIndex { $0.dot.counter == dot.counter && $0.dot.actor == dot.actor }
  }

  /// Whether something that `context` knows took the place of a version, or may have; `versions`
  /// stand, in order.
  func isJustified(
    _ old: VersionFact, in context: VersionVector, _ versions: DotList
  ) -> Bool {
    for new in facts where new.dot != old.dot && new.takesPlace(of: old, under: rule) != false {
      if context.covers(new.dot) { return true }
    }
    // By the clock it may have lost to a version whose own end is long known.
    return rule == .lastWriterWins && versions.contains { position($0) == nil }
  }

  /// Lets go of what an acknowledged version took the place of: that need not be seen again.
  mutating func settle(under winner: Int) {
    if facts.count == 1 { return }
    let new = facts[winner]
    let rule = rule
    var isAny = false
    for old in facts where old.dot != new.dot && Self.isOver(new, old, rule) {
      isAny = true
      // An actor's newer total has it in.
      if rule == .counter, !old.isAcknowledged, new.dot.actor == old.dot.actor {
        sums.acknowledge(old.count)
      }
    }
    if isAny { facts.removeAll { $0.dot != new.dot && Self.isOver(new, $0, rule) } }
  }

  /// Whether an acknowledged version ends another for good.
  private static func isOver(_ new: VersionFact, _ old: VersionFact, _ rule: KeyRule) -> Bool {
    guard new.takesPlace(of: old, under: rule) == true else { return false }
    // By the clock: one that did not know of the other must first be told to have lost.
    return rule != .lastWriterWins || new.past.covers(old.dot) || old.isLoser
  }

  /// Bounds the unacknowledged facts.
  mutating func bound() {
    guard facts.count > factsBeforeCount else { return }
    var spare = facts.reduce(0) { $0 + ($1.isAcknowledged ? 0 : 1) } - Self.pendingMaximum
    if spare > 0 {
      isPartial = true
      facts.removeAll {
        guard spare > 0, !$0.isAcknowledged else { return false }
        spare -= 1
        return true
      }
    }
    factsBeforeCount = max(2 * Self.pendingMaximum, 2 * facts.count)
  }
}
