import Operations
import Positions

@testable import Dashboard

/// One scene a preset, built by hand.
extension Scenes {
  static let presets: [(preset: Preset, snapshot: ClusterSnapshot)] = [
    (.postgres, postgres), (.mysql, mysql), (.mongodb, mongodb), (.dynamo, dynamo),
    (.cassandra, cassandra), (.riak, riak),
  ]

  static func span(_ epoch: UInt64, _ node: Int, _ first: UInt64, _ last: UInt64)
    -> LogSpanSnapshot
  {
    LogSpanSnapshot(
      term: Term(epoch: epoch, node: NodeID(node)), first: Index(first), last: Index(last))
  }

  private static func office(
    _ leader: Int, of snapshot: ClusterSnapshot, waiting: Int = 0
  ) -> OfficeSnapshot {
    var office = OfficeSnapshot(leader: NodeID(leader))
    office.waiting = waiting
    office.followers = snapshot.nodes.filter { $0.id != NodeID(leader) }.map { node in
      var follower = OfficeSnapshot.Follower(node: node.id)
      (follower.sent, follower.received) = (node.sent ?? .zero, node.received)
      (follower.flushed, follower.applied) = (node.flushed, node.applied)
      follower.flushAge = node.flushLag.records > 0 ? node.flushLag.time : nil
      follower.applyAge = node.lag.records > 0 ? node.lag.time : nil
      return follower
    }
    return office
  }

  /// Commits wait for n2, whose disk is slow; n3 would be next.
  static var postgres: ClusterSnapshot {
    var snapshot = cluster(3)
    snapshot.knobs.apply(.preset(.postgres))
    snapshot.knobs.acknowledgement = .first(1, [NodeID(2), NodeID(3)])
    for position in snapshot.nodes.indices {
      snapshot.nodes[position].receivedIndex = Index(0x3A4F10 / 192)
    }
    snapshot.nodes[0].following = nil
    snapshot.nodes[1].flushed = LSN(0x3A4510)
    snapshot.nodes[1].applied = LSN(0x3A4510)
    snapshot.nodes[1].lag = Lag(bytes: 2_560, records: 13, time: .milliseconds(1_240))
    snapshot.nodes[1].flushLag = snapshot.nodes[1].lag
    snapshot.nodes[1].diskDelay = .seconds(2)
    let office = office(1, of: snapshot, waiting: 13)
    change(&snapshot) { $0.offices = [office] }
    return snapshot
  }

  /// n1 was cut off and n2 promoted; n3 has applied all that has come over its slow link.
  static var mysql: ClusterSnapshot {
    var snapshot = splitBrain
    snapshot.knobs.apply(.preset(.mysql))
    snapshot.knobs.acknowledgement = .any(1, [])
    snapshot.nodes[1].following = nil
    snapshot.nodes[0].spans = [span(3, 1, 1, 19_866)]
    (snapshot.nodes[0].receivedIndex, snapshot.nodes[0].appliedIndex) = (
      Index(19_866), Index(19_866)
    )
    for (position, last) in [(1, UInt64(19_888)), (2, 19_870)] {
      snapshot.nodes[position].spans = [span(3, 1, 1, 19_858), span(4, 2, 19_859, last)]
      snapshot.nodes[position].receivedIndex = Index(last)
      snapshot.nodes[position].appliedIndex = Index(last)
      snapshot.nodes[position].flushedIndex = Index(last)
    }
    for end in [\NodeSnapshot.received, \.written, \.flushed, \.applied] {
      snapshot.nodes[2][keyPath: end] = LSN(0x3A4190)
    }
    snapshot.nodes[2].lag = Lag(bytes: 3_456, records: 18, time: .milliseconds(12_400))
    snapshot.nodes[2].flushLag = snapshot.nodes[2].lag
    let offices = [office(1, of: snapshot), office(2, of: snapshot)]
    change(&snapshot) {
      $0.degraded = true
      $0.offices = offices
      $0.offices[1].isDegraded = true
    }
    return snapshot
  }

  /// n1 is back with operations that n2 never had, and n3 is down.
  static var mongodb: ClusterSnapshot {
    var snapshot = splitBrain
    snapshot.knobs.apply(.preset(.mongodb))
    snapshot.links = cluster(3).links
    snapshot.nodes[0].role = .follower
    snapshot.nodes[0].following = NodeID(2)
    snapshot.nodes[1].following = nil
    kill(3, in: &snapshot)
    func optimes(_ second: Int64, _ count: Int, _ epoch: UInt64) -> OptimesSnapshot {
      let optime = Optime(
        second: second, increment: count, term: Term(epoch: epoch, node: NodeID(1)))
      var optimes = OptimesSnapshot()
      (optimes.received, optimes.flushed, optimes.applied) = (optime, optime, optime)
      optimes.commit = Optime(second: second, increment: count - 1, term: optime.term)
      return optimes
    }
    snapshot.nodes[0].optimes = optimes(188, 20, 3)
    snapshot.nodes[0].optimes?.fork = Optime(
      second: 188, increment: 12, term: Term(epoch: 3, node: NodeID(1)))
    snapshot.nodes[1].optimes = optimes(192, 81, 4)
    snapshot.nodes[2].optimes = optimes(188, 12, 3)
    for position in snapshot.nodes.indices {
      snapshot.nodes[position].receivedIndex = snapshot.nodes[position].flushedIndex
    }
    let commit = snapshot.nodes[1].optimes?.commit
    change(&snapshot) {
      $0.leaders = [NodeID(2)]
      $0.commitOptime = commit
      $0.guarantees.splitBrain = false
      $0.guarantees.futureless = []
    }
    return snapshot
  }

  static var cassandra: ClusterSnapshot {
    var snapshot = quorumHints
    snapshot.knobs.apply(.preset(.cassandra))
    changeQuorum(&snapshot) { $0.unavailable = 3 }
    return snapshot
  }

  static var dynamo: ClusterSnapshot {
    var snapshot = quorumSloppy
    snapshot.knobs.apply(.preset(.dynamo))
    changeQuorum(&snapshot) { model in
      for position in model.versions.watched?.holders.indices ?? 0..<0 {
        let isOld = position == 1 || position == 2
        model.versions.watched?.holders[position].knows =
          (isOld ? [] : [.init(node: NodeID(1), count: 8)]) + [.init(node: NodeID(2), count: 7)]
      }
    }
    return snapshot
  }

  static var riak: ClusterSnapshot {
    var snapshot = quorum(5)
    snapshot.knobs.apply(.preset(.riak))
    let siblings = quorumSiblings.model.leaderless?.versions
    changeQuorum(&snapshot) { model in
      if let siblings { model.versions = siblings }
      for position in model.versions.watched?.holders.indices ?? 0..<0 {
        model.versions.watched?.holders[position].knows = [
          .init(node: NodeID(1), count: 4), .init(node: NodeID(3), count: 9),
        ]
      }
      model.ring[0].hints = 12
      model.ring[0].hintsFor = [.init(node: NodeID(4), count: 12)]
      model.ring[0].suspicions[3] = 11
      model.hints = 12
    }
    kill(4, in: &snapshot)
    return snapshot
  }
}
