import Positions

// What conditions see where several nodes take writes.
extension ConditionFacts {
  /// A condition was read for another model than the snapshot's.
  static let otherModel = Observed.unknown("the cluster has another model")

  func observe(_ word: ClusterWord, in model: LeaderlessSnapshot) -> Observed {
    switch word {
    case .hints: .number(model.hints)
    case .hintsDelivered: .number(model.hintsDelivered)
    case .hintsExpired: .number(model.hintsExpired)
    case .repairs: .number(model.repairs)
    case .antiEntropyRepairs: .number(model.antiEntropyRepairs)
    case .antiEntropyExchanges: .number(model.exchanges)
    case .antiEntropyRanges: .number(model.differingRanges)
    case .antiEntropyBytes: .quantity(Quantity(Double(model.antiEntropyBytes), .bytes))
    case .unavailable: .number(model.unavailable)
    case .staleShare: Self.share(model.measuredStaleness, "no read could miss a write yet")
    case .stalePredicted: Self.share(model.predictedStaleness, "too little was measured yet")
    default: Self.otherModel
    }
  }

  private static func share(_ share: Double?, _ why: String) -> Observed {
    share.map { .quantity(Quantity($0, .number)) } ?? .unknown(why)
  }
}

extension VersionsSnapshot {
  /// What one of the words counts that both models have.
  func count(of word: ClusterWord) -> Int {
    switch word {
    case .conflicts: conflicts
    case .merged: merged
    case .losers: losers
    case .losersByClock: lostByClock
    case .siblings: siblings
    case .risen: risen
    case .divergent: divergentKeys
    default: keys
    }
  }
}

extension MultiLeaderSnapshot {
  /// What a node lacks, or holds back, of the others' writes.
  func observe(_ field: NodeField, of node: NodeSnapshot) -> Observed {
    if field.word == .heldBack { return .number(heldBack(node.id)) }
    // A node lacks nothing of its own.
    if let origin = field.origin, origin != node.id,
      !streams.contains(where: { $0.to == node.id && $0.origin == origin })
    {
      return .unknown("nothing is known of that stream")
    }
    return .number(behind(node.id, origin: field.origin))
  }

  /// The age of the oldest write of anybody's that a node lacks.
  func observeLag(of node: NodeSnapshot) -> Observed {
    lag(of: node.id).map { .quantity(Quantity(Double($0.nanoseconds), .time)) }
      ?? .unknown("\(node.id) is \(node.state.rawValue)")
  }
}

extension LeaderlessSnapshot {
  /// What the ring says of a node.
  func observe(_ word: NodeWord, of node: NodeSnapshot) -> Observed {
    guard let place = ring.first(where: { $0.node == node.id }) else {
      return .unknown("\(node.id) is not in the ring")
    }
    return switch word {
    case .hints: .number(place.hints)
    case .pending: .number(place.pending)
    default: .quantity(Quantity(place.share, .number))
    }
  }
}
