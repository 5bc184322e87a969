import Operations
import Positions
import Scenarios

/// What a learner does: noted, so that it can be done again.
extension LessonRunner {
  public mutating func noticed(_ command: Command, at moment: Instant) -> Bool {
    guard isTaught else { return false }
    switch command {
    case .back, .forward, .goTo, .pause, .resume, .speed, .step, .save, .fork, .answer: return false
    default: break
    }
    deeds.append(LessonDeed(at: moment, .command(command)))
    switch command {
    case .read, .change, .choose: requested = command
    default: break
    }
    return true
  }

  /// Tells what came of the latest read or write, which else is one event among many.
  mutating func listen(_ snapshot: ClusterSnapshot) {
    guard let requested else { return }
    let (isAnswered, text) = snapshot.answer(to: requested)
    // A read's answer names its node already.
    let what = if case .read(let key, _) = requested { "read \(key)" } else { requested.text }
    narration.lesson?.heard = "\(what): \(text)"
    if isAnswered { self.requested = nil }
  }

  /// Notes an answer, or that the learner goes on.
  mutating func note(_ act: LessonDeed.Act) {
    if isTaught { deeds.append(LessonDeed(at: now, act)) }
  }

  /// A task was done: how, so that it can be done again.
  mutating func noteSolution() {
    guard isTaught, case .task(let task) = lesson.steps[step] else { return }
    let solution = LessonSolution(step: step, task: task.heading, seed: seed, deeds: deeds)
    narration.lesson?.solutions.removeAll { $0.step == step }
    narration.lesson?.solutions.append(solution)
  }

  /// Does again what was done at this moment; nil: nothing was.
  mutating func again(_ snapshot: ClusterSnapshot) -> Direction? {
    while let deed = toDo.first, deed.at <= now {
      switch (phase, deed.act) {
      case (.doing, .command(.answer(let text))):
        toDo.removeFirst()
        _ = answer(text, snapshot)
      case (.doing, .command(let command)), (.reached, .command(let command)),
        (.broken, .command(let command)), (.told, .command(let command)),
        (.reading, .command(let command)):
        toDo.removeFirst()
        return .perform(command)
      case (.reached, .next), (.doing, .next), (.broken, .next):
        toDo.removeFirst()
        // At the step that it is about there is nothing to go on to.
        if attempt?.step != step { phase = .left }
      default: return nil
      }
    }
    return nil
  }
}
