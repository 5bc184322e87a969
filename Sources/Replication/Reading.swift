import Positions

extension Replica {
  mutating func read(_ request: ReadRequest, into effects: inout [Effect]) {
    if refuses(request, into: &effects) { return }
    switch request.requirement {
    case .anything: serve(request, into: &effects)
    case .atLeast(let index): serve(request, whenApplied: index, into: &effects)
    case .linearizable:
      if role == .leader, isPlanted(.readsWithoutAsking) {
        serve(request, whenApplied: commit, into: &effects)
      } else if role == .leader {
        leadership?.unconfirmed.append(.init(asker: .client(request)))
        confirmReads(into: &effects)
      } else if policy.appliesWhenFlushed {
        // Its state may show what is not committed: only the leader's word will do.
        effects.append(.answer(request.id, .refused(.notLeader, leader: leader)))
      } else if let leader, leader != id {
        asked.append(request)
        effects.append(.send(.readIndexRequest(id: request.id), to: leader))
      } else {
        effects.append(.answer(request.id, .refused(.notLeader, leader: nil)))
      }
    }
  }

  mutating func forgetRead(_ id: UInt64) {
    parked.removeAll { $0.request.id == id }
    asked.removeAll { $0.id == id }
    leadership?.unconfirmed.removeAll { read in
      if case .client(let request) = read.asker { request.id == id } else { false }
    }
  }

  mutating func readIndexAsked(
    _ id: UInt64, from sender: NodeID, into effects: inout [Effect]
  ) {
    guard role == .leader else {
      effects.append(.send(.readIndexReply(id: id, index: nil), to: sender))
      return
    }
    if isPlanted(.tellsUnconfirmedIndex) {
      return effects.append(.send(.readIndexReply(id: id, index: commit), to: sender))
    }
    leadership?.unconfirmed.append(.init(asker: .follower(sender, id: id)))
    confirmReads(into: &effects)
  }

  mutating func readIndexTold(_ id: UInt64, _ index: Index?, into effects: inout [Effect]) {
    guard let position = asked.firstIndex(where: { $0.id == id }) else { return }
    let request = asked.remove(at: position)
    if let index {
      serve(request, whenApplied: index, into: &effects)
    } else {
      effects.append(.answer(id, .refused(.notLeader, leader: leader)))
    }
  }

  /// Serves the reads whose round a majority answered, and begins the next round.
  mutating func confirmReads(into effects: inout [Effect]) {
    // Asked at every answer: mostly no read waits.
    if leadership?.confirmRound == nil, leadership?.unconfirmed.isEmpty != false { return }
    guard let office = leadership, commit >= office.first || isPlanted(.readsBeforeOwnCommit)
    else { return }
    if let round = office.confirmRound {
      let answered = office.progress.filter {
        $0.answered >= (isPlanted(.oldRoundsConfirm) ? 1 : round)
          && membership.voters.contains($0.node)
      }
      guard answered.count + (isVoter ? 1 : 0) >= membership.majority else { return }
      let confirmed = office.confirming
      leadership?.confirming = []
      leadership?.confirmRound = nil
      for read in confirmed { tell(read, into: &effects) }
    }
    guard leadership?.confirmRound == nil, leadership?.unconfirmed.isEmpty == false else { return }
    let (next, round) = (leadership?.unconfirmed ?? [], leadership?.round ?? 0)
    leadership?.confirming = next
    leadership?.unconfirmed = []
    leadership?.confirmRound = round + 1
    if membership.majority == 1, isVoter {
      confirmReads(into: &effects)
    } else {
      heartbeatAll(into: &effects)
    }
  }

  private mutating func tell(
    _ read: Leadership.ConfirmingRead, into effects: inout [Effect]
  ) {
    let index = max(commit, leadership?.acknowledged ?? .zero)
    switch read.asker {
    case .client(let request): serve(request, whenApplied: index, into: &effects)
    case .follower(let node, let id):
      effects.append(.send(.readIndexReply(id: id, index: index), to: node))
    }
  }

  private mutating func serve(
    _ request: ReadRequest, whenApplied index: Index, into effects: inout [Effect]
  ) {
    if applied.index >= index || isPlanted(.readsDoNotWait), !isRebuilding {
      serve(request, into: &effects)
    } else {
      parked.append(ParkedRead(request: request, index: index))
    }
  }

  /// Sends a read that is for the leader away, where no leader is: at once, or once it need not wait
  /// any more.
  private func refuses(_ request: ReadRequest, into effects: inout [Effect]) -> Bool {
    guard request.isForLeader, role != .leader else { return false }
    effects.append(
      .answer(request.id, .refused(.notLeader, leader: leader == id ? nil : leader)))
    return true
  }

  private func serve(_ request: ReadRequest, into effects: inout [Effect]) {
    if refuses(request, into: &effects) { return }
    if isRebuilding {
      effects.append(.answer(request.id, .refused(.rebuilding, leader: leader)))
      return
    }
    // Applied as soon as it was flushed, or so when the read was asked for.
    if request.requirement == .linearizable, role != .leader, applied.index > commit {
      effects.append(.answer(request.id, .refused(.notLeader, leader: leader)))
      return
    }
    var first: KeyValueState.Version?
    for (position, key) in request.keys.enumerated() {
      let version = state.version(of: key)
      if position == 0 { first = version }
    }
    effects.append(.answer(request.id, .value(first, applied: applied.index)))
  }

  mutating func serveParked(into effects: inout [Effect]) {
    if parked.isEmpty { return }
    let ready = parked.filter { $0.index <= applied.index }
    parked.removeAll { $0.index <= applied.index }
    for read in ready { serve(read.request, into: &effects) }
  }
}
