import Positions

/// A read that its coordinator waits for.
struct PendingRead: Sendable {
  /// What a node knew of the key.
  struct Answer: Sendable {
    var slot: Int
    var node: NodeID
    var state: KeyState
    /// Whether it has since stored what all answers come to.
    var isMended = false
  }

  /// The client's request.
  var client: UInt64
  var key: [UInt8]
  var keyHash: UInt64
  /// What the client must be shown at least.
  var floor: VersionVector
  var slots: [ReplicaSlot]
  var quorum: Quorum
  var deadline: Instant
  var answers: [Answer] = []
  /// What the answers come to.
  var joined = KeyState()
  var isAnswered = false
  /// Whether its answer waits until replicas are mended.
  var isMending = false

  /// Whether all that were asked have answered.
  var isComplete: Bool { slots.allSatisfy(\.isFinished) }

  /// Takes an answer in.
  ///
  /// - Returns: false when none is wanted of that node.
  mutating func take(
    _ state: KeyState, from node: NodeID, _ merging: Merging, _ meetings: inout [Meeting]
  ) -> Bool {
    guard let slot = slots.firstIndex(where: { $0.node == node || $0.standIn == node }),
      !isMending, !answers.contains(where: { $0.node == node })
    else { return false }
    if slots[slot].node == node {
      slots[slot].hasAnswered = true
    } else {
      slots[slot].standInAnswered = true
    }
    _ = merging.join(state, into: &joined, &meetings)
    answers.append(Answer(slot: slot, node: node, state: state))
    return true
  }
}

extension LeaderlessReplica {
  /// Coordinates a client's read.
  mutating func read(
    _ request: PeerRequest, keyHash: UInt64, _ slots: [ReplicaSlot],
    into effects: inout [PeerEffect]
  ) {
    let quorum = quorum(request.level, otherwise: knobs.reads, of: slots)
    let available = quorum.count(slots) { $0.isUp || $0.standIn != nil }
    guard available.current >= quorum.current, available.former >= quorum.former else {
      let isShort = available.current < quorum.current
      effects.append(
        .answer(
          request.id,
          .refused(
            .unavailable(
              up: isShort ? available.current : available.former,
              needed: isShort ? quorum.current : quorum.former))))
      return
    }
    let number = reads.insert(
      PendingRead(
        client: request.id, key: request.key, keyHash: keyHash, floor: request.floor,
        slots: slots, quorum: quorum, deadline: now.steady + knobs.readTimeout))
    setTimer(.requests, requestPeriod, into: &effects)
    guard let place = reads.place(of: number) else { return }
    var answersItself = false
    for (position, slot) in slots.enumerated() {
      if slot.node == id || slot.isUp {
        reads.values[place]?.slots[position].wasAsked = true
        if slot.node == id {
          answersItself = true
        } else {
          effects.append(.send(.fetch(id: number, key: request.key), to: slot.node))
        }
      }
      if slot.standIn == id {
        answersItself = true
      } else if let standIn = slot.standIn {
        effects.append(.send(.fetch(id: number, key: request.key), to: standIn))
      }
    }
    if answersItself {
      let state = known(of: request.key, keyHash) ?? KeyState()
      fetched(number, state, from: id, into: &effects)
    }
  }

  /// A node says what it knows of a key.
  mutating func fetched(
    _ number: UInt64, _ state: KeyState, from node: NodeID, into effects: inout [PeerEffect]
  ) {
    guard let place = reads.place(of: number), let key = reads.values[place]?.key else { return }
    let merging = policy.merging(key)
    var meetings: [Meeting] = []
    guard reads.values[place]?.take(state, from: node, merging, &meetings) == true else { return }
    // Whom it mends learns of both at once: that they met is seen here, or nowhere.
    for meeting in meetings {
      effects.append(.note(.met(key: key, rule: merging.rule, meeting)))
    }
    settleRead(at: place, into: &effects)
  }

