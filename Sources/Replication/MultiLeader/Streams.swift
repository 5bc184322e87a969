import Positions
import Records

/// What a leader knows of one that it streams to.
struct OutgoingStream: Sendable {
  var node: NodeID
  /// Where it began: the receiver had all that came before.
  var base = Index.zero
  /// The last record of this log that a message has named.
  var sent = Index.zero
  /// The last one looked at: what follows ``sent`` did not have to be sent.
  var scanned = Index.zero
  /// The last one that the receiver has.
  var taken = Index.zero
  /// Everybody's writes that the receiver has applied, by its last word; nil before the first one.
  var applied: VersionVector?
  /// What was taken at the beat before: a stream that does not move is sent again.
  var takenBefore = Index.zero
  /// Whether the log is being read back for it.
  var isReading = false
  /// Writes that it lacks and that nobody else will send it; nil: all is well.
  var rescue: VersionVector?
  /// What this node had applied a second ago: by now the receiver should have it.
  var expected = VersionVector()
  /// The whole state that is on its way to it.
  var transfer: Transfer?
  /// What of writes that nobody has the receiver was shown.
  var shared = Shared()

  /// Whole states that were sent since this node shows more than it has applied.
  struct Shared: Sendable {
    var ahead = VersionVector()
    /// The last one's hash, and how many there were.
    var hash: UInt64 = 0
    var count = 0
  }

  /// A state under way: its parts are sent one after another.
  struct Transfer: Sendable {
    var store: VersionedStore
    var applied: VersionVector
    /// What the state may show beyond that: its sender is itself in the middle of a state.
    var ahead: VersionVector
    /// Names it: what the state says, all of it.
    var mark: UInt64 { applied.digest ^ store.hash }
    /// The place in the log where the stream goes on afterwards.
    var index: Index
    var part: UInt64 = 0
    var partBefore: UInt64?

    /// Stretches of the store that go together.
    private static let stretches = 16

    /// Parts in all.
    var parts: UInt64 {
      UInt64((store.stretches + Self.stretches - 1) / Self.stretches)
    }

    /// The keys of the present part.
    var keys: [PeerMessage.StateKey] {
      let first = Int(part) * Self.stretches
      return (first..<first + Self.stretches).flatMap { store.stretch($0) }
        .map { PeerMessage.StateKey(key: $0.key, state: $0.state) }
    }
  }

  /// Goes on, or back, to a place up to which the receiver lacks nothing.
  mutating func restart(at index: Index) {
    sent = index
    scanned = index
    taken = index
    takenBefore = index
  }

  /// Bytes on their way at most; and in one message, about.
  static let window = 1 << 20
  static let messageSize = 64 << 10
}

/// Which part of a whole state came, and what the state makes known.
struct StatePart: Sendable {
  var mark: UInt64
  var number: UInt64
  var total: UInt64
  var applied: VersionVector
  var ahead: VersionVector
}

/// What a leader knows of one that streams to it.
struct IncomingStream: Sendable {
  var node: NodeID
  /// Which incarnation of the sender it belongs to.
  var incarnation: UInt64
  /// The last record of the sender's log, without a gap; zero: none yet.
  var through: Index
  /// The state that is being taken from it, by its mark: the next part.
  var taking: (next: UInt64, mark: UInt64)?
}

// Sending.
extension MultiLeaderReplica {
  /// Makes the streams that the topology asks for, keeping those that there are.
  mutating func connect() {
    let targets = policy.multiLeader.topology.targets(of: id, among: policy.members)
    streams = targets.map { node in
      streams.first { $0.node == node } ?? OutgoingStream(node: node)
    }
  }

  /// Asks those it streams to how far they are.
  mutating func greet(into effects: inout [PeerEffect]) {
    for position in streams.indices {
      let stream = streams[position]
      streams[position].sent = stream.scanned
      effects.append(
        .send(
          .stream(
            incarnation: actor.incarnation, base: stream.base, after: stream.sent,
            through: stream.scanned, []),
          to: stream.node))
    }
  }

  /// Whether this node has to send `write` to `target`, as nobody else does.
  func isDue(_ write: Dot, to stream: OutgoingStream) -> Bool {
    let actor = write.actor
    if let applied = stream.applied, applied.covers(write) { return false }
    if isPlanted(.hubsDoNotForward), actor.node != id { return false }
    if actor.node == stream.node { return isGone(actor) }
    if policy.multiLeader.topology != .all || actor.node == id { return true }
    return stream.rescue?.covers(write) ?? false
  }

