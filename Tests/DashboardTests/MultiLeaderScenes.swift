import Operations
import Positions

@testable import Dashboard

extension Scenes {
  static let multiLeaders: [(name: String, snapshot: ClusterSnapshot)] = [
    ("multi-healthy", multiHealthy), ("multi-clock", multiClock), ("multi-siblings", multiSiblings),
    ("multi-ring", multiRing), ("multi-hundred", multiHundred),
  ]

  /// Nodes that write, each a little behind the others; `behind` gives writes by origin and taker.
  static func multi(
    _ count: Int, _ topology: Topology = .all, sites: Int = 1,
    behind: (Int, Int) -> (writes: UInt64, held: Int, lag: Interval?)
  ) -> ClusterSnapshot {
    var snapshot = peers(count, sites: sites)
    snapshot.knobs.model = .multiLeader
    snapshot.knobs.multiLeader.topology = topology
    var model = MultiLeaderSnapshot()
    for to in 1...count {
      for origin in 1...count where origin != to {
        let written = UInt64(12_700 + 97 * origin % 300)
        let (writes, held, lag) = behind(origin, to)
        model.streams.append(
          .init(
            origin: NodeID(origin), to: NodeID(to), applied: written - writes, written: written,
            heldBack: held, lag: lag))
      }
    }
    for from in 1...count {
      for to in 1...count where from != to {
        let isUsed =
          switch topology {
          case .all: true
          case .ring: to == from % count + 1
          case .star: from == 1 || to == 1
          }
        if isUsed { model.edges.append(.init(from: NodeID(from), to: NodeID(to))) }
      }
    }
    model.versions.keys = 1000
    snapshot.model = .multiLeader(model)
    return snapshot
  }

  static func changeMulti(
    _ snapshot: inout ClusterSnapshot, _ body: (inout MultiLeaderSnapshot) -> Void
  ) {
    guard case .multiLeader(var model) = snapshot.model else { return }
    body(&model)
    snapshot.model = .multiLeader(model)
  }

  /// Three sites 40 ms apart.
  static var multiHealthy: ClusterSnapshot {
    var snapshot = multi(3, sites: 3) { origin, to in
      origin == 1 && to == 2 ? (0, 0, .zero) : (UInt64(2 + origin), 0, .milliseconds(38 + to))
    }
    changeMulti(&snapshot) {
      $0.versions.divergentKeys = 7
      $0.versions.watched = watched("user12", version("blue", 2, 7, at: 190.1), on: [1, 2, 3])
    }
    return snapshot
  }

  /// The clock of n2 is 5 s behind: its newer writes lose.
  static var multiClock: ClusterSnapshot {
    var snapshot = multi(3) { origin, to in
      origin == 3 && to == 1 ? (14, 3, .milliseconds(120)) : (0, 0, .zero)
    }
    snapshot.nodes[1].clockOffset = .milliseconds(-5000)
    let old = version("red", 1, 4, at: 190.2)
    let new = version("green", 2, 9, at: 186.9)
    changeMulti(&snapshot) {
      $0.versions.conflicts = 31
      $0.versions.losers = 24
      $0.versions.lostByClock = 3
      $0.versions.divergentKeys = 2
      $0.versions.newest = [
        conflict(
          188.4, "user7", .lastWriterWon, version("b", 3, 2, at: 188.3),
          version("a", 1, 3, at: 188.2)),
        conflict(
          190.0, "counter:hits", .merged, version("17", 1, 8, at: 190), version("16", 3, 8, at: 190)
        ),
        conflict(
          191.2, "evil\u{1B}[2J", .lastWriterWon, version("x\u{7}y", 3, 2, at: 191.1),
          version(nil, 1, 3, at: 191.0)),
        conflict(191.9, "user12", .lostByClock, old, new),
      ]
      $0.versions.watched = watched("user12", old, on: [1, 2, 3], but: [3: [new]])
    }
    snapshot.events += [
      event(2, 180_000, .command, "clock of n2 set off by -5s"),
      event(
        3, 191_900, .finding, "user12: n2's write knew of n1's and lost to it: their clocks differ"),
    ]
    snapshot.undoable = "clock n2 -5s"
    return snapshot
  }

