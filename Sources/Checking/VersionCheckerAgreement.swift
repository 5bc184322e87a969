import Positions

/// What must be true once all live replicas agree.
extension KeyFacts {
  /// All live replicas hold `told` of the key and know `context`.
  mutating func agreed(
    _ context: VersionVector, _ told: DotList, _ sum: Int64, _ current: UInt32,
    _ around: inout Circumstances
  ) {
    round = current
    let versions = Self.sorted(told)
    if let stray = versions.first(where: { !context.covers($0) }) {
      around.violate("all hold \(stray) of \(name), and do not know it: \(context)")
    }
    checkStanding(context, versions, &around)
    settleAccounts(context, versions, &around)
    if rule == .counter, !isInherited, !(sums.least...max(sums.least, sums.most) ~= sum) {
      let text =
        "\(name) counts \(sum) on all replicas, and its acknowledged increments come to "
        + "\(sums.acknowledged)"
      if around.mayLose || !around.down.isEmpty { around.find(text) } else { around.violate(text) }
    }
  }

  /// Nothing stands whose place another took that all know.
  private mutating func checkStanding(
    _ context: VersionVector, _ versions: DotList, _ around: inout Circumstances
  ) {
    if rule == .lastWriterWins, versions.count > 1 {
      around.violate("\(name) has \(versions.count) versions, and the last writer wins")
    }
    for dot in versions {
      if isForgotten(dot), !collectedTombstones.contains(dot) {
        checkDead(versions[0].actor.node ?? NodeID(1), [dot], since: [], &around)
        continue
      }
      let position = position(dot)
      let over = facts.first { new in
        guard new.dot != dot, context.covers(new.dot) else { return false }
        if let position { return new.takesPlace(of: facts[position], under: rule) == true }
        return rule == .siblings && new.past.covers(dot)
      }
      guard let over else { continue }
      around.violate(
        "\(dot) of \(name) stands on all replicas, and \(over.dot) had taken its place")
    }
  }

  /// Every acknowledged version is visible, or something took its place, or it is listed as a loser,
  /// or it is lost.
  private mutating func settleAccounts(
    _ context: VersionVector, _ versions: DotList, _ around: inout Circumstances
  ) {
    var lost: [Dot] = []
    for position in facts.indices where facts[position].isAcknowledged {
      let fact = facts[position]
      let isKnown = context.covers(fact.dot)
      let isThere =
        fact.leavesVersion ? Self.has(versions, fact.dot) : isKnown
      if isThere || isForgotten(fact.dot) || fact.isLoser
        || isReplaced(fact, context, versions, &around)
      {
        if fact.isLost {
          facts[position].isLost = false
          around.ledger.find(fact.dot, of: name)
        }
        continue
      }
      if fact.isLost || fact.keeps.intersects(around.down) { continue }
      facts[position].isLost = true
      lost.append(fact.dot)
      let why =
        isKnown
        ? "all replicas know it, and none shows it"
        : "no live replica has it, nor what came after it"
      lose(fact.dot, why, &around)
    }
    if !lost.isEmpty { forgetLost(context) }
  }

  /// Whether something took a version's place that all know; a loser by clock must have been listed.
  private func isReplaced(
    _ fact: VersionFact, _ context: VersionVector, _ versions: DotList,
    _ around: inout Circumstances
  ) -> Bool {
    guard isJustified(fact, in: context, versions) || isPartial && context.covers(fact.dot) else {
      return false
    }
    let isSilent =
      rule == .lastWriterWins && !isPartial && context.covers(fact.dot)
      && !facts.contains {
        $0.dot != fact.dot && context.covers($0.dot) && $0.past.covers(fact.dot)
      } && versions.allSatisfy { position($0) != nil }
    if isSilent, !around.mayLose {
      around.violate("\(fact.dot) of \(name) lost to a later clock, and nobody told of it")
    }
    return true
  }

  private mutating func lose(_ dot: Dot, _ why: String, _ around: inout Circumstances) {
    around.ledger.lose(LostVersion(key: name, dot: dot, why: why))
    let text = "\(dot) of \(name) was acknowledged and is lost: \(why)"
    if around.mayLose || around.wasUnsynced || isPartial {
      around.find(text)
    } else {
      around.violate(text)
    }
  }

  /// No read need show what is lost.
  private mutating func forgetLost(_ context: VersionVector) {
    acknowledged = VersionVector(
      acknowledged.entries.map {
        Dot(actor: $0.actor, counter: min($0.counter, context[$0.actor]))
      })
  }

  /// All keys were told but this.
  mutating func untold(_ around: inout Circumstances) {
    var isAnyLost = false
    for position in facts.indices {
      let fact = facts[position]
      guard fact.isAcknowledged, fact.leavesVersion, !fact.isTombstone, !fact.isLoser,
        !fact.isLost, !isForgotten(fact.dot), !fact.keeps.intersects(around.down)
      else { continue }
      facts[position].isLost = true
      isAnyLost = true
      lose(fact.dot, "no live replica has its key", &around)
    }
    if isAnyLost { forgetLost(VersionVector()) }
  }
}
