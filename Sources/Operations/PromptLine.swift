import Positions

/// What can be typed at the prompt: an operator's commands, and what is about the screen.
public enum PromptLine: Equatable, Sendable {
  /// A command.
  case command(Command)
  /// `expect CONDITION`: whether it holds now.
  case expect(Condition)
  /// `record FILE`: a recording begins, or a picture is taken.
  case record(String)

  /// The first words that are no commands, with what they do.
  public static let words: [(name: String, usage: String, meaning: String)] = [
    ("expect", "expect CONDITION", "say whether a condition holds, as: expect lost == 0"),
    ("record", "record FILE", "record to FILE.cast, or a picture of this moment to FILE.svg"),
  ]

  /// Reads a line.
  ///
  /// - Parameters:
  ///   - nodes: those that there are.
  ///   - model: the cluster's, which says what conditions can speak of.
  public static func parse(
    _ text: String, nodes: [NodeID], model: ReplicationModel
  ) throws(ParseFailure) -> PromptLine {
    var reader = Reader(text)
    switch reader.nextWord() {
    case "expect":
      let scope = ConditionScope(model: model, nodes: Set(nodes))
      let condition = try Condition.parse(&reader, scope)
      try reader.expectEnd()
      return .expect(condition)
    case "record":
      let path = try reader.text("a file")
      try reader.expectEnd()
      guard path.hasSuffix(".cast") || path.hasSuffix(".svg") else {
        throw reader.failure("a recording's file ends in .cast, a picture's in .svg")
      }
      return .record(path)
    default: return .command(try CommandParser.parse(text))
    }
  }
}
