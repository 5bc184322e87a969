import ArgumentParser
import Cluster
import Operations
import Positions
import Scenarios
import Terminal

#if canImport(Glibc)
  import Glibc
#endif

/// `replicascope versus`: one script under two systems' presets, side by side.
struct VersusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "versus",
    abstract:
      "Play one script under two systems' presets, side by side: the same crash, two endings.",
    discussion: """
      The script's own preset and model are passed over; what else it sets holds for both. What holds in \
      one system need not hold in the other: a line that fails is told, and the play goes on. Without a \
      script both start with the presets' own settings, and every key goes to both. Headless it ends \
      with 0, or with 1 when something happened that must never happen.

      EXAMPLES:
        replicascope versus postgres mysql --script demo/standby-cut-off.scope
        replicascope versus postgres mysql --script demo/standby-cut-off.scope --headless --seed 7
        replicascope versus cassandra riak
      """)

  @Argument(help: "The system on the left: postgres, mysql, mongodb, dynamo, cassandra, riak.")
  var left: String
  @Argument(help: "The system on the right.") var right: String
  @Option(help: "The script: a file, or a demo's name.") var script: String?
  @Option(help: "Another seed than the script's (its own, else 1).") var seed: String?
  @Option(help: "Nodes of both, without a script, 1 to 100 (3).") var nodes: String?
  @Flag(help: "No screen: two columns on standard output, unpaced.") var headless = false
  @Flag(help: "Headless: one JSON object a line, each with its system.") var json = false
  @Option(name: .customLong("for"), help: "Headless without a script: how long it goes on (30s).")
  var duration: String?
  @Option(help: "How fast it goes, reading too, as 2x (1x).") var speed: String?
  @Flag(help: "Wait for PageDown wherever an audience would read.") var step = false
  @Flag(help: "No colour; bold and reverse only.") var noColor = false
  @Flag(help: "ASCII glyphs only.") var ascii = false
  @Flag(help: "Colours for a light background.") var light = false

  func run() throws {
    let presets = (try Self.preset(left), try Self.preset(right))
    try checkFlags()
    let speed = try self.speed.map(DemoCommand.speed) ?? 1
    let plays = (try play(presets.0), try play(presets.1))
    let alarm = try Alarm(catchesSignals: headless)
    guard !headless else {
      let headless = VersusHeadless(isJSON: json, presets: presets)
      Glibc.exit(headless.run(plays.0, plays.1, until: try end, alarm: alarm))
    }
    try LabCommand.checkTerminal()
    var options = Terminal.Options()
    options.colour = !noColor
    options.ascii = ascii
    options.light = light
    let duel = Duel(plays.0, plays.1, speed: speed, isStepwise: step)
    let engine = try DuelEngine(duel) { alarm.ring() }
    do {
      Glibc.exit(try Screen(engine: engine, alarm: alarm, options: options).run())
    } catch {
      engine.close()
      throw error
    }
  }

  private static func preset(_ name: String) throws -> Preset {
    do {
      if case .preset(let preset) = try KnobTable.parse(name: "preset", value: name) {
        return preset
      }
    } catch { throw Failure(.usage, "\(error)") }
    throw Failure(.usage, "\(name) is no preset")
  }

  private func checkFlags() throws {
    if headless, step || speed != nil {
      throw Failure(
        .usage,
        "--\(step ? "step" : "speed") is for an audience; --headless plays to nobody, unpaced")
    }
    if json, !headless { throw Failure(.usage, "--json is for --headless") }
    if duration != nil, !headless || script != nil {
      throw Failure(.usage, "--for is for --headless without a script; a script has its own end")
    }
    if nodes != nil, script != nil {
      throw Failure(.usage, "--nodes: the script says how many there are")
    }
  }

  /// When a run without a script ends.
  private var end: Instant? {
    get throws {
      guard script == nil else { return nil }
      do {
        return .start + (try CommandParser.parseInterval(duration ?? "30s"))
      } catch { throw Failure(.usage, "--for: \(error)") }
    }
  }

  /// The script's play under a preset; without a script, a run that nobody directs.
  private func play(_ preset: Preset) throws -> Play {
    var given: [KnobSetting] = []
    for (name, value) in [("seed", seed), ("nodes", nodes)] {
      guard let value else { continue }
      do { given.append(try KnobTable.parse(name: name, value: value)) } catch {
        throw Failure(.usage, "--\(name): \(error)")
      }
    }
    var runner: ScriptRunner?
    var knobs = Knobs()
    var load = ClusterConfiguration.defaultLoad
    if let script {
      let read = try ScriptFile.load(
        script, replacing: ScriptParser.Replacement(preset, ignoresModel: true))
      let played = ScriptRunner(read, name: script, overriding: given, goesOn: true)
      (knobs, load) = (played.start.knobs, load.merging(played.start.load))
      runner = played
    } else {
      knobs.apply([.preset(preset)] + given)
      if let problem = knobs.problem { throw Failure(.usage, "--" + problem) }
    }
    let machine = try TimeMachine(
      configuration: .simulated(
        knobs: knobs, load: load, seed: knobs.seed ?? Simulated.defaultSeed), keepsCopies: false)
    return Play(machine: machine, director: runner, keepsCopies: false)
  }
}
