import Positions
import Records

extension Replica {
  /// Bytes that a follower may have under way.
  static let inFlightMaximum = 8 << 20
  /// Bytes of one message.
  static let messageMaximum = 1 << 20
  /// Times that sending to a follower may begin anew between two heartbeats.
  static let restartsMaximum = 3

  mutating func becomeLeader(votes: Int, forced: Bool, into effects: inout [Effect]) {
    role = .leader
    leader = id
    candidacy = nil
    leaderIsFresh = false
    matched = head
    let peers = membership.all.filter { $0 != id }
    leadership = Leadership(
      term: term, first: head.index.next, acknowledged: commit, isForced: forced,
      progress: peers.map { Progress(node: $0, sent: head) })
    effects.append(
      .notice(.elected(term, votes: votes, of: membership.voters.count, forced: forced)))
    effects.append(.cancelTimer(.election))
    effects.append(.cancelTimer(.candidacy))
    effects.append(.setTimer(.heartbeat, policy.heartbeat))
    effects.append(.setTimer(.checkQuorum, policy.electionTimeout))
    appendInternal(kind: .noop, payload: [], into: &effects)
  }

  /// Gives up office: those who wait are told that their writes' outcome is unknown.
  mutating func leaveOffice(why: String, leader next: NodeID?, into effects: inout [Effect]) {
    guard let office = leadership else { return }
    effects.append(.notice(.steppedDown(office.term, why: why)))
    for waiting in office.waiting {
      if isPlanted(.acknowledgesWhenDeposed) {
        let last = waiting.first.advanced(by: waiting.origins.count - 1)
        effects.append(
          .acknowledge(waiting.origins, term: office.term, first: waiting.first, through: last))
        continue
      }
      effects.append(.abandon(waiting.origins, leader: next))
    }
    for read in office.confirming + office.unconfirmed {
      if case .client(let request) = read.asker {
        effects.append(.answer(request.id, .refused(.notLeader, leader: next)))
      }
    }
    leadership = nil
    leader = nil
    matched = .origin
    for timer in [TimerName.heartbeat, .checkQuorum, .degrade, .switchover] {
      effects.append(.cancelTimer(timer))
    }
  }

  /// Appends a record of the leader's own.
  mutating func appendInternal(
    kind: RecordKind, payload: [UInt8], into effects: inout [Effect]
  ) {
    var batch = RecordBatch(after: head)
    batch.append(kind: kind, term: term, payload: payload)
    take(batch, into: &effects)
    effects.append(.internalRecord(term, batch.last.index))
    streamToAll(into: &effects)
  }

  /// Takes records into the log's memory and hands them to the disk.
  mutating func take(_ batch: RecordBatch, into effects: inout [Effect]) {
    var index = batch.previous.index
    var end = batch.previous.end
    for (position, entry) in batch.entries.enumerated() {
      index = index.next
      end = end.advanced(by: entry.size)
      history.append(index: index, term: entry.term, end: end)
      if entry.kind == .membership,
        let membership = batch.withPayload(at: position, { Membership(encoded: $0) })
      {
        adoptMembership(membership, at: index, into: &effects)
      }
    }
    window.append(batch)
    effects.append(.append(batch))
  }

  mutating func propose(_ proposal: Proposal, into effects: inout [Effect]) {
    // No copy of the office is held: its queue would be copied when it grows.
    guard role == .leader, let isFirst = leadership?.waiting.isEmpty else {
      effects.append(.refuse(proposal.origins, .notLeader, leader: leader))
      return
    }
    if let target = leadership?.switchover {
      effects.append(.refuse(proposal.origins, .switchingOver, leader: target))
      return
    }
    if isDiskFull {
      effects.append(.refuse(proposal.origins, .diskFull, leader: nil))
      return
    }
    let batch = RecordBatch.adopting(
      proposal.bytes, spans: proposal.spans, kind: .write, term: term, after: head)
    take(batch, into: &effects)
    leadership?.waiting.append(
      Leadership.Waiting(first: batch.firstIndex, origins: proposal.origins))
    if let after = policy.degradeAfter, isFirst, leadership?.isDegraded == false {
      effects.append(.setTimer(.degrade, after))
    }
    streamToAll(into: &effects)
  }

  /// Sends every follower what it may have.
  mutating func streamToAll(into effects: inout [Effect]) {
    guard let count = leadership?.progress.count else { return }
    for position in 0..<count { stream(to: position, into: &effects) }
  }

