/// Something that can be said of a cluster, and holds or not: `n3.applied >= last write`.
public struct Condition: Equatable, Sendable, CustomStringConvertible {
  /// As it was typed.
  public let description: String
  let formula: Formula

  /// Reads a whole text.
  ///
  /// - Throws: what is wrong with it, where, and the nearest word that would be right.
  public static func parse(
    _ text: String, _ scope: ConditionScope
  ) throws(ParseFailure) -> Condition {
    var reader = Reader(text)
    return try parse(&reader, scope)
  }

  /// Reads up to the line's end, or to one of the words `stopsAt`, which stays where it is.
  static func parse(
    _ reader: inout Reader, _ scope: ConditionScope, stopsAt: Set<String> = []
  ) throws(ParseFailure) -> Condition {
    let start = reader.position
    var parser = ConditionParser(reader, scope, stopsAt: stopsAt)
    let formula = try parser.condition()
    reader = parser.reader
    return Condition(description: reader.text(from: start, to: reader.position), formula: formula)
  }

  /// Whether it holds in `snapshot`, with the numbers that were remembered.
  ///
  /// A comparison with a value that nobody knows, as a lag without a leader, is unknown.
  public func truth(in snapshot: ClusterSnapshot, _ names: [String: Quantity] = [:]) -> Truth {
    ConditionFacts(snapshot: snapshot, names: names).truth(formula)
  }

  /// What was there, one line: `lost is 0, n3.lag.time is unknown (nobody leads)`.
  ///
  /// Of all followers it names those that decide.
  public func found(in snapshot: ClusterSnapshot, _ names: [String: Quantity] = [:]) -> String {
    ConditionFindings.text(of: formula, ConditionFacts(snapshot: snapshot, names: names))
  }
}

/// A number that is taken from a cluster: `reads.rate`, `2 * ack.p50 + 5 ms`.
public struct Expression: Equatable, Sendable, CustomStringConvertible {
  /// As it was typed.
  public let description: String
  /// What it counts.
  public let dimension: Quantity.Dimension
  let operand: Operand

  /// Reads a whole text.
  ///
  /// - Throws: what is wrong with it, where, and the nearest word that would be right.
  public static func parse(
    _ text: String, _ scope: ConditionScope
  ) throws(ParseFailure) -> Expression {
    var reader = Reader(text)
    return try parse(&reader, scope)
  }

  /// Reads up to the line's end, or to one of the words `stopsAt`, which stays where it is.
  static func parse(
    _ reader: inout Reader, _ scope: ConditionScope, stopsAt: Set<String> = []
  ) throws(ParseFailure) -> Expression {
    let start = reader.position
    var parser = ConditionParser(reader, scope, stopsAt: stopsAt)
    let (operand, dimension) = try parser.expression()
    reader = parser.reader
    return Expression(
      description: reader.text(from: start, to: reader.position), dimension: dimension,
      operand: operand)
  }

  /// What it is in `snapshot`; nil when nobody knows, or something is divided by nothing.
  public func value(in snapshot: ClusterSnapshot, _ names: [String: Quantity] = [:]) -> Quantity? {
    ConditionFacts(snapshot: snapshot, names: names).value(operand)
  }
}

extension Expression {
  /// Its value where it is a plain number, nil where a cluster is needed to know it.
  public var literal: Quantity? {
    if case .quantity(let quantity) = operand { quantity } else { nil }
  }
}
