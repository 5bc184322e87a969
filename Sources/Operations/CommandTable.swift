import Positions

/// What a command's argument is, for completion.
public enum ArgumentKind: Sendable {
  /// A node, by number or part.
  case node
  /// One of these words.
  case words([String])
  /// Something typed freely, which looks like this.
  case free(String)
}

/// One row of the table of commands: the parser, completion and help come of it.
public struct CommandRow: Sendable {
  /// The first word.
  public let name: String
  /// What may follow its arguments, a word and what belongs to it.
  public struct Option: Sendable {
    /// The word.
    public let name: String
    /// How what belongs to it is typed.
    public let usage: String
    /// What belongs to it.
    public let kind: ArgumentKind
    /// The models of replication that have it.
    public let models: Set<ReplicationModel>
  }

  /// How its name and arguments are typed.
  private let form: String
  /// What it does, one line.
  public let meaning: String
  /// The models of replication that have it.
  public let models: Set<ReplicationModel>
  /// What its arguments are, in order.
  public let arguments: [ArgumentKind]
  /// What may follow them, in any order.
  public let options: [Option]
  let read: @Sendable (inout Reader) throws(ParseFailure) -> Command

  /// A row; without `models` it is one that all of them have.
  init(
    name: String, usage: String, meaning: String,
    models: Set<ReplicationModel> = Set(ReplicationModel.allCases), arguments: [ArgumentKind],
    options: [Option] = [],
    read: @escaping @Sendable (inout Reader) throws(ParseFailure) -> Command
  ) {
    self.name = name
    form = usage
    self.meaning = meaning
    self.models = models
    self.arguments = arguments
    self.options = options
    self.read = read
  }

  /// How it is typed in clusters of a model.
  public func usage(in model: ReplicationModel) -> String {
    form
      + options.filter { $0.models.contains(model) }.map { " [\($0.name) \($0.usage)]" }.joined()
  }
}

/// The commands that are no knobs.
public enum CommandTable {
  /// The table, in the order of help.
  public static let rows: [CommandRow] =
    nodeRows + linkRows + clusterRows + clientRows + keyRows + clockRows

  /// The rows that clusters of a model have, in the order of help.
  public static func rows(of model: ReplicationModel) -> [CommandRow] {
    rows.filter { $0.models.contains(model) }
  }

  /// The row of a name.
  public static func row(_ name: String) -> CommandRow? { rows.first { $0.name == name } }

  private static func node(
    _ name: String, _ meaning: String, _ make: @escaping @Sendable (NodeReference) -> Command
  ) -> CommandRow {
    CommandRow(
      name: name, usage: "\(name) N", meaning: meaning, arguments: [.node],
      read: { (reader) throws(ParseFailure) in make(try reader.node()) })
  }

  private static let nodeRows: [CommandRow] = [
    node("kill", "stop a node at once; what was not synced is lost") { .kill($0) },
    node("restart", "start a node from its files") { .restart($0) },
    node("freeze", "stop a node's processor") { .freeze($0) },
    node("thaw", "let a frozen node go on") { .thaw($0) },
    node("fence", "shut a node down until it is restarted") { .fence($0) },
    node("wipe", "destroy a node's disk") { .wipe($0) },
    node("isolate", "cut a node from all other nodes; clients still reach it") { .isolate($0) },
    CommandRow(
      name: "slow-disk", usage: "slow-disk N 50ms", meaning: "add time to a node's syncs",
      arguments: [.node, .free("50ms")],
      read: { (reader) throws(ParseFailure) in
        .slowDisk(
          try reader.node(), try reader.interval("the time a sync takes", maximum: .seconds(60)))
      }),
    CommandRow(
      name: "fill-disk", usage: "fill-disk N [off]", meaning: "fill a node's disk",
      arguments: [.node, .words(["on", "off"])],
      read: { (reader) throws(ParseFailure) in
        let node = try reader.node()
        guard !reader.isAtEnd else { return .fillDisk(node, true) }
        return .fillDisk(node, try reader.choice("choice", ["on", "off"]) == "on")
      }),
    CommandRow(
      name: "clock", usage: "clock N +5s", meaning: "set a node's clock off",
      arguments: [.node, .free("+5s")],
      read: { (reader) throws(ParseFailure) in
        .clock(try reader.node(), try reader.interval("the offset", signed: true))
      }),
    CommandRow(
      name: "drift", usage: "drift N 200ppm", meaning: "make a node's clock run fast or slow",
      arguments: [.node, .free("200ppm")],
      read: { (reader) throws(ParseFailure) in
        .drift(
          try reader.node(),
          partsPerMillion: try reader.plainNumber(
            "the drift", suffix: "ppm", -900_000...1_000_000))
      }),
    node("flip-bit", "flip a bit of a node's log (simulated world)") { .flipBit($0) },
    node("misplace", "a node's next write lands elsewhere (simulated world)") { .misplace($0) },
    node("fail-disk", "a node's next write or sync fails (simulated world)") { .failDisk($0) },
    CommandRow(
      name: "promote", usage: "promote N", meaning: "force a node to lead, whatever it lacks",
      models: [.singleLeader], arguments: [.node],
      read: { (reader) throws(ParseFailure) in .promote(try reader.node()) }),
    CommandRow(
      name: "switchover", usage: "switchover N", meaning: "hand leadership over; loses nothing",
      models: [.singleLeader], arguments: [.node],
      read: { (reader) throws(ParseFailure) in .switchover(try reader.node()) }),
  ]

