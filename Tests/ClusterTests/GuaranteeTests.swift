import Operations
import Positions
import Testing

@testable import Cluster

/// What clients are told they can rely on, against clusters in states that are known.
@Suite struct GuaranteeTests {
  private func nodes(_ numbers: Int...) -> [NodeID] { numbers.map { NodeID($0) } }

  @Test func aHealthyMajorityKeepsEverything() throws {
    var scene = try Scene()
    scene.run(3000)
    let facts = scene.model.guarantees
    #expect(facts.copies == nodes(1, 2, 3))
    #expect(facts.failoverKeepsWrites)
    #expect(facts.atRiskRecords == 0)
    #expect(facts.writes == .goOn(failures: 1, limit: ""))
    #expect(facts.freshReads == nodes(1, 2, 3))
    #expect(scene.snapshot.nodes.allSatisfy { $0.electable == .yes })
  }

  /// Whether a follower is dead or cut off makes no difference to what the others can do.
  @Test(arguments: ["kill n3", "isolate n3", "freeze n3"])
  func aFollowerLessIsAFollowerLess(_ fault: String) throws {
    var scene = try Scene()
    scene.run(3000)
    try scene.perform(fault)
    scene.run(300)
    let facts = scene.model.guarantees
    #expect(facts.copies == nodes(1, 2))
    #expect(facts.failoverKeepsWrites)
    #expect(facts.writes == .goOn(failures: 0, limit: "one more failure stops writes"))
    #expect(scene.snapshot.node(2).electable == .no("1 of 2 votes without n1"))
  }

