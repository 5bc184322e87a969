// How conflicts end, as it is typed: `lww`, `crdt`, `siblings`, `custom cart:=set *=siblings`.

extension Resolution {
  /// The first words that it can have.
  static let words = ["lww", "crdt", "siblings", "custom"]
  /// Stands for a prefix that all keys have.
  static let everythingElse = "*"

  /// As it is typed.
  public var text: String {
    switch self {
    case .lastWriterWins: "lww"
    case .types: "crdt"
    case .siblings: "siblings"
    case .custom(let rules): "custom " + rules.map(\.text).joined(separator: " ")
    }
  }
}

extension Resolution.PrefixRule {
  /// As it is typed: `cart:=set`.
  var text: String { prefixText + "=" + rule.rawValue }

  /// The prefix as it is typed.
  var prefixText: String {
    if prefix.isEmpty { return Resolution.everythingElse }
    var reader = Reader(prefix)
    let isPlain = reader.nextWord() == prefix && prefix != Resolution.everythingElse
    return isPlain ? prefix : TextForm.quoted(prefix)
  }
}

extension ConflictRule {
  /// Other names that the field has for a rule.
  static let aliases: [(name: String, rule: ConflictRule)] = [
    ("register", .lastWriterWins), ("mv-register", .siblings),
  ]

  /// A rule by its own name or another; nil when there is none of that name.
  static func named(_ name: String) -> ConflictRule? {
    ConflictRule(rawValue: name) ?? aliases.first { $0.name == name }?.rule
  }

  /// As a key that it holds for is called, for messages.
  var noun: String {
    switch self {
    case .lastWriterWins: "a register whose last writer wins"
    case .siblings: "a register that keeps siblings"
    case .growCounter: "a counter that only grows"
    case .counter: "a counter"
    case .set: "a set"
    }
  }
}

extension Reader {
  /// Reads how conflicts end.
  ///
  /// - Throws: for an unknown word or rule, a prefix given twice, and custom rules without any.
  mutating func resolution() throws(ParseFailure) -> Resolution {
    switch try choice("rule", Resolution.words) {
    case "lww": return .lastWriterWins
    case "crdt": return .types
    case "siblings": return .siblings
    default: return .custom(try prefixRules())
    }
  }

  private mutating func prefixRules() throws(ParseFailure) -> [Resolution.PrefixRule] {
    var rules: [Resolution.PrefixRule] = []
    while !isAtEnd {
      let start = position
      let isQuoted = character == "\""
      var prefix = isQuoted ? try text("a prefix") : try word("a prefix of keys")
      guard !isQuoted || !prefix.isEmpty else {
        throw failure("an empty prefix is written \(Resolution.everythingElse)", at: start)
      }
      if !isQuoted, prefix == Resolution.everythingElse { prefix = "" }
      guard take("=") else {
        throw failure("= and a rule are expected after \(text(from: start, to: position))")
      }
      let rule = Resolution.PrefixRule(prefix: prefix, rule: try conflictRule())
      if rules.contains(where: { $0.prefix == prefix }) {
        throw failure("\(rule.prefixText) has a rule already", at: start)
      }
      rules.append(rule)
    }
    guard !rules.isEmpty else {
      throw failure("custom needs rules, as custom cart:=set likes:=counter *=siblings")
    }
    return rules
  }

  private mutating func conflictRule() throws(ParseFailure) -> ConflictRule {
    skipSpace()
    let start = position
    let word = try word("a rule")
    let names = ConflictRule.allCases.map(\.rawValue) + ConflictRule.aliases.map(\.name)
    guard let rule = ConflictRule.named(word) else {
      throw failure(
        "\(word) is no rule (\(names.joined(separator: ", ")))", at: start,
        nearest: Nearest.match(word, in: names))
    }
    return rule
  }
}
