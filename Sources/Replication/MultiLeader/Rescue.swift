import Positions

// What keeps streams alive: words at every beat, and whole states where logs hold too little.
extension MultiLeaderReplica {
  /// Beats after which a receiver should have what was applied here then.
  private static let patience = 10

  /// Beats after which a write is held back no more whose writer is gone.
  private static let vain = 50

  /// Writes of a node that has lost what came before them will never be ready; where some log holds them,
  /// it sends them again.
  private mutating func dropWhatWaitsInVain() {
    let waiting = heldBack.filter { !(isGone($0.dot.actor) && longHeldBack.contains($0.dot)) }
    heldBack = waiting
    longHeldBack = heldBack.map(\.dot)
  }

  /// Shows to all what was lost but for a part that this node once took over with a state: the writes
  /// themselves will never come, and nodes that show different things of them must not stay so. In a ring
  /// what the last one has comes to all once everybody has passed it on.
  private mutating func shareWhatIsAhead(into effects: inout [PeerEffect]) {
    defer { aheadBefore = ahead }
    guard let ahead, ahead == aheadBefore else { return }
    for position in streams.indices
    where streams[position].transfer == nil && streams[position].applied != nil {
      var shared = streams[position].shared
      if shared.ahead != ahead { shared = OutgoingStream.Shared(ahead: ahead) }
      guard shared.hash != store.hash, shared.count <= policy.members.count else { continue }
      shared.hash = store.hash
      shared.count += 1
      streams[position].shared = shared
      beginTransfer(position, into: &effects)
    }
  }

  mutating func beatCame(into effects: inout [PeerEffect]) {
    effects.append(.setTimer(.beat, beat))
    beats += 1
    if beats % Self.vain == 0 { dropWhatWaitsInVain() }
    if beats % (2 * Self.patience) == 0 { shareWhatIsAhead(into: &effects) }
    for position in streams.indices {
      if streams[position].transfer != nil {
        sendAgain(position, into: &effects)
        continue
      }
      // Sent, not taken, and nothing moved since the last beat: lost.
      if streams[position].taken < streams[position].sent,
        streams[position].taken == streams[position].takenBefore
      {
        streams[position].restart(at: streams[position].taken)
        pump(position, into: &effects)
      }
      streams[position].takenBefore = streams[position].taken
      if beats % Self.patience == 0 { lookAfter(position, into: &effects) }
    }
    greet(into: &effects)
  }

  /// Begins a stream anew where the receiver lacks for long what only this node will send it.
  private mutating func lookAfter(_ position: Int, into effects: inout [PeerEffect]) {
    defer { streams[position].expected = applied }
    guard let has = streams[position].applied, !isPlanted(.rescuesAreSkipped) else { return }
    let expected = streams[position].expected
    let lacks = expected.entries.filter { dot in
      guard !has.covers(dot) else { return false }
      let actor = dot.actor
      if actor.node == streams[position].node { return isGone(actor) }
      return actor.node == id || policy.multiLeader.topology != .all || isGone(actor)
    }
    guard !lacks.isEmpty else { return }
    streams[position].rescue = VersionVector(lacks)
    begin(position, into: &effects)
    pump(position, into: &effects)
  }

  /// The operator wants all that is lacking anywhere to be sent now.
  mutating func rescueAll(into effects: inout [PeerEffect]) {
    for position in streams.indices where streams[position].transfer == nil {
      streams[position].rescue = applied
      begin(position, into: &effects)
      pump(position, into: &effects)
    }
  }

  // MARK: Whole states

  mutating func beginTransfer(_ position: Int, into effects: inout [PeerEffect]) {
    streams[position].transfer = OutgoingStream.Transfer(
      store: store, applied: applied, ahead: ahead ?? VersionVector(), index: log.head.index)
    sendPart(position, into: &effects)
  }

  private mutating func sendAgain(_ position: Int, into effects: inout [PeerEffect]) {
    guard let transfer = streams[position].transfer else { return }
    if transfer.partBefore == transfer.part { sendPart(position, into: &effects) }
    streams[position].transfer?.partBefore = transfer.part
  }

  private mutating func sendPart(_ position: Int, into effects: inout [PeerEffect]) {
    guard let transfer = streams[position].transfer else { return }
    effects.append(
      .send(
        .state(
          mark: transfer.mark, part: transfer.part, of: transfer.parts, transfer.keys,
          applied: transfer.applied, ahead: transfer.ahead), to: streams[position].node))
  }

  mutating func stateWasTaken(
    by node: NodeID, next: UInt64, of state: UInt64, into effects: inout [PeerEffect]
  ) {
    guard let position = streams.firstIndex(where: { $0.node == node }),
      let transfer = streams[position].transfer, transfer.mark == state
    else { return }
    // A receiver that restarted begins again.
    streams[position].transfer?.part = next
    streams[position].transfer?.partBefore = nil
    guard next >= transfer.parts else {
      return sendPart(position, into: &effects)
    }
    streams[position].transfer = nil
    streams[position].applied?.join(transfer.applied)
    streams[position].base = transfer.index
    streams[position].restart(at: transfer.index)
    if let rescue = streams[position].rescue, transfer.applied.covers(rescue) {
      streams[position].rescue = nil
    }
    pump(position, into: &effects)
  }

  mutating func stateCame(
    _ part: StatePart, _ keys: [PeerMessage.StateKey], from sender: NodeID,
    into effects: inout [PeerEffect]
  ) {
    guard !isDiskFull, let position = sources.firstIndex(where: { $0.node == sender }) else {
      return
    }
    if part.number == 0, sources[position].taking?.mark != part.mark {
      sources[position].taking = (0, part.mark)
    }
    let next = sources[position].taking.flatMap { $0.mark == part.mark ? $0.next : nil } ?? 0
    guard next == part.number, sources[position].taking?.mark == part.mark else {
      effects.append(.send(.stateTaken(next: next, of: part.mark), to: sender))
      return
    }
    var records: [KeyRecord] = []
    var shown = part.applied
    shown.join(part.ahead)
    if part.number == 0, !applied.covers(shown), !isPlanted(.partsOfStatesAreShown) {
      shows(atMost: shown)
      records.append(.taking(shown))
    }
    for item in keys { take(item, &records, into: &effects) }
    sources[position].taking = (next + 1, part.mark)
    if next + 1 >= part.total || isPlanted(.statesCountBeforeTheyAreTaken) {
      applied.join(part.applied)
      records.append(.reached(part.applied))
      effects.append(.note(.tookState(applied: part.applied, from: sender)))
      applyHeldBack(&records, into: &effects)
    }
    finish(records, into: &effects)
    effects.append(.send(.stateTaken(next: next + 1, of: part.mark), to: sender))
  }

  /// Until all is applied that is in `vector`, more may be shown than is applied.
  mutating func shows(atMost vector: VersionVector) {
    var both = ahead ?? VersionVector()
    both.join(vector)
    ahead = both
  }

  private mutating func take(
    _ item: PeerMessage.StateKey, _ records: inout [KeyRecord], into effects: inout [PeerEffect]
  ) {
    let merging = policy.merging(item.key)
    let overwrites = isPlanted(.statesOverwrite)
    var meetings: [Meeting] = []
    let change = store.update(item.key, keyHash: VersionedStore.hash(of: item.key)) {
      if overwrites { $0 = item.state }
      return merging.join(item.state, into: &$0, &meetings) || overwrites
    }
    guard change.result else { return }
    if !isPlanted(.takenStatesAreNotLogged) {
      records.append(.taken(key: item.key, item.state))
    }
    tell(item.key, merging.rule, meetings, into: &effects)
  }
}
