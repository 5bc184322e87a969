import Positions

// What stands on the sides of a comparison.
extension ConditionParser {
  /// A value that is a number.
  mutating func expression() throws(ParseFailure) -> (Operand, Quantity.Dimension) {
    reader.skipSpace()
    let start = reader.position
    let (operand, sort) = try asValue(try sum(), at: start)
    guard let dimension = sort.dimension else {
      throw reader.failure("a number is expected here, not \(sort.article)", at: start)
    }
    if quantifier != nil {
      throw reader.failure("one number is expected here, not one of each follower", at: start)
    }
    try expectEnd()
    return (operand, dimension)
  }

  mutating func sum() throws(ParseFailure) -> Part {
    reader.skipSpace()
    var start = reader.position
    let first = try product()
    guard isSign(reader.nextCharacter()) else { return first }
    var (operand, dimension) = try asNumber(first, at: start)
    var plus = [operand]
    var minus: [Operand] = []
    while let sign = reader.nextCharacter(), isSign(sign) {
      let place = reader.position
      reader.move(to: place + 1)
      reader.skipSpace()
      let second = reader.position
      let (next, other) = try asNumber(try product(), at: second)
      guard let sum = Quantity.Dimension.sum(dimension, other, subtracting: sign == "-") else {
        if let missing = unitMissing(next, other, dimension) {
          throw reader.failure(missing, at: second)
        }
        if let missing = unitMissing(operand, dimension, other) {
          throw reader.failure(missing, at: start)
        }
        let what = sign == "-" ? "difference" : "sum"
        throw reader.failure("\(dimension.article) and \(other.article) have no \(what)", at: place)
      }
      start = second
      if sign == "-" { minus.append(next) } else { plus.append(next) }
      (operand, dimension) = (next, sum)
    }
    return .value(.sum(plus: plus, minus: minus, dimension), .quantity(dimension))
  }

  private func isSign(_ character: Character?) -> Bool { character == "+" || character == "-" }

  private mutating func product() throws(ParseFailure) -> Part {
    reader.skipSpace()
    let start = reader.position
    let first = try factor()
    guard isFactor(reader.nextCharacter()) else { return first }
    var (operand, dimension) = try asNumber(first, at: start)
    var factors = [Operand.Factor(operand: operand, divides: false)]
    while let sign = reader.nextCharacter(), isFactor(sign) {
      let place = reader.position
      reader.move(to: place + 1)
      reader.skipSpace()
      let start = reader.position
      let other: Quantity.Dimension
      (operand, other) = try asNumber(try factor(), at: start)
      let made =
        sign == "/" ? Quantity.Dimension.quotient(dimension, other) : .product(dimension, other)
      guard let made else {
        throw reader.failure(
          "\(dimension.article) \(sign == "/" ? "divided by" : "times") \(other.article) is nothing that conditions know",
          at: place)
      }
      factors.append(Operand.Factor(operand: operand, divides: sign == "/"))
      dimension = made
    }
    return .value(.product(factors, dimension), .quantity(dimension))
  }

  private func isFactor(_ character: Character?) -> Bool { character == "*" || character == "/" }

  private mutating func factor() throws(ParseFailure) -> Part {
    reader.skipSpace()
    let start = reader.position
    if let quantity = try reader.number() {
      return .value(.quantity(quantity), .quantity(quantity.dimension))
    }
    if reader.take("(") {
      let part = try deeper { parser throws(ParseFailure) in try parser.disjunction() }
      guard reader.take(")") else {
        throw reader.failure("the parenthesis is never closed", at: start)
      }
      return part
    }
    if reader.take("-") {
      return try deeper { parser throws(ParseFailure) in
        parser.reader.skipSpace()
        let start = parser.reader.position
        let (operand, dimension) = try parser.asNumber(try parser.factor(), at: start)
        let negative = dimension == .position ? .bytes : dimension
        return .value(.sum(plus: [], minus: [operand], negative), .quantity(negative))
      }
    }
    if reader.character == "\"" {
      throw reader.failure("a text is only compared so: last read is \"a value\"", at: start)
    }
    let word = reader.identifier()
    guard !word.isEmpty, !stopsAt.contains(word) else {
      reader.move(to: start)
      let shown = word.isEmpty ? reader.character.map(String.init) : word
      throw reader.failure("a value is expected here" + (shown.map { ", not \($0)" } ?? ""))
    }
    return try value(word, at: start)
  }

  private mutating func value(_ word: String, at start: Int) throws(ParseFailure) -> Part {
    switch word {
    case "last":
      let place = reader.position
      let what = reader.peekIdentifier()
      guard let leaf = ClusterWord(rawValue: "last " + what) else {
        reader.move(to: place)
        reader.skipSpace()
        throw reader.failure(
          "last write or last read is expected here",
          nearest: Nearest.match(what, in: ["write", "read"]))
      }
      _ = reader.identifier()
      return .value(.leaf(.cluster(leaf)), leaf.sort)
    case "all", "any": return try quantified(word, at: start)
    case "none": return .value(.node(nil), .node)
    default: break
    }
    if let dimension = scope.names[word] { return .value(.leaf(.name(word)), .quantity(dimension)) }
    if let leaf = ClusterWord(rawValue: word) { return .value(.leaf(.cluster(leaf)), leaf.sort) }
    if let part = try nodeValue(word, at: start) { return part }
    throw unknown(word, at: start)
  }

  /// `all followers.lag.time`, `any follower.state`.
  private mutating func quantified(_ word: String, at start: Int) throws(ParseFailure) -> Part {
    let group = word == "all" ? "followers" : "follower"
    reader.skipSpace()
    let place = reader.position
    let rest = reader.identifier()
    let name = String(rest.prefix { $0 != "." })
    guard name == group else {
      throw reader.failure(
        "\(word) \(group) is expected here\(rest.isEmpty ? "" : ", not \(word) \(name)")",
        at: place, nearest: Nearest.match(name, in: [group]))
    }
    guard quantifier == nil else {
      throw reader.failure("a comparison goes through the followers only once", at: start)
    }
    quantifier = word == "all" ? .all : .any
    let (field, sort) = try field(of: "a follower", rest, after: group.count, at: place)
    return .value(.leaf(.follower(field)), sort)
  }

  /// `n3`, `n3.applied`; nil for what is no node.
  private func nodeValue(_ word: String, at start: Int) throws(ParseFailure) -> Part? {
    let name = String(word.prefix { $0 != "." })
    guard let node = NodeID(name) else { return nil }
    guard scope.nodes.contains(node) else {
      throw reader.failure(
        scope.nodes.isEmpty
          ? "there is no \(node)" : "there is no \(node); the nodes are \(scope.nodesText)",
        at: start)
    }
    if name.count == word.count { return .value(.node(node), .node) }
    let (field, sort) = try field(of: "\(node)", word, after: name.count, at: start)
    return .value(.leaf(.node(node, field)), sort)
  }

  private func field(
    of owner: String, _ word: String, after length: Int, at start: Int
  ) throws(ParseFailure) -> (NodeWord, ConditionSort) {
    let name = String(word.dropFirst(length + 1))
    if let field = NodeWord(rawValue: name) { return (field, field.sort) }
    let words = NodeWord.allCases.map(\.rawValue)
    let column = start + min(length + 1, word.count)
    guard !name.isEmpty else {
      throw reader.failure(
        "a dot and one of its words is expected here (\(words.joined(separator: ", ")))", at: column
      )
    }
    throw reader.failure(
      "\(owner) has no \(name) (\(words.joined(separator: ", ")))", at: column,
      nearest: Nearest.match(name, in: words))
  }
}
