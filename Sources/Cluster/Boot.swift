import Checking
import Operations
import Positions
import Records
import Replication
import WriteAheadLog
import World

extension Cluster {
  /// Starts a node from its files.
  mutating func start(_ id: NodeID) {
    guard node(id) != nil else { return }
    let incarnation = nodes[id.offset].incarnation + 1
    nodes[id.offset].loseMemory()
    nodes[id.offset].incarnation = incarnation
    let log = makeLog(id)
    let boot = NodeBoot(memberships: [
      MembershipEntry(index: .zero, membership: initialMembership)
    ])
    nodes[id.offset].log = log
    nodes[id.offset].status = .recovering("reading its files")
    nodes[id.offset].boot = boot
    onLog(id) { $0.open(into: &$1) }
  }

  /// The members at the cluster's beginning.
  var initialMembership: Membership {
    Membership(voters: (1...max(1, configuration.knobs.nodes)).map { NodeID($0) })
  }

  /// What a log says; `incarnation` tells whether it is still the node's.
  mutating func logSaid(_ event: LogEvent, at id: NodeID, _ incarnation: UInt32) {
    guard nodes[id.offset].incarnation == incarnation else { return }
    switch event {
    case .opened(let recovery): opened(recovery, at: id)
    case .refused(let damage): refused("\(damage)", at: id)
    case .flushed(let point) where hasPeers: handPeer(.flushed(point), to: id)
    case .flushed(let point):
      observe(.durable(node: id, point: point))
      hand(.flushed(point), to: id)
      if nodes[id.offset].pendingCheckpoint != nil { considerCheckpoint(at: id) }
    case .voteSaved where hasPeers: peerCounted(id)
    case .voteSaved(let vote):
      observe(.voted(node: id, term: vote.term, for: vote.votedFor))
      hand(.voteSaved(vote.term), to: id)
    case .truncated(let point, let discarded, let file):
      truncated(to: point, discarded: discarded, file: file, at: id)
    case .records(let batch, let request): recordsCame(batch, request, at: id)
    case .unavailable(let request, _): recordsCame(nil, request, at: id)
    case .checkpointSaved(let point):
      nodes[id.offset].isCheckpointing = false
      logBegins(after: nodes[id.offset].log.first, at: id)
      say(.log, id, "\(id) saved a checkpoint through \(point.index)")
    case .checkpointSkipped(let error):
      nodes[id.offset].isCheckpointing = false
      say(.log, id, "\(id) could not save a checkpoint: \(error)")
    case .checkpointRead(let checkpoint, let request):
      checkpointCame(checkpoint, request, at: id)
    case .installed(let point):
      nodes[id.offset].pendingCheckpoint = nil
      nodes[id.offset].checkpointEnd = point.end
      observe(.installed(node: id, point: point))
      hand(.installed(point), to: id)
    case .full(let isFull):
      if nodes[id.offset].isAlive { diskIsFull(isFull, at: id) }
    case .failed(let error): diskFailed("\(error)", at: id)
    case .closed: nodes[id.offset].isClosed = true
    }
  }

  private mutating func logBegins(after point: LogPoint, at id: NodeID) {
    if hasPeers {
      handPeer(.logBegins(after: point), to: id)
    } else {
      hand(.logBegins(after: point), to: id)
    }
  }

  /// Hands an event to a replica now, or once it is thawed.
  mutating func hand(_ event: ReplicaEvent, to id: NodeID) {
    if case .frozen = nodes[id.offset].status {
      nodes[id.offset].deferredDisk.append(event)
    } else {
      run(event, at: id)
    }
  }

  private mutating func opened(_ recovery: Recovery, at id: NodeID) {
    guard nodes[id.offset].boot != nil else { return }
    for note in recovery.notes { say(.log, id, "\(id) \(note)") }
    if hasPeers { return peerOpened(recovery, at: id) }
    let forgets = isPlanted(.restartsForgetTerms)
    nodes[id.offset].boot?.term = forgets ? .zero : recovery.vote.term
    nodes[id.offset].boot?.promisedTerm = recovery.vote.term
    nodes[id.offset].boot?.end = recovery.point
    nodes[id.offset].boot?.wasLeading =
      recovery.vote.votedFor == id && recovery.vote.term == recovery.point.term
    // Suspect and empty: its disk was lost, now or before an earlier start.
    let isWiped = recovery.isSuspect && recovery.point == .origin && hasBegun
    let isSuspect: Bool
    switch recovery.condition {
    case .clean: isSuspect = recovery.isSuspect || recovery.voteInDoubt
    case .suspect(let reason):
      isSuspect = true
      say(.log, id, "\(id) is suspect: \(reason)")
    case .damaged(let damage):
      nodes[id.offset].status = .recovering("its log is damaged; asking peers")
      nodes[id.offset].boot?.repairAfter = damage.after.index
      // Real disks are spoiled behind our back.
      if world.isLive { observe(.spoiled(node: id)) }
      observe(.damaged(node: id, after: damage.after.index))
      say(.log, id, "\(id) found damage: \(damage); asking peers for the records")
      askForRepair(id)
      return
    }
    nodes[id.offset].boot?.isSuspect = isSuspect
    observe(isSuspect ? .doubtful(node: id) : .trusted(node: id))
    if isWiped {
      // It knows neither members nor terms: whoever restarts it tells it the present ones.
      let present = MembershipEntry(
        index: .zero, membership: Membership(voters: voters, learners: learners))
      nodes[id.offset].boot?.memberships = [present]
      nodes[id.offset].boot?.term = max(recovery.vote.term, checker.highest)
    }
    let request = newRead(.boot, at: id)
    onLog(id) { $0.readCheckpoint(atOrBelow: Index(.max), request: request, into: &$1) }
  }

