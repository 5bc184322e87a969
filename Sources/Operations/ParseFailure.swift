/// What is wrong with a text, where, and what would be right.
public struct ParseFailure: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file, as it was named; empty where there is none.
  public var file = ""
  /// The line, from 1.
  public var line: Int
  /// The column, from 1.
  public var column: Int
  /// The line's text.
  public var source: String
  /// What is wrong.
  public var message: String
  /// The nearest word that would be right.
  public var nearest: String?

  /// A failure.
  public init(
    line: Int = 1, column: Int, source: String, message: String, nearest: String? = nil
  ) {
    self.line = line
    self.column = column
    self.source = source
    self.message = message
    self.nearest = nearest
  }

  /// One line, without the place.
  public var description: String { message + (nearest.map { "; did you mean \($0)?" } ?? "") }

  /// Three lines: place and message, the source, a caret under the place.
  public var located: [String] {
    [
      "\(file.isEmpty ? "" : file + ":")\(line):\(column): \(self)", "  " + source,
      "  " + String(repeating: " ", count: max(0, column - 1)) + "^",
    ]
  }
}

/// Finds what a person may have meant.
public enum Nearest {
  /// The word of `words` that is nearest to `word`; nil when none is near.
  public static func match(_ word: String, in words: [String]) -> String? {
    let lower = word.lowercased()
    if let begun = words.first(where: { lower.count >= 2 && $0.hasPrefix(lower) }) { return begun }
    let scored = words.map { ($0, distance(Array(lower.utf8), Array($0.utf8))) }
    guard let best = scored.min(by: { $0.1 < $1.1 }) else { return nil }
    return best.1 <= max(1, (word.count + 1) / 3) ? best.0 : nil
  }

  /// Insertions, deletions, substitutions and swaps of neighbours from one word to another.
  static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    if left.isEmpty || right.isEmpty { return left.count + right.count }
    var before: [Int] = []
    var last = Array(0...right.count)
    for (row, a) in left.enumerated() {
      var next = [row + 1]
      for (column, b) in right.enumerated() {
        var cost = min(last[column + 1] + 1, next[column] + 1, last[column] + (a == b ? 0 : 1))
        if row > 0, column > 0, a == right[column - 1], left[row - 1] == b {
          cost = min(cost, before[column - 1] + 1)
        }
        next.append(cost)
      }
      before = last
      last = next
    }
    return last[right.count]
  }
}
