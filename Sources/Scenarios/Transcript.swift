import Operations
import Positions

/// What was played, as text for people: narration in full, commands with what came of them, and what was
/// there when something was expected.
public enum Transcript {
  /// The lines of an entry.
  public static func lines(_ entry: TranscriptEntry) -> [String] {
    var parts = entry.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let head = parts.isEmpty ? "" : parts.removeFirst()
    // What was expected and found in the same words is told once.
    parts.removeAll { $0 == head }
    func rest(_ mark: String) -> [String] { parts.map { "           \(mark)\($0)" } }
    switch entry.kind {
    case .title: return [head, String(repeating: "=", count: head.count), ""]
    case .cluster: return ["\(time(entry.at))  \(head)"] + rest("")
    case .chapter: return ["", head, String(repeating: "-", count: head.count)]
    case .say: return wrapped(head, indent: "           ")
    case .ask: return wrapped("? " + head, indent: "           ")
    case .command: return ["\(time(entry.at))  > \(head)"] + rest("  ")
    case .let: return ["\(time(entry.at))  = \(head)"]
    case .wait: return ["\(time(entry.at))  . \(head)"]
    case .holds: return ["\(time(entry.at))  ✓ \(head)"] + rest("  ")
    case .failed: return ["\(time(entry.at))  ✗ \(head)"] + rest("  ")
    }
  }

  /// The line of an event; nil for those that a transcript leaves out: commands and their faults are told
  /// as such, and clients' own operations are too many.
  public static func line(_ event: Event) -> String? {
    switch event.kind {
    case .election, .log, .finding, .violation: "\(time(event.at))    \(event.text)"
    case .command, .fault, .clients, .note: nil
    }
  }

  /// An entry as one JSON object.
  public static func json(_ entry: TranscriptEntry) -> String {
    JSONText.object([
      (
        "step",
        .object([
          ("at", .number(entry.at.sinceStart.seconds)), ("kind", .string(entry.kind.rawValue)),
          ("text", .string(entry.text)),
        ])
      )
    ]).text
  }

  /// Seconds and milliseconds, nine columns wide.
  private static func time(_ instant: Instant) -> String {
    let text = String(Reading.seconds(instant.sinceStart).dropLast(2))
    return String(repeating: " ", count: max(0, 9 - text.count)) + text
  }

  private static func wrapped(_ text: String, indent: String) -> [String] {
    var lines: [String] = []
    var line = indent
    for word in text.split(separator: " ") {
      if line.count + 1 + word.count > 100, line != indent {
        lines.append(line)
        line = indent
      }
      line += line == indent ? String(word) : " " + word
    }
    return lines + [line]
  }
}
