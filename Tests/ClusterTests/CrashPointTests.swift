import Operations
import Positions
import Testing
import World
import WriteAheadLog

@testable import Cluster

/// A short run of a whole cluster, in which a node's disk loses power before its Nth write, and before
/// its Nth sync, for every N: nothing acknowledged is lost, and all agree afterwards.
///
/// The run is played once, and a copy of it kept before every step in which the disk is asked for
/// something; each end begins at the copy before it.
@Suite struct CrashPointTests {
  typealias Run = Cluster<CrashPointWorld>

  /// Who goes down when the disk does.
  enum Extent: CaseIterable {
    case node
    case everyone
  }

  private static func beginning(
    node: Int, seed: UInt64, losesPowerBefore: Int? = nil
  ) throws -> Run {
    var change = ClusterConfiguration.defaultLoad
    if case .load(let wanted) = try CommandParser.parse("load ycsb-a rate=50 clients=2") {
      change = change.merging(wanted)
    }
    var knobs = Knobs()
    for text in ["election-timeout 300ms", "heartbeat 50ms"] {
      if case .set(let value) = try CommandParser.parse(text) { knobs.apply(value) }
    }
    var configuration = ClusterConfiguration(
      knobs: knobs, load: change, clusterID: 7, bootEpoch: 1, seed: seed)
    // So small that the run sees new segments, checkpoints and what retention removes.
    configuration.segmentSize = 16 << 10
    configuration.checkpointSpacing = 4 << 10
    return try Cluster(
      configuration: configuration,
      world: CrashPointWorld(node: NodeID(node), seed: seed, losesPowerBefore: losesPowerBefore))
  }

  /// The run from its beginning to `end`, and copies of it before each step that asks the disk for
  /// something, with the number of operations asked for until then.
  private static func played(
    node: Int, seed: UInt64, until end: Instant
  ) throws -> (copies: [(asked: Int, run: Run)], kinds: [CrashPointWorld.Kind]) {
    var run = try beginning(node: node, seed: seed)
    var copies: [(asked: Int, run: Run)] = []
    while true {
      let before = run
      guard run.step(until: end) else { break }
      if run.world.asked.count > before.world.asked.count {
        copies.append((before.world.asked.count, before))
      }
    }
    return (copies, run.world.asked)
  }

  private static func perform(_ text: String, _ run: inout Run) throws {
    _ = run.perform(try CommandParser.parse(text))
  }

  @Test(arguments: [(1, Extent.node), (2, .node), (2, .everyone)])
  func powerIsLostBeforeEveryWriteAndEverySync(node: Int, extent: Extent) throws {
    let seed = UInt64(node)
    let end = Instant.start + .milliseconds(200)
    let (copies, kinds) = try Self.played(node: node, seed: seed, until: end)
    #expect(kinds.filter { $0 == .sync }.count > 10 && kinds.filter { $0 == .write }.count > 10)
    var position = 0
    var writes = 0
    for number in 1...kinds.count {
      let isWrite = kinds[number - 1] == .write
      if isWrite { writes += 1 }
      while position + 1 < copies.count, copies[position + 1].asked < number { position += 1 }
      // What is asked for at once is asked for by a run of its own.
      var run =
        number > copies[position].asked
        ? copies[position].run
        : try Self.beginning(node: node, seed: seed, losesPowerBefore: number)
      run.world.losesPowerBefore = number
      while !run.world.hasLostPower, run.world.now < end + .seconds(1) {
        _ = run.step(until: end + .seconds(1))
      }
      let name = isWrite ? "write \(writes)" : "sync \(number - writes)"
      try #require(run.world.hasLostPower, "\(name) of n\(node) never comes")
      let acknowledged = run.acknowledgedWrites
      try Self.end(&run, node, extent)
      let snapshot = run.snapshot(speed: 1)
      let hashes = Set(snapshot.nodes.filter { $0.state == .running }.map(\.hash))
      let isFine =
        snapshot.converged && snapshot.nodes.allSatisfy { $0.state == .running }
        && hashes.count == 1 && snapshot.ledger.lost == 0 && snapshot.ledger.violationCount == 0
        && run.acknowledgedWrites > acknowledged
      #expect(
        isFine,
        """
        power lost before \(name) of n\(node) (\(extent)): converged \(snapshot.converged), \
        \(hashes.count) hashes, lost \(snapshot.ledger.lost), \(snapshot.ledger.violations)
        \(snapshot.events.map { "\($0.at) \($0.kind.rawValue) \($0.text)" }.joined(separator: "\n"))
        """)
    }
  }

  /// Ends the process, starts it again, and goes on until all agree.
  private static func end(_ run: inout Run, _ node: Int, _ extent: Extent) throws {
    let ends = extent == .node ? [node] : [1, 2, 3]
    for number in ends { try perform("kill n\(number)", &run) }
    run.run(until: run.world.now + .milliseconds(20))
    for number in ends { try perform("restart n\(number)", &run) }
    run.run(until: run.world.now + .milliseconds(800))
    // Where two of three logs may have lost their tails, all vote: nobody has to promote.
    run.run(until: run.world.now + .seconds(3))
    #expect(run.snapshot(speed: 1).single.leader != nil)
    try perform("heal all", &run)
    try perform("quiesce", &run)
    let limit = run.world.now + .seconds(20)
    while !run.snapshot(speed: 1).converged, run.world.now < limit {
      run.run(until: run.world.now + .milliseconds(100))
    }
  }
}
