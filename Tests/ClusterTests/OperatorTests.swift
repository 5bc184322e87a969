import Operations
import Positions
import Testing

@testable import Cluster

/// What snapshots tell of the operator's own writes and reads.
@Suite struct OperatorTests {
  /// A cluster without load whose n1 leads.
  static func scene(_ settings: [String] = []) throws -> Scene {
    var scene = try Scene(settings, load: "load ycsb-a rate=0")
    scene.run(1000)
    #expect(scene.model.leader == NodeID(1))
    return scene
  }

  static func holds(_ condition: String, in scene: Scene) throws -> Bool {
    let scope = ConditionScope(nodes: Set(scene.snapshot.nodes.map(\.id)))
    return try Condition.parse(condition, scope).truth(in: scene.snapshot) == .holds
  }

  @Test func aLoneWriteIsAcknowledgedAtTheEndOfTheLog() throws {
    var scene = try Self.scene()
    #expect(scene.snapshot.lastWrite == nil)
    let before = scene.snapshot.node(1).received
    try scene.perform("write comment hello")
    #expect(scene.snapshot.lastWrite == LastWriteSnapshot(key: "comment"))
    scene.run(500)
    let write = try #require(scene.snapshot.lastWrite)
    #expect(write.state == .acknowledged(by: NodeID(1)))
    #expect(write.position == scene.snapshot.node(1).received)
    #expect(try #require(write.position) > before)
    #expect(try Self.holds("all followers.applied >= last write", in: scene))
    try scene.perform("read comment")
    scene.run(100)
    #expect(scene.snapshot.lastRead?.state == .value("hello"))
    #expect(scene.snapshot.lastRead?.from == NodeID(1))
    #expect(try Self.holds("last read is \"hello\" and last read is not stale", in: scene))
  }

