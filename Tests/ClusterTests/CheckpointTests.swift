import Operations
import Testing

@testable import Cluster

@Suite struct CheckpointTests {
  /// Found by seed 692, which never ended: 40 MB of state were saved again for every 64 KiB of log.
  @Test func aLargeStateIsSavedNoOftenerThanItsLogIsLong() throws {
    var scene = try Scene(
      load: "load ycsb-a rate=200 value-size=4KiB keys=300", checkpointSpacing: 64 << 10,
      segmentSize: 256 << 10)
    scene.run(20_000)
    let node = try #require(scene.cluster.nodes.first)
    #expect(node.checkpointSize > 256 << 10)
    let written = node.log.flushed.end.distance(from: .zero)
    let saved = scene.cluster.events.filter { $0.text.hasPrefix("n1 saved a checkpoint") }.count
    #expect(saved >= 3)
    // The state grows meanwhile, so that the first ones come closer together.
    #expect(saved <= 2 * written / node.checkpointSize, "\(saved) for \(written) bytes")
  }
}
