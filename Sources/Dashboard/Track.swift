import Canvas
import Operations
import Positions

/// The scrubber's line as geometry: which column is which moment, and what is marked there.
struct Track {
  /// A line of its own, or a rule, the marks, the line and what is said about the moment.
  static func rows(on rows: Int) -> Int { rows >= 34 ? 4 : 1 }

  /// The cells from the history's beginning to its end.
  let line: Rect
  /// The earliest moment that one can go back to.
  let begin: Instant
  /// The latest moment that was reached.
  let end: Instant
  /// The mark that a column shows, by column from the line's left.
  let marks: [Int: HistoryMark]

  /// The track in the rows that the scrubber has.
  init(_ history: HistorySnapshot, in rect: Rect) {
    (begin, end) = (history.begin, history.end)
    let left = 2 + Short.clock(begin).count
    let right = 2 + Short.clock(end).count
    line = Rect(
      x: rect.x + left, y: rect.bottom - (rect.height > 2 ? 2 : 1),
      width: max(1, rect.width - left - right), height: 1)
    var marks: [Int: HistoryMark] = [:]
    for mark in history.worthGoing {
      let column = Self.column(of: mark.at, begin, end, line.width)
      if mark.kind.rank > marks[column]?.kind.rank ?? 0 { marks[column] = mark }
    }
    self.marks = marks
  }

  private static func column(
    of moment: Instant, _ begin: Instant, _ end: Instant, _ width: Int
  ) -> Int {
    let span = (end - begin).seconds
    guard span > 0 else { return 0 }
    let share = (moment - begin).seconds / span
    return max(0, min(width - 1, Int((share * Double(width - 1)).rounded())))
  }

  /// The column of a moment; what lies outside the history is at its nearer end.
  func column(of moment: Instant) -> Int { Self.column(of: moment, begin, end, line.width) }

  /// The moment that a click on a column means: its mark's own, or the column's.
  func moment(at column: Int) -> Instant {
    if let mark = marks[column] { return mark.at }
    guard line.width > 1, column > 0 else { return begin }
    guard column < line.width - 1 else { return end }
    return begin + (end - begin).scaled(by: Double(column) / Double(line.width - 1))
  }
}

extension Event.Kind {
  /// How much a mark in a history is worth a column; 0: it has none.
  var rank: Int {
    switch self {
    case .violation: 4
    case .finding: 3
    case .election: 2
    case .command, .fault: 1
    case .log, .clients, .note: 0
    }
  }
}

extension HistorySnapshot {
  /// The marks that are worth going to: a node that asks for votes again and again is marked once.
  var worthGoing: [HistoryMark] {
    var recent: [String] = []
    return marks.filter { mark in
      guard mark.kind.rank > 0 else { return false }
      guard mark.kind == .election else { return true }
      let isRepeated = recent.contains(mark.text)
      recent = recent.suffix(5) + [mark.text]
      return !isRepeated
    }
  }
}

extension ClusterSnapshot {
  /// Whether later moments than this one were reached.
  var isPast: Bool { history.map { at < $0.end } ?? false }
}
