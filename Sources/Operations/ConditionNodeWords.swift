import Positions

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
  case behind
  case heldBack
  case hints
  case pending
  case share
  case hash

  /// The models of replication that have it.
  var models: Set<ReplicationModel> {
    switch self {
    case .role, .state, .written, .flushed, .received, .applied, .hash:
      Set(ReplicationModel.allCases)
    case .term, .lagBytes, .lagRecords, .rollbackRecords: [.singleLeader]
    case .lagTime: [.singleLeader, .multiLeader]
    case .behind, .heldBack: [.multiLeader]
    case .hints, .pending, .share: [.leaderless]
    }
  }

  /// Those that clusters of a model have.
  static func all(in model: ReplicationModel) -> [NodeWord] {
    allCases.filter { $0.models.contains(model) }
  }

  var sort: ConditionSort {
    switch self {
    case .role: .role
    case .state: .state
    case .term, .lagRecords, .rollbackRecords, .behind, .heldBack, .hints, .pending, .share:
      .quantity(.number)
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
    case .behind: "writes of the others that it has not applied; of one other: nK.behind.nJ"
    case .heldBack: "writes that it holds back until what they depend on has come"
    case .hints: "hints that it keeps for others"
    case .pending: "keys still to come to it after the ring changed"
    case .share: "the share of keys that it is a replica of"
    case .hash: "the hash of its state; equal states have equal ones"
    }
  }
}

/// A node's word, and of whose writes it speaks where that is said: `behind.n2`.
struct NodeField: Hashable, Sendable {
  var word: NodeWord
  var origin: NodeID?

  /// As it is typed.
  var text: String { word.rawValue + (origin.map { ".\($0)" } ?? "") }
}
