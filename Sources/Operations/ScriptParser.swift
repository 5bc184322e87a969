import Positions

/// Reads scripts. Every error of a file is reported, not only the first, and nothing is read from disk
/// here: included files come through a closure.
public struct ScriptParser {
  /// Why a file can't be included.
  public struct Unreadable: Error {
    /// One line.
    public var message: String

    /// For this reason.
    public init(_ message: String) { self.message = message }
  }

  /// A file that was found.
  public struct Source {
    /// What tells it from other files, however it is named.
    public var identity: String
    /// What it is called in messages.
    public var name: String
    /// Its text.
    public var text: String

    /// A file.
    public init(identity: String, name: String, text: String) {
      self.identity = identity
      self.name = name
      self.text = text
    }
  }

  /// Finds the file that `include PATH` in the file `from` names.
  public typealias Loader = (_ path: String, _ from: Source) throws(Unreadable) -> Source

  /// A preset that takes the place of the script's own.
  public struct Replacement: Equatable, Sendable {
    /// The preset.
    public var preset: Preset
    /// Whether the script's own `model` is passed over too: else one that the system does not have is an
    /// error.
    public var ignoresModel: Bool

    /// This preset instead of the script's.
    public init(_ preset: Preset, ignoresModel: Bool = false) {
      self.preset = preset
      self.ignoresModel = ignoresModel
    }
  }

  /// What was read.
  public enum Outcome {
    /// A script without errors.
    case script(Script)
    /// Everything that is wrong with it, in order.
    case errors([ParseFailure])
  }

  /// The words that begin a line and are no command.
  public static let words = [
    "title", "cluster", "chapter", "say", "ask", "at", "try", "wait", "until", "expect", "always",
    "let", "include",
  ]

  /// Lines that a script can have, included ones too.
  static let lineMaximum = 20_000
  /// Files within files.
  static let depthMaximum = 16
  /// Errors that are told.
  static let errorMaximum = 50

  var title: String?
  var statements: [ScriptStatement] = []
  var errors: [ParseFailure] = []
  /// Whether a `load` line still belongs to the cluster's beginning.
  var isBeginning = true
  /// How the cluster began, with what was set since.
  var knobs = Knobs()
  /// What conditions may name.
  var scope = ConditionScope(nodes: Self.nodes(Knobs().nodes))
  /// The number that the next added node gets.
  var nextNode = Knobs().nodes + 1
  /// The last absolute time.
  var latest = Instant.start
  /// Whether a lesson's question may be answered.
  var mayAnswer = false
  private var lines = 0
  private var stack: [Source] = []
  private let load: Loader
  private let replacement: Replacement?

  init(load: @escaping Loader, replacement: Replacement?) {
    self.load = load
    self.replacement = replacement
  }

  /// What a `cluster` line's settings come to.
  func replaced(_ settings: [KnobSetting]) -> [KnobSetting] {
    guard let replacement else { return settings }
    let kept = settings.filter { setting in
      if setting.isPreset { return false }
      if case .model = setting { return !replacement.ignoresModel }
      return true
    }
    return [.preset(replacement.preset)] + kept
  }

  static func nodes(_ count: Int) -> Set<NodeID> { Set((1...max(1, count)).map { NodeID($0) }) }

  /// Reads a script; with `replacement` as if its `cluster` lines said that preset.
  public static func parse(
    _ source: Source, replacing replacement: Replacement? = nil,
    including load: @escaping Loader = { (path, _) throws(Unreadable) in
      throw Unreadable("\(path): nothing can be included here")
    }
  ) -> Outcome {
    var parser = ScriptParser(load: load, replacement: replacement)
    parser.begin()
    parser.take(source)
    return parser.errors.isEmpty
      ? .script(Script(title: parser.title, statements: parser.statements))
      : .errors(parser.errors)
  }

  /// Reads a text that is in no file.
  public static func parse(_ text: String, name: String = "script") -> Outcome {
    parse(Source(identity: name, name: name, text: text))
  }

