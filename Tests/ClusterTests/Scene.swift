import Operations
import Positions
import World

@testable import Cluster

/// A cluster in the simulated world, driven by commands at times.
struct Scene {
  var cluster: Cluster<SimulatedWorld>

  init(
    _ settings: [String] = [], load: String = "load ycsb-a rate=400", seed: UInt64 = 1,
    checkpointSpacing: Int = 32 << 20, segmentSize: Int = 16 << 20,
    world: SimulatedWorld = SimulatedWorld()
  ) throws {
    var knobs = Knobs()
    for setting in settings {
      guard case .set(let value) = try CommandParser.parse(setting) else { continue }
      knobs.apply(value)
    }
    var change = ClusterConfiguration.defaultLoad
    if case .load(let wanted) = try CommandParser.parse(load) { change = change.merging(wanted) }
    var configuration = ClusterConfiguration(
      knobs: knobs, load: change, clusterID: 7, bootEpoch: 1, seed: seed)
    configuration.checkpointSpacing = checkpointSpacing
    configuration.segmentSize = segmentSize
    cluster = try Cluster(configuration: configuration, world: world)
  }

  mutating func run(_ milliseconds: Int) {
    cluster.run(until: cluster.world.now + .milliseconds(milliseconds))
  }

  @discardableResult
  mutating func perform(_ text: String) throws -> CommandOutcome {
    cluster.perform(try CommandParser.parse(text))
  }

  /// Runs until `condition` holds, at most `milliseconds`.
  mutating func run(
    atMost milliseconds: Int, until condition: (ClusterSnapshot) -> Bool
  ) -> Bool {
    var left = milliseconds
    while left > 0 {
      if condition(snapshot) { return true }
      run(10)
      left -= 10
    }
    return condition(snapshot)
  }

  var snapshot: ClusterSnapshot { cluster.snapshot(speed: 1) }

  var model: SingleLeaderSnapshot {
    if case .singleLeader(let model) = snapshot.model { return model }
    return SingleLeaderSnapshot()
  }

  var events: [String] { snapshot.events.map { "\($0.at) \($0.kind.rawValue) \($0.text)" } }

  /// The events, for a failure's message.
  var story: String { events.joined(separator: "\n") }

  func node(_ number: Int) -> NodeSnapshot? {
    snapshot.nodes.first { $0.id == NodeID(number) }
  }

  /// Heals everything, stops the load and waits until all replicas agree.
  mutating func settle() throws -> Bool {
    try perform("heal all")
    try perform("quiesce")
    return run(atMost: 30_000) { $0.converged }
  }

  var hashes: Set<UInt64> { Set(snapshot.nodes.filter { $0.state == .running }.map(\.hash)) }
}

extension ClusterSnapshot {
  var single: SingleLeaderSnapshot {
    if case .singleLeader(let model) = model { return model }
    return SingleLeaderSnapshot()
  }

  func node(_ number: Int) -> NodeSnapshot {
    nodes.first { $0.id == NodeID(number) } ?? NodeSnapshot(id: NodeID(number), site: SiteID("?"))
  }
}
