import Operations
import Positions

/// Two transcripts of one script side by side: what people are told goes across, what happened stands in
/// its column, in order of time.
public struct TwoColumns {
  /// What was told of one of the two, in order.
  public enum Told: Equatable, Sendable {
    /// It happened.
    case event(Event)
    /// The script said or did it.
    case entry(TranscriptEntry)

    /// When.
    var at: Instant {
      switch self {
      case .event(let event): event.at
      case .entry(let entry): entry.at
      }
    }

    /// Whether both are told it at once.
    var isShared: Bool {
      guard case .entry(let entry) = self else { return false }
      return [.title, .chapter, .say, .ask].contains(entry.kind)
    }

    var lines: [String] {
      switch self {
      case .event(let event): Transcript.line(event).map { [$0] } ?? []
      // What the two clusters are stands above their columns.
      case .entry(let entry) where entry.kind == .cluster: []
      case .entry(let entry): Transcript.lines(entry)
      }
    }
  }

  /// Columns of each side.
  public var width: Int

  /// Columns so wide.
  public init(width: Int = 58) { self.width = width }

  /// The lines of both.
  public func lines(_ left: [Told], _ right: [Told]) -> [String] {
    let (mine, others) = (Self.parts(left), Self.parts(right))
    var lines: [String] = []
    for position in 0..<max(mine.count, others.count) {
      let one = position < mine.count ? mine[position] : nil
      let two = position < others.count ? others[position] : nil
      lines += (one?.shared ?? two?.shared)?.lines ?? []
      lines += rows(one?.own ?? [], two?.own ?? [])
    }
    return lines
  }

  /// A row of both columns.
  public func row(_ left: String, _ right: String) -> String {
    let gap = String(repeating: " ", count: max(0, width - left.count))
    let line = left + gap + " | " + right
    return String(line.reversed().drop { $0 == " " }.reversed())
  }

  /// What is shared, and what each had of its own behind it. Both have the same lines to share.
  private static func parts(_ all: [Told]) -> [(shared: Told?, own: [Told])] {
    var parts: [(shared: Told?, own: [Told])] = [(nil, [])]
    for told in all {
      if told.isShared {
        parts.append((told, []))
      } else {
        parts[parts.count - 1].own.append(told)
      }
    }
    return parts
  }

  /// What happened in both, the earlier first; what came at the same time in the same row.
  private func rows(_ left: [Told], _ right: [Told]) -> [String] {
    var lines: [String] = []
    var (mine, others) = (left[...], right[...])
    while !mine.isEmpty || !others.isEmpty {
      let times = [mine.first?.at, others.first?.at].compactMap { $0 }
      guard let time = times.min() else { break }
      var (one, two): ([String], [String]) = ([], [])
      while let told = mine.first, told.at == time {
        one += told.lines.flatMap(wrapped)
        mine.removeFirst()
      }
      while let told = others.first, told.at == time {
        two += told.lines.flatMap(wrapped)
        others.removeFirst()
      }
      for line in 0..<max(one.count, two.count) {
        lines.append(row(line < one.count ? one[line] : "", line < two.count ? two[line] : ""))
      }
    }
    return lines
  }

  /// A line in pieces that a column holds; pieces after the first are set in.
  private func wrapped(_ line: String) -> [String] {
    guard line.count > width else { return [line] }
    let indent = String(repeating: " ", count: 13)
    var lines: [String] = []
    // What stands before the first word stays where it is.
    let margin = line.prefix { $0 == " " }
    var current = String(margin)
    var isEmpty = true
    for word in line.dropFirst(margin.count).split(separator: " ", omittingEmptySubsequences: false)
    {
      if current.count + word.count + (isEmpty ? 0 : 1) > width, !isEmpty {
        lines.append(current)
        (current, isEmpty) = (indent, true)
      }
      current += (isEmpty ? "" : " ") + word.prefix(max(1, width - indent.count))
      isEmpty = false
    }
    return lines + [current]
  }
}