  private mutating func settleRead(at place: Int, into effects: inout [PeerEffect]) {
    guard let read = reads.values[place] else { return }
    let isMet = needed(read.quorum, .readsWithOneLess)
      .isMet(read.slots) { $0.hasAnswered || $0.standInAnswered }
    if !read.isAnswered, isMet, isEnough(read) {
      if knobs.readRepair == .blocking, read.answers.contains(where: { $0.state != read.joined }) {
        reads.values[place]?.isMending = true
        mend(place, isAwaited: true, into: &effects)
        return
      }
      answer(read, into: &effects)
      reads.values[place]?.isAnswered = true
    }
    guard read.isComplete else { return }
    if reads.values[place]?.isAnswered == false {
      // All have said what they know, and the session knows more.
      effects.append(.answer(read.client, .refused(.behind)))
    }
    end(place, into: &effects)
  }

  /// Whether the session is shown what it must be: what it knows of, or that it is no more. A strict write is
  /// with some replica until its tombstone went; another may be with stand-ins.
  private func isEnough(_ read: PendingRead) -> Bool {
    read.joined.context.covers(read.floor)
      || !knobs.isSloppy && read.slots.allSatisfy(\.hasAnswered)
      || dropped.covers(read.keyHash, read.floor, at: now.steady)
  }

  private func answer(_ read: PendingRead, into effects: inout [PeerEffect]) {
    effects.append(
      .note(.readQuorum(key: read.key, read.answers.map(\.node))))
    effects.append(
      .answer(read.client, .value(shown(read.joined), applied: VersionVector())))
  }

  /// Ends a read; who was found behind is mended.
  private mutating func end(_ place: Int, into effects: inout [PeerEffect]) {
    if knobs.readRepair == .background { mend(place, isAwaited: false, into: &effects) }
    reads.remove(at: place)
  }

  /// Sends what all answers come to, to those who lack some of it.
  private mutating func mend(
    _ place: Int, isAwaited: Bool, into effects: inout [PeerEffect]
  ) {
    guard let read = reads.values[place], !read.joined.context.isEmpty else { return }
    let number = isAwaited ? reads.numbers[place] : 0
    for (position, answer) in read.answers.enumerated() {
      if answer.state == read.joined {
        // What nobody waits for need not be noted.
        if isAwaited { reads.values[place]?.answers[position].isMended = true }
        continue
      }
      let replica = read.slots[answer.slot].node
      // What a stand-in lacks, its replica will be sent by others.
      if replica != answer.node, !isAwaited { continue }
      effects.append(.note(.repaired(answer.node, key: read.key)))
      let hintFor = replica == answer.node ? nil : replica
      if answer.node != id {
        effects.append(
          .send(
            .store(id: number, key: read.key, read.joined, hintFor: hintFor), to: answer.node))
      } else if !isDiskFull {
        let then = isAwaited ? Parked.Then.count(number) : .nothing
        if let hintFor {
          keepHint(
            for: hintFor, read.joined, of: read.key, read.keyHash,
            dots: DotList(in: read.joined, notIn: answer.state), then: then, into: &effects)
        } else if !dropped.covers(read.keyHash, read.joined.context, at: now.steady) {
          learn(read.joined, of: read.key, read.keyHash, then: then, into: &effects)
        }
      }
    }
    if isAwaited { answerIfMended(at: place, into: &effects) }
  }

  /// A replica that a read found behind has what it lacked.
  mutating func repairStored(
    _ number: UInt64, by node: NodeID, into effects: inout [PeerEffect]
  ) {
    guard let place = reads.place(of: number), let read = reads.values[place],
      let position = read.answers.firstIndex(where: { $0.node == node }), read.isMending
    else { return }
    reads.values[place]?.answers[position].isMended = true
    answerIfMended(at: place, into: &effects)
  }

  private mutating func answerIfMended(at place: Int, into effects: inout [PeerEffect]) {
    guard let read = reads.values[place], read.isMending else { return }
    var slots = read.slots
    for slot in slots.indices { slots[slot].hasAnswered = false }
    for answer in read.answers where answer.isMended { slots[answer.slot].hasAnswered = true }
    guard read.quorum.isMet(slots, by: \.hasAnswered) else { return }
    answer(read, into: &effects)
    reads.remove(at: place)
  }

  /// A read's time is over.
  mutating func readTimedOut(at place: Int, into effects: inout [PeerEffect]) {
    guard let read = reads.values[place] else { return }
    if !read.isAnswered {
      let isMet = read.quorum.isMet(read.slots) { $0.hasAnswered || $0.standInAnswered }
      effects.append(
        .answer(read.client, isMet && !read.isMending ? .refused(.behind) : .timedOut))
    }
    end(place, into: &effects)
  }
}
