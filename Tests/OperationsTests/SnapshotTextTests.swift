import Operations
import Positions
import Testing

/// Snapshots and summaries as JSON and as plain lines, whole.
@Suite struct SnapshotTextTests {
  /// Where two versions, of n1 and of n2, met.
  static var versions: VersionsSnapshot {
    var versions = VersionsSnapshot()
    (versions.conflicts, versions.merged, versions.losers, versions.lostByClock) = (7, 1, 3, 1)
    (versions.siblings, versions.divergentKeys, versions.keys) = (1, 2, 10)
    versions.risen = 4
    let red = VersionSnapshot(
      value: "r\u{1B}ed",
      dot: Dot(actor: Actor(node: NodeID(1), incarnation: 1, generation: 0), counter: 5),
      clock: .start + .milliseconds(1500))
    let gone = VersionSnapshot(
      value: nil,
      dot: Dot(actor: Actor(node: NodeID(2), incarnation: 3, generation: 0), counter: 1),
      clock: .start + .milliseconds(1250))
    versions.newest = [
      ConflictSnapshot(
        at: .start + .seconds(2), node: NodeID(2), key: "x", rule: "lww", ending: .lastWriterWon,
        winner: red, loser: gone),
      ConflictSnapshot(
        at: .start + .seconds(3), node: NodeID(1), key: "y", rule: "siblings", ending: .kept,
        winner: red, loser: gone),
    ]
    versions.siblingKeys = [SiblingsSnapshot(key: "y", versions: [red, gone])]
    return versions
  }

  static func cluster(_ model: ReplicationModel) -> ClusterSnapshot {
    var knobs = Knobs()
    (knobs.model, knobs.nodes) = (model, 2)
    var snapshot = ClusterSnapshot(
      at: .start + .seconds(4), isLive: false, knobs: knobs, load: LoadChange())
    for number in 1...2 {
      var node = NodeSnapshot(id: NodeID(number), site: SiteID("site1"))
      node.state = number == 1 ? .running : .dead
      node.role = model == .singleLeader ? number == 1 ? .leader : .follower : .peer
      (node.written, node.flushed) = (LSN(90), LSN(80))
      (node.received, node.applied, node.hash) = (LSN(100), LSN(70), 255)
      snapshot.nodes.append(node)
    }
    snapshot.ledger.acknowledged = 12
    snapshot.ledger.lost = 1
    snapshot.ledger.lostWrites = [
      LostWriteSnapshot(
        key: "z", index: Index(7), term: Term(epoch: 2, node: NodeID(1)), why: "cut off")
    ]
    snapshot.clients.acknowledged = 12
    snapshot.clients.writesPerSecond = 5
    return snapshot
  }

  static var singleLeader: ClusterSnapshot {
    var snapshot = cluster(.singleLeader)
    var model = SingleLeaderSnapshot()
    (model.leader, model.leaders) = (NodeID(1), [NodeID(1)])
    (model.term, model.commit) = (Term(epoch: 2, node: NodeID(1)), LSN(60))
    snapshot.model = .singleLeader(model)
    return snapshot
  }

  static var severalLeaders: ClusterSnapshot {
    var snapshot = cluster(.multiLeader)
    var model = MultiLeaderSnapshot()
    model.streams = [
      MultiLeaderSnapshot.Stream(
        origin: NodeID(2), to: NodeID(1), applied: 7, written: 9, heldBack: 1,
        lag: .milliseconds(40)),
      MultiLeaderSnapshot.Stream(
        origin: NodeID(1), to: NodeID(2), applied: 9, written: 9, heldBack: 0, lag: .zero),
    ]
    model.versions = versions
    snapshot.model = .multiLeader(model)
    return snapshot
  }

  static var quorums: ClusterSnapshot {
    var snapshot = cluster(.leaderless)
    var model = LeaderlessSnapshot()
    var place = LeaderlessSnapshot.RingNode(node: NodeID(1))
    (place.share, place.hints, place.pending) = (0.75, 2, 3)
    model.ring = [place]
    (model.hints, model.hintsDelivered, model.hintsExpired, model.repairs) = (2, 3, 4, 5)
    (model.exchanges, model.differingRanges, model.antiEntropyRepairs) = (6, 7, 8)
    (model.antiEntropyBytes, model.unavailable, model.measuredStaleness) = (9, 10, 0.25)
    model.versions = versions
    var watched = WatchedKeySnapshot(key: "x", rule: "lww")
    watched.value = "red"
    var holder = WatchedKeySnapshot.Holder(node: NodeID(2))
    holder.versions = [versions.newest[0].loser]
    (holder.isNewest, holder.hintFor, holder.madeWriteQuorum) = (true, NodeID(1), true)
    watched.holders = [holder]
    model.versions.watched = watched
    snapshot.model = .leaderless(model)
    return snapshot
  }

  // MARK: JSON

