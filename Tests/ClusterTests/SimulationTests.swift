import Operations
import Positions
import Testing
import World

@testable import Cluster

@Suite struct SimulationTests {
  private static let short = SimulationSettings(nodes: 3...5, duration: .seconds(5))

  @Test(arguments: UInt64(1)...40)
  func aPlanIsAScript(seed: UInt64) throws {
    let plan = SimulationPlan(seed: seed)
    let again = try SimulationPlan(script: plan.script)
    #expect(again == plan)
    #expect(again.script == plan.script)
    #expect(again.losesNothing == plan.losesNothing)
  }

  @Test func aSeedAlwaysDrawsTheSamePlanAndAnotherSeedAnother() {
    #expect(SimulationPlan(seed: 5) == SimulationPlan(seed: 5))
    #expect(SimulationPlan(seed: 5).script != SimulationPlan(seed: 6).script)
  }

  @Test func plansKeepToTheirSettings() {
    let settings = SimulationSettings(nodes: 4...6, duration: .seconds(3))
    let plans = (UInt64(1)...200).map { SimulationPlan(seed: $0, settings: settings) }
    #expect(Set(plans.map(\.knobs.nodes)) == [4, 5, 6])
    #expect(plans.allSatisfy { $0.end == .start + Interval.seconds(3) })
    #expect(plans.allSatisfy { plan in plan.commands.allSatisfy { $0.at < plan.end } })
    let promising = plans.filter(\.losesNothing).count
    #expect((40...160).contains(promising), "\(promising) of 200 promise that nothing is lost")
  }

  /// Fewer than half of the disks are damaged, whatever the seed.
  @Test func goodCopiesAreLeft() {
    for seed in UInt64(1)...300 {
      let plan = SimulationPlan(seed: seed)
      var damaged: Set<String> = []
      for timed in plan.commands {
        switch timed.command {
        case .wipe(let node), .flipBit(let node), .misplace(let node):
          damaged.insert(node.description)
        default: break
        }
      }
      #expect(damaged.count * 2 < plan.knobs.nodes, "seed \(seed) damages \(damaged)")
    }
  }

  @Test(arguments: UInt64(2)...5)
  func theSamePlanGivesTheSameRun(seed: UInt64) throws {
    let plan = SimulationPlan(seed: seed, settings: Self.short)
    let result = SimulationRun.run(plan)
    #expect(SimulationRun.run(plan) == result)
    #expect(SimulationRun.run(try SimulationPlan(script: plan.script)) == result)
    #expect(!result.isFailure, "\(result.complaints)")
    #expect(result.events > 1000)
    #expect(result.operations > 0)
    #expect(result.simulated >= .seconds(12))
    #expect(result.json.hasPrefix("{\"seed\":\(seed),\"traceHash\":\""))
  }

  @Test func weakKnobsMakeALossAFinding() throws {
    let plan = try SimulationPlan(
      script: """
        cluster ack=async seed=3
        load ycsb-a rate=400
        at 1s isolate leader
        at 3s heal all
        """)
    let result = SimulationRun.run(plan)
    #expect(!plan.losesNothing)
    #expect(result.lost > 0)
    #expect(result.findingCount > 0)
    #expect(!result.isFailure, "\(result.complaints)")
  }

  @Test(
    arguments: [
      ("at 1s kill leader", true), ("at 1s ack async", false), ("at 1s promote n2", false),
      ("at 1s wipe n2", true), ("at 1s wipe leader", false),
      ("at 1s wipe n2\nat 2s flip-bit n3", false), ("at 1s wipe n2\nat 2s add", false),
      ("at 1s lose-site site1", false), ("at 1s fencing off", false),
      ("at 1s guarantee linearizable", true), ("at 1s wait-for applied", true),
    ] as [(String, Bool)])
  func whatPromisesThatNothingIsLost(commands: String, promised: Bool) throws {
    let plan = try SimulationPlan(script: "cluster nodes=3\nload ycsb-a\n\(commands)\n")
    #expect(plan.losesNothing == promised)
  }

  @Test func aCoreThatCannotAgreeIsAFailure() {
    var plan = SimulationPlan(seed: 1, settings: Self.short)
    plan.knobs = Knobs()
    plan.commands = []
    // Two of three stay dead: no majority is left.
    plan.leftDead = [NodeID(1), NodeID(2)]
    let result = SimulationRun.run(plan)
    #expect(!result.converged)
    #expect(result.isFailure)
    #expect(result.obstacle?.contains("nobody leads") == true, "\(result.obstacle ?? "")")
  }
}

@Suite struct ShrinkingTests {
  private func plan(_ count: Int) -> SimulationPlan {
    let commands = (1...count).map {
      TimedCommand(at: .start + .milliseconds($0), command: .kill(.node(NodeID($0))))
    }
    var knobs = Knobs()
    knobs.nodes = 100
    return SimulationPlan(
      seed: 1, knobs: knobs, load: ClusterConfiguration.defaultLoad, commands: commands,
      end: .start + .seconds(60))
  }

  /// Fails when both of two nodes are killed.
  private static func failing(_ plan: SimulationPlan) -> SimulationResult {
    var result = SimulationResult(seed: plan.seed)
    result.converged = true
    let killed = plan.commands.map(\.command.text)
    if killed.contains("kill n17"), killed.contains("kill n80") {
      result.violationCount = 1
      result.violations = ["00:00.017 n17 and n80"]
    }
    return result
  }

  @Test func onlyWhatIsNeededIsLeft() throws {
    var shrinking = try #require(Shrinking(plan(97), run: Self.failing))
    shrinking.shrink()
    #expect(shrinking.plan.commands.map(\.command.text) == ["kill n17", "kill n80"])
    #expect(shrinking.plan.end == .start + .milliseconds(1080))
    #expect(shrinking.result.isFailure)
    #expect(shrinking.runs < 100)
    let script = shrinking.script
    #expect(script.contains("# fails: 00:00.017 n17 and n80\n"))
    #expect(try SimulationPlan(script: script) == shrinking.plan)
  }

  @Test func whatDoesNotFailIsNotShrunk() {
    #expect(Shrinking(plan(40), run: Self.failing) == nil)
  }

  @Test func aDifferentFailureDoesNotCount() throws {
    func run(_ plan: SimulationPlan) -> SimulationResult {
      var result = Self.failing(plan)
      if plan.commands.count < 10 {
        result.violationCount = 1
        result.violations = ["00:00.001 another"]
      }
      return result
    }
    var shrinking = try #require(Shrinking(plan(97), run: run))
    shrinking.shrink()
    #expect(shrinking.plan.commands.count >= 10)
    #expect(shrinking.result.violations == ["00:00.017 n17 and n80"])
  }

  @Test func theNumberOfRunsHasALimit() throws {
    var shrinking = try #require(Shrinking(plan(97), run: Self.failing))
    shrinking.shrink(runsMaximum: 3)
    #expect(shrinking.runs == 3)
  }
}
