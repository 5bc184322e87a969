/// JSON as text, its keys in the order given.
public indirect enum JSONText {
  /// Nothing.
  case null
  /// True or false.
  case bool(Bool)
  /// A whole number.
  case integer(Int)
  /// A whole number from 0 on.
  case unsigned(UInt64)
  /// A number, written to three decimals; null when it is not finite.
  case number(Double)
  /// A text.
  case string(String)
  /// A list.
  case array([JSONText])
  /// Keys with their values.
  case object([(String, JSONText)])

  /// The number, or null.
  public static func optional(_ value: Double?) -> JSONText { value.map { .number($0) } ?? .null }

  /// The text, or null.
  public static func optional(_ value: String?) -> JSONText { value.map { .string($0) } ?? .null }

  /// The value on one line.
  public var text: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .unsigned(let value): text += String(value)
    case .number(let value):
      // JSON has no word for these.
      guard value.isFinite else { return text += "null" }
      let rounded = (value * 1000).rounded() / 1000
      text +=
        rounded == rounded.rounded() && abs(rounded) < 1e15
        ? String(Int64(rounded)) : "\(rounded)"
    case .string(let value): Self.write(value, to: &text)
    case .array(let values):
      text += "["
      for (position, value) in values.enumerated() {
        if position > 0 { text += "," }
        value.write(to: &text)
      }
      text += "]"
    case .object(let pairs):
      text += "{"
      for (position, pair) in pairs.enumerated() {
        if position > 0 { text += "," }
        Self.write(pair.0, to: &text)
        text += ":"
        pair.1.write(to: &text)
      }
      text += "}"
    }
  }

  private static func write(_ value: String, to text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case "\r": text += "\\r"
      default:
        if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
          let digits = String(scalar.value, radix: 16)
          text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        } else {
          text.unicodeScalars.append(scalar)
        }
      }
    }
    text += "\""
  }
}
