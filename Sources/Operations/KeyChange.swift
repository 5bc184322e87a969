/// What a client's write does to a key.
public enum KeyChange: Equatable, Sendable {
  /// Gives it a value.
  case value(String)
  /// Deletes it.
  case delete
  /// Adds to a counter; below zero: takes away.
  case add(Int64)
  /// Puts an element into a set.
  case insert(String)
  /// Takes an element out of a set.
  case discard(String)
}

/// Where a client's request goes, when an operator says it.
public struct RequestOptions: Equatable, Sendable {
  /// The node; nil: as the knobs say.
  public var node: NodeReference?
  /// How many replicas; nil: as the knobs say.
  public var level: ConsistencyLevel?

  /// Options; what is nil is as the knobs say.
  public init(node: NodeReference? = nil, level: ConsistencyLevel? = nil) {
    self.node = node
    self.level = level
  }
}
