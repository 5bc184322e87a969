import Positions

/// The arithmetic of acknowledgement and commit, apart from the machine that uses it.
public enum AcknowledgementRules {
  /// The greatest index that at least `count` of `indices` have reached; zero when there are fewer.
  public static func reached(by count: Int, of indices: [Index]) -> Index {
    if count <= 0 { return Index(.max) }
    guard count <= indices.count else { return .zero }
    return indices.sorted(by: >)[count - 1]
  }

  /// The same of the followers that count, and of `own` unless that is nil, without an array: this is
  /// asked for every answer of every follower.
  @inline(__always)
  private static func reached(
    by count: Int, of progress: [Progress], among nodes: [NodeID], and own: Index? = nil,
    _ position: (FollowerPositions) -> Index
  ) -> Index {
    if count <= 0 { return Index(.max) }
    return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: progress.count + 1) { sorted in
      var found = 0
      /// Puts an index in its place, the greatest first; most are equal.
      func insert(_ index: Index) {
        var place = found
        while place > 0, sorted[place - 1] < index.rawValue {
          sorted[place] = sorted[place - 1]
          place -= 1
        }
        sorted[place] = index.rawValue
        found += 1
      }
      if let own { insert(own) }
      for number in progress.indices where nodes.contains(progress[number].node) {
        insert(position(progress[number].positions))
      }
      return count <= found ? Index(sorted[count - 1]) : .zero
    }
  }

  /// The last index that `rule` lets a leader acknowledge.
  ///
  /// - Parameters:
  ///   - own: the last index that counts at the leader itself.
  ///   - progress: its followers.
  public static func acknowledged(
    by rule: AcknowledgementRule, waitFor: Durability, own: Index, progress: [Progress],
    membership: Membership, leader: NodeID
  ) -> Index {
    func position(_ positions: FollowerPositions) -> Index {
      switch waitFor {
      case .received: positions.received
      case .flushed: positions.flushed
      // A follower may show what is committed elsewhere before its own disk has it.
      case .applied: min(positions.applied, positions.flushed)
      }
    }
    switch rule {
    case .asynchronous:
      return own
    case .all:
      return progress.lazy.filter { membership.voters.contains($0.node) }.map(\.positions)
        .map(position).reduce(own, min)
    case .majority:
      let needed = membership.majority - (membership.voters.contains(leader) ? 1 : 0)
      return min(own, reached(by: needed, of: progress, among: membership.voters, position))
    case .any(let count, let list):
      let counting = list.isEmpty ? membership.voters : list
      return min(own, reached(by: count, of: progress, among: counting, position))
    case .first(let count, let list):
      let order = list.isEmpty ? membership.voters : list
      let present = order.compactMap { node in
        progress.first { $0.node == node && $0.answers }
      }
      let chosen = present.prefix(count).map { position($0.positions) }
      return chosen.count < count ? .zero : chosen.reduce(own, min)
    }
  }

  /// The last index that is durable on a majority of the voters.
  public static func committed(
    own: Index, progress: [Progress], membership: Membership, leader: NodeID
  ) -> Index {
    reached(
      by: membership.majority, of: progress, among: membership.voters,
      and: membership.voters.contains(leader) ? own : nil
    ) { $0.flushed }
  }
}

extension Replica {
  mutating func becameDurable(_ point: LogPoint, into effects: inout [Effect]) {
    guard truncating == nil, point.end > flushed.end, point.end <= head.end else { return }
    flushed = point
    if written.end < point.end { written = point }
    ownLogMoved(into: &effects)
  }

  mutating func becameWritten(_ point: LogPoint, into effects: inout [Effect]) {
    guard truncating == nil, point.end > written.end, point.end <= head.end else { return }
    written = point
    if !policy.syncsEveryBatch { ownLogMoved(into: &effects) }
  }

  private mutating func ownLogMoved(into effects: inout [Effect]) {
    if role == .leader {
      advance(into: &effects)
    } else {
      applyWhatShows(into: &effects)
      tellLeader(into: &effects)
    }
  }

  /// What counts as the leader's own durable copy.
  private var own: Index {
    if isPlanted(.countsBeforeFlush) { return head.index }
    return policy.syncsEveryBatch ? flushed.index : written.index
  }