  private static let linkRows: [CommandRow] = [
    link("cut", "A B | A -> B", "cut a link", [.node, .node]) {
      (reader) throws(ParseFailure) in .cut(try reader.link())
    },
    link("mend", "A B | A -> B", "mend a link", [.node, .node]) {
      (reader) throws(ParseFailure) in .mend(try reader.link())
    },
    link("heal", "[all]", "mend all cuts; all: everything else too", [.words(["all"])]) {
      (reader) throws(ParseFailure) in
      guard !reader.isAtEnd else { return .heal(everything: false) }
      _ = try reader.choice("choice", ["all"])
      return .heal(everything: true)
    },
    link("delay", "A B 80ms", "add latency to a link", [.node, .node, .free("80ms")]) {
      (reader) throws(ParseFailure) in
      .delay(try reader.link(), try reader.interval("the delay", maximum: .seconds(600)))
    },
    link("jitter", "A B 5ms", "make a link's latency vary", [.node, .node, .free("5ms")]) {
      (reader) throws(ParseFailure) in
      .jitter(try reader.link(), try reader.interval("the jitter", maximum: .seconds(60)))
    },
    link("loss", "A B 10%", "make a link lose messages", [.node, .node, .free("10%")]) {
      (reader) throws(ParseFailure) in
      .loss(try reader.link(), try reader.share("the loss"))
    },
    link(
      "duplicate", "A B 10%", "deliver messages twice (simulated world)",
      [.node, .node, .free("10%")]
    ) { (reader) throws(ParseFailure) in
      .duplicate(try reader.link(), try reader.share("the share"))
    },
    link(
      "reorder", "A B 10%", "let messages be overtaken (simulated world)",
      [.node, .node, .free("10%")]
    ) { (reader) throws(ParseFailure) in
      .reorder(try reader.link(), try reader.share("the share"))
    },
    link("bandwidth", "A B 1MB/s", "limit a link", [.node, .node, .free("1MB/s")]) {
      (reader) throws(ParseFailure) in
      let link = try reader.link()
      if reader.takeWord("unlimited") { return .bandwidth(link, nil) }
      return .bandwidth(link, try reader.bandwidth())
    },
  ]

  private static func link(
    _ name: String, _ usage: String, _ meaning: String, _ arguments: [ArgumentKind],
    _ read: @escaping @Sendable (inout Reader) throws(ParseFailure) -> Command
  ) -> CommandRow {
    CommandRow(
      name: name, usage: "\(name) \(usage)", meaning: meaning, arguments: arguments, read: read)
  }

  private static let clusterRows: [CommandRow] = [
    link("site", "S N…", "put nodes into a site", [.free("site2"), .node]) {
      (reader) throws(ParseFailure) in
      let site = SiteID(try reader.text("a site"))
      var nodes = [try reader.node()]
      while !reader.isAtEnd { nodes.append(try reader.node()) }
      return .site(site, nodes)
    },
    link("site-delay", "S T 40ms", "set the latency between two sites", [.free("site1")]) {
      (reader) throws(ParseFailure) in
      .siteDelay(
        SiteID(try reader.text("a site")), SiteID(try reader.text("a site")),
        try reader.interval("the delay", maximum: .seconds(600)))
    },
    link("lose-site", "S", "lose a site: its nodes and their disks", [.free("site2")]) {
      (reader) throws(ParseFailure) in .loseSite(SiteID(try reader.text("a site")))
    },
    CommandRow(
      name: "add", usage: "add", meaning: "add a node", arguments: [],
      read: { (_) throws(ParseFailure) in .add }),
    node("remove", "remove a node from the cluster") { .remove($0) },
    CommandRow(
      name: "undo", usage: "undo", meaning: "take the last fault back (not its consequences)",
      arguments: [], read: { (_) throws(ParseFailure) in .undo }),
    CommandRow(
      name: "redo", usage: "redo", meaning: "do the fault taken back again", arguments: [],
      read: { (_) throws(ParseFailure) in .redo }),
  ]

