import Positions
import Records

/// A replica in a cluster where several nodes take writes: a value that takes events and says what
/// should happen, as ``Replica`` does for a single leader.
public protocol Peer: Sendable {
  /// Which member this is.
  var id: NodeID { get }
  /// Who it is for the dots that it makes now.
  var actor: Actor { get }
  /// The keys.
  var store: VersionedStore { get }
  /// The end of its log.
  var head: LogPoint { get }
  /// The end of what is durable.
  var flushed: LogPoint { get }
  /// A hash of what it has applied: nodes of equal ones show the same; nil where it may show more.
  var appliedHash: UInt64? { get }

  /// Everything that its log adds up to, for a checkpoint.
  var checkpoint: [UInt8] { get }
  /// Takes a checkpoint's payload in, before anything else happens.
  ///
  /// - Returns: false when the bytes are none.
  mutating func restore(_ payload: [UInt8], at point: LogPoint) -> Bool
  /// Takes in records of its own log, in order, while it starts.
  mutating func replay(_ batch: RecordBatch)
  /// Goes to work, once its files are read and its incarnation is durable.
  mutating func start(incarnation: UInt64, clock: PeerClock, into effects: inout [PeerEffect])

  /// Takes one event and appends to `effects` what should happen, in order.
  mutating func handle(_ event: PeerEvent, clock: PeerClock, into effects: inout [PeerEffect])

  /// Whether ``handle(_:clock:into:)`` appended records that ``seal()`` has not given out yet.
  var hasOpenRecords: Bool { get }
  /// The records that were appended since it was asked last, to be appended to the log's files: the
  /// batch continues the one before; nil when there are none.
  mutating func seal() -> RecordBatch?
}

/// What a node's clocks say: its wall clock, which an operator can set, and one that only goes on.
public struct PeerClock: Equatable, Sendable {
  /// Stamps versions.
  public var wall: Instant
  /// Measures time-outs.
  public var steady: Instant

  /// Two clocks.
  public init(wall: Instant, steady: Instant) {
    self.wall = wall
    self.steady = steady
  }
}

/// A peer's timers; each comes once for each time it is set.
public enum PeerTimer: UInt8, CaseIterable, Sendable {
  /// The next word to those it streams to.
  case beat
  /// The next round of gossip.
  case gossip
  /// The next look for requests whose time is over.
  case requests
  /// The next try to hand hints over.
  case hints
  /// The next anti-entropy exchange.
  case antiEntropy
  /// The next look for tombstones that can go.
  case tombstones
}

/// What happens to a peer.
public enum PeerEvent: Sendable {
  /// Another node's message arrived.
  case message(PeerMessage, from: NodeID)
  /// A timer ran out.
  case timer(PeerTimer)
  /// Everything through here is durable.
  case flushed(LogPoint)
  /// Everything through here was handed to the operating system.
  case written(LogPoint)
  /// The answer to ``PeerEffect/readLog(after:for:)``; nil when those records are gone.
  case records(RecordBatch?, for: NodeID)
  /// Retention dropped the log up to here.
  case logBegins(after: LogPoint)
  /// A client's request.
  case request(PeerRequest)
  /// A client gave up on a request.
  case forget(UInt64)
  /// The operator changed the knobs, or the members.
  case policyChanged(PeerPolicy)
  /// The operator wants it to compare what it holds with the others' now.
  case compareNow
  /// The disk became full, or has room again.
  case diskFull(Bool)
}

/// What a peer wants to happen.
public enum PeerEffect: Sendable {
  /// Send a message.
  case send(PeerMessage, to: NodeID)
  /// Have a timer come after so long.
  case setTimer(PeerTimer, Interval)
  /// Answer a client.
  case answer(UInt64, PeerAnswer)
  /// Read the log back, to stream it to a node.
  case readLog(after: Index, for: NodeID)
  /// Something for checkers and people to know.
  case note(PeerNote)
}

/// What a peer says of itself: for checkers and people only.
public enum PeerNote: Sendable {
  /// It made a version for a client's request, knowing `past` of the key's others.
  case created(
    key: [UInt8], keyHash: UInt64, rule: MergeRule, Change, dot: Dot, past: VersionVector,
    clock: Instant,
    request: UInt64)
  /// A key changed here, to this.
  case holds(key: [UInt8], keyHash: UInt64, KeyState)
  /// Two versions met here.
  case met(key: [UInt8], rule: MergeRule, Meeting)
  /// A version is durable here, in its place or as a hint.
  case stored(keyHash: UInt64, dot: Dot, hintFor: NodeID?)
  /// A hint is durable here.
  case hintSafe(hint: UInt64)
  /// It forgot a key.
  case forgot(key: [UInt8], because: ForgettingReason)
  /// It applied a write of another's log, or its own.
  case applied(origin: Actor, sequence: UInt64, depends: VersionVector)
  /// All that it has applied is on its disk.
  case appliedIsSafe
  /// It took another's whole state.
  case tookState(applied: VersionVector, from: NodeID)
  /// It keeps a version for another node.
  case hinted(for: NodeID, hint: UInt64)
  /// It handed a hint over: `node`, if that is who it was for, has the key's `entries` now.
  case hintDelivered(hint: UInt64, to: NodeID?, keyHash: UInt64, entries: [Dot])
  /// It gave a hint up.
  case hintExpired(hint: UInt64)
  /// A read found a replica behind, and sends it what it lacks.
  case repaired(NodeID, key: [UInt8])
  /// Which replicas' copies made a write, once it is answered.
  case writeQuorum(key: [UInt8], QuorumCopies)
  /// Which replicas' answers made a read.
  case readQuorum(key: [UInt8], [NodeID])
  /// An anti-entropy exchange with a node ended: so many leaves differed, so many keys were sent, so many
  /// bytes went both ways.
  case compared(NodeID, rootsEqual: Bool, leaves: Int, keys: Int, bytes: Int)
  /// It takes a node for down, or for up again.
  case suspects(NodeID, Bool)
}

/// Why a peer forgets a key.
public enum ForgettingReason: Equatable, Sendable {
  /// A tombstone whose time was over.
  case tombstone
  /// A hint that was handed over.
  case handedOver
  /// Another node is the key's replica now.
  case movedAway
}

/// Whose copies made a write.
public struct QuorumCopies: Sendable {
  let slots: [ReplicaSlot]
  let hintsCount: Bool

  /// The nodes: replicas, and who stood in for one.
  public var nodes: [NodeID] {
    slots.compactMap { slot in
      slot.hasAnswered ? slot.node : slot.counts(hintsCount) ? slot.standIn : nil
    }
  }
}