  private static let rates =
    "\"writesPerSecond\":3,\"readsPerSecond\":0,\"ackMilliseconds\":{\"p50\":null,\"p99\":null},"
    + "\"readMilliseconds\":{\"p50\":null,\"p99\":null},\"refused\":0,\"timedOut\":0,"
  private static let findings =
    "\"lost\":1,\"staleReads\":0,\"violations\":0,\"findings\":0,"
  private static let positions = "\"written\":90,\"flushed\":80,\"received\":100,\"applied\":70,"
  private static let red =
    "{\"value\":\"r\\u001bed\",\"writer\":\"n1\",\"dot\":\"n1.1:5\",\"clock\":1.5}"
  private static let gone =
    "{\"value\":null,\"writer\":\"n2\",\"dot\":\"n2.3:1\",\"clock\":1.25}"
  private static let counts =
    "\"conflicts\":7,\"merged\":1,\"losers\":3,\"losersByClock\":1,\"siblings\":1,"
    + "\"risen\":4,\"divergentKeys\":2,\"keys\":10,"
  private static let lists =
    "\"conflictList\":[{\"at\":2,\"node\":\"n2\",\"key\":\"x\",\"rule\":\"lww\","
    + "\"ending\":\"last writer won\",\"winner\":\(red),\"loser\":\(gone)},"
    + "{\"at\":3,\"node\":\"n1\",\"key\":\"y\",\"rule\":\"siblings\",\"ending\":\"both kept\","
    + "\"winner\":\(red),\"loser\":\(gone)}],"
    + "\"siblingList\":[{\"key\":\"y\",\"versions\":[\(red),\(gone)]}],"
  private static let peerLost =
    "\"violationList\":[],\"findingList\":[],\"lostWrites\":[{\"key\":\"z\",\"why\":\"cut off\"}],"
    + "\"lostUnlisted\":0,"

