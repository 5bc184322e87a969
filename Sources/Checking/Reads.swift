import Positions

/// A record by its place: a later term's comes after every earlier one's.
struct Version: Equatable, Comparable, Sendable {
  var term: Term
  var index: Index

  static let none = Version(term: .zero, index: .zero)

  static func < (left: Version, right: Version) -> Bool {
    (left.term, left.index) < (right.term, right.index)
  }
}

/// The newest acknowledged version of each key, in a fixed number of small buckets.
///
/// A bucket that grows too large forgets its keys: a stale read may go uncounted then, never a fresh
/// one be called stale.
struct AcknowledgedKeys: Equatable, Sendable {
  private static let bucketCount = 256
  private static let bucketMaximum = 512
  private var buckets = [[UInt64: Version]](repeating: [:], count: bucketCount)

  func newest(_ key: UInt64) -> Version { buckets[Int(key % 256)][key] ?? .none }

  mutating func note(_ key: UInt64, _ version: Version) {
    let bucket = Int(key % 256)
    if buckets[bucket].count >= Self.bucketMaximum, buckets[bucket][key] == nil {
      buckets[bucket] = [:]
    }
    if version > newest(key) { buckets[bucket][key] = version }
  }

  /// Forgets versions that are lost.
  mutating func forget(where isLost: (Version) -> Bool) {
    for bucket in buckets.indices {
      buckets[bucket] = buckets[bucket].filter { !isLost($0.value) }
    }
  }
}

/// What a session was promised and shown.
struct Session: Equatable, Sendable {
  var wrote = Version.none
  var saw = Index.zero
  var read: PendingRead?
}

/// A read under way, with what it must show.
struct PendingRead: Equatable, Sendable {
  var id: UInt64
  var guarantee: SessionGuarantee
  var key: UInt64
  var newestOfKey: Version
  var own: Version
  var saw: Index
  /// The greatest acknowledged or returned record when it began.
  var everything: Version
}
