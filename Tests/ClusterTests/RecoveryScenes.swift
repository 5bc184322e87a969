import Operations
import Positions
import Testing

@testable import Cluster

/// What goes wrong around restarts, disks and membership: each of these once lost something.
@Suite struct RecoveryScenes {
  @Test func aDeposedLeaderWithALongLogRejoins() throws {
    var scene = try Scene(
      ["ack async"], load: "load ycsb-a rate=4000 value-size=4KiB clients=64")
    scene.run(4000)
    try scene.perform("isolate leader")
    scene.run(4000)
    #expect(try scene.settle(), "\(scene.story)")
    #expect(scene.hashes.count == 1)
    #expect(scene.snapshot.ledger.violations == [])
  }

  @Test func aFollowersFullDiskDoesNotStopTheOthers() throws {
    var scene = try Scene(load: "load ycsb-a rate=2000 value-size=1KiB clients=64")
    scene.run(2000)
    try scene.perform("fill-disk n3")
    scene.run(4000)
    let before = scene.snapshot.ledger.acknowledged
    scene.run(2000)
    #expect(scene.snapshot.ledger.acknowledged > before + 1000, "\(scene.story)")
    #expect(try scene.settle(), "\(scene.story)")
    #expect(scene.hashes.count == 1)
  }

  @Test func aFullDiskIsSeenAtOnce() throws {
    var scene = try Scene()
    scene.run(2000)
    try scene.perform("fill-disk leader")
    scene.run(500)
    let before = scene.snapshot.ledger.acknowledged
    scene.run(1000)
    #expect(scene.snapshot.ledger.acknowledged == before)
    #expect(scene.events.contains { $0.contains("disk is full") }, "\(scene.story)")
  }

  @Test func whenAllDisksAreLostTheyElectOneOfThem() throws {
    var scene = try Scene()
    scene.run(2000)
    for number in 1...3 { try scene.perform("wipe n\(number)") }
    scene.run(500)
    for number in 1...3 { try scene.perform("restart n\(number)") }
    #expect(scene.run(atMost: 8000) { $0.single.leader != nil }, "\(scene.story)")
    #expect(scene.snapshot.ledger.violations == [], "\(scene.story)")
  }

  @Test func aWipedNodeHasNoVoteUntilItHasCaughtUp() throws {
    var scene = try Scene()
    scene.run(1000)
    try scene.perform("cut n1 n3")
    scene.run(3000)
    try scene.perform("isolate n1")
    try scene.perform("wipe n2")
    try scene.perform("restart n2")
    scene.run(5000)
    // n3 lacks what n1 and n2 acknowledged, and n2 has forgotten it: together they must not elect.
    #expect(scene.snapshot.ledger.lost == 0, "\(scene.story)")
    #expect(try scene.settle(), "\(scene.story)")
    #expect(scene.snapshot.ledger.lost == 0)
    #expect(scene.snapshot.ledger.violations == [])
  }

  @Test func aClusterGrownFromOneDoesNotSplitWhenTheFirstDiskIsLost() throws {
    var scene = try Scene(["nodes 1"])
    scene.run(1000)
    try scene.perform("add")
    scene.run(1000)
    try scene.perform("add")
    scene.run(2000)
    try scene.perform("wipe n1")
    try scene.perform("isolate n1")
    try scene.perform("restart n1")
    scene.run(6000)
    #expect(scene.snapshot.ledger.violations == [], "\(scene.story)")
    #expect(scene.model.leaders.count == 1)
    #expect(try scene.settle(), "\(scene.story)")
    #expect(scene.hashes.count == 1)
  }

  @Test func aWipedNodePromotedByForceUsesNoTermTwice() throws {
    var scene = try Scene()
    scene.run(1000)
    try scene.perform("wipe n1")
    try scene.perform("isolate n1")
    try scene.perform("restart n1")
    scene.run(500)
    try scene.perform("promote n1")
    scene.run(3000)
    #expect(try scene.settle(), "\(scene.story)")
    #expect(scene.snapshot.ledger.violations == [], "\(scene.story)")
    #expect(scene.hashes.count == 1)
  }

  @Test func aSingleNodeWhoseDiskIsLostStartsAnew() throws {
    var scene = try Scene(["nodes 1"])
    scene.run(1000)
    try scene.perform("wipe n1")
    try scene.perform("restart n1")
    #expect(scene.run(atMost: 5000) { $0.single.leader != nil }, "\(scene.story)")
    scene.run(1000)
    #expect(scene.snapshot.ledger.violations == [], "\(scene.story)")
    #expect(scene.snapshot.ledger.lost > 0)
  }

