/// What a value is; only like is compared with like.
enum ConditionSort: Equatable, Sendable {
  case quantity(Quantity.Dimension)
  /// The last write under a leader: a position, and what became of it.
  case write
  /// The last write where several nodes take them: what became of it.
  case outcome
  case read
  /// A read that may give several versions.
  case versions
  case node
  case role
  case state
  case hash
  /// True or not by itself.
  case truth

  /// As a number: the last write stands for its position.
  var dimension: Quantity.Dimension? {
    switch self {
    case .quantity(let dimension): dimension
    case .write: .position
    default: nil
    }
  }

  /// Whether it is compared with a text in quotation marks.
  var takesText: Bool { self == .read || self == .versions }

  /// The words that can stand on the other side.
  var words: [String]? {
    switch self {
    case .role: Role.allCases.map(\.rawValue)
    case .state: NodeState.allCases.map(\.rawValue)
    case .write, .outcome: ["acknowledged", "waiting", "refused", "unanswered"]
    case .read: ["missing", "stale", "waiting", "unanswered"]
    case .versions: ["siblings", "missing", "stale", "waiting", "unanswered"]
    default: nil
    }
  }

  /// `a time`, for messages.
  var article: String {
    switch self {
    case .quantity(let dimension): dimension.article
    case .write, .outcome: "a write"
    case .read, .versions: "a read"
    case .node: "a node"
    case .role: "a role"
    case .state: "a state"
    case .hash: "a hash"
    case .truth: "something that holds or not"
    }
  }
}
