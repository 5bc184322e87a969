import ArgumentParser
import Cluster
import Operations
import Positions

#if canImport(Glibc)
  import Glibc
#endif

/// `replicascope simulate`: many runs in the simulated world, each drawn from a seed.
struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Run many seeds in the simulated world: faults, checks, and agreement in the end.",
    discussion: """
      Each seed draws a cluster, its policies and load, and a random few kinds of faults. After the \
      faults everything is healed, and the replicas must agree. Nothing that must never happen may \
      have happened; what weak policies permit are findings. The same seed gives the same line, always.

      EXAMPLES:
        replicascope simulate --seeds 1..1000 --nodes 3..7 --for 60s --jobs 2
        replicascope simulate --seed 7 --events --json
        replicascope simulate --seed 7 --shrink
        replicascope simulate --script seed-7.scope
        replicascope simulate --model leaderless --nodes 3 --faults crash,one-way \
          --set 'read-quorum 1' --set 'write-quorum 2'
      """)

  @Option(help: "Which seeds to run, as 1..1000 (1..100).") var seeds: String?
  @Option(help: "One seed.") var seed: String?
  @Option(help: "How many nodes clusters start with, as 3..7 or 5 (3..7).") var nodes: String?
  @Option(
    help: "The model of replication: single-leader, multi-leader or leaderless (single-leader).")
  var model: String?
  @Option(
    name: .customLong("set"),
    help: "A knob that is not drawn and stays so, as 'read-quorum 1' (may be repeated).")
  var fixed: [String] = []
  @Option(help: "The kinds of faults of every run, as crash,one-way (each run draws its own).")
  var faults: String?
  @Option(name: .customLong("for"), help: "How long faults go on in each run (60s).")
  var duration: String?
  @Option(help: "Runs at the same time (1).") var jobs: String?
  @Flag(help: "One JSON object a seed.") var json = false
  @Flag(help: "With --seed or --script: print every event as it happens.") var events = false
  @Flag(help: "With --seed: find the fewest commands that still fail, and save them as a script.")
  var shrink = false
  @Option(help: "A file that --shrink wrote, to be played again.") var script: String?
  @Option(help: "With --seed: write the plan there as a script, and do not run it.")
  var write: String?

  func run() throws {
    var settings = try SimulationArguments.settings(
      nodes: nodes, duration: duration, model: model)
    settings.fixed = try fixed.map(SimulationArguments.setting)
    settings.faults = try faults.map(SimulationArguments.faults)
    if let problem = settings.problem { throw Failure(.usage, problem) }
    let jobs = try SimulationArguments.jobs(jobs)
    if let script {
      guard seed == nil, seeds == nil else {
        throw Failure(.usage, "--script tells its own seed: leave --seed and --seeds out")
      }
      let plan = try SimulationArguments.plan(script)
      return try finish(plan, saved: "script", again: "--script \(script)")
    }
    if let seed {
      guard seeds == nil else { throw Failure(.usage, "give --seed or --seeds, not both") }
      let number = try SimulationArguments.seed(seed, "--seed")
      let plan = SimulationPlan(seed: number, settings: settings)
      if let write {
        return try SimulationArguments.save(plan.script, to: write)
      }
      return try finish(
        plan, saved: "seed-\(number)", again: SimulationArguments.replay(number, settings))
    }
    guard !shrink, !events, write == nil else {
      let flag = shrink ? "shrink" : events ? "events" : "write"
      throw Failure(.usage, "--\(flag) needs one --seed")
    }
    let range = try SimulationArguments.seeds(seeds ?? "1..100")
    let status = try SimulationJobs(settings: settings, seeds: range, jobs: jobs, json: json).run()
    Glibc.exit(status)
  }

  /// Plays one plan, or shrinks it.
  private func finish(_ plan: SimulationPlan, saved name: String, again: String) throws {
    guard shrink else {
      let isJSON = json
      let tell: (Event) -> Void = {
        Output.line(isJSON ? SnapshotJSON.event($0) : PlainText.event($0))
      }
      let result = SimulationRun.run(plan, telling: events ? tell : nil)
      Output.line(json ? result.json : result.line)
      if result.isFailure { SimulationJobs.complain(result, again: again, isPlain: !json) }
      Glibc.exit(result.isFailure ? 1 : 0)
    }
    guard var shrinking = Shrinking(plan) else {
      Output.line("seed \(plan.seed) does not fail: there is nothing to shrink")
      return
    }
    let before = plan.commands.count
    let progress = ProgressLine(isShown: isatty(STDERR_FILENO) == 1)
    shrinking.shrink { commands, runs in
      progress.show("\(commands) of \(before) commands left after \(runs) runs")
    }
    progress.clear()
    let path = name + "-shrunk.scope"
    try SimulationArguments.save(shrinking.script, to: path)
    Output.line(json ? shrinking.result.json : shrinking.result.line)
    Output.error(
      "replicascope: \(shrinking.plan.commands.count) of \(before) commands are left after "
        + "\(shrinking.runs) runs, in \(path): replicascope simulate --script \(path)")
    Glibc.exit(1)
  }
}

