import Positions

// What knobs a model has, and which of their values go together.
extension Knobs {
  /// Takes settings in, in their order, but a preset's below all others; of several presets the last.
  public mutating func apply(_ settings: [KnobSetting]) {
    if let preset = settings.last(where: \.isPreset) { apply(preset) }
    for setting in settings where !setting.isPreset { apply(setting) }
  }

  /// Why the model has no such knob, or no such choice of it; nil when it has.
  ///
  /// The model must be taken in before: where settings stand beside one another their order does not
  /// count.
  public func misplaced(_ setting: KnobSetting) -> String? {
    let name = setting.name
    if let preset, let refusal = preset.refusal(of: setting) { return refusal }
    if let row = KnobTable.row(name), !row.models.contains(model) {
      return "\(name): \(model.article) cluster has no such knob; \(row.models.owners)"
    }
    guard case .guarantee(.linearizable) = setting, model != .singleLeader else { return nil }
    return "guarantee: \(model.article) cluster has no linearizable reads; "
      + "\(Set([ReplicationModel.singleLeader]).owners)"
  }

  /// Why a running cluster with these knobs can't take a setting; nil when it can, and for what is set
  /// so already.
  ///
  /// Whether the nodes it names are there is for the cluster to say.
  public func refusal(of setting: KnobSetting) -> String? {
    if let misplaced = misplaced(setting) { return misplaced }
    var changed = self
    changed.apply(setting)
    if changed == self { return nil }
    if setting.isFixed {
      return "\(setting.name) is fixed when a cluster starts: quit, and start with "
        + "--\(setting.name) \(TextForm.text(setting.value))"
    }
    return changed.quorumProblem
  }

  /// The knobs of a new cluster that takes this one's place with a setting that is fixed at the start.
  ///
  /// A preset and a model come with their own settings; whatever else is set stays.
  public func begunAnew(with setting: KnobSetting) -> Knobs {
    var fresh = self
    switch setting {
    case .preset, .model:
      fresh = Knobs()
      fresh.seed = seed
      fresh.nodes = nodes
      fresh.sites = sites
    default: break
    }
    fresh.apply(setting)
    return fresh
  }

  /// Why no cluster can begin so; nil when it can.
  public func refusal(ofBeginningWith setting: KnobSetting) -> String? {
    let isNew = if case .model = setting { true } else { setting.isPreset }
    if !isNew, let misplaced = misplaced(setting) { return misplaced }
    return begunAnew(with: setting).problem
  }

  /// Which quorum there can never be; nil when there is none such.
  private var quorumProblem: String? {
    guard model == .leaderless else { return nil }
    let factor = leaderless.replicationFactor
    for (name, quorum) in [
      ("read-quorum", leaderless.readQuorum), ("write-quorum", leaderless.writeQuorum),
    ] where quorum > factor {
      return "\(name) \(quorum) is more than the replication-factor of \(factor)"
    }
    return nil
  }

  /// What keeps a cluster with these knobs from ever working; nil when nothing does.
  public var problem: String? {
    if case .node(let node) = readFrom, node.number > nodes { return unknown(node, "read-from") }
    if let misplaced = misplaced(.guarantee(guarantee)) { return misplaced }
    switch model {
    case .singleLeader: return leadershipProblem
    case .multiLeader: return nil
    case .leaderless:
      let factor = leaderless.replicationFactor
      guard factor <= nodes else {
        return "replication-factor \(factor) is more than there are nodes (\(nodes))"
      }
      return quorumProblem
    }
  }

  private var leadershipProblem: String? {
    guard heartbeat < electionTimeout else {
      return "heartbeats must come more often than the election time-out: give a shorter heartbeat "
        + "or a longer election-timeout"
    }
    let policy: [NodeID]
    var wanted = 0
    switch acknowledgement {
    case .first(let count, let list), .any(let count, let list): (wanted, policy) = (count, list)
    default: policy = []
    }
    if let node = policy.first(where: { $0.number > nodes }) { return unknown(node, "ack") }
    let available = min(policy.isEmpty ? nodes - 1 : policy.count, nodes - 1)
    guard wanted <= available else {
      return "ack: \(wanted) follower\(wanted == 1 ? " is" : "s are") asked for, and there "
        + "\(available == 1 ? "is" : "are") \(available): no write would ever be acknowledged"
    }
    return nil
  }

  private func unknown(_ node: NodeID, _ knob: String) -> String {
    "\(knob): there is no \(node); the nodes are n1 to n\(nodes)"
  }
}

extension ReplicationModel {
  /// With its article, as it stands before `cluster`.
  var article: String { "a \(rawValue)" }
}

extension Set<ReplicationModel> {
  /// Which models have something: `multi-leader and leaderless have it`.
  var owners: String {
    let names = ReplicationModel.allCases.filter(contains).map(\.rawValue)
    return names.joined(separator: " and ") + (names.count == 1 ? " has it" : " have it")
  }
}
