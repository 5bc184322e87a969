import Operations
import Positions

/// How stories go.
extension Swarm {
  /// The knobs and the load of a run with stories: quick elections, strict reads, small keyspaces.
  mutating func beginStories(_ knobs: inout Knobs, _ load: inout LoadChange) {
    if random.uniform(0..<4) > 0 {
      knobs.apply(.heartbeat(.milliseconds(50)))
      knobs.apply(.electionTimeout(.milliseconds(300)))
    }
    knobs.apply(.guarantee(pick([.linearizable, .linearizable, .linearizable, .monotonic])))
    knobs.apply(.readFrom(pick([.leader, .leader, .any])))
    knobs.apply(.apply(pick([.committed, .committed, .flushed])))
    load = LoadChange(
      workload: .a, rate: pick([100, 200, 400]), clients: pick([4, 16, 60]),
      valueSize: pick([100, 1000, 4000]), keys: pick([5, 50, 500]))
  }

  /// Tells stories one after another until the end.
  mutating func tell(_ stories: [Story], timeout: Interval) {
    var now = Instant.start + .milliseconds(500)
    let told = stories.filter { isWeak || !$0.isWeak }
    let chosen = told.isEmpty ? [Story.takeover] : told
    while now < end {
      now = tell(pick(chosen), at: now, timeout) + microseconds(below: 0.3)
    }
  }

  /// Adds a story's commands; gives when it is over.
  private mutating func tell(_ story: Story, at time: Instant, _ timeout: Interval) -> Instant {
    switch story {
    case .takeover: return takeOver(at: time, timeout)
    case .exile: return exile(at: time, timeout)
    case .deafness: return deafen(at: time, timeout)
    case .lostVotes: return loseVotes(at: time, timeout)
    case .slowElection: return electSlowly(at: time, timeout)
    case .secondOutage: return goOutTwice(at: time, timeout)
    case .tornLeader: return tearLeader(at: time, timeout)
    case .brokenHandover: return handOver(at: time, timeout)
    case .wipeBehind: return wipeBehind(at: time, timeout)
    case .heavyDisks: return writeHeavily(at: time, timeout)
    case .fallback: return fallBack(at: time, timeout)
    case .twoAway: return takeTwoAway(at: time, timeout)
    }
  }

  /// `least` to `most` election time-outs.
  private mutating func timeouts(_ timeout: Interval, _ least: Double, _ most: Double) -> Interval {
    timeout.scaled(by: least) + microseconds(below: timeout.scaled(by: most - least).seconds)
  }

  private mutating func everyDisk(_ delay: Interval, at time: Instant) {
    for node in everyone { add(.slowDisk(node, delay), at: time) }
  }

  private mutating func restartAll(at time: Instant) {
    for node in everyone { add(.restart(node), at: time) }
  }

  private mutating func takeOver(at time: Instant, _ timeout: Interval) -> Instant {
    var now = time
    var victim = NodeReference.leader
    if random.uniform(0..<2) == 0 {
      victim = number()
      add(.switchover(victim), at: now)
      now = now + .milliseconds(250)
    }
    let isSlow = random.uniform(0..<2) == 0
    let delay = Interval.milliseconds(pick([3, 10, 40, 100]))
    if isSlow, random.uniform(0..<2) == 0 { everyDisk(delay, at: now) }
    add(.isolate(victim), at: now)
    now = now + timeouts(timeout, 1.1, 2.2)
    if isSlow { everyDisk(delay, at: now) }
    add(.heal(everything: false), at: now)
    now = now + microseconds(below: pick([0.005, 0.05, 0.3]))
    let other = pick([victim == .leader ? .laggard : victim, .laggard, .leader])
    switch random.uniform(0..<5) {
    case 0, 1: add(.kill(other), at: now)
    case 2: add(.freeze(other), at: now)
    case 3: for node in everyone { add(.kill(node), at: now) }
    default: break
    }
    now = now + microseconds(below: 0.3)
    restartAll(at: now)
    for node in everyone { add(.thaw(node), at: now) }
    everyDisk(.zero, at: now)
    return now + timeouts(timeout, 1, 2)
  }

  private mutating func exile(at time: Instant, _ timeout: Interval) -> Instant {
    add(.isolate(pick([.leader, .leader, number()])), at: time)
    let back = time + timeouts(timeout, 4, 9)
    let delay = Interval.milliseconds(pick([0, 0, 50, 200]))
    add(.slowDisk(.leader, delay), at: back)
    add(.heal(everything: false), at: back)
    let now = back + .milliseconds(300)
    everyDisk(.zero, at: now)
    return now
  }

  private mutating func deafen(at time: Instant, _ timeout: Interval) -> Instant {
    let node = number()
    add(.load(LoadChange(rate: 0)), at: time)
    var now = time + timeouts(timeout, 1, 6)
    for _ in 0..<3 {
      add(.cut(.oneWay(from: .leader, to: node)), at: now)
      now = now + timeouts(timeout, 2, 3)
      add(.heal(everything: false), at: now)
      now = now + timeouts(timeout, 0.2, 0.4)
    }
    add(.load(LoadChange(rate: 200)), at: now)
    return now + timeouts(timeout, 1, 2)
  }

  private mutating func loseVotes(at time: Instant, _ timeout: Interval) -> Instant {
    everyDisk(.milliseconds(pick([60, 80, 110])), at: time)
    var now = time
    let last = time + timeout.scaled(by: 14)
    while now < last {
      for node in everyone { add(.isolate(node), at: now) }
      add(.heal(everything: false), at: now + .milliseconds(150))
      now = now + .milliseconds(200)
    }
    everyDisk(.zero, at: last)
    return last + timeouts(timeout, 3, 4)
  }

