import Canvas
import Operations
import Positions

/// What a key asks of whoever runs the screen.
public enum Action: Equatable, Sendable {
  /// Hand a command to the engine.
  case command(Command)
  /// End the program.
  case quit
  /// Draw everything again.
  case redraw
  /// Stop the process until it is continued.
  case suspend
}

/// The panes that can be focused.
public enum Pane: Int, CaseIterable, Sendable {
  case lanes, links, clients, events
}

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
  /// What is wrong with the line as it was submitted.
  public var failure: ParseFailure?

  /// An empty line.
  public init() {}

  /// The text.
  public var string: String { String(text) }

  mutating func set(_ new: String) {
    text = Array(new)
    cursor = text.count
  }

  mutating func clear() {
    text = []
    cursor = 0
    historyPosition = nil
    candidates = []
    failure = nil
  }

  /// Edits by a key; false when the key edits nothing.
  mutating func edit(_ key: Key) -> Bool {
    switch key {
    case .character(let character):
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
    candidates = []
    failure = nil
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
  }
}

/// Everything about the screen that is not the cluster's: selection, mode, prompt, toast.
public struct ViewState: Equatable, Sendable {
  /// What keys mean now.
  public var mode = Mode.lab
  /// The selected node.
  public var selected: NodeID?
  /// The focused pane.
  public var pane = Pane.lanes
  /// Whether the focused pane stands alone.
  public var isFullScreen = false
  /// Events scrolled back from the newest.
  public var eventsBack = 0
  /// Only events that contain this are shown.
  public var filter = ""
  /// The `:` line.
  public var prompt = LineEditor()
  /// The `/` line.
  public var filterLine = LineEditor()
  /// The selected row of the help page.
  public var helpRow = 0
  /// What `y` would do, and the question.
  public var question: (Command, String)?
  /// The newest outcome.
  public var toast: Toast?
  /// The last key, for the audience.
  public var lastKey = ""

  /// A line that goes away by itself.
  public struct Toast: Equatable, Sendable {
    /// How it is meant.
    public enum Kind: Equatable, Sendable { case done, note, refused }
    public var kind: Kind
    public var text: String
    /// Frames' clock when it was shown, in milliseconds.
    public var since: Int
  }

  /// How long a toast stays, in milliseconds.
  public static let toastTime = 5000

  /// The lab's panes, the first node selected.
  public init() { selected = NodeID(1) }

  /// Shows a command's outcome.
  public mutating func show(_ outcome: CommandOutcome, at milliseconds: Int) {
    switch outcome {
    case .done(let text): toast = Toast(kind: .done, text: text, since: milliseconds)
    case .note(let text): toast = Toast(kind: .note, text: text, since: milliseconds)
    case .refused(let text): toast = Toast(kind: .refused, text: text, since: milliseconds)
    }
  }

  /// Lets an old toast go; true when the screen changes.
  public mutating func tick(_ milliseconds: Int) -> Bool {
    guard let toast, milliseconds - toast.since > Self.toastTime else { return false }
    self.toast = nil
    return true
  }

  public static func == (left: ViewState, right: ViewState) -> Bool {
    left.mode == right.mode && left.selected == right.selected && left.pane == right.pane
      && left.isFullScreen == right.isFullScreen && left.eventsBack == right.eventsBack
      && left.filter == right.filter && left.prompt == right.prompt
      && left.filterLine == right.filterLine && left.helpRow == right.helpRow
      && left.question?.0 == right.question?.0 && left.toast == right.toast
      && left.lastKey == right.lastKey
  }
}
