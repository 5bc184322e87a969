import Collections
import Positions
import Records

/// One of several leaders: it takes writes, acknowledges them once they are safe here, and streams its
/// log to the others, which do the same.
///
/// Its log holds its own writes and those that it took from others, each with its place in its writer's
/// log: a write is applied once, after all that its writer had seen (causal order). What a log no longer
/// holds goes as a whole state.
public struct MultiLeaderReplica: Peer {
  public let id: NodeID
  /// The knobs and the members.
  public internal(set) var policy: PeerPolicy
  public internal(set) var actor: Actor
  public internal(set) var store = VersionedStore()
  /// How far it has applied everybody's writes, by who made them.
  public internal(set) var applied = VersionVector()
  var log = PeerLog(keepsRecords: true)
  /// What it streams, by receiver.
  var streams: [OutgoingStream] = []
  /// What it hears, by sender.
  var sources: [IncomingStream] = []
  /// Writes that came before what they depend on.
  var heldBack: [StreamedWrite] = []
  /// Of these, those that waited already when it was last looked for what waits in vain.
  var longHeldBack: [Dot] = []
  /// Places in the log from which a stream can begin.
  var marks: Deque<LogMark> = []
  /// What its own newest write said that it had of the others' logs.
  var lastDepends = VersionVector()
  /// Clients' writes that wait to be safe, by their place in the log.
  var waiting: Deque<WaitingWrite> = []
  /// Reads that wait for what their sessions must be shown.
  var parked: [PeerRequest] = []
  /// Who is known in which incarnation: the newest heard of each node.
  var incarnations: [Actor] = []
  /// What a state that was taken in part, or is being taken, would make known; nil: nothing more is
  /// shown than ``applied`` says.
  public internal(set) var ahead: VersionVector?
  /// The same when it was last looked for what will never come.
  var aheadBefore: VersionVector?
  var isDiskFull = false
  var beats = 0

  /// A write that is in the log and not yet safe.
  struct WaitingWrite: Sendable {
    var index: Index
    var request: UInt64
    /// Its place in its writer's log.
    var place: Dot
    var keyHash: UInt64
    var dot: Dot
    var context: VersionVector
  }

  /// A place in the log, and what was applied there.
  struct LogMark: Sendable {
    var index: Index
    var applied: VersionVector
  }

  /// Records between two marks.
  static let markSpacing = 512
  /// Writes held back at most; what comes beyond is dropped, and sent again.
  static let heldBackMaximum = 4096

  /// A node that has read nothing yet.
  public init(id: NodeID, policy: PeerPolicy) {
    self.id = id
    self.policy = policy
    actor = Actor(node: id, incarnation: 0, generation: 0)
    marks = [LogMark(index: .zero, applied: VersionVector())]
  }

  public var head: LogPoint { log.head }
  public var flushed: LogPoint { log.flushed }

  public var appliedHash: UInt64? { ahead == nil ? applied.digest : nil }

  // MARK: Files

  public var checkpoint: [UInt8] {
    var writer = ByteWriter()
    applied.encode(into: &writer)
    (ahead ?? VersionVector()).encode(into: &writer)
    writer.bytes += store.encoded
    return writer.bytes
  }

  public mutating func restore(_ payload: [UInt8], at point: LogPoint) -> Bool {
    let read: (applied: VersionVector, ahead: VersionVector, store: VersionedStore)? =
      payload.withUnsafeBytes { bytes in
        var reader = ByteReader(bytes)
        guard let applied = VersionVector(&reader), let ahead = VersionVector(&reader),
          let store = VersionedStore(&reader), reader.isAtEnd
        else { return nil }
        return (applied, ahead, store)
      }
    guard let read else { return false }
    applied = read.applied
    store = read.store
    ahead = read.ahead.isEmpty ? nil : read.ahead
    log.begin(after: point)
    marks = [LogMark(index: point.index, applied: applied)]
    return true
  }

  public mutating func replay(_ batch: RecordBatch) {
    // The files may begin behind the checkpoint that was restored, not before it.
    if log.head.index < batch.previous.index { log.begin(after: batch.previous) }
    guard log.head.index < batch.last.index else { return }
    let new = batch.suffix(after: log.head.index)
    log.replay(new)
    var meetings: [Meeting] = []
    new.forEachKeyRecord { index, record in
      switch record {
      case .write(let write):
        join(write.key, write.state, &meetings)
        applied.insert(write.dot)
        if !applied.covers(write.ahead) { shows(atMost: write.ahead) }
        mark(index)
      case .taken(let key, let state): join(key, state, &meetings)
      case .taking(let vector): shows(atMost: vector)
      case .reached(let vector):
        applied.join(vector)
        marks.append(LogMark(index: index, applied: applied))
      case .hint, .hintDone, .forgotten: break
      }
      meetings.removeAll(keepingCapacity: true)
    }
    if let vector = ahead, applied.covers(vector) { ahead = nil }
  }

