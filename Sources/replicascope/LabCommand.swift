import ArgumentParser
import Cluster
import Operations
import Positions
import Scenarios
import Terminal
import World

#if canImport(Glibc)
  import Glibc
#endif

/// `replicascope lab`: the live cluster on real files; with a seed, one in the simulated world.
struct LabCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lab",
    abstract: "A cluster under the dashboard or headless: live on real files, or simulated.",
    discussion: """
      EXAMPLES:
        replicascope lab --nodes 5 --load ycsb-b
        replicascope lab --headless --for 10s --json --do 'at 3s kill leader'
        replicascope lab --headless --for 20s --do-file demo/failover.scope
        replicascope lab --seed 7
      """)

  @OptionGroup var knobs: KnobOptions

  @Option(help: "The workload, ycsb-a to ycsb-f (ycsb-a).") var load: String?
  @Option(help: "Operations a second; 0: none of our own; max: a closed loop (400).")
  var rate: String?
  @Option(help: "Clients (16).") var clients: String?
  @Option(help: "Keys (1000).") var keys: String?
  @Option(help: "Bytes of a value, with a unit (128B).") var valueSize: String?
  @Option(help: "Run in the simulated world, whose chance comes from this number.")
  var seed: String?
  @Option(help: "Keep the data there (default: a temporary directory, removed at the end).")
  var data: String?
  @Flag(help: "No screen: lines on standard output, a summary last.") var headless = false
  @Option(name: .customLong("for"), help: "How long a headless run lasts, as 10s or 2m.")
  var duration: String?
  @Option(help: "Headless: time between two snapshots' lines (1s).") var every: String?
  @Flag(help: "Headless: one JSON object a line.") var json = false
  @Flag(help: "Headless: one plain line an event; the default without --json.") var plain = false
  @Option(
    name: .customLong("do"), parsing: .singleValue,
    help: "A command and its time, as 'at 3s kill leader'; may be repeated.")
  var commands: [String] = []
  @Option(help: "A script to be played there: a file, or a demo by name.") var doFile: String?
  @Option(help: "Record what is shown to FILE.cast, for asciinema.") var record: String?
  @Flag(help: "No colour; bold and reverse only.") var noColor = false
  @Flag(help: "ASCII glyphs only.") var ascii = false
  @Flag(help: "Colours for a light background.") var light = false

  func run() throws {
    let plan = try Plan(self)
    if let record, headless || !record.hasSuffix(".cast") {
      throw Failure(
        .usage,
        headless
          ? "--record is for the screen; scripts are recorded without one by demo --headless"
          : "--record: a recording's file ends in .cast")
    }
    let recordsTo = record.map { RecordingOptions(path: $0) }
    let alarm = try Alarm(catchesSignals: headless)
    if !headless { try checkTerminal() }
    if plan.knobs.seed != nil {
      var simulated = Simulated(plan: plan, options: options, json: json, headless: headless)
      simulated.recordsTo = recordsTo
      try simulated.run(alarm)
    }
    var live = Live(plan: plan, options: options, json: json, headless: headless)
    live.recordsTo = recordsTo
    try live.run(alarm)
  }

  private var options: Terminal.Options {
    var options = Terminal.Options()
    options.colour = !noColor
    options.ascii = ascii
    options.light = light
    return options
  }

  private func checkTerminal() throws { try Self.checkTerminal() }

  static func checkTerminal() throws {
    guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
      throw Failure(
        .usage,
        "there is no terminal here; run it in one, or without a screen: "
          + "replicascope lab --headless --for 10s")
    }
  }
}

/// What the arguments of a run add up to, checked whole before anything starts.
struct Plan {
  var knobs = Knobs()
  var load = ClusterConfiguration.defaultLoad
  var commands: [TimedCommand] = []
  /// Plays a script; nil: there is none.
  var runner: ScriptRunner?
  var duration: Interval?
  var spacing = Interval.seconds(1)
  var data: String?

  /// What a script says, with settings that stand over its own.
  init(script name: String, overriding: [KnobSetting] = []) throws {
    try take(script: name, overriding)
  }

