import Positions

/// What a learner is asked for, and how far it has come.
public struct LessonNarration: Equatable, Sendable {
  /// Whose turn it is.
  public enum Turn: Equatable, Sendable {
    /// The learner reads; PageDown goes on.
    case reads
    /// The learner answers a question: the number of a choice, or a number.
    case answers
    /// The cluster is set up, or something happens that was predicted.
    case watches
    /// The learner has a task.
    case acts
    /// The task is done; PageDown goes on.
    case reached
    /// The task can't be done any more: why.
    case broken(String)
    /// The lesson is over.
    case over
  }

  /// What must come true.
  public struct Goal: Equatable, Sendable {
    /// The condition, as it is typed.
    public var text: String
    /// What is still missing, in words.
    public var missing: String
    /// Whether it holds now.
    public var holds: Bool
    /// How long it must hold without a break, and how long it has; nil: a moment will do.
    public var wanted: Interval?
    public var held: Interval

    /// A goal that does not hold yet.
    public init(_ text: String, missing: String, for wanted: Interval? = nil) {
      self.text = text
      self.missing = missing
      holds = false
      self.wanted = wanted
      held = .zero
    }

    /// Whether it is reached.
    public var isReached: Bool { holds && wanted.map { held >= $0 } ?? true }
  }

  /// Which lesson of the course it is, from 1, and how many there are; 0 where it is none of the course.
  public var number = 0
  public var count = 0
  /// Whose turn it is.
  public var turn = Turn.reads
  /// Whether there is a cluster to look at; before the first there is only text.
  public var hasCluster = false
  /// What can be answered, in order.
  public var choices: [String] = []
  /// What the task wants.
  public var goals: [Goal] = []
  /// The hints that were given, and how many there are.
  public var hints: [String] = []
  public var hintCount = 0
  /// What came of the learner's latest read or write, one line; nil before the first.
  public var heard: String?
  /// What was done without telling; nil: nothing, or it was found.
  public var concealment: Concealment?
  /// The part of the course, and the minutes that a class needs.
  public var part = ""
  public var minutes = 0
  /// What mattered of what happened, in order.
  public var events: [Event] = []
  /// How it went so far: whether all tasks are done, answers and new beginnings, hints, predictions that
  /// were right and all that were made.
  public var isDone = false
  public var tries = 0
  public var hintsUsed = 0
  public var right = 0
  public var predicted = 0
  /// How the tasks were done that are.
  public var solutions: [LessonSolution] = []

  /// Nothing is asked yet.
  public init() {}
}
