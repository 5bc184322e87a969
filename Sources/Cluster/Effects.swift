import Checking
import Operations
import Positions
import Records
import Replication
import WriteAheadLog

extension Cluster {
  /// Makes a replica's effects so, in order; what it appended is handed to the disk at the end.
  ///
  /// Leaves `effects` empty, its space kept.
  mutating func carryOut(_ effects: inout [Effect], of id: NodeID) {
    if effects.count == 1, let effect = effects.popLast() { carryOut(effect, of: id) }
    for position in effects.indices {
      // Moved out, and not copied: something that holds nothing takes its place.
      var effect = Effect.cancelTimer(.election)
      swap(&effect, &effects[position])
      carryOut(effect, of: id)
    }
    while effects.popLast() != nil {}
    flushIfNeeded(id)
  }

  private mutating func carryOut(_ effect: consuming Effect, of id: NodeID) {
    switch consume effect {
    case .append(let batch):
      nodes[id.offset].log.append(batch)
      nodes[id.offset].needsFlush = true
      observe(.appended(node: id, point: batch.last))
    case .saveVote(let term, let votedFor):
      onLog(id) { $0.saveVote(Vote(term: term, votedFor: votedFor), into: &$1) }
    case .truncate(let point):
      observe(.cutting(node: id, to: point.index))
      onLog(id) { $0.truncate(after: point, into: &$1) }
    case .readLog(let after, let purpose): readLog(after: after, for: .replica(purpose), at: id)
    case .readCheckpoint(let index, let purpose):
      let request = newRead(.replica(purpose), at: id)
      onLog(id) { $0.readCheckpoint(atOrBelow: index, request: request, into: &$1) }
    case .install(let checkpoint):
      observe(.cutting(node: id, to: checkpoint.point.index))
      install(checkpoint, at: id)
    case .send(let message, let receiver):
      overhear(message, from: id, to: receiver)
      send(message, from: id, to: receiver)
    case .setTimer(let name, let interval): setTimer(name, interval, at: id)
    case .setFollowerTimers(let interval):
      setTimer(.election, interval, at: id)
      setTimer(.lease, interval, at: id)
    case .cancelTimer(let name): cancelTimer(name, at: id)
    case .acknowledge(let origins, let term, let first, let through):
      observe(
        .acknowledged(
          leader: id, term: term, through: through, writes: origins.count))
      answer(.acknowledged(origins, term: term, first: first, by: id), from: id)
    case .refuse(let origins, let why, let leader):
      answer(.refused(origins, why, leader: leader, by: id), from: id)
    case .abandon(let origins, _): answer(.abandoned(origins, by: id), from: id)
    case .answer(let request, let result): answer(.read(request, result, by: id), from: id)
    case .applied(let point, let hash): applied(point, hash: hash, at: id)
    case .committed(let index, let term):
      observe(.committed(node: id, index: index, term: term))
    case .internalRecord(let term, let index):
      observe(.internalRecord(term: term, index: index))
    case .notice(let notice): tell(notice, of: id)
    }
  }

  private mutating func applied(_ point: LogPoint, hash: UInt64, at id: NodeID) {
    observe(.applied(node: id, point: point, stateHash: hash))
    // Replaying what the leader wrote takes a follower's capacity too: writes don't scale.
    if let capacity = knobs.capacity, let role = nodes[id.offset].role, role != .leader {
      let free = max(now, nodes[id.offset].busyUntil) + Interval(seconds: 1 / capacity)
      nodes[id.offset].busyUntil = free
    }
    let isFar =
      point.end.distance(from: nodes[id.offset].checkpointEnd) >= configuration.checkpointSpacing
    if isFar || nodes[id.offset].pendingCheckpoint != nil { considerCheckpoint(at: id) }
  }

  // MARK: The log

  /// Calls the log of a node, submits what it asks of the disk and handles what it says at once.
  mutating func onLog(_ id: NodeID, _ body: (inout WriteAheadLog, inout LogOutput) -> Void) {
    let incarnation = nodes[id.offset].incarnation
    var output = LogOutput()
    swap(&output, &self.output)
    body(&nodes[id.offset].log, &output)
    // Taken from the end, so that each is moved and not copied.
    if output.requests.count > 1 { output.requests.reverse() }
    while let request = output.requests.popLast() {
      world.submit(request, node: id, incarnation: incarnation)
    }
    if output.events.count > 1 { output.events.reverse() }
    while let event = output.events.popLast() { logSaid(event, at: id, incarnation) }
    swap(&output, &self.output)
  }

  /// Hands what a peer appended to the disk once everything that is due was handled: one sync then
  /// carries what many messages brought, where the first of them would have begun one for itself.
  mutating func flushSoon(_ id: NodeID) {
    if look(at: id, { $0.hasRecordsToFlush }), !toFlush.contains(id) { toFlush.append(id) }
  }

  mutating func flushAll() {
    while let id = toFlush.popLast() {
      if let batch = nodes[id.offset].peer?.seal() {
        nodes[id.offset].log.append(batch)
        nodes[id.offset].needsFlush = true
      }
      flushIfNeeded(id)
    }
  }