  private mutating func stream(to position: Int, into effects: inout [Effect]) {
    guard var progress = leadership?.progress[position], progress.mode == .streaming,
      !progress.positions.isFull
    else { return }
    while progress.sent.index < head.index, progress.inFlight < Self.inFlightMaximum {
      guard
        let batches = window.batches(
          after: progress.sent.index, maximumBytes: Self.messageMaximum), let last = batches.last
      else {
        progress.mode = .reading
        progress.idleLooks = 0
        effects.append(.readLog(after: progress.sent.index, purpose: .stream(to: progress.node)))
        break
      }
      send(batches, previous: batches[0].previous, to: &progress, into: &effects)
      progress.sent = last.last
    }
    leadership?.progress[position] = progress
  }

  private mutating func send(
    _ batches: [RecordBatch], previous: LogPoint, to progress: inout Progress,
    into effects: inout [Effect]
  ) {
    guard let round = leadership?.round, let isForced = leadership?.isForced else { return }
    leadership?.round = round + 1
    effects.append(
      .send(
        .append(
          term: term, batches: batches, previous: previous, commit: commitTold(with: batches),
          round: round + 1, forced: isForced), to: progress.node))
  }

  /// Sends every follower a heartbeat, which also tells the commit position.
  mutating func heartbeatAll(into effects: inout [Effect]) {
    guard let count = leadership?.progress.count else { return }
    for position in 0..<count {
      guard var progress = leadership?.progress[position] else { continue }
      let previous = progress.mode == .streaming ? progress.sent : .origin
      send([], previous: previous, to: &progress, into: &effects)
    }
  }

  /// Forgets what followers said under a weaker rule, and asks them what they hold under this one.
  mutating func askAnew(into effects: inout [Effect]) {
    guard let office = leadership else { return }
    for position in office.progress.indices {
      let isFull = office.progress[position].positions.isFull
      leadership?.progress[position].positions = .none
      leadership?.progress[position].positions.isFull = isFull
      leadership?.progress[position].restartRound = office.round + 1
    }
    heartbeatAll(into: &effects)
  }

  mutating func beat(into effects: inout [Effect]) {
    guard role == .leader else { return }
    effects.append(.setTimer(.heartbeat, policy.heartbeat))
    for position in (leadership?.progress ?? []).indices {
      leadership?.progress[position].restarts = 0
    }
    heartbeatAll(into: &effects)
  }

  mutating func heard(
    _ theirs: Term, _ positions: FollowerPositions, round: UInt64, from sender: NodeID,
    into effects: inout [Effect]
  ) {
    if theirs > term, !stillFollows(round) { return deposed(by: theirs, into: &effects) }
    guard role == .leader, theirs >= term, let position = leadership?.position(of: sender),
      var progress = leadership?.progress[position]
    else { return }
    progress.isActive = true
    progress.answered = max(progress.answered, round)
    if round >= progress.restartRound { progress.moved(to: positions) }
    if case .installing(let index) = progress.mode, positions.received >= index {
      progress.mode = .streaming
    }
    leadership?.progress[position] = progress
    advance(into: &effects)
    // A commit may have changed the members, and with them the positions.
    guard let position = leadership?.position(of: sender) else { return }
    stream(to: position, into: &effects)
    confirmReads(into: &effects)
    continueSwitchover(into: &effects)
    considerLearner(at: position, into: &effects)
  }

  /// Whether a follower with a newer term than this leader's takes its records all the same, as
  /// followers do without fencing: its answer names a round.
  private func stillFollows(_ round: UInt64) -> Bool {
    role == .leader && !policy.fencing && round > 0
  }

  /// Another node's higher term ends this office, unless fencing is off.
  mutating func deposed(by theirs: Term, into effects: inout [Effect]) {
    if role == .leader, !policy.fencing || isPlanted(.deposedLeaderStays) { return }
    raise(to: theirs, votedFor: nil, into: &effects)
    becomeFollower(of: nil, why: "term \(theirs.epoch) began", into: &effects)
  }