  public mutating func start(
    incarnation: UInt64, clock: PeerClock, into effects: inout [PeerEffect]
  ) {
    actor = Actor(node: id, incarnation: incarnation, generation: 0)
    log.term = Term(epoch: incarnation, node: id)
    noteIncarnation(actor)
    connect()
    effects.append(.setTimer(.beat, beat))
    greet(into: &effects)
  }

  // MARK: Events

  public var hasOpenRecords: Bool { log.isOpen }

  public mutating func seal() -> RecordBatch? { log.seal() }

  public mutating func handle(
    _ event: PeerEvent, clock: PeerClock, into effects: inout [PeerEffect]
  ) {
    switch event {
    case .message(let message, let sender): receive(message, from: sender, into: &effects)
    case .timer(.beat): beatCame(into: &effects)
    case .timer: break
    case .flushed(let point):
      log.becameDurable(point)
      becameSafe(into: &effects)
    case .written(let point):
      log.becameWritten(point)
      becameSafe(into: &effects)
    case .records(let batch, let node): recordsRead(batch, for: node, into: &effects)
    case .logBegins(let point):
      log.dropped(through: point)
      while marks.count > 1, let first = marks.first, first.index < point.index {
        marks.removeFirst()
      }
    case .request(let request): take(request, clock: clock, into: &effects)
    case .forget(let id): parked.removeAll { $0.id == id }
    case .policyChanged(let new):
      policy = new
      connect()
      greet(into: &effects)
    case .compareNow: rescueAll(into: &effects)
    case .diskFull(let isFull): isDiskFull = isFull
    }
  }

  private mutating func receive(
    _ message: PeerMessage, from sender: NodeID, into effects: inout [PeerEffect]
  ) {
    switch message {
    case .stream(let incarnation, let base, let after, let through, let writes):
      streamCame(
        IncomingStream(node: sender, incarnation: incarnation, through: through), base: base,
        after: after, writes, into: &effects)
    case .streamed(let incarnation, let own, let through, let applied):
      guard incarnation == actor.incarnation else { return }
      noteIncarnation(Actor(node: sender, incarnation: own, generation: 0))
      streamWasTaken(by: sender, through: through, applied: applied, into: &effects)
    case .state(let mark, let part, let total, let keys, let applied, let ahead):
      stateCame(
        StatePart(mark: mark, number: part, total: total, applied: applied, ahead: ahead), keys,
        from: sender, into: &effects)
    case .stateTaken(let next, let state):
      stateWasTaken(by: sender, next: next, of: state, into: &effects)
    case .moving, .forward, .store, .stored, .notStored, .fetch, .fetched, .gossip, .digests,
      .leaves,
      .keys, .askTombstone, .hasTombstone, .dropTombstone:
      break
    }
  }

  // MARK: Small things

  /// Time between two words to those it streams to; many nodes speak less often.
  var beat: Interval {
    policy.multiLeader.heartbeat.scaled(by: Double(max(1, policy.members.count / 10)))
  }

  mutating func join(_ key: [UInt8], _ state: KeyState, _ meetings: inout [Meeting]) {
    let merging = policy.merging(key)
    store.update(key, keyHash: VersionedStore.hash(of: key)) {
      _ = merging.join(state, into: &$0, &meetings)
    }
  }

  mutating func mark(_ index: Index) {
    if index.distance(from: marks.last?.index ?? .zero) >= Self.markSpacing {
      marks.append(LogMark(index: index, applied: applied))
    }
  }

  /// Remembers the newest incarnation of a node.
  mutating func noteIncarnation(_ actor: Actor) {
    guard let position = incarnations.firstIndex(where: { $0.node == actor.node }) else {
      incarnations.append(actor)
      return
    }
    if incarnations[position] < actor { incarnations[position] = actor }
  }

  /// Whether `actor` writes no more: its node has restarted since, or has left.
  func isGone(_ actor: Actor) -> Bool {
    guard let node = actor.node, policy.members.contains(node) else { return true }
    if isPlanted(.writesOfTheGoneAreNotPassedOn) { return false }
    let newest = incarnations.first { $0.node == node }
    return newest.map { $0.incarnation > actor.incarnation } ?? false
  }
}

extension VersionVector {
  /// A hash of it; equal vectors have equal ones.
  var digest: UInt64 {
    entries.reduce(0x2545_F491_4F6C_DD1D) { hash, dot in
      let product = (hash ^ dot.actor.rawValue).multipliedFullWidth(
        by: dot.counter ^ 0xA076_1D64_78BD_642F)
      return product.high ^ product.low &+ hash
    }
  }
}

extension MultiLeaderReplica {
  /// Writes that wait for what they depend on.
  public var heldBackCount: Int { heldBack.count }

  /// Of these, those of a node.
  public func heldBack(of node: NodeID) -> Int {
    heldBack.reduce(0) { $0 + ($1.dot.actor.node == node ? 1 : 0) }
  }
}
