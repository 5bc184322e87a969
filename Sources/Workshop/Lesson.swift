import Operations
import Positions

/// A lesson: pages to read, a cluster, questions and tasks, one behind the other.
public struct Lesson: Equatable, Sendable {
  /// The parts of the course, in order.
  public enum Part: String, CaseIterable, Sendable {
    case why
    case leader
    case failover
    case many
    case none
    case consistency

    /// As people read it.
    public var title: String {
      switch self {
      case .why: "Why replicate"
      case .leader: "Leader and followers"
      case .failover: "Failover"
      case .many: "Many leaders"
      case .none: "No leader"
      case .consistency: "What this means for consistency"
      }
    }
  }

  /// One of its steps.
  public enum Step: Equatable, Sendable {
    /// A screen of text.
    case page(heading: String, [Prose])
    /// A fresh cluster and what is done to it first.
    case setup([ScriptStatement])
    case predict(Prediction)
    case task(Task)
    /// Why it came so, and the events that mattered.
    case explain([Prose], Mattering)
  }

  /// What it is called: `two-leaders`.
  public var name: String
  /// Its title.
  public var title: String
  /// The part that it belongs to.
  public var part: Part
  /// How many minutes a class needs.
  public var minutes: Int
  /// The demo that goes with it; nil: none does.
  public var demo: String?
  /// The incident or the system that it is about.
  public var real: String
  /// Where that can be read.
  public var source: String
  /// Its steps.
  public var steps: [Step]

  /// Its tasks, with the number of their step.
  public var tasks: [(step: Int, task: Task)] {
    steps.enumerated().compactMap { step in
      if case .task(let task) = step.element { (step.offset, task) } else { nil }
    }
  }
}

/// A question that is answered before anything moves, and what then happens.
public struct Prediction: Equatable, Sendable {
  /// One of the answers to choose from.
  public struct Choice: Equatable, Sendable {
    /// The answer.
    public var text: String
    /// What must be true of the cluster afterwards for it to be right.
    public var condition: Condition
    /// What is said to whoever chose it; empty: nothing.
    public var why: [Prose]
  }

  /// How it is answered.
  public enum Answers: Equatable, Sendable {
    case choices([Choice])
    /// A number, and how far off it may be.
    case number(Expression, Tolerance)
  }

  /// The question.
  public var question: String
  /// How it is answered.
  public var answers: Answers
  /// What then happens.
  public var play: [ScriptStatement]
  /// What is said to all afterwards.
  public var because: [Prose]
}

/// How far an answer may be off.
public enum Tolerance: Equatable, Sendable {
  /// By a share of the right one.
  case share(Double)
  /// By so much, in the unit of the quantity.
  case amount(Double)

  /// Whether an answer is near enough.
  public func accepts(_ answer: Quantity, for right: Quantity) -> Bool {
    let off = abs(answer.value - right.value)
    switch self {
    case .share(let share): return off <= share * abs(right.value)
    case .amount(let amount): return off <= amount
    }
  }
}

/// Something to reach.
public struct Task: Equatable, Sendable {
  /// How it is reached.
  public enum Aim: Equatable, Sendable {
    /// All goals hold at the same time.
    case goals([Goal])
    /// A command is named: these words, whatever amounts follow.
    case diagnosis([String])
    /// A number is read off the screen.
    case number(Expression, Tolerance)
  }

  /// A condition that must come true.
  public struct Goal: Equatable, Sendable {
    /// The condition.
    public var condition: Condition
    /// How long it must hold without a break; nil: a moment will do.
    public var time: Interval?
    /// What is said while it does not hold.
    public var missing: String
  }

  /// A condition that must not come true before all goals have.
  public struct Taboo: Equatable, Sendable {
    /// The condition.
    public var condition: Condition
    /// What is said when it does.
    public var broken: String
  }

  /// What to reach, in words.
  public var heading: String
  /// How it is begun.
  public var text: [Prose]
  /// What is done to the cluster first, without being shown.
  public var hidden: [ScriptStatement]
  /// How it is reached.
  public var aim: Aim
  /// What ends the task.
  public var taboos: [Taboo]
  /// Three, each saying more.
  public var hints: [String]
  /// A script that reaches it.
  public var solution: [ScriptStatement]
  /// Scripts that do not.
  public var wrong: [[ScriptStatement]]
  /// What answers in these scripts may name.
  public var scope: ConditionScope
}

/// Which events of a run mattered: kinds, and parts of texts.
public struct Mattering: Equatable, Sendable {
  public var kinds: Set<Event.Kind>
  public var texts: [String]

  /// These kinds, and events whose texts contain one of these.
  public init(kinds: Set<Event.Kind> = [], texts: [String] = []) {
    self.kinds = kinds
    self.texts = texts
  }

  /// Whether an event did.
  public func includes(_ event: Event) -> Bool {
    kinds.contains(event.kind) || texts.contains { event.text.contains($0) }
  }
}

/// A paragraph in which `{expressions}` stand for what is measured.
public struct Prose: Equatable, Sendable {
  enum Piece: Equatable, Sendable {
    case text(String)
    case value(Expression)
  }

  var pieces: [Piece]

  /// The paragraph, as the cluster stands.
  public func text(
    in snapshot: ClusterSnapshot?, _ names: [String: Quantity] = [:]
  ) -> String {
    pieces.map { piece in
      switch piece {
      case .text(let text): text
      case .value(let expression):
        snapshot.flatMap { expression.value(in: $0, names) }.map(Self.text) ?? "?"
      }
    }.joined()
  }

  /// A number as a sentence has it: what is shorter than a millisecond is just that.
  private static func text(_ quantity: Quantity) -> String {
    let isShort = quantity.dimension == .time && (0..<1e6).contains(quantity.value)
    return isShort ? "less than 1 ms" : "\(quantity)"
  }
}
