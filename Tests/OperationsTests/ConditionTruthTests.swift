import Operations
import Positions
import Testing

/// What holds, what doesn't, what nobody knows, and what was found.
@Suite struct ConditionTruthTests {
  /// n1 leads, n2 is 2.1 s behind, n3 is dead.
  static var snapshot: ClusterSnapshot {
    var snapshot = ClusterSnapshot(
      at: .start, isLive: false, knobs: Knobs(), load: LoadChange())
    for number in 1...3 {
      var node = NodeSnapshot(id: NodeID(number), site: SiteID("site1"))
      node.state = .running
      node.term = Term(epoch: 4, node: NodeID(1))
      (node.received, node.written, node.flushed) = (LSN(12345), LSN(12345), LSN(12000))
      node.applied = LSN(UInt64(12000 / number))
      node.lag = Lag(bytes: 12000 - 12000 / number, records: number - 1, time: .zero)
      node.hash = number == 2 ? 7 : 5
      snapshot.nodes.append(node)
    }
    snapshot.nodes[0].role = .leader
    snapshot.nodes[1].lag.time = .milliseconds(2100)
    snapshot.nodes[1].rollbackRecords = 12
    snapshot.nodes[2].state = .dead
    snapshot.nodes[2].lag = Lag(bytes: 0, records: 0, time: nil)
    var model = SingleLeaderSnapshot()
    model.leader = NodeID(1)
    model.leaders = [NodeID(1)]
    model.term = Term(epoch: 4, node: NodeID(1))
    model.commit = LSN(12000)
    snapshot.model = .singleLeader(model)
    snapshot.ledger.acknowledged = 1240
    snapshot.ledger.staleReads = 3
    snapshot.clients.readsPerSecond = 940
    snapshot.clients.writesPerSecond = 1240
    snapshot.clients.recentAcknowledgement.p50 = 12.4
    snapshot.lastWrite = LastWriteSnapshot(key: "x")
    snapshot.lastWrite?.state = .acknowledged(by: NodeID(1))
    snapshot.lastWrite?.position = LSN(6000)
    snapshot.lastRead = LastReadSnapshot(key: "x")
    snapshot.lastRead?.state = .value("hello")
    return snapshot
  }

  static let scope = ConditionScope(
    nodes: [NodeID(1), NodeID(2), NodeID(3), NodeID(4)], names: ["before": .rate, "gone": .time])
  static let names = ["before": Quantity(900, .rate)]

  static func truth(
    _ text: String, _ snapshot: ClusterSnapshot = ConditionTruthTests.snapshot
  ) throws -> Truth {
    try Condition.parse(text, scope).truth(in: snapshot, names)
  }

  static func found(
    _ text: String, _ snapshot: ClusterSnapshot = ConditionTruthTests.snapshot
  ) throws -> String {
    try Condition.parse(text, scope).found(in: snapshot, names)
  }

