import Positions

/// The lines of a script.
extension ScriptParser {
  mutating func statement(
    _ reader: inout Reader, _ place: ScriptPlace
  ) throws(ParseFailure) {
    reader.skipSpace()
    let start = reader.position
    let word = try reader.word("a command")
    switch word {
    case "title": try takeTitle(&reader, at: start)
    case "cluster": try takeCluster(&reader, place)
    case "load" where isBeginning: try takeLoad(&reader)
    case "include":
      reader.skipSpace()
      let column = reader.position
      let path = try reader.text("a file")
      try reader.expectEnd()
      try include(path, reader, at: column)
    case "chapter":
      append(.chapter(try prose(&reader, "a chapter needs a name")), place)
    case "say":
      append(.say(try prose(&reader, "there is nothing to say")), place)
      isBeginning = false
    case "ask":
      let question = try reader.text("a question")
      try reader.expectEnd()
      append(.ask(question), place)
      isBeginning = false
    default:
      isBeginning = false
      try action(word, &reader, place, at: start)
    }
  }

  private mutating func action(
    _ word: String, _ reader: inout Reader, _ place: ScriptPlace, at start: Int
  ) throws(ParseFailure) {
    switch word {
    case "at": try takeTimed(&reader, place)
    case "wait":
      let time = try reader.interval("the time")
      try reader.expectEnd()
      append(.wait(time), place)
    case "until":
      let condition = try Condition.parse(&reader, scope, stopsAt: ["within"])
      guard reader.takeWord("within") else {
        throw reader.failure("until needs to know how long: until CONDITION within 10s")
      }
      let time = try reader.interval("the time", minimum: .milliseconds(1))
      try reader.expectEnd()
      append(.until(condition, within: time), place)
    case "expect", "always":
      let condition = try Condition.parse(&reader, scope)
      try reader.expectEnd()
      append(word == "expect" ? .expect(condition) : .always(condition), place)
    case "let":
      let name = try ConditionScope.name(&reader)
      guard reader.take("=") else { throw reader.failure("= is expected after \(name)") }
      let expression = try Expression.parse(&reader, scope)
      try reader.expectEnd()
      scope.names[name] = expression.dimension
      append(.remember(name, expression), place)
    default:
      append(try command(word, &reader, at: start), place)
    }
  }

  private mutating func append(
    _ action: ScriptStatement.Action, _ place: ScriptPlace, _ timing: ScriptStatement.Timing = .next
  ) {
    statements.append(ScriptStatement(place: place, timing: timing, action: action))
  }

  private func prose(_ reader: inout Reader, _ missing: String) throws(ParseFailure) -> String {
    let text = reader.rest()
    guard !text.isEmpty else { throw reader.failure(missing) }
    // Quotation marks around the whole are the writer's habit, not part of what is said.
    guard text.count >= 2, text.first == "\"", text.last == "\"",
      !text.dropFirst().dropLast().contains("\"")
    else { return text }
    return String(text.dropFirst().dropLast())
  }

  // MARK: The beginning

  private mutating func takeTitle(
    _ reader: inout Reader, at start: Int
  ) throws(ParseFailure) {
    guard title == nil else { throw reader.failure("a script has one title", at: start) }
    title = try prose(&reader, "a title is missing")
  }

  private mutating func takeCluster(
    _ reader: inout Reader, _ place: ScriptPlace
  ) throws(ParseFailure) {
    var cluster = ScriptCluster()
    var read: [(setting: KnobSetting, column: Int)] = []
    // Later lines are judged by what this one says, as far as it can be read.
    defer { beginCluster(cluster.knobs) }
    cluster.settings = replaced([])
    reader.skipSpace()
    let start = reader.position
    while !reader.isAtEnd {
      let column = reader.position
      let name = try reader.word("a knob")
      guard reader.take("=") else { throw reader.failure("= is expected after \(name)") }
      let valueColumn = reader.position
      let value = try reader.text("a value")
      do {
        let setting = try KnobTable.parse(name: name, value: value)
        read.append((setting, column))
        cluster.settings = replaced(read.map(\.setting))
      } catch {
        let isName = KnobTable.row(name) == nil
        throw reader.failure(
          error.message, at: isName ? column : valueColumn, nearest: error.nearest)
      }
    }
    for (setting, column) in read where cluster.settings.contains(setting) {
      if let misplaced = cluster.knobs.misplaced(setting) {
        throw reader.failure(misplaced, at: column)
      }
    }
    if let problem = cluster.knobs.problem { throw reader.failure(problem, at: start) }
    if statements.count == 1, statements[0].place.line == 0 { statements = [] }
    append(.cluster(cluster), place)
  }

