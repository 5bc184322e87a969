import Operations

/// What a learner answered, as it is compared.
enum Answer {
  /// The words of a command, as they are told apart.
  static func words(_ text: String) -> [String] {
    text.lowercased().split { $0.isWhitespace || $0 == "=" }.map(String.init)
  }

  /// Why words are no command; nil when they begin like one.
  static func problem(of words: [String]) -> String? {
    guard let first = words.first else { return "an answer is expected here" }
    if CommandParser.names.contains(first) { return nil }
    let near = Nearest.match(first, in: CommandParser.names).map { "; did you mean \($0)?" } ?? ""
    return "\(first) is no command\(near)"
  }

  /// Whether a command names what is looked for: amounts may follow, and both ends of a link may change
  /// places where it is no matter of direction.
  static func names(_ given: [String], _ wanted: [String]) -> Bool {
    if given.starts(with: wanted) { return true }
    guard wanted.count == 3, given.count >= 3, !wanted.contains("->") else { return false }
    return given[0] == wanted[0] && given[1] == wanted[2] && given[2] == wanted[1]
  }
}
