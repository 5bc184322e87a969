import Positions

// What becomes of a key instead where a bug is planted; see `PlantedBug`.
extension Merging {
  private var isCounter: Bool { rule == .counter || rule == .growCounter }

  /// What a wrong join of two states comes to; nil: it is right.
  func wronglyJoined(_ mine: KeyState, _ other: KeyState) -> KeyState? {
    guard hasBug else { return nil }
    if isPlanted(.joinsOverwrite) { return mine.knows(other) ? nil : other }
    var meetings: [Meeting] = []
    var joined = mine
    func join() { joined.join(other, rule: rule, meetings: &meetings) }
    if isPlanted(.joinsKeepSuperseded) {
      join()
      guard rule != .lastWriterWins else { return joined }
      for entry in mine.entries where !joined.stands(entry.dot) { joined.insert(entry) }
    } else if isPlanted(.joinsForgetContexts) {
      join()
      joined.context = mine.context
      for entry in joined.entries { joined.context.insert(entry.dot) }
    } else if isPlanted(.removalsWinOverAdds), rule == .set {
      join()
      joined.entries.removeAll {
        other.context[$0.dot.actor] > 0 && !other.stands($0.dot)
      }
    } else {
      return isCounter ? wronglyAdded(mine, other) : wrongLastWriter(mine, other)
    }
    return joined
  }

  private func wronglyAdded(_ mine: KeyState, _ other: KeyState) -> KeyState? {
    guard isPlanted(.countersKeepOnePart) || isPlanted(.countersAddTotals) else { return nil }
    var meetings: [Meeting] = []
    var joined = mine
    joined.join(other, rule: rule, meetings: &meetings)
    let new = joined.entries.filter { !mine.stands($0.dot) }
    if isPlanted(.countersKeepOnePart) {
      let left = new.dropLast()
      joined.entries.removeAll { entry in left.contains { $0.dot == entry.dot } }
      return joined
    }
    for place in joined.entries.indices where !mine.stands(joined.entries[place].dot) {
      let actor = joined.entries[place].dot.actor
      guard let old = mine.entries.first(where: { $0.dot.actor == actor }),
        let before = old.payload.flatMap({ CounterTotals($0) }),
        var totals = joined.entries[place].payload.flatMap({ CounterTotals($0) })
      else { continue }
      totals.up &+= before.up
      totals.down &+= before.down
      joined.entries[place].payload = totals.payload
    }
    return joined
  }

  private func wrongLastWriter(_ mine: KeyState, _ other: KeyState) -> KeyState? {
    guard rule == .lastWriterWins, !mine.knows(other), let theirs = other.entries.first,
      let own = mine.entries.first, !mine.context.covers(theirs.dot)
    else { return nil }
    var joined = mine
    joined.context.join(other.context)
    if isPlanted(.lastArrivalWins) {
      joined.entries = [theirs]
      return joined
    }
    let apart = max(own.clock, theirs.clock) - min(own.clock, theirs.clock)
    guard isPlanted(.closeClocksAreLocal), apart < .milliseconds(10) else { return nil }
    return joined
  }

  /// Gives the key the value of the last that wrote here.
  func winAlways(_ change: Change, in state: inout KeyState, _ dot: Dot, _ clock: Instant) {
    guard rule == .lastWriterWins else { return }
    var payload: [UInt8]?
    if case .value(let value) = change { payload = value }
    state.entries = [KeyState.Entry(dot: dot, clock: clock, payload: payload)]
  }
}

extension KeyState {
  /// Whether a version stands.
  fileprivate func stands(_ dot: Dot) -> Bool { entries.contains { $0.dot == dot } }

  /// The version without what it knew.
  func alone(_ dot: Dot) -> KeyState {
    KeyState(context: VersionVector([dot]), entries: entries.filter { $0.dot == dot })
  }
}
