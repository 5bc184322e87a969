import Operations
import Positions

@testable import Dashboard

extension Scenes {
  static let leaderlessOnes: [(name: String, snapshot: ClusterSnapshot)] = [
    ("quorum-healthy", quorumHealthy), ("quorum-hints", quorumHints),
    ("quorum-sloppy", quorumSloppy), ("quorum-siblings", quorumSiblings),
    ("quorum-ring", quorumRing),
    ("quorum-divergent", quorumDivergent), ("quorum-hundred", quorumHundred),
  ]

  static func quorum(_ count: Int) -> ClusterSnapshot {
    var snapshot = peers(count)
    snapshot.knobs.model = .leaderless
    var model = LeaderlessSnapshot()
    for number in 1...count {
      var place = LeaderlessSnapshot.RingNode(node: NodeID(number))
      place.share = min(1, 3 / Double(count)) + (count > 3 ? Double(number % 3 - 1) * 0.02 : 0)
      place.suspicions = (1...count).map { $0 == number ? nil : 0.2 }
      model.ring.append(place)
    }
    model.arcs = (0..<(count > 3 ? 100 : 0)).map { NodeID(($0 * 7 + $0 / 10 * 3) % count + 1) }
    model.hintsDelivered = 41
    model.repairs = 18
    model.exchanges = 57
    model.antiEntropyRepairs = 12
    model.antiEntropyBytes = 184_320
    model.measuredStaleness = 0
    model.predictedStaleness = 0
    model.versions.keys = 1000
    var key = watched("user12", version("blue", 2, 7, at: 190.1), on: [1, 2, 3])
    key.holders[0].madeWriteQuorum = true
    key.holders[1].madeWriteQuorum = true
    key.holders[0].madeReadQuorum = true
    key.holders[2].madeReadQuorum = true
    model.versions.watched = key
    snapshot.model = .leaderless(model)
    return snapshot
  }

  static func changeQuorum(
    _ snapshot: inout ClusterSnapshot, _ body: (inout LeaderlessSnapshot) -> Void
  ) {
    guard case .leaderless(var model) = snapshot.model else { return }
    body(&model)
    snapshot.model = .leaderless(model)
  }

  static var quorumHealthy: ClusterSnapshot { quorum(3) }

  /// The others keep hints for n3.
  static var quorumHints: ClusterSnapshot {
    var snapshot = quorum(3)
    kill(3, in: &snapshot)
    changeQuorum(&snapshot) {
      $0.hints = 214
      for position in [0, 1] {
        $0.ring[position].hints = 107
        $0.ring[position].hintsFor = [.init(node: NodeID(3), count: 107)]
        $0.ring[position].suspicions[2] = 12.4
      }
      $0.versions.divergentKeys = 130
      $0.versions.watched?.holders[1].madeReadQuorum = true
      $0.versions.watched?.holders[2].madeReadQuorum = false
      $0.versions.watched?.holders[2].isNewest = false
      $0.versions.watched?.holders[2].versions = [version("red", 1, 4, at: 150)]
    }
    snapshot.events.append(event(2, 160_000, .command, "n3 killed"))
    return snapshot
  }

  /// Two versions of a cart on all replicas.
  static var quorumSiblings: ClusterSnapshot {
    var snapshot = quorum(3)
    snapshot.knobs.resolution = .siblings
    let versions = [version("milk", 1, 4, at: 187.2), version("eggs, bread", 3, 9, at: 186.9)]
    changeQuorum(&snapshot) {
      $0.versions.conflicts = 2
      $0.versions.siblings = 1
      $0.versions.siblingKeys = [SiblingsSnapshot(key: "cart:5", versions: versions)]
      $0.versions.newest = [conflict(188.0, "cart:5", .kept, versions[0], versions[1])]
      var key = watched("cart:5", versions[0], on: [1, 2, 3], but: [3: [versions[1]]])
      key.value = "milk | eggs, bread"
      key.rule = "siblings"
      for position in [0, 1] {
        key.holders[position].versions = versions
        key.holders[position].madeWriteQuorum = true
        key.holders[position].madeReadQuorum = true
      }
      $0.versions.watched = key
    }
    return snapshot
  }

