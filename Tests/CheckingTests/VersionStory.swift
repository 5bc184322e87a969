import Checking
import Positions
import Testing

/// What a checker of versions is told, and what it must say to that.
struct VersionStory {
  var checker = VersionChecker()
  private var now = Instant.start
  private var starts = [UInt64](repeating: 0, count: 10)
  static let key: UInt64 = 0xC0FFEE

  /// Three running nodes of a cluster that promises N, R and W.
  init(
    replicas: Int = 3, reads: Int = 2, writes: Int = 2, strict: Bool = true, synced: Bool = true,
    stay: Bool = true
  ) {
    see(
      .promised(
        replicas: replicas, reads: reads, writes: writes, strict: strict, synced: synced,
        tombstonesStay: stay))
    for node in 1...3 { start(node) }
  }

  mutating func see(_ observation: VersionObservation) {
    now = now + .milliseconds(1)
    checker.observe(observation, at: now)
  }

  mutating func start(_ node: Int, lostDisk: Bool = false) {
    starts[node] += 1
    see(
      .started(
        node: NodeID(node),
        actor: Actor(node: NodeID(node), incarnation: starts[node], generation: 0),
        lostDisk: lostDisk))
  }

  // MARK: Short forms

  /// The `counter`th dot of a node in its first generation since `start`.
  static func dot(_ node: Int, _ counter: UInt64, start: UInt64 = 1) -> Dot {
    Dot(
      actor: Actor(node: NodeID(node), incarnation: start, generation: 0), counter: counter)
  }

  mutating func make(
    _ dot: Dot, knowing past: [Dot] = [], rule: KeyRule = .siblings, clock: Int = 0,
    value: UInt64 = 0, count: Int64 = 0, tombstone: Bool = false, leaves: Bool = true
  ) {
    see(
      .created(
        keyHash: Self.key, key: "k", rule: rule, dot: dot, past: VersionVector(past),
        clock: Instant(nanoseconds: Int64(clock)), value: value, count: count,
        isTombstone: tombstone, leavesVersion: leaves))
  }

  mutating func store(_ dot: Dot, on nodes: [Int], for target: Int? = nil) {
    for node in nodes {
      see(
        .stored(
          node: NodeID(node), keyHash: Self.key, dot: dot, hintFor: target.map { NodeID($0) }))
    }
  }

  mutating func hold(_ nodes: [Int], _ versions: [Dot], knowing context: [Dot]? = nil) {
    for node in nodes {
      see(
        .holds(
          node: NodeID(node), keyHash: Self.key, context: VersionVector(context ?? versions),
          versions: DotList(versions)))
    }
  }

  mutating func acknowledge(_ dot: Dot, needed: Int = 2, session: UInt64 = 1) {
    see(.acknowledged(keyHash: Self.key, dot: dot, needed: needed, session: session))
  }

  /// A version is made, kept by `nodes` alone or with what it stands beside, and acknowledged.
  mutating func write(
    _ dot: Dot, knowing past: [Dot] = [], rule: KeyRule = .siblings, clock: Int = 0,
    value: UInt64 = 0, count: Int64 = 0, tombstone: Bool = false, leaves: Bool = true,
    on nodes: [Int], beside others: [Dot] = [], needed: Int = 2, session: UInt64 = 1
  ) {
    make(
      dot, knowing: past, rule: rule, clock: clock, value: value, count: count,
      tombstone: tombstone, leaves: leaves)
    let standing = (others + (leaves ? [dot] : [])).sorted()
    hold(nodes, standing, knowing: past + others + [dot])
    store(dot, on: nodes)
    acknowledge(dot, needed: needed, session: session)
  }

  mutating func end(
    _ loser: Dot, _ loserClock: Int, _ winner: Dot, _ winnerClock: Int, _ ending: VersionEnding,
    by node: Int = 1
  ) {
    see(
      .ended(
        keyHash: Self.key, loser: loser, loserClock: Instant(nanoseconds: Int64(loserClock)),
        winner: winner, winnerClock: Instant(nanoseconds: Int64(winnerClock)), ending,
        by: NodeID(node)))
  }

  mutating func invoke(
    _ id: UInt64, session: UInt64 = 7, needed: Int = 2, _ guarantee: SessionGuarantee = .none
  ) {
    see(
      .readInvoked(
        id: id, session: session, keyHash: Self.key, needed: needed, guarantee: guarantee))
  }

  mutating func answer(_ id: UInt64, _ versions: [Dot], by node: Int = 1) {
    see(
      .readReturned(
        id: id, servedBy: NodeID(node), context: VersionVector(versions),
        versions: DotList(versions)))
  }

  mutating func read(
    _ versions: [Dot], session: UInt64 = 7, needed: Int = 2, _ guarantee: SessionGuarantee = .none,
    by node: Int = 1
  ) {
    invoke(99, session: session, needed: needed, guarantee)
    answer(99, versions, by: node)
  }

  /// All agree on the key, and on all keys.
  mutating func agree(_ versions: [Dot], knowing context: [Dot]? = nil, sum: Int64 = 0) {
    see(
      .agreed(
        keyHash: Self.key, context: VersionVector(context ?? versions), versions: DotList(versions),
        counterSum: sum))
    see(.agreedOnAll)
  }

  // MARK: What it must say

  func expectNothing(at location: SourceLocation = #_sourceLocation) {
    #expect(checker.violations.map(\.text) == [], sourceLocation: location)
    #expect(checker.findings.map(\.text) == [], sourceLocation: location)
  }

  func expectNoViolation(at location: SourceLocation = #_sourceLocation) {
    #expect(checker.violations.map(\.text) == [], sourceLocation: location)
  }

  /// There is one violation, and it has `words`.
  func expectViolation(_ words: String, at location: SourceLocation = #_sourceLocation) {
    let texts = checker.violations.map(\.text)
    #expect(texts.count == 1, "\(texts)", sourceLocation: location)
    #expect(texts.first?.contains(words) == true, "\(texts)", sourceLocation: location)
  }

  /// There is no violation and one finding, which has `words`.
  func expectFinding(_ words: String, at location: SourceLocation = #_sourceLocation) {
    expectNoViolation(at: location)
    let texts = checker.findings.map(\.text)
    #expect(texts.count == 1, "\(texts)", sourceLocation: location)
    #expect(texts.first?.contains(words) == true, "\(texts)", sourceLocation: location)
  }
}

/// The first dots of n1, n2 and n3.
let a = VersionStory.dot(1, 1)
let b = VersionStory.dot(2, 1)
let c = VersionStory.dot(3, 1)
/// The second of n1.
let a2 = VersionStory.dot(1, 2)
