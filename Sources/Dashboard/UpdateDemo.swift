import Canvas
import Operations
import Positions

/// Keys while a script is played: cues, and who has the keys.
extension ViewState {
  /// How long what was asked for is believed before it is seen, in milliseconds.
  private static let patience = 1000

  /// Whether a script is played.
  var isPlayed: Bool { stage != nil }

  /// What lies under all pages.
  var top: Mode {
    switch turn {
    case nil: isPlayed ? .demo : .lab
    case .answers: .question
    default: .lesson
    }
  }

  /// Whether keys mean the panes.
  var isAtTop: Bool { mode.isTop }

  /// Takes note of a script that is played, or no more.
  mutating func settle(_ narration: Narration?) {
    stage = narration?.stage
    turn = narration?.lesson?.turn
    // What was said of the step before says nothing of this one, and its faults can't be undone here.
    if turn != nil, narration?.chapter != knownStep {
      knownStep = narration?.chapter
      toast = nil
    }
    if mode.isTop { mode = top }
    if home.isTop { home = top }
    if keysAsked?.areTaken == (stage == .taken) { keysAsked = nil }
    guard let narration else {
      if pane == .narration { (pane, isFullScreen) = (.lanes, false) }
      return
    }
    // What is said next is seen, wherever one has scrolled to.
    let newest = narration.question ?? narration.said.last ?? ""
    if newest != told { (told, narrationScroll) = (newest, 0) }
  }

  /// What a key asks of the script; nil when it is about something else.
  mutating func cue(_ intent: Intent, _ milliseconds: Int) -> Cue? {
    switch intent {
    case .hint: return .hint
    case .nextStep: return .next
    case .previousChapter: return .previousChapter
    case .nextChapter: return .nextChapter
    case .takeOrGive:
      turnKeys(to: !haveKeys(milliseconds), milliseconds)
      return .takeOrGive
    default: return nil
    }
  }

  /// Whether a person has the keys. A key that follows another at once comes before the script has
  /// answered, and must not give back what was just taken.
  private func haveKeys(_ milliseconds: Int) -> Bool {
    if let keysAsked, milliseconds - keysAsked.since < Self.patience { return keysAsked.areTaken }
    return stage == .taken
  }

  private mutating func turnKeys(to areTaken: Bool, _ milliseconds: Int) {
    keysAsked = KeysAsked(areTaken: areTaken, since: milliseconds)
    show(
      .note(areTaken ? "you have the keys; t gives them back" : "the script has the keys again"),
      at: milliseconds)
  }

  /// Takes the keys from the script before anything is done to the cluster, or is about to be.
  mutating func takingKeys(
    _ actions: [Action], from before: Mode, _ milliseconds: Int
  ) -> [Action] {
    // Whoever learns has them all the time.
    guard isPlayed, turn == nil, !haveKeys(milliseconds) else { return actions }
    guard actions.contains(where: \.takesKeys) || mode != before && isAboutToAct else {
      return actions
    }
    turnKeys(to: true, milliseconds)
    return [.cue(.takeOrGive)] + actions
  }

  /// Whether the next key may do something to the cluster.
  private var isAboutToAct: Bool {
    switch mode {
    case .prompt, .link: true
    case .confirm: question?.action.takesKeys ?? false
    default: false
    }
  }
}

extension Mode {
  /// Whether it is one of the panes'.
  var isTop: Bool {
    switch self {
    case .lab, .demo, .lesson, .question: true
    default: false
    }
  }
}

extension Action {
  /// Whether it does something to the cluster. Pace does not: a script is held and played faster
  /// without taking it out of the script's hands.
  var takesKeys: Bool {
    switch self {
    case .command(.pause), .command(.resume), .command(.speed): false
    case .command: true
    default: false
    }
  }
}
