import Operations
import Positions
import Testing

/// What the presets' own tools show.
@Suite struct SystemStatusTests {
  private static func cluster(_ preset: Preset, nodes: Int = 3) -> ClusterSnapshot {
    var knobs = Knobs()
    knobs.apply(.preset(preset))
    var snapshot = ClusterSnapshot(
      at: .start + .seconds(60), isLive: false, knobs: knobs, load: LoadChange())
    var model = SingleLeaderSnapshot()
    (model.leader, model.leaders) = (NodeID(1), [NodeID(1)])
    var office = OfficeSnapshot(leader: NodeID(1))
    for number in 1...nodes {
      var node = NodeSnapshot(id: NodeID(number), site: SiteID("site1"))
      node.state = .running
      node.role = number == 1 ? .leader : .follower
      node.following = number == 1 ? nil : NodeID(1)
      (node.receivedIndex, node.appliedIndex) = (Index(100), Index(100))
      node.lag = Lag(bytes: 0, records: 0, time: .zero)
      snapshot.nodes.append(node)
      if number > 1 { office.followers.append(.init(node: NodeID(number))) }
    }
    model.offices = [office]
    snapshot.model = .singleLeader(model)
    return snapshot
  }

  private static func cell(
    _ column: String, _ row: Int, of snapshot: ClusterSnapshot, table: Int = 0,
    asked host: Int? = nil
  ) -> String? {
    let status = SystemStatus(snapshot, asked: host.map { NodeID($0) })
    let table = status.tables[table]
    guard let position = table.columns.firstIndex(where: { $0.name == column }),
      table.rows.indices.contains(row)
    else { return nil }
    return table.rows[row][position]
  }

  // MARK: MySQL

  @Test func aSlowLinkReadsZeroBehind() {
    var snapshot = Self.cluster(.mysql)
    // All that has come is applied; what has not come is twelve seconds old.
    snapshot.nodes[1].receivedIndex = Index(40)
    snapshot.nodes[1].appliedIndex = Index(40)
    snapshot.nodes[1].lag = Lag(bytes: 9000, records: 60, time: .milliseconds(12_400))
    #expect(SecondsBehindSource.of(snapshot.nodes[1]) == 0)
    #expect(Self.cell("Seconds_Behind_Source", 0, of: snapshot) == "0")
    #expect(Self.cell("really behind", 0, of: snapshot) == "12.4 s")
    // A slow applier does show.
    snapshot.nodes[1].receivedIndex = Index(100)
    #expect(Self.cell("Seconds_Behind_Source", 0, of: snapshot) == "12")
    snapshot.nodes[1].following = nil
    #expect(Self.cell("Seconds_Behind_Source", 0, of: snapshot) == "NULL")
    #expect(Self.cell("Replica_IO_Running", 0, of: snapshot) == "No")
  }

  @Test func semiSynchronousIsOffOnceItDegraded() {
    var snapshot = Self.cluster(.mysql)
    func word(_ policy: AcknowledgementPolicy, degraded: Bool) -> String? {
      snapshot.knobs.acknowledgement = policy
      var model = snapshot.model.singleLeader ?? SingleLeaderSnapshot()
      model.offices[0].isDegraded = degraded
      snapshot.model = .singleLeader(model)
      return Self.cell("Rpl_semi_sync_source_status", 0, of: snapshot, table: 1)
    }
    #expect(word(.asynchronous, degraded: false) == "OFF")
    #expect(word(.any(1, []), degraded: false) == "ON")
    #expect(word(.any(1, []), degraded: true) == "OFF")
  }

  // MARK: PostgreSQL

  @Test func syncStateFollowsThePolicy() {
    var snapshot = Self.cluster(.postgres, nodes: 5)
    func states(_ policy: AcknowledgementPolicy, silent: [Int] = []) -> [String] {
      snapshot.knobs.acknowledgement = policy
      var model = snapshot.model.singleLeader ?? SingleLeaderSnapshot()
      for position in model.offices[0].followers.indices {
        model.offices[0].followers[position].answers = !silent.contains(position + 2)
      }
      snapshot.model = .singleLeader(model)
      return (0..<4).compactMap { Self.cell("sync_state", $0, of: snapshot) }
    }
    let list = [2, 3, 4].map { NodeID($0) }
    #expect(states(.asynchronous) == ["async", "async", "async", "async"])
    #expect(states(.first(1, list)) == ["sync", "potential", "potential", "async"])
    #expect(states(.first(2, list)) == ["sync", "sync", "potential", "async"])
    // The next of the list takes the place of one that is silent.
    #expect(states(.first(1, list), silent: [2]) == ["potential", "sync", "potential", "async"])
    #expect(states(.any(1, list)) == ["quorum", "quorum", "quorum", "async"])
    #expect(states(.any(2, [])) == ["quorum", "quorum", "quorum", "quorum"])
  }

  @Test func aStandbyThatIsDownOrLeftHasNoRow() {
    var snapshot = Self.cluster(.postgres, nodes: 4)
    snapshot.nodes[1].state = .dead
    snapshot.nodes[2].following = NodeID(4)
    let rows = SystemStatus(snapshot, asked: nil).tables[0].rows.map { $0[0] }
    #expect(rows == ["n4"])
  }

