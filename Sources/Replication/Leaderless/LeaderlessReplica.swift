import Collections
import Positions
import Records

/// A replica without a leader (Dynamo, DeCandia et al. 2007): a value that takes events and says what
/// should happen.
///
/// Every node coordinates clients' requests for the keys that it is a replica of, keeps its own copies
/// and hints for others, judges by gossip who is up, and mends what was missed. Nothing in it depends on
/// an order that a run does not repeat.
public struct LeaderlessReplica: Peer {
  public let id: NodeID
  public internal(set) var actor: Actor
  public internal(set) var store = VersionedStore()
  /// The knobs.
  public internal(set) var policy: PeerPolicy
  /// Who keeps which keys.
  public internal(set) var ring: HashRing

  var log = PeerLog(keepsRecords: false)
  /// What its clocks said when the event that it is busy with happened.
  var now = PeerClock(wall: .start, steady: .start)
  var incarnation: UInt64 = 0
  var isStarted = false
  var isDiskFull = false

  /// Versions that it keeps for others.
  var hints = HintStore()
  /// Where the next look for hints to hand over begins.
  var hintCursor = 0
  /// What waits until records are safe, by index.
  var parked: Deque<Parked> = []

  var writes = RequestTable<PendingWrite>(.write)
  var reads = RequestTable<PendingRead>(.read)
  var hintFlights = RequestTable<HintFlight>(.hint)
  var tombstoneAsks = RequestTable<TombstoneAsk>(.tombstone)
  var moveFlights = RequestTable<MoveFlight>(.move)
  /// The newest requests that others sent on to it: a repeated message is not a second request.
  var forwarded: Deque<UInt64> = []

  /// The other members, by number, as far as gossip tells.
  var others: [Acquaintance] = []
  var heartbeat: UInt64 = 0

  /// A hash tree for each set of replicas that it is one of.
  var trees = MerkleForest()
  /// Exchanges that it began and that have not ended.
  var underWay: [Exchange] = []
  var exchanges: UInt64 = 0

  /// Keys of which it forgot dots of its present actor, by hash.
  var forgottenDots: Set<UInt64> = []
  /// Keys whose tombstones went lately.
  var dropped = DroppedTombstones()
  /// How many keys of the store are deleted.
  var deletedCount = 0

  /// The ring before, while keys move.
  var move: RingMove?
  /// Names the ring as it is, and the one to which all keys were moved.
  var ringMark: UInt64 = 0
  var completedMark: UInt64 = 0
  /// Keys that wait to be sent to those who must have them.
  var moveQueue: [[UInt8]] = []
  /// Whether it may hold keys that it is no replica of.
  var mayHoldStrangers = false
  /// Timers that are set.
  var isWaiting: [Bool] = Array(repeating: false, count: PeerTimer.allCases.count)

  /// A replica with nothing on its disk yet.
  public init(id: NodeID, policy: PeerPolicy) {
    self.id = id
    self.policy = policy
    actor = Actor(node: id, incarnation: 0, generation: 0)
    ring = HashRing(members: policy.members, virtualNodes: policy.leaderless.virtualNodes)
  }

  public var head: LogPoint { log.head }
  public var flushed: LogPoint { log.flushed }
  /// Nothing says that nodes should show the same: each has its keys, and hears of them in its order.
  public var appliedHash: UInt64? { nil }

  /// The knobs without a leader.
  var knobs: LeaderlessPolicy { policy.leaderless }
  /// N: how many replicas a key has.
  var replicaCount: Int { max(1, knobs.replicas) }

  public mutating func start(
    incarnation: UInt64, clock: PeerClock, into effects: inout [PeerEffect]
  ) {
    now = clock
    isStarted = true
    self.incarnation = incarnation
    actor = Actor(
      node: id, incarnation: isPlanted(.dotsAreReused) ? 1 : incarnation, generation: 0)
    log.term = Term(epoch: incarnation, node: id)
    writes.incarnation = incarnation
    reads.incarnation = incarnation
    hintFlights.incarnation = incarnation
    tombstoneAsks.incarnation = incarnation
    moveFlights.incarnation = incarnation
    dropped.begin(at: now.steady)
    plantTrees()
    meetMembers()
    setTimer(.gossip, knobs.gossip, into: &effects)
    setTimer(.tombstones, Self.tombstonePeriod, into: &effects)
    if hints.count > 0 { setTimer(.hints, Self.hintPeriod, into: &effects) }
    startAntiEntropy(into: &effects)
    startMoving(into: &effects)
  }

