import Positions
import Records

// Hearing others' writes.
extension MultiLeaderReplica {
  mutating func streamCame(
    _ heard: IncomingStream, base: Index, after: Index, _ writes: [StreamedWrite],
    into effects: inout [PeerEffect]
  ) {
    let sender = heard.node
    guard !isDiskFull else { return }
    noteIncarnation(Actor(node: sender, incarnation: heard.incarnation, generation: 0))
    let position = source(sender, heard.incarnation)
    guard let position else { return }
    // The sender begins where it knows that nothing is missing before; after that no gap is taken.
    let through = max(base, sources[position].through)
    sources[position].through = through
    if takeAll(writes, into: &effects), after <= through {
      sources[position].through = max(through, heard.through)
    }
    effects.append(
      .send(
        .streamed(
          incarnation: heard.incarnation, by: actor.incarnation,
          through: sources[position].through, applied: applied),
        to: sender))
  }

  /// Where what is known of a sender stands; nil for a sender's earlier incarnation.
  mutating func source(_ sender: NodeID, _ incarnation: UInt64) -> Int? {
    guard let position = sources.firstIndex(where: { $0.node == sender }) else {
      sources.append(IncomingStream(node: sender, incarnation: incarnation, through: .zero))
      return sources.count - 1
    }
    if incarnation < sources[position].incarnation { return nil }
    if incarnation > sources[position].incarnation {
      sources[position] = IncomingStream(node: sender, incarnation: incarnation, through: .zero)
    }
    return position
  }

  /// Applies writes, each after what it depends on.
  ///
  /// - Returns: false when there was no room for all.
  private mutating func takeAll(
    _ writes: [StreamedWrite], into effects: inout [PeerEffect]
  ) -> Bool {
    var records: [KeyRecord] = []
    var hadRoom = true
    for write in writes {
      let isKnown = applied.covers(write.dot)
      if isKnown, !isPlanted(.repeatedWritesAreApplied) { continue }
      if isKnown || isReady(write) {
        apply(write, &records, into: &effects)
      } else if !heldBack.contains(where: { $0.dot == write.dot }) {
        if heldBack.count < Self.heldBackMaximum { heldBack.append(write) } else { hadRoom = false }
      }
    }
    applyHeldBack(&records, into: &effects)
    finish(records, into: &effects)
    return hadRoom
  }

  /// Whether everything that its writer had seen is applied here, and all that it wrote before.
  func isReady(_ write: StreamedWrite) -> Bool {
    (applied[write.dot.actor] + 1 == write.dot.counter || isPlanted(.gapsAreIgnored))
      && (applied.covers(write.depends) || isPlanted(.causalOrderIsIgnored))
  }

  private mutating func apply(
    _ write: StreamedWrite, _ records: inout [KeyRecord], into effects: inout [PeerEffect]
  ) {
    var meetings: [Meeting] = []
    join(write.key, write.state, &meetings)
    applied.insert(write.dot)
    if !applied.covers(write.ahead) { shows(atMost: write.ahead) }
    noteIncarnation(write.dot.actor)
    if !isPlanted(.takenWritesAreNotLogged) { records.append(.write(write)) }
    effects.append(
      .note(
        .applied(
          origin: write.dot.actor, sequence: write.dot.counter, depends: write.depends)))
    tell(write.key, policy.rules.rule(for: write.key), meetings, into: &effects)
  }

  /// Applies what was held back and whose time has come.
  mutating func applyHeldBack(
    _ records: inout [KeyRecord], into effects: inout [PeerEffect]
  ) {
    if heldBack.isEmpty { return }
    var isMoving = true
    while isMoving {
      isMoving = false
      var rest: [StreamedWrite] = []
      for write in heldBack {
        if applied.covers(write.dot) { continue }
        if isReady(write) {
          apply(write, &records, into: &effects)
          isMoving = true
        } else {
          rest.append(write)
        }
      }
      heldBack = rest
    }
  }

  /// Logs what was taken, and serves who waited for it.
  mutating func finish(_ records: [KeyRecord], into effects: inout [PeerEffect]) {
    if records.isEmpty { return }
    if let vector = ahead, applied.covers(vector) { ahead = nil }
    for record in records { log.append(record) }
    mark(log.head.index)
    serveParked(into: &effects)
  }
}
