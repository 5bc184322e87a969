import Checking
import Operations
import Positions
import Replication
import World

/// Plays plans in the simulated world.
public struct SimulationRun {
  /// How long it may take to elect a leader and acknowledge a write, and then to agree.
  static let patience = Interval.seconds(60)
  private static let look = Interval.milliseconds(500)

  private let plan: SimulationPlan
  private var cluster: Cluster<SimulatedWorld>
  /// Whether it is over as soon as something was seen that must never happen.
  private var endsAtViolation = false
  /// Hears of every event.
  private var tell: ((Event) -> Void)?
  private var told = 0
  /// Often enough that no event is forgotten before it is told.
  private static let telling = Interval.milliseconds(20)

  private init(_ plan: SimulationPlan, _ configuration: ClusterConfiguration) throws {
    self.plan = plan
    cluster = try Cluster(configuration: configuration, world: SimulatedWorld(seed: plan.seed))
  }

  /// Plays a plan to its end: its commands, then everything healed, then agreement.
  ///
  /// - Parameter tell: hears of every event.
  public static func run(
    _ plan: SimulationPlan, telling tell: ((Event) -> Void)? = nil
  ) -> SimulationResult {
    run(plan, plan.configuration, telling: tell)
  }

  #if PlantedBugs
    /// Plays a plan with a bug planted in every node, up to the first violation.
    public static func run(_ plan: SimulationPlan, planting bug: PlantedBug?) -> SimulationResult {
      var configuration = plan.configuration
      configuration.planted = bug
      return run(plan, configuration, endsAtViolation: true)
    }
  #endif

  private static func run(
    _ plan: SimulationPlan, _ configuration: ClusterConfiguration, endsAtViolation: Bool = false,
    telling tell: ((Event) -> Void)? = nil
  ) -> SimulationResult {
    do {
      var run = try SimulationRun(plan, configuration)
      run.endsAtViolation = endsAtViolation
      run.tell = tell
      return run.play()
    } catch {
      var result = SimulationResult(seed: plan.seed)
      result.obstacle = "the cluster did not start: \(error)"
      return result
    }
  }

  private mutating func play() -> SimulationResult {
    suffer()
    if isOver { return result(nil) }
    play(plan.ending)
    if isOver { return result(nil) }
    let acknowledged = cluster.acknowledgedWrites
    advance(to: cluster.world.now + SimulationPlan.loadAfterHealing)
    var isServing = serves(since: acknowledged)
    if !isServing, !plan.losesNothing, !cluster.hasPeers {
      // Where disks or promises were lost, only the operator can say who leads.
      isServing = forceALeader(since: acknowledged)
    }
    if !isServing { isServing = wait { $0.serves(since: acknowledged) } }
    let obstacle = isServing ? nil : cluster.whyNobodyServes
    _ = cluster.perform(.quiesce)
    let converged = wait { $0.cluster.isConverged }
    return result(obstacle ?? (converged ? cluster.notRunning(plan) : cluster.whyNotConverged))
  }

  /// The plan's commands, each at its time. What cannot be done just then is refused, and that is that.
  private mutating func suffer() {
    play(plan.commands)
    if !isOver { advance(to: plan.end) }
  }

  private mutating func advance(to instant: Instant) {
    while tell != nil, cluster.world.now + Self.telling < instant {
      cluster.run(until: cluster.world.now + Self.telling)
      tellEvents()
    }
    cluster.run(until: instant)
    tellEvents()
  }

  private mutating func tellEvents() {
    guard let tell else { return }
    for event in cluster.events where event.number > told {
      told = event.number
      tell(event)
    }
  }

  private var isOver: Bool { endsAtViolation && cluster.reports.violationCount > 0 }

  private mutating func play(_ commands: [TimedCommand]) {
    for timed in commands {
      if isOver { return }
      advance(to: timed.at)
      _ = cluster.perform(timed.command)
      tellEvents()
    }
  }

  private func serves(since acknowledged: Int) -> Bool {
    (cluster.hasPeers || cluster.leader != nil) && cluster.acknowledgedWrites > acknowledged
  }

  private mutating func forceALeader(since acknowledged: Int) -> Bool {
    for _ in 0..<5 {
      if cluster.leader == nil, let best = cluster.mostAdvancedVoter {
        _ = cluster.perform(.promote(.node(best)))
      }
      advance(to: cluster.world.now + .seconds(2))
      if serves(since: acknowledged) { return true }
    }
    return false
  }

  private mutating func wait(until condition: (Self) -> Bool) -> Bool {
    // A tombstone that one node's clock has let go of comes back from those whose clocks have not, until
    // the time of grace is over for all.
    var patience = Self.patience
    if case .grace(let time) = cluster.knobs.leaderless.tombstones { patience = patience + time }
    let deadline = cluster.world.now + patience
    while cluster.world.now < deadline {
      if isOver || condition(self) { return true }
      advance(to: min(deadline, cluster.world.now + Self.look))
    }
    return condition(self)
  }