  mutating func flushIfNeeded(_ id: NodeID) {
    guard nodes[id.offset].needsFlush else { return }
    nodes[id.offset].needsFlush = false
    nodes[id.offset].lastAppend = now
    if knobs.syncPolicy == .everyBatch {
      onLog(id) { $0.flush(into: &$1) }
    } else {
      let head = nodes[id.offset].log.head
      // Kept in memory until the periodic sync, and counted before it: a kill loses it.
      if hasPeers {
        runPeer(.written(head), at: id)
      } else {
        observe(.written(node: id, point: head))
        run(.written(head), at: id)
      }
    }
    scheduleIdle(id)
  }

  mutating func readLog(after index: Index, for purpose: Node.PendingRead, at id: NodeID) {
    let request = newRead(purpose, at: id)
    onLog(id) { $0.read(after: index, maximumBytes: 1 << 20, request: request, into: &$1) }
  }

  func pendingRead(_ request: UInt64, at id: NodeID) -> Node.PendingRead? {
    nodes[id.offset].reads[request]
  }

  mutating func newRead(_ purpose: Node.PendingRead, at id: NodeID) -> UInt64 {
    let request = nodes[id.offset].nextRead
    nodes[id.offset].nextRead += 1
    nodes[id.offset].reads[request] = purpose
    return request
  }

  private mutating func install(_ checkpoint: StateCheckpoint, at id: NodeID) {
    let payload = CheckpointPayload.encode(checkpoint)
    onLog(id) { $0.install(Checkpoint(point: checkpoint.point, payload: payload), into: &$1) }
  }

  // MARK: Checkpoints

  /// Keeps a state worth a checkpoint, and saves it once it is committed and flushed.
  mutating func considerCheckpoint(at id: NodeID) {
    guard !nodes[id.offset].isCheckpointing,
      let (applied, commit) = nodes[id.offset].replica.map({ ($0.applied, $0.commit) }),
      nodes[id.offset].replica?.isRebuilding == false
    else { return }
    let last = nodes[id.offset].checkpointEnd
    let flushed = nodes[id.offset].log.flushed.end
    if nodes[id.offset].pendingCheckpoint != nil {
      guard let pending = nodes[id.offset].pendingCheckpoint, pending.point.index <= commit,
        pending.point.end <= flushed
      else { return }
      nodes[id.offset].pendingCheckpoint = nil
      save(pending, at: id)
    } else if applied.end.distance(from: last)
      >= max(configuration.checkpointSpacing, nodes[id.offset].checkpointSize),
      let replica = nodes[id.offset].replica
    {
      let checkpoint = StateCheckpoint(
        point: applied, payload: replica.state.encoded,
        membership: replica.membership(at: applied.index))
      if applied.index <= commit, applied.end <= flushed {
        save(checkpoint, at: id)
      } else {
        nodes[id.offset].pendingCheckpoint = checkpoint
      }
    }
  }

  mutating func save(_ checkpoint: StateCheckpoint, at id: NodeID) {
    nodes[id.offset].isCheckpointing = true
    nodes[id.offset].checkpointEnd = checkpoint.point.end
    let payload = CheckpointPayload.encode(checkpoint)
    nodes[id.offset].checkpointSize = payload.count
    onLog(id) {
      $0.saveCheckpoint(Checkpoint(point: checkpoint.point, payload: payload), into: &$1)
    }
  }

  // MARK: Idle logs, periodic syncs, full disks

  private mutating func scheduleIdle(_ id: NodeID) {
    guard !nodes[id.offset].idleScheduled else { return }
    nodes[id.offset].idleScheduled = true
    queue.schedule(
      .idle(id, incarnation: nodes[id.offset].incarnation), at: now + Interval.milliseconds(50))
  }

  /// After 50 ms without writes the synced watermark is noted, so that an idle log leaves no doubt.
  mutating func idle(_ id: NodeID, _ incarnation: UInt32) {
    guard nodes[id.offset].isMember, nodes[id.offset].incarnation == incarnation,
      nodes[id.offset].isAlive
    else { return }
    nodes[id.offset].idleScheduled = false
    let quiet = now - nodes[id.offset].lastAppend
    if quiet >= .milliseconds(50), nodes[id.offset].log.flushed == nodes[id.offset].log.head {
      onLog(id) { $0.noteIdle(into: &$1) }
    } else {
      nodes[id.offset].idleScheduled = true
      queue.schedule(
        .idle(id, incarnation: incarnation), at: now + Interval.milliseconds(50))
    }
  }

  mutating func schedulePeriodicSync(_ id: NodeID) {
    guard case .every(let spacing) = knobs.syncPolicy, !nodes[id.offset].syncIsScheduled else {
      return
    }
    nodes[id.offset].syncIsScheduled = true
    queue.schedule(
      .periodicSync(id, incarnation: nodes[id.offset].incarnation), at: now + spacing)
  }

  mutating func periodicSync(_ id: NodeID, _ incarnation: UInt32) {
    guard nodes[id.offset].incarnation == incarnation else { return }
    nodes[id.offset].syncIsScheduled = false
    onLog(id) { $0.flush(into: &$1) }
    schedulePeriodicSync(id)
  }

  mutating func retryDisk(_ id: NodeID, _ incarnation: UInt32) {
    guard let node = node(id), node.incarnation == incarnation, node.isAlive, node.log.isFull
    else { return }
    onLog(id) { $0.lookForRoom(into: &$1) }
    queue.schedule(
      .retryDisk(id, incarnation: incarnation), at: now + Interval.milliseconds(200))
  }
}
