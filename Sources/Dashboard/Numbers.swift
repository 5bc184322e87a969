import Positions

/// Numbers as a screen shows them: short, and never wider than they need.
enum Short {
  /// `512`, `1.2k`, `34k`, `5.6M`.
  static func count(_ value: Double) -> String {
    let units: [(Double, String)] = [(1e9, "G"), (1e6, "M"), (1e3, "k")]
    for (factor, unit) in units where value >= factor {
      let scaled = value / factor
      return (scaled < 9.95 ? fixed(scaled, 1) : String(Int(scaled.rounded()))) + unit
    }
    return value < 10 && value != value.rounded() ? fixed(value, 1) : String(Int(value.rounded()))
  }

  /// `512B`, `1.2k`.
  static func bytes(_ value: Int) -> String {
    value < 1000 ? "\(value)B" : count(Double(value))
  }

  /// `34 MiB`, `0.4 MiB`.
  static func mebibytes(_ bytes: Int) -> String {
    let value = Double(bytes) / Double(1 << 20)
    return "\(fixed(value, value < 9.95 ? 1 : 0)) MiB"
  }

  /// `0.4ms`, `12ms`, `1.2s`, `3m`.
  static func milliseconds(_ value: Double) -> String {
    if value < 0.05 { return "0ms" }
    if value < 9.95 { return fixed(value, 1) + "ms" }
    if value < 999.5 { return "\(Int(value.rounded()))ms" }
    if value < 99_500 { return fixed(value / 1000, 1) + "s" }
    return "\(Int((value / 60_000).rounded()))m"
  }

  /// With `places` digits behind the point.
  static func fixed(_ value: Double, _ places: Int) -> String {
    var factor = 1.0
    for _ in 0..<places { factor *= 10 }
    let scaled = Int((abs(value) * factor).rounded())
    let whole = scaled / Int(factor)
    let rest = String(scaled % Int(factor))
    let sign = value < 0 && scaled != 0 ? "-" : ""
    guard places > 0 else { return sign + String(whole) }
    return sign + "\(whole)." + String(repeating: "0", count: places - rest.count) + rest
  }

  /// `03:12`, or with tenths.
  static func clock(_ instant: Instant, tenths: Bool = false) -> String {
    // A clock that is behind may say a time before the beginning.
    if instant < .start {
      return "-" + clock(Instant(nanoseconds: -instant.nanoseconds), tenths: tenths)
    }
    let total = instant.nanoseconds / 100_000_000
    let (minutes, seconds, tenth) = (total / 600, total / 10 % 60, total % 10)
    func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : String(value) }
    return two(minutes) + ":" + two(seconds) + (tenths ? ".\(tenth)" : "")
  }

  /// `12 s`, `3 min`, `2 h 5 min`.
  static func duration(_ interval: Interval) -> String {
    let seconds = Int(interval.seconds.rounded())
    if seconds < 120 { return "\(seconds) s" }
    if seconds < 7200 {
      return "\(seconds / 60) min" + (seconds % 60 == 0 ? "" : " \(seconds % 60) s")
    }
    return "\(seconds / 3600) h \(seconds / 60 % 60) min"
  }

  /// `1 write`, `2,117 writes`.
  static func counted(_ count: Int, _ noun: String) -> String {
    "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")"
  }

  /// `2,117`.
  static func grouped(_ value: Int) -> String {
    var digits = Array(String(value.magnitude))
    var position = digits.count - 3
    while position > 0 {
      digits.insert(",", at: position)
      position -= 3
    }
    return (value < 0 ? "-" : "") + String(digits)
  }
}
