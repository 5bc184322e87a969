import Operations
import Positions
import Testing

/// What holds, and what is found, where several nodes take writes.
@Suite struct ConditionModelTruthTests {
  private static func cluster(_ model: ReplicationModel) -> ClusterSnapshot {
    var knobs = Knobs()
    knobs.model = model
    var snapshot = ClusterSnapshot(at: .start, isLive: false, knobs: knobs, load: LoadChange())
    for number in 1...3 {
      var node = NodeSnapshot(id: NodeID(number), site: SiteID("site1"))
      (node.role, node.state) = (.peer, number == 3 ? .dead : .running)
      snapshot.nodes.append(node)
    }
    snapshot.lastWrite = LastWriteSnapshot(key: "x")
    snapshot.lastWrite?.state = .acknowledged(by: NodeID(2))
    snapshot.lastRead = LastReadSnapshot(key: "x")
    snapshot.lastRead?.state = .values(["red", "blue"])
    return snapshot
  }

  private static var versions: VersionsSnapshot {
    var versions = VersionsSnapshot()
    (versions.conflicts, versions.losers, versions.lostByClock, versions.merged) = (9, 4, 1, 3)
    (versions.siblings, versions.divergentKeys, versions.keys) = (2, 5, 100)
    versions.risen = 6
    return versions
  }

  /// n3 is dead and lacks ten writes of n1's; n2 holds one back.
  static var severalLeaders: ClusterSnapshot {
    var snapshot = cluster(.multiLeader)
    var model = MultiLeaderSnapshot()
    for origin in 1...3 {
      for to in 1...3 where to != origin {
        let lacks = origin == 1 && to == 3
        model.streams.append(
          MultiLeaderSnapshot.Stream(
            origin: NodeID(origin), to: NodeID(to), applied: lacks ? 10 : 20, written: 20,
            heldBack: origin == 1 && to == 2 ? 1 : 0,
            lag: lacks ? nil : origin == 3 ? .milliseconds(40) : .zero))
      }
    }
    model.versions = versions
    snapshot.model = .multiLeader(model)
    return snapshot
  }

  static var quorums: ClusterSnapshot {
    var snapshot = cluster(.leaderless)
    var model = LeaderlessSnapshot()
    var place = LeaderlessSnapshot.RingNode(node: NodeID(1))
    (place.hints, place.pending, place.share) = (2, 7, 0.6)
    model.ring = [place]
    (model.hints, model.hintsDelivered, model.hintsExpired, model.repairs) = (2, 3, 1, 6)
    (model.exchanges, model.differingRanges, model.antiEntropyRepairs) = (8, 4, 11)
    (model.antiEntropyBytes, model.unavailable, model.measuredStaleness) = (4096, 12, 0.02)
    model.versions = versions
    snapshot.model = .leaderless(model)
    return snapshot
  }

  private static func truth(_ text: String, _ snapshot: ClusterSnapshot) throws -> Truth {
    try Condition.parse(text, ConditionModelTests.scope(snapshot.knobs.model)).truth(in: snapshot)
  }

  private static func found(_ text: String, _ snapshot: ClusterSnapshot) throws -> String {
    try Condition.parse(text, ConditionModelTests.scope(snapshot.knobs.model)).found(in: snapshot)
  }

  private static let shared = [
    "conflicts == 9", "merged == 3", "losers == 4", "losers.clock == 1", "siblings == 2",
    "risen == 6", "divergent == 5% * keys", "last write is acknowledged", "last read is siblings",
    "last read is \"red, blue\"", "last read is not \"red\"", "last read is not missing",
    "any node.state is dead", "not all nodes.state is running", "all nodes.role is peer",
  ]

  @Test(
    arguments: shared + [
      "n3.behind == 10", "n3.behind.n1 == 10", "n3.behind.n2 is 0", "n1.behind is 0",
      "n1.behind.n1 is 0", "any node.behind.n1 > 9", "all nodes.behind.n2 is 0", "n2.heldBack is 1",
      "n2.lag.time == 40ms", "n3.heldBack is 0",
    ])
  func holdsOfSeveralLeaders(text: String) throws {
    #expect(try Self.truth(text, Self.severalLeaders) == .holds)
  }

  @Test(
    arguments: shared + [
      "hints == 2", "hints.delivered == 3", "hints.expired == 1", "repairs == 6",
      "antiEntropy.repairs == 11", "antiEntropy.exchanges == 8", "antiEntropy.ranges == 4",
      "antiEntropy.bytes == 4KiB", "unavailable == 12", "stale.share == 2%", "n1.hints is 2",
      "n1.pending is 7", "n1.share == 60%",
    ])
  func holdsOfQuorums(text: String) throws {
    #expect(try Self.truth(text, Self.quorums) == .holds)
  }

  @Test func whatNobodyKnows() throws {
    #expect(try Self.truth("stale.predicted < 1%", Self.quorums) == .unknown)
    #expect(try Self.truth("n2.share > 0", Self.quorums) == .unknown)
    #expect(try Self.truth("n3.lag.time > 0", Self.severalLeaders) == .unknown)
    // A condition that was read for another model.
    let condition = try Condition.parse("hints is 0", ConditionModelTests.scope(.leaderless))
    #expect(condition.truth(in: Self.severalLeaders) == .unknown)
    #expect(
      condition.found(in: Self.severalLeaders) == "hints is unknown (the cluster has another model)"
    )
  }

  @Test func oneVersionIsNoSiblings() throws {
    var snapshot = Self.quorums
    for (state, truth) in [
      (LastReadSnapshot.State.value("red"), Truth.fails), (.missing, .fails), (.waiting, .unknown),
      (.unanswered, .unknown),
    ] {
      snapshot.lastRead?.state = state
      #expect(try Self.truth("last read is siblings", snapshot) == truth)
    }
  }

  @Test(
    arguments: [
      ("last read is siblings", "last read is siblings \"red\", \"blue\""),
      ("last write is refused", "last write is acknowledged by n2"),
      ("any node.state is fenced", "n1.state is running, n2.state is running, n3.state is dead"),
      ("all nodes.state is running", "n3.state is dead"),
      ("stale.predicted > 1", "stale.predicted is unknown (too little was measured yet)"),
      ("stale.share > 1", "stale.share is 0.02"),
      ("n2.share > 0", "n2.share is unknown (n2 is not in the ring)"),
      ("antiEntropy.bytes > 1MB", "antiEntropy.bytes is 4.1 KB"),
    ])
  func foundOfQuorums(text: String, expected: String) throws {
    #expect(try Self.found(text, Self.quorums) == expected)
  }

  @Test func foundOfSeveralLeaders() throws {
    #expect(
      try Self.found("all nodes.behind.n1 is 0", Self.severalLeaders) == "n3.behind.n1 is 10")
    #expect(
      try Self.found("n3.lag.time < 1s", Self.severalLeaders)
        == "n3.lag.time is unknown (n3 is dead)")
  }
}