/// Reads what `simulate` is given.
enum SimulationArguments {
  static func settings(
    nodes: String?, duration: String?, model: String?
  ) throws -> SimulationSettings {
    var settings = SimulationSettings()
    if let model {
      guard let known = ReplicationModel(rawValue: model) else {
        let all = ReplicationModel.allCases.map(\.rawValue)
        throw Failure(
          .usage, "--model \(model): there is no such model (\(all.joined(separator: ", ")))")
      }
      settings.model = known
    }
    if let nodes {
      let range = try range(nodes, "--nodes", 1...100, example: "3..7")
      settings.nodes = Int(range.lowerBound)...Int(range.upperBound)
    }
    if let duration {
      do {
        settings.duration = try CommandParser.parseInterval(duration)
      } catch {
        throw Failure(.usage, "--for: \(error)")
      }
      guard settings.duration >= .milliseconds(1), settings.duration <= .seconds(86_400) else {
        throw Failure(.usage, "--for is from 1ms to a day, as 60s")
      }
    }
    return settings
  }

  static func setting(_ text: String) throws -> KnobSetting {
    do {
      if case .set(let setting) = try CommandParser.parse(text) { return setting }
    } catch { throw Failure(.usage, "--set: \(error)") }
    throw Failure(.usage, "--set: \(text) sets no knob")
  }

  static func faults(_ text: String) throws -> [FaultKind] {
    try text.split(separator: ",").map { name in
      guard let fault = FaultKind(rawValue: String(name)) else {
        let all = FaultKind.allCases.map(\.rawValue)
        let nearest = Nearest.match(String(name), in: all).map { "; did you mean \($0)?" } ?? ""
        throw Failure(
          .usage,
          "--faults: \(name) is no kind of fault\(nearest) (\(all.joined(separator: ", ")))")
      }
      return fault
    }
  }

  static func jobs(_ text: String?) throws -> Int {
    guard let text else { return 1 }
    guard let count = Int(text), (1...64).contains(count) else {
      throw Failure(.usage, "--jobs is a number from 1 to 64, not \(text)")
    }
    return count
  }

  static func seeds(_ text: String) throws -> ClosedRange<UInt64> {
    try range(text, "--seeds", 0...UInt64(Int.max) - 1, example: "1..1000")
  }

  static func seed(_ text: String, _ flag: String) throws -> UInt64 {
    guard let seed = UInt64(text), seed < UInt64(Int.max) else {
      throw Failure(.usage, "\(flag) is a whole number from 0 on, not \(text)")
    }
    return seed
  }

  /// Reads `3..7`, `3...7` or `5`.
  private static func range(
    _ text: String, _ flag: String, _ limits: ClosedRange<UInt64>, example: String
  ) throws -> ClosedRange<UInt64> {
    let parts = text.split(separator: ".", omittingEmptySubsequences: true)
    let dots = text.filter { $0 == "." }.count
    let isShaped = parts.count == 1 && dots == 0 || parts.count == 2 && (2...3).contains(dots)
    guard isShaped, let first = UInt64(parts[0]), let last = UInt64(parts[parts.count - 1]) else {
      throw Failure(.usage, "\(flag) is a range as \(example), or one number, not \(text)")
    }
    guard first <= last else { throw Failure(.usage, "\(flag): \(first) is above \(last)") }
    guard limits.contains(first), limits.contains(last) else {
      throw Failure(
        .usage, "\(flag): from \(limits.lowerBound) to \(limits.upperBound), not \(text)")
    }
    return first...last
  }

  static func plan(_ path: String) throws -> SimulationPlan {
    let text = try TextFile.read(path)
    do {
      return try SimulationPlan(script: text, name: path)
    } catch {
      throw Failure(.badScript, lines: error.lines)
    }
  }

  /// The arguments that run a seed again.
  static func replay(_ seed: UInt64, _ settings: SimulationSettings) -> String {
    let nodes = settings.nodes
    let time = Command.back(settings.duration).text.split(separator: " ").last ?? ""
    let model = settings.model == .singleLeader ? "" : " --model \(settings.model.rawValue)"
    let fixed = settings.fixed.map { " --set '\($0.text)'" }.joined()
    let faults =
      settings.faults.map { " --faults " + $0.map(\.rawValue).joined(separator: ",") } ?? ""
    return "--seed \(seed) --nodes \(nodes.lowerBound)..\(nodes.upperBound) --for \(time)" + model
      + fixed + faults
  }

  static func save(_ text: String, to path: String) throws {
    if case .refused(let why) = SavedRun.write(text, to: path) {
      throw Failure(.inputOutput, why)
    }
  }
}
