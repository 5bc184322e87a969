import Canvas
import Operations

/// `m`: the choice that a model's guarantees turn on.
extension ViewState {
  /// The next acknowledgement policy, topology, or pair of quorums.
  func changePolicy(_ snapshot: ClusterSnapshot) -> [Action] {
    switch snapshot.model {
    case .singleLeader:
      return [.command(.set(.acknowledgement(nextPolicy(snapshot))))]
    case .multiLeader:
      let all = Topology.allCases
      let now = all.firstIndex(of: snapshot.knobs.multiLeader.topology) ?? 0
      let next = all[(now + 1) % all.count]
      return [.command(.set(.topology(next)))]
    case .leaderless:
      let (read, write) = Self.nextQuorums(snapshot.knobs.leaderless)
      return [.command(.set(.readQuorum(read))), .command(.set(.writeQuorum(write)))]
    }
  }

  private func nextPolicy(_ snapshot: ClusterSnapshot) -> AcknowledgementPolicy {
    switch snapshot.knobs.acknowledgement {
    case .asynchronous: .any(1, [])
    case .any, .first: .majority
    case .majority: .synchronous
    case .synchronous: .asynchronous
    }
  }

  /// Majorities, then one of each (fast and stale), then all that are written, then all that are read.
  static func nextQuorums(_ knobs: LeaderlessKnobs) -> (read: Int, write: Int) {
    let all = knobs.replicationFactor
    let majority = all / 2 + 1
    var pairs = [(majority, majority), (1, 1), (1, all), (all, 1)]
    if all < 3 { pairs.removeFirst() }
    let now = pairs.firstIndex { $0 == (knobs.readQuorum, knobs.writeQuorum) } ?? -1
    return pairs[(now + 1) % pairs.count]
  }
}
