import Positions

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
  /// The key's number; the operator's own operations name theirs in ``named``.
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
  /// The operator's own key and value.
  var named: Named?
  /// Whether an answer is still awaited from ``node`` (else a try is due).
  var isUnderWay: Bool

  /// A key and value given by hand.
  struct Named: Sendable {
    var key: [UInt8]
    var value: [UInt8]
    var target: NodeID?
  }
}

/// One client session.
struct Client: Sendable {
  /// Where it lives.
  var site: SiteID
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
