import Positions

/// A write that its coordinator waits for.
struct PendingWrite: Sendable {
  /// The client's request.
  var client: UInt64
  var key: [UInt8]
  var keyHash: UInt64
  var dot: Dot
  /// What the client knows of the key once it is told.
  var context: VersionVector
  var slots: [ReplicaSlot]
  var quorum: Quorum
  var deadline: Instant
  var isAnswered = false

  /// Notes that a node has it.
  ///
  /// - Returns: false when the node was not asked.
  mutating func stored(by node: NodeID) -> Bool {
    guard let slot = slots.firstIndex(where: { $0.node == node || $0.standIn == node }) else {
      return false
    }
    if slots[slot].node == node {
      slots[slot].hasAnswered = true
    } else {
      slots[slot].standInAnswered = true
    }
    return true
  }

  /// Whether nobody is waited for any more.
  var isOver: Bool { isAnswered && slots.allSatisfy(\.isFinished) }

  /// The client's answer, once there are enough copies; nil: there are not, or it has it.
  mutating func answer(hintsCount: Bool, quorum needed: Quorum) -> WriteAnswer? {
    if isAnswered { return nil }
    guard needed.isMet(slots, by: { $0.counts(hintsCount) }) else { return nil }
    isAnswered = true
    return WriteAnswer(
      client: client, key: key, copies: QuorumCopies(slots: slots, hintsCount: hintsCount),
      answer: .written(
        dot: dot, needed: max(quorum.current, quorum.former), context: context,
        applied: VersionVector()))
  }
}

/// What a client is told of its write, and whose copies made it.
struct WriteAnswer: Sendable {
  var client: UInt64
  var key: [UInt8]
  var copies: QuorumCopies
  var answer: PeerAnswer
}

extension LeaderlessReplica {
  /// Coordinates a client's write.
  mutating func write(
    _ request: PeerRequest, _ change: Change, seen: VersionVector?, keyHash: UInt64,
    _ slots: [ReplicaSlot], isReplica: Bool, into effects: inout [PeerEffect]
  ) {
    guard !isDiskFull else { return refuse(request, .diskFull, into: &effects) }
    let quorum = quorum(request.level, otherwise: knobs.writes, of: slots)
    let hintsCount = knobs.hintsCount
    let available = quorum.count(slots) { $0.isUp || hintsCount && $0.standIn != nil }
    guard available.current >= quorum.current, available.former >= quorum.former else {
      let isShort = available.current < quorum.current
      return refuse(
        request,
        .unavailable(
          up: isShort ? available.current : available.former,
          needed: isShort ? quorum.current : quorum.former), into: &effects)
    }
    let dot: Dot
    let made: Made
    switch make(change, request, keyHash, seen: seen, isReplica: isReplica, &effects) {
    case .failure(let problem): return refuse(request, .problem(problem), into: &effects)
    case .success(let success):
      made = success
      dot = success.dot
    }
    let number = writes.insert(
      PendingWrite(
        client: request.id, key: request.key, keyHash: keyHash, dot: dot, context: made.context,
        slots: slots, quorum: quorum, deadline: now.steady + knobs.writeTimeout))
    setTimer(.requests, requestPeriod, into: &effects)
    if isReplica {
      park(
        Parked(
          index: head.index, keyHash: keyHash, dots: DotList(dot), then: .count(number)))
    }
    guard let place = writes.place(of: number) else { return }
    let told = isPlanted(.writesTravelWithoutContext) ? made.state.alone(dot) : made.state
    send(told, of: request.key, keyHash, made.dot, ofWriteAt: place, into: &effects)
    if isPlanted(.coordinatorsCountAtOnce), isReplica { stored(number, by: id, into: &effects) }
  }

  private func refuse(
    _ request: PeerRequest, _ why: PeerRefusal, into effects: inout [PeerEffect]
  ) {
    effects.append(.answer(request.id, .refused(why)))
  }

  /// A new version.
  private struct Made {
    var dot: Dot
    var state: KeyState
    var context: VersionVector
  }

  /// Makes a version; in this node's own copy, if it is a replica of the key.
  private mutating func make(
    _ change: Change, _ request: PeerRequest, _ keyHash: UInt64, seen: VersionVector?,
    isReplica: Bool, _ effects: inout [PeerEffect]
  ) -> Result<Made, ChangeProblem> {
    let key = request.key
    let merging = policy.merging(key)
    let rule = merging.rule
    let author = author(of: keyHash)
    let clock = now.wall
    var meetings: [Meeting] = []
    var dot = Dot(actor: author, counter: 0)
    var past = VersionVector()
    var wasDeleted = false
    func apply(_ state: inout KeyState) -> ChangeProblem? {
      dot = state.next(of: author)
      // Only siblings go by what the client knew.
      past = rule == .siblings ? seen ?? state.context : state.context
      wasDeleted = !state.context.isEmpty && state.isDeleted
      do {
        try merging.make(change, in: &state, dot: dot, clock: clock, seen: seen, &meetings)
        return nil
      } catch { return error }
    }
    var made = KeyState()
    if isReplica {
      let update = store.update(key, keyHash: keyHash) { state in
        let problem = apply(&state)
        if problem == nil { made = state }
        return problem
      }
      if let problem = update.result { return .failure(problem) }
      log.append(.taken(key: key, made))
      noteMade(change, request, keyHash, rule, dot, past, into: &effects)
      changed(
        key, keyHash, to: made, wasDeleted: wasDeleted, before: update.before,
        after: update.after, into: &effects)
    } else {
      made = known(of: key, keyHash) ?? KeyState()
      if let problem = apply(&made) { return .failure(problem) }
      noteMade(change, request, keyHash, rule, dot, past, into: &effects)
    }
    for meeting in meetings { effects.append(.note(.met(key: key, rule: rule, meeting))) }
    return .success(
      Made(dot: dot, state: made, context: Self.shown(made, dot, past: past, rule: rule)))
  }

