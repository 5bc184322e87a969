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
  /// - Throws: for a word that means something already, and for what is no name.
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
    if isReserved(name) { return "\(name) means something already: take another name" }
    let isName =
      name.first?.isLetter == true && name.last != "-"
      && name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
    return isName ? nil : "a name is letters, digits, _ and -, and begins with a letter"
  }

  private static func isReserved(_ name: String) -> Bool {
    NodeID(name) != nil || reserved.contains(name)
      || Reader.conditionUnits.contains { $0.name.lowercased() == name.lowercased() }
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
