import Positions

/// Versions that are made, kept and acknowledged, and how they end.
extension KeyFacts {
  /// A dot is made once, and the next of its actor.
  mutating func created(_ fact: VersionFact, _ around: inout Circumstances) {
    let before = made[fact.dot.actor]
    if fact.dot.counter <= before {
      around.violate("\(fact.dot) was made a second time for \(name): a dot reused")
      return
    }
    if fact.dot.counter > before + 1 {
      around.violate("\(fact.dot) was made for \(name) after \(before): a dot skipped")
    }
    if fact.past.covers(fact.dot) {
      around.violate("\(fact.dot) of \(name) says that it knew itself: \(fact.past)")
    }
    made.insert(fact.dot)
    if rule == .counter { sums.make(fact.count) }
    facts.append(fact)
    bound()
  }

  /// A version is on a node's disk.
  mutating func stored(_ node: NodeID, _ dot: Dot, isHint: Bool) {
    guard let position = position(dot) else { return }
    if isHint {
      facts[position].hinted.insert(node)
    } else {
      facts[position].own.insert(node)
    }
    facts[position].keeps.insert(node)
  }

  /// Whether so many nodes have a version, or what took its place.
  func isSafe(_ position: Int, needed: Int, _ around: Circumstances) -> Bool {
    let fact = facts[position]
    let isStrict = !around.promise.hintsCount && !fact.countsHints
    var nodes = fact.own
    if !isStrict { nodes.formUnion(fact.hinted) }
    if nodes.count >= needed { return true }
    for other in facts where other.dot != fact.dot {
      guard other.past.covers(fact.dot) || other.takesPlace(of: fact, under: rule) != false else {
        continue
      }
      nodes.formUnion(other.own)
      if !isStrict { nodes.formUnion(other.hinted) }
    }
    if !around.promise.synced || !fact.isSynced {
      for holder in holders where holder.context.covers(fact.dot) { nodes.insert(holder.node) }
    }
    return nodes.count >= needed
  }

  mutating func acknowledged(_ dot: Dot, _ needed: Int, _ around: inout Circumstances) {
    around.ledger.acknowledged += 1
    if !made.covers(dot) {
      around.violate("\(dot) of \(name) was acknowledged, and nobody made it")
      return
    }
    acknowledged.insert(dot)
    acknowledgedAt = around.now
    leastNeeded = min(leastNeeded, needed)
    guard let position = position(dot) else {
      // What took its place was acknowledged before it.
      hadLaxAcknowledgement = hadLaxAcknowledgement || !around.promise.strict
      return
    }
    if !around.promise.strict || !facts[position].isStrict { hadLaxAcknowledgement = true }
    if !isSafe(position, needed: needed, around) {
      around.violate(
        "\(dot) of \(name) was acknowledged before \(needed) replicas had it: "
          + "\(facts[position].own.count) had")
    }
    guard !facts[position].isAcknowledged else { return }
    facts[position].isAcknowledged = true
    if rule == .counter { sums.acknowledge(facts[position].count) }
    countLoser(position, &around)
    settle(under: position)
    // What was acknowledged before may have taken its place already.
    settleLoser(dot)
  }

  /// A version lost its place, or stands beside another.
  mutating func ended(
    _ conflict: VersionConflict, _ around: inout Circumstances
  ) {
    let pair = [conflict.loser, conflict.winner]
    for dot in pair where !made.covers(dot) {
      around.violate("\(dot) of \(name) is in conflict on \(conflict.by), and nobody made it")
    }
    var mark = hash
    for dot in pair.sorted() {
      mark = Fingerprints.mix(Fingerprints.mix(mark, dot.actor.rawValue), dot.counter)
    }
    if around.pairs.insert(mark) { around.ledger.note(conflict) }
    guard conflict.ending == .lastWriterWon || conflict.ending == .lostByClock else { return }
    let loser = position(conflict.loser)
    let winner = position(conflict.winner)
    let loserClock = loser.map { facts[$0].clock } ?? conflict.loserClock
    let winnerClock = winner.map { facts[$0].clock } ?? conflict.winnerClock
    if winnerClock < loserClock {
      around.violate(
        "\(conflict.by) let \(conflict.winner) of \(name) win over \(conflict.loser), whose clock "
          + "is later (\(winnerClock) and \(loserClock))")
    }
    guard let loser else { return }
    facts[loser].hasEnded = true
    if conflict.ending == .lostByClock { facts[loser].knewWinner = true }
    countLoser(loser, &around)
    settleLoser(conflict.loser)
  }

  /// Counts an acknowledged write that lost to a later clock, once.
  private mutating func countLoser(_ position: Int, _ around: inout Circumstances) {
    let fact = facts[position]
    guard fact.isAcknowledged, fact.hasEnded, !fact.isLoser else { return }
    facts[position].isLoser = true
    around.ledger.losers += 1
    if fact.knewWinner { around.ledger.lostByClock += 1 }
    if around.loserTold { return }
    around.loserTold = true
    around.find(
      "\(fact.dot) of \(name) was acknowledged and lost to a later clock; more such are only counted"
    )
  }

  /// Lets go of a version that lost to an acknowledged one.
  private mutating func settleLoser(_ dot: Dot) {
    guard rule == .lastWriterWins, facts.count > 1, let position = position(dot) else { return }
    let old = facts[position]
    guard old.isAcknowledged else { return }
    let isOver = facts.contains {
      $0.isAcknowledged && $0.dot != dot && $0.beats(old) == true
        && (old.isLoser || $0.past.covers(dot))
    }
    if isOver { facts.remove(at: position) }
  }
}
