import Positions

/// One of a key's replicas, as a coordinator sees it.
struct ReplicaSlot: Sendable {
  var node: NodeID
  /// Who was asked in its place.
  var standIn: NodeID?
  /// Whether it is the key's replica in the ring as it is now, and as it was before keys began to move.
  var isCurrent: Bool
  var isFormer: Bool
  /// Whether the coordinator takes it for up.
  var isUp = false
  /// Whether it was asked itself, and has answered; the same of who stands in for it.
  var wasAsked = false
  var hasAnswered = false
  var standInAnswered = false
  /// Whether the coordinator keeps a hint for it.
  var hasHint = false

  /// Whether a copy counts: the replica's, or its stand-in's if such do.
  func counts(_ hintsCount: Bool) -> Bool { hasAnswered || hintsCount && standInAnswered }

  /// Whether nothing more is to come.
  var isFinished: Bool {
    (hasAnswered || !wasAsked) && (standInAnswered || standIn == nil)
  }
}

/// How many of a key's replicas a request needs; of those before keys began to move as well.
struct Quorum: Sendable {
  var current: Int
  var former: Int

  /// Whether enough of `slots` satisfy `condition`.
  func isMet(_ slots: [ReplicaSlot], by condition: (ReplicaSlot) -> Bool) -> Bool {
    let count = count(slots, by: condition)
    return count.current >= current && count.former >= former
  }

  /// How many of `slots` satisfy `condition`.
  func count(_ slots: [ReplicaSlot], by condition: (ReplicaSlot) -> Bool) -> Quorum {
    var count = Quorum(current: 0, former: 0)
    for slot in slots where condition(slot) {
      if slot.isCurrent { count.current += 1 }
      if slot.isFormer { count.former += 1 }
    }
    return count
  }
}

extension LeaderlessReplica {
  /// The key's replicas, in the ring's order; while keys move, those before as well.
  func slots(of keyHash: UInt64) -> [ReplicaSlot] {
    var slots = ring.preferenceList(hash: keyHash, count: replicaCount).map {
      ReplicaSlot(node: $0, standIn: nil, isCurrent: true, isFormer: false)
    }
    // Each is looked up once, and no closure holds a copy of all this.
    for place in slots.indices { slots[place].isUp = isUp(slots[place].node) }
    guard let move else { return slots }
    for node in move.ring.preferenceList(hash: keyHash, count: move.replicas) {
      if let place = slots.firstIndex(where: { $0.node == node }) {
        slots[place].isFormer = true
      } else {
        slots.append(
          ReplicaSlot(
            node: node, standIn: nil, isCurrent: false, isFormer: true, isUp: isUp(node)))
      }
    }
    return slots
  }

  /// Whether this node is a replica of a key.
  func isReplica(of keyHash: UInt64) -> Bool {
    ring.members.count <= replicaCount && ring.members.contains(id)
      || ring.preferenceList(hash: keyHash, count: replicaCount).contains(id)
  }

  /// Whether other nodes stand in for replicas that are down.
  var standsIn: Bool { knobs.isSloppy && knobs.hintWindow != nil }

  /// Gives each replica that is down somebody who is up in its place: this node for the first one, if it
  /// is no replica itself, then the next on the ring.
  func assignStandIns(_ slots: inout [ReplicaSlot], keyHash: UInt64, isReplica: Bool) {
    guard standsIn else { return }
    var taken = slots.map(\.node)
    if !isReplica {
      let first = slots.firstIndex { !$0.isUp } ?? 0
      if first < slots.count { slots[first].standIn = id }
      taken.append(id)
    }
    var walk: [NodeID]?
    for place in slots.indices where slots[place].standIn == nil && !slots[place].isUp {
      let order = walk ?? ring.walk(hash: keyHash)
      walk = order
      guard let next = order.first(where: { !taken.contains($0) && isUp($0) }) else { return }
      slots[place].standIn = next
      taken.append(next)
    }
  }

  /// What a request needs: by its level, or by the policy's number.
  func quorum(_ level: RequestLevel?, otherwise number: Int, of slots: [ReplicaSlot]) -> Quorum {
    func needed(of replicas: Int) -> Int {
      switch level {
      case .one: 1
      case .quorum: replicas / 2 + 1
      case .all: replicas
      case nil: max(1, number)
      }
    }
    guard let move else { return Quorum(current: needed(of: replicaCount), former: 0) }
    // Fewer nodes than there should be replicas can't be waited for twice.
    let former = slots.count(where: \.isFormer)
    return Quorum(
      current: needed(of: replicaCount), former: min(needed(of: move.replicas), former))
  }

  /// A client's request, here or sent on by a node that is no replica of its key.
  mutating func take(
    _ request: PeerRequest, isForwarded: Bool, into effects: inout [PeerEffect]
  ) {
    let keyHash = VersionedStore.hash(of: request.key)
    var slots = slots(of: keyHash)
    let isReplica = slots.contains { [id] in $0.node == id }
    if !isReplica {
      if !isForwarded, let first = slots.first(where: \.isUp) {
        let known = newestActor(of: first.node)?.incarnation ?? 0
        effects.append(.send(.forward(request, incarnation: known), to: first.node))
        return
      }
      guard standsIn, !slots.isEmpty else {
        let up = slots.count { $0.isCurrent && $0.isUp }
        let number = if case .read = request.kind { knobs.reads } else { knobs.writes }
        let needed = quorum(request.level, otherwise: number, of: slots).current
        effects.append(
          .answer(request.id, .refused(.unavailable(up: up, needed: needed))))
        return
      }
    }
    assignStandIns(&slots, keyHash: keyHash, isReplica: isReplica)
    switch request.kind {
    case .read: read(request, keyHash: keyHash, slots, into: &effects)
    case .change(let change, let seen):
      write(
        request, change, seen: seen, keyHash: keyHash, slots, isReplica: isReplica,
        into: &effects)
    }
  }

  /// Whether a request that was sent on is new.
  mutating func remember(forwarded request: UInt64) -> Bool {
    if forwarded.contains(request) { return isPlanted(.forwardsAreTakenTwice) }
    forwarded.append(request)
    if forwarded.count > 512 { forwarded.removeFirst() }
    return true
  }

  /// A client gave up.
  mutating func forget(_ client: UInt64) {
    for place in writes.values.indices where writes.values[place]?.client == client {
      writes.values[place]?.isAnswered = true
    }
    for place in reads.values.indices where reads.values[place]?.client == client {
      reads.remove(at: place)
    }
  }
}
