import Operations
import Positions
import Testing

@testable import Cluster

@Suite struct FailoverTests {
  @Test func firstLeaderIsN1AndWritesAreAcknowledged() throws {
    var scene = try Scene()
    scene.run(3000)
    print(scene.events.joined(separator: "\n"))
    #expect(scene.model.leader == NodeID(1))
    #expect(scene.snapshot.ledger.acknowledged > 400)
    #expect(scene.snapshot.ledger.violations == [])
    #expect(try scene.settle())
    #expect(scene.hashes.count == 1)
  }

  @Test(arguments: 1...20)
  func killedLeaderUnderMajorityLosesNothing(seed: Int) throws {
    var scene = try Scene(seed: UInt64(seed))
    scene.run(2000)
    try scene.perform("kill leader")
    let elected = scene.run(atMost: 2000) { $0.single.leader != nil }
    #expect(elected)
    scene.run(2000)
    #expect(try scene.settle())
    #expect(scene.snapshot.ledger.lost == 0)
    #expect(scene.snapshot.ledger.violations == [])
    #expect(scene.hashes.count == 1)
    if !elected || scene.snapshot.ledger.violationCount > 0 || scene.hashes.count != 1 {
      print(scene.events.joined(separator: "\n"))
    }
  }

  @Test(arguments: 1...20)
  func isolatedLeaderUnderAsyncLosesWritesAndListsThem(seed: Int) throws {
    var scene = try Scene(["ack async"], load: "load ycsb-a rate=1000", seed: UInt64(seed))
    scene.run(2000)
    try scene.perform("isolate leader")
    scene.run(4000)
    #expect(try scene.settle())
    let ledger = scene.snapshot.ledger
    #expect(ledger.lost > 0)
    #expect(ledger.lostUnlisted == 0)
    #expect(ledger.lostWrites.count == min(2000, ledger.lost))
    #expect(ledger.violations == [])
    #expect(scene.hashes.count == 1)
    if ledger.lostUnlisted != 0 || ledger.violationCount > 0 || scene.hashes.count != 1 {
      print(scene.events.joined(separator: "\n"))
    }
  }

  /// Clients that look for the leader come by at followers, and are sent on: what a follower has is not
  /// what they asked for.
  @Test(arguments: 1...5)
  func readsOfTheLeaderAreNeverAFollowers(seed: Int) throws {
    var scene = try Scene(
      ["ack async", "election-timeout 20s"], load: "load ycsb-b rate=400", seed: UInt64(seed))
    try scene.perform("delay n1 -> n2 1500ms")
    scene.run(2000)
    try scene.perform("freeze n1")
    scene.run(4000)
    #expect(scene.snapshot.clients.timedOut > 0)
    #expect(scene.snapshot.clients.refused > 0)
    #expect(scene.snapshot.clients.readsPerSecond == 0)
    try scene.perform("thaw n1")
    scene.run(2000)
    #expect(scene.snapshot.clients.readsPerSecond > 100)
    #expect(scene.snapshot.ledger.staleReads == 0)
  }
}
