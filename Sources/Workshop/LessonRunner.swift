import Operations
import Positions
import Scenarios

/// Gives a lesson: sets clusters up, asks, watches what the learner does and says what is missing.
///
/// It is a value like the cluster: going back in time takes it along.
public struct LessonRunner: Director {
  /// How far the present step has come.
  enum Phase: Equatable, Sendable {
    case new
    case begun
    /// Text was shown.
    case reading
    /// A question was asked.
    case asking
    /// An answer was given.
    case answered
    /// What came of it is explained.
    case told
    /// A setup or a play runs.
    case playing
    /// The task is the learner's.
    case doing
    /// The task is done.
    case reached
    /// The task can't be done any more.
    case broken
    /// The learner goes on.
    case left
  }

  /// How it went with a step: what outlasts going back.
  public struct Tally: Equatable, Sendable {
    /// Answers that were given, and how often the step was begun anew.
    public var tries = 0
    public var hints = 0
    /// Whether the prediction was right; nil: nothing was predicted.
    public var wasRight: Bool?
    public var isDone = false
  }

  /// The lesson.
  public let lesson: Lesson
  let attempt: Attempt?
  var step = 0
  var phase = Phase.new
  /// Plays a setup, a play, what is hidden, or an attempt.
  var runner: ScriptRunner?
  var names: [String: Quantity] = [:]
  var now = Instant.start
  /// The answer to the prediction that was given.
  var chosen: GivenAnswer?
  /// Since when each goal of the task has held without a break.
  var heldSince: [Instant?] = []
  /// When the goals are looked at next.
  var nextJudgement = Instant.start
  /// What the learner did since the present cluster began.
  var deeds: [LessonDeed] = []
  /// What of another run is still to be done again.
  var toDo: ArraySlice<LessonDeed> = []
  /// The learner's latest read or write, while it is not answered.
  var requested: Command?
  /// The present cluster's seed.
  var seed: UInt64 = 1
  /// When the attempt's script was over.
  var triedAt: Instant?
  var entries: [TranscriptEntry] = []
  /// Whether what is played next shall go fast.
  var isHurrying = false
  /// Events of the run, up to the newest that was seen, which mattered.
  var lastEvent = 0
  var happened: [Event] = []
  /// How it went, by step.
  public internal(set) var tallies: [Tally] {
    didSet {
      let record = record
      narration.lesson?.isDone = record.isDone
      narration.lesson?.tries = record.tries
      narration.lesson?.hintsUsed = record.hints
      narration.lesson?.right = record.right
      narration.lesson?.predicted = record.predicted
    }
  }
  /// What came of the attempt.
  public internal(set) var verdict: Verdict?
  public internal(set) var narration: Narration

  /// An answer as it was understood.
  enum GivenAnswer: Equatable, Sendable {
    case choice(Int)
    case number(Quantity)
  }

  /// Time between two looks at the goals.
  static let spacing = Interval.milliseconds(10)
  /// How much faster than real time a cluster is set up.
  static let setupSpeed = 20.0
  /// The same where nobody does anything.
  static let idleSpacing = Interval.milliseconds(50)
  /// How long after an attempt's script its goals may still come true.
  static let patience = Interval.seconds(10)
  /// The same after what a learner did.
  static let longPatience = Interval.seconds(180)

  /// A lesson from its beginning.
  ///
  /// - Parameters:
  ///   - attempt: who stands in for a learner; nil: there is one.
  ///   - number: which lesson of the course it is, from 1; 0: none of it.
  ///   - count: how many there are.
  public init(_ lesson: Lesson, attempt: Attempt? = nil, number: Int = 0, of count: Int = 0) {
    self.lesson = lesson
    self.attempt = attempt
    tallies = Array(repeating: Tally(), count: lesson.steps.count)
    narration = Narration(
      title: lesson.title, chapters: lesson.steps.map(\.heading), total: lesson.steps.count)
    narration.lesson = LessonNarration()
    narration.lesson?.number = number
    narration.lesson?.count = count
    narration.lesson?.part = lesson.part.title
    narration.lesson?.minutes = lesson.minutes
    // A cluster begins afresh with its setup: what was before is nothing to what goes wrong after it.
    if case .again(let deeds) = attempt?.way { toDo = deeds[...] }
    if let attempt, attempt.way != .solution {
      step =
        lesson.steps[...attempt.step].lastIndex {
          if case .setup = $0 { true } else { false }
        } ?? 0
    }
  }

  /// How the first cluster begins.
  public var start: (knobs: Knobs, load: LoadChange) {
    for case .setup(let lines) in lesson.steps[step...] {
      if case .cluster(let cluster) = lines.first?.action { return (cluster.knobs, cluster.load) }
    }
    return (Knobs(), LoadChange())
  }

  /// Whether every step is done.
  public var isOver: Bool { step >= lesson.steps.count || verdict != nil }

  public mutating func takeEntries() -> [TranscriptEntry] {
    defer { entries = [] }
    return entries
  }

  public mutating func hear(_ outcome: CommandOutcome) {
    // How fast the clock runs is asked for here, and nobody waits for the answer.
    runner?.hear(outcome)
  }

  public mutating func wasHeld(for time: Interval) { runner?.wasHeld(for: time) }

  public mutating func returned(from later: any Director) {
    guard let later = later as? LessonRunner else { return }
    tallies = later.tallies
    // What was done stays done, and how.
    for solution in later.narration.lesson?.solutions ?? []
    where narration.lesson?.solutions.contains(where: { $0.step == solution.step }) == false {
      narration.lesson?.solutions.append(solution)
    }
    if tallies.indices.contains(step) { tallies[step].tries += 1 }
    heldSince = heldSince.map { since in since.flatMap { $0 > now ? nil : $0 } }
    showHints()
  }

