import Operations
import Positions

/// How each kind of fault strikes.
extension Swarm {
  /// Adds the commands of one strike at a time, and those that take it back.
  mutating func strike(with kind: FaultKind, at time: Instant) {
    switch kind {
    case .crash: strike(at: time, { .kill($0) }, undo: { .restart($0) })
    case .pause: strike(at: time, { .freeze($0) }, undo: { .thaw($0) })
    case .fence: strike(at: time, { .fence($0) }, undo: { .restart($0) })
    case .outage: powerGoes(at: time)
    case .partition, .oneWay, .flapping, .loss, .delay, .bandwidth, .duplicate, .reorder:
      strikeLinks(with: kind, at: time)
    case .slowDisk:
      let takes = Interval.milliseconds(pick([1, 5, 20, 100, 500, 2000]))
      strike(at: time, { .slowDisk($0, takes) }, undo: { .slowDisk($0, .zero) })
    case .fullDisk: strike(at: time, { .fillDisk($0, true) }, undo: { .fillDisk($0, false) })
    case .failedDisk: strike(at: time, { .failDisk($0) }, undo: { .restart($0) })
    case .flippedBit, .misplacedWrite, .wipe: damage(kind, at: time)
    case .clock: disturbClock(at: time)
    case .switchover: add(.switchover(anyone()), at: time)
    case .membership: changeMembers(at: time)
    case .load: changeLoad(at: time)
    case .operatorClient:
      if model == .singleLeader { operate(at: time) } else { operatePeers(at: time) }
    case .tuning: tune(at: time)
    case .healing:
      add(pick([.heal(everything: false), .heal(everything: true), .undo, .redo]), at: time)
    case .site: move(at: time)
    case .weakPolicy:
      add(.set(pick(model == .singleLeader ? Self.weakPolicies : weakPeerPolicies)), at: time)
    case .promotion: add(.promote(anyone()), at: time)
    case .lostSite:
      add(.loseSite(pick([SiteID("site1"), SiteID("site2"), SiteID("site3")])), at: time)
      if let lasts = lasting() { for node in everyone { add(.restart(node), at: time + lasts) } }
    }
  }

  /// All nodes are killed, or all but one; they come back one by one.
  private mutating func powerGoes(at time: Instant) {
    let spared = random.uniform(0..<3) == 0 ? number() : nil
    for node in everyone where node != spared { add(.kill(node), at: time) }
    guard let lasts = lasting() else { return }
    for node in everyone where node != spared {
      add(.restart(node), at: time + lasts + microseconds(below: 0.5))
    }
  }

  /// Only fewer than half of the disks are ever damaged, so that good copies are left.
  private mutating func damage(_ kind: FaultKind, at time: Instant) {
    guard !fragile.isEmpty else { return }
    let node = NodeReference.node(NodeID(pick(fragile)))
    switch kind {
    case .flippedBit: add(.flipBit(node), at: time)
    case .misplacedWrite: add(.misplace(node), at: time)
    default: add(.wipe(node), at: time)
    }
    guard let lasts = lasting() else { return }
    // What is wrong shows when the log is read.
    if kind != .wipe { add(.kill(node), at: time + lasts) }
    add(.restart(node), at: time + lasts + lasts)
  }

  private mutating func disturbClock(at time: Instant) {
    if random.uniform(0..<2) == 0 {
      let offset = Interval.milliseconds(random.uniform(-5000..<5001))
      strike(at: time, { .clock($0, offset) }, undo: { .clock($0, .zero) })
    } else {
      let parts = Double(pick([-100_000, -10_000, -200, 200, 10_000, 100_000]))
      strike(
        at: time, { .drift($0, partsPerMillion: parts) }, undo: { .drift($0, partsPerMillion: 0) })
    }
  }

  private mutating func changeMembers(at time: Instant) {
    if random.uniform(0..<2) == 0 {
      nodesAdded = min(nodesAdded + 1, 20)
      add(.add, at: time)
    } else {
      let leaves = random.uniform(1..<nodes + nodesAdded + 1)
      add(.remove(random.uniform(0..<4) == 0 ? .leader : .node(NodeID(leaves))), at: time)
    }
  }

  private mutating func changeLoad(at time: Instant) {
    switch random.uniform(0..<4) {
    case 0: add(.load(LoadChange(rate: pick([0, 20, 100, 400, 800]))), at: time)
    case 1: add(.load(LoadChange(clients: pick([1, 8, 40]))), at: time)
    case 2:
      add(
        .load(LoadChange(workload: pick(Workload.allCases), rate: pick([50, 200, 400]))), at: time)
    default:
      add(
        .load(
          LoadChange(workload: .a, valueSize: pick([1, 128, 2000]), keys: pick([1, 50, 1000]))),
        at: time)
    }
  }

  private mutating func operate(at time: Instant) {
    let key = "k\(random.uniform(0..<3))"
    if random.uniform(0..<2) == 0 {
      add(.change(key: key, .value("v\(random.uniform(0..<1000))")), at: time)
    } else {
      add(
        .read(key: key, RequestOptions(node: random.uniform(0..<2) == 0 ? nil : anyone())), at: time
      )
    }
  }

  private mutating func tune(at time: Instant) {
    add(.set(pick(model == .singleLeader ? Self.tunings : peerTunings)), at: time)
  }

  private mutating func move(at time: Instant) {
    let sites = [SiteID("site1"), SiteID("site2"), SiteID("site4")]
    if random.uniform(0..<2) == 0 {
      add(.site(pick(sites), [number()]), at: time)
    } else {
      add(.siteDelay(sites[0], sites[1], .milliseconds(pick([1, 40, 150]))), at: time)
    }
  }

  /// Knobs that cost no acknowledged write.
  private static let tunings: [KnobSetting] = [
    .guarantee(.none), .guarantee(.readYourWrites), .guarantee(.monotonic),
    .guarantee(.linearizable), .readFrom(.leader), .readFrom(.any), .readFrom(.nearest),
    .readFrom(.node(NodeID(2))), .capacity(500), .capacity(nil), .redirects(.follow),
    .redirects(.stubborn), .heartbeat(.milliseconds(20)), .heartbeat(.milliseconds(100)),
    .electionTimeout(.milliseconds(300)), .electionTimeout(.seconds(1)), .failover(.manual),
    .failover(.automatic), .failover(.automatic), .apply(.flushed), .apply(.committed),
    .waitFor(.applied), .waitFor(.flushed),
  ]

  /// Knobs that may cost acknowledged writes, and those that take them back.
  static let weakPolicies: [KnobSetting] = [
    .acknowledgement(.asynchronous), .acknowledgement(.synchronous),
    .acknowledgement(.first(1, [])), .acknowledgement(.any(1, [NodeID(1), NodeID(2)])),
    .acknowledgement(.any(1, [])), .acknowledgement(.majority), .acknowledgement(.majority),
    .waitFor(.received), .waitFor(.flushed), .syncPolicy(.every(.milliseconds(100))),
    .syncPolicy(.every(.seconds(1))), .syncPolicy(.everyBatch),
    .degradeAfter(.milliseconds(100)), .degradeAfter(.seconds(2)), .degradeAfter(nil),
    .promotionNeeds(.none), .promotionNeeds(.majority), .checkQuorum(false), .checkQuorum(true),
    .fencing(false), .fencing(true),
  ]
}
