import Operations
import Positions
import Scenarios

/// Setups, what was predicted, and what is hidden: scripts that a lesson plays.
extension LessonRunner {
  mutating func startPlay(_ lines: [ScriptStatement]) -> Direction? {
    narration.lesson?.turn = .watches
    narration.said = [narration.question, chosenText].compactMap { $0 }
    narration.question = nil
    narration.lesson?.choices = []
    runner = ScriptRunner(
      Script(statements: lines), name: lesson.name, names: names, begun: now)
    phase = .playing
    return nil
  }

  mutating func play(_ step: Lesson.Step, _ snapshot: ClusterSnapshot) -> Direction? {
    // Nobody learns from a setup: it goes as fast as one can still see.
    if isHurrying {
      isHurrying = false
      return .perform(.speed(Self.setupSpeed))
    }
    let isShown = if case .predict = step { attempt == nil } else { false }
    while let direction = runner?.direct(snapshot) {
      narration.next = runner?.narration.next
      narration.waiting = runner?.narration.waiting
      entries += runner?.takeEntries() ?? []
      switch direction {
      case .beat where !isShown, .chapter: continue
      case .end: break
      default: return direction
      }
      break
    }
    narration.next = nil
    narration.waiting = nil
    names = runner?.names ?? names
    if let failure = runner?.failure {
      verdict = .failed(failure.summary)
      narration.said = ["The lesson itself failed here: \(failure.summary)"]
      return nil
    }
    runner = nil
    switch step {
    case .predict(let prediction): return tell(prediction, snapshot)
    case .task(let task): beginTask(task, snapshot)
    default: _ = done()
    }
    return .perform(.speed(1))
  }

  mutating func fail(_ why: String) { verdict = .failed(why) }

  /// Whether a learner is there.
  var isTaught: Bool { attempt == nil }

  /// What is done from here on is not shown, until it is found.
  mutating func conceal(_ task: Task, _ snapshot: ClusterSnapshot) {
    let commands = task.hidden.compactMap { line in
      if case .command(let command, _) = line.action { command } else { nil }
    }
    // What is done is done a moment later than it is looked at first.
    narration.lesson?.concealment = Concealment(
      commands, from: now, to: .distantFuture, knobs: snapshot.knobs)
  }

  /// The prediction, in the learner's words.
  var chosenText: String? {
    guard case .predict(let prediction) = lesson.steps[step] else { return nil }
    switch (chosen, prediction.answers) {
    case (.choice(let number), .choices(let choices)): return "You said: \(choices[number].text)"
    case (.number(let number), _): return "You said: \(number)"
    default: return nil
    }
  }
}