  /// Five nodes, two of the key's three replicas cut off: others stand in, and reads miss.
  static var quorumSloppy: ClusterSnapshot {
    var snapshot = quorum(5)
    snapshot.knobs.leaderless.sloppy = true
    for position in snapshot.links.indices {
      let (from, to) = (snapshot.links[position].from, snapshot.links[position].to)
      let isAway = { (node: NodeID) in node.number == 2 || node.number == 3 }
      snapshot.links[position].isCut = isAway(from) != isAway(to)
    }
    let new = version("green", 1, 8, at: 191)
    changeQuorum(&snapshot) {
      $0.hints = 96
      $0.measuredStaleness = 0.124
      $0.predictedStaleness = 0.11
      for keeper in [3, 4] {
        $0.ring[keeper].hints = 48
        $0.ring[keeper].hintsFor = [
          .init(node: NodeID(2), count: 20), .init(node: NodeID(3), count: 28),
        ]
      }
      for position in [0, 3, 4] {
        $0.ring[position].suspicions[1] = 9.7
        $0.ring[position].suspicions[2] = 11
      }
      for position in [1, 2] {
        for other in [0, 3, 4] { $0.ring[position].suspicions[other] = 10.2 }
      }
      let old = version("blue", 2, 7, at: 190.1)
      var key = watched("user12", new, on: [1, 2, 3, 4, 5], but: [2: [old], 3: [old]])
      key.holders[0].madeWriteQuorum = true
      key.holders[3].madeWriteQuorum = true
      key.holders[3].hintFor = NodeID(2)
      key.holders[4].hintFor = NodeID(3)
      key.holders[1].madeReadQuorum = true
      key.holders[2].madeReadQuorum = true
      $0.versions.watched = key
      $0.versions.conflicts = 4
      $0.versions.losers = 3
      $0.versions.divergentKeys = 75
      $0.versions.newest = [
        conflict(
          190.4, "user7", .lastWriterWon, version("b", 3, 2, at: 190.3),
          version("a", 1, 3, at: 190.2))
      ]
    }
    snapshot.ledger.staleReads = 61
    snapshot.events.append(event(2, 188_000, .command, "n2 n3 are cut from n1 n4 n5"))
    return snapshot
  }

  static var quorumRing: ClusterSnapshot {
    var snapshot = quorum(10)
    kill(7, in: &snapshot)
    changeQuorum(&snapshot) {
      for position in [0, 1, 2, 3, 4, 5, 7, 8, 9] { $0.ring[position].suspicions[6] = 14 }
      $0.ring[8].hints = 12
      $0.ring[8].hintsFor = [.init(node: NodeID(7), count: 12)]
      $0.hints = 12
      var key = watched("user12", version("blue", 4, 7, at: 190.1), on: [4, 7, 8, 9])
      key.holders[1].isNewest = false
      key.holders[1].versions = [version("red", 4, 6, at: 180)]
      key.holders[3].hintFor = NodeID(7)
      for position in [0, 2] {
        key.holders[position].madeWriteQuorum = true
        key.holders[position].madeReadQuorum = true
      }
      $0.versions.watched = key
      $0.versions.divergentKeys = 30
    }
    return snapshot
  }

  /// A node was away for longer than hints are kept; the next exchange will find what it lacks.
  static var quorumDivergent: ClusterSnapshot {
    var snapshot = quorum(3)
    snapshot.knobs.leaderless.readQuorum = 1
    snapshot.knobs.leaderless.writeQuorum = 1
    snapshot.knobs.leaderless.tombstones = .grace(.seconds(10))
    let new = version("green", 1, 8, at: 191)
    changeQuorum(&snapshot) {
      $0.hintsExpired = 310
      $0.differingRanges = 23
      $0.measuredStaleness = 0.12
      $0.predictedStaleness = 0.11
      $0.versions.divergentKeys = 287
      var key = watched("user12", new, on: [1, 2, 3], but: [3: [version("blue", 2, 7, at: 150)]])
      key.holders[0].madeWriteQuorum = true
      key.holders[1].wasRepaired = true
      key.holders[2].madeReadQuorum = true
      $0.versions.watched = key
    }
    return snapshot
  }

  static var quorumHundred: ClusterSnapshot {
    var snapshot = quorum(100)
    for position in snapshot.nodes.indices where position % 9 == 4 {
      kill(position + 1, in: &snapshot)
    }
    changeQuorum(&snapshot) {
      $0.versions.divergentKeys = 88
      $0.hints = 640
      for position in $0.ring.indices where position % 9 == 5 {
        $0.ring[position].hints = 58
        $0.ring[position].hintsFor = [.init(node: NodeID(position), count: 58)]
      }
      $0.unavailable = 12
      for position in $0.ring.indices {
        $0.ring[position].suspicions[61] = position % 5 == 1 ? 2 : 9
      }
      $0.versions.watched = watched(
        "user12", version("blue", 4, 7, at: 190.1), on: [23, 24, 25, 31])
      $0.versions.watched?.holders[3].hintFor = NodeID(23)
    }
    return snapshot
  }
}
