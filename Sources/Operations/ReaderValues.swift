import Positions

// The values that commands and knobs take.
extension Reader {
  /// One of `words`.
  mutating func choice(_ what: String, _ words: [String]) throws(ParseFailure) -> String {
    skipSpace()
    let start = position
    let word = try word(what)
    guard words.contains(word) else {
      throw failure(
        "\(word) is no \(what) (\(words.joined(separator: ", ")))", at: start,
        nearest: Nearest.match(word, in: words))
    }
    return word
  }

  mutating func integer(_ what: String, _ range: ClosedRange<Int>) throws(ParseFailure) -> Int {
    skipSpace()
    let start = position
    let word = try word(what)
    guard let number = Int(word), range.contains(number) else {
      throw failure(
        "\(what) is a whole number from \(range.lowerBound) to \(range.upperBound), not \(word)",
        at: start)
    }
    return number
  }

  /// A number and its unit.
  private mutating func quantity(
    _ what: String, units: [(String, Double)], bare: Double?, example: String
  ) throws(ParseFailure) -> Double {
    skipSpace()
    let start = position
    let word = try word(what)
    let digits = word.prefix { $0.isNumber || $0 == "." || $0 == "-" || $0 == "+" }
    let unit = String(word.dropFirst(digits.count))
    guard let number = Double(digits), number.isFinite else {
      throw failure("\(what) is a number with its unit, as \(example), not \(word)", at: start)
    }
    if unit.isEmpty, let bare { return number * bare }
    guard let factor = units.first(where: { $0.0.lowercased() == unit.lowercased() })?.1 else {
      let names = units.map(\.0)
      throw failure(
        unit.isEmpty
          ? "\(what) needs its unit (\(names.joined(separator: ", "))), as \(example)"
          : "\(unit) is no unit of \(what) (\(names.joined(separator: ", ")))",
        at: start, nearest: unit.isEmpty ? nil : Nearest.match(unit, in: names))
    }
    return number * factor
  }

  static let timeUnits: [(String, Double)] = [
    ("ns", 1), ("us", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9),
  ]

  /// A time; `signed` ones may be negative.
  mutating func interval(
    _ what: String, signed: Bool = false, minimum: Interval = .zero,
    maximum: Interval = .seconds(86400)
  ) throws(ParseFailure) -> Interval {
    skipSpace()
    let start = position
    let nanoseconds = try quantity(what, units: Self.timeUnits, bare: nil, example: "80ms")
    let least = signed ? Interval.zero - maximum : minimum
    guard nanoseconds <= Double(maximum.nanoseconds), nanoseconds >= Double(least.nanoseconds)
    else {
      throw failure(
        "\(what) is from \(TextForm.interval(least)) to \(TextForm.interval(maximum))", at: start)
    }
    return Interval(nanoseconds: Int64(nanoseconds.rounded()))
  }

  static let sizeUnits: [(String, Double)] = [
    ("B", 1), ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("KiB", 1024), ("MiB", 1_048_576),
  ]

  /// Bytes; a bare number counts bytes.
  mutating func size(_ what: String, _ range: ClosedRange<Int>) throws(ParseFailure) -> Int {
    skipSpace()
    let start = position
    let bytes = try quantity(what, units: Self.sizeUnits, bare: 1, example: "128B")
    guard Double(range.lowerBound) <= bytes, bytes <= Double(range.upperBound) else {
      throw failure("\(what) is from \(range.lowerBound) to \(range.upperBound) bytes", at: start)
    }
    return Int(bytes)
  }

  /// Bytes a second.
  mutating func bandwidth() throws(ParseFailure) -> Double {
    skipSpace()
    let start = position
    let units = Self.sizeUnits.map { ($0.0 + "/s", $0.1) }
    let value = try quantity("a bandwidth", units: units, bare: nil, example: "1MB/s")
    guard value > 0 else { throw failure("a bandwidth is above 0", at: start) }
    return value
  }

  /// A share, 0 to 1, written as a percentage.
  mutating func share(_ what: String) throws(ParseFailure) -> Double {
    skipSpace()
    let start = position
    let value = try quantity(what, units: [("%", 0.01)], bare: nil, example: "10%")
    guard (0...1).contains(value) else { throw failure("\(what) is from 0% to 100%", at: start) }
    return value
  }

  /// Operations a second; a bare number counts them, `max` is a closed loop.
  mutating func rate(_ what: String) throws(ParseFailure) -> Double {
    if takeWord("max") { return .infinity }
    skipSpace()
    let start = position
    let value = try quantity(what, units: [("/s", 1), ("k/s", 1000)], bare: 1, example: "400/s")
    guard value >= 0, value <= 1e9 else {
      throw failure("\(what) is 0 or above, or max", at: start)
    }
    return value
  }

  mutating func plainNumber(
    _ what: String, suffix: String, _ range: ClosedRange<Double>
  ) throws(ParseFailure) -> Double {
    skipSpace()
    let start = position
    let value = try quantity(
      what, units: [(suffix, 1)], bare: suffix == "x" ? 1 : nil, example: "2\(suffix)")
    guard range.contains(value) else {
      throw failure(
        "\(what) is from \(TextForm.number(range.lowerBound))\(suffix) to "
          + "\(TextForm.number(range.upperBound))\(suffix)", at: start)
    }
    return value
  }

  /// A number without a unit.
  mutating func decimal(
    _ what: String, _ range: ClosedRange<Double>
  ) throws(ParseFailure) -> Double {
    skipSpace()
    let start = position
    let word = try word(what)
    let isPlain = word.allSatisfy { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard isPlain, let value = Double(word), range.contains(value) else {
      throw failure(
        "\(what) is a number from \(TextForm.number(range.lowerBound)) to "
          + "\(TextForm.number(range.upperBound)), not \(word)", at: start)
    }
    return value
  }

  static let partWords = ["leader", "follower", "laggard"]

  /// `n3`, or a node by the part it plays.
  mutating func node() throws(ParseFailure) -> NodeReference {
    skipSpace()
    let start = position
    let word = try word("a node")
    switch word {
    case "leader": return .leader
    case "follower": return .follower
    case "laggard": return .laggard
    default:
      guard let node = NodeID(word) else {
        throw failure(
          "\(word) is no node (n1, n2, … or \(Self.partWords.joined(separator: ", ")))", at: start,
          nearest: Nearest.match(word, in: Self.partWords))
      }
      return .node(node)
    }
  }

  /// `A B` or `A -> B`.
  mutating func link() throws(ParseFailure) -> LinkReference {
    let from = try node()
    if takeWord("->") { return .oneWay(from: from, to: try node()) }
    return .both(from, try node())
  }

  mutating func nodeNumber() throws(ParseFailure) -> NodeID {
    skipSpace()
    let start = position
    let word = try word("a node")
    guard let node = NodeID(word) else {
      throw failure("\(word) is no node (n1, n2, …)", at: start)
    }
    return node
  }

  /// `(n2, n3)`, or nothing.
  mutating func nodeList() throws(ParseFailure) -> [NodeID] {
    guard take("(") else { return [] }
    var nodes: [NodeID] = []
    repeat { nodes.append(try nodeNumber()) } while take(",")
    guard take(")") else { throw failure("the parenthesis is never closed") }
    return nodes
  }
}
