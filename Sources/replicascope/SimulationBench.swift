import Cluster
import Operations
import Positions
import World

/// What the simulated world does on one core: events a second, times real time, copies, the way back.
///
/// Events are counted by the time that this thread had a processor, so that others on the machine do not
/// count; all else by the clock.
struct SimulationBench {
  var json: Bool

  private static let loaded = 400.0

  func run() throws {
    // Half of the load's operations are writes.
    for nodes in [3, 5, 9, 27] {
      try report(nodes: nodes, rate: Self.loaded, seconds: nodes > 9 ? 60 : 200)
    }
    try report(nodes: 5, rate: 0, seconds: 3000)
    for model in [ReplicationModel.multiLeader, .leaderless] {
      var knobs = Knobs()
      knobs.model = model
      knobs.nodes = 5
      try run(Wish(knobs: knobs, rate: 200, keys: 1000, loadsKeys: false, seconds: 200))
    }
    try reportCopies()
    try reportTravel()
  }

  /// One cluster of the user's own.
  struct Wish {
    var knobs: Knobs
    var rate: Double
    var keys: Int
    /// Whether every key is written first.
    var loadsKeys: Bool
    var seconds: Int
  }

  /// Loads the keys, if that is wished, and measures the seconds after.
  func run(_ wish: Wish) throws {
    var load = ClusterConfiguration.defaultLoad.merging(
      LoadChange(rate: wish.rate, keys: wish.keys))
    if wish.loadsKeys { load = load.merging(LoadChange(rate: .infinity, clients: 1000)) }
    var configuration = ClusterConfiguration.simulated(knobs: wish.knobs, load: load, seed: 1)
    configuration.loadsKeys = wish.loadsKeys
    var machine = try TimeMachine(configuration: configuration, keepsCopies: false)
    if wish.loadsKeys {
      try loadKeys(&machine, wish.keys)
      _ = machine.perform(.load(LoadChange(rate: wish.rate, clients: 16)))
    }
    machine.run(until: machine.now + .seconds(2))
    report(measure(&machine, seconds: wish.seconds), wish)
  }

  private func loadKeys(_ machine: inout TimeMachine, _ keys: Int) throws {
    let begun = MonotonicClock.now
    let processor = MonotonicClock.threadTime
    while machine.cluster.acknowledgedWrites < keys {
      guard machine.now < .start + .seconds(3600) else {
        throw Failure(.checkFailed, "the keys are not written after an hour of the simulated time")
      }
      machine.run(until: machine.now + .milliseconds(100))
    }
    let elapsed = Double(MonotonicClock.now - begun) / 1e9
    let simulated = machine.now.sinceStart.seconds
    let busy = Double(MonotonicClock.threadTime - processor) / 1e9
    let perSecond = Int(Double(machine.cluster.handledEvents) / busy)
    Output.line(
      json
        ? "{\"keysLoaded\":\(keys),\"seconds\":\(rounded(elapsed)),"
          + "\"simulatedSeconds\":\(rounded(simulated)),\"eventsPerSecond\":\(perSecond),"
          + "\"residentMiB\":\(Resident.mostMebibytes)}"
        : "\(keys) keys loaded in \(rounded(elapsed)) s (\(rounded(simulated)) s simulated): "
          + "\(perSecond) events/s, at most \(Resident.mostMebibytes) MiB resident")
  }

  private struct Measured {
    var eventsPerSecond: Int
    var timesRealTime: Double
    var violations: Int
  }

  private func measure(_ machine: inout TimeMachine, seconds: Int) -> Measured {
    let events = machine.cluster.handledEvents
    let begun = MonotonicClock.now
    let processor = MonotonicClock.threadTime
    machine.run(until: machine.now + .seconds(seconds))
    let elapsed = Double(MonotonicClock.now - begun) / 1e9
    let busy = Double(MonotonicClock.threadTime - processor) / 1e9
    return Measured(
      eventsPerSecond: Int(Double(machine.cluster.handledEvents - events) / busy),
      timesRealTime: Double(seconds) / elapsed,
      violations: machine.snapshot.ledger.violationCount)
  }

  private func report(_ measured: Measured, _ wish: Wish) {
    let model = wish.knobs.model.rawValue
    Output.line(
      json
        ? "{\"model\":\"\(model)\",\"nodes\":\(wish.knobs.nodes),"
          + "\"operationsPerSecond\":\(rounded(wish.rate)),\"keys\":\(wish.keys),"
          + "\"eventsPerSecond\":\(measured.eventsPerSecond),"
          + "\"timesRealTime\":\(rounded(measured.timesRealTime)),"
          + "\"violations\":\(measured.violations),"
          + "\"residentMiB\":\(Resident.mostMebibytes)}"
        : "\(model), \(wish.knobs.nodes) nodes, \(rounded(wish.rate)) operations/s on "
          + "\(wish.keys) keys: \(measured.eventsPerSecond) events/s, "
          + "\(rounded(measured.timesRealTime)) times real time, \(measured.violations) "
          + "violations, at most \(Resident.mostMebibytes) MiB resident")
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
    let processor = MonotonicClock.threadTime
    machine.run(until: .start + .seconds(2 + seconds))
    let elapsed = Double(MonotonicClock.now - begun) / 1e9
    let busy = Double(MonotonicClock.threadTime - processor) / 1e9
    let perSecond = Double(machine.cluster.handledEvents - events) / busy
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