  /// Starts anew with a follower whose log does not hold what was sent, behind the last record that
  /// both logs share.
  mutating func mend(
    _ theirs: Term, refused: Index, _ theirHistory: TermHistory, round: UInt64,
    from sender: NodeID, into effects: inout [Effect]
  ) {
    if theirs > term, !stillFollows(round) { return deposed(by: theirs, into: &effects) }
    guard role == .leader, theirs >= term, let position = leadership?.position(of: sender),
      var progress = leadership?.progress[position]
    else { return }
    if isPlanted(.forksAreNotMended) { return }
    progress.isActive = true
    progress.answered = max(progress.answered, round)
    defer { leadership?.progress[position] = progress }
    guard progress.mode == .streaming, round >= progress.restartRound, let office = leadership
    else { return }
    // A follower that refuses again and again is asked at heartbeats only.
    guard progress.restarts < Self.restartsMaximum else { return }
    progress.restarts += 1
    let isFull = progress.positions.isFull
    progress.positions = .none
    progress.positions.isFull = isFull
    progress.restart(after: progress.sent, round: office.round + 1)
    // What both share must be in both logs, not behind the beginning of one.
    guard let common = history.lastCommon(with: theirHistory),
      common.index >= theirHistory.origin.index
    else { return askForCheckpoint(for: &progress, into: &effects) }
    restart(&progress, after: common.index, into: &effects)
    leadership?.progress[position] = progress
    stream(to: position, into: &effects)
    if let mended = leadership?.progress[position] { progress = mended }
  }

  private mutating func restart(
    _ progress: inout Progress, after index: Index, into effects: inout [Effect]
  ) {
    if let point = window.point(at: index), let round = leadership?.round {
      progress.restart(after: point, round: round + 1)
      if index == head.index { send([], previous: point, to: &progress, into: &effects) }
    } else if index < history.origin.index {
      askForCheckpoint(for: &progress, into: &effects)
    } else {
      progress.mode = .reading
      progress.idleLooks = 0
      effects.append(.readLog(after: index, purpose: .stream(to: progress.node)))
    }
  }

  private mutating func askForCheckpoint(
    for progress: inout Progress, into effects: inout [Effect]
  ) {
    progress.mode = .reading
    progress.idleLooks = 0
    effects.append(.readCheckpoint(atOrBelow: commit, purpose: .stream(to: progress.node)))
  }

  /// Records for a follower came back from the log; nil: the log no longer holds them.
  mutating func streamRead(
    _ batch: RecordBatch?, to node: NodeID, into effects: inout [Effect]
  ) {
    guard role == .leader, let position = leadership?.position(of: node),
      var progress = leadership?.progress[position], progress.mode == .reading
    else { return }
    guard let batch, !batch.isEmpty else {
      askForCheckpoint(for: &progress, into: &effects)
      leadership?.progress[position] = progress
      return
    }
    progress.mode = .streaming
    if progress.sent != batch.previous, let round = leadership?.round {
      progress.restart(after: batch.previous, round: round + 1)
    }
    send([batch], previous: batch.previous, to: &progress, into: &effects)
    progress.sent = batch.last
    leadership?.progress[position] = progress
    stream(to: position, into: &effects)
  }

  mutating func sendCheckpoint(
    _ checkpoint: StateCheckpoint?, to node: NodeID, into effects: inout [Effect]
  ) {
    guard role == .leader, let position = leadership?.position(of: node),
      var progress = leadership?.progress[position], progress.mode == .reading,
      let checkpoint = checkpoint ?? presentCheckpoint, let round = leadership?.round
    else { return }
    progress.mode = .installing(checkpoint.point.index)
    progress.idleLooks = 0
    progress.restart(after: checkpoint.point, round: round)
    leadership?.progress[position] = progress
    effects.append(
      .send(
        .installCheckpoint(
          term: term, point: checkpoint.point, payload: checkpoint.payload,
          membership: checkpoint.membership), to: node))
  }

  /// The state as it is, where no checkpoint was saved yet; nil while it shows what is not committed.
  private var presentCheckpoint: StateCheckpoint? {
    guard !isRebuilding, applied.index <= commit else { return nil }
    return StateCheckpoint(
      point: applied, payload: state.encoded, membership: membership(at: applied.index))
  }

  mutating func checkQuorum(into effects: inout [Effect]) {
    guard role == .leader, let office = leadership else { return }
    effects.append(.setTimer(.checkQuorum, policy.electionTimeout))
    leadership?.commitBefore = max(commit, office.first)
    let voters = membership.voters
    let answering =
      office.progress.filter { $0.isActive && voters.contains($0.node) }.count
      + (voters.contains(id) ? 1 : 0)
    for position in office.progress.indices {
      leadership?.progress[position].wasActive = office.progress[position].isActive
      leadership?.progress[position].isActive = false
      leadership?.progress[position].idleLooks += 1
      if office.progress[position].mode != .streaming, office.progress[position].idleLooks > 10 {
        leadership?.progress[position].mode = .streaming
      }
    }
    let isChecked = policy.checkQuorum && !isPlanted(.checkQuorumIsSkipped)
    if isChecked, answering < membership.majority {
      becomeFollower(of: nil, why: "no majority answers", into: &effects)
    }
  }
}