  mutating func beginCluster(_ knobs: Knobs) {
    self.knobs = knobs
    isBeginning = true
    latest = .start
    scope = ConditionScope(
      model: knobs.model, nodes: Self.nodes(knobs.nodes), names: scope.names)
    nextNode = knobs.nodes + 1
  }

  private mutating func takeLoad(_ reader: inout Reader) throws(ParseFailure) {
    let change = try CommandTable.readLoad(&reader)
    try reader.expectEnd()
    guard
      let position = statements.lastIndex(where: {
        if case .cluster = $0.action { true } else { false }
      }), case .cluster(var cluster) = statements[position].action
    else { return }
    cluster.load = cluster.load.merging(change)
    statements[position].action = .cluster(cluster)
    statements[position].place.text += "; load " + change.text.drop { $0 != " " }.trimmingSpaces
  }

  // MARK: Commands

  private mutating func takeTimed(
    _ reader: inout Reader, _ place: ScriptPlace
  ) throws(ParseFailure) {
    reader.skipSpace()
    let column = reader.position
    let isRelative = reader.peekWord()?.hasPrefix("+") ?? false
    let time = try reader.interval("the time", signed: false)
    let timing: ScriptStatement.Timing
    if isRelative {
      timing = .after(time)
    } else {
      let instant = Instant.start + time
      guard instant >= latest else {
        throw reader.failure(
          "time runs backwards: a line before is at \(TextForm.interval(latest.sinceStart))",
          at: column)
      }
      latest = instant
      timing = .at(instant)
    }
    reader.skipSpace()
    let start = reader.position
    let word = try reader.word("a command")
    if word == "expect" {
      let condition = try Condition.parse(&reader, scope)
      try reader.expectEnd()
      append(.expect(condition), place, timing)
    } else {
      append(try command(word, &reader, at: start), place, timing)
    }
  }

  private mutating func command(
    _ word: String, _ reader: inout Reader, at start: Int
  ) throws(ParseFailure) -> ScriptStatement.Action {
    var (first, column) = (word, start)
    let mayBeRefused = word == "try"
    if mayBeRefused {
      reader.skipSpace()
      column = reader.position
      first = try reader.word("a command")
    }
    let isKnown = CommandTable.row(first) != nil || KnobTable.row(first) != nil
    guard isKnown else {
      let isMisplaced = Self.words.contains(first) || first == "load"
      throw reader.failure(
        isMisplaced ? "\(first) can't stand here: only a command can" : "\(first) is no command",
        at: column,
        nearest: isMisplaced ? nil : Nearest.match(first, in: Self.words + CommandParser.names))
    }
    let command = try CommandParser.parse(named: first, &reader, at: column)
    let refusal = mayBeRefused ? nil : knobs.refusal(of: command)
    let isAnswer = if case .answer = command { mayAnswer } else { false }
    if !isAnswer, let why = command.unfitForScripts ?? refusal {
      throw reader.failure(why, at: column)
    }
    if case .set(let setting) = command, !mayBeRefused { knobs.apply(setting) }
    for node in command.nodes where !scope.nodes.contains(node) {
      throw reader.failure(
        "there is no \(node); the nodes are \(scope.nodesText)",
        at: reader.column(of: node.description) ?? column)
    }
    if case .add = command {
      scope.nodes.insert(NodeID(nextNode))
      nextNode += 1
    }
    return .command(command, mayBeRefused: mayBeRefused)
  }
}

extension Command {
  /// Why it has no place in a script; nil when it has one.
  fileprivate var unfitForScripts: String? {
    switch self {
    case .pause, .resume: "a script can't stop the clock; wait TIME lets the audience watch"
    case .back, .forward, .goTo, .step, .fork: "a script goes forward only"
    case .save: "a script can't save itself"
    case .answer: "only a lesson has something to answer"
    default: nil
    }
  }
}
