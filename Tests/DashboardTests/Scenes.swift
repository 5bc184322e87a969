import Operations
import Positions

@testable import Dashboard

/// Snapshots as a cluster would give them, built by hand so that every screen is repeatable.
enum Scenes {
  static let term = Term(epoch: 4, node: NodeID(1))

  static func node(_ number: Int, at end: UInt64, leader: Int? = 1) -> NodeSnapshot {
    var node = NodeSnapshot(id: NodeID(number), site: SiteID("site1"))
    node.state = .running
    node.term = term
    node.role = number == leader ? .leader : .follower
    node.following = leader.map { NodeID($0) }
    node.received = LSN(end)
    node.written = LSN(end)
    node.flushed = LSN(end)
    node.applied = LSN(end)
    node.sent = LSN(end)
    node.flushedIndex = Index(end / 192)
    node.appliedIndex = Index(end / 192)
    node.commit = LSN(end)
    node.lag = Lag(bytes: 0, records: 0, time: .zero)
    node.flushLag = Lag(bytes: 0, records: 0, time: .zero)
    node.lagHistory = (0..<60).map { Double($0 * 7 % 23) }
    node.electable = .yes
    node.hash = 0xABCD_EF01_2345_6789
    node.servedPerSecond = 210
    return node
  }

  static func cluster(_ count: Int) -> ClusterSnapshot {
    var load = LoadChange(workload: .a, rate: 400, clients: 16, valueSize: 128, keys: 1000)
    load.keys = 1000
    var snapshot = ClusterSnapshot(
      at: .start + .milliseconds(192_400), isLive: true, knobs: Knobs(), load: load)
    snapshot.nodes = (1...count).map { node($0, at: 0x3A4F10) }
    for from in 1...count {
      for to in 1...count where from != to {
        snapshot.links.append(
          LinkSnapshot(
            from: NodeID(from), to: NodeID(to), isCut: false, latency: .milliseconds(1),
            addedLatency: .zero, jitter: .zero, loss: 0, bandwidth: nil))
      }
    }
    snapshot.clients.writesPerSecond = 203
    snapshot.clients.readsPerSecond = 197
    snapshot.clients.writesHistory = (0..<60).map { Double(180 + $0 * 5 % 40) }
    snapshot.clients.recentAcknowledgement = LatencySnapshot(
      p50: 1.1, p99: 18, maximum: 40,
      buckets: [
        .init(upTo: 0.5, count: 12), .init(upTo: 1, count: 340), .init(upTo: 2, count: 820),
        .init(upTo: 5, count: 61), .init(upTo: 20, count: 9),
      ])
    snapshot.clients.recentReads = LatencySnapshot(p50: 0.4, p99: 3, maximum: 9)
    snapshot.ledger.acknowledged = 38_422
    snapshot.events = [
      event(1, 3, .election, "n1 hears no leader and asks for pre-votes for term 1"),
      event(2, 10, .election, "n1 leads term 1, with 3 of 3 votes"),
    ]
    var model = SingleLeaderSnapshot()
    model.leader = NodeID(1)
    model.leaders = [NodeID(1)]
    model.term = term
    model.commit = LSN(0x3A4F10)
    model.commitIndex = Index(0x3A4F10 / 192)
    model.guarantees.copies = snapshot.nodes.map(\.id)
    model.guarantees.runningCopies = model.guarantees.copies
    model.guarantees.failoverKeepsWrites = true
    model.guarantees.writes = .goOn(
      failures: (count - 1) / 2, limit: count == 1 ? "the only node" : "")
    model.guarantees.freshReads = snapshot.nodes.map(\.id)
    model.guarantees.mostComplete = NodeID(1)
    snapshot.timeline = timeline
    snapshot.model = .singleLeader(model)
    return snapshot
  }

  /// Three minutes: a leader dies in the second, and comes back in the third.
  static var timeline: [TimelineSample] {
    (0..<190).map { second in
      var sample = TimelineSample(
        at: .start + .milliseconds(1000 * second), writesPerSecond: Double(180 + second * 5 % 40))
      sample.leaders = 1
      sample.p99 = second >= 88 && second < 100 ? 1900 : 18
      sample.leader = NodeID(second < 90 ? 1 : second < 92 ? 2 : 1)
      if second == 88 || second == 89 {
        sample.writesPerSecond = 0
        sample.leader = nil
        sample.leaders = 0
      }
      sample.hasFault = second == 88 || second == 140
      sample.hasElection = second == 0 || second == 90 || second == 92
      sample.hasFinding = second == 150
      return sample
    }
  }

