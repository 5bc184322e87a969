import Operations
import Positions

@testable import Dashboard

/// Scenes of the models in which several nodes take writes, built by hand.
extension Scenes {
  /// Everything that the goldens show of them.
  static let models: [(name: String, snapshot: ClusterSnapshot)] =
    multiLeaders + leaderlessOnes

  /// Nodes without a leader, otherwise as in the other scenes.
  static func peers(_ count: Int, sites: Int = 1) -> ClusterSnapshot {
    var snapshot = cluster(count)
    snapshot.events = [event(1, 3, .note, "\(count) nodes take writes")]
    for position in snapshot.nodes.indices {
      snapshot.nodes[position].role = .peer
      snapshot.nodes[position].term = .zero
      snapshot.nodes[position].following = nil
      snapshot.nodes[position].electable = .no("nobody is elected here")
      snapshot.nodes[position].site = SiteID("site\(position % sites + 1)")
    }
    for position in snapshot.links.indices where sites > 1 {
      let link = snapshot.links[position]
      guard Int(link.from.number) % sites != Int(link.to.number) % sites else { continue }
      snapshot.links[position].latency = .milliseconds(40)
    }
    for position in snapshot.timeline.indices {
      snapshot.timeline[position].leader = nil
      snapshot.timeline[position].leaders = 0
      snapshot.timeline[position].hasElection = false
    }
    return snapshot
  }

  static func kill(_ number: Int, in snapshot: inout ClusterSnapshot) {
    snapshot.nodes[number - 1].state = .dead
    snapshot.nodes[number - 1].stateReason = "killed"
    snapshot.nodes[number - 1].servedPerSecond = 0
  }

  static func version(_ value: String?, _ node: Int, _ count: UInt64, at seconds: Double)
    -> VersionSnapshot
  {
    VersionSnapshot(
      value: value,
      dot: Dot(
        actor: Actor(node: NodeID(node), incarnation: 1, generation: 0), counter: count),
      clock: self.seconds(seconds))
  }

  static func conflict(
    _ seconds: Double, _ key: String, _ ending: ConflictSnapshot.Ending, _ winner: VersionSnapshot,
    _ loser: VersionSnapshot
  ) -> ConflictSnapshot {
    ConflictSnapshot(
      at: self.seconds(seconds), node: NodeID(1), key: key, rule: "lww", ending: ending,
      winner: winner, loser: loser)
  }

  /// What every node holds of a key: the same, but for those that are given.
  static func watched(
    _ key: String, _ newest: VersionSnapshot, on nodes: [Int],
    but others: [Int: [VersionSnapshot]] = [:]
  ) -> WatchedKeySnapshot {
    var watched = WatchedKeySnapshot(key: key, rule: "lww")
    watched.value = newest.shown
    watched.holders = nodes.map { number in
      var holder = WatchedKeySnapshot.Holder(node: NodeID(number))
      holder.versions = others[number] ?? [newest]
      holder.isNewest = others[number] == nil
      return holder
    }
    return watched
  }
}
