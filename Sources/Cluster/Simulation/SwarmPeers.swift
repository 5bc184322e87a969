import Operations
import Positions
import World

// What is drawn of clusters in which several nodes take writes.
extension Swarm {
  /// The kinds of faults that there are without a single leader.
  static func hasPeers(_ kind: FaultKind) -> Bool {
    switch kind {
    case .switchover, .promotion, .membership: false
    default: true
    }
  }

  /// The knobs at the start: all rules, topologies and quorums.
  mutating func startingPeers(_ knobs: inout Knobs) {
    knobs.model = model
    knobs.resolution = pick([.lastWriterWins, .types, .siblings, Self.mixed, Self.mixed])
    switch model {
    case .singleLeader: break
    case .multiLeader: knobs.multiLeader.topology = pick([.all, .all, .ring, .star])
    case .leaderless: startingQuorums(&knobs.leaderless)
    }
    if isWeak, random.uniform(0..<3) == 0 {
      knobs.syncPolicy = .every(.milliseconds(pick([50, 500])))
    }
  }

  private mutating func startingQuorums(_ knobs: inout LeaderlessKnobs) {
    knobs.replicationFactor = min(nodes, pick([3, 3, 3, 5, 2]))
    let count = knobs.replicationFactor
    knobs.writeQuorum = 1 + random.uniform(0..<count)
    knobs.readQuorum = min(count, count - knobs.writeQuorum + 1 + random.uniform(0..<2))
    if isWeak {
      knobs.readQuorum = 1 + random.uniform(0..<count)
      knobs.sloppy = random.uniform(0..<2) == 0
      knobs.hintsCount = random.uniform(0..<2) == 0
    }
    knobs.hintWindow = pick([.seconds(10_800), .seconds(5), nil])
    knobs.readRepair = pick([.background, .background, .blocking, .off])
    knobs.antiEntropy = pick([.seconds(1), .seconds(10)])
    knobs.antiEntropyBudget = pick([5, 100])
    knobs.tombstones = isWeak ? pick([.untilAll, .grace(.seconds(5))]) : .untilAll
    knobs.virtualNodes = pick([1, 4, 16])
  }

  /// Rules of all types among the load's own keys.
  private static let mixed = Resolution.custom([
    Resolution.PrefixRule(prefix: "user1", rule: .counter),
    Resolution.PrefixRule(prefix: "user2", rule: .set),
    Resolution.PrefixRule(prefix: "user3", rule: .siblings),
    Resolution.PrefixRule(prefix: "user4", rule: .growCounter),
    Resolution.PrefixRule(prefix: "k1", rule: .siblings),
  ])

  /// The operator changes, reads and compares by hand.
  mutating func operatePeers(at time: Instant) {
    let key = "k\(random.uniform(0..<3))"
    let node: NodeReference? = random.uniform(0..<2) == 0 ? nil : anyone()
    let level: ConsistencyLevel? =
      model == .leaderless ? pick([nil, .one, .quorum, .all]) : nil
    let options = RequestOptions(node: node, level: level)
    switch random.uniform(0..<6) {
    case 0, 1: add(.change(key: key, .value("v\(random.uniform(0..<1000))"), options), at: time)
    case 2: add(.change(key: key, .delete, options), at: time)
    case 3: add(.choose(key: key, value: "v\(random.uniform(0..<1000))"), at: time)
    case 4: add(.repair(nil), at: time)
    default: add(.read(key: key, options), at: time)
    }
  }

  /// Knobs that cost no acknowledged write.
  var peerTunings: [KnobSetting] {
    let shared: [KnobSetting] = [
      .guarantee(.none), .guarantee(.readYourWrites), .guarantee(.monotonic), .readFrom(.leader),
      .readFrom(.any), .readFrom(.nearest), .readFrom(.node(NodeID(2))), .capacity(500),
      .capacity(nil), .redirects(.follow), .redirects(.stubborn),
    ]
    return shared
  }

  /// Knobs that may cost acknowledged writes, and those that take them back.
  var weakPeerPolicies: [KnobSetting] {
    [
      .syncPolicy(.every(.milliseconds(100))), .syncPolicy(.every(.seconds(1))),
      .syncPolicy(.everyBatch),
    ]
  }
}
