import Checking
import Positions
import Testing

/// What a checker is told, and what it must say to that.
struct Story {
  var checker = Checker()
  private var now = Instant.start

  /// A cluster of `nodes` voters, all of them running.
  init(
    _ rule: AckRule = .majority, durability: AckDurability = .flushed, periodicSync: Bool = false,
    nodes: Int = 3, fencing: Bool = true, promotionNeedsMajority: Bool = true
  ) {
    policy(
      rule, durability: durability, periodicSync: periodicSync, nodes: nodes, fencing: fencing,
      promotionNeedsMajority: promotionNeedsMajority)
    for number in 1...nodes {
      see(.started(node: NodeID(number), flushed: .origin, term: .zero, isNew: true))
    }
  }

  mutating func see(_ observation: Observation) {
    now = now + .milliseconds(1)
    checker.observe(observation, at: now)
  }

  mutating func policy(
    _ rule: AckRule, durability: AckDurability = .flushed, periodicSync: Bool = false,
    nodes: Int = 3, fencing: Bool = true, promotionNeedsMajority: Bool = true
  ) {
    let members = (1...nodes).map { NodeID($0) }
    see(
      .policyChanged(
        AckRequirement(rule: rule, durability: durability, periodicSync: periodicSync),
        voters: members, members: members, fencing: fencing, checkQuorum: true,
        promotionNeedsMajority: promotionNeedsMajority))
  }

  /// Time goes by, with a look around twenty times a second: each of `hearing` hears all of them well,
  /// each of `reaching` can be reached by the others of them.
  mutating func wait(
    seconds: Double, hearing: [Int], reaching: [Int]? = nil
  ) {
    let hears = hearing.map { NodeID($0) }
    let reaches = (reaching ?? hearing).map { NodeID($0) }
    for _ in 0..<Int(seconds * 20) {
      now = now + .milliseconds(49)
      see(
        .looked(
          checker.watched.map {
            Standing(
              node: $0, hears: hears.contains($0) ? hears : [],
              reaches: reaches.contains($0) ? reaches : [$0])
          }))
    }
  }

  // MARK: Short forms

  /// Node `node` is elected in `term`; its log holds `history`: terms with their last records.
  mutating func elect(
    _ node: Int, _ term: Term, _ history: [(Term, UInt64)], forced: Bool = false,
    beginsAfter origin: UInt64 = 0
  ) {
    let last = history.last.map { point($0.1, $0.0) } ?? .origin
    see(.voted(node: NodeID(node), term: term, for: NodeID(node)))
    see(
      .elected(
        node: NodeID(node), term: term,
        history: history.map { TermSpan(term: $0.0, through: Index($0.1)) }, head: last,
        forced: forced, origin: Index(origin)))
  }

  /// Node `node` has records through `index` in memory, and then on its disk.
  mutating func flush(_ node: Int, _ index: UInt64, _ term: Term) {
    see(.appended(node: NodeID(node), point: point(index, term)))
    see(.durable(node: NodeID(node), point: point(index, term)))
  }

  mutating func acknowledge(_ leader: Int, _ term: Term, _ through: UInt64, writes: Int = 1) {
    see(
      .acknowledged(
        leader: NodeID(leader), term: term, through: Index(through), writes: writes))
  }

  mutating func commit(_ node: Int, _ term: Term, _ index: UInt64) {
    see(.committed(node: NodeID(node), index: Index(index), term: term))
  }

  /// Node `node` cut its log; these records of `term` are in its rollback file.
  mutating func rollBack(_ node: Int, to point: LogPoint, _ term: Term, _ indices: [UInt64]) {
    see(
      .truncated(
        node: NodeID(node), to: point,
        discarded: indices.map {
          DiscardedWrite(index: Index($0), term: term, key: "k\($0)", session: 1, sequence: $0)
        }))
  }

  /// A session reads `key` under `guarantee` and is shown the record `version` of `term` (nil: none)
  /// by a state through `through`.
  mutating func read(
    _ session: UInt64, _ key: UInt64, _ guarantee: SessionGuarantee,
    shows version: (UInt64, Term)?, through: UInt64, at node: Int = 1
  ) {
    invoke(session, key, guarantee)
    answer(session, shows: version, through: through, at: node)
  }

  mutating func invoke(_ session: UInt64, _ key: UInt64, _ guarantee: SessionGuarantee) {
    see(.readInvoked(id: session << 32, session: session, keyHash: key, guarantee: guarantee))
  }

  mutating func answer(
    _ session: UInt64, shows version: (UInt64, Term)?, through: UInt64, at node: Int = 1
  ) {
    see(
      .readReturned(
        id: session << 32, servedBy: NodeID(node), versionIndex: Index(version?.0 ?? 0),
        versionTerm: version?.1 ?? .zero, appliedThrough: Index(through)))
  }

  /// `session` was told that its write of `key`, record `index`, is safe.
  mutating func wrote(_ session: UInt64, _ key: UInt64, _ index: UInt64, _ term: Term) {
    checker.noteAcknowledged(key, term: term, index: Index(index), session: session)
  }

  /// A log's end that any node has at `index` of `term`; `fork` tells logs apart.
  func point(_ index: UInt64, _ term: Term, fork: UInt64 = 0) -> LogPoint {
    if index == 0 { return .origin }
    return LogPoint(
      index: Index(index), term: term, chain: Chain(term.rawValue &* 31 &+ index &+ fork << 40),
      end: LSN(index * 72))
  }

  // MARK: What it must say

  /// Nothing is wrong and nothing is worth telling.
  func expectNothing(at location: SourceLocation = #_sourceLocation) {
    expectNoViolation(at: location)
    expectNoFinding(at: location)
  }

  func expectNoViolation(at location: SourceLocation = #_sourceLocation) {
    #expect(checker.violations.map(\.text) == [], sourceLocation: location)
  }

  func expectNoFinding(at location: SourceLocation = #_sourceLocation) {
    #expect(checker.findings.map(\.text) == [], sourceLocation: location)
  }

  /// There is one violation, and it names `words`.
  func expectViolation(_ words: String..., at location: SourceLocation = #_sourceLocation) {
    #expect(checker.violationCount == 1, "\(checker.violations)", sourceLocation: location)
    let text = checker.violations.first?.text ?? ""
    for word in words { #expect(text.contains(word), "\(text)", sourceLocation: location) }
  }

  /// Among the violations is one that names `words`.
  func expectViolationAmong(_ words: String, at location: SourceLocation = #_sourceLocation) {
    let texts = checker.violations.map(\.text)
    #expect(texts.contains { $0.contains(words) }, "\(texts)", sourceLocation: location)
  }

  /// There is one finding, and it names `words`.
  func expectFinding(_ words: String..., at location: SourceLocation = #_sourceLocation) {
    #expect(checker.findingCount == 1, "\(checker.findings)", sourceLocation: location)
    let text = checker.findings.first?.text ?? ""
    for word in words { #expect(text.contains(word), "\(text)", sourceLocation: location) }
  }
}

let first = Term(epoch: 1, node: NodeID(1))
let second = Term(epoch: 2, node: NodeID(2))
let third = Term(epoch: 3, node: NodeID(3))
