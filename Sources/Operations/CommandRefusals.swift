import Positions

// What commands a model has, and which rule of conflicts takes which change of a key.
extension Knobs {
  /// Why a cluster with these knobs can never carry a command out; nil when it may.
  ///
  /// What depends on the nodes and on the world is for the cluster to say.
  public func refusal(of command: Command) -> String? {
    if case .set(let setting) = command { return refusal(of: setting) }
    let name = String(command.text.prefix { $0 != " " })
    if let row = CommandTable.row(name), !row.models.contains(model) {
      return "\(name): \(model.article) cluster has no such command; \(row.models.owners)"
    }
    if model != .singleLeader {
      for case let part in command.references where part.isPart {
        return "\(name) \(part): nobody leads a \(model.rawValue) cluster; name a node, as n1"
      }
    }
    switch command {
    case .change(let key, let change, let options):
      if model == .singleLeader, options.node != nil {
        return "\(name): a single-leader cluster's writes go to the leader; write K V is all"
      }
      return refusal(ofLevel: options, name) ?? refusal(of: change, key: key, name)
    case .read(_, let options): return refusal(ofLevel: options, name)
    case .choose(let key, _):
      let rule = resolution.rule(for: key)
      return rule == .siblings
        ? nil : "choose: \(key) is \(rule.noun) here, and has no siblings to choose from"
    default: return nil
    }
  }

  private func refusal(ofLevel options: RequestOptions, _ name: String) -> String? {
    guard options.level != nil, model != .leaderless else { return nil }
    return "\(name): \(model.article) cluster has no levels; leaderless has them"
  }

  private func refusal(of change: KeyChange, key: String, _ name: String) -> String? {
    guard model != .singleLeader else { return nil }
    let rule = resolution.rule(for: key)
    let wanted: [ConflictRule]
    switch change {
    case .delete: return nil
    case .value: wanted = [.lastWriterWins, .siblings]
    case .add(let count): wanted = count < 0 ? [.counter] : [.counter, .growCounter]
    case .insert, .discard: wanted = [.set]
    }
    if wanted.contains(rule) { return nil }
    let prefixes = resolution.prefixes.filter { wanted.contains($0.rule) }.map(\.prefixText)
    let right =
      prefixes.isEmpty
      ? "under resolve \(resolution.text) no key is"
      : "keys that begin with \(prefixes.joined(separator: " or ")) are"
    switch change {
    case .value, .delete:
      return "\(name): \(key) is \(rule.noun) here: it is changed by \(rule.changes)"
    case .add, .insert, .discard:
      return "\(name): \(key) is \(rule.noun) here, not \(wanted[0].noun); \(right)"
    }
  }
}

extension NodeReference {
  /// Whether it is named by the part it plays under a leader.
  fileprivate var isPart: Bool { if case .node = self { false } else { true } }
}

extension ConflictRule {
  /// The commands that change a key under it.
  fileprivate var changes: String {
    switch self {
    case .lastWriterWins, .siblings: "write"
    case .growCounter: "increment"
    case .counter: "increment and decrement"
    case .set: "insert and discard"
    }
  }
}
