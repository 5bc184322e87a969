import Checking
import Operations
import Positions
import Replication

extension MergeRules {
  /// As the knobs say.
  init(_ resolution: Resolution) {
    self.init(
      resolution.prefixes.map {
        MergeRules.Prefix(bytes: Array($0.prefix.utf8), rule: MergeRule($0.rule))
      })
  }
}

extension Cluster {
  /// The knobs as a peer goes by them.
  var peerPolicy: PeerPolicy {
    var policy = PeerPolicy(members: members)
    policy.rules = peerRules
    policy.syncsEveryBatch = knobs.syncPolicy == .everyBatch
    policy.multiLeader.heartbeat = knobs.heartbeat
    policy.multiLeader.topology =
      switch knobs.multiLeader.topology {
      case .all: .all
      case .ring: .ring
      case .star: .star
      }
    policy.leaderless = LeaderlessPolicy(knobs.leaderless)
    #if PlantedBugs
      policy.planted = planted
    #endif
    return policy
  }

  /// Tells the checker what the knobs promise from now on.
  mutating func observePromise() {
    let isSynced = knobs.syncPolicy == .everyBatch
    let settings = knobs.leaderless
    let tombstonesStay = settings.tombstones == .untilAll
    let remembers = knobs.guarantee != .none
    note(
      knobs.model == .leaderless
        ? .promised(
          replicas: settings.replicationFactor, reads: settings.readQuorum,
          writes: settings.writeQuorum, strict: !settings.sloppy, synced: isSynced,
          tombstonesStay: tombstonesStay, hintsCount: settings.sloppy && settings.hintsCount,
          remembers: remembers)
        : .promised(
          replicas: 1, reads: 1, writes: 1, strict: true, synced: isSynced,
          tombstonesStay: true, hintsCount: false, remembers: remembers))
  }

  /// Hands the knobs' new values, or the members, to everyone.
  mutating func peerPolicyChanged() {
    observePromise()
    let policy = peerPolicy
    for id in members { handPeer(.policyChanged(policy), to: id) }
    for id in members where nodes[id.offset].isAlive {
      // What a weaker policy left in memory is made durable at once.
      onLog(id) { $0.flush(into: &$1) }
      schedulePeriodicSync(id)
    }
  }
}

extension MergeRule {
  init(_ rule: ConflictRule) {
    self =
      switch rule {
      case .lastWriterWins: .lastWriterWins
      case .siblings: .siblings
      case .growCounter: .growCounter
      case .counter: .counter
      case .set: .set
      }
  }
}

extension LeaderlessPolicy {
  init(_ knobs: LeaderlessKnobs) {
    self.init()
    replicas = knobs.replicationFactor
    reads = knobs.readQuorum
    writes = knobs.writeQuorum
    isSloppy = knobs.sloppy
    hintsCount = knobs.hintsCount
    hintWindow = knobs.hintWindow
    readRepair =
      switch knobs.readRepair {
      case .off: .off
      case .background: .background
      case .blocking: .blocking
      }
    antiEntropy = knobs.antiEntropy
    antiEntropyBudget = knobs.antiEntropyBudget
    if case .grace(let time) = knobs.tombstones { tombstoneGrace = time }
    gossip = knobs.gossip
    phiThreshold = knobs.phiThreshold
    virtualNodes = knobs.virtualNodes
    writeTimeout = knobs.writeTimeout
    readTimeout = knobs.readTimeout
  }
}