  private func result(_ obstacle: String?) -> SimulationResult {
    var result = SimulationResult(seed: plan.seed)
    let reports = cluster.reports
    result.nodes = plan.knobs.nodes
    result.traceHash = cluster.traceHash
    result.events = cluster.handledEvents
    result.operations = cluster.metrics.acknowledged + cluster.metrics.answered
    result.lost = reports.lost
    result.staleReads = reports.staleReads
    result.violations = reports.violations.map { "\($0.at) \($0.text)" }
    result.failedAt = reports.violations.first?.at
    result.violationCount = reports.violationCount
    result.findings = reports.findings.map { "\($0.at) \($0.text)" }
    result.findingCount = reports.findingCount
    for violation in cluster.statesThatDoNotAddUp {
      result.violationCount += 1
      result.violations.append(violation)
    }
    if reports.lost > 0, plan.losesNothing {
      result.violationCount += 1
      result.violations.append(
        "\(reports.lost) acknowledged writes lost, and these knobs promise that none is")
    }
    result.simulated = cluster.world.now.sinceStart
    result.converged = obstacle == nil
    result.obstacle = obstacle
    return result
  }
}

/// What a cluster's checker has reported, whatever the model.
struct CheckerReports {
  var lost: Int
  var staleReads: Int
  var violations: [Checker.Report]
  var violationCount: Int
  var findings: [Checker.Report]
  var findingCount: Int
}

extension Cluster {
  var reports: CheckerReports {
    hasPeers
      ? CheckerReports(
        lost: versions.ledger.lost, staleReads: versions.ledger.staleReads,
        violations: versions.violations,
        violationCount: versions.violationCount, findings: versions.findings,
        findingCount: versions.findingCount)
      : CheckerReports(
        lost: checker.ledger.lost, staleReads: checker.ledger.staleReads,
        violations: checker.violations,
        violationCount: checker.violationCount, findings: checker.findings,
        findingCount: checker.findingCount)
  }

  /// The running voter that has most, by what is on its disk.
  var mostAdvancedVoter: NodeID? {
    let voters = voters
    return memberNodes.filter { $0.isRunning && voters.contains($0.id) }
      .max { one, other in
        guard let left = one.replica, let right = other.replica else { return one.replica == nil }
        return left.head.isLessAdvanced(than: right.head)
      }?.id
  }

  /// Every member with how it is.
  private var states: String {
    memberNodes.map { node in
      if let peer = node.peer {
        let hash = String(peer.store.hash, radix: 16)
        guard let leader = peer as? MultiLeaderReplica else {
          return "\(node.id) \(node.status) \(peer.store.count) keys, hash \(hash)"
        }
        let ahead = leader.ahead.map { ", ahead \($0)" } ?? ""
        return
          "\(node.id) \(node.status) \(leader.applied)\(ahead), \(leader.heldBackCount) held back, "
          + "hash \(hash)"
      }
      guard let replica = node.replica else { return "\(node.id) \(node.status)" }
      let doubt = replica.isSuspect ? " suspect" : replica.isVoter ? "" : " without a vote"
      return "\(node.id) \(node.status) \(replica.role)\(doubt) applied \(replica.applied.index)"
        + " of \(replica.head.index)"
    }.joined(separator: ", ")
  }

  fileprivate var whyNobodyServes: String {
    "\(leader.map { "\($0) leads, and acknowledges nothing" } ?? "nobody leads"); \(states)"
  }

  fileprivate var whyNotConverged: String {
    let waiting = load.clients.filter { $0.operation != nil }.count
    return "\(leader.map { "\($0) leads" } ?? "nobody leads"), \(waiting) clients wait; \(states)"
      + difference
  }

  /// A key that live replicas show differently, and what each shows; nothing where there is none.
  private var difference: String {
    guard hasPeers, let key = countsDivergence.min(by: { $0.lexicographicallyPrecedes($1) })
    else { return "" }
    let shown = memberNodes.compactMap { node in
      node.peer.map { "\(node.id): \($0.store[key].map { "\($0)" } ?? "nothing")" }
    }
    return "; \(String(decoding: key, as: UTF8.self)): " + shown.joined(separator: ", ")
  }

  /// A node that should run, with a copy of everything to be had, and does not; nil when all do.
  fileprivate func notRunning(_ plan: SimulationPlan) -> String? {
    guard plan.losesNothing else { return nil }
    let down = memberNodes.filter { !$0.isRunning && !plan.leftDead.contains($0.id) }
    return down.isEmpty ? nil : down.map { "\($0.id) \($0.status)" }.joined(separator: ", ")
  }
}
