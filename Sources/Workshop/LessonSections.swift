import Operations
import Positions

/// A lesson's lines, word by word.
extension LessonParser {
  mutating func section(_ line: Line) throws(ParseFailure) {
    switch line.word {
    case "title", "part", "minutes", "demo", "real", "source": try header(line)
    case "page", "setup", "predict", "task", "find", "diagnose", "explain": try begin(line)
    case "say": try say(try prose(line), line)
    case "play", "hidden", "solution", "wrong", "because": try enter(line)
    case "choice", "why", "number": try predicting(line)
    case "goal", "never", "hint", "answer": try tasking(line)
    default: try show(line)
    }
  }

  private mutating func header(_ line: Line) throws(ParseFailure) {
    guard steps.isEmpty else {
      throw failure("\(line.word) belongs above the first step", line)
    }
    let rest = try needed("the \(line.word)", line)
    switch line.word {
    case "title": title = rest
    case "part":
      guard let known = Lesson.Part(rawValue: rest) else {
        let all = Lesson.Part.allCases.map(\.rawValue)
        throw failure(
          "there is no part \(rest): the parts are \(all.joined(separator: ", "))", line,
          at: line.column, nearest: Nearest.match(rest, in: all))
      }
      part = known
    case "minutes":
      guard let number = Int(rest), (1...120).contains(number) else {
        throw failure("minutes are 1 to 120", line, at: line.column)
      }
      minutes = number
    case "demo": demo = rest
    case "real": real = rest
    default: source = rest
    }
  }

  // MARK: Steps

  private mutating func begin(_ line: Line) throws(ParseFailure) {
    // What the step before lacks is told, and this one is read all the same.
    var lack: ParseFailure?
    do { try endStep() } catch { lack = error }
    block = .none
    try open(line)
    if let lack { throw lack }
  }

  private mutating func open(_ line: Line) throws(ParseFailure) {
    begun = line
    block = .none
    isTold = false
    switch line.word {
    case "page": steps.append(.page(heading: try needed("a heading", line), []))
    case "setup":
      guard line.rest.isEmpty else { throw failure("setup stands alone", line, at: line.column) }
      block = .setup
      hasCluster = true
      steps.append(.setup([]))
    case "explain": steps.append(.explain([], Mattering()))
    case "predict":
      try needsCluster(line)
      steps.append(
        .predict(
          Prediction(
            question: try needed("a question", line), answers: .choices([]), play: [], because: []))
      )
    default:
      try needsCluster(line)
      steps.append(
        .task(
          Task(
            heading: try needed("a heading", line), text: [], hidden: [],
            aim: line.word == "task" ? .goals([]) : .diagnosis([]), taboos: [], hints: [],
            solution: [], wrong: [], scope: blocks.scope)))
    }
  }

  private func needsCluster(_ line: Line) throws(ParseFailure) {
    guard hasCluster else {
      throw failure("there is no cluster yet: a setup comes before \(line.word)", line)
    }
  }

  private mutating func say(_ prose: Prose, _ line: Line) throws(ParseFailure) {
    guard let last = steps.indices.last, block == .none || isTold else {
      throw failure("say belongs to a page, a task, because or explain", line)
    }
    switch steps[last] {
    case .page(let heading, let text): steps[last] = .page(heading: heading, text + [prose])
    case .predict(var prediction) where isTold:
      prediction.because.append(prose)
      steps[last] = .predict(prediction)
    case .task(var task):
      task.text.append(prose)
      steps[last] = .task(task)
    case .explain(let text, let mattering): steps[last] = .explain(text + [prose], mattering)
    case .setup, .predict:
      throw failure("say belongs to a page, a task, because or explain", line)
    }
  }

  /// Another part of the present step begins.
  private mutating func enter(_ line: Line) throws(ParseFailure) {
    guard line.rest.isEmpty else {
      throw failure("\(line.word) stands alone", line, at: line.column)
    }
    try endBlock()
    switch (line.word, steps.last) {
    case ("play", .predict): block = .play
    case ("because", .predict):
      block = .none
      isTold = true
    case ("hidden", .task): block = .hidden
    case ("solution", .task):
      attempt = blocks
      block = .solution
    case ("wrong", .task):
      attempt = blocks
      block = .wrong
    default:
      let owner = ["play", "because"].contains(line.word) ? "predict" : "a task"
      throw failure("\(line.word) belongs to \(owner)", line)
    }
  }