  @Test func asyncSaysWhatIsOnlyOnTheLeader() throws {
    var scene = try Scene(["ack async", "check-quorum off"], load: "load ycsb-a rate=1000")
    scene.run(3000)
    #expect(scene.model.guarantees.atRiskRecords == 0)
    #expect(!scene.model.guarantees.failoverKeepsWrites || scene.model.guarantees.copies.count > 1)
    try scene.perform("failover manual")
    try scene.perform("isolate n1")
    scene.run(1000)
    let facts = scene.model.guarantees
    let lag = scene.snapshot.node(2).missing.records
    #expect(facts.atRiskRecords > 300)
    #expect(abs(facts.atRiskRecords - lag) < 200)
    #expect(facts.copies == nodes(1))
    #expect(!facts.failoverKeepsWrites)
    // Without check quorum it goes on alone, but nobody follows it by itself.
    #expect(
      facts.writes == .goOn(failures: 0, limit: "failover is manual: n1's failure waits for F"))
  }

  @Test func writesWaitForAReasonThatIsToldAtOnce() throws {
    for (settings, fault, why) in [
      (["ack sync"], "kill n3", "sync needs n3 (dead)"),
      (["ack sync"], "cut n1 -> n3", "sync needs n3 (cut off)"),
      (["ack sync"], "fill-disk n3", "sync needs n3 (disk full)"),
      (["ack majority"], "isolate n1", "n1 reaches 1 of 3"),
      (["ack any 2"], "freeze n2", "semi-sync 2 needs 1 more: n2 (frozen)"),
      (["ack first 1 (n3)"], "kill n3", "first 1 (n3) needs 1 more: n3 (dead)"),
      (["ack majority"], "fill-disk n1", "n1's disk is full"),
    ] {
      var scene = try Scene(settings)
      scene.run(2000)
      try scene.perform(fault)
      #expect(scene.model.guarantees.writes == .wait(why), "\(settings) \(fault)")
    }
  }

  @Test func manyFailuresUntilWritesStop() throws {
    for (settings, failures) in [
      (["ack async"], 2), (["ack majority"], 2), (["ack any 1"], 1), (["ack any 2"], 2),
      (["ack sync"], 0), (["failover manual"], 0),
    ] {
      var scene = try Scene(settings + ["nodes 5"])
      scene.run(2000)
      guard case .goOn(let found, _) = scene.model.guarantees.writes else {
        Issue.record("\(settings) waits")
        continue
      }
      #expect(found == failures, "\(settings)")
    }
  }

  @Test func commitAndTermStandStillWhileNobodyLeads() throws {
    var scene = try Scene()
    scene.run(3000)
    let before = scene.model
    for node in ["n1", "n2", "n3"] { try scene.perform("kill \(node)") }
    let dead = scene.model
    #expect(dead.term == before.term)
    #expect(dead.commit >= before.commit)
    #expect(dead.guarantees.copies.count >= 2)
    #expect(dead.guarantees.runningCopies == [])
    #expect(scene.snapshot.nodes.allSatisfy { $0.flushed > .zero })
    for node in ["n1", "n2", "n3"] { try scene.perform("restart \(node)") }
    scene.run(3000)
    #expect(scene.model.leader != nil)
    #expect(scene.model.commit >= dead.commit)
    #expect(scene.model.term >= dead.term)
  }

  @Test func anElectionIsForetold() throws {
    var scene = try Scene()
    scene.run(3000)
    try scene.perform("kill n1")
    scene.run(100)
    let facts = scene.model.guarantees
    #expect((facts.nextElection ?? .zero) > .zero)
    #expect((facts.nextElection ?? .seconds(9)) < .milliseconds(1200))
    #expect(facts.writes == .wait("no leader yet"))
    try scene.perform("kill n2")
    #expect(scene.model.guarantees.nextElection == nil)
    #expect(scene.model.guarantees.writes == .wait("no leader; 1 of 2 votes"))
    #expect(scene.model.guarantees.mostComplete == NodeID(3))
  }

  @Test func aForcedPromotionCostsWhatTheNodeLacks() throws {
    var scene = try Scene(["ack async"], load: "load ycsb-a rate=1000")
    scene.run(2000)
    try scene.perform("isolate n3")
    scene.run(1000)
    let missing = scene.snapshot.node(3).missing
    #expect(missing.records > 300)
    #expect(missing.bytes > 300 * 128)
    #expect(scene.snapshot.node(2).missing.records < 20)
    // With nobody left to lead, as much is missing as before.
    for node in ["n1", "n2"] { try scene.perform("kill \(node)") }
    #expect(scene.snapshot.node(3).missing.records >= missing.records)
    let before = scene.snapshot.ledger.lost
    try scene.perform("promote n3")
    scene.run(500)
    let lost = scene.snapshot.ledger.lost - before
    #expect(lost > 0)
    #expect(lost <= missing.records + 20)
    #expect(scene.model.commit <= scene.snapshot.node(3).received)
  }

  @Test func aSplitBrainShowsWhatIsLostAlready() throws {
    var scene = try Scene(["ack async", "check-quorum off", "fencing off", "redirects stubborn"])
    scene.run(2000)
    try scene.perform("isolate n1")
    scene.run(4000)
    let facts = scene.model.guarantees
    #expect(facts.splitBrain)
    #expect(facts.futureless.map(\.leader) == nodes(1))
    #expect((facts.futureless.first?.writesPerSecond ?? 0) > 50)
    // Its staleness counts from where its log parted, and nobody reads fresh from it.
    let old = scene.snapshot.node(1)
    #expect(!facts.freshReads.contains(old.id))
    #expect((old.lag.time ?? .zero) > .seconds(1))
    #expect(old.fork != nil)
  }

  @Test func aDeadNodesDiskIsStillThereUntilItIsWiped() throws {
    var scene = try Scene()
    scene.run(2000)
    try scene.perform("kill n3")
    #expect(scene.snapshot.node(3).flushed > .zero)
    try scene.perform("wipe n3")
    #expect(scene.snapshot.node(3).flushed == .zero)
    #expect(!scene.model.guarantees.copies.contains(NodeID(3)))
  }

  @Test func aSlowDiskShowsAsFlushLag() throws {
    var scene = try Scene(["apply committed"])
    scene.run(2000)
    try scene.perform("slow-disk n3 800ms")
    scene.run(2000)
    let node = scene.snapshot.node(3)
    #expect(node.flushLag.bytes > node.lag.bytes)
    #expect((node.flushLag.time ?? .zero) > .milliseconds(200))
    #expect(node.diskDelay == .milliseconds(800))
  }

  @Test func theNinetyNinthPercentileForgets() throws {
    var scene = try Scene()
    scene.run(2000)
    try scene.perform("kill leader")
    scene.run(5000)
    let clients = scene.snapshot.clients
    #expect((clients.recentAcknowledgement.p99 ?? 0) > 200)
    scene.run(15_000)
    let later = scene.snapshot.clients
    #expect((later.recentAcknowledgement.p99 ?? 999) < 100)
    #expect((later.acknowledgement.maximum ?? 0) > 200)
    #expect((later.recentAcknowledgement.buckets.first?.count ?? 0) > 0)
  }

  @Test func theTimelineRemembersWhoLed() throws {
    var scene = try Scene()
    scene.run(3000)
    try scene.perform("kill leader")
    scene.run(4000)
    let samples = scene.snapshot.timeline
    #expect(samples.count == 7)
    #expect(samples.contains { $0.leader == NodeID(1) })
    #expect(samples.contains { $0.hasFault })
    #expect(samples.filter { $0.hasElection }.count == 2)
  }
}
