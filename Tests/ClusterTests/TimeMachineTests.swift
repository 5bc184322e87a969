import Operations
import Positions
import Testing
import World

@testable import Cluster

/// Back and forward in time: the same moment is the same world, however it was reached.
@Suite struct TimeMachineTests {
  private static func machine(
    _ settings: [String] = [], load: String = "load ycsb-a rate=200", seed: UInt64 = 7,
    script: [String] = []
  ) throws -> TimeMachine {
    var knobs = Knobs()
    for setting in settings {
      guard case .set(let value) = try CommandParser.parse(setting) else { continue }
      knobs.apply(value)
    }
    knobs.seed = seed
    var change = ClusterConfiguration.defaultLoad
    if case .load(let wanted) = try CommandParser.parse(load) { change = change.merging(wanted) }
    var configuration = ClusterConfiguration(
      knobs: knobs, load: change, clusterID: seed, bootEpoch: 1, seed: seed)
    configuration.segmentSize = 1 << 20
    configuration.checkpointSpacing = 256 << 10
    return try TimeMachine(
      configuration: configuration, script: try script.map { try CommandParser.parseTimed($0) })
  }

  private static let story = [
    "at 3s kill leader", "at 6s restart n1", "at 8s isolate leader", "at 10500ms write k v",
    "at 11s heal", "at 14s slow-disk n2 20ms", "at 15s reorder n1 n2 20%", "at 18s heal all",
  ]

  private static func at(_ milliseconds: Int) -> Instant { .start + .milliseconds(milliseconds) }

  @Test func everyMomentIsReachedAgainAsItWas() throws {
    var machine = try Self.machine(script: Self.story)
    var hashes: [Int: UInt64] = [:]
    let moments = stride(from: 250, through: 20_000, by: 437).map { $0 }
    for moment in moments {
      machine.run(until: Self.at(moment))
      hashes[moment] = machine.cluster.traceHash
    }
    #expect(Set(hashes.values).count == moments.count)
    let (end, marks) = (machine.end, machine.marks)
    var random = RandomSource(seed: 5)
    for _ in 0..<40 {
      let moment = moments[random.uniform(0..<moments.count)]
      machine.go(to: Self.at(moment))
      #expect(machine.now == Self.at(moment))
      #expect(machine.cluster.traceHash == hashes[moment], "at \(moment) ms")
      #expect(machine.isInPast == (machine.now < end))
    }
    machine.go(to: end)
    #expect(machine.cluster.traceHash == hashes[moments[moments.count - 1]])
    #expect(machine.marks == marks, "what is gone through again is not told twice")
  }

  @Test func whatHappensAfterAForkIsMarked() throws {
    var machine = try Self.machine(script: Self.story)
    machine.run(until: Self.at(20_000))
    machine.go(to: Self.at(2_000))
    machine.forgetFuture()
    _ = machine.perform(.kill(.leader))
    machine.run(until: Self.at(6_000))
    let kinds = Set(machine.marks.filter { $0.at >= Self.at(2_000) }.map(\.kind))
    #expect(kinds.isSuperset(of: [.command, .election]))
  }

  @Test func aStraightRunAndOneOfSmallStepsAreTheSame() throws {
    var straight = try Self.machine(script: Self.story)
    straight.run(until: Self.at(12_000))
    var small = try Self.machine(script: Self.story)
    var random = RandomSource(seed: 2)
    while small.now < Self.at(12_000) {
      if random.uniform(0..<3) == 0 {
        small.step()
      } else {
        let next = small.now + .microseconds(random.uniform(1..<90_000))
        small.run(until: min(next, Self.at(12_000)))
      }
      if small.now > Self.at(12_000) { break }
    }
    small.go(to: Self.at(12_000))
    #expect(small.cluster.traceHash == straight.cluster.traceHash)
    #expect(small.cluster.handledEvents == straight.cluster.handledEvents)
  }

  /// Found by seed 255: commands of one moment were carried out without what each of them made due at once.
  @Test func aPlanPlayedAsAScriptIsTheSameRunAsItsCommandsOneByOne() throws {
    let plan = SimulationPlan(
      seed: 255, settings: SimulationSettings(nodes: 3...7, duration: .seconds(60)))
    let end = Self.at(20_000)
    var cluster = try Cluster(
      configuration: plan.configuration, world: SimulatedWorld(seed: plan.configuration.seed))
    for timed in plan.commands where timed.at < end {
      cluster.run(until: timed.at)
      _ = cluster.perform(timed.command)
    }
    cluster.run(until: end)
    var machine = try TimeMachine(
      configuration: plan.configuration, script: plan.commands.filter { $0.at < end })
    machine.run(until: end)
    #expect(machine.cluster.traceHash == cluster.traceHash)
  }

