import Positions

/// How many replicas a client's request asks for, whatever the policy says.
public enum RequestLevel: UInt8, Sendable {
  /// One.
  case one = 1
  /// A majority of the key's.
  case quorum
  /// All of the key's.
  case all
}

/// A client's request to a node of a cluster without a single leader.
public struct PeerRequest: Equatable, Sendable {
  /// What is wanted.
  public enum Kind: Equatable, Sendable {
    /// A change; `seen` is what the client knew of the key, nil: whatever the node knows.
    case change(Change, seen: VersionVector?)
    /// What is known of the key.
    case read
  }

  /// Names the request; the answer repeats it.
  public var id: UInt64
  /// The key.
  public var key: [UInt8]
  /// What is wanted.
  public var kind: Kind
  /// How many replicas; nil: as the policy says.
  public var level: RequestLevel?
  /// What the session must be shown at least. With several leaders: writes by their writers' logs;
  /// without a leader: what it knows of the key.
  public var floor: VersionVector

  /// A request.
  public init(
    id: UInt64, key: [UInt8], kind: Kind, level: RequestLevel? = nil,
    floor: VersionVector = VersionVector()
  ) {
    self.id = id
    self.key = key
    self.kind = kind
    self.level = level
    self.floor = floor
  }

  /// Bytes on the wire.
  public var size: Int {
    let change: Int =
      switch kind {
      case .change(.value(let value), _): value.count
      case .change(.insert(let element), _), .change(.discard(let element), _): element.count
      case .change, .read: 8
      }
    return 32 + key.count + change + floor.entries.count * 16
  }
}

/// A node's answer to a client.
public enum PeerAnswer: Sendable {
  /// The write is safe on as many replicas as were needed. `context` is what is known of the key then;
  /// `applied`, with several leaders, the write's place in its writer's log.
  case written(dot: Dot, needed: Int, context: VersionVector, applied: VersionVector)
  /// What is known of the key; `applied` is how far the node has each other's log, with several leaders.
  case value(KeyState, applied: VersionVector)
  /// The node did not take it: nothing of it will ever be seen.
  case refused(PeerRefusal)
  /// Too few replicas answered in time: nobody knows what comes of it.
  case timedOut
}

/// Why a node did not take a request.
public enum PeerRefusal: Equatable, Sendable {
  /// Its disk is full.
  case diskFull
  /// It believes fewer of the key's replicas to be up than are needed.
  case unavailable(up: Int, needed: Int)
  /// The key's type can't do that.
  case problem(ChangeProblem)
  /// It doesn't know yet all that the session must be shown.
  case behind
}
