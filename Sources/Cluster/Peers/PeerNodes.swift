import Checking
import Operations
import Positions
import Records
import Replication
import WriteAheadLog
import World

// Nodes of a cluster in which several take writes: how they start, and what reaches them.
extension Cluster {
  /// Whether several nodes take writes: there is no leader then.
  var hasPeers: Bool { knobs.model != .singleLeader }

  // MARK: Starting

  private func makePeer(_ id: NodeID) -> any Peer {
    switch knobs.model {
    case .singleLeader, .multiLeader: MultiLeaderReplica(id: id, policy: peerPolicy)
    case .leaderless: LeaderlessReplica(id: id, policy: peerPolicy)
    }
  }

  /// A peer's log is open: it begins a new incarnation, durably, before anything else.
  mutating func peerOpened(_ recovery: Recovery, at id: NodeID) {
    let isWiped = recovery.isSuspect && recovery.point == .origin && hasBegun
    if case .damaged(let damage) = recovery.condition {
      // No other log holds these records; what they said comes back from the others' states.
      say(.log, id, "\(id) found damage: \(damage); what follows is set aside")
      if world.isLive { observe(.spoiled(node: id)) }
      nodes[id.offset].hasLostRecords = true
      onLog(id) { $0.cutDamage(into: &$1) }
      return
    }
    if isWiped { nodes[id.offset].hasLostRecords = true }
    nodes[id.offset].boot?.end = recovery.point
    let peer = makePeer(id)
    nodes[id.offset].boot?.peer = peer
    // Whoever restarts a node whose disk was lost tells it how often it was started.
    let incarnation = max(recovery.vote.term.epoch, nodes[id.offset].peerIncarnation) + 1
    nodes[id.offset].peerIncarnation = incarnation
    onLog(id) {
      $0.saveVote(Vote(term: Term(epoch: incarnation, node: id), votedFor: nil), into: &$1)
    }
  }

  /// Its incarnation is durable: on with its checkpoint and its log.
  mutating func peerCounted(_ id: NodeID) {
    guard let boot = nodes[id.offset].boot, boot.peer != nil else { return }
    let request = newRead(.boot, at: id)
    // A log that was cut may end before its newest checkpoint.
    let end = boot.end.index
    onLog(id) { $0.readCheckpoint(atOrBelow: end, request: request, into: &$1) }
  }

  /// Gives a peer that starts its checkpoint; false when it is none of a peer's.
  mutating func restorePeer(_ checkpoint: StateCheckpoint, at id: NodeID) -> Bool {
    nodes[id.offset].boot?.peer?.restore(checkpoint.payload, at: checkpoint.point) == true
  }

  mutating func peerBeginsToRun(_ boot: NodeBoot, _ id: NodeID) {
    guard let peer = boot.peer else { return }
    let lostDisk = nodes[id.offset].hasLostRecords
    nodes[id.offset].hasLostRecords = false
    nodes[id.offset].peer = peer
    nodes[id.offset].boot = nil
    nodes[id.offset].status = .running
    onLog(id) { $0.clearSuspicion(into: &$1) }
    let incarnation = nodes[id.offset].peerIncarnation
    if hasBegun { say(.note, id, "\(id) runs from \(boot.end.end), its start \(incarnation)") }
    note(
      .started(
        node: id, actor: Actor(node: id, incarnation: incarnation, generation: 0),
        lostDisk: lostDisk, applied: (peer as? MultiLeaderReplica)?.applied))
    noteSiblings(ofAllKeysAt: id)
    var effects: [PeerEffect] = []
    let clock = clock(of: id)
    nodes[id.offset].peer?.start(incarnation: incarnation, clock: clock, into: &effects)
    carryOut(&effects, of: id)
    schedulePeriodicSync(id)
    if nodes[id.offset].log.isFull { diskIsFull(true, at: id) }
    if !hasBegun, nodes.allSatisfy({ !$0.isMember || $0.isRunning }) { hasBegun = true }
  }

  // MARK: Events

  /// What a node's clocks say now.
  func clock(of id: NodeID) -> PeerClock {
    look(at: id) { node in
      let steady = now + node.clockGained(at: now)
      return PeerClock(wall: steady + node.pointee.clockOffset, steady: steady)
    }
  }

  /// Hands an event to a peer and carries out what it says.
  mutating func runPeer(_ event: consuming PeerEvent, at id: NodeID) {
    runPeer(at: id) { $0.handle(event, clock: $1, into: &$2) }
  }

  /// Hands events of one moment to a peer and carries out what it says of them all.
  private mutating func runPeer(
    at id: NodeID, _ body: (inout any Peer, PeerClock, inout [PeerEffect]) -> Void
  ) {
    guard nodes[id.offset].isRunning else { return }
    var effects: [PeerEffect] = []
    swap(&effects, &peerEffects)
    let clock = clock(of: id)
    nodes[id.offset].withPeer { body(&$0, clock, &effects) }
    carryOut(&effects, of: id)
    swap(&effects, &peerEffects)
  }

  /// Hands what its disk says to a peer now, or once it is thawed.
  mutating func handPeer(_ event: PeerEvent, to id: NodeID) {
    if nodes[id.offset].status == .frozen {
      nodes[id.offset].deferredForPeer.append(event)
    } else {
      runPeer(event, at: id)
    }
  }

  mutating func deliver(_ messages: Bundle<PeerMessage>, from sender: NodeID, to id: NodeID) {
    switch nodes[id.offset].status {
    case .running:
      runPeer(at: id) { peer, clock, effects in
        messages.forEach {
          peer.handle(.message($0, from: sender), clock: clock, into: &effects)
        }
      }
    case .frozen: nodes[id.offset].deferred.append(.peerMessages(messages, from: sender, to: id))
    case .dead, .fenced, .refused, .recovering: break
    }
  }

  mutating func peerTimerCame(_ name: PeerTimer, at id: NodeID, _ incarnation: UInt32) {
    guard nodes[id.offset].incarnation == incarnation else { return }
    if nodes[id.offset].status == .frozen {
      nodes[id.offset].deferred.append(.peerTimer(id, incarnation: incarnation, name))
    } else {
      runPeer(.timer(name), at: id)
    }
  }

  /// Clients' requests arrive at a node.
  mutating func requestsArrived(_ requests: Bundle<PeerRequest>, at id: NodeID) {
    switch nodes[id.offset].status {
    case .running:
      guard let capacity = knobs.capacity else { return serve(requests, at: id) }
      requests.forEach { request in
        let done = max(now, nodes[id.offset].busyUntil) + Interval(seconds: 1 / capacity)
        nodes[id.offset].busyUntil = done
        queue.schedule(
          .served(id, incarnation: nodes[id.offset].incarnation, .request(request)), at: done)
      }
    case .frozen: nodes[id.offset].deferred.append(.requests(requests, to: id))
    case .dead, .fenced, .refused, .recovering:
      requests.forEach { answer($0.id, .notRunning, from: id) }
    }
  }

  mutating func serve(_ requests: Bundle<PeerRequest>, at id: NodeID) {
    requests.forEach { request in
      nodes[id.offset].served += 1
      if case .read = request.kind { figures.latencies.reached(request.id, at: now) }
    }
    runPeer(at: id) { peer, clock, effects in
      requests.forEach { peer.handle(.request($0), clock: clock, into: &effects) }
    }
  }

  /// Sends an answer on its way to the client that asked.
  mutating func answer(_ request: UInt64, _ reply: PeerReply, from id: NodeID) {
    post.put(
      RequestAnswer(request: request, reply: reply), from: id,
      to: siteOf(session: request >> 32))
  }
}
