import Operations
import Positions
import Scenarios

/// Questions and tasks: what is asked, what is answered, what holds.
extension LessonRunner {
  // MARK: Predictions

  mutating func ask(_ prediction: Prediction) -> Direction? {
    narration.question = prediction.question
    narration.lesson?.turn = .answers
    if case .choices(let choices) = prediction.answers {
      narration.lesson?.choices = choices.map(\.text)
    }
    phase = .asking
    guard isTaught else {
      phase = .answered
      return nil
    }
    return .beat(nil)
  }

  /// Says whether the answer was right, by what the cluster shows now.
  mutating func tell(_ prediction: Prediction, _ snapshot: ClusterSnapshot) -> Direction? {
    var said: [String] = []
    switch prediction.answers {
    case .choices(let choices):
      let right = choices.indices.filter {
        choices[$0].condition.truth(in: snapshot, names) == .holds
      }
      // The lesson says what can come; its tests see that exactly one does.
      if !isTaught, right.count != 1 {
        fail("\(right.count) of the choices hold after the play")
        return nil
      }
      if case .choice(let number) = chosen {
        tallies[step].wasRight = right.contains(number)
        said.append("You said: \(choices[number].text)")
        if !right.contains(number) {
          said.append(
            "It came otherwise: \(right.first.map { choices[$0].text } ?? "none of these")")
        }
        said += choices[number].why.map { $0.text(in: snapshot, names) }
      }
    case .number(let expression, let tolerance):
      guard let value = expression.value(in: snapshot, names) else {
        fail("\(expression) is not known after the play")
        return nil
      }
      if case .number(let number) = chosen {
        let isRight = tolerance.accepts(number, for: value)
        tallies[step].wasRight = isRight
        said.append(
          "You said \(number), and it is \(value)\(isRight ? ": right." : ".")")
      }
    }
    narration.said = said + prediction.because.map { $0.text(in: snapshot, names) }
    narration.lesson?.turn = .reads
    phase = .told
    return isTaught ? .beat(nil) : nil
  }

  // MARK: Answers

  public mutating func answer(_ text: String, _ snapshot: ClusterSnapshot) -> CommandOutcome {
    guard lesson.steps.indices.contains(step) else { return .refused("nothing is asked now") }
    now = snapshot.at
    switch (phase, lesson.steps[step]) {
    case (.asking, .predict(let prediction)): return predict(prediction, text)
    case (.doing, .task(let task)): return answer(text, to: task, snapshot)
    default: return .refused("nothing is asked now")
    }
  }

  private mutating func predict(_ prediction: Prediction, _ text: String) -> CommandOutcome {
    switch prediction.answers {
    case .choices(let choices):
      guard let number = Int(text.trimmed), choices.indices.contains(number - 1) else {
        return .refused("the answers are 1 to \(choices.count)")
      }
      chosen = .choice(number - 1)
    case .number(let expression, _):
      do { chosen = .number(try Quantity.answer(text, expression.dimension)) } catch {
        return .refused(error.message)
      }
    }
    tallies[step].tries += 1
    phase = .answered
    return .done("now see")
  }

  private mutating func answer(
    _ text: String, to task: Task, _ snapshot: ClusterSnapshot
  ) -> CommandOutcome {
    let isRight: Bool
    switch task.aim {
    case .goals: return .refused("this task is done, not answered")
    case .diagnosis(let wanted):
      let words = Answer.words(text)
      if let problem = Answer.problem(of: words) { return .refused(problem) }
      isRight = Answer.names(words, wanted)
    case .number(let expression, let tolerance):
      guard let value = expression.value(in: snapshot, names) else {
        return .refused("nobody can know that now")
      }
      do {
        let number = try Quantity.answer(text, expression.dimension)
        isRight = tolerance.accepts(number, for: value)
      } catch { return .refused(error.message) }
    }
    tallies[step].tries += 1
    note(.command(.answer(text)))
    guard isRight else { return .note("no: look again; H gives a hint") }
    reach()
    return .done("right")
  }

  // MARK: Goals

  /// Looks at a task's goals.
  mutating func judge(_ task: Task, _ snapshot: ClusterSnapshot) {
    guard case .goals(let goals) = task.aim else { return }
    for (position, goal) in goals.enumerated() {
      let holds = goal.condition.truth(in: snapshot, names) == .holds
      if holds {
        heldSince[position] = heldSince[position] ?? now
      } else {
        heldSince[position] = nil
      }
      narration.lesson?.goals[position].holds = holds
      narration.lesson?.goals[position].held = heldSince[position].map { now - $0 } ?? .zero
    }
    // Whoever reaches everything at the moment that breaks it has not.
    for taboo in task.taboos where taboo.condition.truth(in: snapshot, names) == .holds {
      phase = .broken
      narration.lesson?.turn = .broken(taboo.broken)
      return
    }
    if narration.lesson?.goals.allSatisfy(\.isReached) ?? false { reach() }
  }

  private mutating func reach() {
    phase = .reached
    tallies[step].isDone = true
    narration.lesson?.turn = .reached
    narration.lesson?.concealment = nil
    noteSolution()
  }

  // MARK: Cues

  public mutating func take(_ cue: Cue, at moment: Instant) -> Bool {
    now = moment
    switch (cue, phase) {
    case (.next, .reached):
      note(.next)
      phase = .left
      return true
    // What is not done yet can't be gone on from; a lesson is left by its own keys.
    case (.next, .doing), (.next, .broken), (.takeOrGive, _): return true
    // Who knows it all may pass over what is asked.
    case (.nextChapter, .doing), (.nextChapter, .broken), (.nextChapter, .reached),
      (.nextChapter, .reading), (.nextChapter, .told):
      if phase != .reading, phase != .told { note(.next) }
      phase = .left
      return true
    case (.nextChapter, .asking):
      phase = .answered
      return true
    case (.hint, .doing), (.hint, .broken):
      guard case .task(let task) = lesson.steps[step] else { return true }
      tallies[step].hints = min(task.hints.count, tallies[step].hints + 1)
      showHints()
      return true
    case (.hint, _): return true
    default: return false
    }
  }

  /// The hints that were asked for stay.
  mutating func showHints() {
    guard lesson.steps.indices.contains(step), case .task(let task) = lesson.steps[step] else {
      return
    }
    narration.lesson?.hints = Array(task.hints.prefix(tallies[step].hints))
  }
}