  public func refusal(of command: Command) -> String? {
    switch command {
    case .back, .forward, .goTo, .pause, .resume, .speed, .step, .watch: return nil
    case .save where narration.lesson?.concealment != nil:
      return "the script would give it away: look for it"
    case .save: return nil
    default: break
    }
    guard attempt == nil else { return nil }
    if narration.lesson?.concealment != nil {
      if case .undo = command { return "undo would give it away: look for it" }
    }
    switch phase {
    case .doing, .reached, .broken, .told, .left: return nil
    case .reading where hasCluster: return nil
    case .asking, .answered: return "first the question: nothing moves before it is answered"
    case .new, .begun, .reading, .playing: return "your turn comes: PageDown goes on"
    }
  }

  var hasCluster: Bool {
    lesson.steps[..<min(step, lesson.steps.count)].contains {
      if case .setup = $0 { true } else { false }
    }
  }

  // MARK: Steps

  public mutating func direct(_ snapshot: ClusterSnapshot) -> Direction {
    now = snapshot.at
    gather(snapshot.events)
    listen(snapshot)
    while verdict == nil, step < lesson.steps.count {
      if let direction = again(snapshot) { return direction }
      if let direction = proceed(lesson.steps[step], snapshot) { return direction }
    }
    narration.done = step
    narration.lesson?.turn = .over
    narration.stage = .over
    return .end
  }

  private mutating func gather(_ events: [Event]) {
    for event in events where event.number > lastEvent {
      lastEvent = event.number
      happened.append(event)
    }
    if happened.count > 2000 { happened.removeFirst(1000) }
  }

  private mutating func proceed(_ step: Lesson.Step, _ snapshot: ClusterSnapshot) -> Direction? {
    switch (phase, step) {
    case (.new, _):
      beginStep()
      phase = .begun
      return .chapter
    case (.begun, _): return begin(step, snapshot)
    case (.reading, _), (.told, _): return done()
    case (.playing, _): return play(step, snapshot)
    case (.asking, _): return .beat(nil)
    case (.answered, .predict(let prediction)): return startPlay(prediction.play)
    case (.doing, .task(let task)): return watch(task, snapshot)
    case (.reached, _) where attempt?.step == self.step && verdict == nil: return finish(.reached)
    case (.reached, _), (.broken, _):
      return .pass(until: min(now + .milliseconds(100), toDo.first?.at ?? .distantFuture))
    case (.left, _): return leave()
    case (.answered, _), (.doing, _): return done()
    }
  }

  private mutating func beginStep() {
    narration.chapter = step
    narration.done = step
    let isThere = hasCluster
    narration.lesson?.hasCluster = isThere
    narration.said = []
    narration.question = nil
    narration.checks = []
    narration.next = nil
    narration.lesson?.choices = []
    narration.lesson?.goals = []
    narration.lesson?.hints = []
    narration.lesson?.hintCount = 0
    narration.lesson?.events = []
    narration.lesson?.concealment = nil
    narration.lesson?.heard = nil
    narration.lesson?.turn = .reads
  }

  private mutating func begin(_ step: Lesson.Step, _ snapshot: ClusterSnapshot) -> Direction? {
    switch step {
    case .page(_, let text): return read(text, snapshot)
    case .explain(let text, let mattering):
      narration.lesson?.events = Array(happened.filter { mattering.includes($0) }.suffix(20))
      return read(text, snapshot)
    case .setup(let lines):
      narration.lesson?.turn = .watches
      narration.said = ["The cluster is set up."]
      runner = ScriptRunner(Script(statements: lines), name: lesson.name, names: names)
      phase = .playing
      guard case .cluster(let cluster) = lines.first?.action else { return nil }
      var knobs = cluster.knobs
      if knobs.seed == nil { knobs.seed = 1 }
      happened = []
      lastEvent = 0
      deeds = []
      seed = knobs.seed ?? 1
      now = .start
      isHurrying = true
      return .begin(knobs, cluster.load)
    case .predict(let prediction): return ask(prediction)
    case .task(let task):
      guard task.hidden.isEmpty else {
        narration.lesson?.turn = .watches
        isHurrying = true
        _ = startPlay(task.hidden)
        narration.said = ["Something happens now that you are not told."]
        conceal(task, snapshot)
        return nil
      }
      beginTask(task, snapshot)
      return nil
    }
  }

  private mutating func read(_ text: [Prose], _ snapshot: ClusterSnapshot) -> Direction? {
    narration.said = text.map { $0.text(in: snapshot, names) }
    phase = .reading
    return attempt == nil ? .beat(nil) : nil
  }

  /// Passes over what is not done.
  private mutating func leave() -> Direction? {
    let wasDone = tallies[step].isDone
    defer { tallies[step - 1].isDone = wasDone }
    return done()
  }

  mutating func done() -> Direction? {
    tallies[step].isDone = true
    step += 1
    phase = .new
    runner = nil
    chosen = nil
    triedAt = nil
    narration.done = step
    return nil
  }
}

extension Lesson.Step {
  /// What it is called on the screen.
  var heading: String {
    switch self {
    case .page(let heading, _): heading
    case .setup: "Setting up"
    case .predict: "Predict"
    case .task(let task): task.heading
    case .explain: "Why it came so"
    }
  }
}