  private func noteMade(
    _ change: Change, _ request: PeerRequest, _ keyHash: UInt64, _ rule: MergeRule, _ dot: Dot,
    _ past: VersionVector, into effects: inout [PeerEffect]
  ) {
    effects.append(
      .note(
        .created(
          key: request.key, keyHash: keyHash, rule: rule, change, dot: dot, past: past,
          clock: now.wall,
          request: request.id)))
  }

  /// What a client knows of a key that it wrote: all that stands, or nothing of siblings that it never
  /// saw, lest its next write supersede them.
  private static func shown(
    _ state: KeyState, _ dot: Dot, past: VersionVector, rule: MergeRule
  ) -> VersionVector {
    guard rule == .siblings, state.entries.count > 1 else { return state.context }
    var shown = past
    shown.insert(dot)
    let swallows = state.entries.contains { $0.dot != dot && shown.covers($0.dot) }
    return swallows ? past : shown
  }

  /// Sends a new version to all that shall have it.
  private mutating func send(
    _ state: KeyState, of key: [UInt8], _ keyHash: UInt64, _ dot: Dot, ofWriteAt place: Int,
    into effects: inout [PeerEffect]
  ) {
    // Taken out and put back, so that they are changed where they stand.
    guard var slots = writes.values[place]?.slots else { return }
    writes.values[place]?.slots = []
    let number = writes.numbers[place]
    for slot in slots.indices {
      let node = slots[slot].node
      if node == id {
        slots[slot].wasAsked = true
      } else if slots[slot].isUp {
        slots[slot].wasAsked = true
        effects.append(
          .send(.store(id: number, key: key, state, hintFor: nil), to: node))
      }
      if let standIn = slots[slot].standIn {
        if standIn == id {
          keepHint(
            for: node, state, of: key, keyHash, dots: DotList(dot), then: .count(number),
            into: &effects)
        } else {
          effects.append(
            .send(.store(id: number, key: key, state, hintFor: node), to: standIn))
        }
      } else if !slots[slot].wasAsked, knobs.hintWindow != nil {
        slots[slot].hasHint = true
        keepHint(
          for: node, state, of: key, keyHash, dots: DotList(dot), then: .nothing, into: &effects)
      }
    }
    writes.values[place]?.slots = slots
  }

  /// A node has a write's version safely.
  mutating func writeStored(
    _ number: UInt64, by node: NodeID, into effects: inout [PeerEffect]
  ) {
    guard let place = place(ofWrite: number) else { return }
    if isPlanted(.replicasCountTwice),
      let slot = writes.values[place]?.slots.firstIndex(where: {
        $0.node == node || $0.standIn == node
      })
    {
      countAnother(of: place, since: slot)
    }
    guard writes.values[place]?.stored(by: node) == true else { return }
    settleWrite(at: place, into: &effects)
  }

  /// Answers a write that has its copies, and ends one that nobody is waited for.
  private mutating func settleWrite(at place: Int, into effects: inout [PeerEffect]) {
    let hintsCount = knobs.hintsCount
    guard let quorum = writes.values[place]?.quorum else { return }
    let needed = needed(quorum, .acknowledgesWithOneLess)
    if let answer = writes.values[place]?.answer(hintsCount: hintsCount, quorum: needed) {
      effects.append(.note(.writeQuorum(key: answer.key, answer.copies)))
      effects.append(.answer(answer.client, answer.answer))
    }
    if writes.values[place]?.isOver == true { writes.remove(at: place) }
  }

  /// A write's time is over: nobody knows what comes of it, and who did not answer gets a hint.
  mutating func writeTimedOut(at place: Int, into effects: inout [PeerEffect]) {
    guard let write = writes.values[place] else { return }
    writes.remove(at: place)
    if !write.isAnswered { effects.append(.answer(write.client, answerInVain(write))) }
    guard knobs.hintWindow != nil, !isDiskFull,
      let state = known(of: write.key, write.keyHash)
    else { return }
    for slot in write.slots
    where slot.node != id && !slot.hasAnswered && !slot.hasHint && !slot.standInAnswered {
      keepHint(
        for: slot.node, state, of: write.key, write.keyHash, dots: DotList(in: state, notIn: nil),
        then: .nothing, into: &effects)
    }
  }

  /// How often requests' times are looked at.
  var requestPeriod: Interval {
    Interval(
      nanoseconds: max(
        1_000_000, min(knobs.writeTimeout, knobs.readTimeout).nanoseconds / 8))
  }

  /// Ends the requests whose time is over.
  mutating func lookForTimeouts(into effects: inout [PeerEffect]) {
    for place in writes.values.indices {
      if let write = writes.values[place], write.deadline <= now.steady {
        writeTimedOut(at: place, into: &effects)
      }
    }
    for place in reads.values.indices {
      if let read = reads.values[place], read.deadline <= now.steady {
        readTimedOut(at: place, into: &effects)
      }
    }
    if writes.count + reads.count > 0 { setTimer(.requests, requestPeriod, into: &effects) }
  }
}
