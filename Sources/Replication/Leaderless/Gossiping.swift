import Positions

/// Another member, as far as gossip tells.
struct Acquaintance: Sendable {
  var node: NodeID
  /// Its newest heartbeat that was heard of: which incarnation's, and its number.
  var newest: Dot?
  var detector: PhiAccrual
  var isDown = false
}

extension LeaderlessReplica {
  /// Takes members in that are new, as heard of now, and lets go of those that went.
  mutating func meetMembers() {
    let members = policy.members.sorted()
    var met: [Acquaintance] = []
    met.reserveCapacity(members.count)
    for node in members where node != id && met.last?.node != node {
      met.append(
        acquaintance(node)
          ?? Acquaintance(
            node: node, newest: nil,
            detector: PhiAccrual(
              start: now.steady,
              initialInterval: max(.milliseconds(1), knobs.gossip + knobs.gossip))))
    }
    others = met
  }

  private func position(_ node: NodeID) -> Int? {
    var (low, high) = (0, others.count)
    while low < high {
      let middle = (low + high) / 2
      if others[middle].node < node { low = middle + 1 } else { high = middle }
    }
    return low < others.count && others[low].node == node ? low : nil
  }

  private func acquaintance(_ node: NodeID) -> Acquaintance? { position(node).map { others[$0] } }

  /// The newest start of a member that was heard of.
  func newestActor(of node: NodeID) -> Actor? { acquaintance(node)?.newest?.actor }

  /// Whether a node is a member.
  func isMember(_ node: NodeID) -> Bool { node == id || position(node) != nil }

  /// Whether this node takes another for up: a member that has not been silent for too long.
  public func isUp(_ node: NodeID) -> Bool {
    node == id || position(node).map { !others[$0].isDown } ?? false
  }

  /// How suspicious a member's silence is; nil: of no other member.
  public func phi(of node: NodeID, at steady: Instant) -> Double? {
    acquaintance(node)?.detector.phi(at: steady)
  }

  /// A round of gossip: who is silent for too long, and what was heard of everybody, to one other.
  mutating func gossip(into effects: inout [PeerEffect]) {
    setTimer(.gossip, knobs.gossip, into: &effects)
    heartbeat += 1
    guard !others.isEmpty else { return }
    // Nobody gossips to who is no member any more: it can't tell, and has things to hand over.
    let canTell = ring.members.contains(id)
    for place in others.indices {
      let isDown = canTell && others[place].detector.phi(at: now.steady) > knobs.phiThreshold
      if isDown == others[place].isDown || canTell && !isDown { continue }
      others[place].isDown = isDown
      effects.append(.note(.suspects(others[place].node, isDown)))
    }
    var counts: [Dot] = []
    counts.reserveCapacity(others.count + 1)
    counts.append(
      Dot(
        actor: Actor(node: id, incarnation: incarnation, generation: 0), counter: heartbeat))
    for other in others { if let newest = other.newest { counts.append(newest) } }
    let word = WordHash.hash(UInt64(id.number), heartbeat)
    let next = Int(word.multipliedFullWidth(by: UInt64(others.count)).high)
    effects.append(.send(.gossip(counts), to: others[next].node))
    tellOfMove(to: others[next].node, into: &effects)
  }

  /// What another node heard of everybody.
  mutating func heard(_ counts: [Dot], into effects: inout [PeerEffect]) {
    for count in counts {
      guard let node = count.actor.node, let place = position(node) else { continue }
      if let newest = others[place].newest, count <= newest { continue }
      others[place].newest = count
      others[place].detector.heard(at: now.steady)
      if others[place].isDown, !isPlanted(.nodesStayDown) {
        others[place].isDown = false
        effects.append(.note(.suspects(node, false)))
      }
    }
  }
}