  @Test func amongOthersItsPositionIsItsOwn() throws {
    var scene = try Scene(load: "load ycsb-a rate=4000 clients=64")
    scene.run(1000)
    try scene.perform("write comment hello")
    scene.run(300)
    let write = try #require(scene.snapshot.lastWrite)
    #expect(write.state == .acknowledged(by: NodeID(1)))
    // The log's own index of positions says the same.
    let said = try #require(scene.snapshot.events.last { $0.text.hasPrefix("write comment") })
    let index = try #require(said.text.split(separator: " ").last.flatMap { UInt64($0) })
    let replica = try #require(scene.cluster.nodes[0].replica)
    if let point = replica.window.point(at: Index(index)) { #expect(point.end == write.position) }
    #expect(try #require(write.position) < scene.snapshot.node(1).received)
    scene.run(500)
    #expect(scene.snapshot.lastWrite == write)
  }

  @Test func aWriteThatThePolicyNeverAcknowledgesWaitsAndHasAPosition() throws {
    var scene = try Self.scene(["ack sync"])
    try scene.perform("kill n3")
    scene.run(500)
    try scene.perform("write comment hello")
    scene.run(2000)
    #expect(try Self.holds("last write is waiting", in: scene))
    #expect(scene.snapshot.lastWrite?.position == scene.snapshot.node(1).received)
    scene.run(10_000)
    #expect(try Self.holds("last write is waiting and last write is n1.flushed", in: scene))
    // What it waited for comes back.
    try scene.perform("restart n3")
    scene.run(2000)
    #expect(scene.snapshot.lastWrite?.state == .acknowledged(by: NodeID(1)))
    #expect(scene.snapshot.ledger.acknowledged == 1)
    #expect(scene.snapshot.ledger.violations == [])
  }

  @Test func nobodyWaitsForEver() throws {
    var scene = try Self.scene(["ack sync"])
    try scene.perform("kill n3")
    scene.run(500)
    try scene.perform("write comment hello")
    scene.run(61_000)
    #expect(scene.snapshot.lastWrite?.state == .unanswered)
    #expect(scene.snapshot.lastWrite?.position == scene.snapshot.node(1).received)
  }

  @Test func aWriteThatNobodyTakesIsRefusedWithinTwoSeconds() throws {
    var scene = try Self.scene(["failover manual"])
    try scene.perform("kill leader")
    try scene.perform("write comment hello")
    scene.run(1000)
    #expect(try Self.holds("last write is waiting", in: scene))
    scene.run(1000)
    let write = try #require(scene.snapshot.lastWrite)
    guard case .refused = write.state else {
      Issue.record("\(write.state)")
      return
    }
    #expect(write.position == nil)
    #expect(try Self.holds("last write is refused and last write is not acknowledged", in: scene))
  }

  @Test func aFailoverInTimeTakesIt() throws {
    var scene = try Self.scene()
    try scene.perform("kill leader")
    try scene.perform("write comment hello")
    scene.run(2000)
    let write = try #require(scene.snapshot.lastWrite)
    let leader = try #require(scene.model.leader)
    #expect(write.state == .acknowledged(by: leader))
    #expect(write.position == scene.snapshot.node(Int(leader.number)).received)
  }

  @Test func aLeaderThatLeavesOfficeLeavesTheOutcomeUnknown() throws {
    var scene = try Self.scene(["failover manual"])
    try scene.perform("isolate leader")
    try scene.perform("write comment hello")
    scene.run(4000)
    #expect(scene.model.leader == nil)
    #expect(scene.snapshot.lastWrite?.state == .unanswered)
    #expect(scene.snapshot.lastWrite?.position != nil)
  }

  @Test func aReadMayMissWhatIsThere() throws {
    var scene = try Self.scene()
    try scene.perform("read comment")
    scene.run(100)
    #expect(scene.snapshot.lastRead?.state == .missing)
    #expect(scene.snapshot.lastRead?.isStale == false)
    try scene.perform("isolate n3")
    try scene.perform("write comment hello")
    scene.run(500)
    #expect(try Self.holds("last write is acknowledged", in: scene))
    try scene.perform("read comment from n3")
    scene.run(100)
    #expect(scene.snapshot.lastRead?.state == .missing)
    #expect(scene.snapshot.lastRead?.isStale == true)
    #expect(scene.snapshot.lastRead?.from == NodeID(3))
    #expect(
      try Self.holds("last read is missing and last read is stale and staleReads is 1", in: scene))
    try scene.perform("read comment from n2")
    scene.run(100)
    #expect(try Self.holds("last read is \"hello\" and last read is not stale", in: scene))
  }

  @Test(arguments: ["kill n3", "freeze n3"])
  func aReadThatNobodyAnswersIsGivenUpWithinTwoSeconds(fault: String) throws {
    var scene = try Self.scene()
    try scene.perform(fault)
    try scene.perform("read comment from n3")
    #expect(try Self.holds("last read is waiting", in: scene))
    scene.run(2000)
    #expect(try Self.holds("last read is unanswered", in: scene))
    #expect(scene.snapshot.lastRead?.from == nil)
  }

  @Test func theWholeOfALongValueIsRead() throws {
    var scene = try Self.scene()
    let value = String(repeating: "abcdefgh", count: 100)
    try scene.perform("write comment \(value)")
    scene.run(200)
    try scene.perform("read comment")
    scene.run(200)
    #expect(scene.snapshot.lastRead?.state == .value(value))
    #expect(try Self.holds("last read is \"\(value)\"", in: scene))
  }

  // MARK: One after another

  @Test func aReadLeavesAWriteThatWaits() throws {
    var scene = try Self.scene(["ack sync"])
    try scene.perform("kill n3")
    scene.run(500)
    try scene.perform("write comment hello")
    scene.run(2000)
    guard case .done = try scene.perform("read comment from n2") else {
      Issue.record("the read is refused")
      return
    }
    scene.run(200)
    // A majority has it, which is not what the policy promised.
    #expect(try Self.holds("last read is \"hello\" and last write is waiting", in: scene))
    try scene.perform("restart n3")
    scene.run(2000)
    #expect(try Self.holds("last write is acknowledged", in: scene))
    #expect(scene.snapshot.ledger.acknowledged == 1)
  }

