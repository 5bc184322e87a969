import Canvas
import Operations

/// Keys while a lesson is given.
extension ViewState {
  /// What a key asks of the lesson; nil when it is about something else.
  mutating func lesson(
    _ intent: Intent, _ key: Key, _ scene: Scene, _ size: Size, _ milliseconds: Int
  ) -> [Action]? {
    guard let narration = scene.narration, let lesson = narration.lesson else { return nil }
    switch intent {
    case .nextStep:
      if readsOn(narration, scene, size) { return [] }
      return goOn(lesson, milliseconds)
    case .check: check(lesson, milliseconds)
    case .nextMoment: return goToNext(lesson, scene.snapshot, milliseconds)
    case .again:
      question = Question(.cue(.reset), text: "This step anew, from its beginning? y/N")
      mode = .confirm
    case .answerDigit: return answer(key, lesson, milliseconds)
    case .answer: typeAnswer("")
    default: return nil
    }
    return []
  }

  /// On: unless that is not how one goes on here, which is said.
  private mutating func goOn(_ lesson: LessonNarration, _ milliseconds: Int) -> [Action]? {
    switch lesson.turn {
    case .over: return [.nextLesson]
    case .answers: show(.note("first the answer, then the next step"), at: milliseconds)
    case .acts:
      show(
        .note("the task is not done: c says what is missing, ] passes over it"), at: milliseconds)
    case .broken(let why): show(.refused("\(why); N begins anew"), at: milliseconds)
    case .reads, .watches, .reached: return nil
    }
    return []
  }

  /// Goes on in a text that does not fit; false: its end is seen.
  private mutating func readsOn(_ narration: Narration, _ scene: Scene, _ size: Size) -> Bool {
    guard narration.lesson?.turn == .reads, isAtTop else { return false }
    let rect = Layout(scene, view: self, size: size).narration
    let story = Story(narration, width: rect.width, rows: rect.height)
    let rows = rect.height - 2
    let start = story.start(rows: rows, scroll: narrationScroll)
    guard rows > 1, start + rows < story.lines.count else { return false }
    narrationScroll += rows - 1
    return true
  }

  /// Goes to the moment after the one shown that mattered; after the last to the first.
  private mutating func goToNext(
    _ lesson: LessonNarration, _ snapshot: ClusterSnapshot, _ milliseconds: Int
  ) -> [Action] {
    let moments = lesson.events.map(\.at)
    // From the end one begins at the beginning.
    let later = snapshot.isPast ? moments.first { $0 > snapshot.at } : nil
    guard let next = later ?? moments.first else {
      show(.note("no moments are listed here"), at: milliseconds)
      return []
    }
    return [.command(.goTo(next))]
  }

  /// Says what is missing; a look costs nothing.
  private mutating func check(_ lesson: LessonNarration, _ milliseconds: Int) {
    let missing = lesson.goals.filter { !$0.isReached }.map(\.missing)
    let outcome: CommandOutcome =
      switch lesson.turn {
      case .reached: .done("done: PageDown goes on")
      case .broken(let why): .refused("\(why); N begins anew")
      case .acts where lesson.goals.isEmpty: .note("the answer is missing: type :answer and it")
      case .acts: .note(missing.joined(separator: "; "))
      default: .note("there is no task now")
      }
    show(outcome, at: milliseconds)
  }

  private mutating func answer(
    _ key: Key, _ lesson: LessonNarration, _ milliseconds: Int
  ) -> [Action] {
    guard case .character(let digit) = key, let number = digit.wholeNumberValue else { return [] }
    // A number is typed, and begins with any digit.
    guard !lesson.choices.isEmpty else {
      typeAnswer(String(digit))
      return []
    }
    guard lesson.choices.indices.contains(number - 1) else {
      show(.refused("the answers are 1 to \(lesson.choices.count)"), at: milliseconds)
      return []
    }
    return [.command(.answer("\(number)"))]
  }

  private mutating func typeAnswer(_ beginning: String) {
    mode = .prompt
    prompt.clear()
    prompt.set("answer \(beginning)")
  }
}
