import Positions
import Records

extension Replica {
  /// Takes what a leader sends: follows it, finds whether the logs agree, and takes what is new.
  mutating func follow(
    _ message: Message, from sender: NodeID, into effects: inout [Effect]
  ) {
    switch message {
    case .append(let theirs, let batches, let previous, let commit, let round, _):
      guard accepts(theirs, from: sender, into: &effects) else { return }
      if truncating != nil || installing != nil { return }
      if round > 0 { lastRound = round }
      if let mark = highWaterMark {
        stashed = (message, sender)
        return cutOff(after: mark, into: &effects)
      }
      let isHeartbeat =
        batches.isEmpty
        && (previous.index == .zero
          || isPlanted(.heartbeatsMatchByIndex) && previous.index <= head.index)
      guard isHeartbeat || sharesLog(at: previous, into: &effects) else {
        if round == 0 { return }
        promise(
          .mismatch(term: term, refused: previous.index, history: history, round: round),
          to: sender, into: &effects)
        return
      }
      if let fork = take(batches, after: previous, into: &effects) {
        stashed = (message, sender)
        return cutOff(after: fork, into: &effects)
      }
      learnCommit(commit, of: theirs, into: &effects)
      if round == 0 { return }
      // The first leader that was asked may have lost the question, or its office.
      if lacksBase { return askForCheckpoint(into: &effects) }
      if batches.isEmpty || policy.waitFor == .received || isDiskFull
        || matched.index <= flushed.index
      {
        tellLeader(into: &effects)
      }
    case .installCheckpoint(let theirs, let point, let payload, let membership):
      let checkpoint = StateCheckpoint(point: point, payload: payload, membership: membership)
      guard accepts(theirs, from: sender, into: &effects), installing == nil, truncating == nil
      else { return }
      if holds(point) {
        // A late or second copy: nothing is to be replaced, and no record behind it is in doubt.
        if point.index > matched.index { matched = point }
        return tellLeader(into: &effects)
      }
      if let fork = suffixInDoubt {
        stashed = (message, sender)
        return cutOff(after: fork, into: &effects)
      }
      take(checkpoint, into: &effects)
    default: break
    }
  }

  /// Takes batches that continue the log behind `previous`, which is shared.
  ///
  /// - Returns: where this log parts from the leader's, if it does.
  private mutating func take(
    _ batches: [RecordBatch], after previous: LogPoint, into effects: inout [Effect]
  ) -> LogPoint? {
    if previous.index > matched.index { matched = previous }
    for batch in batches {
      switch takeIfNew(batch, into: &effects) {
      case .taken: if batch.last.index > matched.index { matched = batch.last }
      case .full where isPlanted(.fullDisksMatch): matched = batch.last
      case .full: return nil
      case .diverges(let fork): return fork
      }
    }
    return nil
  }

  /// Whether a leader of term `theirs` is to be followed; follows it if so.
  mutating func accepts(
    _ theirs: Term, from sender: NodeID, into effects: inout [Effect]
  ) -> Bool {
    if role == .leader, !policy.fencing || isPlanted(.deposedLeaderStays) { return false }
    // Who was told to lead, where nobody is shut out, is not drawn away before it does.
    if !policy.fencing, candidacy?.forced == true, candidacy?.stage == .voting { return false }
    if theirs < term, !isPlanted(.followsLowerTerms) {
      // Without fencing a follower stays with whom it was last told to follow.
      guard !policy.fencing, leader == sender || leader == nil else {
        effects.append(.send(.appendReply(term: term, positions: .none, round: 0), to: sender))
        return false
      }
    }
    if theirs > term { raise(to: theirs, votedFor: nil, into: &effects) }
    if role != .follower || leader != sender {
      becomeFollower(of: sender, why: "\(sender) leads term \(theirs.epoch)", into: &effects)
      matched = .origin
      lastRound = 0
    }
    leaderIsFresh = true
    effects.append(.setFollowerTimers(policy.electionTimeout))
    return true
  }

  /// Whether this log holds the record at `previous`, as far as the log still says; all logs share
  /// the beginning.
  private func sharesLog(at previous: LogPoint, into effects: inout [Effect]) -> Bool {
    if previous.index > head.index || previous.index < history.origin.index { return false }
    if previous.index == .zero { return true }
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
    _ batch: RecordBatch, into effects: inout [Effect]
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
    if matched.index > point.index { matched = point }
    forgetMemberships(after: point.index)
    if applied.index > point.index, !isPlanted(.statesAreNotRebuilt) {
      isRebuilding = true
      lacksBase = false
      isReadingToApply = false
      effects.append(.readCheckpoint(atOrBelow: point.index, purpose: .rebuild))
    }
    if let stashed {
      self.stashed = nil
      follow(stashed.message, from: stashed.from, into: &effects)
    }
  }

