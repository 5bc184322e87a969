import Operations
import Positions

extension ClusterSnapshot {
  /// Which model of replication it is of.
  var replication: ReplicationModel {
    switch model {
    case .singleLeader: .singleLeader
    case .multiLeader: .multiLeader
    case .leaderless: .leaderless
    }
  }

  /// Acknowledged writes that are gone, and neither were superseded nor lost to a later clock.
  var lost: Int { ledger.lost }

  /// Acknowledged writes that lost to a later clock.
  var outclocked: Int { model.versions?.losers ?? 0 }

  /// A node by its number.
  func node(_ id: NodeID) -> NodeSnapshot? { nodes.first { $0.id == id } }

  /// How much each node is in trouble, by what it is and by what it lacks of the others' writes.
  var troubles: [NodeID: Int] {
    var troubles = Dictionary(uniqueKeysWithValues: nodes.map { ($0.id, $0.trouble) })
    if case .multiLeader(let model) = model {
      let up = Set(nodes.filter(\.state.isUp).map(\.id))
      // What a dead node has not sent is its own trouble.
      for stream in model.streams where stream.isLate && up.contains(stream.origin) {
        troubles[stream.to] = max(troubles[stream.to] ?? 0, 3)
      }
    }
    return troubles
  }

  /// How much each node is worth a lane: whoever holds the key that is looked at, or keeps hints, is
  /// looked at too.
  var interest: [NodeID: Int] {
    var interest = troubles
    guard case .leaderless(let model) = model else {
      // A node that answers with old values matters more to clients than one that does not answer.
      for (node, trouble) in interest where trouble == 3 { interest[node] = 7 }
      return interest
    }
    for place in model.ring where place.hints > 0 {
      interest[place.node] = max(interest[place.node] ?? 0, 3)
    }
    for holder in model.versions.watched?.holders ?? [] { interest[holder.node] = 7 }
    return interest
  }
}

extension NodeState {
  /// Whether a node in it takes requests and answers.
  var isUp: Bool { self == .running || self == .suspect }
}

extension Knobs {
  /// The rule that conflicts end by, in a word.
  var rule: String {
    switch resolution {
    case .lastWriterWins: "lww"
    case .types: "types"
    case .siblings: "siblings"
    case .custom: "custom rules"
    }
  }
}

extension LeaderlessKnobs {
  /// What brings a write to the replicas that did not acknowledge it, of what is switched on.
  var waysToTheRest: [String] {
    let all = [
      (hintWindow != nil, "hints"), (readRepair != .off, "reads"),
      (antiEntropy != nil, "Merkle trees"),
    ]
    return all.filter { $0.0 }.map { $0.1 }
  }
}

extension VersionsSnapshot {
  /// That the keys that differ were counted at the last full second; nothing when it was this moment.
  var countedAgo: String { divergenceAge > .zero ? ", up to 1 s ago" : "" }
}
