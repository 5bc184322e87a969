import Positions

/// Whether acknowledgements are as durable as was promised.
extension Checker {
  mutating func acknowledged(
    _ leader: NodeID, _ term: Term, _ through: Index, _ writes: Int
  ) {
    let copies = checkDurable(leader, term, through)
    let lost = ledger.acknowledge(term, through: through, writes: writes, copies: copies)
    guard term < highest else { return }
    if splitBrainsTold.insert(term).inserted {
      let other = leaders.last { $0.term == highest }?.node ?? leader
      find(
        "\(leader) acknowledges in term \(term.epoch) while \(other) leads term \(highest.epoch): "
          + "two leaders at once")
    }
    if lost > 0, copies > voters.count / 2, !wasUnfenced, promotionNeedsMajority,
      !requirement.periodicSync, wiped.isEmpty, !wasForced
    {
      violate(
        "\(leader) acknowledged \(lost) writes through \(through) in term \(term.epoch), which "
          + "term \(highest.epoch) does not have")
    }
  }

  /// Checks that a promise is kept, and gives how many durable copies it promises.
  mutating func checkDurable(_ leader: NodeID, _ term: Term, _ through: Index) -> Int {
    let isDegraded = look(at: leader) { $0.isDegraded }
    var promised = requirement
    if !isKept(promised, by: leader, term, through, alone: isDegraded) {
      let before = earlierPromises(to: leader, through).first {
        isKept($0, by: leader, term, through, alone: isDegraded)
      }
      if let before {
        promised = before
      } else {
        violate(
          "\(leader) acknowledged record \(through) of term \(term.epoch) before it was as durable "
            + "as promised")
      }
    }
    return copies(of: promised, degraded: isDegraded)
  }

  /// Whether as many copies of a leader's records through an index are as durable as is required.
  ///
  /// - Parameter alone: whether its own copy is enough.
  func isKept(
    _ requirement: AckRequirement, by leader: NodeID, _ term: Term, _ through: Index, alone: Bool
  ) -> Bool {
    func holds(_ point: LogPoint) -> Bool { point.index >= through && point.term >= term }
    let own = look(at: leader) { requirement.periodicSync ? $0.written : $0.durable }
    guard holds(own) else { return false }
    if alone { return true }
    // A deposed leader that does not know it goes by the members that it knows.
    let known = look(at: leader) { $0.voters }
    let voters = known.isEmpty ? self.voters : known
    func has(_ node: NodeID) -> Bool {
      look(at: node) { state in
        let isWritten =
          requirement.periodicSync
          ? holds(state.written) || state.onceWritten.cover(through, term)
          : holds(state.durable) || state.onceDurable.cover(through, term)
        switch requirement.durability {
        case .received:
          return holds(state.received) || state.onceReceived.cover(through, term) || isWritten
        case .flushed: return isWritten
        case .applied:
          let once = requirement.periodicSync ? state.onceWritten : state.onceDurable
          return isWritten && (state.applied >= through || once.cover(through, term))
        }
      }
    }
    func count(_ nodes: [NodeID]) -> Int {
      nodes.reduce(0) { $0 + ($1 != leader && has($1) ? 1 : 0) }
    }
    switch requirement.rule {
    case .asynchronous: return true
    case .all: return count(voters) >= voters.reduce(0) { $0 + ($1 != leader ? 1 : 0) }
    case .majority:
      return count(voters) + (voters.contains(leader) ? 1 : 0) >= voters.count / 2 + 1
    case .any(let wanted, let list), .first(let wanted, let list):
      return count(list.isEmpty ? voters : list) >= wanted
    }
  }

  /// What a leader may still go by for records through `index`: the promise before, and those before
  /// that as long as it was frozen when they were changed.
  func earlierPromises(to leader: NodeID, _ index: Index) -> [AckRequirement] {
    var found: [AckRequirement] = []
    for before in promisesBefore.reversed() {
      guard leader.offset < before.received.count else { break }
      if index <= before.received[leader.offset] { found.append(before.requirement) }
      if !before.isFrozen[leader.offset] { break }
    }
    return found
  }

  func copies(of requirement: AckRequirement, degraded: Bool) -> Int {
    if requirement.periodicSync || requirement.durability == .received { return 1 }
    if degraded { return 1 }
    switch requirement.rule {
    case .asynchronous: return 1
    case .all: return voters.count
    case .majority: return voters.count / 2 + 1
    case .any(let count, _), .first(let count, _): return count + 1
    }
  }
}
