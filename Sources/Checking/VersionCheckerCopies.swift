import Positions

/// What nodes hold of a key: it only joins upward.
extension KeyFacts {
  /// A node's copy of the key changed.
  mutating func holds(
    _ node: NodeID, _ context: VersionVector, _ told: DotList, _ around: inout Circumstances
  ) {
    let versions = Self.sorted(told)
    if !made.covers(context) { adopt(context, from: node, &around) }
    if let stray = versions.first(where: { !context.covers($0) }) {
      around.violate("\(node) holds \(stray) of \(name), and does not know it: \(context)")
    }
    let epoch = around.epoch(node)
    let new = Holder(node: node, epoch: epoch, context: context, versions: versions)
    checkShown(node, context, versions, &around)
    guard let place = holders.firstIndex(where: { $0.node == node }) else {
      checkDead(node, versions, since: [], &around)
      holders.append(new)
      return
    }
    let former = holders[place]
    holders[place] = new
    checkDead(node, versions, since: former.versions, &around)
    if former.epoch != epoch {
      checkRestart(node, context, &around)
      return
    }
    if !context.covers(former.context) {
      around.violate(
        "\(node)'s copy of \(name) went back: it knew \(former.context), and now \(context)")
    }
    if former.versions == versions { return }
    for dot in Self.missing(of: versions, in: former.versions) where former.context.covers(dot) {
      around.violate(
        "\(node) holds \(dot) of \(name) again, which it knew and held no more: an overwritten join"
      )
    }
  }

  /// A version that is known is held, or something took its place.
  private func checkShown(
    _ node: NodeID, _ context: VersionVector, _ versions: DotList, _ around: inout Circumstances
  ) {
    // Without a fact an acknowledged version took its place long ago.
    if isPartial { return }
    if let gone = dropped(context, versions) {
      around.violate(
        "\(node) dropped \(gone) of \(name), and nothing that it knows took its place: an "
          + "overwritten join")
    }
    if let (old, new) = superseded(context, versions) {
      around.violate("\(node) holds \(old) of \(name), whose place \(new) took, which it knows")
    }
  }

  /// A version that is known and does not stand, although nothing that is known took its place.
  func dropped(_ context: VersionVector, _ versions: DotList) -> Dot? {
    facts.first {
      context.covers($0.dot) && $0.leavesVersion && !Self.has(versions, $0.dot)
        && !isForgotten($0.dot) && !isJustified($0, in: context, versions)
    }?.dot
  }

  /// A version that stands beside others although one that is known took its place, and that one.
  func superseded(_ context: VersionVector, _ versions: DotList) -> (old: Dot, new: Dot)? {
    guard versions.count > 1, rule != .lastWriterWins else { return nil }
    for dot in versions where !isForgotten(dot) {
      guard let position = position(dot) else { continue }
      let new = facts.first {
        $0.dot != dot && context.covers($0.dot)
          && $0.takesPlace(of: facts[position], under: rule) == true
      }
      if let new { return (dot, new.dot) }
    }
    return nil
  }

  /// A hint was handed over: its node has what it said, or what took its place.
  func handedOver(
    _ versions: DotList, by node: NodeID, to target: NodeID, _ around: inout Circumstances
  ) {
    for dot in versions where !isForgotten(dot) {
      guard let position = position(dot), !facts[position].own.contains(target) else { continue }
      // It may have been on its disk before it crashed, and nobody was told.
      if holders.contains(where: { $0.node == target && $0.context.covers(dot) }) { continue }
      let isOver = facts.contains {
        $0.dot != dot && $0.own.contains(target)
          && $0.takesPlace(of: facts[position], under: rule) != false
      }
      if isOver { continue }
      around.violate("\(node) handed \(dot) of \(name) over to \(target), which does not have it")
      return
    }
  }

  /// What the files of an earlier run had is taken as it is; nothing else is known that nobody made.
  mutating func adopt(
    _ context: VersionVector, from node: NodeID, _ around: inout Circumstances
  ) {
    let strange = context.entries.contains { !made.covers($0) && !around.isEarlier($0.actor) }
    if strange {
      around.violate("\(node) knows \(context) of \(name), and only \(made) were made")
    }
    isInherited = true
    made.join(context)
  }

