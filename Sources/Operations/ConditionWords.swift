/// What a condition can say of the cluster, by its word.
enum ClusterWord: String, Sendable, CaseIterable {
  case leader
  case leaders
  case term
  case commit
  case lastWrite = "last write"
  case lastRead = "last read"
  case acknowledged
  case lost
  case staleReads
  case findings
  case violations
  case converged
  case readsRate = "reads.rate"
  case writesRate = "writes.rate"
  case ackP50 = "ack.p50"
  case ackP99 = "ack.p99"
  case readsP50 = "reads.p50"
  case readsP99 = "reads.p99"

  var sort: ConditionSort {
    switch self {
    case .leader: .node
    case .leaders, .term, .acknowledged, .lost, .staleReads, .findings, .violations:
      .quantity(.number)
    case .commit: .quantity(.position)
    case .lastWrite: .write
    case .lastRead: .read
    case .converged: .truth
    case .readsRate, .writesRate: .quantity(.rate)
    case .ackP50, .ackP99, .readsP50, .readsP99: .quantity(.time)
    }
  }

  var meaning: String {
    switch self {
    case .leader: "the running leader of the highest term: a node, or none"
    case .leaders: "how many running nodes act as leader"
    case .term: "the highest term there ever was"
    case .commit: "the furthest commit position"
    case .lastWrite:
      "the position just past the script's latest write; also is acknowledged, waiting, refused or unanswered"
    case .lastRead:
      "what the script's latest read gave: is \"a value\", missing, stale, waiting or unanswered"
    case .acknowledged: "writes acknowledged since the start"
    case .lost: "acknowledged writes lost by failovers"
    case .staleReads: "reads that missed an acknowledged write"
    case .findings: "what the knobs permit and happened"
    case .violations: "what must never happen and did"
    case .converged: "all live replicas agree and have applied everything"
    case .readsRate: "answered reads a second, over the last second"
    case .writesRate: "acknowledged writes a second, over the last second"
    case .ackP50: "median time to acknowledgement, over the last ten seconds"
    case .ackP99: "99th percentile of the time to acknowledgement, over the last ten seconds"
    case .readsP50: "median time to a read's answer, over the last ten seconds"
    case .readsP99: "99th percentile of the time to a read's answer, over the last ten seconds"
    }
  }
}

/// What a condition can say of one node, by the word after its dot.
enum NodeWord: String, Sendable, CaseIterable {
  case role
  case state
  case term
  case written
  case flushed
  case received
  case applied
  case lagBytes = "lag.bytes"
  case lagRecords = "lag.records"
  case lagTime = "lag.time"
  case rollbackRecords = "rollback.records"
  case hash

  var sort: ConditionSort {
    switch self {
    case .role: .role
    case .state: .state
    case .term, .lagRecords, .rollbackRecords: .quantity(.number)
    case .written, .flushed, .received, .applied: .quantity(.position)
    case .lagBytes: .quantity(.bytes)
    case .lagTime: .quantity(.time)
    case .hash: .hash
    }
  }

  var meaning: String {
    switch self {
    case .role: "its part: \(Role.allCases.map(\.rawValue).joined(separator: ", "))"
    case .state: "how it runs: \(NodeState.allCases.map(\.rawValue).joined(separator: ", "))"
    case .term: "its term"
    case .written: "the end of what it handed to the operating system"
    case .flushed: "the end of what is durable"
    case .received: "the end of its log, in memory or files"
    case .applied: "the end of what its state shows"
    case .lagBytes: "how many bytes its state is behind the leader's log"
    case .lagRecords: "how many records its state is behind the leader's log"
    case .lagTime: "the age of the oldest record it has not applied"
    case .rollbackRecords: "records it rolled back so far"
    case .hash: "the hash of its state; equal states have equal ones"
    }
  }
}

/// What a value is; only like is compared with like.
enum ConditionSort: Equatable, Sendable {
  case quantity(Quantity.Dimension)
  /// The last write: a position, and what became of it.
  case write
  case read
  case node
  case role
  case state
  case hash
  /// True or not by itself.
  case truth

  /// As a number: the last write stands for its position.
  var dimension: Quantity.Dimension? {
    switch self {
    case .quantity(let dimension): dimension
    case .write: .position
    default: nil
    }
  }

  /// The words that can stand on the other side.
  var words: [String]? {
    switch self {
    case .role: Role.allCases.map(\.rawValue)
    case .state: NodeState.allCases.map(\.rawValue)
    case .write: ["acknowledged", "waiting", "refused", "unanswered"]
    case .read: ["missing", "stale", "waiting", "unanswered"]
    default: nil
    }
  }

  /// `a time`, for messages.
  var article: String {
    switch self {
    case .quantity(let dimension): dimension.article
    case .write: "a write"
    case .read: "a read"
    case .node: "a node"
    case .role: "a role"
    case .state: "a state"
    case .hash: "a hash"
    case .truth: "something that holds or not"
    }
  }
}

/// The words of conditions, for help and completion.
public struct ConditionWord: Equatable, Sendable {
  /// As it is typed; a node's word begins with `nK.`.
  public var word: String
  /// What it means, a part of a line.
  public var meaning: String

  /// Everything that a condition can speak of.
  public static let all: [ConditionWord] =
    ClusterWord.allCases.map { ConditionWord(word: $0.rawValue, meaning: $0.meaning) }
    + NodeWord.allCases.map { ConditionWord(word: "nK." + $0.rawValue, meaning: $0.meaning) }
    + [
      ConditionWord(
        word: "all followers.",
        meaning: "one of a node's words, for every member that does not lead, dead ones too"),
      ConditionWord(word: "any follower.", meaning: "the same, for at least one of them"),
    ]

  /// What joins and compares.
  public static let connectives = ["and", "or", "not", "is"]

  /// Words of the models that have no leader, or several.
  static func isLacking(_ word: String) -> String? {
    switch word {
    case "conflicts":
      "\(word): a cluster with a single leader has none; they come of writes that several leaders take"
    case "siblings":
      "\(word): a cluster with a single leader has none; they come of writes that several nodes take"
    case "hints", "repairs":
      "\(word): a cluster with a single leader has none; quorums without a leader have them"
    default: nil
    }
  }
}
