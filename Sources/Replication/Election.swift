import Positions

/// A campaign under way.
struct Candidacy: Sendable {
  /// How far it has come.
  enum Stage: Sendable {
    /// It asks who would vote for it; no term was raised.
    case asking
    /// It asks for votes in its new term.
    case voting
  }

  /// What a voter said.
  struct Reply: Sendable {
    var node: NodeID
    var granted: Bool
    var head: LogPoint
    var isSuspect: Bool
  }

  var stage: Stage
  /// The term it campaigns for.
  var term: Term
  /// Answers by others, in order of arrival.
  var replies: [Reply] = []
  /// Why it campaigns.
  var grounds = CampaignGrounds.silence
  /// Whether it needs no votes.
  var forced = false
  /// Whether its own vote is durable.
  var ownVoteIsDurable = false
}

extension Replica {
  /// How many voters, itself included, a promotion needs: with K synchronous copies, enough of them
  /// to meet at least one.
  var votesNeeded: Int {
    let voters = membership.voters.count
    if isPlanted(.needsOneVoteLess) { return membership.majority - 1 }
    if isPlanted(.asksMajorityUnderSemiSync) { return membership.majority }
    switch policy.acknowledgement {
    case .any(let copies, _), .first(let copies, _):
      return max(membership.majority, voters - copies)
    case .asynchronous, .all, .majority: return membership.majority
    }
  }

  mutating func electionTimedOut(into effects: inout [Effect]) {
    leaderIsFresh = false
    effects.append(.setTimer(.election, policy.electionTimeout))
    guard role == .follower, policy.automaticFailover else { return }
    askForVotes(into: &effects)
  }

  /// Asks around who would vote for it, without raising its term.
  mutating func askForVotes(into effects: inout [Effect]) {
    guard role != .leader, mayCampaign, logIsSettled else { return }
    if isPlanted(.noPreVote) { return campaign(on: .silence, forced: false, into: &effects) }
    role = .candidate
    let proposed = term.next(for: id)
    candidacy = Candidacy(stage: .asking, term: proposed)
    effects.append(.notice(.campaigning(proposed)))
    effects.append(.setTimer(.candidacy, policy.electionTimeout.scaled(by: 0.5)))
    for voter in membership.voters where voter != id {
      effects.append(.send(.preVoteRequest(proposed: proposed, head: head), to: voter))
    }
    considerPreVotes(isLastCall: false, into: &effects)
  }

  mutating func answerPreVote(
    _ proposed: Term, head candidate: LogPoint, from sender: NodeID, into effects: inout [Effect]
  ) {
    let hasLeader = role == .leader || (role == .follower && leaderIsFresh)
    let granted =
      proposed > term && (!hasLeader || isPlanted(.votesBesideALeader)) && !isDoubtful
      && !isBehind(candidate, head)
    effects.append(
      .send(
        .preVoteReply(
          proposed: proposed, granted: granted, head: head, suspect: isSuspect, term: term),
        to: sender))
  }

  mutating func countPreVote(
    _ proposed: Term, _ reply: Candidacy.Reply, term theirs: Term, into effects: inout [Effect]
  ) {
    guard let current = candidacy, current.stage == .asking, current.term == proposed,
      !current.replies.contains(where: { $0.node == reply.node })
    else { return }
    if theirs >= proposed {
      // A term it had not heard of: it asks again above that one, at its next time-out.
      raise(to: theirs, votedFor: nil, into: &effects)
      becomeFollower(of: nil, why: "a higher term", into: &effects)
      return
    }
    candidacy?.replies.append(reply)
    considerPreVotes(isLastCall: false, into: &effects)
  }

  /// Campaigns, stands aside or waits, as the answers so far say.
  private mutating func considerPreVotes(isLastCall: Bool, into effects: inout [Effect]) {
    guard let current = candidacy, current.stage == .asking else { return }
    let everyone = current.replies.count == membership.voters.filter { $0 != id }.count
    let willing = current.replies.filter(\.granted).count + (isDoubtful || !isVoter ? 0 : 1)
    let needed = policy.promotionNeedsMajority ? votesNeeded : 1
    // Where too many are suspect for the others to elect anybody, all must vote: every record that may
    // have been promised is then in the log of one of them, and the most advanced wins. Whoever is not
    // suspect must be willing: one that hears a leader, or is ahead, is not.
    let sound = current.replies.lazy.filter { !$0.isSuspect }.count + (isSuspect ? 0 : 1)
    let allSuspect =
      everyone && sound < votesNeeded
      && current.replies.allSatisfy {
        $0.isSuspect || $0.granted || head.isLessAdvanced(than: $0.head)
      }
    guard everyone || isLastCall else {
      if willing >= votesNeeded { effects.append(.setTimer(.candidacy, policy.heartbeat)) }
      return
    }
    let ahead = current.replies.filter { isBehind(head, $0.head) }
    if let best = ahead.max(by: { $0.head.isLessAdvanced(than: $1.head) }),
      !best.isSuspect || allSuspect
    {
      effects.append(.notice(.standsAside(for: best.node)))
      effects.append(.send(.campaign(term: term, transfer: false), to: best.node))
      becomeFollower(of: nil, why: "stands aside", into: &effects)
    } else if willing >= needed && !isDoubtful || allSuspect {
      campaign(
        on: allSuspect ? .allSuspect : .silence, forced: !policy.promotionNeedsMajority,
        into: &effects)
    } else {
      becomeFollower(of: nil, why: "too few answered", into: &effects)
    }
  }

