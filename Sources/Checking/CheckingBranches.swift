import Positions

/// Where logs part, as the newest leaders' logs say: what a follower reports, commits and cuts off.
extension Checker {
  /// The log that `term`'s leader was elected with.
  private func log(of term: Term) -> Log? { logs.last { $0.term == term }?.log }

  /// Through which record a log that ends at `end` can at most be the one that `term`'s leader was
  /// elected with; nil where nothing says so.
  private func sharedAtMost(_ end: LogPoint, _ term: Term) -> Index? {
    guard end.index > .zero, term > end.term, let log = log(of: term) else { return nil }
    if let through = log.through(end.term) { return through < end.index ? through : nil }
    if log.began(after: end.term) { return nil }
    return Index(end.index.rawValue - 1)
  }

  /// A follower tells its leader only of records that both have.
  mutating func checkShared(_ node: NodeID, _ flushed: Index, _ term: Term) {
    let end = look(at: node) { $0.durable }
    guard let shared = sharedAtMost(end, term), flushed > shared, flushed <= end.index,
      !wasUnfenced
    else { return }
    let leader = leaders.last { $0.term == term }?.node ?? node
    violate(
      "\(node) tells \(leader) that it holds records through \(flushed) of its log, but the two "
        + "logs part after \(shared) at the latest")
  }

  /// Nothing is committed of a branch that the leader does not have.
  mutating func checkSharedCommit(_ node: NodeID, _ index: Index, _ term: Term) {
    let end = look(at: node) { $0.received }
    guard let shared = sharedAtMost(end, term), index > shared, !mayLoseCommitted,
      index <= end.index
    else { return }
    violate(
      "\(node) takes record \(index) for committed, but its log parts from the leader's after "
        + "\(shared) at the latest")
  }

  /// A log is cut where it parts from a leader's, and never below.
  mutating func checkFork(_ node: NodeID, _ point: LogPoint) {
    let state = of(node)
    let end = state.received
    guard !wasUnfenced, state.leads == nil, end.index > point.index else { return }
    // Its own term's leader wrote the log's end, and shares all of it.
    var least = end.index
    for (term, log) in logs where term > end.term {
      guard let through = log.through(end.term) else { return }
      least = min(least, through)
    }
    // Before a checkpoint of more than is shared replaces the log, all goes that is not known to be
    // committed; one that the log has already replaces nothing, unless there is no other to begin from.
    guard point.index < least, state.offered <= least, !state.tookBack else { return }
    violate(
      "\(node) cut its log to record \(point.index), but shares records through \(least) with "
        + "every leader elected since")
  }
}
