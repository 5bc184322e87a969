import Operations
import Positions
import Testing
import World

@testable import Cluster

/// Each preset's signature: what its system is known for when something fails.
@Suite struct PresetTests {
  private func write(
    _ key: String, _ value: String, _ options: String = "", _ scene: inout Scene
  ) throws -> LastWriteSnapshot.State? {
    try scene.perform("write \(key) \(value)\(options)")
    scene.run(500)
    return scene.snapshot.lastWrite?.state
  }

  private func read(_ key: String, _ options: String, _ scene: inout Scene) throws
    -> LastReadSnapshot.State?
  {
    try scene.perform("read \(key)\(options)")
    scene.run(500)
    return scene.snapshot.lastRead?.state
  }

  private func isAcknowledged(_ state: LastWriteSnapshot.State?) -> Bool {
    if case .acknowledged? = state { true } else { false }
  }

  // MARK: PostgreSQL

  @Test func postgresWaitsForItsStandbyForEver() throws {
    var scene = try Scene(["preset postgres", "ack semi-sync 1"], load: "load ycsb-a rate=0")
    scene.run(1000)
    #expect(isAcknowledged(try write("k", "one", "", &scene)))
    try scene.perform("isolate n2")
    try scene.perform("isolate n3")
    #expect(try write("k", "two", "", &scene) == .waiting)
    scene.run(55_000)
    #expect(scene.snapshot.lastWrite?.state == .waiting)
    // Its client has lost patience long before; the primary has not.
    scene.run(300_000)
    #expect(!scene.model.degraded)
    #expect(scene.snapshot.ledger.acknowledged == 1)
    #expect(try read("k", "", &scene) == .value("one"), "nobody on the primary sees it")
    try scene.perform("heal")
    scene.run(3000)
    #expect(try read("k", "", &scene) == .value("two"))
    #expect(scene.snapshot.ledger.violationCount == 0)
  }

  @Test func aRestartedPostgresPrimaryGoesOnAndCommitsWhatWaited() throws {
    var scene = try Scene(["preset postgres", "ack semi-sync 1"], load: "load ycsb-a rate=0")
    scene.run(1000)
    try scene.perform("isolate n2")
    try scene.perform("isolate n3")
    #expect(try write("k", "waiting", "", &scene) == .waiting)
    try scene.perform("kill n1")
    scene.run(20_000)
    #expect(scene.model.leaders == [], "nobody is promoted by itself")
    try scene.perform("restart n1")
    scene.run(2000)
    #expect(scene.model.leaders == [NodeID(1)], "its files say that it is the primary")
    try scene.perform("heal")
    scene.run(3000)
    #expect(try read("k", "", &scene) == .value("waiting"))
    #expect(scene.snapshot.ledger.violationCount == 0)
  }

  @Test func aPromotedPostgresStandbyDoesNotStopTheOldPrimary() throws {
    var scene = try Scene(["preset postgres"], load: "load ycsb-a rate=200")
    scene.run(2000)
    try scene.perform("isolate n1")
    scene.run(1000)
    try scene.perform("promote n2")
    scene.run(20_000)
    #expect(Set(scene.model.leaders) == [NodeID(1), NodeID(2)])
    #expect(scene.snapshot.ledger.violationCount == 0)
  }

  // MARK: MySQL

  @Test func mysqlDegradesAfterTenSecondsAndSaysSo() throws {
    var scene = try Scene(["preset mysql", "ack semi-sync 1"], load: "load ycsb-a rate=200")
    scene.run(2000)
    try scene.perform("isolate n2")
    try scene.perform("isolate n3")
    scene.run(9500)
    let stalled = scene.snapshot.ledger.acknowledged
    #expect(!scene.model.degraded)
    scene.run(2000)
    #expect(scene.model.degraded)
    #expect(scene.snapshot.ledger.acknowledged > stalled + 100, "it acknowledges alone")
    #expect(scene.snapshot.ledger.findings.contains { $0.contains("acknowledges alone") })
    // What was acknowledged alone is gone with the source.
    try scene.perform("kill n1")
    try scene.perform("promote n2")
    scene.run(3000)
    #expect(scene.snapshot.ledger.lost > 100)
    #expect(scene.snapshot.ledger.violationCount == 0)
  }

