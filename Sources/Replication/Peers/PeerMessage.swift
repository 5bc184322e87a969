import Positions

/// What peers say to one another.
public enum PeerMessage: Sendable {
  // Several leaders.

  /// Writes from the sender's log, those that the receiver may lack, from behind `after` through `through`
  /// of that log; without any, it only asks how far the receiver is. Of what stands through `base` it
  /// lacks nothing. `incarnation` is the sender's.
  case stream(incarnation: UInt64, base: Index, after: Index, through: Index, [StreamedWrite])
  /// How far the receiver, itself in incarnation `by`, has the sender's log of that incarnation without a
  /// gap, and everybody's writes.
  case streamed(incarnation: UInt64, by: UInt64, through: Index, applied: VersionVector)
  /// A part of the sender's whole state, to a receiver whose writes its log holds no more; after the last
  /// one, `applied` is known. The keys may show writes through `ahead` beyond that: the sender is itself in
  /// the middle of taking a state.
  /// `mark` names the state.
  case state(
    mark: UInt64, part: UInt64, of: UInt64, [StateKey], applied: VersionVector,
    ahead: VersionVector)
  /// The next part that is wanted of the state of this mark.
  case stateTaken(next: UInt64, of: UInt64)

  // Without a leader.

  /// A client's request for another to coordinate, in the incarnation that the sender heard of last (0:
  /// none): one that started since can't know whether it has taken it already.
  case forward(PeerRequest, incarnation: UInt64)
  /// A version to be stored; `id` names the answer that is wanted, 0: none. `hintFor`: in whose place.
  case store(id: UInt64, key: [UInt8], KeyState, hintFor: NodeID?)
  /// It is durable.
  case stored(id: UInt64)
  /// It can't be stored: the disk is full.
  case notStored(id: UInt64)
  /// What is known of a key?
  case fetch(id: UInt64, key: [UInt8])
  /// This is.
  case fetched(id: UInt64, KeyState)
  /// How often each node has been heard of, by the sender.
  case gossip([Dot])
  /// Digests of the sender's Merkle tree of the keys that these nodes share: the children of these inner
  /// nodes of a level.
  case digests(exchange: UInt64, group: [NodeID], level: UInt8, nodes: [UInt32], [UInt64])
  /// What the sender has in these leaves: keys' hashes, and their states' hashes.
  case leaves(exchange: UInt64, group: [NodeID], leaves: [UInt32], [KeyDigest])
  /// Keys that the receiver lacks or has otherwise, and those wanted in return; `isAnswer`: they were wanted.
  case keys(exchange: UInt64, [StateKey], wanted: [UInt64], isAnswer: Bool)
  /// Whether the receiver has, durably, the tombstone of a key that the sender knows so, and no hint of it.
  case askTombstone(id: UInt64, key: [UInt8], context: VersionVector)
  /// Whether it has.
  case hasTombstone(id: UInt64, Bool)
  /// All have it: it can go, unless more became known of the key.
  case dropTombstone(key: [UInt8], context: VersionVector)
  /// Keys move to the ring that `mark` names, from the one of these members, tokens and replicas; `finished`
  /// have sent all that others must have.
  case moving(
    mark: UInt64, from: [NodeID], virtualNodes: Int, replicas: Int, finished: [NodeID])

  /// A key with its state.
  public struct StateKey: Equatable, Sendable {
    /// The key.
    public var key: [UInt8]
    /// What is known of it.
    public var state: KeyState

    /// A key with its state.
    public init(key: [UInt8], state: KeyState) {
      self.key = key
      self.state = state
    }

    /// Bytes on the wire.
    public var size: Int { 4 + key.count + state.size }
  }

  /// A key by its hash, with its state's.
  public struct KeyDigest: Equatable, Sendable {
    /// The key's hash.
    public var keyHash: UInt64
    /// The hash of what is known of it.
    public var stateHash: UInt64

    /// A digest.
    public init(keyHash: UInt64, stateHash: UInt64) {
      self.keyHash = keyHash
      self.stateHash = stateHash
    }
  }

  /// Bytes on the wire, about: headers of 32.
  public var size: Int {
    switch self {
    case .stream(_, _, _, _, let writes): 64 + writes.reduce(0) { $0 + $1.size }
    case .streamed(_, _, _, let applied): 56 + applied.entries.count * 16
    case .state(_, _, _, let keys, let applied, let ahead):
      48 + (applied.entries.count + ahead.entries.count) * 16 + keys.reduce(0) { $0 + $1.size }
    case .forward(let request, _): 40 + request.size
    case .store(_, let key, let state, _): 48 + key.count + state.size
    case .fetch(_, let key): 44 + key.count
    case .fetched(_, let state): 40 + state.size
    case .gossip(let counts): 32 + counts.count * 16
    case .digests(_, let group, _, let nodes, let digests):
      48 + group.count * 2 + nodes.count * 4 + digests.count * 8
    case .leaves(_, let group, let leaves, let digests):
      48 + group.count * 2 + leaves.count * 4 + digests.count * 16
    case .keys(_, let keys, let wanted, _):
      48 + wanted.count * 8 + keys.reduce(0) { $0 + $1.size }
    case .askTombstone(_, let key, let context), .dropTombstone(let key, let context):
      48 + key.count + context.entries.count * 16
    case .moving(_, let from, _, _, let finished): 56 + (from.count + finished.count) * 2
    case .stateTaken, .stored, .notStored, .hasTombstone: 40
    }
  }
}
