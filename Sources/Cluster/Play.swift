import Operations
import Positions
import World

/// A run, and the script that is played on it.
///
/// Both are values: a chapter's beginning is a copy of both, and going back to it is true.
public struct Play: Sendable {
  /// A moment to come back to.
  private struct Moment: Sendable {
    var machine: TimeMachine
    var director: any Director
  }

  /// Where the director stood at a moment of the present run.
  private struct Standing: Sendable {
    var at: Instant
    var director: any Director
  }

  /// Something to be printed.
  public enum Told: Equatable, Sendable {
    /// It happened in the cluster.
    case event(Event)
    /// The script said or did it.
    case entry(TranscriptEntry)
  }

  /// Why time does not go on.
  public enum Pause: Equatable, Sendable {
    /// The moment asked for is reached.
    case reached
    /// A chapter begins.
    case chapter
    /// The audience reads; nil: until somebody presses a key.
    case beat(Interval?)
    /// The script is over.
    case over
  }

  /// The run.
  public private(set) var machine: TimeMachine
  /// Counts the clusters that were put in the place of others.
  public private(set) var generation = 0
  /// Who directs it; nil: nobody.
  public private(set) var director: (any Director)?
  private let keepsCopies: Bool
  private var chapters: [Moment] = []
  private var standings: [Standing] = []
  /// The director is not asked before this moment.
  private var nextLook = Instant.start
  private var isOver = false
  /// The speed that the script asked for last, 1 being real time.
  private(set) var directedSpeed = 1.0
  /// Since when a person has had the keys; nil while the director has them.
  private var heldSince: Instant?
  private var told: [Told] = []

  /// A run that nobody directs, or that `director` does.
  ///
  /// - Parameter keepsCopies: false for a run that nobody will go back in.
  public init(machine: TimeMachine, director: (any Director)? = nil, keepsCopies: Bool = true) {
    self.machine = machine
    self.director = director
    self.keepsCopies = keepsCopies
    isOver = director == nil
  }

  /// Lets time pass until `limit`, as the director says; stops where an audience would read.
  public mutating func run(until limit: Instant) -> Pause {
    // A past that is shown again goes as it went: its commands are the machine's.
    if machine.isInPast {
      machine.run(until: min(limit, machine.end))
      if machine.isInPast || machine.now >= limit { return .reached }
    }
    while !isOver, heldSince == nil, var director {
      guard nextLook <= machine.now else {
        guard machine.now < limit else { return .reached }
        machine.run(until: min(limit, nextLook))
        continue
      }
      let direction = director.direct(machine.cluster.snapshot(speed: 1, wholeRun: false))
      switch direction {
      case .perform(let command): director.hear(perform(directed: command))
      case .begin(let knobs, let load):
        do { try begin(knobs, load) } catch { director.hear(.refused("\(error)")) }
      case .chapter, .beat, .pass: break
      case .end: isOver = true
      }
      for event in machine.takeEvents() { told.append(.event(event)) }
      for entry in director.takeEntries() { told.append(.entry(entry)) }
      keep(director)
      switch direction {
      case .chapter:
        if keepsCopies { chapters.append(Moment(machine: machine, director: director)) }
        return .chapter
      case .beat(let time): return .beat(time)
      case .end: return .over
      case .pass(let instant): nextLook = instant
      default: break
      }
    }
    machine.run(until: limit)
    return director != nil && isOver ? .over : .reached
  }

  /// What happened and was played since the last call, in order.
  public mutating func takeTold() -> [Told] {
    for event in machine.takeEvents() { told.append(.event(event)) }
    defer { told = [] }
    return told
  }

  private mutating func perform(directed command: Command) -> CommandOutcome {
    // How fast the clock runs is whoever plays' affair.
    if case .speed(let speed) = command {
      directedSpeed = speed
      return .note("")
    }
    return machine.perform(command)
  }

  private mutating func keep(_ director: any Director) {
    self.director = director
    guard keepsCopies else { return }
    if standings.last.map({ $0.director.narration.done != director.narration.done }) ?? true {
      standings.append(Standing(at: machine.now, director: director))
      if standings.count > 4000 { standings.removeFirst(2000) }
    }
  }

  /// Puts a fresh cluster in the place of this one, which nobody directs.
  mutating func beginAnew(_ knobs: Knobs) throws {
    try begin(knobs, machine.cluster.load.settings)
    director = nil
    heldSince = nil
    chapters = []
    isOver = true
  }

