import Positions

/// What nodes hold and promise by themselves: terms, votes, chains, states, commit.
extension Checker {
  mutating func started(_ node: NodeID, _ flushed: LogPoint, _ term: Term) {
    let before = of(node)
    if term < before.term {
      violate("\(node) restarted in term \(term.epoch), but had promised term \(before.term.epoch)")
    }
    let lostTail = flushed.index < before.durable.index && !requirement.periodicSync
    if lostTail {
      let text =
        "\(node) restarted with records through \(flushed.index), but \(before.durable.index) "
        + "were durable"
      if damaged.contains(node) {
        find("\(text): its disk was damaged")
        // Until it has caught up it may lack a promised copy, as if its disk had been lost.
        wiped.insert(node)
      } else {
        violate(text)
      }
    }
    change(node) {
      $0.isRunning = true
      if lostTail { $0.durableBefore = before.durable }
      $0.durable = flushed
      $0.written = flushed
      $0.received = flushed
      $0.term = max($0.term, term)
    }
  }

  mutating func voted(_ node: NodeID, _ term: Term, _ candidate: NodeID?) {
    let before = of(node)
    if term < before.term {
      violate("\(node)'s term went back from \(before.term.epoch) to \(term.epoch)")
    }
    if term == before.term, let old = before.votedFor, let candidate, old != candidate {
      violate("\(node) voted for \(old) and for \(candidate) in term \(term.epoch)")
    }
    change(node) {
      if candidate != nil || term != $0.term { $0.votedFor = candidate }
      $0.term = term
    }
  }

  /// Equal (index, term) must mean equal chain, on all nodes.
  mutating func compare(_ point: LogPoint, of node: NodeID) {
    let slot = Int(point.index.rawValue % UInt64(Self.ringSize))
    let mark = chains[slot]
    if mark.index == point.index, mark.term == point.term, point.index > .zero,
      mark.value != point.chain.rawValue
    {
      violate(
        "record \(point.index) of term \(point.term.epoch) differs on \(mark.node) and \(node)")
    }
    chains[slot] = Mark(
      index: point.index, term: point.term, value: point.chain.rawValue, node: node)
  }

  /// Equal applied records must mean equal state hashes.
  mutating func applied(_ node: NodeID, _ point: LogPoint, _ hash: UInt64) {
    change(node) { $0.applied = max($0.applied, point.index) }
    let slot = Int(point.index.rawValue % UInt64(Self.ringSize))
    let mark = hashes[slot]
    if mark.index == point.index, mark.term == point.term, point.index > .zero,
      mark.value != hash
    {
      violate("\(mark.node) and \(node) applied through \(point.index) and differ in state")
    }
    hashes[slot] = Mark(index: point.index, term: point.term, value: hash, node: node)
  }

  mutating func tookBack(_ node: NodeID, _ from: Index, _ to: Index) {
    change(node) { $0.commit = to }
    let text = "\(node) took back committed records \(to.next) to \(from)"
    if wasForced {
      find("\(text): a promotion was forced")
    } else if !fencing || !promotionNeedsMajority || requirement.periodicSync || !wiped.isEmpty
      || committedWasLost
    {
      find("\(text): the knobs or a lost disk permit it")
    } else {
      violate(text)
    }
  }

  mutating func committed(_ node: NodeID, _ index: Index, _ term: Term) {
    let before = of(node)
    if index < before.commit {
      violate("\(node)'s commit position went back from \(before.commit) to \(index)")
    }
    change(node) { $0.commit = index }
    if before.leads == term {
      let version = Version(term: term, index: index)
      if version > committed { committed = version }
    }
  }
}
