import Operations
import Positions
import Testing
import World

@testable import Cluster

/// A disk that was lost stays lost, however often its node is started before it has caught up.
@Suite struct LostDiskTests {
  @Test func aWipedNodeThatIsKilledAndStartedAgainDoesNotVote() throws {
    var scene = try Scene()
    scene.run(500)
    try scene.perform("wipe n3")
    try scene.perform("isolate n3")
    for _ in 0..<3 {
      try scene.perform("restart n3")
      scene.run(300)
      #expect(scene.snapshot.node(3).state == .suspect)
      try scene.perform("kill n3")
      scene.run(50)
    }
    try scene.perform("restart n3")
    try scene.perform("heal")
    #expect(scene.run(atMost: 5000) { $0.node(3).state == .running })
    // Vouched for by the leader, and remembered so.
    try scene.perform("isolate n3")
    try scene.perform("kill n3")
    try scene.perform("restart n3")
    scene.run(300)
    #expect(scene.snapshot.node(3).state == .running)
  }

  @Test func aValueThatIsNoRecordIsRefused() throws {
    var scene = try Scene()
    scene.run(500)
    let value = String(repeating: "v", count: 1 << 20)
    guard case .refused(let why) = scene.cluster.operatorWrites(key: "k", value: value) else {
      Issue.record("a value of 1 MiB was taken")
      return
    }
    #expect(why.contains("at most 1048557 bytes"))
  }
}