  /// Puts a script's lines where they belong.
  mutating func endBlock() throws(ParseFailure) {
    defer { block = .none }
    guard let last = steps.indices.last else { return }
    switch (block, steps[last]) {
    case (.setup, .setup):
      let lines = blocks.takeStatements()
      if case .cluster = lines.first?.action {
      } else {
        throw failure(ofStep: "a setup begins with its cluster line")
      }
      steps[last] = .setup(lines)
    case (.play, .predict(var prediction)):
      prediction.play = blocks.takeStatements()
      steps[last] = .predict(prediction)
    case (.hidden, .task(var task)):
      task.hidden = blocks.takeStatements()
      steps[last] = .task(task)
    case (.solution, .task(var task)):
      task.solution = attempt.takeStatements()
      steps[last] = .task(task)
    case (.wrong, .task(var task)):
      task.wrong.append(attempt.takeStatements())
      steps[last] = .task(task)
    default: break
    }
  }

  /// The step is whole, or it is said what it lacks.
  mutating func endStep() throws(ParseFailure) {
    try endBlock()
    switch steps.last {
    case .page(_, let text) where text.isEmpty:
      throw failure(ofStep: "the page says nothing")
    case .explain(let text, _) where text.isEmpty:
      throw failure(ofStep: "nothing is explained")
    case .predict(let prediction):
      if case .choices(let choices) = prediction.answers, choices.count < 2 {
        throw failure(ofStep: "a question needs two choices at least, or a number")
      }
      if prediction.play.isEmpty { throw failure(ofStep: "nothing is played") }
      if prediction.because.isEmpty {
        throw failure(ofStep: "because is missing: why it came so")
      }
    case .task(let task): try check(task)
    default: break
    }
  }

  private func check(_ task: Task) throws(ParseFailure) {
    switch task.aim {
    case .goals(let goals) where goals.isEmpty: throw failure(ofStep: "the task has no goal")
    case .diagnosis(let words) where words.isEmpty:
      throw failure(ofStep: "the answer is missing")
    default: break
    }
    guard task.hints.count == Self.hintCount else {
      throw failure(
        ofStep:
          "a task has \(Self.hintCount) hints, each saying more; this one has \(task.hints.count)")
    }
    if task.solution.isEmpty { throw failure(ofStep: "the task has no solution") }
    if task.wrong.isEmpty {
      throw failure(ofStep: "wrong is missing: what people try and what does not do")
    }
  }

  // MARK: Predictions

  private mutating func predicting(_ line: Line) throws(ParseFailure) {
    guard let last = steps.indices.last, case .predict(var prediction) = steps[last],
      block == .none, !isTold
    else { throw failure("\(line.word) belongs to predict, above its play", line) }
    defer { steps[last] = .predict(prediction) }
    switch (line.word, prediction.answers) {
    case ("choice", .choices(var choices)):
      // Conditions may name what the play remembers: they are read when it is known.
      guard let when = line.text.range(of: " when ", backwards: true) else {
        throw failure("a choice ends in when and a condition, as: when lost == 0", line)
      }
      let text = line.text[..<when.lowerBound].dropFirst(line.column)
      let column = line.text.distance(from: line.text.startIndex, to: when.upperBound)
      let (condition, _) = try blocks.condition(in: line.text, from: column)
      choices.append(
        Prediction.Choice(
          text: String(text).trimmed, condition: condition, why: []))
      prediction.answers = .choices(choices)
    case ("why", .choices(var choices)) where !choices.isEmpty:
      choices[choices.count - 1].why.append(try prose(line))
      prediction.answers = .choices(choices)
    case ("number", .choices(let choices)) where choices.isEmpty:
      let (expression, tolerance) = try measured(line)
      prediction.answers = .number(expression, tolerance)
    default: throw failure("\(line.word) can't stand here", line)
    }
  }