  /// Members that the log no longer says; those it began with stay, until the state is rebuilt.
  private mutating func forgetMemberships(after index: Index) {
    let kept = memberships.filter { $0.index <= index }
    if let base = memberships.first, kept.isEmpty {
      memberships = [MembershipEntry(index: index, membership: base.membership)]
    } else {
      memberships = kept
    }
  }

  private mutating func learnCommit(
    _ leaderCommit: Index, of theirs: Term, into effects: inout [Effect]
  ) {
    let known = min(leaderCommit, isPlanted(.commitsForeignRecords) ? head.index : matched.index)
    if known > commit {
      commit = known
      effects.append(.committed(commit, term))
    }
    // Only a commit of the leader's own term says where the log's certain end is.
    if isSuspect, leaderCommit <= flushed.index, matched.index >= leaderCommit,
      history.term(at: leaderCommit) == theirs
    {
      isSuspect = false
      effects.append(.notice(.cleared))
    }
    applyWhatShows(into: &effects)
  }

  /// Tells the leader what this replica holds of its log.
  mutating func tellLeader(into effects: inout [Effect]) {
    guard role == .follower, let leader else { return }
    func shared(_ point: LogPoint) -> LogPoint {
      point.index <= matched.index || isPlanted(.reportsForeignRecords) ? point : matched
    }
    let isDurable = policy.syncsEveryBatch && !isPlanted(.reportsBeforeFlush)
    let durable = shared(isDurable ? flushed : policy.syncsEveryBatch ? head : written)
    // A state that is to be rebuilt shows a branch that was cut off.
    let shown = isRebuilding ? .zero : shared(applied).index
    promise(
      .appendReply(
        term: term,
        positions: FollowerPositions(
          received: shared(head).index, flushed: durable.index, applied: shown,
          flushedEnd: durable.end, isFull: isDiskFull), round: lastRound),
      to: leader, into: &effects)
  }

  /// Where records begin that a checkpoint would replace unseen: they are cut off first, so that
  /// they stand in a rollback file and the ledger can name them.
  private var suffixInDoubt: LogPoint? {
    if commit >= head.index { return nil }
    // What is committed and not applied yet is certain too.
    let certain = window.point(at: commit) ?? (applied.index <= commit ? applied : nil)
    guard let certain, certain.index >= history.origin.index, certain.index < head.index else {
      return nil
    }
    return certain
  }

  /// Whether a leader's checkpoint says nothing that this log does not: what it is known to share with
  /// that leader may have been dropped since.
  private func holds(_ point: LogPoint) -> Bool {
    let isShared = matched.index > .zero && point.index <= matched.index
    return !isRebuilding && (isShared || history.term(at: point.index) == point.term)
  }

  private mutating func take(_ checkpoint: StateCheckpoint, into effects: inout [Effect]) {
    effects.append(.notice(.takesCheckpoint(checkpoint.point)))
    installing = Installation(checkpoint: checkpoint, leader: leader, term: term)
    effects.append(.install(checkpoint))
  }

  mutating func installed(_ point: LogPoint, into effects: inout [Effect]) {
    guard let done = installing, case let checkpoint = done.checkpoint, checkpoint.point == point,
      let restored = KeyValueState(encoded: checkpoint.payload)
    else { return }
    installing = nil
    isRebuilding = false
    lacksBase = false
    isReadingToApply = false
    history = TermHistory(origin: point)
    window = LogWindow(after: point)
    flushed = point
    written = point
    if !isPlanted(.installedStatesAreDropped) { state = restored }
    applied = point
    if commit > point.index {
      effects.append(.notice(.commitRolledBack(from: commit, to: point.index)))
    }
    commit = point.index
    memberships = [MembershipEntry(index: point.index, membership: checkpoint.membership)]
    // The leader may be another one by now.
    matched = done.leader == leader && done.term == term ? point : .origin
    effects.append(.applied(point, hash: state.hash))
    effects.append(.committed(commit, term))
    effects.append(.notice(.membership(checkpoint.membership)))
    tellLeader(into: &effects)
  }
}