  /// Moves commit and acknowledgement on as far as the followers' positions allow.
  mutating func advance(into effects: inout [Effect]) {
    // No copy of the office is held: its queue would be copied when it changes.
    guard role == .leader, let first = leadership?.first, let progress = leadership?.progress,
      let isDegraded = leadership?.isDegraded, let acknowledged = leadership?.acknowledged
    else { return }
    let membership = membership
    let durable =
      durableWrongly(progress)
      ?? AcknowledgementRules.committed(
        own: flushed.index, progress: progress, membership: membership, leader: id)
    var commitMoved = false
    // A record of an earlier term is committed only by one of this term that follows it.
    if durable > commit, durable >= first || isPlanted(.commitsOlderTermsByCounting) {
      commit = min(durable, head.index)
      commitMoved = true
      effects.append(.committed(commit, term))
    }
    let strict = AcknowledgementRules.acknowledged(
      by: policy.acknowledgement, waitFor: policy.waitFor, own: own, progress: progress,
      membership: membership, leader: id)
    if isDegraded, let mark = leadership?.restoresAt, strict >= mark, !isPlanted(.staysDegraded) {
      restorePolicy(into: &effects)
    }
    let allowed = leadership?.isDegraded == true ? own : strict
    // What earlier terms left shows with the first record of this one, never before.
    if allowed > acknowledged, allowed >= first { acknowledge(through: allowed, into: &effects) }
    applyWhatShows(into: &effects)
    if commitMoved {
      commitAdvanced(into: &effects)
      if leadership != nil { tellCommit(into: &effects) }
    }
  }

  /// Tells followers that have been sent everything of the new commit position at once. They do not
  /// answer: what they then show counts only where it is waited for, and then they say so by themselves.
  private func tellCommit(into effects: inout [Effect]) {
    let end = head.index
    // While more is under way, its commit says so too, or the records that come next.
    if commit < end, policy.waitFor != .applied { return }
    guard let progress = leadership?.progress, progress.allSatisfy({ $0.sent.index == end }),
      let isForced = leadership?.isForced
    else { return }
    for follower in progress {
      effects.append(
        .send(
          .append(
            term: term, batches: [],
            previous: follower.mode == .streaming ? follower.sent : .origin,
            commit: commitTold(with: []), round: 0, forced: isForced), to: follower.node))
    }
  }

  private mutating func acknowledge(through index: Index, into effects: inout [Effect]) {
    leadership?.acknowledged = index
    while let waiting = leadership?.waiting.first, waiting.first <= index {
      let count = min(waiting.origins.count, index.distance(from: waiting.first) + 1)
      let last = waiting.first.advanced(by: count - 1)
      if count == waiting.origins.count {
        leadership?.waiting.removeFirst()
        effects.append(
          .acknowledge(waiting.origins, term: term, first: waiting.first, through: last))
      } else {
        leadership?.waiting[0] = Leadership.Waiting(
          first: last.next, origins: Array(waiting.origins[count...]))
        effects.append(
          .acknowledge(
            Array(waiting.origins[..<count]), term: term, first: waiting.first, through: last))
        break
      }
    }
    guard let after = policy.degradeAfter, leadership?.isDegraded == false else { return }
    if leadership?.waiting.isEmpty == true {
      effects.append(.cancelTimer(.degrade))
    } else {
      effects.append(.setTimer(.degrade, after))
    }
  }

  /// The time that followers are waited for is over: acknowledges without them. While it does, they
  /// have as much time to take in what the log has now, and with that the policy is kept again: under
  /// steady load they never hold all of it.
  mutating func degradeTimeIsOver(into effects: inout [Effect]) {
    guard role == .leader, let after = policy.degradeAfter, let isDegraded = leadership?.isDegraded,
      isDegraded || leadership?.waiting.isEmpty == false
    else { return }
    let now = own
    leadership?.restoresAt = now
    effects.append(.setTimer(.degrade, after))
    if isDegraded { return }
    leadership?.isDegraded = true
    if !isPlanted(.degradesSilently) { effects.append(.notice(.degraded)) }
    advance(into: &effects)
  }

  mutating func restorePolicy(into effects: inout [Effect]) {
    leadership?.isDegraded = false
    effects.append(.notice(.restored))
    if let after = policy.degradeAfter, leadership?.waiting.isEmpty == false {
      effects.append(.setTimer(.degrade, after))
    } else {
      effects.append(.cancelTimer(.degrade))
    }
  }
}