  private mutating func checkpointCame(
    _ checkpoint: Checkpoint?, _ request: UInt64, at id: NodeID
  ) {
    guard let purpose = nodes[id.offset].reads.removeValue(forKey: request) else { return }
    let state = checkpoint.flatMap { CheckpointPayload.decode($0.payload, at: $0.point) }
    switch purpose {
    case .replica(let purpose): hand(.checkpoint(state, purpose: purpose), to: id)
    case .peer: break
    case .boot where hasPeers:
      if let state, restorePeer(state, at: id) {
        nodes[id.offset].checkpointEnd = state.point.end
        nodes[id.offset].checkpointSize = state.payload.count
      }
      let first = nodes[id.offset].log.first
      nodes[id.offset].boot?.window = LogWindow(after: first)
      readOn(at: id)
    case .boot:
      if let state, let restored = KeyValueState(encoded: state.payload) {
        nodes[id.offset].boot?.state = restored
        nodes[id.offset].boot?.applied = state.point
        nodes[id.offset].checkpointEnd = state.point.end
        nodes[id.offset].checkpointSize = state.payload.count
        nodes[id.offset].boot?.memberships = [
          MembershipEntry(index: state.point.index, membership: state.membership)
        ]
      }
      let first = nodes[id.offset].log.first
      nodes[id.offset].boot?.history = TermHistory(origin: first)
      nodes[id.offset].boot?.window = LogWindow(after: first)
      readOn(at: id)
    }
  }

  /// Reads the next stretch of the log, or begins to run when there is none.
  private mutating func readOn(at id: NodeID) {
    guard let boot = nodes[id.offset].boot else { return }
    if boot.window.last.index < boot.end.index {
      readLog(after: boot.window.last.index, for: .boot, at: id)
    } else {
      beginToRun(id)
    }
  }

  private mutating func recordsCame(_ batch: RecordBatch?, _ request: UInt64, at id: NodeID) {
    guard let purpose = nodes[id.offset].reads.removeValue(forKey: request) else { return }
    switch purpose {
    case .replica(let purpose): hand(.records(batch, purpose: purpose), to: id)
    case .peer(let receiver): handPeer(.records(batch, for: receiver), to: id)
    case .boot:
      guard let batch, !batch.isEmpty else {
        return refused("its log ends before its own end", at: id)
      }
      if hasPeers {
        nodes[id.offset].boot?.peer?.replay(batch)
        nodes[id.offset].boot?.window = LogWindow(after: batch.last)
      } else {
        nodes[id.offset].boot?.take(batch)
      }
      readOn(at: id)
    }
  }

  private mutating func beginToRun(_ id: NodeID) {
    guard let boot = nodes[id.offset].boot else { return }
    if hasPeers { return peerBeginsToRun(boot, id) }
    let origin = ReplicaOrigin(
      term: boot.term, history: boot.history, window: boot.window, state: boot.state,
      applied: boot.applied, memberships: boot.memberships, isSuspect: boot.isSuspect)
    let replica = Replica(id: id, policy: policy, origin: origin)
    nodes[id.offset].replica = replica
    nodes[id.offset].boot = nil
    nodes[id.offset].status = .running
    observe(
      .started(
        node: id, flushed: boot.end, term: boot.promisedTerm,
        isNew: boot.end.index == .zero && !hasBegun))
    observe(.durable(node: id, point: boot.end))
    observe(.applied(node: id, point: boot.applied, stateHash: boot.state.hash))
    if boot.isSuspect, boot.memberships.last?.membership.voters == [id] {
      say(.log, id, "\(id) lost the tail of its log and is alone: it starts with what is left")
    }
    if hasBegun { say(.note, id, "\(id) runs from \(written(boot.end)), term \(boot.term.epoch)") }
    var effects: [Effect] = []
    nodes[id.offset].replica?.start(into: &effects)
    carryOut(&effects, of: id)
    schedulePeriodicSync(id)
    if nodes[id.offset].log.isFull { diskIsFull(true, at: id) }
    if boot.wasLeading, hasBegun, knobs.failover == .manual, knobs.promotionNeeds == .none {
      say(.election, id, "\(id) led before its restart: it goes on, as nobody elects here")
      run(.resume, at: id)
    }
    begin()
  }

