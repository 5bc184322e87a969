import Positions
import Records

extension Replica {
  /// Takes an append: follows its sender, finds whether the logs agree, and takes what is new.
  mutating func follow(
    _ message: Message, from sender: NodeID, into effects: inout [Effect]
  ) {
    guard
      case .append(let theirs, let batches, let previous, let leaderCommit, let round, let forced) =
        message
    else { return }
    guard accepts(theirs, from: sender, into: &effects) else { return }
    if truncating != nil || installing != nil { return }
    lastRound = round
    guard sharesLog(at: previous, into: &effects) else {
      promise(
        .mismatch(term: term, refused: previous.index, history: history, round: round),
        to: sender, into: &effects)
      return
    }
    var end = previous.index
    for batch in batches {
      switch takeIfNew(batch, forced: forced, into: &effects) {
      case .taken: end = max(end, batch.last.index)
      case .full:
        tellLeader(into: &effects)
        return
      case .diverges(let fork):
        stashed = (message, sender)
        cutOff(after: fork, into: &effects)
        return
      }
    }
    matched = max(matched, min(end, head.index))
    learnCommit(leaderCommit, into: &effects)
    if batches.isEmpty || policy.waitFor == .received || end <= flushed.index {
      tellLeader(into: &effects)
    }
  }

  /// Whether a leader of term `theirs` is to be followed; follows it if so.
  mutating func accepts(
    _ theirs: Term, from sender: NodeID, into effects: inout [Effect]
  ) -> Bool {
    if role == .leader, !policy.fencing { return false }
    if theirs < term {
      // Without fencing a follower stays with whom it was last told to follow.
      guard !policy.fencing, leader == sender || leader == nil else {
        effects.append(.send(.appendReply(term: term, positions: .none, round: 0), to: sender))
        return false
      }
    }
    if theirs > term { raise(to: theirs, votedFor: nil, into: &effects) }
    if role != .follower || leader != sender {
      if role == .leader { matched = .zero }
      becomeFollower(of: sender, why: "\(sender) leads term \(theirs.epoch)", into: &effects)
      matched = .zero
    }
    leaderIsFresh = true
    effects.append(.setTimer(.election, policy.electionTimeout))
    effects.append(.setTimer(.lease, policy.electionTimeout))
    return true
  }

  /// Whether this log holds the record at `previous`; all logs share the beginning.
  private func sharesLog(at previous: LogPoint, into effects: inout [Effect]) -> Bool {
    if previous.index == .zero { return true }
    if previous.index > head.index { return false }
    if previous.index < history.origin.index { return true }
    guard history.term(at: previous.index) == previous.term else { return false }
    if let own = window.point(at: previous.index), own.chain != previous.chain {
      effects.append(.notice(.chainDiffers(previous.index, previous.term)))
      return false
    }
    return true
  }

  private enum Taking {
    case taken
    case full
    case diverges(after: LogPoint)
  }

  private mutating func takeIfNew(
    _ batch: RecordBatch, forced: Bool, into effects: inout [Effect]
  ) -> Taking {
    if batch.previous.index != head.index {
      var index = batch.previous.index
      for (position, entry) in batch.entries.enumerated() {
        index = index.next
        if index <= history.origin.index { continue }
        if index > head.index { break }
        if history.term(at: index) != entry.term {
          return .diverges(after: batch.point(through: position - 1))
        }
      }
    }
    let new = batch.suffix(after: head.index)
    if new.isEmpty { return .taken }
    if isDiskFull { return .full }
    take(new, into: &effects)
    return .taken
  }

  /// Cuts the log behind the last record shared with the leader.
  private mutating func cutOff(after fork: LogPoint, into effects: inout [Effect]) {
    let discarded = head.index.distance(from: fork.index)
    effects.append(.notice(.diverged(fork: fork.index, discarded: discarded)))
    if commit > fork.index {
      effects.append(.notice(.commitRolledBack(from: commit, to: fork.index)))
      commit = fork.index
    }
    truncating = fork
    effects.append(.truncate(after: fork))
  }

  mutating func truncated(to point: LogPoint, into effects: inout [Effect]) {
    truncating = nil
    history.truncate(after: point)
    window.truncate(after: point)
    flushed = point
    written = point
    matched = min(matched, point.index)
    memberships.removeAll { $0.index > point.index }
    if applied.index > point.index {
      isRebuilding = true
      isReadingToApply = false
      effects.append(.readCheckpoint(atOrBelow: point.index, purpose: .rebuild))
    }
    if let stashed {
      self.stashed = nil
      follow(stashed.message, from: stashed.from, into: &effects)
    }
  }

  private mutating func learnCommit(_ leaderCommit: Index, into effects: inout [Effect]) {
    let known = min(leaderCommit, matched)
    if known > commit {
      commit = known
      effects.append(.committed(commit, term))
    }
    if isSuspect, leaderCommit <= flushed.index, matched >= leaderCommit, matched > .zero {
      isSuspect = false
      effects.append(.notice(.cleared))
    }
    applyWhatShows(into: &effects)
  }

  /// Tells the leader what this replica holds of its log.
  mutating func tellLeader(into effects: inout [Effect]) {
    guard role == .follower, let leader else { return }
    let durable = policy.syncsEveryBatch ? flushed.index : written.index
    let received = min(head.index, matched)
    promise(
      .appendReply(
        term: term,
        positions: FollowerPositions(
          received: received, flushed: min(durable, matched),
          applied: min(applied.index, matched),
          receivedEnd: received == head.index ? head.end : .zero), round: lastRound),
      to: leader, into: &effects)
  }

  mutating func takeCheckpoint(
    _ theirs: Term, _ checkpoint: StateCheckpoint, from sender: NodeID,
    into effects: inout [Effect]
  ) {
    guard accepts(theirs, from: sender, into: &effects), installing == nil, truncating == nil
    else { return }
    if history.term(at: checkpoint.point.index) == checkpoint.point.term, !isRebuilding {
      // It has these records already: nothing is to be replaced.
      matched = max(matched, checkpoint.point.index)
      tellLeader(into: &effects)
      return
    }
    effects.append(.notice(.takesCheckpoint(checkpoint.point)))
    installing = checkpoint
    effects.append(.install(checkpoint))
  }

  mutating func installed(_ point: LogPoint, into effects: inout [Effect]) {
    guard let checkpoint = installing, checkpoint.point == point,
      let restored = KeyValueState(encoded: checkpoint.payload)
    else { return }
    installing = nil
    isRebuilding = false
    isReadingToApply = false
    history = TermHistory(origin: point)
    window = LogWindow(after: point)
    flushed = point
    written = point
    state = restored
    applied = point
    commit = max(commit, point.index)
    if commit > point.index { commit = point.index }
    memberships = [MembershipEntry(index: point.index, membership: checkpoint.membership)]
    matched = point.index
    effects.append(.applied(point, hash: state.hash))
    effects.append(.committed(commit, term))
    effects.append(.notice(.membership(checkpoint.membership)))
    tellLeader(into: &effects)
  }
}