  static func event(
    _ number: Int, _ milliseconds: Int, _ kind: Event.Kind, _ text: String
  ) -> Event {
    Event(
      number: number, at: .start + .milliseconds(milliseconds), kind: kind, node: nil, text: text)
  }

  static func change(
    _ snapshot: inout ClusterSnapshot, _ body: (inout SingleLeaderSnapshot) -> Void
  ) {
    guard case .singleLeader(var model) = snapshot.model else { return }
    body(&model)
    snapshot.model = .singleLeader(model)
  }

  /// The scenes that have goldens.
  static let all: [(name: String, snapshot: ClusterSnapshot)] = [
    ("healthy", cluster(3)), ("lagging", lagging), ("leader-killed", leaderKilled),
    ("split-brain", splitBrain), ("rejoined", rejoined), ("one-node", cluster(1)),
    ("hundred-nodes", hundred),
  ]

  static var lagging: ClusterSnapshot {
    var snapshot = cluster(5)
    for (number, bytes) in [(3, 400), (4, 2_400)] {
      let end = UInt64(0x3A4F10 - bytes)
      snapshot.nodes[number - 1].applied = LSN(end)
      snapshot.nodes[number - 1].flushed = LSN(end + UInt64(bytes / 4))
      snapshot.nodes[number - 1].received = LSN(end + UInt64(bytes / 2))
      snapshot.nodes[number - 1].sent = LSN(end + UInt64(bytes * 3 / 4))
      snapshot.nodes[number - 1].lag = Lag(
        bytes: bytes, records: bytes / 192, time: .milliseconds(bytes / 2))
      snapshot.nodes[number - 1].flushLag = Lag(
        bytes: bytes * 3 / 4, records: bytes * 3 / 4 / 192, time: .milliseconds(bytes * 3 / 8))
      snapshot.nodes[number - 1].electable = .no("its log is behind n2")
    }
    for position in snapshot.links.indices {
      if snapshot.links[position].to == NodeID(4) || snapshot.links[position].from == NodeID(4) {
        snapshot.links[position].latency = .milliseconds(80)
        snapshot.links[position].addedLatency = .milliseconds(80)
      }
    }
    change(&snapshot) {
      $0.guarantees.freshReads = [NodeID(1), NodeID(2), NodeID(5)]
      $0.guarantees.copies = [NodeID(1), NodeID(2), NodeID(5)]
      $0.guarantees.runningCopies = $0.guarantees.copies
    }
    snapshot.undoable = "delay n1 n4 80ms"
    return snapshot
  }

  static var leaderKilled: ClusterSnapshot {
    var snapshot = cluster(3)
    snapshot.nodes[0].state = .dead
    snapshot.nodes[0].stateReason = "killed"
    snapshot.nodes[0].role = .follower
    snapshot.nodes[0].electable = .no("not running")
    for position in [1, 2] {
      snapshot.nodes[position].following = nil
      snapshot.nodes[position].lag.time = nil
    }
    snapshot.clients.writesPerSecond = 0
    change(&snapshot) {
      $0.leader = nil
      $0.leaders = []
      $0.guarantees.runningCopies = [NodeID(2), NodeID(3)]
      $0.guarantees.freshReads = [NodeID(2), NodeID(3)]
      $0.guarantees.mostComplete = NodeID(2)
      $0.guarantees.writes = .wait("no leader yet")
      $0.guarantees.nextElection = .milliseconds(640)
    }
    snapshot.clients.recentAcknowledgement = LatencySnapshot(p50: nil, p99: nil, maximum: nil)
    for position in 186..<190 {
      snapshot.timeline[position].writesPerSecond = 0
      snapshot.timeline[position].leader = nil
      snapshot.timeline[position].leaders = 0
    }
    snapshot.events.append(event(3, 191_000, .command, "n1 killed"))
    return snapshot
  }