  public var hasOpenRecords: Bool { log.isOpen }

  public mutating func seal() -> RecordBatch? { log.seal() }

  public mutating func handle(
    _ event: PeerEvent, clock: PeerClock, into effects: inout [PeerEffect]
  ) {
    now = clock
    switch event {
    case .message(let message, let sender): receive(message, from: sender, into: &effects)
    case .timer(let timer): fired(timer, into: &effects)
    case .flushed(let point): log.becameDurable(point)
    case .written(let point): log.becameWritten(point)
    case .records: break
    case .logBegins(let point): log.dropped(through: point)
    case .request(let request): take(request, isForwarded: false, into: &effects)
    case .forget(let client): forget(client)
    case .policyChanged(let policy): adopt(policy, into: &effects)
    case .compareNow: compareWithAll(into: &effects)
    case .diskFull(let isFull): isDiskFull = isFull
    }
    releaseSafe(into: &effects)
  }

  private mutating func receive(
    _ message: PeerMessage, from sender: NodeID, into effects: inout [PeerEffect]
  ) {
    switch message {
    case .forward(let request, let known):
      guard known == 0 || known == incarnation & 0xFF_FFFF, remember(forwarded: request.id)
      else { return }
      take(request, isForwarded: true, into: &effects)
    case .store(let number, let key, let state, let target):
      store(state, of: key, hintFor: target, number: number, from: sender, into: &effects)
    case .stored(let number): stored(number, by: sender, into: &effects)
    // Who can't store now may later: the time-out says what becomes of it.
    case .notStored: break
    case .fetch(let number, let key):
      let known = known(of: key, VersionedStore.hash(of: key)) ?? KeyState()
      effects.append(.send(.fetched(id: number, known), to: sender))
    case .fetched(let number, let state): fetched(number, state, from: sender, into: &effects)
    case .gossip(let counts): heard(counts, into: &effects)
    case .digests(let exchange, let group, let level, let nodes, let digests):
      compare(
        Comparison(exchange: exchange, group: group, with: sender), level: Int(level),
        nodes: nodes, digests: digests, size: message.size, into: &effects)
    case .leaves(let exchange, let group, let leaves, let digests):
      compare(
        Comparison(exchange: exchange, group: group, with: sender), leaves: leaves,
        digests: digests, size: message.size, into: &effects)
    case .keys(let exchange, let keys, let wanted, let isAnswer):
      exchanged(
        exchange, keys, wanted: wanted, isAnswer: isAnswer, size: message.size, with: sender,
        into: &effects)
    case .askTombstone(let number, let key, let context):
      asked(number, tombstoneOf: key, context, by: sender, into: &effects)
    case .hasTombstone(let number, let hasIt):
      told(number, hasTombstone: hasIt, by: sender, into: &effects)
    case .dropTombstone(let key, let context):
      drop(tombstoneOf: key, context: context, into: &effects)
    case .moving(let mark, let members, let tokens, let replicas, let finished):
      heard(
        moveTo: mark, from: members, virtualNodes: tokens, replicas: replicas,
        finished: finished, by: sender, into: &effects)
    // Several leaders' words.
    case .stream, .streamed, .state, .stateTaken: break
    }
  }

  private mutating func fired(_ timer: PeerTimer, into effects: inout [PeerEffect]) {
    isWaiting[Int(timer.rawValue)] = false
    switch timer {
    case .beat: moveOn(into: &effects)
    case .gossip: gossip(into: &effects)
    case .requests: lookForTimeouts(into: &effects)
    case .hints: handHintsOver(into: &effects)
    case .antiEntropy: compareWithNext(into: &effects)
    case .tombstones: lookForTombstones(into: &effects)
    }
  }

  /// Sets a timer that is not set.
  mutating func setTimer(
    _ timer: PeerTimer, _ after: Interval, into effects: inout [PeerEffect]
  ) {
    guard !isWaiting[Int(timer.rawValue)] else { return }
    isWaiting[Int(timer.rawValue)] = true
    effects.append(.setTimer(timer, after))
  }
}
