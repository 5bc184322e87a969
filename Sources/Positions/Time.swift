/// A length of time in nanoseconds.
public struct Interval: Hashable, Comparable, Sendable, AdditiveArithmetic {
  /// Nanoseconds; may be negative.
  public let nanoseconds: Int64

  /// A length of `nanoseconds`.
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// A length of `seconds`, to the nearest nanosecond; what is longer than 292 years is that long.
  public init(seconds: Double) { self.init(rounding: seconds * 1e9) }

  private init(rounding nanoseconds: Double) {
    let whole = nanoseconds.rounded()
    self.nanoseconds = Int64(exactly: whole) ?? (whole > 0 ? .max : whole < 0 ? .min : 0)
  }

  /// No time.
  public static let zero = Interval(nanoseconds: 0)

  /// `count` microseconds.
  public static func microseconds(_ count: Int) -> Interval {
    Interval(nanoseconds: Int64(count) * 1_000)
  }

  /// `count` milliseconds.
  public static func milliseconds(_ count: Int) -> Interval {
    Interval(nanoseconds: Int64(count) * 1_000_000)
  }

  /// `count` seconds.
  public static func seconds(_ count: Int) -> Interval {
    Interval(nanoseconds: Int64(count) * 1_000_000_000)
  }

  /// The length in seconds.
  public var seconds: Double { Double(nanoseconds) / 1e9 }

  /// The length in milliseconds.
  public var milliseconds: Double { Double(nanoseconds) / 1e6 }

  /// The length times `factor`, to the nearest nanosecond.
  public func scaled(by factor: Double) -> Interval {
    Interval(rounding: Double(nanoseconds) * factor)
  }

  public static func + (left: Interval, right: Interval) -> Interval {
    Interval(nanoseconds: left.nanoseconds + right.nanoseconds)
  }

  public static func - (left: Interval, right: Interval) -> Interval {
    Interval(nanoseconds: left.nanoseconds - right.nanoseconds)
  }

  public static func < (left: Interval, right: Interval) -> Bool {
    left.nanoseconds < right.nanoseconds
  }
}

/// A moment: nanoseconds since the cluster began.
public struct Instant: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Nanoseconds since the cluster began.
  public let nanoseconds: Int64

  /// The moment `nanoseconds` after the beginning.
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// The cluster's beginning.
  public static let start = Instant(nanoseconds: 0)

  /// Later than anything that happens.
  public static let distantFuture = Instant(nanoseconds: .max)

  /// The time since the cluster began.
  public var sinceStart: Interval { Interval(nanoseconds: nanoseconds) }

  public static func + (left: Instant, right: Interval) -> Instant {
    let (sum, overflow) = left.nanoseconds.addingReportingOverflow(right.nanoseconds)
    return Instant(nanoseconds: overflow ? .max : sum)
  }

  public static func - (left: Instant, right: Interval) -> Instant {
    Instant(nanoseconds: left.nanoseconds - right.nanoseconds)
  }

  public static func - (left: Instant, right: Instant) -> Interval {
    Interval(nanoseconds: left.nanoseconds - right.nanoseconds)
  }

  public static func < (left: Instant, right: Instant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// Minutes, seconds and milliseconds, `03:12.045`; hours stand before them once there are any.
  public var description: String {
    // Clocks that are behind may say a time before the beginning.
    if nanoseconds < 0 {
      return "-" + Instant(nanoseconds: nanoseconds == .min ? .max : -nanoseconds).description
    }
    let total = nanoseconds / 1_000_000
    let (hours, minutes) = (total / 3_600_000, total / 60_000 % 60)
    let (seconds, millis) = (total / 1_000 % 60, total % 1_000)
    func padded(_ value: Int64, _ width: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let tail = "\(padded(minutes, 2)):\(padded(seconds, 2)).\(padded(millis, 3))"
    return hours > 0 ? "\(hours):\(tail)" : tail
  }
}
