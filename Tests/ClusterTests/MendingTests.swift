import Operations
import Positions
import Testing
import World

@testable import Cluster

/// A node with a spoiled disk comes back, whatever its peers still have of its records.
@Suite struct MendingTests {
  private func play(_ script: String) throws -> SimulationResult {
    let result = SimulationRun.run(try SimulationPlan(script: script))
    #expect(!result.isFailure, "\(result.complaints)")
    #expect(result.converged)
    return result
  }

  /// Peers keep what follows only in their checkpoints.
  @Test func recordsThatRetentionDroppedComeAsACheckpoint() throws {
    let result = try play(
      """
      cluster nodes=3 segment-size=64KiB checkpoint-every=64KiB seed=1
      load ycsb-a rate=400
      at 300ms flip-bit n3
      at 301ms kill n3
      at 8s restart n3
      at 14s kill n1
      """)
    #expect(
      result.findings.contains { $0.contains("n3 set its log of") }, "\(result.findings)")
  }

  /// Records still to be had mend the log, and nothing is set aside.
  @Test func recordsThatPeersHaveMendIt() throws {
    let result = try play(
      """
      cluster nodes=3 seed=1
      load ycsb-a rate=400
      at 3s flip-bit n3
      at 3001ms kill n3
      at 4s restart n3
      at 10s kill n1
      """)
    #expect(!result.findings.contains { $0.contains("aside") }, "\(result.findings)")
  }

  /// Found by seed 221: a misplaced write left bytes at the end of a segment, where the next record
  /// does not fit; the log was mended there again and again.
  @Test func bytesAtTheEndOfASegmentAreMendedOnce() throws {
    _ = try play(
      """
      cluster nodes=3 sites=3 segment-size=256KiB checkpoint-every=512KiB seed=221
      load ycsb-e rate=200 clients=1 value-size=1000B keys=1
      at 46323287us wipe n3
      at 47159267us misplace n3
      at 48581103us restart n3
      at 48699882us kill n3
      """)
  }

  /// Found by seed 277: n3's last good record was of a branch that nobody else has any more.
  @Test func aBranchThatNobodyElseHasIsSetAside() throws {
    var scene = try Scene(["ack async", "check-quorum off"])
    scene.run(1000)
    try scene.perform("isolate n1")
    scene.run(1000)
    try scene.perform("kill n1")
    try scene.perform("heal")
    scene.run(5000)
    // Among the records that only n1 has.
    scene.cluster.observe(.spoiled(node: NodeID(1)))
    scene.cluster.world.damage(NodeID(1)) { files in
      guard let name = files.names.first(where: { $0.hasPrefix("wal-") }),
        let last = files.contents(of: name)?.lastIndex(where: { $0 != 0 })
      else { return }
      files.damage(name, at: last - 4000, [0xEE, 0xEE])
    }
    try scene.perform("restart n1")
    scene.run(5000)
    #expect(
      scene.events.contains { $0.contains("n1 sets its log aside: its record") }, "\(scene.story)")
    #expect(try scene.settle())
    #expect(scene.hashes.count == 1)
    #expect(scene.cluster.checker.violationCount == 0, "\(scene.story)")
  }

  /// Found by seed 663: a disk that was told to fail did so after everything had been healed.
  @Test func healingTakesBackWhatADiskWasToDoNext() throws {
    var scene = try Scene(load: "load ycsb-a rate=0")
    scene.run(500)
    for command in ["fail-disk n2", "misplace n3", "heal all", "rate 400"] {
      try scene.perform(command)
    }
    scene.run(1000)
    #expect(scene.node(2)?.state == .running)
    try scene.perform("kill n3")
    try scene.perform("restart n3")
    #expect(try scene.settle())
    #expect(
      !scene.events.contains { $0.contains("damage") || $0.contains("dies") }, "\(scene.story)")
  }
}
