import Positions

/// Two versions of a key that did not know of one another, or of which one lost although it did.
public struct VersionConflict: Equatable, Sendable {
  /// When it was first told.
  public var at: Instant
  /// The node that told it first.
  public var by: NodeID
  /// The key, as the client wrote it.
  public var key: String
  /// The hash of the key's name.
  public var keyHash: UInt64
  /// The version that lost its place, or stands beside the other.
  public var loser: Dot
  /// What the loser's writer's clock said.
  public var loserClock: Instant
  /// The version that stands.
  public var winner: Dot
  /// What the winner's writer's clock said.
  public var winnerClock: Instant
  /// How it ended.
  public var ending: VersionEnding
}

/// An acknowledged version that no live replica shows, and that nothing took the place of.
public struct LostVersion: Equatable, Sendable {
  /// The key, as the client wrote it.
  public var key: String
  /// Which version.
  public var dot: Dot
  /// Why, one line.
  public var why: String
}

/// What was promised to clients where several nodes take writes, and what became of it.
public struct VersionLedger: Equatable, Sendable {
  /// Writes acknowledged.
  public internal(set) var acknowledged = 0
  /// Acknowledged writes that are neither visible, nor superseded, nor losers, as far as all live
  /// replicas agree; one that comes back with a node is taken off again.
  public internal(set) var lost = 0
  /// The newest of them, newest last, at most ``lostMaximum``.
  public internal(set) var lostWrites: [LostVersion] = []
  /// Acknowledged writes that lost to a later clock.
  public internal(set) var losers = 0
  /// Of these, writes that knew of what they lost to.
  public internal(set) var lostByClock = 0
  /// Deleted keys that came back after their tombstones were forgotten, each once for each time that one
  /// was.
  public internal(set) var risen = 0
  /// Pairs of versions in conflict, each once however many nodes told it.
  public internal(set) var conflicts = 0
  /// Of these, pairs that a type merged.
  public internal(set) var merged = 0
  /// The newest conflicts, newest last, at most ``conflictsMaximum``.
  public internal(set) var newestConflicts: [VersionConflict] = []
  /// Reads that missed a write which had been acknowledged before they began.
  public internal(set) var staleReads = 0
  /// Reads answered of keys that had an acknowledged write when they began.
  public internal(set) var readsThatCouldBeStale = 0

  /// How many lost writes are kept with their keys.
  public static let lostMaximum = 100
  /// How many conflicts are kept.
  public static let conflictsMaximum = 50

  mutating func lose(_ write: LostVersion) {
    lost += 1
    lostWrites.append(write)
    if lostWrites.count > Self.lostMaximum { lostWrites.removeFirst() }
  }

  /// A lost write is there again: it was on a node that did not run.
  mutating func find(_ dot: Dot, of key: String) {
    lost -= 1
    lostWrites.removeAll { $0.dot == dot && $0.key == key }
  }

  mutating func note(_ conflict: VersionConflict) {
    conflicts += 1
    if conflict.ending == .merged { merged += 1 }
    newestConflicts.append(conflict)
    if newestConflicts.count > Self.conflictsMaximum { newestConflicts.removeFirst() }
  }
}
