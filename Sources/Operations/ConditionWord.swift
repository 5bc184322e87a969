/// The words of conditions, for help and completion.
public struct ConditionWord: Equatable, Sendable {
  /// As it is typed; a node's word begins with `nK.`.
  public var word: String
  /// What it means, a part of a line.
  public var meaning: String

  /// Everything that a condition can speak of in clusters of a model.
  public static func all(in model: ReplicationModel) -> [ConditionWord] {
    let cluster = ClusterWord.allCases.filter { $0.models.contains(model) }
    let groups: [ConditionWord] = Comparison.Group.all(in: model).flatMap { group in
      [
        ConditionWord(word: "all \(group.plural).", meaning: group.meaning),
        ConditionWord(
          word: "any \(group.singular).", meaning: "the same, for at least one of them"),
      ]
    }
    return cluster.map { ConditionWord(word: $0.rawValue, meaning: $0.meaning(in: model)) }
      + NodeWord.all(in: model).map {
        ConditionWord(word: "nK." + $0.rawValue, meaning: $0.meaning)
      } + groups
  }

  /// What joins and compares.
  public static let connectives = ["and", "or", "not", "is"]

  /// What to say of a word that only other models have; nil for any other.
  static func isLacking(_ word: String, in model: ReplicationModel) -> String? {
    guard let known = ClusterWord(rawValue: word) else { return nil }
    return isLacking(word, known.models, in: model)
  }

  /// What to say of a word that only `models` have; nil where `model` is one of them.
  static func isLacking(
    _ word: String, _ models: Set<ReplicationModel>, in model: ReplicationModel
  ) -> String? {
    if models.contains(model) { return nil }
    let lacking =
      switch model {
      case .singleLeader: "a cluster with a single leader"
      case .multiLeader: "a cluster with several leaders"
      case .leaderless: "a cluster without a leader"
      }
    let owners = ReplicationModel.allCases.filter(models.contains).map(\.rawValue)
    return "\(word): \(lacking) has none; only \(owners.joined(separator: " and ")) clusters do"
  }
}

extension Comparison.Group {
  /// Those that comparisons can go through in clusters of a model.
  static func all(in model: ReplicationModel) -> [Comparison.Group] {
    model == .singleLeader ? [.followers, .nodes] : [.nodes]
  }

  /// After `all`.
  var plural: String { singular + "s" }

  /// After `any`.
  var singular: String {
    switch self {
    case .followers: "follower"
    case .nodes: "node"
    }
  }

  var meaning: String {
    switch self {
    case .followers:
      "one of a node's words, for every member that does not lead, dead ones too"
    case .nodes: "one of a node's words, for every member, dead ones too"
    }
  }
}
