import Checking
import Operations
import Positions
import Records
import Replication
import World
import WriteAheadLog

extension Cluster {
  /// Tells people, and the checker, what a replica has to say.
  mutating func tell(_ notice: Notice, of id: NodeID) {
    switch notice {
    case .campaigning(let term):
      say(
        .election, id,
        "\(id) hears no leader and asks for pre-votes for term \(term.epoch)")
    case .standsAside(let other):
      say(.election, id, "\(id) stands aside for \(other), whose log is further")
    case .elected(let term, let votes, let voters, let forced):
      elected(id, term: term, votes: votes, voters: voters, forced: forced)
    case .steppedDown(let term, let why):
      observe(.steppedDown(node: id, term: term))
      say(.election, id, "\(id) leads no more (term \(term.epoch)): \(why)")
      tellLosses()
    case .follows(let leader, let term):
      say(.election, id, "\(id) follows \(leader) in term \(term.epoch)")
    case .diverged(let fork, let discarded):
      say(
        .log, id, "\(id)'s log parted from the leader's after \(fork): \(discarded) records go")
    case .commitRolledBack(let from, let to):
      observe(.commitRolledBack(node: id, from: from, to: to))
    case .chainDiffers(let index, let term):
      observe(.chainDiffers(node: id, index: index, term: term))
    case .degraded:
      observe(.degraded(leader: id))
    case .restored:
      observe(.restored(leader: id))
      say(.note, id, "\(id) keeps the acknowledgement policy again")
    case .membership(let membership): membershipIs(membership, at: id)
    case .cleared:
      observe(.trusted(node: id))
      onLog(id) { $0.clearSuspicion(into: &$1) }
      say(.log, id, "\(id) has caught up and votes again")
    case .switchoverFailed(let target):
      say(.election, id, "switchover to \(target) given up: it did not catch up in time")
    case .takesCheckpoint(let point):
      say(.log, id, "\(id) takes the leader's checkpoint through \(point.index)")
    }
  }

  private mutating func elected(
    _ id: NodeID, term: Term, votes: Int, voters: Int, forced: Bool
  ) {
    onLog(id) { $0.clearSuspicion(into: &$1) }
    observe(.trusted(node: id))
    observe(.voters(of: id, nodes[id.offset].replica?.membership.voters ?? []))
    let history = nodes[id.offset].replica?.history
    let spans = history?.spans ?? []
    var covered: [Checking.TermSpan] = []
    if let origin = history?.origin, origin.index > .zero {
      covered.append(Checking.TermSpan(term: origin.term, through: origin.index))
    }
    covered += spans.map { Checking.TermSpan(term: $0.term, through: $0.last) }
    observe(
      .elected(
        node: id, term: term, history: covered,
        head: nodes[id.offset].replica?.head ?? .origin, forced: forced,
        origin: history?.origin.index ?? .zero, votes: votes))
    observePolicy()
    toldLost = checker.ledger.lost
    highWater.elected(at: nodes[id.offset].replica?.head ?? .origin)
    let isFirst = nodes[id.offset].replica?.head.index.rawValue ?? 0 <= 1
    let how =
      forced
      ? isFirst ? "the first: nobody elects here" : "by force" : "with \(votes) of \(voters) votes"
    say(.election, id, "\(id) leads term \(term.epoch), \(how)")
  }

  private mutating func membershipIs(_ membership: Membership, at id: NodeID) {
    guard nodes[id.offset].replica?.role == .leader else { return }
    observe(.voters(of: id, membership.voters))
    observePolicy()
    let voters = membership.voters.map(\.description).joined(separator: " ")
    say(.note, id, "voters: \(voters)")
  }

  // MARK: What disks have to say

  mutating func truncated(
    to point: LogPoint, discarded: RecordBatch, file: String?, at id: NodeID
  ) {
    nodes[id.offset].rollbackRecords += discarded.count
    nodes[id.offset].pendingCheckpoint = nil
    nodes[id.offset].checkpointEnd = min(nodes[id.offset].checkpointEnd, point.end)
    var writes: [DiscardedWrite] = []
    var index = discarded.previous.index
    for (position, entry) in discarded.entries.enumerated() {
      index = index.next
      guard entry.kind == .write else { continue }
      discarded.withPayload(at: position) { payload in
        guard let write = ClientWrite.decode(payload) else { return }
        writes.append(
          DiscardedWrite(
            index: index, term: entry.term, key: String(decoding: write.key, as: UTF8.self),
            session: write.session, sequence: write.sequence))
      }
    }
    observe(.truncated(node: id, to: point, discarded: writes))
    if let file {
      let place = written(point)
      say(
        .log, id, "\(id) rolled back \(discarded.count) records to \(place), kept in \(file)")
    }
    tellLosses()
    nodes[id.offset].pendingCheckpoint = nil
    hand(.truncated(to: point), to: id)
  }

  mutating func diskIsFull(_ isFull: Bool, at id: NodeID) {
    say(
      .fault, id,
      isFull ? "\(id)'s disk is full: it takes no more records" : "\(id)'s disk has room again")
    if hasPeers {
      handPeer(.diskFull(isFull), to: id)
    } else {
      hand(.diskFull(isFull), to: id)
    }
    if isFull {
      queue.schedule(
        .retryDisk(id, incarnation: nodes[id.offset].incarnation),
        at: now + Interval.milliseconds(200))
    }
  }

  /// A failed write or sync is never retried: the node dies of it.
  mutating func diskFailed(_ why: String, at id: NodeID) {
    say(.fault, id, "\(id) dies: \(why)")
    stop(id, as: .dead("its disk failed: \(why)"))
  }

  mutating func diskCompleted(_ completion: DiskCompletion) {
    guard nodes[completion.node.offset].incarnation == completion.incarnation else { return }
    if completion.failsToWrite, nodes[completion.node.offset].isAlive {
      observe(.diskFailed(node: completion.node))
    }
    onLog(completion.node) { $0.handle(completion.completion, into: &$1) }
    if hasPeers { flushSoon(completion.node) } else { flushIfNeeded(completion.node) }
  }

  /// Ends a node's process: what is in its memory is gone, its clients' connections break.
  mutating func stop(_ id: NodeID, as status: Node.Status) {
    guard node(id) != nil else { return }
    noteHighWater()
    nodes[id.offset].loseMemory()
    nodes[id.offset].status = status
    world.crash(id)
    observe(.crashed(node: id))
    answer(.reset(id), from: id)
  }
}