  /// `EXPRESSION within 30%`.
  private func measured(_ line: Line) throws(ParseFailure) -> (Expression, Tolerance) {
    let (expression, end) = try blocks.expression(
      in: line.text, from: line.column, upTo: ["within"])
    let rest = line.text.dropFirst(end)
    guard rest.hasPrefix("within ") else {
      throw failure("within and how far off is still right must follow: within 20%", line, at: end)
    }
    let (tolerance, _) = try blocks.expression(in: line.text, from: end + "within ".count)
    guard let value = tolerance.literal else {
      throw failure("a plain number is expected behind within", line, at: end)
    }
    if String(rest).trimmed.hasSuffix("%") { return (expression, .share(value.value)) }
    return (expression, .amount(value.value))
  }

  // MARK: Tasks

  private mutating func tasking(_ line: Line) throws(ParseFailure) {
    if line.word == "answer" || line.word == "hint" { try endBlock() }
    guard let last = steps.indices.last, case .task(var task) = steps[last], block == .none
    else { throw failure("\(line.word) belongs to a task, above its solution", line) }
    defer { steps[last] = .task(task) }
    switch line.word {
    case "hint": task.hints.append(try needed("the hint", line))
    case "goal":
      guard case .goals(let goals) = task.aim else {
        throw failure("where something is looked for, an answer is the goal", line)
      }
      task.aim = .goals(goals + [try goal(line)])
    case "never":
      let goal = try goal(line)
      guard goal.time == nil else { throw failure("never knows no time", line) }
      task.taboos.append(Task.Taboo(condition: goal.condition, broken: goal.missing))
    default: task.aim = try aim(line)
    }
  }

  private func goal(_ line: Line) throws(ParseFailure) -> Task.Goal {
    var (condition, end) = try blocks.condition(
      in: line.text, from: line.column, upTo: ["for", "else"])
    var time: Interval?
    if line.text.dropFirst(end).hasPrefix("for ") {
      (time, end) = try blocks.interval(in: line.text, from: end + "for ".count)
    }
    let rest = line.text.dropFirst(end)
    guard rest.hasPrefix("else ") else {
      throw failure("else and words for what is missing must follow", line, at: end)
    }
    return Task.Goal(
      condition: condition, time: time, missing: String(rest.dropFirst("else ".count)).trimmed)
  }

  /// A command that names a fault, or a number that is read off.
  private func aim(_ line: Line) throws(ParseFailure) -> Task.Aim {
    let rest = try needed("the answer", line)
    guard rest.contains(" within ") else {
      let words = Answer.words(rest)
      if let wrong = Answer.problem(of: words) { throw failure(wrong, line, at: line.column) }
      return .diagnosis(words)
    }
    let (expression, tolerance) = try measured(line)
    return .number(expression, tolerance)
  }

  private mutating func show(_ line: Line) throws(ParseFailure) {
    guard let last = steps.indices.last, case .explain(let text, var mattering) = steps[last]
    else { throw failure("show belongs to explain", line) }
    var rest = Substring(try needed("what mattered", line))
    while let first = rest.first {
      if first == "\"" {
        guard let end = rest.dropFirst().firstIndex(of: "\"") else {
          throw failure("the quotation mark is never closed", line, at: line.column)
        }
        mattering.texts.append(String(rest.dropFirst()[..<end]))
        rest = rest[rest.index(after: end)...]
      } else {
        let word = String(rest.prefix { !$0.isWhitespace })
        guard let kind = Event.Kind(rawValue: word) else {
          let all = Event.Kind.allCases.map(\.rawValue)
          throw failure(
            "there are no \(word) events: the kinds are \(all.joined(separator: ", "))", line,
            at: line.column, nearest: Nearest.match(word, in: all))
        }
        mattering.kinds.insert(kind)
        rest = rest.dropFirst(word.count)
      }
      rest = rest.drop { $0.isWhitespace }
    }
    steps[last] = .explain(text, mattering)
  }
}

extension String {
  /// Without spaces at either end.
  var trimmed: String {
    var text = Substring(self).drop { $0.isWhitespace }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}

extension Substring {
  /// Where a text stands last.
  fileprivate func range(of text: String, backwards: Bool) -> Range<Index>? {
    var start = index(endIndex, offsetBy: -text.count, limitedBy: startIndex)
    while let place = start {
      let end = index(place, offsetBy: text.count)
      if self[place..<end] == text { return place..<end }
      start = place > startIndex ? index(before: place) : nil
    }
    return nil
  }
}
