import Operations
import Positions

/// Reads lessons. Every error of a file is reported, not only the first.
public struct LessonParser {
  /// What was read.
  public enum Outcome {
    /// A lesson without errors.
    case lesson(Lesson)
    /// Everything that is wrong with it, in order.
    case errors([ParseFailure])
  }

  /// The words that begin a line of a lesson and of no script.
  static let words: Set<String> = [
    "title", "part", "minutes", "demo", "real", "source", "page", "say", "setup", "predict",
    "choice",
    "why", "number", "play", "because", "task", "find", "diagnose", "goal", "never", "hidden",
    "answer", "hint", "solution", "wrong", "explain", "show",
  ]
  /// Those of them whose lines are text for people.
  static let prose: Set<String> = [
    "title", "real", "source", "page", "say", "predict", "choice", "why", "task", "find",
    "diagnose",
    "goal", "never", "hint",
  ]

  /// Errors that are told.
  private static let errorMaximum = 50
  /// Hints that a task has.
  static let hintCount = 3

  /// A line as its words are read.
  struct Line {
    var text: Substring
    var number: Int
    var word: String
    /// Where its first word begins, and what follows it.
    var start: Int
    var column: Int

    /// What follows the first word.
    var rest: String {
      var rest = String(text.dropFirst(column))
      while rest.last?.isWhitespace == true { rest.removeLast() }
      return rest
    }
  }

  /// What a script's lines belong to.
  enum Block {
    case none
    case setup
    case play
    case hidden
    case solution
    case wrong
  }

  let name: String
  var title: String?
  var part: Lesson.Part?
  var minutes: Int?
  var demo: String?
  var real: String?
  var source: String?
  var steps: [Lesson.Step] = []
  var errors: [ParseFailure] = []
  /// The cluster that the next lines are judged by, and a copy of it for a task's attempts.
  var blocks: ScriptBlocks
  var attempt: ScriptBlocks
  var block = Block.none
  /// Where the present step began, for what it lacks.
  var begun: Line?
  /// Whether there is a cluster to speak of.
  var hasCluster = false
  /// Whether a prediction's `because` has come.
  var isTold = false

  private init(name: String, file: String) {
    self.name = name
    blocks = ScriptBlocks(file: file)
    attempt = blocks
  }

  /// Reads a lesson.
  ///
  /// - Parameters:
  ///   - name: what it is called.
  ///   - file: what its file is called in messages.
  public static func parse(_ text: String, name: String, file: String) -> Outcome {
    var parser = LessonParser(name: name, file: file)
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    for (offset, raw) in lines.enumerated() where parser.errors.count < errorMaximum {
      parser.locating(offset + 1, raw, file) { (parser) throws(ParseFailure) in
        try parser.take(raw, at: offset + 1)
      }
    }
    parser.locating(lines.count, lines.last ?? "", file) { (parser) throws(ParseFailure) in
      try parser.endStep()
    }
    let lesson = parser.finish(file)
    parser.errors.sort { $0.line < $1.line }
    return lesson.map { .lesson($0) } ?? .errors(parser.errors)
  }

  private mutating func locating(
    _ number: Int, _ raw: Substring, _ file: String,
    _ body: (inout LessonParser) throws(ParseFailure) -> Void
  ) {
    do { try body(&self) } catch {
      var error = error
      error.file = file
      // What a step lacks is told where the step began.
      if error.line <= 1 {
        error.line = number
        error.source = raw.map { $0 == "\t" ? " " : String($0) }.joined()
      }
      errors.append(error)
    }
  }

  // MARK: Lines