  /// What a node had on its disk it has after a restart.
  private func checkRestart(
    _ node: NodeID, _ context: VersionVector, _ around: inout Circumstances
  ) {
    if around.hasLost(node) || around.wasUnsynced || hasMoved { return }
    for fact in facts where fact.own.contains(node) && fact.keeps.contains(node) {
      if context.covers(fact.dot) || isForgotten(fact.dot) { continue }
      around.violate(
        "\(node) restarted without \(fact.dot) of \(name), which it had on its disk")
      return
    }
  }

  /// Whether a dot need not be known any more: its tombstone was forgotten.
  func isForgotten(_ dot: Dot) -> Bool { collected.covers(dot) }

  /// A key whose tombstone was forgotten does not come back.
  mutating func checkDead(
    _ node: NodeID, _ versions: DotList, since former: DotList, _ around: inout Circumstances
  ) {
    if collected.isEmpty { return }
    let old = versions.first {
      collected.covers($0) && !former.contains($0) && !collectedTombstones.contains($0)
    }
    guard let old, !isDeadTold else { return }
    isDeadTold = true
    around.ledger.risen += 1
    let text = "\(name) came back from the dead on \(node): \(old) is older than its tombstone"
    // What counts is how the tombstone went: the knob may have been turned since.
    if around.promise.tombstonesStay, !collectedEarly.covers(old), !around.mayLose {
      around.violate(text)
    } else {
      around.find(text)
    }
  }

  mutating func forgot(_ node: NodeID, _ reason: ForgetReason, _ around: inout Circumstances) {
    let place = holders.firstIndex { $0.node == node }
    let former = place.map { holders.remove(at: $0) }
    for position in facts.indices { facts[position].keeps.remove(node) }
    switch reason {
    case .tombstone: if let former { forgotTombstone(former, &around) }
    case .handedOver: if let former { checkHandedOver(former, &around) }
    case .movedAway:
      hasMoved = true
      if let former { checkHandedOver(former, &around) }
    }
  }

  private mutating func forgotTombstone(_ former: Holder, _ around: inout Circumstances) {
    for dot in former.versions {
      guard let position = position(dot) else { continue }
      if !facts[position].isTombstone {
        around.violate("\(former.node) forgot \(dot) of \(name) as a tombstone, which it is not")
      } else if around.promise.tombstonesStay, !isOnAll(position, around) {
        around.violate(
          "\(former.node) forgot tombstone \(dot) of \(name) before all "
            + "\(around.promise.replicas) replicas had it: \(facts[position].own.count) had")
      }
      if !collectedTombstones.contains(dot) { collectedTombstones.append(dot) }
    }
    if collectedTombstones.count > 16 { collectedTombstones.removeFirst() }
    collected.join(former.context)
    if !around.promise.tombstonesStay { collectedEarly.join(former.context) }
    isDeadTold = false
  }

  /// Whether all replicas have a tombstone, or what came after it.
  private func isOnAll(_ position: Int, _ around: Circumstances) -> Bool {
    var nodes = facts[position].own
    for other in facts where other.past.covers(facts[position].dot) { nodes.formUnion(other.own) }
    return nodes.count >= around.promise.replicas
  }

  /// What a node lets go of another has.
  private func checkHandedOver(_ former: Holder, _ around: inout Circumstances) {
    if around.mayLose || around.wasUnsynced { return }
    for fact in facts where fact.isAcknowledged && former.context.covers(fact.dot) {
      let isKept = facts.contains {
        !$0.keeps.isEmpty && ($0.dot == fact.dot || $0.takesPlace(of: fact, under: rule) != false)
      }
      if isKept || isForgotten(fact.dot) { continue }
      around.violate(
        "\(former.node) handed \(fact.dot) of \(name) over, and nobody else has it")
      return
    }
  }

  /// Dots in order, as they mostly are.
  static func sorted(_ dots: DotList) -> DotList {
    for position in dots.indices.dropFirst() where dots[position] < dots[position - 1] {
      return DotList(dots.sorted())
    }
    return dots
  }

  /// Whether dots in order have one.
  static func has(_ dots: DotList, _ dot: Dot) -> Bool {
    var (low, high) = (0, dots.count)
    while low < high {
      let middle = (low + high) / 2
      if dots[middle] < dot { low = middle + 1 } else { high = middle }
    }
    return low < dots.count && dots[low] == dot
  }

  /// What of `some` is not in `others`; both in order.
  private static func missing(of some: DotList, in others: DotList) -> DotList {
    var found = DotList()
    var position = 0
    for dot in some {
      while position < others.count, others[position] < dot { position += 1 }
      if position == others.count || others[position] != dot { found.append(dot) }
    }
    return found
  }
}
