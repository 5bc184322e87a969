import Positions

/// How values are written, so that they read back as they were.
enum TextForm {
  /// Bytes, in the greatest unit that they are a whole number of.
  static func size(_ bytes: Int) -> String {
    for (unit, shift) in [("MiB", 20), ("KiB", 10)] where bytes > 0 && bytes % (1 << shift) == 0 {
      return "\(bytes >> shift)\(unit)"
    }
    return "\(bytes)B"
  }

  static func number(_ value: Double) -> String {
    if value == .infinity { return "max" }
    if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
    return "\(value)"
  }

  static func interval(_ interval: Interval) -> String {
    let nanoseconds = interval.nanoseconds
    if nanoseconds == 0 { return "0s" }
    for (unit, factor) in [("s", Int64(1_000_000_000)), ("ms", 1_000_000), ("us", 1_000)]
    where nanoseconds % factor == 0 {
      return "\(nanoseconds / factor)\(unit)"
    }
    return "\(nanoseconds)ns"
  }

  static func share(_ value: Double) -> String { number((value * 1e8).rounded() / 1e6) + "%" }

  static func bandwidth(_ value: Double) -> String {
    if value >= 1e6, value.truncatingRemainder(dividingBy: 1e6) == 0 {
      return number(value / 1e6) + "MB/s"
    }
    if value >= 1e3, value.truncatingRemainder(dividingBy: 1e3) == 0 {
      return number(value / 1e3) + "KB/s"
    }
    return number(value) + "B/s"
  }

  /// Quoted when it would not read back bare.
  static func text(_ value: String) -> String {
    let isPlain = !value.isEmpty && !value.contains { $0.isWhitespace || $0 == "\"" }
    return isPlain ? value : quoted(value)
  }

  /// In quotation marks.
  static func quoted(_ value: String) -> String {
    var quoted = "\""
    for character in value {
      if character == "\"" || character == "\\" { quoted.append("\\") }
      quoted.append(character)
    }
    return quoted + "\""
  }

  /// On one line, and not longer than people read.
  static func legible(_ value: String) -> String {
    let maximum = 60
    let begun = value.unicodeScalars.prefix(maximum)
    let text = begun.map { $0.escaped(asASCII: false) }.joined()
    return begun.count < value.unicodeScalars.count ? text + "…" : text
  }

  static func nodes(_ nodes: [NodeID]) -> String {
    nodes.isEmpty ? "" : " (" + nodes.map(\.description).joined(separator: ", ") + ")"
  }
}
