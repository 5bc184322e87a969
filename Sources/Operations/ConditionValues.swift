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
    if let quantifier {
      throw reader.failure(
        "one number is expected here, not one of each \(quantifier.group.singular)", at: start)
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
      return .value(.leaf(.cluster(leaf)), leaf.sort(in: scope.model))
    case "all", "any": return try quantified(word, at: start)
    case "none": return .value(.node(nil), .node)
    default: break
    }
    if let dimension = scope.names[word] { return .value(.leaf(.name(word)), .quantity(dimension)) }
    if let leaf = ClusterWord(rawValue: word), leaf.models.contains(scope.model) {
      return .value(.leaf(.cluster(leaf)), leaf.sort(in: scope.model))
    }
    if let part = try nodeValue(word, at: start) { return part }
    throw unknown(word, at: start)
  }

  /// `all followers.lag.time`, `any node.state`.
  private mutating func quantified(_ word: String, at start: Int) throws(ParseFailure) -> Part {
    let groups = Comparison.Group.all(in: scope.model)
    let names = groups.map { word == "all" ? $0.plural : $0.singular }
    reader.skipSpace()
    let place = reader.position
    let rest = reader.identifier()
    let name = String(rest.prefix { $0 != "." })
    guard let position = names.firstIndex(of: name) else {
      let wanted = names.map { "\(word) \($0)" }.joined(separator: " or ")
      throw reader.failure(
        "\(wanted) is expected here\(rest.isEmpty ? "" : ", not \(word) \(name)")",
        at: place, nearest: Nearest.match(name, in: names))
    }
    if let quantifier {
      throw reader.failure(
        "a comparison goes through the \(quantifier.group.plural) only once", at: start)
    }
    let group = groups[position]
    quantifier = word == "all" ? .all(group) : .any(group)
    let (field, sort) = try field(of: "a \(group.singular)", rest, after: name.count, at: place)
    return .value(.leaf(.each(field)), sort)
  }

  /// `n3`, `n3.applied`, `n3.behind.n1`; nil for what is no node.
  private func nodeValue(_ word: String, at start: Int) throws(ParseFailure) -> Part? {
    let name = String(word.prefix { $0 != "." })
    guard let node = NodeID(name) else { return nil }
    try requireKnown(node, at: start)
    if name.count == word.count { return .value(.node(node), .node) }
    let (field, sort) = try field(of: "\(node)", word, after: name.count, at: start)
    return .value(.leaf(.node(node, field)), sort)
  }

  private func requireKnown(_ node: NodeID, at start: Int) throws(ParseFailure) {
    if scope.nodes.contains(node) { return }
    throw reader.failure(
      scope.nodes.isEmpty
        ? "there is no \(node)" : "there is no \(node); the nodes are \(scope.nodesText)",
      at: start)
  }

  private func field(
    of owner: String, _ word: String, after length: Int, at start: Int
  ) throws(ParseFailure) -> (NodeField, ConditionSort) {
    let name = String(word.dropFirst(length + 1))
    let column = start + min(length + 1, word.count)
    if let field = NodeWord(rawValue: name) {
      if let lacking = ConditionWord.isLacking(name, field.models, in: scope.model) {
        throw reader.failure(lacking, at: column)
      }
      return (NodeField(word: field), field.sort)
    }
    if let origin = try origin(name, at: column) {
      return (NodeField(word: .behind, origin: origin), NodeWord.behind.sort)
    }
    let words = NodeWord.all(in: scope.model).map(\.rawValue)
    guard !name.isEmpty else {
      throw reader.failure(
        "a dot and one of its words is expected here (\(words.joined(separator: ", ")))", at: column
      )
    }
    throw reader.failure(
      "\(owner) has no \(name) (\(words.joined(separator: ", ")))", at: column,
      nearest: Nearest.match(name, in: words))
  }

  /// The node in `behind.n1`; nil for any other word.
  private func origin(_ name: String, at column: Int) throws(ParseFailure) -> NodeID? {
    let beginning = NodeWord.behind.rawValue + "."
    guard name.hasPrefix(beginning), NodeWord.behind.models.contains(scope.model),
      let origin = NodeID(String(name.dropFirst(beginning.count)))
    else { return nil }
    try requireKnown(origin, at: column + beginning.count)
    return origin
  }
}
