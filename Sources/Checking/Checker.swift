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
  public private(set) var ledger = Ledger()
  /// What must never happen and did: the newest, at most ``kept``.
  public private(set) var violations: [Report] = []
  /// How many there were.
  public private(set) var violationCount = 0
  /// What the knobs permit and happened: the newest, at most ``kept``.
  public private(set) var findings: [Report] = []
  /// How many there were.
  public private(set) var findingCount = 0

  /// How many reports of a kind are kept.
  public static let kept = 20
  /// Positions remembered for comparing chains and hashes.
  private static let ringSize = 4096

  private struct Seen: Sendable {
    var isRunning = false
    var isFrozen = false
    var received = LogPoint.origin
    var written = LogPoint.origin
    var durable = LogPoint.origin
    /// What it held before its process ended, its disk was lost or its log cut: what it said then
    /// may be still under way, and a promise rest on it.
    var receivedBefore = LogPoint.origin
    var writtenBefore = LogPoint.origin
    var durableBefore = LogPoint.origin
    /// The furthest that it ever showed of the log it has; a restart does not take that back.
    var applied = Index.zero
    var commit = Index.zero
    var term = Term.zero
    var votedFor: NodeID?
    var leads: Term?
    var isDegraded = false

    init() {}

    /// What is left of a node whose process ended: its disk.
    init(crashed before: Seen) {
      durable = before.durable
      receivedBefore = before.received
      writtenBefore = before.written
      durableBefore = before.durable
      applied = before.applied
      term = before.term
      votedFor = before.votedFor
    }
  }

  private struct Mark: Sendable {
    var index = Index.zero
    var term = Term.zero
    var value: UInt64 = 0
    var node = NodeID(1)
  }

  /// What an acknowledgement promises; nil before the first word of it.
  private var promise: AckRequirement?
  private var requirement: AckRequirement {
    promise ?? AckRequirement(rule: .all, durability: .flushed, periodicSync: false)
  }
  private var voters: [NodeID] = []
  private var members: [NodeID] = []
  private var fencing = true
  private var promotionNeedsMajority = true
  /// What was promised before, and the records that each node held then: those may be answered
  /// under either promise.
  private var promisesBefore: Deque<(requirement: AckRequirement, received: [Index])> = []
  private var seen: [Seen] = []
  private var chains = [Mark](repeating: Mark(), count: ringSize)
  private var hashes = [Mark](repeating: Mark(), count: ringSize)
  private var leaders: Deque<(term: Term, node: NodeID)> = []
  /// The highest term that any node led.
  public private(set) var highest = Term.zero
  /// Whether a promotion was ever forced: what it cost may show long after.
  private var wasForced = false
  private var committed = Version.none
  private var keys = AcknowledgedKeys()
  private var sessions: [Session] = []
  private var everything = Version.none
  /// What had been acknowledged when voters were last removed: its copies may have gone with them.
  private var promisedToMore = Version.none
  /// Nodes whose disks were lost, and that have not caught up since: each may have held a promised
  /// copy.
  private var wiped: Set<NodeID> = []
  private var splitBrainsTold: Set<Term> = []
  private var now = Instant.start

  /// A checker that has seen nothing.
  public init() {}

  /// Takes an observation made at `instant`.
  public mutating func observe(_ observation: Observation, at instant: Instant) {
    now = instant
    switch observation {
    case .policyChanged(let requirement, let voters, let members, let fencing, _, let majority):
      if let promise, requirement != promise {
        promisesBefore.append((promise, seen.map(\.received.index)))
        if promisesBefore.count > 8 { promisesBefore.removeFirst() }
      }
      promise = requirement
      if voters.count < self.voters.count { promisedToMore = everything }
      self.voters = voters
      self.members = members
      self.fencing = fencing
      promotionNeedsMajority = majority
    case .started(let node, let flushed, let term, _): started(node, flushed, term)
    case .crashed(let node): change(node) { $0 = Seen(crashed: $0) }
    case .wiped(let node):
      wiped.insert(node)
      change(node) {
        $0.durableBefore = $0.durable
        $0.durable = .origin
        $0.applied = .zero
        $0.term = .zero
        $0.votedFor = nil
      }
    case .frozen(let node): change(node) { $0.isFrozen = true }
    case .thawed(let node): change(node) { $0.isFrozen = false }
    case .durable(let node, let point):
      change(node) {
        $0.durable = point
        if $0.written.index < point.index { $0.written = point }
      }
      if !wiped.isEmpty, point.term >= committed.term, point.index >= committed.index {
        wiped.remove(node)
      }
      compare(point, of: node)
    case .written(let node, let point): change(node) { $0.written = point }
    case .appended(let node, let point):
      change(node) { $0.received = point }
      compare(point, of: node)
    case .voted(let node, let term, let candidate): voted(node, term, candidate)
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
    case .truncated(let node, let point, let discarded):
      change(node) {
        $0.durableBefore = $0.durable
        $0.durable = point
        $0.written = point
        $0.received = point
        $0.applied = min($0.applied, point.index)
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

  private mutating func violate(_ text: String) {
    violationCount += 1
    violations.append(Report(at: now, text: text))
    if violations.count > Self.kept { violations.removeFirst() }
  }

  private mutating func find(_ text: String) {
    findingCount += 1
    findings.append(Report(at: now, text: text))
    if findings.count > Self.kept { findings.removeFirst() }
  }

  private mutating func change(_ node: NodeID, _ body: (inout Seen) -> Void) {
    while seen.count <= node.offset { seen.append(Seen()) }
    body(&seen[node.offset])
  }

  private func of(_ node: NodeID) -> Seen {
    node.offset < seen.count ? seen[node.offset] : Seen()
  }

  // MARK: Nodes

  private mutating func started(_ node: NodeID, _ flushed: LogPoint, _ term: Term) {
    let before = of(node)
    if term < before.term {
      violate("\(node) restarted in term \(term.epoch), but had promised term \(before.term.epoch)")
    }
    if flushed.index < before.durable.index, !requirement.periodicSync {
      violate(
        "\(node) restarted with records through \(flushed.index), but \(before.durable.index) "
          + "were durable")
    }
    change(node) {
      $0.isRunning = true
      $0.durable = flushed
      $0.written = flushed
      $0.received = flushed
      $0.term = max($0.term, term)
    }
  }

  private mutating func voted(_ node: NodeID, _ term: Term, _ candidate: NodeID?) {
    let before = of(node)
    if term < before.term {
      violate("\(node)'s term went back from \(before.term.epoch) to \(term.epoch)")
    }
    if term == before.term, let old = before.votedFor, let candidate, old != candidate {
      violate("\(node) voted for \(old) and for \(candidate) in term \(term.epoch)")
    }
    change(node) {
      if candidate != nil || term != $0.term { $0.votedFor = candidate }
      $0.term = term
    }
  }

  /// Equal (index, term) must mean equal chain, on all nodes.
  private mutating func compare(_ point: LogPoint, of node: NodeID) {
    let slot = Int(point.index.rawValue % UInt64(Self.ringSize))
    let mark = chains[slot]
    if mark.index == point.index, mark.term == point.term, point.index > .zero,
      mark.value != point.chain.rawValue
    {
      violate(
        "record \(point.index) of term \(point.term.epoch) differs on \(mark.node) and \(node)")
    }
    chains[slot] = Mark(
      index: point.index, term: point.term, value: point.chain.rawValue, node: node)
  }

  /// Equal applied records must mean equal state hashes.
  private mutating func applied(_ node: NodeID, _ point: LogPoint, _ hash: UInt64) {
    change(node) { $0.applied = max($0.applied, point.index) }
    let slot = Int(point.index.rawValue % UInt64(Self.ringSize))
    let mark = hashes[slot]
    if mark.index == point.index, mark.term == point.term, point.index > .zero,
      mark.value != hash
    {
      violate("\(mark.node) and \(node) applied through \(point.index) and differ in state")
    }
    hashes[slot] = Mark(index: point.index, term: point.term, value: hash, node: node)
  }

  private mutating func tookBack(_ node: NodeID, _ from: Index, _ to: Index) {
    change(node) { $0.commit = to }
    let text = "\(node) took back committed records \(to.next) to \(from)"
    if wasForced {
      find("\(text): a promotion was forced")
    } else if !fencing || !promotionNeedsMajority || requirement.periodicSync || !wiped.isEmpty {
      find("\(text): the knobs or a lost disk permit it")
    } else {
      violate(text)
    }
  }

  private mutating func committed(_ node: NodeID, _ index: Index, _ term: Term) {
    let before = of(node)
    if index < before.commit {
      violate("\(node)'s commit position went back from \(before.commit) to \(index)")
    }
    change(node) { $0.commit = index }
    if before.leads == term {
      let version = Version(term: term, index: index)
      if version > committed { committed = version }
    }
  }

  // MARK: Elections

  /// A new leader's log, as far as it still says.
  private struct Log {
    var history: [TermSpan]
    var origin: Index

    /// The last record it has of a term; nil when it has none.
    func through(_ term: Term) -> Index? { history.last { $0.term == term }?.through }

    /// Whether retention dropped all that it had of a term.
    func began(after term: Term) -> Bool {
      origin > .zero && history.first.map { $0.term > term } ?? false
    }
  }

  private mutating func elected(
    _ node: NodeID, _ term: Term, _ log: Log, _ head: LogPoint, _ forced: Bool
  ) {
    if let other = leaders.first(where: { $0.term == term && $0.node != node }) {
      violate("\(other.node) and \(node) both lead term \(term.epoch)")
    }
    leaders.append((term, node))
    if leaders.count > 256 { leaders.removeFirst() }
    checkCommitted(node, term, log, forced)
    let needed = answersNeeded(forced)
    var lostNow = 0
    var mustNot = 0
    for position in ledger.accounts.indices {
      let account = ledger.accounts[position]
      guard account.term < term else { continue }
      // What retention dropped was committed: this leader has what earlier ones kept.
      let kept =
        log.through(account.term)
        ?? (log.began(after: account.term) ? account.kept ?? account.through : account.start)
      let why =
        "\(node) was elected in term \(term.epoch) with \(account.leader)'s log through \(kept) only"
      let (count, copies) = ledger.keep(position, through: kept, because: why)
      guard count > 0 else { continue }
      lostNow += count
      let isOfMore = account.term <= promisedToMore.term && kept < promisedToMore.index
      if !forced, !isOfMore, fencing, copies - wiped.count + needed > voters.count, copies > 1 {
        mustNot += count
      }
    }
    if lostNow > 0 {
      let text =
        "\(lostNow) acknowledged writes lost: \(node) leads term \(term.epoch) without them"
      if mustNot > 0 { violate(text) } else { find(text + (forced ? ", by force" : "")) }
      let ledger = ledger
      keys.forget { ledger.isLost($0.term, $0.index) }
      if ledger.isLost(everything.term, everything.index) { everything = .none }
    }
    if forced {
      wasForced = true
      find("\(node) was promoted by force in term \(term.epoch)")
    }
    ledger.open(term, leader: node, start: head.index)
    highest = max(highest, term)
    change(node) {
      $0.leads = term
      $0.isDegraded = false
    }
  }

  /// How many voters' logs a promotion compares, at least.
  private func answersNeeded(_ forced: Bool) -> Int {
    if forced || !promotionNeedsMajority { return 0 }
    let majority = voters.count / 2 + 1
    switch requirement.rule {
    case .any(let count, _), .first(let count, _): return max(majority, voters.count - count)
    case .asynchronous, .all, .majority: return majority
    }
  }

  /// Every committed record is in every later leader.
  private mutating func checkCommitted(
    _ node: NodeID, _ term: Term, _ log: Log, _ forced: Bool
  ) {
    guard committed.index > .zero, term > committed.term else { return }
    let has = log.through(committed.term) ?? .zero
    guard has < committed.index, !log.began(after: committed.term) else { return }
    let text =
      "\(node) leads term \(term.epoch) without committed record \(committed.index) of term "
      + "\(committed.term.epoch)"
    let isPermitted =
      forced || wasForced || !fencing || !promotionNeedsMajority || !wiped.isEmpty
      || requirement.periodicSync
    if isPermitted { find(text) } else { violate(text) }
    committed = Version(term: committed.term, index: has)
  }

  // MARK: Acknowledgements

  private mutating func acknowledged(
    _ leader: NodeID, _ term: Term, _ through: Index, _ writes: Int
  ) {
    let copies = checkDurable(leader, term, through)
    let lost = ledger.acknowledge(term, through: through, writes: writes, copies: copies)
    guard term < highest else { return }
    if splitBrainsTold.insert(term).inserted {
      let other = leaders.last { $0.term == highest }?.node ?? leader
      find(
        "\(leader) acknowledges in term \(term.epoch) while \(other) leads term \(highest.epoch): "
          + "two leaders at once")
    }
    if lost > 0, copies > voters.count / 2, fencing, promotionNeedsMajority,
      !requirement.periodicSync, wiped.isEmpty, !wasForced
    {
      violate(
        "\(leader) acknowledged \(lost) writes through \(through) in term \(term.epoch), which "
          + "term \(highest.epoch) does not have")
    }
  }

  /// Checks that a promise is kept, and gives how many durable copies it promises.
  private mutating func checkDurable(_ leader: NodeID, _ term: Term, _ through: Index) -> Int {
    func holds(_ point: LogPoint) -> Bool { point.index >= through && point.term >= term }
    func isKept(_ requirement: AckRequirement) -> Bool {
      let own = of(leader)
      guard holds(requirement.periodicSync ? own.written : own.durable) else { return false }
      if own.isDegraded { return true }
      func has(_ node: NodeID) -> Bool {
        let state = of(node)
        let isWritten =
          requirement.periodicSync
          ? holds(state.written) || holds(state.writtenBefore)
          : holds(state.durable) || holds(state.durableBefore)
        switch requirement.durability {
        case .received: return holds(state.received) || holds(state.receivedBefore) || isWritten
        case .flushed: return isWritten
        case .applied:
          return isWritten && (state.applied >= through || holds(state.durableBefore))
        }
      }
      func count(_ nodes: [NodeID]) -> Int { nodes.filter { $0 != leader && has($0) }.count }
      switch requirement.rule {
      case .asynchronous: return true
      case .all: return count(voters) >= voters.filter { $0 != leader }.count
      case .majority:
        return count(voters) + (voters.contains(leader) ? 1 : 0) >= voters.count / 2 + 1
      case .any(let wanted, let list), .first(let wanted, let list):
        return count(list.isEmpty ? voters : list) >= wanted
      }
    }
    var promised = requirement
    if !isKept(requirement) {
      let before = promisesBefore.first { before in
        leader.offset < before.received.count && through <= before.received[leader.offset]
          && isKept(before.requirement)
      }
      if let before {
        promised = before.requirement
      } else {
        violate(
          "\(leader) acknowledged record \(through) of term \(term.epoch) before it was as durable "
            + "as promised")
      }
    }
    return copies(of: promised, degraded: of(leader).isDegraded)
  }

  private func copies(of requirement: AckRequirement, degraded: Bool) -> Int {
    if requirement.periodicSync || requirement.durability == .received { return 1 }
    if degraded { return 1 }
    switch requirement.rule {
    case .asynchronous: return 1
    case .all: return voters.count
    case .majority: return voters.count / 2 + 1
    case .any(let count, _), .first(let count, _): return count + 1
    }
  }

  // MARK: Reads

  /// Says that ``noteAcknowledged(_:term:index:session:)`` of a key will come soon.
  public func prepare(_ key: UInt64) { keys.prefetch(key) }

  /// Notes that `session` was told: its write of a key, the record `index` of `term`, is safe.
  ///
  /// - Parameter again: whether it had been sent before. An earlier record of it may be the one that
  ///   counts, so that the key's version may be that one's.
  public mutating func noteAcknowledged(
    _ key: UInt64, term: Term, index: Index, session: UInt64, again: Bool = false
  ) {
    let version = Version(term: term, index: index)
    if ledger.isLost(term, index) { return }
    if !again { keys.note(key, version) }
    if version > everything { everything = version }
    withSession(session) { $0.wrote = version }
  }

  private mutating func withSession(_ session: UInt64, _ body: (inout Session) -> Void) {
    let position = Int(session)
    guard position < 1 << 20 else { return }
    while sessions.count <= position { sessions.append(Session()) }
    body(&sessions[position])
  }

  private mutating func invoked(
    _ id: UInt64, _ session: UInt64, _ key: UInt64, _ guarantee: SessionGuarantee
  ) {
    let newest = keys.newest(key)
    let everything = everything
    withSession(session) {
      $0.read = PendingRead(
        id: id, guarantee: guarantee, key: key, newestOfKey: newest, own: $0.wrote, saw: $0.saw,
        everything: everything)
    }
  }

  private mutating func forget(_ id: UInt64) {
    withSession(id >> 32) { if $0.read?.id == id { $0.read = nil } }
  }

  private mutating func returned(
    _ id: UInt64, _ node: NodeID, _ version: Version, _ through: Index
  ) {
    let session = id >> 32
    guard Int(session) < sessions.count, let read = sessions[Int(session)].read, read.id == id
    else { return }
    withSession(session) {
      $0.read = nil
      $0.saw = max($0.saw, through)
    }
    let isStale =
      version < read.newestOfKey
      && !ledger.isLost(read.newestOfKey.term, read.newestOfKey.index)
    if isStale { ledger.staleReads += 1 }
    func lost(_ version: Version) -> Bool { ledger.isLost(version.term, version.index) }
    switch read.guarantee {
    case .none: break
    case .readYourWrites:
      if through < read.own.index, !lost(read.own) {
        violate(
          "\(node) answered session \(session) from record \(through), before its own write "
            + "\(read.own.index)")
      }
    case .monotonic:
      if through < read.saw {
        violate(
          "\(node) answered session \(session) from record \(through), but it had seen \(read.saw)")
      }
    case .linearizable:
      guard !lost(read.everything), isStale || through < read.everything.index else { break }
      let text =
        "\(node) answered a linearizable read from record \(through), but record "
        + "\(max(read.everything.index, read.newestOfKey.index)) had been acknowledged before"
      if fencing { violate(text) } else { find(text) }
    }
    guard version.index > .zero, !lost(version) else { return }
    if version > everything, read.guarantee == .linearizable { everything = version }
  }
}
