import Operations
import Positions
import Scenarios

/// Lessons that nobody takes: tasks are tried, and it is said what came of it.
extension LessonRunner {
  /// Who stands in for a learner, where nobody is there: steps before the task are done as the lesson's
  /// own solutions say.
  public struct Attempt: Equatable, Sendable {
    /// What is tried at the task.
    public enum Way: Equatable, Sendable {
      /// The lesson's solution.
      case solution
      /// Nothing, for so long.
      case nothing(Interval)
      /// One of the lesson's wrong ways.
      case wrong(Int)
      /// What a learner did since the cluster began.
      case again([LessonDeed])
    }

    /// The step that the attempt is about; it ends there.
    public var step: Int
    public var way: Way

    /// An attempt at a step.
    public init(step: Int, way: Way) {
      self.step = step
      self.way = way
    }
  }

  /// What became of an attempt.
  public enum Verdict: Equatable, Sendable {
    /// The task was done.
    case reached
    /// It was not: what was missing.
    case missed(String)
    /// It could not be tried: a line of the lesson failed.
    case failed(String)
  }

  /// Where the attempt stands at the present task; nil: a learner has it.
  var way: Attempt.Way? {
    guard let attempt else { return nil }
    if case .again = attempt.way { return attempt.way }
    return attempt.step == step ? attempt.way : .solution
  }

  mutating func beginTask(_ task: Task, _ snapshot: ClusterSnapshot) {
    phase = .doing
    narration.said = task.text.map { $0.text(in: snapshot, names) }
    if let from = narration.lesson?.concealment?.from {
      narration.lesson?.concealment?.to = max(from, now)
    }
    narration.lesson?.turn = .acts
    narration.lesson?.hintCount = task.hints.count
    if case .goals(let goals) = task.aim {
      heldSince = Array(repeating: nil, count: goals.count)
      narration.lesson?.goals = goals.map {
        LessonNarration.Goal($0.condition.description, missing: $0.missing, for: $0.time)
      }
    }
    showHints()
    nextJudgement = now
    let script: [ScriptStatement]? =
      switch way {
      case nil, .nothing, .again: nil
      case .solution: task.solution
      case .wrong(let number): task.wrong[number]
      }
    runner = script.map {
      ScriptRunner(Script(statements: $0), name: lesson.name, names: names, begun: now)
    }
    triedAt = script == nil ? now : nil
  }

  /// A look at the task: what holds, and what the attempt does next.
  mutating func watch(_ task: Task, _ snapshot: ClusterSnapshot) -> Direction? {
    // What a learner does between two looks must not move the looks: it is to come the same again.
    if now >= nextJudgement {
      judge(task, snapshot)
      nextJudgement = now + Self.spacing
    }
    guard attempt != nil else {
      return phase == .doing ? .pass(until: nextJudgement) : nil
    }
    if case .again = attempt?.way {
      if phase == .reached || phase == .broken {
        if attempt?.step != step { return nil }
      } else if now < (triedAt ?? now) + Self.longPatience {
        triedAt = toDo.isEmpty ? triedAt ?? now : nil
        return .pass(until: min(nextJudgement, toDo.first?.at ?? .distantFuture))
      }
    }
    if phase == .reached { return finish(.reached) }
    if phase == .broken, case .broken(let why) = narration.lesson?.turn {
      return finish(.missed(why))
    }
    return carryOn(task, snapshot)
  }

  mutating func finish(_ verdict: Verdict) -> Direction? {
    if attempt?.step == step || verdict != .reached {
      self.verdict = verdict
      return nil
    }
    return done()
  }

  mutating func carryOn(_ task: Task, _ snapshot: ClusterSnapshot) -> Direction? {
    while let direction = runner?.direct(snapshot) {
      entries += runner?.takeEntries() ?? []
      switch direction {
      case .beat, .chapter, .begin: continue
      case .perform(.answer(let text)):
        let outcome = answer(filled(text, task, snapshot), snapshot)
        runner?.hear(outcome.isAccepted ? outcome : .note(outcome.text))
        if phase == .reached { return finish(.reached) }
        continue
      case .perform: return direction
      case .pass(let limit): return .pass(until: min(limit, now + Self.spacing))
      case .end: break
      }
      break
    }
    if let failure = runner?.failure {
      // A wrong way may well lead nowhere.
      if case .wrong = way { return finish(.missed(failure.summary)) }
      return finish(.failed(failure.summary))
    }
    let since = triedAt ?? now
    triedAt = since
    let patience: Interval =
      if case .nothing(let time) = way { time } else { Self.patience }
    guard now < since + patience else { return finish(.missed(missing(task))) }
    return .pass(until: now + (runner == nil ? Self.idleSpacing : Self.spacing))
  }

  /// An answer of a script, with what is measured in the place of its braces.
  func filled(_ text: String, _ task: Task, _ snapshot: ClusterSnapshot) -> String {
    guard text.hasPrefix("{"), text.hasSuffix("}"),
      let expression = try? Expression.parse(String(text.dropFirst().dropLast()), task.scope),
      let value = expression.value(in: snapshot, names)
    else { return text }
    return "\(value)"
  }

  func missing(_ task: Task) -> String {
    guard case .goals = task.aim else { return "the answer is not given" }
    let missing = narration.lesson?.goals.filter { !$0.isReached }.map(\.missing) ?? []
    return missing.joined(separator: "; ")
  }
}
