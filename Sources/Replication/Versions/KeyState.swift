import Positions

/// What a replica knows of one key: the versions that stand, and every write it knows of.
///
/// A set of dotted versions with one causal context (Preguiça et al. 2012, "Dotted Version Vectors"; Riak's
/// dvvset): a write that is in the context and has no entry was superseded. All types are this one
/// structure; they differ in what a change does to the entries, and last-writer-wins in that a merge
/// keeps the greatest only. A join is commutative, associative and idempotent.
public struct KeyState: Equatable, Sendable {
  /// A version that stands.
  public struct Entry: Equatable, Sendable {
    /// Which write it is.
    public var dot: Dot
    /// What its writer's own clock said.
    public var clock: Instant
    /// A value, a set's element, or a counter's totals (``CounterTotals``); nil: a tombstone.
    public var payload: [UInt8]?

    /// A version.
    public init(dot: Dot, clock: Instant, payload: [UInt8]?) {
      self.dot = dot
      self.clock = clock
      self.payload = payload
    }
  }

  /// Every write of the key that is known, superseded ones too.
  public internal(set) var context: VersionVector
  /// The versions that stand, by dot.
  public internal(set) var entries: [Entry]

  /// Nothing is known of the key.
  public init() {
    context = VersionVector()
    entries = []
  }

  init(context: VersionVector, entries: [Entry]) {
    self.context = context
    self.entries = entries
  }

  /// Whether nothing but tombstones stands: the key is not there for who reads it.
  public var isDeleted: Bool { entries.allSatisfy { $0.payload == nil } }

  /// How many values stand.
  public var liveCount: Int { entries.reduce(0) { $0 + ($1.payload == nil ? 0 : 1) } }

  /// Whether every write that `other` knows of is known here.
  public func knows(_ other: KeyState) -> Bool { context.covers(other.context) }
}

/// What an actor has added to a counter, and taken from it: 8 bytes each, little-endian.
public struct CounterTotals: Equatable, Sendable {
  /// The sum of its increments.
  public var up: UInt64
  /// The sum of its decrements.
  public var down: UInt64

  /// Totals.
  public init(up: UInt64 = 0, down: UInt64 = 0) {
    self.up = up
    self.down = down
  }

  /// Reads a counter entry's payload; nil when it is none.
  public init?(_ payload: [UInt8]) {
    guard payload.count == 16 else { return nil }
    (up, down) = payload.withUnsafeBytes {
      (
        UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)),
        UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      )
    }
  }

  /// As a counter entry's payload.
  public var payload: [UInt8] {
    withUnsafeBytes(of: (up.littleEndian, down.littleEndian)) { Array($0) }
  }
}

extension KeyState {
  /// A counter's value.
  public var counterValue: Int64 {
    entries.reduce(0) { sum, entry in
      guard let totals = entry.payload.flatMap({ CounterTotals($0) }) else { return sum }
      return sum &+ Int64(bitPattern: totals.up) &- Int64(bitPattern: totals.down)
    }
  }

  /// A set's elements, each once, in order of bytes.
  public var elements: [[UInt8]] {
    let sorted = entries.compactMap(\.payload).sorted { $0.lexicographicallyPrecedes($1) }
    return sorted.enumerated().filter { $0.offset == 0 || sorted[$0.offset - 1] != $0.element }
      .map(\.element)
  }
}
