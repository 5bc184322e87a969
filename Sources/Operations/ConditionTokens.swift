/// What conditions are made of, read off a line.
extension Reader {
  /// Letters, digits, _, - and dots, from a letter on; empty when none comes next.
  mutating func identifier() -> String {
    skipSpace()
    guard let first = character, first.isLetter || first == "_" else { return "" }
    return take { $0.isLetter || $0.isNumber || "_-.".contains($0) }
  }

  /// The next identifier, which stays where it is.
  mutating func peekIdentifier() -> String {
    let start = position
    defer { move(to: start) }
    return identifier()
  }

  /// Takes the identifier `wanted` if it comes next.
  mutating func takeIdentifier(_ wanted: String) -> Bool {
    guard peekIdentifier() == wanted else { return false }
    _ = identifier()
    return true
  }

  /// A unit that a number can have.
  struct Unit {
    var name: String
    var factor: Double
    var dimension: Quantity.Dimension
  }

  static let conditionUnits: [Unit] =
    timeUnits.map { Unit(name: $0.0, factor: $0.1, dimension: .time) }
    + sizeUnits.map { Unit(name: $0.0, factor: $0.1, dimension: .bytes) }
    + [
      Unit(name: "%", factor: 0.01, dimension: .number),
      Unit(name: "/s", factor: 1, dimension: .rate),
      Unit(name: "k/s", factor: 1000, dimension: .rate),
    ]

  static func conditionUnit(_ name: String) -> Unit? {
    conditionUnits.first { $0.name.lowercased() == name.lowercased() }
  }

  /// A number of digits and a dot, and its unit, which may stand after a space; nil when no digit
  /// comes next.
  mutating func number() throws(ParseFailure) -> Quantity? {
    skipSpace()
    let start = position
    let digits = take { $0.isASCII && ($0.isNumber || $0 == ".") }
    if digits.isEmpty { return nil }
    let isPlain = digits.first != "." && digits.last != "."
    guard isPlain, let value = Double(digits) else {
      throw failure("\(digits) is no number (digits, and a dot between them)", at: start)
    }
    guard value < 1e18 else { throw failure("the number is too great", at: start) }
    if character == "_" || (character == "," && following?.isNumber == true) {
      throw failure("a number is only digits and a dot, as 1000 or 2.5", at: start)
    }
    guard let unit = try unit() else { return Quantity(value, .number) }
    return Quantity(value * unit.factor, unit.dimension)
  }

  private mutating func unit() throws(ParseFailure) -> Unit? {
    let end = position
    let isAttached = character?.isWhitespace == false
    skipSpace()
    let start = position
    if character == "%" {
      move(to: position + 1)
      return Self.conditionUnit("%")
    }
    var name = take { $0.isLetter || $0.isNumber || $0 == "_" }
    // `/s` is a unit, `/ something` divides.
    if name.isEmpty || name.lowercased() == "k", character == "/", following == "s" {
      let slash = position
      move(to: position + 2)
      if character.map({ $0.isLetter || $0.isNumber || "_-.".contains($0) }) == true {
        move(to: slash)
      } else {
        name += "/s"
      }
    }
    if let unit = Self.conditionUnit(name) { return unit }
    guard isAttached, !name.isEmpty else {
      move(to: end)
      return nil
    }
    let names = Self.conditionUnits.map(\.name)
    throw failure(
      "\(name) is no unit (\(names.joined(separator: ", ")))", at: start,
      nearest: Nearest.match(name, in: names))
  }

  /// `<`, `<=`, `==`, `!=`, `>=`, `>`, `is` or `is not`; nil when no comparison comes next.
  mutating func comparison() throws(ParseFailure) -> Comparison.Order? {
    skipSpace()
    if takeIdentifier("is") { return takeIdentifier("not") ? .differs : .equals }
    let start = position
    let symbol = take { "<>=!".contains($0) }
    switch symbol {
    case "": return nil
    case "<": return .less
    case "<=": return .atMost
    case "==": return .equals
    case "!=": return .differs
    case ">=": return .atLeast
    case ">": return .more
    default:
      let near = ["=": "==", "!": "!=", "=<": "<=", "=>": ">=", "<>": "!=", "===": "=="][symbol]
      throw failure(
        "\(symbol) compares nothing (<, <=, ==, !=, >=, >, is)", at: start, nearest: near)
    }
  }
}