  @Test func mysqlIsSemiSynchronousAgainOnceAReplicaHasCaughtUp() throws {
    var scene = try Scene(["preset mysql", "ack semi-sync 1"], load: "load ycsb-a rate=200")
    scene.run(2000)
    try scene.perform("isolate n2")
    try scene.perform("isolate n3")
    scene.run(12_000)
    #expect(scene.model.degraded)
    try scene.perform("mend n1 n2")
    #expect(scene.run(atMost: 5000) { !$0.single.degraded })
  }

  // MARK: MongoDB

  @Test func aMongoDBPrimaryWithoutAMajorityStepsDownAndRollsBack() throws {
    var scene = try Scene(["preset mongodb", "ack async"], load: "load ycsb-a rate=200")
    scene.run(3000)
    try scene.perform("isolate n1")
    scene.run(8000)
    #expect(scene.model.leaders == [NodeID(1)], "up to ten seconds it leads on")
    #expect(
      scene.run(atMost: 20_000) { $0.single.leaders.first.map { $0 != NodeID(1) } ?? false })
    try scene.perform("heal")
    scene.run(8000)
    #expect(scene.snapshot.node(1).rollbackRecords > 100)
    #expect(scene.events.contains { $0.contains("rolled back") && $0.contains("kept in") })
    #expect(scene.snapshot.ledger.lost > 100, "w: 1 is lost")
    #expect(scene.snapshot.ledger.violationCount == 0)
  }

  @Test func mongoDBLosesNothingOfAMajority() throws {
    var scene = try Scene(["preset mongodb"], load: "load ycsb-a rate=200")
    scene.run(3000)
    try scene.perform("isolate n1")
    scene.run(25_000)
    try scene.perform("heal")
    scene.run(8000)
    #expect(scene.model.leaders.count == 1)
    #expect(scene.snapshot.ledger.lost == 0)
    #expect(scene.snapshot.ledger.violationCount == 0)
  }

  // MARK: Dynamo

  @Test func dynamoTakesAWriteThatTooFewReplicasCanTake() throws {
    var scene = try Scene(["preset dynamo", "nodes 5"], load: "load ycsb-a rate=0")
    scene.run(3000)
    try scene.perform("watch cart")
    #expect(isAcknowledged(try write("cart", "book", "", &scene)))
    scene.run(1000)
    let homes = scene.homes(of: "cart")
    #expect(homes.count == 3)
    for node in homes.prefix(2) { try scene.perform("kill \(node)") }
    scene.run(30_000)
    #expect(isAcknowledged(try write("cart", "pen", " at \(homes[2])", &scene)))
    let leaderless = try #require(scene.snapshot.model.leaderless)
    #expect(leaderless.hints > 0, "others stand in, and keep hints")
    for node in homes.prefix(2) { try scene.perform("restart \(node)") }
    #expect(scene.run(atMost: 60_000) { $0.model.leaderless?.hints == 0 })
    #expect(scene.snapshot.ledger.violationCount == 0)
  }

  /// Three of five are down, and every key can be read: what the screen says of it must be so.
  @Test func inDynamoStandInsAnswerReadsToo() throws {
    var scene = try Scene(["preset dynamo", "nodes 5"], load: "load ycsb-a rate=100")
    scene.run(3000)
    for node in ["n2", "n3", "n4"] { try scene.perform("kill \(node)") }
    scene.run(20_000)
    let before = scene.snapshot.model.leaderless?.unavailable
    scene.run(5000)
    #expect(scene.snapshot.model.leaderless?.unavailable == before)
    #expect(scene.snapshot.clients.readsPerSecond > 30)
    #expect(scene.snapshot.ledger.violationCount == 0)
  }

  // MARK: Cassandra

  @Test func cassandraAcknowledgesBeforeFsync() throws {
    var scene = try Scene(["preset cassandra", "nodes 3"], load: "load ycsb-a rate=0")
    scene.run(11_000)
    #expect(isAcknowledged(try write("k", "saved", "", &scene)))
    for node in ["n1", "n2", "n3"] { try scene.perform("kill \(node)") }
    for node in ["n1", "n2", "n3"] { try scene.perform("restart \(node)") }
    scene.run(5000)
    #expect(try read("k", " level all", &scene) == .missing, "no disk had it")
    try scene.perform("quiesce")
    #expect(scene.run(atMost: 5000) { !$0.isQuiescing })
    #expect(scene.snapshot.ledger.lost == 1)
    #expect(scene.snapshot.ledger.violationCount == 0)
    // Ten seconds later it would have been safe.
    #expect(isAcknowledged(try write("k", "again", "", &scene)))
    scene.run(11_000)
    for node in ["n1", "n2", "n3"] { try scene.perform("kill \(node)") }
    for node in ["n1", "n2", "n3"] { try scene.perform("restart \(node)") }
    scene.run(5000)
    #expect(try read("k", " level all", &scene) == .value("again"))
  }

  @Test func inCassandraHintsDoNotCountAndUnavailableIsNoTimeOut() throws {
    var scene = try Scene(["preset cassandra", "nodes 5"], load: "load ycsb-a rate=0")
    scene.run(3000)
    try scene.perform("watch k")
    #expect(isAcknowledged(try write("k", "one", "", &scene)))
    scene.run(1000)
    let homes = scene.homes(of: "k")
    for node in homes.prefix(2) { try scene.perform("kill \(node)") }
    scene.run(1000)
    // Nobody suspects them yet: it is tried, and its outcome is unknown.
    _ = try write("k", "two", " at \(homes[2]) level quorum", &scene)
    scene.run(3000)
    #expect(scene.snapshot.lastWrite?.state == .unanswered, "WriteTimeout")
    scene.run(60_000)
    _ = try write("k", "three", " at \(homes[2]) level quorum", &scene)
    scene.run(2000)
    guard case .refused(let why)? = scene.snapshot.lastWrite?.state else {
      Issue.record("not refused: \(String(describing: scene.snapshot.lastWrite))")
      return
    }
    #expect(why.contains("believes 1 of the key's replicas to be up"), "never tried: \(why)")
    #expect(isAcknowledged(try write("k", "four", " at \(homes[2]) level one", &scene)))
  }

  @Test func aSkewedClockLosesAWriteInCassandraSilently() throws {
    var scene = try Scene(["preset cassandra", "nodes 3"], load: "load ycsb-a rate=0")
    scene.run(2000)
    try scene.perform("clock n1 +60s")
    #expect(isAcknowledged(try write("k", "old", " at n1 level all", &scene)))
    #expect(isAcknowledged(try write("k", "new", " at n2 level all", &scene)))
    #expect(try read("k", " level all", &scene) == .value("old"))
    #expect(scene.snapshot.model.versions?.losers == 1)
  }

  // MARK: Riak

  @Test func riakKeepsSiblingsUntilSomebodyResolvesThem() throws {
    var scene = try Scene(["preset riak", "nodes 5"], load: "load ycsb-a rate=0")
    scene.run(3000)
    try scene.perform("watch k")
    #expect(isAcknowledged(try write("k", "zero", "", &scene)))
    scene.run(1000)
    let homes = scene.homes(of: "k")
    // Each side of the cut has a majority of nothing, and takes the write all the same.
    let others = (1...5).map { "n\($0)" }.filter { !homes.contains($0) }
    let left = [homes[0], others[0]]
    let right = [homes[1], homes[2], others[1]]
    for one in left { for two in right { try scene.perform("cut \(one) \(two)") } }
    scene.run(30_000)
    #expect(isAcknowledged(try write("k", "left", " at \(left[0])", &scene)))
    #expect(isAcknowledged(try write("k", "right", " at \(right[0])", &scene)))
    try scene.perform("heal")
    scene.run(20_000)
    let siblings = try #require(scene.snapshot.model.versions?.siblingKeys.first)
    #expect(Set(siblings.versions.map(\.value)) == ["left", "right"])
    #expect(try scene.perform("choose k both").isAccepted)
    scene.run(3000)
    #expect(scene.snapshot.model.versions?.siblings == 0)
    #expect(scene.snapshot.ledger.violationCount == 0)
  }
}

extension Scene {
  /// The nodes that a watched key belongs on.
  fileprivate func homes(of key: String) -> [String] {
    guard let watched = snapshot.model.versions?.watched, watched.key == key else { return [] }
    return watched.holders.filter { $0.hintFor == nil }.map(\.node.description)
  }
}
