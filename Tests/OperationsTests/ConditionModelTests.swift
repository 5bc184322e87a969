import Operations
import Positions
import Testing

/// What can be said of the models in which several nodes take writes.
@Suite struct ConditionModelTests {
  static func scope(_ model: ReplicationModel) -> ConditionScope {
    ConditionScope(model: model, nodes: [NodeID(1), NodeID(2), NodeID(3)])
  }

  /// What every model has.
  static let shared = [
    "last write is acknowledged", "last write is not refused", "last read is \"a, b\"",
    "last read is siblings", "last read is not siblings", "last read is missing", "lost is 0",
    "acknowledged > 3", "staleReads is 0", "findings is 0", "violations is 0", "converged",
    "reads.rate > 1/s", "writes.rate > 1/s", "ack.p50 < 5ms", "ack.p99 < 5ms", "reads.p50 < 5ms",
    "reads.p99 < 5ms", "all nodes.hash is n1.hash", "any node.state is dead", "n1.role is peer",
    "n1.written >= n1.flushed", "n1.received >= n1.applied", "conflicts > 0", "merged is conflicts",
    "losers is 0", "losers.clock <= losers", "siblings is 0", "divergent is 0", "keys > 10",
    "divergent < 1% * keys", "risen is 0",
  ]
  static let severalLeaders =
    shared + [
      "n1.behind is 0", "n1.behind.n2 > 10", "all nodes.behind.n2 is 0", "n3.heldBack is 0",
      "any node.lag.time > 1s",
    ]
  static let quorums =
    shared + [
      "hints > 0", "hints.delivered is 3", "hints.expired is 0", "repairs > 0",
      "antiEntropy.repairs > 0", "antiEntropy.exchanges > 0", "antiEntropy.ranges is 0",
      "antiEntropy.bytes < 64KB", "unavailable is 0", "stale.share < 1%",
      "stale.share <= 2 * stale.predicted", "n1.hints is 2", "n1.pending is 0", "n1.share > 10%",
    ]

  @Test func areRead() throws {
    for (model, texts) in [
      (ReplicationModel.multiLeader, Self.severalLeaders), (.leaderless, Self.quorums),
    ] {
      for text in texts {
        let condition = try Condition.parse(text, Self.scope(model))
        #expect(condition.description == text)
      }
    }
  }

  static let peerWords = "role, state, written, flushed, received, applied"
  static let readWords = "\"a value\", siblings, missing, stale, waiting, unanswered"

  @Test(
    arguments: [
      (
        .leaderless, "leader is n1", 1,
        "leader: a cluster without a leader has none; only single-leader clusters do", nil
      ),
      (
        .multiLeader, "leaders is 2", 1,
        "leaders: a cluster with several leaders has none; only single-leader clusters do", nil
      ),
      (
        .leaderless, "lost is 0 and term > 1", 15,
        "term: a cluster without a leader has none; only single-leader clusters do", nil
      ),
      (
        .multiLeader, "commit > 0", 1,
        "commit: a cluster with several leaders has none; only single-leader clusters do", nil
      ),
      (
        .multiLeader, "hints > 0", 1,
        "hints: a cluster with several leaders has none; only leaderless clusters do", nil
      ),
      (
        .leaderless, "n1.term > 0", 4,
        "term: a cluster without a leader has none; only single-leader clusters do", nil
      ),
      (
        .leaderless, "n1.rollback.records is 0", 4,
        "rollback.records: a cluster without a leader has none; only single-leader clusters do", nil
      ),
      (
        .leaderless, "n1.lag.time < 1s", 4,
        "lag.time: a cluster without a leader has none; only single-leader and multi-leader clusters do",
        nil
      ),
      (
        .leaderless, "n1.behind is 0", 4,
        "behind: a cluster without a leader has none; only multi-leader clusters do", nil
      ),
      (.multiLeader, "n1.behind.n7 is 0", 11, "there is no n7; the nodes are n1 to n3", nil),
      (
        .multiLeader, "n1.behind.x is 0", 4,
        "n1 has no behind.x (\(peerWords), lag.time, behind, heldBack, hash)", "behind"
      ),
      (
        .leaderless, "n1.behind.n2 is 0", 4,
        "n1 has no behind.n2 (\(peerWords), hints, pending, share, hash)", nil
      ),
      (
        .leaderless, "all followers.state is dead", 5,
        "all nodes is expected here, not all followers", nil
      ),
      (
        .leaderless, "any nodes.state is dead", 5, "any node is expected here, not any nodes",
        "node"
      ),
      (
        .leaderless, "nodes.state is dead", 1,
        "say whether all nodes.state or any node.state is meant", nil
      ),
      (
        .leaderless, "all nodes.hash is any node.hash", 19,
        "a comparison goes through the nodes only once", nil
      ),
      (.leaderless, "n1.applied >= last write", 15, "a position is never a write", nil),
      (.leaderless, "last write > n1.applied", 14, "a write is never a position", nil),
      (.leaderless, "last read is 5", 14, "a read is \(readWords), not 5", nil),
      (.leaderless, "last read is sibling", 14, "a read is \(readWords), not sibling", "siblings"),
      (.leaderless, "last read > \"a\"", 11, "a read is not less or more: use is or is not", nil),
      (.leaderless, "conflict > 0", 1, "conflict is nothing that conditions know", "conflicts"),
      (.leaderless, "leder is n1", 1, "leder is nothing that conditions know", nil),
      (
        .leaderless, "antiEntropy.bytes < 5", 21,
        "a size is expected here: the number needs its unit (B, KB, MB, GB, KiB, MiB), as 64KB", nil
      ),
    ] as [(ReplicationModel, String, Int, String, String?)])
  func whatAModelLacks(
    model: ReplicationModel, text: String, column: Int, message: String, nearest: String?
  ) {
    let failure = Conditions.failure(text, Self.scope(model))
    #expect(failure?.message == message)
    #expect(failure?.column == column)
    #expect(failure?.nearest == nearest)
  }

  @Test func scriptsKnowTheirModel() throws {
    _ = try ScriptTests.script(
      """
      cluster model=leaderless
      expect hints is 0
      cluster model=multi-leader
      expect n1.behind is 0
      cluster
      expect leaders is 1
      """)
    #expect(
      ScriptTests.errors("cluster model=leaderless\nexpect leader is n1").map(\.message) == [
        "leader: a cluster without a leader has none; only single-leader clusters do"
      ])
    guard
      case .expect = try PromptLine.parse(
        "expect hints is 0", nodes: [NodeID(1)], model: .leaderless)
    else {
      Issue.record("no condition")
      return
    }
    #expect(throws: ParseFailure.self) {
      try PromptLine.parse("expect hints is 0", nodes: [NodeID(1)], model: .singleLeader)
    }
  }
}