  static var splitBrain: ClusterSnapshot {
    var snapshot = cluster(3)
    snapshot.nodes[0].role = .leader
    snapshot.nodes[0].following = nil
    snapshot.nodes[0].term = Term(epoch: 3, node: NodeID(1))
    snapshot.nodes[0].received = LSN(0x3A4B10)
    snapshot.nodes[0].flushed = LSN(0x3A4B10)
    snapshot.nodes[0].applied = LSN(0x3A4B10)
    snapshot.nodes[0].fork = ForkSnapshot(
      at: LSN(0x3A4510), acknowledgedThrough: LSN(0x3A4810), end: LSN(0x3A4B10), records: 8)
    snapshot.nodes[0].electable = .no("reaches 1 of 3")
    snapshot.nodes[1].role = .leader
    snapshot.nodes[2].following = NodeID(2)
    for position in snapshot.links.indices
    where snapshot.links[position].from == NodeID(1) || snapshot.links[position].to == NodeID(1) {
      snapshot.links[position].isCut = true
    }
    change(&snapshot) {
      $0.leader = NodeID(2)
      $0.leaders = [NodeID(1), NodeID(2)]
      $0.guarantees.splitBrain = true
      $0.guarantees.freshReads = [NodeID(2), NodeID(3)]
      $0.guarantees.copies = [NodeID(2), NodeID(3)]
      $0.guarantees.runningCopies = $0.guarantees.copies
      $0.guarantees.writes = .goOn(failures: 0, limit: "one more failure stops writes")
      $0.guarantees.futureless = [.init(leader: NodeID(1), writesPerSecond: 190)]
      $0.guarantees.mostComplete = NodeID(2)
    }
    snapshot.nodes[2].electable = .no("1 of 2 votes without n2")
    for position in 182..<190 { snapshot.timeline[position].leaders = 2 }
    snapshot.ledger.lost = 4
    snapshot.ledger.lostUnlisted = 4
    snapshot.ledger.findingCount = 1
    snapshot.ledger.findings = ["03:11.000 n1 acknowledges in term 3 while n2 leads term 4"]
    snapshot.events += [
      event(3, 189_000, .command, "n1 is cut off from all other nodes"),
      event(4, 190_100, .election, "n2 leads term 4, with 2 of 3 votes"),
      event(5, 191_000, .finding, "n1 acknowledges in term 3 while n2 leads term 4"),
    ]
    return snapshot
  }

  static var rejoined: ClusterSnapshot {
    var snapshot = splitBrain
    snapshot.nodes[0] = node(1, at: 0x3A4F10, leader: 2)
    snapshot.nodes[0].rollbackRecords = 8
    snapshot.links = cluster(3).links
    snapshot.ledger.lostUnlisted = 0
    snapshot.ledger.lostWrites = ["user12", "evil\u{1B}[2J", "user7", "user88"].map {
      LostWriteSnapshot(key: $0, index: Index(19_000), term: term, why: "n2 was elected without it")
    }
    change(&snapshot) {
      $0.leaders = [NodeID(2)]
      $0.guarantees.splitBrain = false
      $0.guarantees.freshReads = [NodeID(1), NodeID(2), NodeID(3)]
      $0.guarantees.copies = [NodeID(1), NodeID(2), NodeID(3)]
      $0.guarantees.runningCopies = $0.guarantees.copies
      $0.guarantees.writes = .goOn(failures: 1, limit: "")
      $0.guarantees.futureless = []
    }
    snapshot.nodes[2].electable = .yes
    snapshot.events.append(
      event(6, 192_000, .log, "n1 rolled back 8 records to 0/3A4510, kept in rollback-3-19851"))
    return snapshot
  }

  static var hundred: ClusterSnapshot {
    var snapshot = cluster(100)
    for position in snapshot.nodes.indices where position % 9 == 4 {
      snapshot.nodes[position].state = .dead
      snapshot.nodes[position].stateReason = "killed"
      snapshot.nodes[position].electable = .no("not running")
      snapshot.nodes[position].flushLag.bytes = 70_000
      snapshot.nodes[position].flushed = LSN(0x3A4F10 - 70_000)
      snapshot.nodes[position].received = snapshot.nodes[position].flushed
    }
    let living = snapshot.nodes.filter { $0.state == .running }.map(\.id)
    change(&snapshot) {
      $0.guarantees.copies = living
      $0.guarantees.runningCopies = living
      $0.guarantees.freshReads = living
      $0.guarantees.writes = .goOn(failures: 38, limit: "")
    }
    return snapshot
  }
}