  private static let clientRows: [CommandRow] = [
    link("rate", "R", "operations a second; 0: none; max: a closed loop", [.free("400")]) {
      (reader) throws(ParseFailure) in .load(LoadChange(rate: try reader.rate("the rate")))
    },
    link("clients", "C", "how many clients", [.free("16")]) {
      (reader) throws(ParseFailure) in
      .load(LoadChange(clients: try reader.integer("the number of clients", 1...10000)))
    },
    link(
      "load", "ycsb-a…f [rate=] [clients=] [value-size=] [keys=]", "the workload",
      [.words(Workload.allCases.map(\.rawValue))]
    ) { (reader) throws(ParseFailure) in .load(try readLoad(&reader)) },
    CommandRow(
      name: "quiesce", usage: "quiesce", meaning: "stop the load, wait until converged",
      arguments: [], read: { (_) throws(ParseFailure) in .quiesce }),
  ]

  private static let clockRows: [CommandRow] = [
    CommandRow(
      name: "pause", usage: "pause", meaning: "stop the clock", arguments: [],
      read: { (_) throws(ParseFailure) in .pause }),
    CommandRow(
      name: "resume", usage: "resume", meaning: "let the clock go on", arguments: [],
      read: { (_) throws(ParseFailure) in .resume }),
    link("speed", "X", "the clock's speed, 1x being real time", [.free("0.5x")]) {
      (reader) throws(ParseFailure) in
      .speed(try reader.plainNumber("the speed", suffix: "x", 0.01...100))
    },
    link("back", "T", "go back in time (simulated world)", [.free("10s")]) {
      (reader) throws(ParseFailure) in
      .back(try reader.interval("the time", maximum: .seconds(86_400)))
    },
    link("forward", "T", "go forward to what was reached (simulated world)", [.free("10s")]) {
      (reader) throws(ParseFailure) in
      .forward(try reader.interval("the time", maximum: .seconds(86_400)))
    },
    link("goto", "T", "go to a moment of the history (simulated world)", [.free("12.5s")]) {
      (reader) throws(ParseFailure) in
      .goTo(Instant.start + (try reader.interval("the moment", maximum: .seconds(86_400 * 30))))
    },
    CommandRow(
      name: "step", usage: "step", meaning: "let one event happen (simulated world)",
      arguments: [], read: { (_) throws(ParseFailure) in .step }),
    CommandRow(
      name: "fork", usage: "fork",
      meaning: "go on differently from here, and compare the endings (simulated world)",
      arguments: [], read: { (_) throws(ParseFailure) in .fork }),
    link("save", "FILE", "write the run as a script", [.free("run.scope")]) {
      (reader) throws(ParseFailure) in .save(try reader.text("a file"))
    },
    link("answer", "WORDS", "answer what a lesson asks", [.free("slow-disk n3")]) {
      (reader) throws(ParseFailure) in
      let text = reader.rest()
      guard !text.isEmpty else { throw reader.failure("an answer is expected here") }
      return .answer(text)
    },
  ]

  private static let loadKeys = ["rate", "clients", "value-size", "keys"]

  static func readLoad(_ reader: inout Reader) throws(ParseFailure) -> LoadChange {
    var change = LoadChange()
    let name = try reader.choice("workload", Workload.allCases.map(\.rawValue))
    change.workload = Workload(rawValue: name)
    while !reader.isAtEnd {
      let key = try reader.choice("setting", loadKeys)
      guard reader.take("=") else { throw reader.failure("= is expected after \(key)") }
      switch key {
      case "rate": change.rate = try reader.rate("the rate")
      case "clients": change.clients = try reader.integer("the number of clients", 1...10000)
      case "value-size": change.valueSize = try reader.size("the value size", 1...1_000_000)
      default: change.keys = try reader.integer("the number of keys", 1...10_000_000)
      }
    }
    return change
  }
}
