import Positions

// A change of the ring goes in three steps. Until all keys have moved, every request needs a quorum of the
// replicas before as well as of those now. Once what was begun before has ended, each node sends what it
// holds to the replicas that are new, and gossips that it has finished; when all have, the former
// replicas no longer count. Then whoever holds a key that is not its own sends it to all of its replicas, and
// lets go of it when they have it.

/// A change of the ring whose keys have not all moved.
struct RingMove: Sendable {
  /// The ring before, and how many replicas a key had.
  var ring: HashRing
  var replicas: Int
  /// When this node's own keys are looked at: requests that began before have ended then.
  var sweeps: Instant
  var hasSwept = false
  /// Who has sent all that others must have, by number.
  var finished: [NodeID] = []
}

/// A key that is being sent to those who must have it.
struct MoveFlight: Sendable {
  var key: [UInt8]
  var stateHash: UInt64
  /// Who has not said that it is safe.
  var open: [NodeID]
  var sent: Instant
}

extension LeaderlessReplica {
  static var movePeriod: Interval { .milliseconds(200) }
  /// After so long without an answer a key is sent again.
  static var movePatience: Interval { .seconds(1) }
  /// Keys under way at most.
  static var movesInFlight: Int { 64 }

  /// How many keys are still to be sent from here because the ring changed.
  public var pendingMoves: Int { moveQueue.count + moveFlights.count }

  /// Whether requests still need the replicas of the ring before as well.
  public var isMoving: Bool { move != nil }

  /// The operator changed the knobs, or the members.
  mutating func adopt(_ new: PeerPolicy, into effects: inout [PeerEffect]) {
    let old = policy
    policy = new
    meetMembers()
    if new.leaderless.antiEntropy != nil, old.leaderless.antiEntropy == nil {
      startAntiEntropy(into: &effects)
    }
    let next = HashRing(members: new.members, virtualNodes: max(1, knobs.virtualNodes))
    let former = max(1, old.leaderless.replicas)
    guard next != ring || former != replicaCount else { return }
    // Of a move that is still under way the ring before counts on: every write is there as well.
    beginMove(from: move?.ring ?? ring, replicas: move?.replicas ?? former, into: &effects)
    ring = next
    settleRing()
    endMoveIfAllFinished(into: &effects)
  }

  private mutating func beginMove(
    from former: HashRing, replicas: Int, into effects: inout [PeerEffect]
  ) {
    move = RingMove(
      ring: former, replicas: replicas, sweeps: now.steady + knobs.writeTimeout)
    moveQueue = []
    for place in moveFlights.values.indices { moveFlights.remove(at: place) }
    setTimer(.beat, Self.movePeriod, into: &effects)
  }

  /// The ring is another: what is derived from it follows.
  private mutating func settleRing() {
    var mark = WordHash.hash(UInt64(replicaCount), UInt64(ring.virtualNodes))
    for member in ring.members { mark = WordHash.hash(mark, UInt64(member.number)) }
    ringMark = mark
    plantTrees()
  }

  /// A start: keys may be left that others are the replicas of.
  mutating func startMoving(into effects: inout [PeerEffect]) {
    settleRing()
    if mayHoldStrangers { setTimer(.beat, Self.movePeriod, into: &effects) }
  }

  /// Sends more keys, or again what was not answered.
  mutating func moveOn(into effects: inout [PeerEffect]) {
    for place in moveFlights.values.indices {
      guard let flight = moveFlights.values[place],
        flight.sent + Self.movePatience <= now.steady
      else { continue }
      moveFlights.remove(at: place)
      moveQueue.append(flight.key)
    }
    if let move, !move.hasSwept, move.sweeps <= now.steady {
      self.move?.hasSwept = true
      moveQueue = keys { _ in true }
    } else if move == nil, mayHoldStrangers, pendingMoves == 0 {
      moveQueue = keys { !isReplica(of: $0) }
      mayHoldStrangers = !moveQueue.isEmpty
    }
    sendMoves(into: &effects)
    if move != nil || pendingMoves > 0 || mayHoldStrangers {
      setTimer(.beat, Self.movePeriod, into: &effects)
    }
  }