  @Test func singleLeaderAsJSON() {
    func replica(_ id: Int, _ role: String, _ state: String) -> String {
      "{\"id\":\"n\(id)\",\"site\":\"site1\",\"role\":\"\(role)\",\"state\":\"\(state)\",\"term\":0,"
        + Self.positions + "\"lagBytes\":0,\"lagRecords\":0,\"lagMilliseconds\":null,"
        + "\"rollbackRecords\":0,\"hash\":\"00000000000000ff\"}"
    }
    #expect(
      SnapshotJSON.summary(Self.singleLeader)
        == "{\"summary\":{\"model\":\"single-leader\",\"at\":4,\"nodes\":2,\"leader\":\"n1\",\"term\":2,"
        + "\"leaders\":1,\"commit\":60,\"converged\":false,\"acknowledged\":12,"
        + "\"acknowledgedThrough\":{\"term\":0,\"index\":0},"
        + Self.findings + Self.rates + "\"degraded\":false,\"replicas\":["
        + "\(replica(1, "leader", "running")),\(replica(2, "follower", "dead"))],"
        + "\"violationList\":[],\"findingList\":[],"
        + "\"lostWrites\":[{\"key\":\"z\",\"index\":7,\"term\":2,\"why\":\"cut off\"}],"
        + "\"lostUnlisted\":0,\"knobs\":{\"nodes\":\"2\",\"sites\":\"1\",\"seed\":\"none\","
        + "\"segment-size\":\"default\",\"checkpoint-every\":\"default\",\"ack\":\"majority\","
        + "\"wait-for\":\"flushed\",\"sync-policy\":\"every batch\",\"degrade-after\":\"never\","
        + "\"apply\":\"committed\",\"failover\":\"automatic\",\"promotion-needs\":\"majority\","
        + "\"check-quorum\":\"on\",\"fencing\":\"on\",\"heartbeat\":\"100ms\","
        + "\"election-timeout\":\"1s\",\"redirects\":\"follow\",\"read-from\":\"leader\","
        + "\"guarantee\":\"none\",\"capacity\":\"unlimited\"}}}")
  }

  private static func peer(_ id: Int, _ state: String, _ part: String) -> String {
    "{\"id\":\"n\(id)\",\"site\":\"site1\",\"role\":\"peer\",\"state\":\"\(state)\","
      + positions + part + "\"hash\":\"00000000000000ff\"}"
  }

  private static func beginning(_ model: String) -> String {
    "{\"summary\":{\"model\":\"\(model)\",\"at\":4,\"nodes\":2,\"converged\":false,"
      + "\"acknowledged\":12," + findings + counts
  }

  @Test func severalLeadersAsJSON() {
    let first = Self.peer(1, "running", "\"behind\":2,\"heldBack\":1,\"lagMilliseconds\":40,")
    let second = Self.peer(2, "dead", "\"behind\":0,\"heldBack\":0,\"lagMilliseconds\":0,")
    #expect(
      SnapshotJSON.summary(Self.severalLeaders)
        == Self.beginning("multi-leader") + Self.rates + "\"replicas\":[\(first),\(second)],"
        + "\"streams\":[{\"origin\":\"n2\",\"to\":\"n1\",\"applied\":7,\"written\":9,\"heldBack\":1,"
        + "\"lagMilliseconds\":40}]," + Self.peerLost + Self.lists
        + "\"knobs\":{\"nodes\":\"2\",\"sites\":\"1\",\"seed\":\"none\","
        + "\"segment-size\":\"default\",\"checkpoint-every\":\"default\","
        + "\"sync-policy\":\"every batch\",\"heartbeat\":\"100ms\",\"resolve\":\"lww\","
        + "\"topology\":\"all\",\"redirects\":\"follow\",\"read-from\":\"leader\","
        + "\"guarantee\":\"none\",\"capacity\":\"unlimited\"}}}")
  }

  @Test func quorumsAsJSON() {
    let first = Self.peer(1, "running", "\"share\":0.75,\"hints\":2,\"pending\":3,")
    let holder =
      "{\"node\":\"n2\",\"versions\":[\(Self.gone)],\"newest\":true,\"hintFor\":\"n1\","
      + "\"madeWriteQuorum\":true,\"madeReadQuorum\":false,\"repaired\":false}"
    #expect(
      SnapshotJSON.summary(Self.quorums)
        == Self.beginning("leaderless")
        + "\"hints\":2,\"hintsDelivered\":3,\"hintsExpired\":4,\"repairs\":5,\"antiEntropy\":"
        + "{\"exchanges\":6,\"differingRanges\":7,\"repairs\":8,\"bytes\":9},\"unavailable\":10,"
        + "\"staleShare\":0.25,\"stalePredicted\":null," + Self.rates
        + "\"replicas\":[\(first),\(Self.peer(2, "dead", ""))],"
        + "\"watched\":{\"key\":\"x\",\"value\":\"red\",\"rule\":\"lww\",\"holders\":[\(holder)]},"
        + Self.peerLost + Self.lists
        + "\"knobs\":{\"nodes\":\"2\",\"sites\":\"1\",\"seed\":\"none\","
        + "\"segment-size\":\"default\",\"checkpoint-every\":\"default\","
        + "\"sync-policy\":\"every batch\",\"resolve\":\"lww\",\"replication-factor\":\"3\","
        + "\"read-quorum\":\"2\",\"write-quorum\":\"2\",\"sloppy\":\"off\",\"hints-count\":\"on\","
        + "\"hint-window\":\"10800s\",\"vnodes\":\"16\",\"read-repair\":\"background\","
        + "\"anti-entropy\":\"10s\",\"anti-entropy-budget\":\"100\",\"tombstones\":\"until-all\","
        + "\"gossip\":\"200ms\",\"phi-threshold\":\"8\",\"write-timeout\":\"2s\","
        + "\"read-timeout\":\"5s\",\"redirects\":\"follow\",\"read-from\":\"leader\","
        + "\"guarantee\":\"none\",\"capacity\":\"unlimited\"}}}")
  }

  // MARK: Plain lines

  @Test func singleLeaderAsText() {
    #expect(
      PlainText.snapshot(Self.singleLeader)
        == "\(Self.singleLeader.at) state: n1 leads term 2, commit \(LSN(60)), 5 writes/s, 0 reads/s, "
        + "lost 1; n2 dead")
    #expect(
      PlainText.summary(Self.singleLeader)
        == """
        summary: 2 nodes, n1 leads, term 2, 12 writes acknowledged, 1 lost, 0 stale reads, \
        0 findings, 0 violations
          lost: z (record 7): cut off
        """)
  }

  @Test func severalLeadersAsText() {
    let snapshot = Self.severalLeaders
    #expect(
      PlainText.snapshot(snapshot)
        == "\(snapshot.at) state: 1 of 2 nodes run, 5 writes/s, 0 reads/s, lost 1, conflicts 7, "
        + "losers 3, siblings 1, divergent keys 2; n1 behind 2, n2 dead")
    #expect(PlainText.summary(snapshot) == Self.summary("multi-leader", counts: ""))
  }

  @Test func quorumsAsText() {
    let snapshot = Self.quorums
    #expect(
      PlainText.snapshot(snapshot)
        == "\(snapshot.at) state: 1 of 2 nodes run, 5 writes/s, 0 reads/s, lost 1, conflicts 7, "
        + "losers 3, siblings 1, divergent keys 2, hints 2, repairs 5, unavailable 10; "
        + "n1 hints 2, n2 dead")
    #expect(
      PlainText.summary(snapshot)
        == Self.summary("leaderless", counts: "hints 2, repairs 5, unavailable 10, "))
  }

  private static func summary(_ model: String, counts: String) -> String {
    let red = "\"r\\u{1B}ed\" (n1, clock \(Instant.start + .milliseconds(1500)))"
    let gone = "deleted (n2, clock \(Instant.start + .milliseconds(1250)))"
    return """
      summary: 2 nodes, \(model), 12 writes acknowledged, 1 lost, 0 stale reads, conflicts 7, \
      losers 3, siblings 1, divergent keys 2, \(counts)0 findings, 0 violations
        lost: z: cut off
        conflict: x (lww): last writer won: \(red) over \(gone), found by n2 at \
      \(Instant.start + .seconds(2))
        conflict: y (siblings): both kept: \(red) and \(gone), found by n1 at \
      \(Instant.start + .seconds(3))
        conflict: and 5 before (--json lists the last fifty)
        siblings: y: \(red), \(gone)
      """
  }
}
