import Collections
import Positions

/// The ledger and the invariants of a cluster with a single leader, fed by observations only.
///
/// What must never happen becomes a violation; what the knobs permit, a finding. Each is one line that
/// names the records.
public struct Checker: Sendable {
  /// A violation or a finding.
  public struct Report: Equatable, Sendable {
    /// When.
    public var at: Instant
    /// One line.
    public var text: String
  }

  /// What was promised and what is gone.
  public internal(set) var ledger = Ledger()
  /// What must never happen and did: the newest, at most ``kept``.
  public internal(set) var violations: [Report] = []
  /// How many there were.
  public internal(set) var violationCount = 0
  /// What the knobs permit and happened: the newest, at most ``kept``.
  public internal(set) var findings: [Report] = []
  /// How many there were.
  public internal(set) var findingCount = 0

  /// How many reports of a kind are kept.
  public static let kept = 20
  /// Positions remembered for comparing chains and hashes.
  static let ringSize = 4096

  struct Mark: Sendable {
    var index = Index.zero
    var term = Term.zero
    var value: UInt64 = 0
    var node = NodeID(1)
  }

  /// What an acknowledgement promises; nil before the first word of it.
  var promise: AckRequirement?
  var requirement: AckRequirement {
    promise ?? AckRequirement(rule: .all, durability: .flushed, periodicSync: false)
  }
  var voters: [NodeID] = []
  var members: [NodeID] = []
  var fencing = true
  /// Whether fencing was ever off: a deposed leader's words may come long after.
  var wasUnfenced = false
  /// The newest term of the time without fencing: two leaders' records may stand beside one another in it.
  var unfencedThrough = Term.zero
  var promotionNeedsMajority = true
  /// A promise that was changed, and how each node stood then: records that it held may be answered
  /// under either promise, and a frozen node does not hear of the change until it is thawed.
  struct Superseded: Sendable {
    var requirement: AckRequirement
    var received: [Index]
    var isFrozen: [Bool]
  }

  var promisesBefore: Deque<Superseded> = []
  var seen: [Seen] = []
  var chains = [Mark](repeating: Mark(), count: ringSize)
  var hashes = [Mark](repeating: Mark(), count: ringSize)
  var leaders: Deque<(term: Term, node: NodeID)> = []
  /// The logs that the newest leaders were elected with.
  var logs: Deque<(term: Term, log: Log)> = []
  /// Votes sent to the newest candidates.
  var ballots: Deque<Ballot> = []
  /// What is watched over time.
  var vigil = Vigil()
  /// The highest term that any node led.
  public internal(set) var highest = Term.zero
  /// Whether what was committed was ever lost, as the knobs or lost disks permit: nodes that have it
  /// may take it back long after.
  var committedWasLost = false
  /// Whether a promotion was ever forced: what it cost may show long after.
  var wasForced = false
  var committed = Version.none
  /// Whether that was committed by synced copies alone.
  var committedIsSynced = true
  /// Whether fencing was on when it was committed, and ever since.
  var committedIsFenced = true
  var keys = AcknowledgedKeys()
  var sessions: [Session] = []
  var everything = Version.none
  /// What had been acknowledged when voters were last removed: its copies may have gone with them.
  var promisedToMore = Version.none
  /// Nodes whose disks were lost, and that have not caught up since: each may have held a promised
  /// copy.
  var wiped: Set<NodeID> = []
  var splitBrainsTold: Set<Term> = []
  var now = Instant.start

  /// A checker that has seen nothing.
  public init() {}

