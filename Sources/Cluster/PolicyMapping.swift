import Checking
import Operations
import Positions
import Replication

extension Cluster {
  /// The knobs as a replica goes by them.
  var policy: Policy {
    var policy = Policy()
    policy.acknowledgement =
      switch knobs.acknowledgement {
      case .asynchronous: .asynchronous
      case .first(let count, let list): .first(count, of: list)
      case .any(let count, let list): .any(count, of: list)
      case .synchronous: .all
      case .majority: .majority
      }
    policy.waitFor =
      switch knobs.waitFor {
      case .received: .received
      case .flushed: .flushed
      case .applied: .applied
      }
    policy.syncsEveryBatch = knobs.syncPolicy == .everyBatch
    policy.degradeAfter = knobs.degradeAfter
    policy.appliesWhenFlushed = knobs.apply == .flushed
    policy.automaticFailover = knobs.failover == .automatic
    policy.promotionNeedsMajority = knobs.promotionNeeds == .majority
    policy.checkQuorum = knobs.checkQuorum
    policy.fencing = knobs.fencing
    policy.heartbeat = knobs.heartbeat
    policy.electionTimeout = knobs.electionTimeout
    #if PlantedBugs
      policy.planted = planted
    #endif
    return policy
  }

  /// What reads promise, in the checker's words.
  var guarantee: SessionGuarantee {
    switch knobs.guarantee {
    case .none: .none
    case .readYourWrites: .readYourWrites
    case .monotonic: .monotonic
    case .linearizable: .linearizable
    }
  }

  /// The members with a vote, as the leader of the highest term has them.
  var voters: [NodeID] {
    leader.flatMap { nodes[$0.offset].replica?.membership.voters } ?? votersBefore
  }

  /// The members that only learn yet, as the leader of the highest term has them.
  var learners: [NodeID] { leader.flatMap { node($0)?.replica?.membership.learners } ?? [] }

  /// The running leader of the highest term.
  var leader: NodeID? {
    // Asked many times a second: nodes are looked at where they stand.
    var newest: (id: NodeID, term: Term)?
    for offset in nodes.indices where nodes[offset].isMember && nodes[offset].isRunning {
      guard let term = nodes[offset].leads, newest.map({ $0.term <= term }) ?? true else {
        continue
      }
      newest = (nodes[offset].id, term)
    }
    return newest?.id
  }

  /// Tells the checker what the knobs permit from now on.
  mutating func observePolicy() {
    votersBefore = voters
    let durability: AckDurability =
      switch knobs.waitFor {
      case .received: .received
      case .flushed: .flushed
      case .applied: .applied
      }
    let rule: AckRule =
      switch knobs.acknowledgement {
      case .asynchronous: .asynchronous
      case .first(let count, let list): .first(count, of: list)
      case .any(let count, let list): .any(count, of: list)
      case .synchronous: .all
      case .majority: .majority
      }
    observe(
      .policyChanged(
        AckRequirement(
          rule: rule, durability: durability, periodicSync: knobs.syncPolicy != .everyBatch),
        voters: voters, members: members, fencing: knobs.fencing, checkQuorum: knobs.checkQuorum,
        promotionNeedsMajority: knobs.promotionNeeds == .majority))
    observe(
      .timing(
        electionTimeout: knobs.electionTimeout, automatic: knobs.failover == .automatic))
  }

  /// Hands the knobs' new values to everyone.
  mutating func policyChanged() {
    observePolicy()
    let policy = self.policy
    for id in members {
      if nodes[id.offset].status == .frozen {
        // Once it is thawed only the newest counts.
        nodes[id.offset].deferredDisk.removeAll {
          if case .policyChanged = $0 { true } else { false }
        }
        nodes[id.offset].deferredDisk.append(.policyChanged(policy))
      } else {
        run(.policyChanged(policy), at: id)
      }
    }
    for id in members where nodes[id.offset].isAlive {
      // What a weaker policy left in memory is made durable at once.
      onLog(id) { $0.flush(into: &$1) }
      schedulePeriodicSync(id)
    }
  }
}
