import Positions

/// Whether something holds, if anybody knows.
public enum Truth: Equatable, Sendable {
  /// It does.
  case holds
  /// It doesn't.
  case fails
  /// It speaks of a value that nobody knows now.
  case unknown

  init(_ value: Bool) { self = value ? .holds : .fails }

  /// What does not hold is what fails, and the other way round; what is unknown stays so.
  public static prefix func ! (truth: Truth) -> Truth {
    switch truth {
    case .holds: .fails
    case .fails: .holds
    case .unknown: .unknown
    }
  }

  /// Fails if one does, is unknown if one is, else holds.
  public static func all(_ truths: [Truth]) -> Truth {
    truths.contains(.fails) ? .fails : truths.contains(.unknown) ? .unknown : .holds
  }

  /// Holds if one does, is unknown if one is, else fails.
  public static func any(_ truths: [Truth]) -> Truth { !all(truths.map { !$0 }) }
}

/// What a condition says.
///
/// Chains are flat, so that a long line makes no deep tree: only parentheses nest.
indirect enum Formula: Equatable, Sendable {
  case all([Formula])
  case any([Formula])
  case not(Formula)
  /// A word that is true or not by itself.
  case stands(ClusterWord)
  case compares(Comparison)
}

/// Two values and how they should stand to one another.
struct Comparison: Equatable, Sendable {
  enum Order: Equatable, Sendable {
    case less
    case atMost
    case equals
    case differs
    case atLeast
    case more
  }

  /// Which nodes a comparison goes through.
  enum Group: Equatable, Sendable {
    case followers
    case nodes
  }

  /// Whether it is about all nodes of a group, or one of them.
  enum Quantifier: Equatable, Sendable {
    case all(Group)
    case any(Group)

    var group: Group {
      switch self {
      case .all(let group), .any(let group): group
      }
    }
  }

  var left: Operand
  var order: Order
  var right: Operand
  var quantifier: Quantifier?
}

/// A value, or how it is made of others.
indirect enum Operand: Equatable, Sendable {
  case leaf(ConditionLeaf)
  case quantity(Quantity)
  /// `n2`, or none.
  case node(NodeID?)
  /// A role, a state, or what became of a write or a read.
  case word(String)
  /// A value that was read.
  case text(String)
  case sum(plus: [Operand], minus: [Operand], Quantity.Dimension)
  /// Factors in the order they stand, each multiplied or divided by.
  case product([Factor], Quantity.Dimension)

  struct Factor: Equatable, Sendable {
    var operand: Operand
    var divides: Bool
  }
}

/// What can be seen in a snapshot, or was remembered.
enum ConditionLeaf: Hashable, Sendable {
  case cluster(ClusterWord)
  case node(NodeID, NodeField)
  /// Each node that the comparison's quantifier goes through.
  case each(NodeField)
  /// A name given by `let`.
  case name(String)
}