  /// Once all first nodes run, n1 campaigns at once; an old cluster's nodes need no telling.
  private mutating func begin() {
    guard !hasBegun, nodes.allSatisfy({ !$0.isMember || $0.isRunning }) else { return }
    hasBegun = true
    run(.campaign, at: NodeID(1))
  }

  mutating func refused(_ why: String, at id: NodeID) {
    nodes[id.offset].loseMemory()
    nodes[id.offset].status = .refused(why)
    say(.fault, id, "\(id) refuses to start: \(why)")
  }

  // MARK: Repair of a damaged log

  mutating func askForRepair(_ id: NodeID) {
    guard let after = nodes[id.offset].boot?.repairAfter else { return }
    for other in members where other != id {
      send(.repairRequest(after: after), from: id, to: other)
    }
  }

  mutating func recoveringNode(_ id: NodeID, hears message: Message, from sender: NodeID) {
    guard let after = nodes[id.offset].boot?.repairAfter else { return }
    switch message {
    case .repairReply(let batch, let commit):
      guard let end = nodes[id.offset].log.damage?.after, batch.chainHolds() else { return }
      guard batch.previous == end else {
        if batch.previous.index == after, commit >= after {
          nodes[id.offset].boot?.isPastMending =
            "its record \(after) is not the one that is committed on \(sender)"
        } else if batch.isEmpty, batch.previous.index <= after {
          noteWithout(sender, of: id)
        }
        return
      }
      if batch.isEmpty {
        noteWithout(sender, of: id)
        return
      }
      nodes[id.offset].boot?.repairAfter = nil
      observe(.mended(node: id))
      say(.log, id, "\(id) mends its log with records after \(after) from \(sender)")
      onLog(id) { $0.repair(batch, into: &$1) }
    case .repairDropped(let through) where through > after:
      nodes[id.offset].boot?.isPastMending =
        "\(sender) has what follows record \(after) only in checkpoints, through \(through)"
    default: break
    }
  }

  private mutating func noteWithout(_ peer: NodeID, of id: NodeID) {
    guard nodes[id.offset].boot?.peersWithout.contains(peer) == false else { return }
    nodes[id.offset].boot?.peersWithout.append(peer)
  }

  /// Whether all other voters have said that they have nothing of what is damaged here: no majority
  /// held it, unless more disks are damaged than may be.
  func nobodyHasMore(than id: NodeID) -> Bool {
    guard let without = nodes[id.offset].boot?.peersWithout else { return false }
    let others = voters.filter { $0 != id }
    return !others.isEmpty && others.allSatisfy { without.contains($0) }
  }

  /// Ends the node's log before the damage: what it was to be mended with is nowhere else.
  mutating func cutDamage(_ id: NodeID) {
    guard let after = nodes[id.offset].boot?.repairAfter else { return }
    nodes[id.offset].boot?.repairAfter = nil
    say(
      .log, id,
      "\(id) sets what follows record \(after) aside: all other voters' logs end there or before")
    onLog(id) { $0.cutDamage(into: &$1) }
  }

  /// Begins the node's log anew: nobody has records to mend it with, and a leader has all it needs.
  mutating func abandonLog(_ id: NodeID) {
    guard let why = nodes[id.offset].boot?.isPastMending else { return }
    nodes[id.offset].boot?.repairAfter = nil
    say(.log, id, "\(id) sets its log aside: \(why)")
    observe(.abandoned(node: id))
    onLog(id) { $0.abandon(into: &$1) }
  }
}

extension NodeBoot {
  /// Takes in the log's next records.
  mutating func take(_ batch: RecordBatch) {
    var index = batch.previous.index
    var end = batch.previous.end
    for (position, entry) in batch.entries.enumerated() {
      index = index.next
      end = end.advanced(by: entry.size)
      history.append(index: index, term: entry.term, end: end)
      guard entry.kind == .membership, index > applied.index,
        let members = batch.withPayload(at: position, { Membership(encoded: $0) })
      else { continue }
      memberships.append(MembershipEntry(index: index, membership: members))
    }
    window.append(batch)
    window.trim(through: batch.last.index)
  }
}
