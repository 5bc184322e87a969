import Positions

/// A command and when it is to be carried out.
public struct TimedCommand: Equatable, Sendable {
  /// When.
  public var at: Instant
  /// What.
  public var command: Command

  /// A command at a time.
  public init(at: Instant, command: Command) {
    self.at = at
    self.command = command
  }
}

/// Reads commands: one grammar for the prompt, `--do` and files.
public enum CommandParser {
  /// Every first word that a command can have.
  public static let names = CommandTable.rows.map(\.name) + KnobTable.rows.map(\.name)

  /// Reads one command.
  public static func parse(_ line: String) throws(ParseFailure) -> Command {
    var reader = Reader(line)
    return try parse(&reader)
  }

  static func parse(_ reader: inout Reader) throws(ParseFailure) -> Command {
    reader.skipSpace()
    let start = reader.position
    return try parse(named: try reader.word("a command"), &reader, at: start)
  }

  /// Reads what follows a command's name, which stands at `start`.
  static func parse(
    named name: String, _ reader: inout Reader, at start: Int
  ) throws(ParseFailure) -> Command {
    if let row = CommandTable.row(name) {
      let command = try row.read(&reader)
      try reader.expectEnd()
      return command
    }
    guard KnobTable.row(name) != nil else {
      throw reader.failure(
        "\(name) is no command", at: start, nearest: Nearest.match(name, in: names))
    }
    return .set(try KnobTable.parse(name: name, from: &reader, at: start))
  }

  /// Reads `at 3s kill leader`.
  public static func parseTimed(_ line: String) throws(ParseFailure) -> TimedCommand {
    var reader = Reader(line)
    reader.skipSpace()
    let start = reader.position
    guard try reader.word("at") == "at" else {
      throw reader.failure(
        "a timed command begins with at and a time, as: at 3s kill leader", at: start)
    }
    let time = try reader.interval("the time")
    return TimedCommand(at: .start + time, command: try parse(&reader))
  }

  /// Reads a time, as `10s`.
  public static func parseInterval(_ text: String) throws(ParseFailure) -> Interval {
    var reader = Reader(text)
    let interval = try reader.interval("a time")
    try reader.expectEnd()
    return interval
  }
}

extension Command {
  /// The command as it is typed.
  public var text: String {
    switch self {
    case .set(let setting): setting.text
    case .kill(let node): "kill \(node)"
    case .restart(let node): "restart \(node)"
    case .freeze(let node): "freeze \(node)"
    case .thaw(let node): "thaw \(node)"
    case .fence(let node): "fence \(node)"
    case .wipe(let node): "wipe \(node)"
    case .isolate(let node): "isolate \(node)"
    case .cut(let link): "cut \(link)"
    case .mend(let link): "mend \(link)"
    case .heal(let everything): everything ? "heal all" : "heal"
    case .delay(let link, let time): "delay \(link) \(TextForm.interval(time))"
    case .jitter(let link, let time): "jitter \(link) \(TextForm.interval(time))"
    case .loss(let link, let share): "loss \(link) \(TextForm.share(share))"
    case .bandwidth(let link, let rate):
      "bandwidth \(link) \(rate.map(TextForm.bandwidth) ?? "unlimited")"
    case .site(let site, let nodes):
      "site \(TextForm.text(site.name)) \(nodes.map(\.description).joined(separator: " "))"
    case .siteDelay(let one, let other, let time):
      "site-delay \(TextForm.text(one.name)) \(TextForm.text(other.name)) \(TextForm.interval(time))"
    case .loseSite(let site): "lose-site \(TextForm.text(site.name))"
    case .slowDisk(let node, let time): "slow-disk \(node) \(TextForm.interval(time))"
    case .fillDisk(let node, let isFull): "fill-disk \(node)\(isFull ? "" : " off")"
    case .clock(let node, let time):
      "clock \(node) \(time > .zero ? "+" : "")\(TextForm.interval(time))"
    case .drift(let node, let rate): "drift \(node) \(TextForm.number(rate))ppm"
    case .promote(let node): "promote \(node)"
    case .switchover(let node): "switchover \(node)"
    case .load(let change): change.text
    case .change(let key, let change, let options): Self.text(change, of: key, options)
    case .read(let key, let options):
      "read \(TextForm.text(key))" + Self.text(options, place: "from")
    case .choose(let key, let value):
      "choose \(TextForm.text(key)) \(TextForm.quoted(value))"
    case .watch(let key): "watch \(TextForm.text(key))"
    case .repair(let node): "repair" + (node.map { " \($0)" } ?? "")
    case .add: "add"
    case .remove(let node): "remove \(node)"
    case .undo: "undo"
    case .redo: "redo"
    case .pause: "pause"
    case .resume: "resume"
    case .speed(let speed): "speed \(TextForm.number(speed))x"
    case .quiesce: "quiesce"
    case .duplicate(let link, let share): "duplicate \(link) \(TextForm.share(share))"
    case .reorder(let link, let share): "reorder \(link) \(TextForm.share(share))"
    case .flipBit(let node): "flip-bit \(node)"
    case .misplace(let node): "misplace \(node)"
    case .failDisk(let node): "fail-disk \(node)"
    case .back(let time): "back \(TextForm.interval(time))"
    case .forward(let time): "forward \(TextForm.interval(time))"
    case .goTo(let instant): "goto \(TextForm.interval(instant.sinceStart))"
    case .step: "step"
    case .fork: "fork"
    case .save(let path): "save \(TextForm.text(path))"
    case .answer(let text): "answer \(text)"
    }
  }
}

extension LoadChange {
  /// The change as it is typed: `load ycsb-a rate=400`, or `rate 400`.
  public var text: String {
    if workload == nil {
      if let rate, clients == nil { return "rate \(TextForm.number(rate))" }
      if let clients, rate == nil { return "clients \(clients)" }
    }
    var words = ["load", (workload ?? .a).rawValue]
    if let rate { words.append("rate=\(TextForm.number(rate))") }
    if let clients { words.append("clients=\(clients)") }
    if let valueSize { words.append("value-size=\(valueSize)B") }
    if let keys { words.append("keys=\(keys)") }
    return words.joined(separator: " ")
  }

  /// These settings, with those of `change` where it has any.
  public func merging(_ change: LoadChange) -> LoadChange {
    LoadChange(
      workload: change.workload ?? workload, rate: change.rate ?? rate,
      clients: change.clients ?? clients, valueSize: change.valueSize ?? valueSize,
      keys: change.keys ?? keys)
  }
}

extension Command {
  private static func text(
    _ change: KeyChange, of key: String, _ options: RequestOptions
  ) -> String {
    let name = TextForm.text(key)
    let what =
      switch change {
      case .value(let value): "write \(name) \(TextForm.quoted(value))"
      case .delete: "delete \(name)"
      case .add(let count):
        count < 0 ? "decrement \(name) by \(count.magnitude)" : "increment \(name) by \(count)"
      case .insert(let element): "insert \(name) \(TextForm.quoted(element))"
      case .discard(let element): "discard \(name) \(TextForm.quoted(element))"
      }
    return what + text(options, place: "at")
  }

  private static func text(_ options: RequestOptions, place: String) -> String {
    (options.node.map { " \(place) \($0)" } ?? "")
      + (options.level.map { " level \($0.rawValue)" } ?? "")
  }
}
