import Operations
import Positions
import Testing
import World

@testable import Cluster

/// Clusters in which several nodes take writes, as an operator sees them.
@Suite struct PeerTests {
  private static func value(_ scene: Scene) -> LastReadSnapshot.State? {
    scene.snapshot.lastRead?.state
  }

  private func read(_ key: String, from node: String, _ scene: inout Scene) throws -> String? {
    try scene.perform("read \(key) from \(node)")
    scene.run(300)
    if case .value(let text)? = scene.snapshot.lastRead?.state { return text }
    return nil
  }

  @Test func theLaterClockWinsAndTheLoserIsListed() throws {
    var scene = try Scene(["model multi-leader"], load: "load ycsb-a rate=0")
    scene.run(500)
    try scene.perform("cut n1 n2")
    try scene.perform("write k one at n1")
    scene.run(100)
    try scene.perform("write k two at n2")
    scene.run(100)
    #expect(try read("k", from: "n1", &scene) == "one")
    try scene.perform("heal")
    scene.run(1500)
    #expect(try read("k", from: "n1", &scene) == "two")
    let versions = try #require(scene.snapshot.model.versions)
    #expect(versions.conflicts == 1)
    #expect(versions.losers == 1)
    #expect(versions.newest.last?.loser.value == "one")
    #expect(scene.snapshot.ledger.violationCount == 0)
  }

  /// Whose clock is wrong nobody can tell: one that is ahead makes others' writes lose as well.
  @Test(arguments: ["clock n1 +5s", "clock n2 -5s"])
  func noWritersClockIsBlamed(setting: String) throws {
    var scene = try Scene(["model multi-leader"], load: "load ycsb-a rate=0")
    scene.run(500)
    try scene.perform(setting)
    try scene.perform("write k one at n1")
    scene.run(500)
    try scene.perform("write k two at n2")
    scene.run(500)
    let text = try #require(scene.events.first { $0.contains("conflict on k: n2's \"two\"") })
    #expect(text.hasSuffix(": the writers' clocks differ"), "\(text)")
    // It knew of the other, and is counted with the conflicts all the same: their word says so.
    #expect(scene.snapshot.model.versions?.conflicts == 1)
    let word = ConditionWord.all(in: .multiLeader).first { $0.word == "conflicts" }
    #expect(word?.meaning.hasSuffix("or of which one did and lost by the clock") == true)
  }

  /// What a snapshot counts is what its nodes show at that moment.
  @Test func keysThatDifferAreThoseOfTheMoment() throws {
    var scene = try Scene(["model multi-leader"], load: "load ycsb-a rate=0")
    scene.run(500)
    try scene.perform("cut n1 n2")
    try scene.perform("cut n1 n3")
    try scene.perform("write k one at n1")
    scene.run(100)
    let versions = try #require(scene.snapshot.model.versions)
    #expect([versions.keys, versions.divergentKeys] == [1, 1])
    #expect(versions.divergenceAge == .zero)
  }

  /// What only some have is counted as well: never do more keys differ than there are.
  @Test func keysThatOnlySomeNodesHaveAreCounted() throws {
    var scene = try Scene(["model multi-leader"], load: "load ycsb-a rate=0")
    scene.run(500)
    try scene.perform("write k0 one at n1")
    scene.run(500)
    try scene.perform("isolate n1")
    for (key, node) in [("k1", 1), ("k2", 1), ("k3", 1), ("k4", 2), ("k5", 3)] {
      try scene.perform("write \(key) one at n\(node)")
      scene.run(100)
    }
    for wait in [0, 1500] {
      scene.run(wait)
      let versions = try #require(scene.snapshot.model.versions)
      #expect([versions.keys, versions.divergentKeys] == [6, 5])
    }
    #expect(scene.cluster.figures.keys == 6)
  }

  /// Of two copies that never met neither is old; one that only lacks is.
  @Test func copiesThatNeverMetAreParted() throws {
    var scene = try Scene(
      ["model multi-leader", "resolve siblings"], load: "load ycsb-a rate=0")
    scene.run(500)
    try scene.perform("watch k")
    func holders() throws -> [WatchedKeySnapshot.Holder] {
      try #require(scene.snapshot.model.versions?.watched?.holders)
    }
    try scene.perform("isolate n1")
    try scene.perform("write k one at n2")
    scene.run(200)
    #expect(try holders().map(\.isNewest) == [false, true, true])
    #expect(try holders().map(\.isParted) == [false, false, false])
    try scene.perform("write k two at n1")
    scene.run(200)
    #expect(try holders().map(\.isNewest) == [false, false, false])
    #expect(try holders().map(\.isParted) == [true, true, true])
  }

  /// A dead node's log has what it had, and its keys are still its own.
  @Test func whatTheDeadHadIsRemembered() throws {
    var scene = try Scene(["model multi-leader"], load: "load ycsb-a rate=0")
    scene.run(500)
    for number in 1...3 {
      try scene.perform("write k\(number) one at n1")
      scene.run(200)
    }
    func stream() throws -> MultiLeaderSnapshot.Stream? {
      try #require(scene.snapshot.model.multiLeader).streams
        .first { $0.origin == NodeID(1) && $0.to == NodeID(2) }
    }
    try scene.perform("kill n2")
    try scene.perform("write k4 one at n1")
    scene.run(200)
    #expect(try stream()?.applied == 3)
    #expect(try stream()?.written == 4)
    try scene.perform("wipe n2")
    #expect(try stream()?.applied == 0)

    var ring = try Scene(["model leaderless", "nodes 5"], load: "load ycsb-a rate=0")
    ring.run(500)
    func shares() throws -> [Double] {
      try #require(ring.snapshot.model.leaderless).ring.map(\.share)
    }
    let before = try shares()
    try ring.perform("kill n2")
    #expect(try shares() == before)
    #expect(before[1] > 0.3)
  }

