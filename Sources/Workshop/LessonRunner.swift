import Operations
import Positions
import Scenarios

/// Gives a lesson: sets clusters up, asks, watches what the learner does and says what is missing.
///
/// It is a value like the cluster: going back in time takes it along.
public struct LessonRunner: Director {
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
  private let attempt: Attempt?
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
  private var nextJudgement = Instant.start
  /// What the learner did since the present cluster began.
  private var deeds: [LessonDeed] = []
  /// What of another run is still to be done again.
  private var toDo: ArraySlice<LessonDeed> = []
  /// The learner's latest read or write, while it is not answered.
  private var requested: Command?
  /// The present cluster's seed.
  private var seed: UInt64 = 1
  /// When the attempt's script was over.
  private var triedAt: Instant?
  private var entries: [TranscriptEntry] = []
  /// Whether what is played next shall go fast.
  private var isHurrying = false
  /// Events of the run, up to the newest that was seen, which mattered.
  private var lastEvent = 0
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
  public private(set) var verdict: Verdict?
  public internal(set) var narration: Narration

  /// An answer as it was understood.
  enum GivenAnswer: Equatable, Sendable {
    case choice(Int)
    case number(Quantity)
  }

  /// Time between two looks at the goals.
  static let spacing = Interval.milliseconds(10)
  /// How much faster than real time a cluster is set up.
  private static let setupSpeed = 20.0
  /// The same where nobody does anything.
  private static let idleSpacing = Interval.milliseconds(50)
  /// How long after an attempt's script its goals may still come true.
  private static let patience = Interval.seconds(10)
  /// The same after what a learner did.
  private static let longPatience = Interval.seconds(180)

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
  private mutating func listen(_ snapshot: ClusterSnapshot) {
    guard let requested else { return }
    let (isAnswered, text) = snapshot.answer(to: requested)
    narration.lesson?.heard = "\(requested.text): \(text)"
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

  private var hasCluster: Bool {
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

  /// Does again what was done at this moment; nil: nothing was.
  private mutating func again(_ snapshot: ClusterSnapshot) -> Direction? {
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

  private mutating func done() -> Direction? {
    tallies[step].isDone = true
    step += 1
    phase = .new
    runner = nil
    chosen = nil
    triedAt = nil
    narration.done = step
    return nil
  }

  // MARK: Plays

  private mutating func startPlay(_ lines: [ScriptStatement]) -> Direction? {
    narration.lesson?.turn = .watches
    narration.said = [narration.question, chosenText].compactMap { $0 }
    narration.question = nil
    narration.lesson?.choices = []
    runner = ScriptRunner(
      Script(statements: lines), name: lesson.name, names: names, begun: now)
    phase = .playing
    return nil
  }

  private mutating func play(_ step: Lesson.Step, _ snapshot: ClusterSnapshot) -> Direction? {
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
  private mutating func conceal(_ task: Task, _ snapshot: ClusterSnapshot) {
    let commands = task.hidden.compactMap { line in
      if case .command(let command, _) = line.action { command } else { nil }
    }
    // What is done is done a moment later than it is looked at first.
    narration.lesson?.concealment = Concealment(
      commands, from: now, to: .distantFuture, knobs: snapshot.knobs)
  }

  /// The prediction, in the learner's words.
  private var chosenText: String? {
    guard case .predict(let prediction) = lesson.steps[step] else { return nil }
    switch (chosen, prediction.answers) {
    case (.choice(let number), .choices(let choices)): return "You said: \(choices[number].text)"
    case (.number(let number), _): return "You said: \(number)"
    default: return nil
    }
  }

  // MARK: Attempts

  /// Where the attempt stands at the present task; nil: a learner has it.
  private var way: Attempt.Way? {
    guard let attempt else { return nil }
    if case .again = attempt.way { return attempt.way }
    return attempt.step == step ? attempt.way : .solution
  }

  private mutating func beginTask(_ task: Task, _ snapshot: ClusterSnapshot) {
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
  private mutating func watch(_ task: Task, _ snapshot: ClusterSnapshot) -> Direction? {
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

  private mutating func finish(_ verdict: Verdict) -> Direction? {
    if attempt?.step == step || verdict != .reached {
      self.verdict = verdict
      return nil
    }
    return done()
  }

  private mutating func carryOn(_ task: Task, _ snapshot: ClusterSnapshot) -> Direction? {
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
  private func filled(_ text: String, _ task: Task, _ snapshot: ClusterSnapshot) -> String {
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
