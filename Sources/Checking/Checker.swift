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

  struct Seen: Sendable {
    var isRunning = false
    var isFrozen = false
    var received = LogPoint.origin
    var written = LogPoint.origin
    var durable = LogPoint.origin
    /// What it held before its process ended, its disk was lost or its log cut.
    var onceReceived = FormerEnds()
    var onceWritten = FormerEnds()
    var onceDurable = FormerEnds()
    /// What was durable before that happened last.
    var durableBefore = LogPoint.origin
    /// What was durable one and two flushes before: what was flushed since says so itself, on the disk.
    var durableOneAgo = LogPoint.origin
    var durableTwoAgo = LogPoint.origin
    /// Whether its disk was spoiled, by a flipped bit or a misplaced write.
    var isSpoiled = false
    /// Whether it was by a misplaced write.
    var isMisplaced = false
    /// The end of the good part of its log, while it mends it: its peers may hold another branch.
    var mendsAfter: Index?
    /// The furthest that it ever showed of the log it has; a restart does not take that back.
    var applied = Index.zero
    var commit = Index.zero
    var term = Term.zero
    var votedFor: NodeID?
    var leads: Term?
    /// Whose copies it counts, while it leads; empty before it said so.
    var voters: [NodeID] = []
    /// Its newest durable votes.
    var votes: [GivenVote] = []
    var isDegraded = false
    /// Where a cut of its log under way ends; nil when there is none.
    var cutting: Index?

    init() {}

    /// What is left of a node whose process ended: its disk.
    init(crashed before: Seen) {
      durable = before.durable
      durableOneAgo = before.durableOneAgo
      durableTwoAgo = before.durableTwoAgo
      isSpoiled = before.isSpoiled
      isMisplaced = before.isMisplaced
      mendsAfter = before.mendsAfter
      cutting = before.cutting
      onceReceived = before.onceReceived
      onceWritten = before.onceWritten
      onceDurable = before.onceDurable
      noteEnds(of: before)
      // It had nothing to lose since it was last stopped, wiped or cut.
      durableBefore = durable == .origin ? before.durableBefore : before.durable
      applied = before.applied
      term = before.term
      votedFor = before.votedFor
      votes = before.votes
    }

    /// Notes the ends of a log that is about to lose some of them.
    mutating func noteEnds(of log: Seen) {
      onceReceived.note(log.received)
      onceWritten.note(log.written)
      onceDurable.note(log.durable)
    }

    /// The furthest end that it is, or lately was, known to hold durably.
    var durableEver: Index { max(durable.index, durableBefore.index) }
  }

  struct GivenVote: Equatable, Sendable {
    var term: Term
    var candidate: NodeID
  }

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
    case .policyChanged(let requirement, let voters, let members, let fencing, _, let majority):
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
      self.fencing = fencing
      wasUnfenced = wasUnfenced || !fencing
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
    case .frozen(let node): change(node) { $0.isFrozen = true }
    case .thawed(let node): change(node) { $0.isFrozen = false }
    case .durable(let node, let point):
      change(node) {
        $0.durableTwoAgo = $0.durableOneAgo
        $0.durableOneAgo = $0.durable
        $0.durable = point
        if $0.written.index < point.index { $0.written = point }
      }
      if !wiped.isEmpty, point.term >= committed.term, point.index >= committed.index {
        wiped.remove(node)
      }
      compare(point, of: node)
    case .written(let node, let point): change(node) { $0.written = point }
    case .appended(let node, let point):
      checkAppended(node, point)
      change(node) { $0.received = point }
      compare(point, of: node)
    case .voted(let node, let term, let candidate): voted(node, term, candidate)
    case .granted(let node, let term, let candidate): granted(node, term, candidate)
    case .reported(let node, let flushed): reported(node, flushed)
    case .voters(let leader, let voters): change(leader) { $0.voters = voters }
    case .elected(let node, let term, let history, let head, let forced, let origin):
      elected(node, term, Log(history: history, origin: origin), head, forced)
    case .steppedDown(let node, let term):
      change(node) { if $0.leads == term { $0.leads = nil } }
    case .acknowledged(let leader, let term, let through, let writes):
      acknowledged(leader, term, through, writes)
    case .committed(let node, let index, let term): committed(node, index, term)
    case .internalRecord(let term, let index):
      if let position = ledger.position(term) { ledger.accounts[position].internals.append(index) }
    case .applied(let node, let point, let hash): applied(node, point, hash)
    case .cutting(let node, let index): change(node) { $0.cutting = index }
    case .truncated(let node, let point, let discarded):
      checkCut(node, point, discarded)
      change(node) {
        $0.noteEnds(of: $0)
        $0.durableBefore = $0.durable
        $0.durable = point
        $0.durableOneAgo = point
        $0.durableTwoAgo = point
        $0.written = point
        $0.received = point
        $0.applied = min($0.applied, point.index)
        $0.cutting = nil
      }
      ledger.list(discarded)
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