  /// Sends what has become safe, as far as the window allows.
  mutating func pump(_ position: Int, into effects: inout [PeerEffect]) {
    guard streams[position].applied != nil, streams[position].transfer == nil else { return }
    while !streams[position].isReading {
      let (taken, sent, next) = (
        streams[position].taken, streams[position].sent, streams[position].scanned
      )
      guard next < log.safe(policy), let inFlight = bytes(from: taken, to: sent),
        inFlight < OutgoingStream.window
      else { return }
      guard
        let batches = log.window?.batches(
          after: next, maximumBytes: OutgoingStream.messageSize)
      else {
        streams[position].isReading = true
        effects.append(.readLog(after: next, for: streams[position].node))
        return
      }
      guard send(batches, position, into: &effects) else { return }
    }
  }

  /// Bytes of the log between two records, about; nil: so many that they are in memory no longer.
  private func bytes(from taken: Index, to sent: Index) -> Int? {
    guard let start = log.window?.point(at: taken), let end = log.window?.point(at: sent) else {
      // Read back from disk: a message at a time.
      return taken == sent ? 0 : nil
    }
    return end.end.distance(from: start.end)
  }

  /// Sends of these records what the receiver needs.
  ///
  /// - Returns: false where the stream can't go on.
  private mutating func send(
    _ batches: [RecordBatch], _ position: Int, into effects: inout [PeerEffect]
  ) -> Bool {
    let safe = log.safe(policy)
    let stream = streams[position]
    let after = stream.scanned
    var writes: [StreamedWrite] = []
    var through = after
    var needsState = false
    for batch in batches {
      batch.forEachKeyRecord { index, record in
        guard index > after, index <= safe, !needsState else { return }
        switch record {
        case .write(let write): if isDue(write.dot, to: stream) { writes.append(write) }
        case .reached(let vector):
          // What came as a state is in no log as writes.
          needsState = vector.entries.contains { isDue($0, to: stream) }
        case .taken, .taking, .hint, .hintDone, .forgotten: break
        }
        if !needsState { through = index }
      }
      if !needsState { through = min(max(through, batch.last.index), safe) }
    }
    streams[position].scanned = through
    if !writes.isEmpty {
      streams[position].sent = through
      effects.append(
        .send(
          .stream(
            incarnation: actor.incarnation, base: stream.base, after: stream.sent,
            through: through, writes),
          to: stream.node))
    }
    if needsState { beginTransfer(position, into: &effects) }
    return through > after && !needsState
  }

  mutating func recordsRead(
    _ batch: RecordBatch?, for node: NodeID, into effects: inout [PeerEffect]
  ) {
    guard let position = streams.firstIndex(where: { $0.node == node }),
      streams[position].isReading
    else { return }
    streams[position].isReading = false
    guard streams[position].transfer == nil else { return }
    guard let batch else { return beginTransfer(position, into: &effects) }
    let next = streams[position].scanned
    if batch.previous.index <= next, next < batch.last.index {
      _ = send([batch.suffix(after: next)], position, into: &effects)
    }
    pump(position, into: &effects)
  }

  /// The receiver says how far it is.
  mutating func streamWasTaken(
    by node: NodeID, through: Index, applied: VersionVector, into effects: inout [PeerEffect]
  ) {
    guard let position = streams.firstIndex(where: { $0.node == node }) else { return }
    // One that has restarted knows of nothing.
    let isNew = streams[position].applied == nil || through == .zero
    if isNew { streams[position].shared = OutgoingStream.Shared() }
    streams[position].applied = applied
    // A state under way goes on: where the stream continues is known once it has been taken.
    if streams[position].transfer != nil { return }
    if let rescue = streams[position].rescue, applied.covers(rescue) {
      streams[position].rescue = nil
    }
    if isNew {
      begin(position, into: &effects)
    } else {
      streams[position].taken = max(through, streams[position].taken)
    }
    pump(position, into: &effects)
  }

  /// Begins a stream where the receiver has all that came before.
  mutating func begin(_ position: Int, into effects: inout [PeerEffect]) {
    guard let has = streams[position].applied else { return }
    let stream = streams[position]
    let start = marks.last { mark in
      mark.applied.entries.allSatisfy { has.covers($0) || !isDue($0, to: stream) }
    }
    guard let start else { return beginTransfer(position, into: &effects) }
    streams[position].transfer = nil
    streams[position].base = start.index
    streams[position].restart(at: start.index)
  }
}
