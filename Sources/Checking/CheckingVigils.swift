import Positions

/// What must come in time where nothing is wrong with nodes, disks and links: a leader, answers, an end
/// of what was meant to pass.
extension Checker {
  struct Vigil: Sendable {
    var electionTimeout = Interval.seconds(1)
    var isAutomatic = true
    var checksQuorum = true
    /// The newest leader's term, and since when each node hears it well.
    var term = Term.zero
    var heardSince: [Instant?] = []
    /// Since when nobody leads although all voters hear one another.
    var nobodySince: Instant?
    /// Since when the leader was asked for writes and acknowledged none.
    var askedSince: Instant?
    /// Since when the leader acknowledges alone, although its followers have everything.
    var degradedSince: Instant?

    /// Until when leaders look for a majority at times that were set before.
    var settlesAt = Instant.start

    /// What may take a few time-outs, or a few looks.
    var patience: Interval { electionTimeout.scaled(by: 4) + .seconds(1) }

    mutating func reset() {
      forgetLeader()
      nobodySince = nil
    }

    mutating func forgetLeader() {
      heardSince = []
      askedSince = nil
      degradedSince = nil
    }
  }

  /// Begins all vigils anew under other times.
  mutating func timed(_ timeout: Interval, _ automatic: Bool) {
    guard timeout != vigil.electionTimeout || automatic != vigil.isAutomatic else { return }
    vigil.settlesAt = max(vigil.settlesAt, now + vigil.electionTimeout.scaled(by: 2))
    vigil.electionTimeout = timeout
    vigil.isAutomatic = automatic
    vigil.reset()
    for offset in seen.indices {
      seen[offset].aloneSince = nil
      seen[offset].deposedSince = nil
    }
  }

  /// The nodes whose standing matters now: those that lead; all voters where nobody does.
  public var watched: [NodeID] {
    let leading = seen.indices.filter { seen[$0].leads != nil }.map { NodeID($0 + 1) }
    return leading.isEmpty ? voters : leading
  }

  /// The newest leader, where it runs.
  private var newestLeader: NodeID? {
    guard let last = leaders.last, look(at: last.node, { $0.leads }) == last.term,
      last.term == highest
    else {
      return nil
    }
    return last.node
  }

  mutating func looked(_ standings: [Standing]) {
    for standing in standings {
      watchQuorum(standing)
      watchDeposed(standing)
    }
    guard let leader = newestLeader, let standing = standings.first(where: { $0.node == leader })
    else {
      vigil.forgetLeader()
      return watchForLeader(standings)
    }
    vigil.nobodySince = nil
    if vigil.term != highest { vigil.forgetLeader() }
    vigil.term = highest
    while vigil.heardSince.count < seen.count { vigil.heardSince.append(nil) }
    for offset in vigil.heardSince.indices {
      let hears = standing.hears.contains(NodeID(offset + 1))
      vigil.heardSince[offset] = hears ? vigil.heardSince[offset] ?? now : nil
    }
    watchAnswers(leader)
    watchDegraded(leader)
  }

  /// How many of a leader's voters have heard it well for long.
  private func hearers(of leader: NodeID) -> Int {
    let patience = vigil.patience
    return look(at: leader) { $0.voters }.reduce(0) { count, voter in
      guard voter.offset < vigil.heardSince.count, let since = vigil.heardSince[voter.offset]
      else { return count }
      return count + (now - since >= patience ? 1 : 0)
    }
  }

  private func isMajority(_ count: Int, of leader: NodeID) -> Bool {
    count > look(at: leader) { $0.voters.count } / 2
  }

  private func words(_ interval: Interval) -> String {
    "\(Int(interval.seconds.rounded())) s"
  }

  /// Nobody campaigns where a majority hears a leader.
  mutating func campaigned(_ node: NodeID, _ term: Term, _ reason: CampaignReason) {
    note(campaign: node, term, reason)
    guard reason != .handover, let leader = newestLeader, leader != node, term > highest,
      vigil.term == highest,
      !wasUnfenced, promotionNeedsMajority, !wasForced,
      case let count = hearers(of: leader), isMajority(count, of: leader)
    else { return }
    violate(
      "\(node) campaigns in term \(term.epoch), although \(leader) leads term \(highest.epoch) and "
        + "\(count) of \(of(leader).voters.count) voters have heard it all the time")
  }

