/// An election's number: its epoch, and the node that campaigned, in 8 bytes.
///
/// Terms are ordered by epoch, then by node, so that two promotions never share one, even when they
/// were forced on two sides of a partition. People are shown the epoch (PostgreSQL: the timeline).
public struct Term: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Epoch in the upper 48 bits, the campaigning node's number in the lower 16.
  public let rawValue: UInt64

  /// Takes the 8 bytes as they stand in a log.
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// The term of `node`'s campaign in `epoch`.
  public init(epoch: UInt64, node: NodeID) {
    rawValue = epoch << 16 | UInt64(node.number)
  }

  /// The term before any election; no record carries it.
  public static let zero = Term(rawValue: 0)

  /// What people are shown.
  public var epoch: UInt64 { rawValue >> 16 }

  /// The node that campaigned, nil in the term before any election.
  public var node: NodeID? {
    let number = Int(rawValue & 0xFFFF)
    return number == 0 ? nil : NodeID(number)
  }

  /// The least term of `node` that is above this one.
  public func next(for node: NodeID) -> Term { Term(epoch: epoch + 1, node: node) }

  public var description: String { node.map { "\(epoch)@\($0)" } ?? "\(epoch)" }

  public static func < (left: Term, right: Term) -> Bool { left.rawValue < right.rawValue }
}
