import Positions

/// Who votes, and for whom.
extension Checker {
  /// The votes that were sent to a candidate.
  struct Ballot: Sendable {
    var term: Term
    var candidate: NodeID
    var votes: [NodeID]
  }

  struct Campaign: Equatable, Sendable {
    var term: Term
    var reason: CampaignReason
  }

  mutating func note(vote node: NodeID, _ term: Term, _ candidate: NodeID) {
    if let position = ballots.firstIndex(where: { $0.term == term && $0.candidate == candidate }) {
      if !ballots[position].votes.contains(node) { ballots[position].votes.append(node) }
    } else {
      ballots.append(Ballot(term: term, candidate: candidate, votes: [node]))
      if ballots.count > 32 { ballots.removeFirst() }
    }
    if look(at: node, { $0.isDoubtful }), !look(at: candidate, { $0.doubts.contains(term) }),
      !wasForced
    {
      violate(
        "\(node) votes for \(candidate) in term \(term.epoch), although its log may have lost its "
          + "end")
    }
  }

  mutating func note(campaign node: NodeID, _ term: Term, _ reason: CampaignReason) {
    change(node) {
      $0.campaign = Campaign(term: term, reason: reason)
      guard reason == .doubt, $0.doubts.last != term else { return }
      $0.doubts.append(term)
      if $0.doubts.count > Self.votesKept { $0.doubts.removeFirst() }
    }
  }

  /// A promotion asks as many as the policy says, and counts no vote that was not given.
  mutating func checkVotes(_ node: NodeID, _ term: Term, _ counted: Int) {
    guard promotionNeedsMajority, !of(node).voters.isEmpty else { return }
    let voters = of(node).voters
    // A node that was frozen does not hear of a change of the policy until it is thawed.
    let rules = [requirement.rule] + promisesBefore.map(\.requirement.rule)
    let majority = voters.count / 2 + 1
    // One that hands over was told of every copy it relied on.
    let isHandover = of(node).campaign == Campaign(term: term, reason: .handover)
    let needed =
      isHandover
      ? majority : rules.map { Self.answersNeeded($0, of: voters.count) }.min() ?? majority
    if counted < needed {
      violate(
        "\(node) leads term \(term.epoch) with \(counted) of \(voters.count) votes, and needs "
          + "\(needed)")
    }
    let given =
      (ballots.last { $0.term == term && $0.candidate == node }?.votes ?? [])
      .filter { $0 != node }.count + (voters.contains(node) ? 1 : 0)
    if given < counted {
      violate(
        "\(node) leads term \(term.epoch) with \(counted) votes, and only \(given) were given")
    }
  }

  static func answersNeeded(_ rule: AckRule, of voters: Int) -> Int {
    let majority = voters / 2 + 1
    switch rule {
    case .any(let count, _), .first(let count, _): return max(majority, voters - count)
    case .asynchronous, .all, .majority: return majority
    }
  }
}
