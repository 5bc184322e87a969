import Positions

/// How versions of a key come together.
public enum MergeRule: UInt8, Sendable, CaseIterable {
  /// One version stands: that of the latest clock (a last-writer-wins register). Ties: a tombstone wins,
  /// then the greater value, then the greater dot (Cassandra's order).
  case lastWriterWins = 1
  /// All versions stand that no other knew of (a multi-value register).
  case siblings
  /// Increments add up; each actor has a running total.
  case growCounter
  /// Increments and decrements add up; each actor has a running total of both (PN counter).
  case counter
  /// Elements that were added, and not removed by somebody who saw them added (OR-set).
  case set
}

/// The rules of a cluster: by the longest prefix of the key that matches.
public struct MergeRules: Equatable, Sendable {
  /// A prefix of keys and its rule.
  public struct Prefix: Equatable, Sendable {
    /// How the keys begin.
    public var bytes: [UInt8]
    /// What holds for them.
    public var rule: MergeRule

    /// A rule for a prefix.
    public init(bytes: [UInt8], rule: MergeRule) {
      self.bytes = bytes
      self.rule = rule
    }
  }

  /// Longest first.
  private let prefixes: [Prefix]

  /// These prefixes; last writer wins where none matches.
  public init(_ prefixes: [Prefix] = []) {
    // Ties can't match one key, save the same prefix twice: the first one counts.
    self.prefixes = prefixes.enumerated().sorted {
      ($1.element.bytes.count, $0.offset) < ($0.element.bytes.count, $1.offset)
    }.map(\.element)
  }

  /// The rule for a key.
  public func rule(for key: [UInt8]) -> MergeRule {
    prefixes.first { key.starts(with: $0.bytes) }?.rule ?? .lastWriterWins
  }
}
