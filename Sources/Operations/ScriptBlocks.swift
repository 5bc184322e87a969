import Positions

/// Reads scripts that stand in pieces among other lines, as a lesson's do: each piece is judged by all that
/// came before it.
///
/// It is a value: a copy reads on from where the original stood, so that one beginning can have many ends.
public struct ScriptBlocks {
  private var parser: ScriptParser
  private let source: ScriptParser.Source

  /// Nothing was read yet of the file of this name.
  public init(file: String) {
    source = ScriptParser.Source(identity: file, name: file, text: "")
    parser = ScriptParser(
      load: { (path, _) throws(ScriptParser.Unreadable) in
        throw ScriptParser.Unreadable("\(path): a lesson is one file")
      }, replacement: nil)
    parser.mayAnswer = true
    parser.begin()
    parser.statements = []
  }

  /// What conditions may name here.
  public var scope: ConditionScope { parser.scope }

  /// The knobs as they were set so far.
  public var knobs: Knobs { parser.knobs }

  /// Reads a line of a script; its comment, if it has one, is passed over.
  public mutating func take(_ raw: Substring, at line: Int) throws(ParseFailure) {
    try parser.take(raw, at: line, of: source)
  }

  /// The lines that were read since the last call.
  public mutating func takeStatements() -> [ScriptStatement] {
    defer { parser.statements = [] }
    return parser.statements
  }

  /// A line of another kind without its comment; lines that begin with a word of `prose` are text for
  /// people, in which a `#` may stand.
  public static func line(
    _ raw: Substring, prose: Set<String>
  ) throws(ParseFailure) -> Substring {
    try ScriptParser.refuseControls(raw)
    return ScriptParser.withoutComment(raw, prose: prose)
  }

  // MARK: Pieces of other lines

  /// Reads a condition from a column of a line (from 0) to the line's end or to one of the words.
  ///
  /// - Returns: the condition, and the column behind it.
  public func condition(
    in line: Substring, from column: Int, upTo words: Set<String> = []
  ) throws(ParseFailure) -> (condition: Condition, end: Int) {
    var reader = Reader(line)
    reader.move(to: column)
    let condition = try Condition.parse(&reader, scope, stopsAt: words)
    reader.skipSpace()
    return (condition, reader.position)
  }

  /// Reads an expression in the same way.
  public func expression(
    in line: Substring, from column: Int, upTo words: Set<String> = []
  ) throws(ParseFailure) -> (expression: Expression, end: Int) {
    var reader = Reader(line)
    reader.move(to: column)
    let expression = try Expression.parse(&reader, scope, stopsAt: words)
    reader.skipSpace()
    return (expression, reader.position)
  }

  /// Reads a time in the same way.
  public func interval(
    in line: Substring, from column: Int
  ) throws(ParseFailure) -> (interval: Interval, end: Int) {
    var reader = Reader(line)
    reader.move(to: column)
    let interval = try reader.interval("the time", minimum: .milliseconds(1))
    reader.skipSpace()
    return (interval, reader.position)
  }

  /// What is wrong at a column of a line, counted from 0.
  public static func failure(
    _ message: String, in line: Substring, at column: Int = 0, nearest: String? = nil
  ) -> ParseFailure {
    Reader(line).failure(message, at: column, nearest: nearest)
  }
}

extension Quantity {
  /// Reads a number as a person answers: `429`, `1,240`, `63 ms`, `40KB`.
  ///
  /// - Parameter dimension: what is asked for; a plain number is taken in its common unit (ms, bytes, /s).
  public static func answer(
    _ text: String, _ dimension: Dimension
  ) throws(ParseFailure) -> Quantity {
    let plain = String(text.filter { $0 != "," && !$0.isWhitespace })
    if let number = Double(plain), number.isFinite {
      return Quantity(dimension == .time ? number * 1e6 : number, dimension)
    }
    let scope = ConditionScope(nodes: [])
    let expression = try Expression.parse(plain, scope)
    guard let value = expression.literal, value.dimension.compares(with: dimension) else {
      throw ParseFailure(
        column: 1, source: text,
        message: "\(dimension.article) is asked for"
          + (dimension.units.map { ", as \($0.example)" } ?? ", as 12"))
    }
    return Quantity(value.value, dimension)
  }
}