  /// The keys of the store whose hashes satisfy a condition.
  private func keys(where isWanted: (UInt64) -> Bool) -> [[UInt8]] {
    var keys: [[UInt8]] = []
    store.forEach { key, keyHash, _ in
      if isWanted(keyHash) { keys.append(key) }
      return true
    }
    return keys
  }

  private mutating func sendMoves(into effects: inout [PeerEffect]) {
    while moveFlights.count < Self.movesInFlight, let key = moveQueue.popLast() {
      guard let state = store[key] else { continue }
      let slots = slots(of: VersionedStore.hash(of: key))
      let wasReplica = slots.contains { $0.node == id && $0.isFormer }
      let open = slots.filter {
        $0.isCurrent && $0.node != id && !(wasReplica && $0.isFormer)
      }.map(\.node)
      if open.isEmpty { continue }
      let number = moveFlights.insert(
        MoveFlight(key: key, stateHash: state.hash, open: open, sent: now.steady))
      for node in open {
        effects.append(.send(.store(id: number, key: key, state, hintFor: nil), to: node))
      }
    }
    guard let move, move.hasSwept, pendingMoves == 0 else { return }
    finished([id])
    endMoveIfAllFinished(into: &effects)
  }

  /// A node has a key safely that was sent to it.
  mutating func moveStored(
    _ number: UInt64, by node: NodeID, into effects: inout [PeerEffect]
  ) {
    guard let place = moveFlights.place(of: number) else { return }
    moveFlights.values[place]?.open.removeAll { $0 == node }
    guard let flight = moveFlights.values[place], flight.open.isEmpty else { return }
    moveFlights.remove(at: place)
    let keyHash = VersionedStore.hash(of: flight.key)
    if move == nil, !isDiskFull, !isReplica(of: keyHash),
      store[flight.key]?.hash == flight.stateHash
    {
      forget(flight.key, keyHash, because: .movedAway, into: &effects)
    }
    sendMoves(into: &effects)
  }

  // MARK: Who has finished

  private mutating func finished(_ nodes: [NodeID]) {
    for node in nodes where move?.finished.contains(node) == false {
      move?.finished.append(node)
      move?.finished.sort()
    }
  }

  /// Once all who had keys and still are members have sent them, the former replicas no longer count.
  private mutating func endMoveIfAllFinished(into effects: inout [PeerEffect]) {
    guard let move,
      move.ring.members.allSatisfy({ !isMember(of: ring, $0) || move.finished.contains($0) })
    else { return }
    self.move = nil
    completedMark = ringMark
    moveQueue = []
    mayHoldStrangers = true
    setTimer(.beat, Self.movePeriod, into: &effects)
  }

  private func isMember(of ring: HashRing, _ node: NodeID) -> Bool { ring.members.contains(node) }

  /// Gossips of a move that is under way.
  mutating func tellOfMove(to node: NodeID, into effects: inout [PeerEffect]) {
    guard let move else { return }
    effects.append(
      .send(
        .moving(
          mark: ringMark, from: move.ring.members, virtualNodes: move.ring.virtualNodes,
          replicas: move.replicas, finished: move.finished), to: node))
  }

  /// Another node has not seen the end of a move.
  mutating func heard(
    moveTo mark: UInt64, from members: [NodeID], virtualNodes: Int, replicas: Int,
    finished nodes: [NodeID], by sender: NodeID, into effects: inout [PeerEffect]
  ) {
    // It has other knobs, or this node has: one of them will hear.
    guard mark == ringMark, (1...65_536).contains(virtualNodes) else { return }
    if move == nil {
      if completedMark == ringMark {
        // Who knows that all have finished needs no answer.
        if members.allSatisfy({ nodes.contains($0) }) { return }
        effects.append(
          .send(
            .moving(
              mark: mark, from: members, virtualNodes: virtualNodes, replicas: replicas,
              finished: members), to: sender))
        return
      }
      // It began while this node did not run, or before it was a member.
      beginMove(
        from: HashRing(members: members, virtualNodes: virtualNodes), replicas: replicas,
        into: &effects)
    }
    finished(nodes)
    endMoveIfAllFinished(into: &effects)
  }
}
