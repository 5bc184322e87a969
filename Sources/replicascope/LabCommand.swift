import ArgumentParser
import Cluster
import Operations
import Positions
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
  @Option(help: "A file of such commands, one a line.") var doFile: String?
  @Flag(help: "No colour; bold and reverse only.") var noColor = false
  @Flag(help: "ASCII glyphs only.") var ascii = false
  @Flag(help: "Colours for a light background.") var light = false

  func run() throws {
    let plan = try Plan(self)
    let alarm = try Alarm(catchesSignals: headless)
    if !headless { try checkTerminal() }
    if plan.knobs.seed != nil {
      try Simulated(plan: plan, options: options, json: json, headless: headless).run(alarm)
    }
    let directory = try plan.openData()
    defer { directory.close() }
    let configuration = plan.configuration(for: directory)
    let engine = try start(configuration, directory, plan, alarm)
    if headless {
      let status = Headless(
        format: json ? .json : .plain, duration: plan.duration, spacing: plan.spacing
      ).run(engine, alarm: alarm)
      directory.close()
      Glibc.exit(status)
    }
    let screen = Screen(engine: engine, alarm: alarm, options: options)
    let status: Int32
    do {
      status = try screen.run()
    } catch {
      engine.close()
      directory.close()
      throw error
    }
    directory.close()
    Glibc.exit(status)
  }

  private var options: Terminal.Options {
    var options = Terminal.Options()
    options.colour = !noColor
    options.ascii = ascii
    options.light = light
    return options
  }

  private func start(
    _ configuration: ClusterConfiguration, _ directory: DataDirectory, _ plan: Plan, _ alarm: Alarm
  ) throws -> LiveEngine {
    do {
      return try LiveEngine(
        configuration: configuration, world: LiveWorld(root: directory.path),
        timed: plan.commands, keepsEvents: headless, onChange: { alarm.ring() })
    } catch {
      directory.close()
      throw Failure(.inputOutput, "\(error)")
    }
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
  var duration: Interval?
  var spacing = Interval.seconds(1)
  var data: String?

  /// What a script's file says.
  init(script path: String) throws {
    try takeFile(path)
    duration = (commands.last?.at.sinceStart ?? .zero) + .seconds(5)
  }

  init(_ arguments: LabCommand) throws {
    data = arguments.data
    if let path = arguments.doFile { try takeFile(path) }
    for (name, value) in arguments.knobs.given {
      try Self.reading { () throws(ParseFailure) in
        knobs.apply(try KnobTable.parse(name: name, value: value))
      }
    }
    for (name, value) in arguments.knobs.given {
      let named = (try? KnobTable.parse(name: name, value: value))?.nodes ?? []
      // A directory's members may be others; they are known only once it is open.
      if data == nil, let unknown = named.first(where: { $0.number > knobs.nodes }) {
        throw Failure(
          .usage, "--\(name): there is no \(unknown); the nodes are n1 to n\(knobs.nodes)")
      }
    }
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
    guard knobs.heartbeat < knobs.electionTimeout else {
      throw Failure(
        .usage,
        "heartbeats must come more often than the election time-out: give a shorter "
          + "--heartbeat or a longer --election-timeout")
    }
    if data == nil { try checkFollowers() }
    if arguments.headless, duration == nil, commands.isEmpty == false {
      duration = (commands.last?.at.sinceStart ?? .zero) + .seconds(5)
    }
  }

  /// A policy that asks for more followers than there are would never acknowledge.
  private func checkFollowers() throws {
    let (wanted, listed): (Int, Int)
    switch knobs.acknowledgement {
    case .first(let count, let list), .any(let count, let list):
      (wanted, listed) = (count, list.isEmpty ? knobs.nodes - 1 : list.count)
    default: return
    }
    guard wanted > min(listed, knobs.nodes - 1) else { return }
    throw Failure(
      .usage,
      "--ack: \(wanted) followers are asked for, and there are "
        + "\(min(listed, knobs.nodes - 1)): no write would ever be acknowledged")
  }

  mutating func takeFile(_ path: String) throws {
    let text = try TextFile.read(path)
    let file = CommandParser.parseFile(text)
    guard file.errors.isEmpty else {
      throw Failure(
        .badScript,
        lines: file.errors.flatMap { error in
          let located = error.located
          return ["\(path):\(located[0])"] + located.dropFirst()
        })
    }
    for setting in file.clusterSettings { knobs.apply(setting) }
    if let change = file.load { load = load.merging(change) }
    commands = file.commands
  }

  private static func reading<Result>(
    _ body: () throws(ParseFailure) -> Result
  ) throws -> Result {
    do { return try body() } catch { throw Failure(.usage, "\(error)") }
  }

  /// Opens or makes the data directory.
  func openData() throws -> DataDirectory {
    var random = SystemRandomNumberGenerator()
    let cluster = random.next()
    do {
      guard let data else {
        return try DataDirectory(temporaryFor: knobs.nodes, clusterID: cluster)
      }
      return try DataDirectory(path: data, nodes: knobs.nodes, newClusterID: cluster)
    } catch let error as DataDirectoryError {
      throw Failure(.configuration, "\(error)")
    } catch {
      throw Failure(.inputOutput, "\(error)")
    }
  }

  /// The cluster's beginning; an existing directory's number of nodes stands.
  func configuration(for directory: DataDirectory) -> ClusterConfiguration {
    var random = SystemRandomNumberGenerator()
    var knobs = knobs
    knobs.nodes = directory.nodes
    var configuration = ClusterConfiguration(
      knobs: knobs, load: load, clusterID: directory.clusterID, bootEpoch: directory.bootEpoch,
      seed: random.next())
    configuration.members = directory.members
    configuration.hasServed = directory.hasServed
    return configuration
  }
}

/// Reading small text files that a person named.
enum TextFile {
  private static let sizeMaximum = 1 << 20

  /// The file's text.
  ///
  /// - Throws: ``Failure`` when it is not a readable UTF-8 file of at most 1 MiB.
  static func read(_ path: String) throws -> String {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw Failure(.badScript, "\(path): \(String(cString: strerror(errno)))")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Failure(.badScript, "\(path) is not a file")
    }
    guard status.st_size <= sizeMaximum else {
      throw Failure(.badScript, "\(path) is larger than 1 MiB: that is no script")
    }
    guard let file = fopen(path, "r") else {
      throw Failure(.badScript, "\(path): \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    let count = fread(&bytes, 1, bytes.count, file)
    guard let text = String(validating: bytes[..<count], as: UTF8.self) else {
      throw Failure(.badScript, "\(path) is not UTF-8 text")
    }
    return text
  }
}