  @Test(arguments: [
    "leader is n1", "leader == n1", "n1 is leader", "leader != n2", "leader is not none",
    "leaders is 1", "term == 4", "n1.term == term", "commit == 12000B", "commit >= n1.flushed",
    "lost is 0", "staleReads == 3", "acknowledged == 1240", "acknowledged > 1239.5",
    "reads.rate == 940/s", "reads.rate > before", "reads.rate < 1.1 * before",
    "reads.rate < 110% * before", "writes.rate > 1k/s", "ack.p50 == 12.4ms", "ack.p50 > 12399 us",
    "ack.p50 * 2 == 24.8 ms", "not converged", "not (lost > 0)", "n1.role is leader",
    "n2.role is not leader", "n2.role == n3.role", "n3.state is dead", "n3.state != n1.state",
    "n2.applied >= last write", "last write == 6KB", "last write is acknowledged",
    "last write is not waiting", "not last write is refused", "n1.flushed - last write == 6000B",
    "n1.received - n1.flushed < 1KB", "n1.received > n1.flushed", "n1.written is n1.received",
    "last read is \"hello\"", "last read is not \"hell\"", "last read is not missing",
    "last read is not stale", "last read is not waiting", "not last read is unanswered",
    "n2.rollback.records > 11", "n2.lag.time == 2.1s", "n2.lag.time > 2s and n2.lag.bytes == 6KB",
    "n2.lag.records is 1", "n1.hash != n2.hash", "n1.lag.time is 0",
    "any follower.state is dead", "not all followers.state is dead",
    "any follower.lag.time > 2s", "all followers.applied >= 4000B",
    "all followers.applied < commit",
    // `and` binds more than `or`, `*` more than `+`, `not` takes one comparison.
    "lost is 0 or lost is 1 and lost is 2", "(lost is 0 or lost is 1) and leaders is 1",
    "not lost is 1 and lost is 0", "2 + 3 * 4 == 14", "(2 + 3) * 4 == 20", "10 - 3 - 2 == 5",
    "24 / 4 / 2 == 3", "-3 + 5 == 2", "2 - -3 == 5", "1s / 250ms == 4", "900/s * 2s == 1800",
    "1800 / 2s == 900/s", "900 / 900/s == 1s", "64KB == 64000B and 1KiB is 1024 B",
    "1m is 60s and 1 h is 60m and 1ms is 1000us and 1us is 1000ns",
    // One that is known decides where it can.
    "lost is 0 or n3.lag.time < 1s", "n3.lag.time < 1s or lost is 0",
  ])
  func holds(text: String) throws { #expect(try Self.truth(text) == .holds) }

  @Test(arguments: [
    "leader is none", "leader is n2", "lost > 0", "converged", "n1.hash is n2.hash",
    "last read is missing", "last read is \"hello \"", "last write is waiting",
    "n3.applied >= last write", "all followers.state is running", "all followers.lag.time < 500ms",
    "any follower.role is leader", "n3.lag.time < 1s and lost is 1",
    "lost is 1 and n3.lag.time < 1s",
    "not (lost is 0 or n3.lag.time < 1s)",
  ])
  func fails(text: String) throws { #expect(try Self.truth(text) == .fails) }

  @Test(arguments: [
    "n3.lag.time < 1s", "not n3.lag.time < 1s", "n3.lag.bytes is 0", "n3.lag.records != 1",
    "n3.hash == n1.hash", "n3.hash != n1.hash", "ack.p99 > 0", "gone > 1s", "n4.applied > 0",
    "n4.state is dead", "n3.lag.time < 1s and lost is 0", "n3.lag.time < 1s or lost is 1",
    "all followers.lag.time < 3s", "any follower.lag.time < 1s", "1 / lost > 3",
    "ack.p99 - ack.p50 < 1s",
    "lost / lost is 1",
  ])
  func isUnknown(text: String) throws { #expect(try Self.truth(text) == .unknown) }

  @Test func withoutALeaderNobodyKnowsALag() throws {
    var snapshot = Self.snapshot
    var model = SingleLeaderSnapshot()
    model.term = Term(epoch: 4, node: NodeID(1))
    snapshot.model = .singleLeader(model)
    for position in snapshot.nodes.indices { snapshot.nodes[position].lag.time = nil }
    #expect(try Self.truth("leader is none", snapshot) == .holds)
    #expect(try Self.truth("leader is n1", snapshot) == .fails)
    #expect(try Self.truth("n2.lag.bytes < 1MB", snapshot) == .unknown)
    #expect(
      try Self.found("n2.lag.bytes < 1MB", snapshot) == "n2.lag.bytes is unknown (nobody leads)")
    // Every member is a follower then.
    #expect(try Self.truth("any follower.role is leader", snapshot) == .holds)
  }

  @Test func withoutFollowersAllHoldAndNoneDoes() throws {
    var snapshot = Self.snapshot
    snapshot.nodes.removeLast(2)
    #expect(try Self.truth("all followers.lag.time < 1s", snapshot) == .holds)
    #expect(try Self.truth("any follower.lag.time < 1s", snapshot) == .fails)
    #expect(try Self.found("any follower.lag.time < 1s", snapshot) == "there are no followers")
  }

  @Test func everyLeaderIsNoFollower() throws {
    var snapshot = Self.snapshot
    var model = SingleLeaderSnapshot()
    (model.leader, model.leaders) = (NodeID(1), [NodeID(1), NodeID(2)])
    snapshot.model = .singleLeader(model)
    #expect(try Self.truth("all followers.state is dead", snapshot) == .holds)
  }

  @Test func nothingWasWrittenOrReadYet() throws {
    var snapshot = Self.snapshot
    (snapshot.lastWrite, snapshot.lastRead) = (nil, nil)
    for text in [
      "last write is acknowledged", "last write is not acknowledged", "n1.applied >= last write",
      "last read is missing", "last read is not \"x\"",
    ] {
      #expect(try Self.truth(text, snapshot) == .unknown)
    }
    #expect(
      try Self.found("last read is missing or last write is refused", snapshot)
        == "last read is unknown (nothing was read yet), last write is unknown (nothing was written yet)"
    )
  }

  @Test func whatAWriteIs() throws {
    var snapshot = Self.snapshot
    let states: [(LastWriteSnapshot.State, String, String)] = [
      (.waiting, "waiting", "waiting at 6,000"),
      (.acknowledged(by: NodeID(2)), "acknowledged", "acknowledged by n2 at 6,000"),
      (.refused("n1 does not lead"), "refused", "refused (n1 does not lead) at 6,000"),
      (.unanswered, "unanswered", "unanswered at 6,000"),
    ]
    for (state, word, found) in states {
      snapshot.lastWrite?.state = state
      for (_, other, _) in states {
        #expect(
          try Self.truth("last write is \(other)", snapshot) == (other == word ? .holds : .fails))
      }
      #expect(try Self.found("last write is waiting", snapshot) == "last write is \(found)")
    }
    snapshot.lastWrite?.position = nil
    #expect(try Self.truth("n1.applied >= last write", snapshot) == .unknown)
    #expect(
      try Self.found("last write is waiting", snapshot)
        == "last write is unanswered at no position that is known")
  }

  @Test func whatAReadIs() throws {
    var snapshot = Self.snapshot
    func truths(_ state: LastReadSnapshot.State, stale: Bool = false) throws -> [Truth] {
      snapshot.lastRead?.state = state
      snapshot.lastRead?.isStale = stale
      return try ["missing", "stale", "waiting", "unanswered", "\"hello\""].map {
        try Self.truth("last read is \($0)", snapshot)
      }
    }
    #expect(try truths(.waiting) == [.unknown, .unknown, .holds, .unknown, .unknown])
    #expect(try truths(.unanswered) == [.unknown, .unknown, .fails, .holds, .unknown])
    #expect(try truths(.missing) == [.holds, .fails, .fails, .fails, .fails])
    #expect(try truths(.missing, stale: true) == [.holds, .holds, .fails, .fails, .fails])
    #expect(try truths(.value("hello")) == [.fails, .fails, .fails, .fails, .holds])
    #expect(try truths(.value("old"), stale: true) == [.fails, .holds, .fails, .fails, .fails])
    #expect(try Self.found("last read is missing", snapshot) == "last read is \"old\" and stale")
    _ = try truths(.value("a\n\u{1B}[31m" + String(repeating: "x", count: 100)))
    #expect(
      try Self.found("last read is missing", snapshot)
        == "last read is \"a\\n\\u{1B}[31m" + String(repeating: "x", count: 53) + "…\"")
  }

  @Test func numbersAreRemembered() throws {
    let expression = try Expression.parse(" 2 * reads.rate ", Self.scope)
    #expect(expression.description == "2 * reads.rate")
    #expect(expression.value(in: Self.snapshot) == Quantity(1880, .rate))
    #expect(
      try Expression.parse("last write", Self.scope).value(in: Self.snapshot)
        == Quantity(6000, .position))
    #expect(try Expression.parse("commit - last write", Self.scope).dimension == .bytes)
    #expect(try Expression.parse("last write + 5KB", Self.scope).dimension == .position)
    #expect(try Expression.parse("n3.lag.time", Self.scope).value(in: Self.snapshot) == nil)
    #expect(
      try Expression.parse("before", Self.scope).value(in: Self.snapshot, Self.names)
        == Quantity(900, .rate))
  }

  @Test func threeValuedLogic() {
    let all: [Truth] = [.holds, .fails, .unknown]
    #expect(all.map { !$0 } == [.fails, .holds, .unknown])
    for one in all {
      for other in all {
        let both: Truth =
          one == .fails || other == .fails
          ? .fails : one == .holds && other == .holds ? .holds : .unknown
        let either: Truth =
          one == .holds || other == .holds
          ? .holds : one == .fails && other == .fails ? .fails : .unknown
        #expect(Truth.all([one, other]) == both)
        #expect(Truth.any([one, other]) == either)
      }
    }
    #expect(Truth.all([]) == .holds)
    #expect(Truth.any([]) == .fails)
  }
}
