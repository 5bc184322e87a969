import Positions

/// Who leads, with which records, and what was lost by it.
extension Checker {
  /// A new leader's log, as far as it still says.
  struct Log {
    var history: [TermSpan]
    var origin: Index

    /// The last record it has of a term; nil when it has none.
    func through(_ term: Term) -> Index? { history.last { $0.term == term }?.through }

    /// Whether retention dropped all that it had of a term.
    func began(after term: Term) -> Bool {
      origin > .zero && history.first.map { $0.term > term } ?? false
    }
  }

  mutating func elected(
    _ node: NodeID, _ term: Term, _ log: Log, _ head: LogPoint, _ forced: Bool
  ) {
    if let other = leaders.first(where: { $0.term == term && $0.node != node }) {
      violate("\(other.node) and \(node) both lead term \(term.epoch)")
    }
    if !of(node).votes.contains(GivenVote(term: term, candidate: node)) {
      violate("\(node) leads term \(term.epoch) before its own vote is durable")
    }
    logs.append((term, log))
    if logs.count > 8 { logs.removeFirst() }
    leaders.append((term, node))
    if leaders.count > 256 { leaders.removeFirst() }
    checkCommitted(node, term, log, forced)
    let needed = answersNeeded(forced)
    var lostNow = 0
    var mustNot = 0
    for position in ledger.accounts.indices {
      let account = ledger.accounts[position]
      guard account.term < term else { continue }
      // What retention dropped was committed: this leader has what earlier ones kept.
      let kept =
        log.through(account.term)
        ?? (log.began(after: account.term) ? account.kept ?? account.through : account.start)
      let why =
        "\(node) was elected in term \(term.epoch) with \(account.leader)'s log through \(kept) only"
      let (count, copies) = ledger.keep(position, through: kept, because: why)
      guard count > 0 else { continue }
      lostNow += count
      let isOfMore = account.term <= promisedToMore.term && kept < promisedToMore.index
      if !forced, !isOfMore, !account.isOvertaken, fencing, account.term > unfencedThrough,
        copies > 1,
        copies - wiped.count + needed > voters.count
      {
        mustNot += count
      }
    }
    if lostNow > 0 {
      let text =
        "\(lostNow) acknowledged writes lost: \(node) leads term \(term.epoch) without them"
      if mustNot > 0 { violate(text) } else { find(text + (forced ? ", by force" : "")) }
      let ledger = ledger
      keys.forget { ledger.isLost($0.term, $0.index) }
      if ledger.isLost(everything.term, everything.index) { everything = .none }
    }
    // The first leader of all takes nothing from anybody.
    if forced, leaders.count > 1 || head.index.rawValue > 1 {
      wasForced = true
      find("\(node) was promoted by force in term \(term.epoch)")
    }
    ledger.open(
      term, leader: node, start: head.index, isOvertaken: wasForced && term < highest)
    highest = max(highest, term)
    if !fencing { unfencedThrough = highest }
    change(node) {
      $0.leads = term
      $0.isDegraded = false
      $0.aloneSince = nil
      $0.deposedSince = nil
    }
  }

  /// How many voters' logs a promotion compares, at least.
  func answersNeeded(_ forced: Bool) -> Int {
    if forced || !promotionNeedsMajority { return 0 }
    return Self.answersNeeded(requirement.rule, of: voters.count)
  }

  /// Every committed record is in every later leader.
  mutating func checkCommitted(
    _ node: NodeID, _ term: Term, _ log: Log, _ forced: Bool
  ) {
    guard committed.index > .zero, term > committed.term else { return }
    let has = log.through(committed.term) ?? .zero
    guard has < committed.index, !log.began(after: committed.term) else { return }
    let text =
      "\(node) leads term \(term.epoch) without committed record \(committed.index) of term "
      + "\(committed.term.epoch)"
    let isPermitted =
      forced || wasForced || !committedIsFenced || !promotionNeedsMajority || !wiped.isEmpty
      || requirement.periodicSync || !committedIsSynced
    if isPermitted {
      find(text)
      committedWasLost = true
    } else {
      violate(text)
    }
    committed = Version(term: committed.term, index: has)
  }
}
