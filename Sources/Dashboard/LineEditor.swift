import Canvas
import Operations

/// A line that is being typed.
public struct LineEditor: Equatable, Sendable {
  /// The text.
  public var text: [Character] = []
  /// Where the next character goes.
  public var cursor = 0
  /// Lines typed before, oldest first.
  public var history: [String] = []
  var historyPosition: Int?
  var draft: [Character] = []
  /// What could stand here, shown above the line.
  public var candidates: [String] = []
  /// Which of them stands in the line now; nil before Tab has chosen one.
  public internal(set) var chosen: Int?
  /// The line without the word that a candidate replaces.
  var stem: [Character] = []
  /// What is wrong with the line as it was submitted.
  public var failure: ParseFailure?

  /// The most characters of a line.
  private static let maximum = 4000

  /// An empty line.
  public init() {}

  /// The text.
  public var string: String { String(text) }

  mutating func set(_ new: String) {
    text = Array(new.prefix(Self.maximum))
    cursor = text.count
  }

  mutating func clear() {
    text = []
    cursor = 0
    historyPosition = nil
    forget()
  }

  /// What was said about the line as it was.
  private mutating func forget() {
    candidates = []
    chosen = nil
    failure = nil
  }

  /// Takes in pasted text; what ends lines, and tabs, become spaces.
  mutating func paste(_ pasted: String) {
    let clean = pasted.map { $0.isNewline || $0 == "\t" ? " " : $0 }
    let room = max(0, Self.maximum - text.count)
    text.insert(contentsOf: clean.prefix(room), at: cursor)
    cursor += min(room, clean.count)
    forget()
  }

  /// Edits by a key; false when the key edits nothing.
  mutating func edit(_ key: Key) -> Bool {
    switch key {
    case .character(let character):
      guard text.count < Self.maximum else { return true }
      text.insert(character, at: cursor)
      cursor += 1
    case .backspace:
      guard cursor > 0 else { return true }
      cursor -= 1
      text.remove(at: cursor)
    case .delete, .control("d"):
      if cursor < text.count { text.remove(at: cursor) }
    case .left, .control("b"): cursor = max(0, cursor - 1)
    case .right, .control("f"): cursor = min(text.count, cursor + 1)
    case .home, .control("a"): cursor = 0
    case .end, .control("e"): cursor = text.count
    case .control("u"):
      text.removeFirst(cursor)
      cursor = 0
    case .control("k"): text.removeLast(text.count - cursor)
    case .control("w"):
      var start = cursor
      while start > 0, text[start - 1] == " " { start -= 1 }
      while start > 0, text[start - 1] != " " { start -= 1 }
      text.removeSubrange(start..<cursor)
      cursor = start
    default: return false
    }
    forget()
    return true
  }

  mutating func remember(_ line: String) {
    if history.last != line { history.append(line) }
    if history.count > 200 { history.removeFirst() }
  }

  mutating func back() {
    guard !history.isEmpty else { return }
    if historyPosition == nil { draft = text }
    let position = max(0, (historyPosition ?? history.count) - 1)
    historyPosition = position
    set(history[position])
    forget()
  }

  mutating func forward() {
    guard let position = historyPosition else { return }
    if position + 1 < history.count {
      historyPosition = position + 1
      set(history[position + 1])
    } else {
      historyPosition = nil
      text = draft
      cursor = text.count
    }
    forget()
  }

  /// Completes the last word; once it can be no longer, puts one candidate after the other in its
  /// place.
  mutating func complete(step: Int, _ find: (String) -> (words: [String], replacing: Int)) {
    if !candidates.isEmpty, cursor == text.count {
      let next = chosen.map { ($0 + step + candidates.count) % candidates.count }
      let position = next ?? (step > 0 ? 0 : candidates.count - 1)
      chosen = position
      set(String(stem) + candidates[position])
      return
    }
    guard cursor == text.count else { return }
    let (words, replacing) = find(string)
    failure = nil
    chosen = nil
    candidates = words
    stem = Array(text.dropLast(replacing))
    let common = words.count == 1 ? words[0] + " " : Completion.commonPrefix(words)
    if common.count > replacing { set(String(stem) + common) }
    if words.count == 1 { candidates = [] }
  }

  /// The part of the line that fits into `width` columns, and the cursor's column in it.
  func window(_ width: Int) -> (text: String, cursor: Int, skipped: Int) {
    let widths = text.map { Legible.width(String($0)) }
    var start = 0
    var before = widths[..<cursor].reduce(0, +)
    var skipped = 0
    while before >= max(1, width), start < cursor {
      before -= widths[start]
      skipped += widths[start]
      start += 1
    }
    return (String(text[start...]), before, skipped)
  }
}