  /// Raises its term, and asks for votes where others are to hear of it.
  mutating func campaign(
    on grounds: CampaignGrounds, forced: Bool, above floor: Term = .zero, asksOthers: Bool = true,
    into effects: inout [Effect]
  ) {
    let next = max(term, floor).next(for: id)
    role = .candidate
    leader = nil
    var campaign = Candidacy(stage: .voting, term: next)
    campaign.grounds = grounds
    campaign.forced = forced
    candidacy = campaign
    raise(to: next, votedFor: id, into: &effects)
    effects.append(.setTimer(.candidacy, policy.electionTimeout))
    guard asksOthers else { return }
    for voter in membership.voters where voter != id {
      effects.append(
        .send(.voteRequest(term: next, head: head, grounds: grounds), to: voter))
    }
  }

  /// Whether it takes part in elections: a node whose removal is in its log and not committed may hold
  /// the only log with which the others can go on (Ongaro's dissertation, section 4.2.2).
  var mayCampaign: Bool {
    isVoter
      || memberships.last { $0.index <= commit }?.membership.voters.contains(id) == true
  }

  /// Whether no part of the log is being cut off or replaced: a leader could append to it.
  public var logIsSettled: Bool { truncating == nil && installing == nil }

  mutating func promoteByForce(above floor: Term, into effects: inout [Effect]) {
    guard role != .leader, logIsSettled else { return }
    campaign(on: .transfer, forced: true, above: floor, into: &effects)
  }

  /// Those who followed it meanwhile hear of it by its records; whoever follows another leader does not
  /// change over.
  mutating func resume(into effects: inout [Effect]) {
    guard role != .leader, mayCampaign, !isSuspect, logIsSettled else { return }
    campaign(on: .transfer, forced: true, asksOthers: false, into: &effects)
  }

  mutating func askedToCampaign(
    _ theirs: Term, transfer: Bool, into effects: inout [Effect]
  ) {
    guard theirs >= term, role != .leader, mayCampaign, logIsSettled, !isSuspect || !transfer
    else { return }
    if transfer {
      campaign(on: .transfer, forced: false, into: &effects)
    } else if role == .follower, !leaderIsFresh, policy.automaticFailover {
      askForVotes(into: &effects)
    }
  }

  mutating func answerVote(
    _ theirs: Term, head candidate: LogPoint, grounds: CampaignGrounds, from sender: NodeID,
    into effects: inout [Effect]
  ) {
    // Without fencing, a leader does not hear that it was deposed.
    if role == .leader, !policy.fencing || isPlanted(.deposedLeaderStays) { return }
    let hasLeader = role == .leader || (role == .follower && leaderIsFresh)
    guard theirs > term else {
      if isPlanted(.votesInLowerTerms), !isBehind(candidate, head) {
        return effects.append(.send(.voteReply(term: theirs, granted: true), to: sender))
      }
      effects.append(.send(.voteReply(term: term, granted: false), to: sender))
      return
    }
    if hasLeader, grounds != .transfer, !isPlanted(.votesBesideALeader) { return }
    let granted =
      (!isDoubtful || grounds == .allSuspect) && !isBehind(candidate, head)
    raise(to: theirs, votedFor: granted ? sender : nil, into: &effects)
    leaderIsFresh = false
    becomeFollower(of: nil, why: "\(sender) campaigns in term \(theirs.epoch)", into: &effects)
    promise(.voteReply(term: theirs, granted: granted), to: sender, into: &effects)
  }

  mutating func countVote(
    _ theirs: Term, granted: Bool, from sender: NodeID, into effects: inout [Effect]
  ) {
    if theirs > term, role != .leader || policy.fencing {
      raise(to: theirs, votedFor: nil, into: &effects)
      becomeFollower(of: nil, why: "a higher term", into: &effects)
      return
    }
    guard let current = candidacy, current.stage == .voting, current.term == theirs,
      !current.replies.contains(where: { $0.node == sender })
    else { return }
    let reply = Candidacy.Reply(node: sender, granted: granted, head: head, isSuspect: false)
    candidacy?.replies.append(reply)
    considerVotes(into: &effects)
  }

  mutating func ownVoteIsDurable(into effects: inout [Effect]) {
    guard let current = candidacy, current.stage == .voting, current.term == term else { return }
    candidacy?.ownVoteIsDurable = true
    considerVotes(into: &effects)
  }

  private mutating func considerVotes(into effects: inout [Effect]) {
    guard let current = candidacy,
      current.ownVoteIsDurable || isPlanted(.leadsBeforeOwnVoteIsDurable)
    else { return }
    let votes = current.replies.filter(\.granted).count + (isVoter ? 1 : 0)
    let needed =
      switch current.grounds {
      case .allSuspect: membership.voters.count
      case .transfer: current.forced ? votesNeeded : membership.majority
      case .silence: votesNeeded
      }
    if votes >= needed || current.forced {
      isSuspect = false
      becomeLeader(votes: votes, forced: current.forced && votes < needed, into: &effects)
    }
  }

  mutating func candidacyTimedOut(into effects: inout [Effect]) {
    guard let current = candidacy else { return }
    switch current.stage {
    case .asking: considerPreVotes(isLastCall: true, into: &effects)
    case .voting where isPlanted(.candidatesNeverGiveUp): break
    case .voting: becomeFollower(of: nil, why: "no majority", into: &effects)
    }
  }
}
