import Operations
import Positions
import Replication

// What a preset's own view needs of a single leader's cluster.
extension Cluster {
  private static func history(of node: Node) -> TermHistory? {
    node.replica?.history ?? node.remembered?.history
  }

  func fillForSystem(_ snapshot: inout NodeSnapshot, from node: Node, _ lead: Replica?) {
    let history = Self.history(of: node)
    let last = node.replica == nil ? snapshot.flushedIndex : snapshot.receivedIndex
    snapshot.spans = spans(of: history, through: last)
    guard knobs.terms.notation == .optime else { return }
    var optimes = OptimesSnapshot()
    optimes.received = optime(of: snapshot.receivedIndex, in: history)
    optimes.flushed = optime(of: snapshot.flushedIndex, in: history)
    if let replica = node.replica {
      optimes.applied = optime(of: snapshot.appliedIndex, in: history)
      optimes.commit = optime(of: min(replica.commit, replica.head.index), in: history)
    }
    if let lead, let history, let common = lead.history.lastCommon(with: history) {
      optimes.fork = optime(of: common.index, in: history)
    }
    snapshot.optimes = optimes
  }

  func fillForSystem(_ model: inout SingleLeaderSnapshot) {
    for id in model.leaders {
      guard let replica = node(id)?.replica, let office = replica.leadership else { continue }
      model.offices.append(self.office(office, of: replica, isNewest: id == model.leader))
    }
    guard knobs.terms.notation == .optime else { return }
    for node in memberNodes {
      guard model.commitOptime == nil else { break }
      model.commitOptime = optime(of: model.commitIndex, in: Self.history(of: node))
    }
  }

  /// What a leader knows of its followers; ages are those of the newest leader's records only.
  private func office(
    _ office: Leadership, of replica: Replica, isNewest: Bool
  ) -> OfficeSnapshot {
    var snapshot = OfficeSnapshot(leader: replica.id)
    snapshot.waiting = office.waitingWrites
    snapshot.isDegraded = office.isDegraded
    func age(after index: Index) -> Interval? {
      guard isNewest, index < replica.flushed.index else { return nil }
      return ages.birth(after: index).map { max(.zero, now - $0) } ?? .zero
    }
    snapshot.followers = office.progress.map { progress in
      var follower = OfficeSnapshot.Follower(node: progress.node)
      let positions = progress.positions
      follower.isStreaming = progress.mode == .streaming
      follower.answers = progress.answers
      follower.sent = progress.sent.end
      follower.received = known(positions.received, in: replica)
      follower.flushed = positions.flushedEnd
      follower.applied = known(positions.applied, in: replica)
      follower.flushAge = age(after: positions.flushed)
      follower.applyAge = age(after: positions.applied)
      return follower
    }
    return snapshot
  }

  /// The position after a record, where the leader's memory reaches back to it.
  private func known(_ index: Index, in replica: Replica) -> LSN? {
    if index == .zero { return .zero }
    if index == replica.head.index { return replica.head.end }
    if index == replica.applied.index { return replica.applied.end }
    return replica.window.point(at: index)?.end
  }
}