  /// A script without a `cluster` line has the default one.
  mutating func begin() {
    let place = ScriptPlace(file: "", line: 0, text: "cluster")
    let cluster = ScriptCluster(settings: replaced([]))
    statements = [ScriptStatement(place: place, timing: .next, action: .cluster(cluster))]
    beginCluster(cluster.knobs)
  }

  // MARK: Files

  private mutating func take(_ source: Source) {
    stack.append(source)
    defer { stack.removeLast() }
    var text = Substring(source.text)
    if text.unicodeScalars.first?.value == 0xFEFF {
      text = Substring(text.unicodeScalars.dropFirst())
    }
    let all = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    for (offset, raw) in all.enumerated() where errors.count < Self.errorMaximum {
      do {
        try take(raw, at: offset + 1, of: source)
      } catch {
        var error = error
        // An included file's errors have their places already.
        if error.file.isEmpty {
          error.file = source.name
          error.line = offset + 1
          error.source = raw.map { $0 == "\t" ? " " : String($0) }.joined()
        }
        errors.append(error)
      }
    }
  }

  mutating func take(
    _ raw: Substring, at number: Int, of source: Source
  ) throws(ParseFailure) {
    lines += 1
    guard lines <= Self.lineMaximum else {
      guard lines == Self.lineMaximum + 1 else { return }
      throw Reader(raw).failure("a script has at most \(Self.lineMaximum) lines", at: 0)
    }
    try Self.refuseControls(raw)
    let line = Self.withoutComment(raw)
    var reader = Reader(line)
    guard !reader.isAtEnd else { return }
    let text = String(line.trimmingSpaces)
    try statement(&reader, ScriptPlace(file: source.name, line: number, text: text))
  }

  /// Escape sequences have no place in a script, not even in a comment.
  static func refuseControls(_ line: Substring) throws(ParseFailure) {
    for (column, character) in line.enumerated() {
      for scalar in character.unicodeScalars where scalar != "\t" {
        switch scalar.properties.generalCategory {
        case .control, .surrogate, .unassigned:
          let code = String(scalar.value, radix: 16, uppercase: true)
          throw Reader(line).failure("a script has no control characters (U+\(code))", at: column)
        default: continue
        }
      }
    }
  }

  /// Cuts a comment off: a `#` outside of quotation marks, at the beginning or after a space. Where the
  /// line is text for people, a space must follow it too, so that `#1` stands.
  static func withoutComment(
    _ line: Substring, prose: Set<String> = ["say", "title", "chapter"]
  ) -> Substring {
    let first = line.split(maxSplits: 1, whereSeparator: \.isWhitespace).first ?? ""
    let isProse = prose.contains(String(first))
    var isQuoted = false
    var isEscaped = false
    var before: Character = " "
    for position in line.indices {
      let character = line[position]
      defer { before = character }
      if isEscaped {
        isEscaped = false
        continue
      }
      if character == "\\", isQuoted { isEscaped = true }
      if character == "\"", !isProse { isQuoted.toggle() }
      guard character == "#", !isQuoted, before.isWhitespace else { continue }
      let after = line.index(after: position)
      let isFollowed = after < line.endIndex && !line[after].isWhitespace
      let isWhole = position == line.startIndex
      if !isProse || isWhole || !isFollowed { return line[..<position] }
    }
    return line
  }

  /// Reads another file in this one's place.
  mutating func include(_ path: String, _ reader: Reader, at column: Int) throws(ParseFailure) {
    guard let source = stack.last else { return }
    guard stack.count < Self.depthMaximum else {
      throw reader.failure("files are included at most \(Self.depthMaximum) deep", at: column)
    }
    let found: Source
    do { found = try load(path, source) } catch {
      throw reader.failure(error.message, at: column)
    }
    if let first = stack.firstIndex(where: { $0.identity == found.identity }) {
      let ring = stack[first...].map(\.name) + [found.name]
      throw reader.failure(
        "a file can't include itself (\(ring.joined(separator: " → ")))", at: column)
    }
    take(found)
  }
}

extension Substring {
  /// Without spaces at either end.
  var trimmingSpaces: Substring {
    let begun = drop(while: \.isWhitespace)
    guard let last = begun.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return begun[...last]
  }
}
