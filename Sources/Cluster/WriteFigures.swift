import Positions
import World

/// What a run of writes gave, measured: for the benchmark.
///
/// It stands here, and not with the program, so that the engine is compiled for the live world.
public struct WriteFigures: Sendable {
  /// Acknowledged writes a second.
  public var writesPerSecond: Double
  /// Median of the time to acknowledgement in milliseconds, the warm-up included.
  public var p50: Double?
  /// 99th percentile of it.
  public var p99: Double?
  /// Microseconds that the engine's thread spent on a processor for each of them.
  public var processorMicroseconds: Double
  /// What must never happen and did.
  public var violations: Int

  /// Runs a cluster on real files: a second to warm up, then `interval` that counts.
  public init(
    configuration: ClusterConfiguration, world: LiveWorld, for interval: Interval
  ) throws {
    var cluster = try Cluster(configuration: configuration, world: world)
    let warm = cluster.world.now + .seconds(1)
    while cluster.world.now < warm { _ = cluster.step(until: warm) }
    let before = cluster.acknowledgedWrites
    let begun = cluster.world.now
    let processor = MonotonicClock.threadTime
    let end = begun + interval
    while cluster.world.now < end { _ = cluster.step(until: end) }
    let elapsed = cluster.world.now - begun
    let writes = Double(cluster.acknowledgedWrites - before)
    writesPerSecond = writes / elapsed.seconds
    processorMicroseconds = Double(MonotonicClock.threadTime - processor) / 1000 / max(1, writes)
    let snapshot = cluster.snapshot(speed: 1)
    p50 = snapshot.clients.acknowledgement.p50
    p99 = snapshot.clients.acknowledgement.p99
    violations = snapshot.ledger.violationCount
    cluster.closeFiles()
  }
}