  /// Three keys of which two versions stand side by side.
  static var multiSiblings: ClusterSnapshot {
    var snapshot = multi(3) { _, _ in (0, 0, .zero) }
    snapshot.knobs.resolution = .siblings
    let pairs = ["cart:5", "cart:9", "user\u{9}3"].enumerated().map { offset, key in
      SiblingsSnapshot(
        key: key,
        versions: [
          version("milk", 1, UInt64(4 + offset), at: 187.2 + Double(offset)),
          offset == 1 ? version(nil, 3, 9, at: 188.9) : version("eggs, bread", 3, 9, at: 186.9),
        ])
    }
    changeMulti(&snapshot) {
      $0.versions.conflicts = 3
      $0.versions.siblings = 3
      $0.versions.siblingKeys = pairs
      $0.versions.newest = pairs.enumerated().map { offset, pair in
        conflict(188.0 + Double(offset), pair.key, .kept, pair.versions[0], pair.versions[1])
      }
      var watched = watched("cart:5", pairs[0].versions[0], on: [1, 2, 3])
      watched.value = "milk | eggs, bread"
      watched.rule = "siblings"
      for position in watched.holders.indices {
        watched.holders[position].versions = pairs[0].versions
      }
      $0.versions.watched = watched
    }
    return snapshot
  }

  /// Five nodes in a ring of which the second is dead: n1's writes reach nobody.
  static var multiRing: ClusterSnapshot {
    var snapshot = multi(5, .ring) { origin, to in
      // From n1 on nothing passes n2; writes of n2 are where they were.
      let steps = (to - origin + 5) % 5
      let passes = (1..<steps).contains { (origin - 1 + $0) % 5 + 1 == 2 } || to == 2 || origin == 2
      return passes && !(origin == 2 && to == 3)
        ? (UInt64(40 + 30 * origin), 0, origin == 2 ? nil : .milliseconds(4200)) : (0, 0, .zero)
    }
    kill(2, in: &snapshot)
    changeMulti(&snapshot) {
      $0.versions.divergentKeys = 212
      $0.versions.conflicts = 9
      $0.versions.losers = 6
      $0.versions.newest = [
        conflict(
          176.4, "user7", .lastWriterWon, version("b", 3, 2, at: 176.3),
          version("a", 1, 3, at: 176.2))
      ]
      $0.versions.watched = watched(
        "user1", version("new", 1, 7, at: 190.1), on: [1, 2, 3, 4, 5],
        but: [2: [version("old", 4, 2, at: 140)], 3: [version("old", 4, 2, at: 140)]])
    }
    snapshot.events.append(event(2, 188_200, .command, "n2 killed"))
    snapshot.undoable = "kill n2"
    return snapshot
  }

  static var multiHundred: ClusterSnapshot {
    var snapshot = multi(100, sites: 4) { origin, to in
      if origin % 9 == 5 { return (120, 0, .seconds(9)) }
      if to == 31, origin < 40 { return (UInt64(300 + origin), 20, .milliseconds(2100)) }
      return (origin + to) % 3 == 0 ? (2, 0, .milliseconds(40)) : (0, 0, .zero)
    }
    for position in snapshot.nodes.indices where position % 9 == 4 {
      kill(position + 1, in: &snapshot)
    }
    changeMulti(&snapshot) {
      $0.versions.divergentKeys = 88
      $0.versions.conflicts = 2117
      $0.versions.losers = 1903
      $0.versions.newest = [
        conflict(
          190.4, "user7", .lastWriterWon, version("b", 33, 2, at: 190.3),
          version("a", 71, 3, at: 190.2))
      ]
    }
    return snapshot
  }
}
