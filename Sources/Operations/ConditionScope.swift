import Positions

/// What a condition may speak of: what the model has, the cluster's nodes, and numbers that were
/// remembered.
public struct ConditionScope: Equatable, Sendable {
  /// The model of replication.
  public var model: ReplicationModel
  /// The nodes that there are.
  public var nodes: Set<NodeID>
  /// The names given by `let`, and what they count.
  public var names: [String: Quantity.Dimension]

  /// These nodes and names.
  public init(
    model: ReplicationModel = .singleLeader, nodes: Set<NodeID>,
    names: [String: Quantity.Dimension] = [:]
  ) {
    self.model = model
    self.nodes = nodes
    self.names = names
  }

  /// Reads the name in `let NAME = VALUE`: letters, digits, _ and -.
  ///
  /// - Throws: for a word that is something already, and for what is no name.
  static func name(_ reader: inout Reader) throws(ParseFailure) -> String {
    reader.skipSpace()
    let start = reader.position
    let name = reader.identifier()
    guard !name.isEmpty else { throw reader.failure("a name is expected here") }
    if let wrong = isWrong(name) { throw reader.failure(wrong, at: start) }
    return name
  }

  /// Why `name` can't be remembered, one line; nil when it can.
  public static func isWrong(_ name: String) -> String? {
    if let meaning = meaning(of: name) { return "\(name) is \(meaning): take another name" }
    let isName =
      name.first?.isLetter == true && name.last != "-"
      && name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
    return isName ? nil : "a name is letters, digits, _ and -, and begins with a letter"
  }

  /// What a word is already, for messages; nil when it is free.
  private static func meaning(of name: String) -> String? {
    if NodeID(name) != nil { return "a node" }
    if let unit = Reader.conditionUnit(name) {
      switch unit.dimension {
      case .time: return "a unit of time"
      case .bytes: return "a unit of size"
      case .number, .position, .rate: return "a unit"
      }
    }
    guard reserved.contains(name) else { return nil }
    if name == "let" || name == "within" { return "a word of scripts" }
    if ClusterWord(rawValue: name) != nil { return "a word of conditions" }
    if Role(rawValue: name) != nil { return "a role" }
    return NodeState(rawValue: name) != nil ? "a state" : "a word of conditions"
  }

  private static let reserved: Set<String> = {
    var words: Set<String> = [
      "all", "any", "last", "write", "read", "followers", "follower", "nodes", "node", "none",
      "let",
      "within", "lag", "rollback", "reads", "writes", "ack", "antiEntropy",
    ]
    words.formUnion(ConditionWord.connectives)
    words.formUnion(ClusterWord.allCases.map(\.rawValue))
    words.formUnion(NodeWord.allCases.map(\.rawValue))
    for sort: ConditionSort in [.role, .state, .write, .versions] {
      words.formUnion(sort.words ?? [])
    }
    return words
  }()

  /// `n1 to n3`, `n1, n2 and n5 to n7`.
  var nodesText: String {
    var runs: [(NodeID, NodeID)] = []
    for node in nodes.sorted() {
      if let last = runs.last, last.1.offset + 1 == node.offset {
        runs[runs.count - 1].1 = node
      } else {
        runs.append((node, node))
      }
    }
    let texts = runs.map { first, last in
      first == last
        ? "\(first)" : first.offset + 1 == last.offset ? "\(first), \(last)" : "\(first) to \(last)"
    }
    return texts.joined(separator: ", ")
  }

  /// Everything that could stand where a value is expected.
  var valueWords: [String] {
    ClusterWord.allCases.filter { $0.models.contains(model) }.map(\.rawValue) + names.keys.sorted()
      + Comparison.Group.all(in: model).flatMap { ["all \($0.plural)", "any \($0.singular)"] }
      + ["not", "none"]
  }
}