  @Test func lagIsNullWhenNothingIsOut() {
    var snapshot = Self.cluster(.postgres)
    #expect(Self.cell("replay_lag", 0, of: snapshot) == "NULL")
    var model = snapshot.model.singleLeader ?? SingleLeaderSnapshot()
    model.offices[0].followers[0].applyAge = .milliseconds(61_240)
    snapshot.model = .singleLeader(model)
    #expect(Self.cell("replay_lag", 0, of: snapshot) == "00:01:01.240")
    // Ages are not known of an older primary's records.
    model.leader = NodeID(2)
    snapshot.model = .singleLeader(model)
    #expect(Self.cell("flush_lag", 0, of: snapshot) == "")
  }

  // MARK: MongoDB

  @Test func membersAreInTheStateThatTheAskedOneSees() {
    var snapshot = Self.cluster(.mongodb, nodes: 4)
    let term = Term(epoch: 2, node: NodeID(1))
    for (position, second) in [192, 192, 181, 150].enumerated() {
      var optimes = OptimesSnapshot()
      optimes.applied = Optime(second: Int64(second), increment: 3, term: term)
      snapshot.nodes[position].optimes = optimes
    }
    snapshot.nodes[2].fork = ForkSnapshot(
      at: .zero, acknowledgedThrough: .zero, end: .zero, records: 2)
    snapshot.links = [
      LinkSnapshot(
        from: NodeID(1), to: NodeID(4), isCut: true, latency: .zero, addedLatency: .zero,
        jitter: .zero, loss: 0, bandwidth: nil)
    ]
    let states = (0..<4).map { Self.cell("stateStr", $0, of: snapshot) }
    #expect(states == ["PRIMARY", "SECONDARY", "ROLLBACK", "(not reachable/healthy)"])
    #expect(Self.cell("stateStr", 3, of: snapshot, asked: 2) == "SECONDARY")
    #expect(Self.cell("behind primary", 2, of: snapshot) == "11 secs")
    #expect(Self.cell("optime", 2, of: snapshot) == "(181, 3) t2")
  }

  // MARK: Without a leader

  @Test func aNodeIsDownForWhomItAsks() {
    var snapshot = Self.cluster(.cassandra)
    var model = LeaderlessSnapshot()
    for number in 1...3 {
      var place = LeaderlessSnapshot.RingNode(node: NodeID(number))
      place.share = 1
      place.suspicions = [number == 2 ? 9 : 0, 0, number == 1 ? 12.5 : 7.9]
      model.ring.append(place)
    }
    var key = WatchedKeySnapshot(key: "k", rule: "lww")
    key.holders = [WatchedKeySnapshot.Holder(node: NodeID(2))]
    key.holders[0].versions = [
      VersionSnapshot(
        value: "blue",
        dot: Dot(actor: Actor(node: NodeID(1), incarnation: 1, generation: 0), counter: 1),
        clock: .start + .microseconds(190_123_456))
    ]
    key.holders[0].isNewest = true
    model.versions.watched = key
    snapshot.model = .leaderless(model)
    func states(_ host: Int) -> [String?] {
      (0..<3).map { Self.cell("--", $0, of: snapshot, asked: host) }
    }
    #expect(states(1) == ["UN", "UN", "DN"])
    #expect(states(2) == ["DN", "UN", "UN"])
    #expect(Self.cell("WRITETIME(value)", 0, of: snapshot, table: 1) == "190123456")
    snapshot.nodes[2].state = .dead
    #expect(Self.cell("Owns (effective)", 2, of: snapshot) == "?")
  }

  @Test func dynamosClockIsThePapers() {
    var snapshot = Self.cluster(.dynamo)
    var model = LeaderlessSnapshot()
    var key = WatchedKeySnapshot(key: "k", rule: "siblings")
    key.holders = [WatchedKeySnapshot.Holder(node: NodeID(4))]
    key.holders[0].knows = [.init(node: NodeID(1), count: 2), .init(node: NodeID(2), count: 1)]
    key.holders[0].hintFor = NodeID(3)
    model.versions.watched = key
    snapshot.model = .leaderless(model)
    #expect(Self.cell("vector clock", 0, of: snapshot) == "([n1,2],[n2,1])")
    #expect(Self.cell("copy of", 0, of: snapshot) == "(for n3)")
  }

  // MARK: The preset's table

  @Test func everyRowOfThePresetIsListedAndWhatWasChangedShows() {
    for preset in Preset.allCases {
      var snapshot = Self.cluster(preset)
      let rows = SystemStatus.knobs(of: snapshot)?.rows ?? []
      #expect(rows.count == preset.profile.rows.count)
      #expect(rows.allSatisfy { $0.count == 4 }, "\(preset)")
      #expect(!SystemStatus.leftOut(of: snapshot).isEmpty)
      guard rows.contains(where: { $0[0] == "sync-policy" }) else { continue }
      snapshot.knobs.syncPolicy = .every(.seconds(7))
      let changed = SystemStatus.knobs(of: snapshot)?.rows.first { $0[0] == "sync-policy" }
      #expect(changed?[2] == "every 7s", "\(preset)")
    }
    var plain = Self.cluster(.mysql)
    plain.knobs = Knobs()
    #expect(SystemStatus.knobs(of: plain) == nil)
    #expect(SystemStatus(plain, asked: nil).notes.first?.contains("--preset") == true)
  }
}
