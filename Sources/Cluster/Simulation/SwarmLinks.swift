import Operations
import Positions

/// How faults of the network strike.
extension Swarm {
  /// Adds the commands of one strike at links, and those that take it back.
  mutating func strikeLinks(with kind: FaultKind, at time: Instant) {
    switch kind {
    case .partition: part(at: time)
    case .oneWay:
      let (from, to) = twoNodes()
      add(.cut(.oneWay(from: from, to: to)), at: time)
      if let lasts = lasting() { add(.mend(.oneWay(from: from, to: to)), at: time + lasts) }
    case .flapping: flap(at: time)
    default:
      let links = someLinks()
      let lasts = lasting()
      let (set, back) = quality(of: kind)
      for link in links {
        add(set(link), at: time)
        if let lasts { add(back(link), at: time + lasts) }
      }
    }
  }

  /// Two different nodes.
  private mutating func twoNodes() -> (NodeReference, NodeReference) {
    let one = random.uniform(0..<nodes)
    let other = (one + 1 + random.uniform(0..<max(1, nodes - 1))) % nodes
    return (.node(NodeID(one + 1)), .node(NodeID(other + 1)))
  }

  /// One direction, one link, all links of one node, or all there are.
  private mutating func someLinks() -> [LinkReference] {
    let (one, other) = twoNodes()
    let nodes = (1...nodes).map { NodeReference.node(NodeID($0)) }
    switch random.uniform(0..<4) {
    case 0: return [.oneWay(from: one, to: other)]
    case 1: return [.both(one, other)]
    case 2: return nodes.filter { $0 != one }.map { .both(one, $0) }
    default:
      return nodes.enumerated().flatMap { position, left in
        nodes[(position + 1)...].map { .both(left, $0) }
      }
    }
  }

  private mutating func quality(
    of kind: FaultKind
  ) -> (set: (LinkReference) -> Command, back: (LinkReference) -> Command) {
    let share = Double(pick([1, 5, 10, 30])) / 100
    switch kind {
    case .loss: return ({ .loss($0, share) }, { .loss($0, 0) })
    case .duplicate: return ({ .duplicate($0, share) }, { .duplicate($0, 0) })
    case .reorder: return ({ .reorder($0, share) }, { .reorder($0, 0) })
    case .bandwidth:
      let rate = pick([20e3, 100e3, 500e3, 2e6])
      return ({ .bandwidth($0, rate) }, { .bandwidth($0, nil) })
    default:
      let time = Interval.milliseconds(pick([1, 10, 50, 200, 1000]))
      if random.uniform(0..<2) == 0 { return ({ .delay($0, time) }, { .delay($0, .zero) }) }
      return ({ .jitter($0, time) }, { .jitter($0, .zero) })
    }
  }

  private mutating func part(at time: Instant) {
    switch random.uniform(0..<4) {
    case 0: add(.isolate(anyone()), at: time)
    case 1:
      // Every node hears a majority, and no two the same one.
      let reach = (nodes / 2 + 1) / 2
      for one in 1...nodes {
        for other in 1..<nodes + 1 where other > one {
          if min(other - one, nodes - (other - one)) > reach { cut(one, other, at: time) }
        }
      }
    default:
      let side = (1...nodes).filter { _ in random.uniform(0..<2) == 0 }
      for one in side {
        for other in 1...nodes where !side.contains(other) { cut(one, other, at: time) }
      }
    }
    if let lasts = lasting() { add(.heal(everything: false), at: time + lasts) }
  }

  private mutating func cut(_ one: Int, _ other: Int, at time: Instant) {
    add(.cut(.both(.node(NodeID(one)), .node(NodeID(other)))), at: time)
  }

  private mutating func flap(at time: Instant) {
    let (one, other) = twoNodes()
    let period = Interval.milliseconds(pick([5, 50, 300, 1200]))
    var moment = time
    for _ in 0..<pick([2, 5, 10]) {
      add(.cut(.both(one, other)), at: moment)
      moment = moment + period
      add(.mend(.both(one, other)), at: moment)
      moment = moment + period
    }
  }
}
