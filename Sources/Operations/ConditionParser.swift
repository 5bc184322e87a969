import Positions

/// Reads conditions: `or` of `and` of `not` of comparisons of sums of products.
struct ConditionParser {
  /// What was read: something that holds or not, or a value that is still to be compared.
  enum Part {
    case formula(Formula)
    case value(Operand, ConditionSort)
  }

  /// How deep parentheses, `not` and signs may nest: what reads them calls itself.
  static let depthMaximum = 64

  var reader: Reader
  let scope: ConditionScope
  let stopsAt: Set<String>
  /// The quantifier of the comparison that is being read.
  var quantifier: Comparison.Quantifier?
  private var depth = 0

  init(_ reader: Reader, _ scope: ConditionScope, stopsAt: Set<String> = []) {
    self.reader = reader
    self.scope = scope
    self.stopsAt = stopsAt
  }

  // MARK: What holds or not

  mutating func condition() throws(ParseFailure) -> Formula {
    reader.skipSpace()
    let start = reader.position
    let formula = try asFormula(try disjunction(), at: start)
    try expectEnd()
    return formula
  }

  /// Nothing may follow but a word that ends conditions.
  mutating func expectEnd() throws(ParseFailure) {
    if reader.isAtEnd || stopsAt.contains(reader.peekIdentifier()) { return }
    let start = reader.position
    if reader.character == ")" { throw reader.failure("no parenthesis is open here") }
    let word = reader.peekIdentifier()
    if try reader.comparison() != nil {
      throw reader.failure("a comparison has two sides: join two of them with and", at: start)
    }
    let words = ["and", "or", "is"] + stopsAt.sorted() + Reader.conditionUnits.map(\.name)
    let shown = word.isEmpty ? reader.rest() : word
    let near = ["&&": "and", "||": "or"][shown.prefix(2)]
    throw reader.failure(
      "\((["and", "or"] + stopsAt.sorted()).joined(separator: ", ")) or the end is expected here, not \(shown)",
      at: start, nearest: word.isEmpty ? near : Nearest.match(word, in: words))
  }

  mutating func disjunction() throws(ParseFailure) -> Part {
    try chain("or", Formula.any) { parser throws(ParseFailure) in
      try parser.chain("and", Formula.all) { parser throws(ParseFailure) in
        try parser.negation()
      }
    }
  }

  /// Parts joined by `word`; one that stands alone stays as it is.
  private mutating func chain(
    _ word: String, _ join: ([Formula]) -> Formula,
    _ next: (inout ConditionParser) throws(ParseFailure) -> Part
  ) throws(ParseFailure) -> Part {
    reader.skipSpace()
    let start = reader.position
    let first = try next(&self)
    guard reader.peekIdentifier() == word else { return first }
    var formulas = [try asFormula(first, at: start)]
    while reader.takeIdentifier(word) {
      reader.skipSpace()
      let start = reader.position
      formulas.append(try asFormula(try next(&self), at: start))
    }
    return .formula(join(formulas))
  }

  private mutating func negation() throws(ParseFailure) -> Part {
    guard reader.takeIdentifier("not") else { return try comparison() }
    return try deeper { parser throws(ParseFailure) in
      parser.reader.skipSpace()
      let start = parser.reader.position
      return .formula(.not(try parser.asFormula(try parser.negation(), at: start)))
    }
  }

  private func asFormula(_ part: Part, at start: Int) throws(ParseFailure) -> Formula {
    switch part {
    case .formula(let formula): return formula
    case .value(.leaf(.cluster(let word)), .truth): return .stands(word)
    case .value(_, let sort):
      throw reader.failure(
        "\(sort.article) by itself says nothing: compare it with something", at: start)
    }
  }

  /// Reads one level further down.
  mutating func deeper<Result>(
    _ read: (inout ConditionParser) throws(ParseFailure) -> Result
  ) throws(ParseFailure) -> Result {
    guard depth < Self.depthMaximum else {
      throw reader.failure("this is nested more than \(Self.depthMaximum) deep")
    }
    depth += 1
    defer { depth -= 1 }
    return try read(&self)
  }

  // MARK: Comparisons

  private mutating func comparison() throws(ParseFailure) -> Part {
    reader.skipSpace()
    let start = reader.position
    let left = try sum()
    reader.skipSpace()
    let sign = reader.position
    guard let order = try reader.comparison() else { return left }
    let (operand, sort) = try asValue(left, at: start)
    if sort == .truth {
      let word = Substring(reader.text(from: start, to: sign)).trimmingSpaces
      throw reader.failure("\(word) is true or not by itself: it is not compared", at: sign)
    }
    if let right = try word(for: sort, operand) {
      try requireEquality(order, sort, at: sign)
      return finished(operand, order, right)
    }
    reader.skipSpace()
    let second = reader.position
    let (other, otherSort) = try asValue(try sum(), at: second)
    try requireLike((operand, sort, start), (other, otherSort, second))
    if sort.dimension == nil { try requireEquality(order, sort, at: sign) }
    return finished(operand, order, other)
  }

  private mutating func finished(
    _ left: Operand, _ order: Comparison.Order, _ right: Operand
  ) -> Part {
    defer { quantifier = nil }
    return .formula(
      .compares(Comparison(left: left, order: order, right: right, quantifier: quantifier)))
  }

  func asValue(_ part: Part, at start: Int) throws(ParseFailure) -> (Operand, ConditionSort) {
    switch part {
    case .value(let operand, let sort): return (operand, sort)
    case .formula:
      throw reader.failure("a value is expected here, not a condition", at: start)
    }
  }

  /// The word or text on a comparison's other side, where the first side takes one.
  private mutating func word(
    for sort: ConditionSort, _ operand: Operand
  ) throws(ParseFailure) -> Operand? {
    guard let words = sort.words else { return nil }
    reader.skipSpace()
    let start = reader.position
    if sort.takesText, reader.character == "\"" { return .text(try reader.text("a value")) }
    let word = reader.peekIdentifier()
    if words.contains(word) {
      _ = reader.identifier()
      return .word(word)
    }
    // The last write is a position too, and n1.role may be compared with n2.role.
    let isValue =
      sort == .write
      ? word.isEmpty || ClusterWord(rawValue: word) != nil || scope.names[word] != nil
        || word.contains(".") || word == "last"
      : word.contains(".")
    if isValue, !sort.takesText { return nil }
    let shown = word.isEmpty ? reader.character.map { "not \($0)" } ?? "" : "not \(word)"
    let list = (sort.takesText ? ["\"a value\""] : []) + words
    throw reader.failure(
      "\(sort.article) is \(list.joined(separator: ", "))" + (shown.isEmpty ? "" : ", " + shown),
      at: start, nearest: word.isEmpty ? nil : Nearest.match(word, in: words))
  }

  private func requireEquality(
    _ order: Comparison.Order, _ sort: ConditionSort, at sign: Int
  ) throws(ParseFailure) {
    guard order != .equals, order != .differs else { return }
    throw reader.failure("\(sort.article) is not less or more: use is or is not", at: sign)
  }
}