  @Test func aStepIsOneEvent() throws {
    var machine = try Self.machine()
    machine.run(until: Self.at(2000))
    var seen: [MessageInFlight] = []
    for _ in 0..<300 {
      let before = machine.cluster.handledEvents
      let happened = machine.step()
      #expect(happened)
      #expect(machine.cluster.handledEvents == before + 1)
      let messages = machine.cluster.messagesInFlight()
      #expect(messages.allSatisfy { $0.arrives >= machine.now && $0.from != $0.to })
      seen += messages
    }
    let texts = Set(seen.map { $0.text.split(separator: " ")[0] })
    #expect(texts.isSuperset(of: ["append", "flushed"]), "\(texts)")
  }

  @Test func aLostWriteIsKeptWhenThePastGoesDifferently() throws {
    var machine = try Self.machine(
      ["ack async", "check-quorum off"],
      script: ["at 3s isolate leader", "at 9s heal all", "at 10s quiesce"])
    machine.run(until: Self.at(16_000))
    #expect(machine.cluster.snapshot(speed: 1).ledger.lost > 0)
    let ending = machine
    machine.go(to: Self.at(2_500))
    #expect(machine.isInPast)
    let isSet = machine.perform(
      try CommandParser.parse("ack majority"), keepsCommands: true
    ).isAccepted
    #expect(isSet)
    #expect(!machine.isInPast && machine.commands.count == 4 && machine.done == 1)
    machine.run(until: Self.at(16_000))
    let kept = machine.cluster.snapshot(speed: 1).ledger
    #expect(kept.lost == 0 && kept.acknowledged > 500 && kept.violationCount == 0)
    #expect(ending.cluster.snapshot(speed: 1).ledger.lost > 0, "the other ending is as it was")
    machine.go(to: Self.at(2_000))
    machine.forgetFuture()
    #expect(machine.commands.isEmpty && machine.end == Self.at(2_000))
  }

  @Test func aCommandOfTheRunWrittenAsAScriptGivesTheSameRun() throws {
    var machine = try Self.machine(["ack async", "nodes 5"], load: "load ycsb-b rate=300")
    for (moment, text) in [
      (1200, "kill leader"), (1201, "promote n9"), (2600, "restart n1"), (4000, "cut n2 n3"),
      (4100, "undo"), (5000, "rate 100"), (6000, "flip-bit n3"), (6500, "kill n3"),
      (7000, "restart n3"),
    ] {
      machine.run(until: Self.at(moment))
      for _ in 0..<(moment % 7) { machine.step() }
      _ = machine.perform(try CommandParser.parse(text))
    }
    machine.run(until: Self.at(9000))
    let configuration = machine.configuration
    let text = ScriptText.write(
      knobs: configuration.knobs, load: configuration.load, commands: machine.commands)
    guard case .script(let script) = ScriptParser.parse(text) else {
      Issue.record("\(text)")
      return
    }
    #expect(script.start.knobs == configuration.knobs)
    #expect(
      ClusterConfiguration.defaultLoad.merging(script.start.load) == configuration.load)
    #expect(script.timedCommands == machine.commands)
    var again = try TimeMachine(configuration: configuration, script: machine.commands)
    again.run(until: Self.at(9000))
    #expect(again.cluster.traceHash == machine.cluster.traceHash, "\(text)")
  }

  @Test func copiesAreThinnedAndReachTenMinutesBack() throws {
    var machine = try Self.machine(
      ["election-timeout 5s", "heartbeat 1s"], load: "load ycsb-a rate=2")
    machine.run(until: .start + .seconds(700))
    #expect(machine.begin >= .start + .seconds(90) && machine.begin <= .start + .seconds(105))
    #expect(machine.copyCount < 190)
    #expect(machine.retainedBytes > 0)
    let end = machine.cluster.traceHash
    machine.go(to: .start)
    #expect(machine.now == machine.begin, "no further than the oldest copy")
    machine.go(to: .start + .seconds(700))
    #expect(machine.cluster.traceHash == end)
  }

  @Test func differentSeedsAreDifferentRuns() throws {
    var hashes: Set<UInt64> = []
    for seed in UInt64(1)...5 {
      var machine = try Self.machine(seed: seed)
      machine.run(until: Self.at(1000))
      hashes.insert(machine.cluster.traceHash)
    }
    #expect(hashes.count == 5)
  }
}