  private mutating func electSlowly(at time: Instant, _ timeout: Interval) -> Instant {
    everyDisk(.milliseconds(pick([10, 30, 100])), at: time)
    let gone = time + .milliseconds(100) + microseconds(below: 0.1)
    add(pick([.kill(.leader), .isolate(.leader)]), at: gone)
    let back = gone + timeouts(timeout, 1.5, 4)
    add(.heal(everything: false), at: back)
    restartAll(at: back)
    let now = back + microseconds(below: 0.2)
    everyDisk(.zero, at: now)
    return now + timeouts(timeout, 1, 2)
  }

  private mutating func goOutTwice(at time: Instant, _ timeout: Interval) -> Instant {
    add(.kill(.leader), at: time)
    let again = time + timeouts(timeout, 1.1, 2)
    for node in everyone { add(.kill(node), at: again) }
    let now = again + microseconds(below: 0.2)
    restartAll(at: now)
    return now + timeouts(timeout, 2, 4)
  }

  private mutating func tearLeader(at time: Instant, _ timeout: Interval) -> Instant {
    if random.uniform(0..<2) == 0 { add(.slowDisk(.leader, .milliseconds(10)), at: time) }
    let victim = number()
    add(.switchover(victim), at: time)
    let cut = time + .milliseconds(300)
    add(.isolate(victim), at: cut)
    let gone = cut + timeouts(timeout, 0.2, 1.5)
    add(.kill(victim), at: gone)
    let back = gone + timeouts(timeout, 0, 2)
    add(.heal(everything: false), at: back)
    everyDisk(.zero, at: back)
    add(.restart(victim), at: back)
    return back + timeouts(timeout, 1, 2)
  }

  private mutating func handOver(at time: Instant, _ timeout: Interval) -> Instant {
    let target = number()
    guard random.uniform(0..<2) == 0 else { return breakOff(target, at: time, timeout) }
    add(.isolate(target), at: time)
    add(.switchover(target), at: time + microseconds(below: 0.05))
    let back = time + timeouts(timeout, 5, 6) + .seconds(2)
    add(.heal(everything: false), at: back)
    return back + timeouts(timeout, 1, 2)
  }

  /// Writers have been told of the next leader, and readers have not.
  private mutating func breakOff(
    _ target: NodeReference, at time: Instant, _ timeout: Interval
  ) -> Instant {
    let link = LinkReference.oneWay(from: .leader, to: target)
    add(.delay(link, .milliseconds(30)), at: time)
    let handed = time + .milliseconds(100)
    add(.switchover(target), at: handed)
    add(.isolate(.leader), at: handed + .milliseconds(25) + microseconds(below: 0.05))
    let back = handed + timeouts(timeout, 2, 3)
    add(.heal(everything: false), at: back)
    for node in everyone where node != target {
      add(.delay(.oneWay(from: node, to: target), .zero), at: back)
    }
    return back + timeouts(timeout, 1, 2)
  }

  private mutating func wipeBehind(at time: Instant, _ timeout: Interval) -> Instant {
    guard !fragile.isEmpty, !kinds.contains(.membership), !kinds.contains(.lostSite) else {
      return goOutTwice(at: time, timeout)
    }
    let victim = NodeReference.node(NodeID(pick(fragile)))
    add(.isolate(pick([.laggard, .follower])), at: time)
    var now = time + timeouts(timeout, 0.2, 0.8)
    add(.wipe(victim), at: now)
    add(.restart(victim), at: now)
    now = now + microseconds(below: 0.01)
    add(.kill(.leader), at: now)
    add(.heal(everything: false), at: now)
    now = now + timeouts(timeout, 1, 4)
    restartAll(at: now)
    return now + timeouts(timeout, 2, 6)
  }

  private mutating func writeHeavily(at time: Instant, _ timeout: Interval) -> Instant {
    // Few clients: what waits meanwhile is little, and goes on fast afterwards.
    add(.load(LoadChange(workload: .a, rate: 800, clients: 20, valueSize: 4000)), at: time)
    let slow = time + microseconds(below: 0.1)
    everyDisk(.milliseconds(pick([300, 600, 900])), at: slow)
    everyDisk(.zero, at: slow + .milliseconds(60) + microseconds(below: 0.1))
    let gone = slow + .seconds(2) + microseconds(below: 1)
    for node in everyone { add(.kill(node), at: gone) }
    let back = gone + microseconds(below: 0.1)
    restartAll(at: back)
    add(.load(LoadChange(workload: .a, rate: 100, clients: 16, valueSize: 1000)), at: back)
    return back + timeouts(timeout, 2, 4)
  }

  private mutating func fallBack(at time: Instant, _ timeout: Interval) -> Instant {
    add(.set(.acknowledgement(pick([.any(1, []), .majority, .synchronous]))), at: time)
    add(.set(.degradeAfter(.milliseconds(100))), at: time)
    add(.load(LoadChange(rate: 40)), at: time)
    let leader = number()
    add(.switchover(leader), at: time)
    let still = time + .milliseconds(300)
    for node in everyone where node != leader { add(.freeze(node), at: still) }
    let now = still + .milliseconds(180) + microseconds(below: 0.1)
    for node in everyone { add(.thaw(node), at: now) }
    return now + timeouts(timeout, 5, 6) + .seconds(3)
  }

  private mutating func takeTwoAway(at time: Instant, _ timeout: Interval) -> Instant {
    add(.set(.acknowledgement(pick([.any(1, []), .first(1, [])]))), at: time)
    let gone = time + .milliseconds(300)
    add(.isolate(.leader), at: gone)
    let now = gone + timeouts(timeout, 1, 4)
    add(.heal(everything: false), at: now)
    return now + timeouts(timeout, 1, 2)
  }
}
