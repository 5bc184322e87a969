import Operations
import Positions
import Replication

/// What a client waits for.
struct Operation: Sendable {
  /// The kinds of operation.
  enum Kind: Sendable {
    case read
    case write
    /// A read whose write follows (YCSB F).
    case readModifyWrite
    case scan(Int)
  }

  var kind: Kind
  /// The key's number; the operator's own operation has its key in ``Load/named``.
  var key: Int
  /// The write's number in its session.
  var sequence: UInt64
  /// When it should have begun: latency counts from here, however long it waited for a client.
  var intended: Instant
  /// When it is given up.
  var deadline: Instant
  /// The node it was last sent to.
  var node: NodeID
  /// Names the try, so that an answer to an earlier one is known.
  var attempt: UInt32
  /// Whether an answer is still awaited from ``node`` (else a try is due).
  var isUnderWay: Bool
  /// How often it was sent.
  var tries: UInt8 = 0
  /// How often a node sent it on to another: after a few times it waits before it goes on.
  var redirects: UInt8 = 0
}

/// A key and value given by hand, for the operator's own operation.
struct NamedOperation: Sendable {
  var key: [UInt8]
  var value: [UInt8]
  /// The node it goes to; nil: as the load does.
  var target: NodeID?
  /// What it does to the key, where several nodes take writes.
  var change = Change.delete
  /// How many replicas it asks for; nil: as the knobs say.
  var level: ConsistencyLevel?
  /// Whether it takes the place of the versions that it was chosen from.
  var isChoice = false
}

/// One client session: plain words only, so that a copy of one costs next to nothing.
struct Client: Sendable {
  /// Where it lives: a position among the cluster's sites.
  var site: Int
  /// The node it takes for the leader.
  var leader: NodeID
  /// Its newest write's number.
  var sequence: UInt64
  /// What it waits for.
  var operation: Operation?
  /// What its session has written and seen: reads that promise as much must show it.
  var wrote = Index.zero
  var saw = Index.zero
  /// The node its next read goes to, when any will do.
  var turn: Int
  /// Counts its tries.
  var attempts: UInt32 = 0
}