  @Test func aWriteAfterOneThatWaitsIsTheLastOneAndBothCount() throws {
    var scene = try Self.scene(["ack sync"])
    try scene.perform("kill n3")
    scene.run(500)
    try scene.perform("write first one")
    scene.run(2000)
    let first = try #require(scene.snapshot.lastWrite?.position)
    try scene.perform("write second two")
    scene.run(2000)
    #expect(scene.snapshot.lastWrite?.key == "second")
    #expect(scene.snapshot.lastWrite?.state == .waiting)
    #expect(try #require(scene.snapshot.lastWrite?.position) > first)
    let seen = scene.snapshot.clients.acknowledged
    try scene.perform("restart n3")
    scene.run(2000)
    #expect(scene.snapshot.lastWrite?.state == .acknowledged(by: NodeID(1)))
    #expect(scene.snapshot.lastWrite?.position == scene.snapshot.node(1).received)
    // The late one counts as any that a client saw: in the ledger, the figures, and for stale reads.
    #expect(scene.snapshot.ledger.acknowledged == 2)
    #expect(scene.snapshot.clients.acknowledged == seen + 2)
    #expect(scene.snapshot.ledger.violations == [])
    for key in ["first", "second"] {
      try scene.perform("read \(key)")
      scene.run(100)
      #expect(try Self.holds("last read is \"\(key == "first" ? "one" : "two")\"", in: scene))
    }
    #expect(scene.snapshot.ledger.staleReads == 0)
  }

  @Test func aReadStaleForALateAcknowledgementIsCounted() throws {
    var scene = try Self.scene(["ack semi-sync 1"])
    // Nobody but the leader has the first write until the second was sent.
    try scene.perform("delay n1 n2 3s")
    try scene.perform("delay n1 n3 8s")
    try scene.perform("election-timeout 60s")
    scene.run(100)
    try scene.perform("write first one")
    scene.run(2000)
    #expect(scene.snapshot.lastWrite?.state == .waiting)
    try scene.perform("write second two")
    let isAcknowledged = scene.run(atMost: 20_000) { $0.ledger.acknowledged == 2 }
    #expect(isAcknowledged)
    scene.run(100)
    try scene.perform("read first from n3")
    scene.run(100)
    #expect(try Self.holds("last read is missing and last read is stale", in: scene))
    #expect(scene.snapshot.ledger.violations == [])
  }

  @Test func aWriteBetweenTriesIsSettledWhenAnotherFollows() throws {
    var scene = try Self.scene(["failover manual"])
    try scene.perform("kill leader")
    try scene.perform("write first one")
    scene.run(510)
    try scene.perform("write second two")
    #expect(scene.snapshot.lastWrite == LastWriteSnapshot(key: "second"))
    scene.run(2000)
    #expect(try Self.holds("last write is refused", in: scene))
    #expect(scene.snapshot.events.contains { $0.text.hasPrefix("write first is") })
    // The first is not tried again behind the second.
    try scene.perform("promote n2")
    scene.run(2000)
    try scene.perform("read first")
    scene.run(500)
    #expect(try Self.holds("last read is missing", in: scene))
  }

  @Test func anotherReadSupersedesOneThatWaits() throws {
    var scene = try Self.scene()
    try scene.perform("write comment hello")
    scene.run(200)
    try scene.perform("freeze n3")
    try scene.perform("read comment from n3")
    scene.run(500)
    try scene.perform("read comment from n2")
    scene.run(100)
    #expect(scene.snapshot.lastRead?.from == NodeID(2))
    try scene.perform("thaw n3")
    scene.run(500)
    #expect(scene.snapshot.lastRead?.from == NodeID(2))
    #expect(try Self.holds("last read is \"hello\"", in: scene))
  }
}