  init(_ arguments: LabCommand) throws {
    data = arguments.data
    let given = try arguments.knobs.given.map { name, value in
      try Self.reading { () throws(ParseFailure) in
        try KnobTable.parse(name: name, value: value)
      }
    }
    if let name = arguments.doFile {
      try take(script: name, given)
      // The script's own settings stand over the preset, which is in it already.
      knobs.apply(given.filter { !$0.isPreset })
    } else {
      knobs.apply(given)
    }
    try check(given)
    let settings: [(String, String?)] = [
      ("rate", arguments.rate), ("clients", arguments.clients), ("keys", arguments.keys),
      ("value-size", arguments.valueSize),
    ]
    let text = settings.compactMap { name, value in value.map { "\(name)=\($0)" } }
    if arguments.load != nil || !text.isEmpty {
      let line = "load " + ([arguments.load ?? Workload.a.rawValue] + text).joined(separator: " ")
      let command = try Self.reading { () throws(ParseFailure) in try CommandParser.parse(line) }
      if case .load(var change) = command {
        if arguments.load == nil { change.workload = nil }
        load = load.merging(change)
      }
    }
    for line in arguments.commands {
      commands.append(
        try Self.reading { () throws(ParseFailure) in try CommandParser.parseTimed(line) })
    }
    commands.sort { $0.at < $1.at }
    if let text = arguments.duration {
      duration = try Self.reading { () throws(ParseFailure) in
        try CommandParser.parseInterval(text)
      }
    }
    if let text = arguments.every {
      spacing = try Self.reading { () throws(ParseFailure) in
        try CommandParser.parseInterval(text)
      }
      guard spacing >= .milliseconds(10) else {
        throw Failure(.usage, "--every: at least 10ms")
      }
    }
    if let seed = arguments.seed {
      try Self.reading { () throws(ParseFailure) in
        knobs.apply(try KnobTable.parse(name: "seed", value: seed))
      }
    }
    if knobs.seed != nil, data != nil {
      throw Failure(.usage, "--data: the simulated world (--seed) keeps nothing on disk")
    }
    if data == nil {
      if let problem = knobs.problem { throw Failure(.usage, "--" + problem) }
      try checkCommands()
    }
    if arguments.headless, duration == nil, commands.isEmpty == false {
      duration = (commands.last?.at.sinceStart ?? .zero) + .seconds(5)
    }
  }

  /// Whether the model has what the flags set. A directory's model and members are its own: they are
  /// known only once it is open.
  private func check(_ given: [KnobSetting]) throws {
    guard data == nil else { return }
    for setting in given {
      if let misplaced = knobs.misplaced(setting) { throw Failure(.usage, "--" + misplaced) }
      if let unknown = setting.nodes.first(where: { $0.number > knobs.nodes }) {
        throw Failure(
          .usage, "--\(setting.name): there is no \(unknown); the nodes are n1 to n\(knobs.nodes)")
      }
    }
  }

  /// Whether the model has what `--do` asks for, with what was set before.
  private func checkCommands() throws {
    var now = knobs
    for timed in commands {
      if let why = now.refusal(of: timed.command) { throw Failure(.usage, "--do: " + why) }
      if case .set(let setting) = timed.command { now.apply(setting) }
    }
  }

  private mutating func take(script name: String, _ overriding: [KnobSetting]) throws {
    var replacement: ScriptParser.Replacement?
    for case .preset(let preset) in overriding { replacement = ScriptParser.Replacement(preset) }
    let runner = ScriptRunner(
      try ScriptFile.load(name, replacing: replacement), name: name,
      overriding: overriding.filter { !$0.isPreset })
    // What a script expects is said of its own model.
    for case .model(let model) in overriding {
      for case .cluster(let cluster) in runner.script.statements.map(\.action)
      where cluster.knobs.model != model {
        throw Failure(
          .usage,
          "--model: \(name) has a \(cluster.knobs.model.rawValue) cluster, and what it expects is "
            + "said of that")
      }
    }
    knobs = runner.start.knobs
    load = load.merging(runner.start.load)
    self.runner = runner
  }

  private static func reading<Result>(
    _ body: () throws(ParseFailure) -> Result
  ) throws -> Result {
    do { return try body() } catch { throw Failure(.usage, "\(error)") }
  }
}
