import Positions

/// What nodes hold and promise by themselves: terms, votes, chains, states, commit.
extension Checker {
  mutating func started(_ node: NodeID, _ flushed: LogPoint, _ term: Term) {
    let before = of(node)
    if term < before.term {
      violate("\(node) restarted in term \(term.epoch), but had promised term \(before.term.epoch)")
    }
    let lostTail = flushed.index < before.durable.index && !requirement.periodicSync
    let wasCut = before.cutting.map { flushed.index >= $0 } ?? false
    if lostTail, !wasCut {
      let text =
        "\(node) restarted with records through \(flushed.index), but \(before.durable.index) "
        + "were durable"
      // No record says of the last flushes that they are durable: damage there looks like a torn tail.
      let least = min(before.durableTwoAgo.index, before.mendsAfter ?? Index(.max))
      let isHollow = before.tookBack && flushed == .origin
      if before.isMisplaced || before.isSpoiled && flushed.index >= least || isHollow {
        find(
          text + (isHollow ? ": no checkpoint was left below its cut" : ": its disk was spoiled"))
        // Until it has caught up it may lack a promised copy, as if its disk had been lost.
        wiped.insert(node)
      } else {
        violate(text)
      }
    }
    checkRestart(node, flushed, before)
    change(node) {
      $0.isRunning = true
      $0.most = nil
      $0.diskFailed = false
      if wasCut { $0.applied = min($0.applied, flushed.index) }
      $0.cutting = nil
      $0.mendsAfter = nil
      $0.tookBack = false
      $0.stand(at: flushed)
      $0.term = max($0.term, term)
    }
  }

  /// Crashes leave torn tails; damage is a spoiled disk's.
  mutating func damaged(_ node: NodeID, _ after: Index) {
    let before = of(node)
    if !before.isSpoiled {
      violate("\(node) finds its log damaged after record \(after), and nothing spoiled its disk")
    }
    change(node) { $0.mendsAfter = min($0.mendsAfter ?? after, after) }
  }

  /// A node gives up a log that cannot be mended.
  mutating func abandoned(_ node: NodeID) {
    let before = of(node)
    let text = "\(node) set its log of \(before.durable.index) durable records aside"
    if before.mendsAfter != nil {
      find("\(text): its disk was spoiled")
    } else {
      violate(text)
    }
    loseLog(node)
  }

  /// A node that holds all that is committed has made good what its disk lost.
  mutating func caughtUp(_ node: NodeID, _ point: LogPoint) {
    if !wiped.isEmpty, point.term >= committed.term, point.index >= committed.index {
      wiped.remove(node)
    }
  }

  /// The node's records are gone; what it said of them may still be under way.
  mutating func loseLog(_ node: NodeID) {
    wiped.insert(node)
    change(node) {
      $0.noteEnds(of: $0)
      if $0.durable != .origin { $0.durableBefore = $0.durable }
      $0.durable = .origin
      $0.durableOneAgo = .origin
      $0.durableTwoAgo = .origin
      $0.most = nil
      $0.applied = .zero
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
      if let candidate {
        $0.votes.append(GivenVote(term: term, candidate: candidate))
        if $0.votes.count > Self.votesKept { $0.votes.removeFirst() }
      }
    }
  }

  /// Votes under way at once: a node that gives another before the first is sent is still held to both.
  static let votesKept = 64

  /// A vote that is sent must be durable.
  mutating func granted(_ node: NodeID, _ term: Term, _ candidate: NodeID) {
    let state = of(node)
    note(vote: node, term, candidate)
    if state.votes.contains(GivenVote(term: term, candidate: candidate)) { return }
    violate(
      term < state.term
        ? "\(node) votes for \(candidate) in term \(term.epoch), but had promised term "
          + "\(state.term.epoch)"
        : "\(node) votes for \(candidate) in term \(term.epoch) before that is durable")
  }

  /// What a follower says it holds must be on its disk.
  mutating func reported(_ node: NodeID, _ flushed: Index, _ term: Term) {
    checkShared(node, flushed, term)
    let durable = look(at: node) { $0.durableEver }
    if flushed > durable, !syncsByTime {
      violate("\(node) says that it holds records through \(flushed), and holds \(durable)")
    }
  }

