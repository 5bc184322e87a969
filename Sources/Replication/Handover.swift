import Positions

extension Replica {
  // MARK: Planned switchover

  mutating func beginSwitchover(to target: NodeID, into effects: inout [Effect]) {
    guard role == .leader, target != id, membership.voters.contains(target) else { return }
    leadership?.switchover = target
    effects.append(.setTimer(.switchover, policy.electionTimeout))
    continueSwitchover(into: &effects)
  }

  /// Asks the target to campaign once it holds everything.
  mutating func continueSwitchover(into effects: inout [Effect]) {
    guard let target = leadership?.switchover, let position = leadership?.position(of: target),
      let progress = leadership?.progress[position], progress.positions.flushed == head.index,
      leadership?.waiting.isEmpty == true
    else { return }
    effects.append(.send(.campaign(term: term, transfer: true), to: target))
  }

  mutating func switchoverTimedOut(into effects: inout [Effect]) {
    guard let target = leadership?.switchover, !isPlanted(.switchoversNeverEnd) else { return }
    leadership?.switchover = nil
    effects.append(.notice(.switchoverFailed(target)))
  }

  // MARK: Members

  /// Takes up a change of members; one at a time, and only after a commit of this term.
  mutating func changeMembers(_ change: MemberChange, into effects: inout [Effect]) {
    guard role == .leader, leadership?.changes.contains(change) == false else { return }
    leadership?.changes.append(change)
    continueChanges(into: &effects)
  }

  private var hasPendingMembership: Bool {
    (memberships.last?.index ?? .zero) > commit
  }

  mutating func commitAdvanced(into effects: inout [Effect]) {
    confirmReads(into: &effects)
    if !hasPendingMembership, !membership.contains(id) {
      becomeFollower(of: nil, why: "it is no longer a member", into: &effects)
      return
    }
    continueChanges(into: &effects)
  }

  private mutating func continueChanges(into effects: inout [Effect]) {
    guard let first = leadership?.first, commit >= first, !hasPendingMembership,
      let change = leadership?.changes.first
    else { return }
    leadership?.changes.removeFirst()
    var members = membership
    switch change {
    case .add(let node):
      guard !members.contains(node) else { return continueChanges(into: &effects) }
      members = Membership(voters: members.voters, learners: members.learners + [node])
    case .remove(let node):
      guard members.contains(node), members.voters != [node] else {
        return continueChanges(into: &effects)
      }
      members = Membership(
        voters: members.voters.filter { $0 != node },
        learners: members.learners.filter { $0 != node })
    }
    appendInternal(kind: .membership, payload: members.encoded, into: &effects)
  }

  /// Gives a learner its vote once it has caught up.
  mutating func considerLearner(at position: Int, into effects: inout [Effect]) {
    // Asked at every answer: mostly there are none.
    guard memberships.last?.membership.learners.isEmpty == false else { return }
    guard let office = leadership, position < office.progress.count, !hasPendingMembership,
      !isPlanted(.learnersNeverVote), office.changes.isEmpty, commit >= office.first
    else { return }
    let progress = office.progress[position]
    guard membership.learners.contains(progress.node),
      progress.positions.flushed >= office.commitBefore
    else {
      return
    }
    let members = Membership(
      voters: membership.voters + [progress.node],
      learners: membership.learners.filter { $0 != progress.node })
    appendInternal(kind: .membership, payload: members.encoded, into: &effects)
  }

  /// A membership counts from the moment its record is in the log.
  mutating func adoptMembership(
    _ members: Membership, at index: Index, into effects: inout [Effect]
  ) {
    memberships.append(MembershipEntry(index: index, membership: members))
    if memberships.count > 64 { memberships.removeFirst() }
    effects.append(.notice(.membership(members)))
    guard let office = leadership else { return }
    var progress = office.progress.filter { members.contains($0.node) }
    for node in members.all where node != id && !progress.contains(where: { $0.node == node }) {
      progress.append(Progress(node: node, sent: head))
    }
    leadership?.progress = progress.sorted { $0.node < $1.node }
  }
}
