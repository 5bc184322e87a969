/// A number and what it counts, as conditions know it.
public struct Quantity: Equatable, Sendable, CustomStringConvertible {
  /// What is counted.
  public enum Dimension: String, Sendable, CaseIterable {
    /// Things: records, nodes, elections; also a share or a factor.
    case number
    /// Nanoseconds.
    case time
    /// Bytes.
    case bytes
    /// A place in the log, in bytes from its beginning.
    case position
    /// Operations a second.
    case rate
  }

  /// In the dimension's unit: nanoseconds, bytes, operations a second.
  public var value: Double
  /// What is counted.
  public var dimension: Dimension

  /// So much of it.
  public init(_ value: Double, _ dimension: Dimension) {
    self.value = value
    self.dimension = dimension
  }

  /// As people write it: `12.4 ms`, `1,240/s`, `64.0 KB`; a position with all its digits.
  public var description: String {
    switch dimension {
    case .number: Digits.grouped(value, places: 2)
    case .position: Digits.grouped(value, places: 0)
    case .rate: Digits.grouped(value, places: abs(value) < 10 ? 2 : 0) + "/s"
    case .time:
      Digits.scaled(
        value, [(60e9 * 2, 60e9, "min"), (1e9, 1e9, "s"), (1e6, 1e6, "ms"), (1e3, 1e3, "us")], "ns")
    case .bytes: Digits.scaled(value, [(1e9, 1e9, "GB"), (1e6, 1e6, "MB"), (1e3, 1e3, "KB")], "B")
    }
  }
}

extension Quantity.Dimension {
  /// `a time`, for messages.
  var article: String {
    switch self {
    case .number: "a plain number"
    case .time: "a time"
    case .bytes: "a size"
    case .position: "a position"
    case .rate: "a rate"
    }
  }

  /// Sizes and positions are both bytes: they can be compared.
  var isBytes: Bool { self == .bytes || self == .position }

  /// Whether the two can be compared.
  func compares(with other: Self) -> Bool { self == other || (isBytes && other.isBytes) }

  /// The units that a number of this dimension can have, and an example.
  var units: (names: [String], example: String)? {
    switch self {
    case .number: nil
    case .time: (Reader.timeUnits.map(\.0), "5ms")
    case .bytes, .position: (Reader.sizeUnits.map(\.0), "64KB")
    case .rate: (["/s", "k/s"], "900/s")
    }
  }

  /// What a sum or difference is; nil when there is none.
  static func sum(_ left: Self, _ right: Self, subtracting: Bool) -> Self? {
    guard left.compares(with: right) else { return nil }
    if left == right { return left == .position && subtracting ? .bytes : left }
    // A place and a distance give a place; a distance less a place is no place.
    return subtracting && left == .bytes ? .bytes : .position
  }

  /// What a product is; nil when nothing that is known.
  static func product(_ left: Self, _ right: Self) -> Self? {
    switch (left, right) {
    case (.number, let other), (let other, .number): other == .position ? .bytes : other
    case (.rate, .time), (.time, .rate): .number
    default: nil
    }
  }

  /// What a quotient is; nil when nothing that is known.
  static func quotient(_ left: Self, _ right: Self) -> Self? {
    if right == .number { return left == .position ? .bytes : left }
    if left.compares(with: right) { return .number }
    switch (left, right) {
    case (.number, .time): return .rate
    case (.number, .rate): return .time
    default: return nil
    }
  }
}

/// Numbers as people write them.
enum Digits {
  /// `1,240`, `2.5`: at most so many places behind the point, and no zeros at their end.
  static func grouped(_ value: Double, places: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    var text = fixed(value, places)
    if text.contains(".") {
      while text.last == "0" { text.removeLast() }
      if text.last == "." { text.removeLast() }
    }
    return text == "-0" ? "0" : text
  }

  /// `12.4 ms`: in the first of `units` (from, factor, name) that is not too great for it, one place
  /// behind the point; whole in the `least`.
  static func scaled(
    _ value: Double, _ units: [(from: Double, factor: Double, name: String)], _ least: String
  ) -> String {
    guard value.isFinite, abs(value) < 1e24 else { return "\(value) \(least)" }
    for unit in units where abs(value) >= unit.from {
      return fixed(value / unit.factor, 1) + " " + unit.name
    }
    return fixed(value, 0) + " " + least
  }

  /// With so many places behind the point and commas between thousands.
  private static func fixed(_ value: Double, _ places: Int) -> String {
    var factor = 1.0
    for _ in 0..<places { factor *= 10 }
    let scaled = (abs(value) * factor).rounded()
    guard let whole = Int(exactly: scaled) else { return "\(value)" }
    var text = ""
    let digits = String(whole / Int(factor))
    for (position, digit) in digits.enumerated() {
      if position > 0, (digits.count - position).isMultiple(of: 3) { text += "," }
      text.append(digit)
    }
    if places > 0 {
      let rest = String(whole % Int(factor))
      text += "." + String(repeating: "0", count: places - rest.count) + rest
    }
    return value < 0 && whole != 0 ? "-" + text : text
  }
}