  private mutating func begin(_ knobs: Knobs, _ load: LoadChange) throws {
    for event in machine.takeEvents() { told.append(.event(event)) }
    let old = machine.configuration
    machine = try TimeMachine(
      configuration: .simulated(
        knobs: knobs, load: ClusterConfiguration.defaultLoad.merging(load),
        seed: knobs.seed ?? old.seed),
      keepsCopies: keepsCopies)
    generation += 1
    standings = []
    nextLook = .start
  }

  // MARK: What a person does

  /// Carries a person's command out. In the past that makes another story, in which the director stands
  /// where it stood then.
  public mutating func perform(
    _ command: Command, keepsCommands: Bool = false
  ) -> CommandOutcome {
    if let why = director?.refusal(of: command) { return .refused(why) }
    let wasInPast = machine.isInPast
    let outcome = machine.perform(command, keepsCommands: keepsCommands)
    if wasInPast, !machine.isInPast { directorGoesBack() }
    if outcome.isAccepted, director?.noticed(command, at: machine.now) == true { remember() }
    return outcome
  }

  /// Keeps where the director stands now.
  private mutating func remember() {
    guard keepsCopies, let director else { return }
    standings.append(Standing(at: machine.now, director: director))
  }

  /// Lets one event happen; see ``TimeMachine/step()``.
  @discardableResult
  public mutating func step() -> Bool { machine.step() }

  /// Goes to a moment; see ``TimeMachine/go(to:)``.
  public mutating func go(to moment: Instant) { machine.go(to: moment) }

  /// Drops what was reached after the moment shown.
  public mutating func forgetFuture() {
    guard machine.isInPast else { return }
    machine.forgetFuture()
    directorGoesBack()
  }

  private mutating func directorGoesBack() {
    guard let standing = standings.last(where: { $0.at <= machine.now }) else { return }
    standings.removeAll { $0.at > machine.now }
    let later = director
    director = standing.director
    if let later { director?.returned(from: later) }
    nextLook = machine.now
    isOver = false
    if heldSince != nil { heldSince = standing.at }
  }

  /// Whether a person has the keys.
  public var isTaken: Bool { heldSince != nil }

  /// A person takes the keys: the director is held.
  public mutating func take() {
    if director != nil, heldSince == nil { heldSince = machine.end }
  }

  /// The director goes on; what it waited for may take so much longer.
  public mutating func give() {
    guard let since = heldSince else { return }
    heldSince = nil
    guard var director, machine.end > since else { return }
    director.wasHeld(for: machine.end - since)
    self.director = director
    nextLook = machine.end
  }

  /// Takes the place of another play.
  func replacing(_ other: Play) -> Play {
    var play = self
    play.generation = other.generation + 1
    return play
  }

  /// Goes back to the beginning of the present chapter, or from there to the one before.
  ///
  /// - Returns: whether there is one.
  public mutating func goToPreviousChapter() -> Bool {
    guard let last = chapters.last else { return false }
    let moved = director?.narration.done ?? 0
    // A chapter that has hardly begun (its first words are read) is left for the one before.
    let isAtBeginning = moved - last.director.narration.done <= 1
    if isAtBeginning, chapters.count > 1 { chapters.removeLast() }
    return goToChapter()
  }

  /// Goes to the beginning of the present chapter.
  ///
  /// - Returns: whether there is one.
  mutating func goToChapter() -> Bool {
    guard let moment = chapters.last else { return false }
    let later = director
    generation += 1
    machine = moment.machine
    director = moment.director
    if let later { director?.returned(from: later) }
    heldSince = nil
    standings = []
    nextLook = machine.now
    isOver = false
    return true
  }

  // MARK: What a learner says

  /// Hands an answer to whoever asked.
  mutating func answer(_ text: String) -> CommandOutcome {
    guard var director else { return .refused("nothing is asked: no lesson is running") }
    if machine.isInPast {
      return .refused("this is the past: e goes to the latest moment, where the question stands")
    }
    let outcome = director.answer(text, machine.cluster.snapshot(speed: 1, wholeRun: false))
    self.director = director
    if outcome.isAccepted {
      nextLook = machine.now
      remember()
    }
    return outcome
  }

  /// Hands on what a person asks; false: it means what it means in every play.
  mutating func take(_ cue: Cue) -> Bool {
    guard var director, director.take(cue, at: machine.now) else { return false }
    self.director = director
    nextLook = machine.now
    remember()
    return true
  }
}
