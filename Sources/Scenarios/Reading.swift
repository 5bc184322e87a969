import Operations
import Positions

/// How long an audience needs.
enum Reading {
  /// To see what is announced.
  static let announcement = Interval.milliseconds(1200)

  /// To read a text: a moment to find it, then eighteen characters a second.
  static func time(of text: String) -> Interval {
    .milliseconds(1200 + 55 * text.count)
  }

  /// A time as it is typed: `10s`.
  static func short(_ time: Interval) -> String {
    String(Command.back(time).text.dropFirst("back ".count))
  }

  /// A time in seconds, as it is written in a transcript.
  static func seconds(_ time: Interval) -> String {
    let milliseconds = time.nanoseconds / 1_000_000
    let digits = String(milliseconds % 1000)
    return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - digits.count) + digits
      + " s"
  }
}
