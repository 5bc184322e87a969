/// A writer of versions: a node in one of its generations.
///
/// A node begins a new generation whenever it may have forgotten what it wrote: at every start, and
/// when it lets go of keys (a hint handed over, a range given away, a tombstone dropped). So no actor
/// ever gives the same dot to two versions of a key (Riak: per-key epochs of a vnode).
public struct Actor: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The node's number in the upper 16 bits, its generation in the lower 48.
  public let rawValue: UInt64

  /// Takes the 8 bytes as they stand in a log.
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// `node` in its `generation`: of each start (an incarnation) the lower 24 bits count those begun
  /// while it runs.
  public init(node: NodeID, incarnation: UInt64, generation: UInt64) {
    rawValue =
      UInt64(node.number) << 48 | (incarnation & 0xFF_FFFF) << 24 | (generation & 0xFF_FFFF)
  }

  /// The node; nil in bytes that name none.
  public var node: NodeID? {
    let number = Int(rawValue >> 48)
    return number == 0 ? nil : NodeID(number)
  }

  /// Which start of the node it belongs to.
  public var incarnation: UInt64 { rawValue >> 24 & 0xFF_FFFF }

  /// Which generation since that start.
  public var generation: UInt64 { rawValue & 0xFF_FFFF }

  public var description: String {
    let name = node.map { "\($0)" } ?? "n0"
    return generation == 0 ? "\(name).\(incarnation)" : "\(name).\(incarnation).\(generation)"
  }

  public static func < (left: Actor, right: Actor) -> Bool { left.rawValue < right.rawValue }
}

/// One write, by who made it: the `counter`th of `actor` for its key, or in its log.
public struct Dot: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Who made it.
  public var actor: Actor
  /// Counts the actor's, from 1.
  public var counter: UInt64

  /// The `counter`th of `actor`.
  public init(actor: Actor, counter: UInt64) {
    self.actor = actor
    self.counter = counter
  }

  public var description: String { "\(actor):\(counter)" }

  public static func < (left: Dot, right: Dot) -> Bool {
    left.actor == right.actor ? left.counter < right.counter : left.actor < right.actor
  }
}
