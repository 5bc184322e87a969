/// What a person types keys at; each mode has a table of its own, so that no key means two things.
public enum Mode: Equatable, Sendable {
  /// The lab's panes.
  case lab
  /// The same panes while a script is played.
  case demo
  /// The same panes while a lesson is given.
  case lesson
  /// The same panes while a lesson waits for an answer.
  case question
  /// After `p`, `d` or `o`: which link?
  case link(LinkIntent)
  /// The `:` prompt.
  case prompt
  /// The `/` prompt.
  case filter
  /// The page of keys.
  case help
  /// One node's page.
  case node
  /// The page of lost writes.
  case lost
  /// The page on which one of a key's siblings is chosen.
  case siblings
  /// The page of what a preset's own tools show.
  case system
  /// The page that sets two endings of one run side by side.
  case compare
  /// `y/N`.
  case confirm
}

/// What is to be done to the link that is named next.
public struct LinkIntent: Equatable, Sendable {
  /// What a link suffers.
  public enum Fault: Equatable, Sendable {
    /// It is cut, or mended.
    case part
    /// Latency, a step more each time.
    case delay
    /// Loss, a step more each time.
    case loss
  }

  /// Which of a link's directions.
  public enum Direction: Equatable, Sendable {
    /// From the selected node.
    case outgoing
    /// To the selected node.
    case incoming
  }

  /// What it suffers.
  public var fault: Fault
  /// Which way; nil: both.
  public var direction: Direction?

  /// A fault of the links that are named next.
  public init(_ fault: Fault, _ direction: Direction? = nil) {
    self.fault = fault
    self.direction = direction
  }
}

/// What a key does.
public enum Intent: Equatable, Sendable {
  case up, down, first, last
  case selectDigit, selectNone
  case nextPane, previousPane, open, back
  case help, prompt, filter, lostWrites
  case pause, step, slower, faster
  case backInTime, forwardInTime, leapBack, leapForward, previousMark, nextMark, begin, end
  case fork, compare
  case kill, restart, freeze
  case part, heal, delay, loss
  case policy, workload
  case siblings, watch, system
  case forceFailover, switchover
  case undo, redo
  case nextStep, previousChapter, nextChapter, takeOrGive
  case hint, check, again, answerDigit, answer, nextMoment
  case fullScreen, record, redraw, quit, interrupt, suspend
  case linkDigit, linkAll, linkOut, linkIn
  case yes, no
  case submit, complete, completeBack, historyBack, historyForward
}
