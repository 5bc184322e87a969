import Cluster
import Operations
import Positions
import World

/// What the simulated world does on one core: events a second, times real time, copies, the way back.
struct SimulationBench {
  var json: Bool

  private static let loaded = 400.0

  func run() throws {
    // Half of the load's operations are writes.
    for nodes in [3, 5, 9, 27] {
      try report(nodes: nodes, rate: Self.loaded, seconds: nodes > 9 ? 60 : 200)
    }
    try report(nodes: 5, rate: 0, seconds: 3000)
    try reportCopies()
    try reportTravel()
  }

  private func configuration(nodes: Int, rate: Double) -> ClusterConfiguration {
    var knobs = Knobs()
    knobs.nodes = nodes
    let load = ClusterConfiguration.defaultLoad.merging(LoadChange(rate: rate))
    return .simulated(knobs: knobs, load: load, seed: 1)
  }

  private func report(nodes: Int, rate: Double, seconds: Int) throws {
    var machine = try TimeMachine(
      configuration: configuration(nodes: nodes, rate: rate), keepsCopies: false)
    machine.run(until: .start + .seconds(2))
    let events = machine.cluster.handledEvents
    let begun = MonotonicClock.now
    machine.run(until: .start + .seconds(2 + seconds))
    let elapsed = Double(MonotonicClock.now - begun) / 1e9
    let perSecond = Double(machine.cluster.handledEvents - events) / elapsed
    let times = Double(seconds) / elapsed
    if json {
      Output.line(
        "{\"nodes\":\(nodes),\"operationsPerSecond\":\(Int(rate)),"
          + "\"eventsPerSecond\":\(Int(perSecond)),\"timesRealTime\":\(Int(times))}")
    } else {
      Output.line(
        "\(nodes) nodes, \(Int(rate)) operations/s: \(Int(perSecond)) events/s, "
          + "\(Int(times)) times real time")
    }
  }

  /// What a copy costs: the next thousand events after one, against as many without.
  private func reportCopies() throws {
    var cluster = try Cluster(
      configuration: configuration(nodes: 5, rate: Self.loaded), world: SimulatedWorld(seed: 1))
    cluster.run(until: .start + .seconds(60))
    var with: [Double] = []
    var without: [Double] = []
    for _ in 0..<50 {
      let copy = cluster
      with.append(thousand(&cluster))
      without.append(thousand(&cluster))
      withExtendedLifetime(copy) {}
    }
    let cost = (with.sorted()[25] - without.sorted()[25]) * 1000
    Output.line(
      json
        ? "{\"copyMilliseconds\":\(rounded(cost))}"
        : "a copy and the next 1000 events: \(rounded(cost)) ms more than the events alone")
  }

  private func thousand(_ cluster: inout Cluster<SimulatedWorld>) -> Double {
    let begun = MonotonicClock.now
    let events = cluster.handledEvents
    while cluster.handledEvents < events + 1000 {
      _ = cluster.step(until: .distantFuture)
    }
    return Double(MonotonicClock.now - begun) / 1e9
  }

  /// Ten minutes with copies, and the way back to their beginning.
  private func reportTravel() throws {
    var machine = try TimeMachine(configuration: configuration(nodes: 3, rate: Self.loaded))
    machine.run(until: .start + .seconds(600))
    let begun = MonotonicClock.now
    machine.go(to: .start + .milliseconds(600))
    let back = Double(MonotonicClock.now - begun) / 1e6
    let mebibytes = Double(machine.retainedBytes) / Double(1 << 20)
    Output.line(
      json
        ? "{\"backMilliseconds\":\(rounded(back)),\"copies\":\(machine.copyCount),"
          + "\"retainedMiB\":\(rounded(mebibytes))}"
        : "ten minutes back: \(rounded(back)) ms; \(machine.copyCount) copies retain "
          + "\(rounded(mebibytes)) MiB")
  }

  private func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