  /// Whether copies that are written and not synced count, or counted lately.
  var syncsByTime: Bool {
    requirement.periodicSync || promisesBefore.contains { $0.requirement.periodicSync }
  }

  /// A leader never rewrites its log.
  mutating func checkAppended(_ node: NodeID, _ point: LogPoint) {
    guard let term = look(at: node, { $0.leads }),
      point.index <= look(at: node, { $0.received.index })
    else { return }
    violate("\(node) leads term \(term.epoch) and writes record \(point.index) again")
  }

  /// A leader cuts nothing off, and what is cut off is kept: lost writes have names.
  mutating func checkCut(_ node: NodeID, _ point: LogPoint, _ discarded: [DiscardedWrite]) {
    let state = of(node)
    if let term = state.leads {
      violate("\(node) leads term \(term.epoch) and cuts its log to record \(point.index)")
    }
    let term = state.received.term
    guard let account = ledger.account(term), let kept = account.kept else { return }
    let (from, through) = (max(kept, point.index), min(account.through, state.received.index))
    guard through > max(from, account.start) else { return }
    let lost = account.writes(after: from, through: through)
    let named = discarded.reduce(0) {
      $0 + ($1.term == term && $1.index > from && $1.index <= through ? 1 : 0)
    }
    if named < lost {
      violate(
        "\(node) cut \(lost) lost writes of term \(term.epoch) off and kept \(named) of them")
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
    change(node) {
      $0.commit = to
      $0.tookBack = true
    }
    let text = "\(node) took back committed records \(to.next) to \(from)"
    if wasForced {
      find("\(text): a promotion was forced")
    } else if wasUnfenced || !promotionNeedsMajority || requirement.periodicSync || !wiped.isEmpty
      || committedWasLost
    {
      find("\(text): the knobs or a lost disk permit it")
    } else {
      violate(text)
    }
  }

  mutating func committed(_ node: NodeID, _ index: Index, _ term: Term) {
    let before = look(at: node) { $0.commit }
    if index < before {
      violate("\(node)'s commit position went back from \(before) to \(index)")
    }
    change(node) { $0.commit = index }
    checkSharedCommit(node, index, term)
    let held = look(at: node) { max($0.received.index, $0.durableEver) }
    if index > held {
      violate("\(node) takes record \(index) for committed, and holds records through \(held)")
    }
    if look(at: node, { $0.leads }) == term {
      checkCounted(node, index, term)
      let version = Version(term: term, index: index)
      if version > committed {
        committed = version
        committedIsSynced = !syncsByTime
        committedIsFenced = fencing
      }
    } else if index > committed.index, !mayLoseCommitted {
      violate("\(node) takes record \(index) for committed, and no leader has committed it")
    }
  }

  /// Whether knobs, lost disks or forced promotions permit, or permitted, that what was committed goes.
  var mayLoseCommitted: Bool {
    wasForced || wasUnfenced || committedWasLost || !promotionNeedsMajority || !wiped.isEmpty
      || syncsByTime
  }

  /// A leader commits by counting durable copies, and only of records of its own term.
  mutating func checkCounted(_ leader: NodeID, _ index: Index, _ term: Term) {
    if let account = ledger.account(term), index < account.start {
      violate(
        "\(leader) commits record \(index), of a term before its own (\(term.epoch)), by counting")
    }
    if syncsByTime { return }
    let known = look(at: leader) { $0.voters }
    let voters = known.isEmpty ? self.voters : known
    func holds(_ point: LogPoint) -> Bool { point.index >= index && point.term >= term }
    var copies = 0
    for voter in voters
    where look(at: voter, { holds($0.durable) || $0.onceDurable.cover(index, term) }) {
      copies += 1
    }
    if copies < voters.count / 2 + 1 {
      violate(
        "\(leader) commits record \(index) of term \(term.epoch) with \(copies) copies among "
          + "\(voters.count) voters")
    }
  }
}