  @Test func aForcedPromotionFarBehindTakesEveryoneBack() throws {
    var scene = try Scene(load: "load ycsb-a rate=4000 value-size=16KiB clients=64")
    scene.run(1000)
    try scene.perform("isolate n3")
    scene.run(4000)
    try scene.perform("rate 0")
    scene.run(500)
    try scene.perform("promote n3")
    scene.run(2000)
    #expect(try scene.settle(), "\(scene.story)")
    #expect(scene.snapshot.ledger.lost > 0)
    #expect(scene.snapshot.ledger.violations == [], "\(scene.story)")
    #expect(scene.hashes.count == 1)
  }

  @Test func aSwitchoverAfterALongLifeLosesNothing() throws {
    var scene = try Scene(load: "load ycsb-a rate=3000 value-size=16KiB clients=64")
    scene.run(1000)
    try scene.perform("switchover n2")
    scene.run(6000)
    try scene.perform("kill n3")
    try scene.perform("restart n3")
    scene.run(4000)
    try scene.perform("switchover n3")
    scene.run(2000)
    #expect(scene.snapshot.ledger.lost == 0, "\(scene.story)")
    #expect(scene.snapshot.ledger.violations == [], "\(scene.story)")
  }

  @Test func aNodeFrozenWhileItCutsItsLogGoesOn() throws {
    var scene = try Scene(["ack async"], load: "load ycsb-a rate=1000")
    scene.run(2000)
    try scene.perform("isolate n1")
    scene.run(3000)
    try scene.perform("slow-disk n1 300ms")
    try scene.perform("heal")
    scene.run(60)
    try scene.perform("freeze n1")
    scene.run(2000)
    try scene.perform("thaw n1")
    #expect(try scene.settle(), "\(scene.story)")
    #expect(scene.hashes.count == 1)
    #expect(scene.snapshot.ledger.lostUnlisted == 0)
  }

  @Test func degradingAppliesToWritesThatWaitAlready() throws {
    var scene = try Scene(["ack sync"])
    scene.run(1000)
    try scene.perform("kill n3")
    scene.run(1000)
    try scene.perform("degrade-after 200ms")
    let before = scene.snapshot.ledger.acknowledged
    scene.run(2000)
    #expect(scene.snapshot.ledger.acknowledged > before, "\(scene.story)")
  }

  @Test func aStricterSyncPolicyMakesDurableWhatIsThere() throws {
    var scene = try Scene(["sync-policy every 10s"])
    scene.run(2000)
    try scene.perform("rate 0")
    scene.run(500)
    try scene.perform("sync-policy every batch")
    scene.run(500)
    for number in 1...3 { try scene.perform("kill n\(number)") }
    for number in 1...3 { try scene.perform("restart n\(number)") }
    #expect(scene.run(atMost: 8000) { $0.single.leader != nil }, "\(scene.story)")
    scene.run(1000)
    #expect(scene.snapshot.ledger.lost == 0, "\(scene.story)")
  }

  @Test func clientsComeBack() throws {
    var scene = try Scene(load: "load ycsb-a rate=max clients=16")
    scene.run(500)
    try scene.perform("clients 1")
    scene.run(500)
    let one = scene.snapshot.ledger.acknowledged
    scene.run(500)
    let alone = scene.snapshot.ledger.acknowledged - one
    try scene.perform("clients 16")
    scene.run(500)
    let many = scene.snapshot.ledger.acknowledged
    scene.run(500)
    #expect(scene.snapshot.ledger.acknowledged - many > 5 * alone)
  }

  @Test func aMemberIsTakenInThoughItsLeaderDied() throws {
    var scene = try Scene(["nodes 5"])
    scene.run(1000)
    try scene.perform("isolate leader")
    try scene.perform("add")
    scene.run(4000)
    #expect(try scene.settle(), "\(scene.story)")
    scene.run(3000)
    #expect(scene.snapshot.nodes.count == 6)
    #expect(scene.node(6)?.applied == scene.node(2)?.applied, "\(scene.story)")
  }

  @Test func unknownNodesAreRefused() throws {
    var scene = try Scene()
    scene.run(500)
    for text in ["read-from n9", "ack any 1 (n9)", "ack first 1 (n2, n9)"] {
      guard case .refused(let why) = try scene.perform(text) else {
        Issue.record("\(text) was taken")
        continue
      }
      #expect(why.contains("n9"))
    }
  }

  @Test(arguments: ["bandwidth n1 n2 0.0000000001B/s", "rate 0.00000000000001"])
  func numbersThatAreNearlyNothingAreTaken(text: String) throws {
    var scene = try Scene()
    scene.run(500)
    try scene.perform(text)
    scene.run(2000)
    #expect(scene.snapshot.ledger.violations == [])
  }
}
