import Positions

/// A change of the ring whose keys have not all moved.
struct RingMove: Sendable {
  /// The ring before, and how many replicas a key had.
  var ring: HashRing
  var replicas: Int
}

/// A key that is being sent to its new replicas.
struct MoveFlight: Sendable {
  var key: [UInt8]
  var open: [NodeID]
  var sent: Instant
}

extension LeaderlessReplica {
  /// How many keys are still to be moved from here.
  public var pendingMoves: Int { moveFlights.count }

  /// The operator changed the knobs, or the members.
  mutating func adopt(_ new: PeerPolicy, into effects: inout [PeerEffect]) {
    let old = policy
    policy = new
    meetMembers()
    if new.leaderless.antiEntropy != nil, old.leaderless.antiEntropy == nil {
      startAntiEntropy(into: &effects)
    }
    let next = HashRing(members: new.members, virtualNodes: max(1, knobs.virtualNodes))
    guard next != ring || old.leaderless.replicas != new.leaderless.replicas else { return }
    ring = next
    plantTrees()
  }

  mutating func sweepStrangers() {}

  mutating func tellOfMove(to node: NodeID, into effects: inout [PeerEffect]) {}

  mutating func moveStored(_ number: UInt64, by node: NodeID, into effects: inout [PeerEffect]) {}
}