  private mutating func take(_ raw: Substring, at number: Int) throws(ParseFailure) {
    let text = try ScriptBlocks.line(raw, prose: Self.prose)
    let start = text.prefix { $0.isWhitespace }.count
    let word = String(text.dropFirst(start).prefix { !$0.isWhitespace })
    guard !word.isEmpty else { return }
    let column =
      start + word.count + text.dropFirst(start + word.count).prefix { $0.isWhitespace }.count
    let line = Line(text: text, number: number, word: word, start: start, column: column)
    let isScript = block != .none && !Self.words.contains(word)
    // In an attempt an answer is what a learner would type.
    let isAnswer = word == "answer" && (block == .solution || block == .wrong)
    if isScript || isAnswer { return try script(raw, line) }
    guard Self.words.contains(word) else {
      throw failure(
        "\(word) can't stand here: no setup, play or attempt has begun", line,
        nearest: Nearest.match(word, in: Self.words.sorted()))
    }
    try section(line)
  }

  private mutating func script(_ raw: Substring, _ line: Line) throws(ParseFailure) {
    switch block {
    case .solution, .wrong: try attempt.take(raw, at: line.number)
    case .setup, .play, .hidden: try blocks.take(raw, at: line.number)
    case .none: break
    }
  }

  func failure(
    _ message: String, _ line: Line, at column: Int? = nil, nearest: String? = nil
  ) -> ParseFailure {
    ScriptBlocks.failure(message, in: line.text, at: column ?? line.start, nearest: nearest)
  }

  /// A failure of the step that began earlier.
  func failure(ofStep message: String) -> ParseFailure {
    guard let begun else { return ParseFailure(column: 1, source: "", message: message) }
    var failure = failure(message, begun)
    failure.line = begun.number
    return failure
  }

  /// What follows a line's word; an error when nothing does.
  func needed(_ what: String, _ line: Line) throws(ParseFailure) -> String {
    let rest = line.rest
    guard !rest.isEmpty else { throw failure("\(what) is missing", line, at: line.column) }
    return rest
  }

  /// Text with `{expressions}` in it.
  func prose(_ line: Line) throws(ParseFailure) -> Prose {
    _ = try needed("the text", line)
    return try prose(in: line, from: line.column)
  }

  private func prose(in line: Line, from column: Int) throws(ParseFailure) -> Prose {
    var pieces: [Prose.Piece] = []
    var text = ""
    var rest = line.text.dropFirst(column)
    while let character = rest.first {
      guard character == "{" else {
        text.append(character)
        rest = rest.dropFirst()
        continue
      }
      let place = line.text.distance(from: line.text.startIndex, to: rest.startIndex)
      guard let end = rest.firstIndex(of: "}") else {
        throw failure("the brace is never closed", line, at: place)
      }
      guard hasCluster else {
        throw failure("there is no cluster yet to measure", line, at: place)
      }
      let inside = line.text[..<end]
      let (expression, _) = try blocks.expression(in: inside, from: place + 1)
      pieces += [.text(text), .value(expression)]
      text = ""
      rest = rest[rest.index(after: end)...]
    }
    while text.last?.isWhitespace == true { text.removeLast() }
    pieces.append(.text(text))
    return Prose(pieces: pieces.filter { $0 != .text("") })
  }

  // MARK: The whole

  private mutating func finish(_ file: String) -> Lesson? {
    func lack(_ what: String) {
      var failure = ParseFailure(column: 1, source: "", message: "the lesson has no \(what)")
      failure.file = file
      errors.append(failure)
    }
    if title == nil { lack("title") }
    if part == nil { lack("part") }
    if minutes == nil { lack("minutes") }
    if real == nil { lack("real: the incident or the system that it is about") }
    if source == nil { lack("source of what real says") }
    let isEmpty = !steps.contains { if case .task = $0 { true } else { false } }
    if isEmpty { lack("task") }
    guard errors.isEmpty, let title, let part, let minutes, let real, let source else {
      return nil
    }
    // Why it matters comes first.
    let about = Lesson.Step.page(
      heading: "Where it happened",
      [Prose(pieces: [.text(real)]), Prose(pieces: [.text("Source: \(source)")])])
    return Lesson(
      name: name, title: title, part: part, minutes: minutes, demo: demo, real: real,
      source: source, steps: [about] + steps)
  }
}
