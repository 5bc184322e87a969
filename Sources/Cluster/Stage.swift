import Operations
import Positions

/// A play before an audience: time goes on at a speed, and stands while people read.
public struct Stage: Sendable {
  private enum Hold: Equatable, Sendable {
    /// Time goes on.
    case none
    /// The audience has so much time left to read.
    case beat(Interval)
    /// Somebody must press a key.
    case key
    /// The play is over; it begins again after so long, where it loops.
    case over(Interval)
  }

  private let opening: Play
  /// What is played.
  public var play: Play
  /// The clock's speed, 1 being real time.
  public var speed: Double
  private let manner: SimulatedEngine.Manner
  private var hold = Hold.none
  /// Whether what is waited for is skipped: time goes as fast as it can until the next beat.
  private var isSkipping = false
  /// The chapter that everything before is skipped for.
  private var wantedChapter: Int?

  /// How long a loop's end stays, and how long a question that nobody is there to answer.
  private static let curtain = Interval.seconds(6)
  private static let thought = Interval.seconds(8)

  /// The beginning of a play.
  public init(_ play: Play, _ manner: SimulatedEngine.Manner) {
    opening = play
    self.play = play
    self.manner = manner
    speed = manner.speed
  }

  /// What the audience is told.
  public var narration: Narration? {
    guard var narration = play.director?.narration else { return nil }
    if play.isTaken {
      narration.stage = .taken
    } else if narration.stage == .plays {
      switch hold {
      case .beat(let left): narration.stage = .reads(left: left)
      case .key: narration.stage = .waitsForKey
      case .none, .over: break
      }
    }
    return narration
  }

  /// Lets as much time pass as has passed outside, while there is a processor for it.
  public mutating func move(by elapsed: Interval, while hasTime: () -> Bool = { true }) {
    let passed = elapsed.scaled(by: speed)
    guard !play.isTaken else { return run(until: play.machine.now + passed, hasTime) }
    switch hold {
    case .key: return
    case .beat(let left):
      guard left <= passed else { return hold = .beat(left - passed) }
      hold = .none
    case .over(let left) where manner.loops:
      guard left <= passed else { return hold = .over(left - passed) }
      play = opening.replacing(play)
      hold = .none
    case .none, .over: break
    }
    run(until: play.machine.now + passed, hasTime)
  }

  private mutating func run(until target: Instant, _ hasTime: () -> Bool) {
    var target = target
    // What comes of a step's beginning comes with it, and takes no time.
    var isBeginning = false
    while hasTime(), isHurrying || isBeginning || play.machine.now < target {
      isBeginning = false
      let slice = play.machine.now + .milliseconds(20)
      let directed = play.directedSpeed
      defer { if play.directedSpeed != directed { speed = manner.speed * play.directedSpeed } }
      let limit = isHurrying ? slice : max(play.machine.now, min(target, slice))
      switch play.run(until: limit) {
      case .reached: break
      case .chapter:
        // A lesson's step begins at its own pace, and not somewhere behind its beginning.
        if play.director?.narration.lesson != nil {
          isSkipping = false
          speed = manner.speed * play.directedSpeed
          target = play.machine.now
          isBeginning = true
        }
        guard let wantedChapter, play.director?.narration.chapter == wantedChapter else { break }
        stopHurrying()
        return
      case .over:
        stopHurrying()
        if hold == .none { hold = .over(Self.curtain) }
      case .beat(let time):
        if wantedChapter != nil { continue }
        stopHurrying()
        hold = self.hold(for: time)
        return
      }
    }
  }

  private var isHurrying: Bool { isSkipping || wantedChapter != nil }

  private mutating func stopHurrying() {
    isSkipping = false
    wantedChapter = nil
  }

  private func hold(for time: Interval?) -> Hold {
    if manner.isUnattended { return .beat(time ?? Self.thought) }
    if manner.isStepwise { return .key }
    return time.map { .beat($0) } ?? .key
  }

  // MARK: Cues

  /// Does what a person asks of the play.
  public mutating func take(_ cue: Cue) {
    if play.take(cue) {
      if cue == .next || cue == .nextChapter { hold = .none }
      return
    }
    switch cue {
    // Only lessons have some.
    case .hint: break
    case .reset:
      guard play.goToChapter() else { return }
      hold = .none
      stopHurrying()
    case .takeOrGive:
      if play.isTaken { play.give() } else { play.take() }
    case .next:
      if play.isTaken { return play.give() }
      switch hold {
      case .beat, .key: hold = .none
      case .none: isSkipping = true
      case .over: break
      }
    case .previousChapter:
      if play.goToPreviousChapter() {
        hold = .none
        stopHurrying()
      } else {
        play = opening.replacing(play)
        hold = .none
      }
    case .nextChapter:
      play.give()
      guard let narration = play.director?.narration else { return }
      wantedChapter = (narration.chapter ?? -1) + 1
      if hold != .none, !isOver { hold = .none }
      if isOver { wantedChapter = nil }
    }
  }

  /// Hands a person's answer to whoever asked.
  public mutating func answer(_ text: String) -> CommandOutcome {
    let outcome = play.answer(text)
    if outcome.isAccepted { hold = .none }
    return outcome
  }

  /// Whether everything was played.
  public var isOver: Bool { if case .over = hold { true } else { false } }
}