  /// With check quorum a leader that reaches no majority leads no more after a while.
  private mutating func watchQuorum(_ standing: Standing) {
    let voters = look(at: standing.node) { $0.voters }
    guard let term = look(at: standing.node, { $0.leads }), vigil.checksQuorum,
      now >= vigil.settlesAt, !standing.reaches.isEmpty,
      case let reached = voters.reduce(0, { $0 + (standing.reaches.contains($1) ? 1 : 0) }),
      reached <= voters.count / 2
    else { return change(standing.node) { $0.aloneSince = nil } }
    let since = look(at: standing.node) { $0.aloneSince } ?? now
    change(standing.node) { $0.aloneSince = since }
    guard now - since >= vigil.patience + .seconds(1) else { return }
    change(standing.node) { $0.aloneSince = nil }
    violate(
      "\(standing.node) leads term \(term.epoch), although it has reached \(reached) of "
        + "\(voters.count) voters for \(words(now - since)) and check quorum is on")
  }

  /// A leader that can hear a newer one leads no more.
  private mutating func watchDeposed(_ standing: Standing) {
    guard let term = look(at: standing.node, { $0.leads }), !wasUnfenced, let newest = newestLeader,
      newest != standing.node, standing.hears.contains(newest),
      look(at: newest, { $0.voters.contains(standing.node) })
    else { return change(standing.node) { $0.deposedSince = nil } }
    let since = look(at: standing.node) { $0.deposedSince } ?? now
    change(standing.node) { $0.deposedSince = since }
    guard now - since >= vigil.electionTimeout + .milliseconds(200) else { return }
    change(standing.node) { $0.deposedSince = nil }
    violate(
      "\(standing.node) still leads term \(term.epoch), although \(newest) leads term "
        + "\(highest.epoch) and the two hear each other")
  }

  /// Where all voters hear one another, one of them leads after a while.
  private mutating func watchForLeader(_ standings: [Standing]) {
    let all = voters.allSatisfy { voter in
      guard let standing = standings.first(where: { $0.node == voter }) else { return false }
      return voters.allSatisfy(standing.hears.contains)
    }
    guard all, !voters.isEmpty, vigil.isAutomatic else { return vigil.nobodySince = nil }
    let since = vigil.nobodySince ?? now
    vigil.nobodySince = since
    guard now - since >= vigil.patience.scaled(by: 2) else { return }
    vigil.nobodySince = nil
    violate(
      "nobody leads, although all voters have heard one another for \(words(now - since))")
  }

  mutating func asked(_ node: NodeID) {
    if vigil.askedSince == nil, newestLeader == node { vigil.askedSince = now }
  }

  /// A leader that a majority hears acknowledges what it is asked for.
  private mutating func watchAnswers(_ leader: NodeID) {
    guard let since = vigil.askedSince else { return }
    switch requirement.rule {
    case .asynchronous, .majority: break
    case .all, .any, .first: return vigil.askedSince = nil
    }
    guard case let count = hearers(of: leader), isMajority(count, of: leader) else {
      return vigil.askedSince = nil
    }
    guard now - since >= vigil.patience else { return }
    vigil.askedSince = nil
    violate(
      "\(leader) acknowledges nothing, although clients have asked it for \(words(now - since)) and "
        + "\(count) of \(of(leader).voters.count) voters hear it")
  }

  /// A requirement that is kept whichever followers are waited for. "The first K" are those that answer
  /// the leader, and who does is not to be seen from outside.
  private func everyListed(_ requirement: AckRequirement) -> AckRequirement {
    guard case .first(let count, let list) = requirement.rule, let leader = newestLeader else {
      return requirement
    }
    let others = (list.isEmpty ? of(leader).voters : list).filter {
      $0 != leader && members.contains($0)
    }
    var result = requirement
    result.rule = .any(max(count, others.count), of: list)
    return result
  }

  /// A leader keeps its policy again once its followers have everything.
  private mutating func watchDegraded(_ leader: NodeID) {
    guard look(at: leader, { $0.isDegraded }),
      hearers(of: leader) == look(at: leader, { $0.voters.count }),
      let term = look(at: leader, { $0.leads }),
      isKept(
        everyListed(requirement), by: leader, term,
        look(at: leader) { requirement.periodicSync ? $0.written.index : $0.durable.index },
        alone: false)
    else { return vigil.degradedSince = nil }
    let since = vigil.degradedSince ?? now
    vigil.degradedSince = since
    guard now - since >= .seconds(1) else { return }
    vigil.degradedSince = nil
    violate(
      "\(leader) still acknowledges alone, although its followers have had all its records for "
        + words(now - since))
  }
}