  @Test func siblingsStandUntilOneIsChosen() throws {
    var scene = try Scene(
      ["model multi-leader", "resolve siblings"], load: "load ycsb-a rate=0")
    scene.run(500)
    #expect(try !scene.perform("choose k one").isAccepted)
    try scene.perform("cut n1 n3")
    try scene.perform("cut n2 n3")
    try scene.perform("write k one at n1")
    scene.run(100)
    try scene.perform("write k two at n3")
    scene.run(100)
    try scene.perform("heal")
    scene.run(1500)
    #expect(scene.snapshot.model.versions?.siblingKeys.first?.versions.count == 2)
    #expect(try scene.perform("choose k both").isAccepted)
    scene.run(1500)
    #expect(scene.snapshot.model.versions?.siblings == 0)
    #expect(try read("k", from: "n3", &scene) == "both")
    #expect(try !scene.perform("choose k again").isAccepted)
  }

  @Test func aDeadNodeStopsARing() throws {
    var scene = try Scene(
      ["model multi-leader", "nodes 4", "topology ring"], load: "load ycsb-a rate=0")
    scene.run(500)
    try scene.perform("kill n2")
    try scene.perform("write k one at n1")
    scene.run(3000)
    #expect(try read("k", from: "n3", &scene) == nil)
    try scene.perform("restart n2")
    scene.run(3000)
    #expect(try read("k", from: "n3", &scene) == "one")
    #expect(scene.snapshot.ledger.violationCount == 0)
  }

  @Test func aWipedLeaderTakesTheOthersState() throws {
    var scene = try Scene(
      ["model multi-leader"], load: "load ycsb-a rate=200", checkpointSpacing: 64 << 10,
      segmentSize: 256 << 10)
    scene.run(5000)
    try scene.perform("wipe n3")
    scene.run(2000)
    try scene.perform("restart n3")
    scene.run(2000)
    try scene.perform("quiesce")
    #expect(scene.run(atMost: 20_000) { $0.converged })
    #expect(scene.snapshot.ledger.violationCount == 0)
  }

  @Test func quorumsMeetAndHintsAreHandedOver() throws {
    var scene = try Scene(["model leaderless"], load: "load ycsb-a rate=0")
    scene.run(1000)
    try scene.perform("kill n3")
    scene.run(10_000)
    try scene.perform("write k one at n1")
    scene.run(500)
    #expect(scene.snapshot.lastWrite?.state == .acknowledged(by: NodeID(1)))
    guard case .leaderless(let model) = scene.snapshot.model else {
      Issue.record("another model")
      return
    }
    #expect(model.hints > 0)
    try scene.perform("restart n3")
    scene.run(10_000)
    try scene.perform("read k from n3 level one")
    scene.run(300)
    #expect(Self.value(scene) == .value("one"))
    guard case .leaderless(let after) = scene.snapshot.model else { return }
    #expect(after.hints == 0)
    #expect(after.hintsDelivered > 0)
  }

  @Test func whatAModelLacksIsRefusedAndChangesNothing() throws {
    var scene = try Scene(["model leaderless"], load: "load ycsb-a rate=0")
    scene.run(500)
    let before = scene.snapshot.knobs
    for text in [
      "ack async", "promote n1", "switchover n2", "read-quorum 4", "model multi-leader",
      "topology ring", "replication-factor 2", "increment k by 1",
    ] {
      #expect(try !scene.perform(text).isAccepted, "\(text)")
    }
    #expect(scene.snapshot.knobs == before)
  }

  @Test(arguments: ["multi-leader", "leaderless"], 1...6)
  func simulatedFaultsEndInAgreement(model: String, seed: Int) throws {
    let settings = SimulationSettings(
      nodes: 3...6, duration: .seconds(10),
      model: try #require(ReplicationModel(rawValue: model)))
    let result = SimulationRun.run(
      SimulationPlan(seed: UInt64(seed), settings: settings))
    #expect(result.violations == [])
    #expect(result.converged, "\(result.obstacle ?? "")")
  }

  /// Streams that began where the receiver lacked nothing, behind a gap of its own; rings that did not
  /// hear of a restart; logs that begin behind their checkpoint; logs cut below it; writes held back for
  /// what is lost; states and writes of nodes that showed more than they had applied (311); what was
  /// lost but for a part that some had taken over (513, 674); and of the checker: files that held more
  /// than a state that was taken (81), writes from before sessions were promised anything (155).
  @Test(arguments: [5, 7, 9, 13, 21, 29, 65, 81, 155, 311, 513, 674])
  func seedsThatFoundFaults(seed: Int) {
    let settings = SimulationSettings(duration: .seconds(20), model: .multiLeader)
    let result = SimulationRun.run(
      SimulationPlan(seed: UInt64(seed), settings: settings))
    #expect(result.violations == [])
    #expect(result.converged, "\(result.obstacle ?? "")")
  }

  /// Nodes that each forget a tombstone at a time of their own do not hand it round for ever.
  @Test func tombstonesGoForGoodOnceTheirTimeIsOver() {
    let settings = SimulationSettings(nodes: 3...5, duration: .seconds(8), model: .leaderless)
    let result = SimulationRun.run(SimulationPlan(seed: 89, settings: settings))
    #expect(result.violations == [])
    #expect(result.converged, "\(result.obstacle ?? "")")
  }
}