  /// Takes an observation made at `instant`.
  public mutating func observe(_ observation: Observation, at instant: Instant) {
    now = instant
    switch observation {
    case .policyChanged(
      let requirement, let voters, let members, let fencing, let checksQuorum, let majority):
      vigil.checksQuorum = checksQuorum
      if let promise, requirement != promise {
        promisesBefore.append(
          Superseded(
            requirement: promise, received: seen.map(\.received.index),
            isFrozen: seen.map(\.isFrozen)))
        if promisesBefore.count > 8 { promisesBefore.removeFirst() }
      }
      promise = requirement
      if voters.count < self.voters.count { promisedToMore = everything }
      self.voters = voters
      self.members = members
      if !fencing || !self.fencing { unfencedThrough = highest }
      self.fencing = fencing
      wasUnfenced = wasUnfenced || !fencing
      committedIsFenced = committedIsFenced && fencing
      promotionNeedsMajority = majority
    case .started(let node, let flushed, let term, _): started(node, flushed, term)
    case .crashed(let node): change(node) { $0 = Seen(crashed: $0) }
    case .abandoned(let node): abandoned(node)
    case .wiped(let node):
      loseLog(node)
      change(node) {
        $0.term = .zero
        $0.votedFor = nil
        $0.votes = []
      }
    case .spoiled(let node): change(node) { $0.isSpoiled = true }
    case .misplaced(let node):
      change(node) {
        $0.isSpoiled = true
        $0.isMisplaced = true
      }
    case .damaged(let node, let after): damaged(node, after)
    case .diskFailed(let node): change(node) { $0.diskFailed = true }
    case .mended(let node): change(node) { $0.most = nil }
    case .doubtful(let node): change(node) { $0.isDoubtful = true }
    case .trusted(let node): change(node) { $0.isDoubtful = false }
    case .frozen(let node): change(node) { $0.isFrozen = true }
    case .thawed(let node): change(node) { $0.isFrozen = false }
    case .durable(let node, let point):
      checkDisk(node, point)
      change(node) {
        $0.durableTwoAgo = $0.durableOneAgo
        $0.durableOneAgo = $0.durable
        $0.durable = point
        if $0.written.index < point.index { $0.written = point }
      }
      caughtUp(node, point)
      compare(point, of: node)
    case .installed(let node, let point):
      change(node) {
        $0.noteEnds(of: $0)
        $0.durableBefore = $0.durable
        $0.stand(at: point)
        $0.cutting = nil
        $0.tookBack = false
      }
      caughtUp(node, point)
      compare(point, of: node)
    case .written(let node, let point): change(node) { $0.written = point }
    case .appended(let node, let point):
      checkAppended(node, point)
      change(node) { $0.received = point }
      compare(point, of: node)
    case .voted(let node, let term, let candidate): voted(node, term, candidate)
    case .granted(let node, let term, let candidate): granted(node, term, candidate)
    case .campaigned(let node, let term, let reason): campaigned(node, term, reason)
    case .reported(let node, let flushed, let term): reported(node, flushed, term)
    case .voters(let leader, let voters): change(leader) { $0.voters = voters }
    case .elected(let node, let term, let history, let head, let forced, let origin, let votes):
      if let votes, !forced { checkVotes(node, term, votes) }
      elected(node, term, Log(history: history, origin: origin), head, forced)
    case .steppedDown(let node, let term):
      change(node) { if $0.leads == term { $0.leads = nil } }
    case .acknowledged(let leader, let term, let through, let writes):
      vigil.askedSince = nil
      acknowledged(leader, term, through, writes)
    case .committed(let node, let index, let term): committed(node, index, term)
    case .internalRecord(let term, let index):
      if let position = ledger.position(term) { ledger.accounts[position].internals.append(index) }
    case .applied(let node, let point, let hash): applied(node, point, hash)
    case .cutting(let node, let index): change(node) { $0.cutting = index }
    case .truncated(let node, let point, let discarded):
      checkCut(node, point, discarded)
      checkFork(node, point)
      change(node) {
        $0.noteEnds(of: $0)
        $0.durableBefore = $0.durable
        $0.stand(at: point)
        $0.applied = min($0.applied, point.index)
        $0.cutting = nil
      }
      ledger.list(discarded)
    case .checkpointSent(let node, let through):
      change(node) { $0.offered = max($0.offered, through) }
    case .commitRolledBack(let node, let from, let to): tookBack(node, from, to)
    case .chainDiffers(let node, let index, let term):
      violate("\(node)'s record \(index) of term \(term.epoch) is not the leader's: chains differ")
    case .degraded(let leader):
      change(leader) { $0.isDegraded = true }
      find("\(leader) acknowledges alone: its synchronous followers are silent")
    case .restored(let leader): change(leader) { $0.isDegraded = false }
    case .readInvoked(let id, let session, let key, let guarantee):
      invoked(id, session, key, guarantee)
    case .readReturned(let id, let node, let index, let term, let through):
      returned(id, node, Version(term: term, index: index), through)
    case .readForgotten(let id): forget(id)
    case .asked(let node): asked(node)
    case .handover: vigil.askedSince = nil
    case .timing(let timeout, let automatic): timed(timeout, automatic)
    case .looked(let standings): looked(standings)
    }
  }

  /// Through which index `term`'s leader acknowledged; zero when it did not.
  public func acknowledgedThrough(_ term: Term) -> Index { ledger.acknowledgedThrough(term) }

  mutating func violate(_ text: String) {
    violationCount += 1
    violations.append(Report(at: now, text: text))
    if violations.count > Self.kept { violations.removeFirst() }
  }

  mutating func find(_ text: String) {
    findingCount += 1
    findings.append(Report(at: now, text: text))
    if findings.count > Self.kept { findings.removeFirst() }
  }

  mutating func change(_ node: NodeID, _ body: (inout Seen) -> Void) {
    while seen.count <= node.offset { seen.append(Seen()) }
    body(&seen[node.offset])
  }

  func of(_ node: NodeID) -> Seen {
    node.offset < seen.count ? seen[node.offset] : Seen()
  }

  /// Looks at what is known of a node, without the copy that ``of(_:)`` makes.
  @inline(__always)
  func look<Result>(at node: NodeID, _ body: (borrowing Seen) -> Result) -> Result {
    node.offset < seen.count ? body(seen[node.offset]) : body(Seen())
  }
}
