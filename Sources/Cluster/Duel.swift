import Operations
import Positions

/// One script played under two presets at once, before an audience.
///
/// The two clusters know nothing of each other; their clocks go at one speed. What is said is read once:
/// whichever play comes to a line first stops both while people read.
public struct Duel: Sendable {
  private enum Hold: Equatable, Sendable {
    case none
    case beat(Interval)
    case key
  }

  /// One of the two, with what it has not been given of the time that has passed.
  private struct Side: Sendable {
    var play: Play
    var owed = Interval.zero
    var isOver = false

    /// How far its script has come: twice the lines, and one more where the next was announced or asked.
    var progress: Int {
      guard let narration = play.director?.narration else { return 0 }
      return 2 * narration.done + (narration.next == nil && narration.question == nil ? 0 : 1)
    }
  }

  private var left: Side
  private var right: Side
  /// The clock's speed, 1 being real time.
  public var speed: Double
  private let isStepwise: Bool
  private var hold = Hold.none
  /// How far it was read.
  private var read = -1
  /// Whether time goes as fast as it can until there is something to read.
  private var isSkipping = false

  /// The beginning of two plays of one script.
  public init(_ left: Play, _ right: Play, speed: Double = 1, isStepwise: Bool = false) {
    self.left = Side(play: left)
    self.right = Side(play: right)
    self.speed = speed
    self.isStepwise = isStepwise
  }

  /// The two plays.
  public var plays: (left: Play, right: Play) { (left.play, right.play) }

  /// What the audience is told: what the play that is further on has to tell.
  public var narration: Narration? {
    let leading = left.progress >= right.progress ? left : right
    guard var narration = leading.play.director?.narration else { return nil }
    if left.play.isTaken {
      narration.stage = .taken
      return narration
    }
    switch hold {
    case .beat(let time): narration.stage = .reads(left: time)
    case .key: narration.stage = .waitsForKey
    case .none:
      // The one that is through waits for the other.
      if !(left.isOver && right.isOver) { narration.stage = .plays }
    }
    return narration
  }

  /// Lets as much time pass as has passed outside, while there is a processor for it.
  public mutating func move(by elapsed: Interval, while hasTime: () -> Bool = { true }) {
    let passed = elapsed.scaled(by: speed)
    switch hold {
    case .key: return
    case .beat(let time):
      guard time <= passed else { return hold = .beat(time - passed) }
      hold = .none
    case .none: break
    }
    left.owed = left.owed + passed
    right.owed = right.owed + passed
    while hasTime(), hold == .none {
      // The one that is owed more comes first, so that both are shown at one time.
      let isLeft = left.owed >= right.owed
      let owed = isLeft ? left.owed : right.owed
      let slice = isSkipping ? .milliseconds(20) : min(owed, .milliseconds(20))
      guard slice > .zero else { return }
      if isLeft { advance(\.left, by: slice) } else { advance(\.right, by: slice) }
    }
    guard !hasTime() else { return }
    // What there was no processor for is not made up for, but neither gets ahead of the other by it.
    let both = min(left.owed, right.owed)
    left.owed = left.owed - both
    right.owed = right.owed - both
  }

  private mutating func advance(_ path: WritableKeyPath<Duel, Side>, by slice: Interval) {
    let before = self[keyPath: path].play.machine.now
    let generation = self[keyPath: path].play.generation
    let pause = self[keyPath: path].play.run(until: before + slice)
    let isFresh = self[keyPath: path].play.generation != generation
    let passed = isFresh ? slice : self[keyPath: path].play.machine.now - before
    self[keyPath: path].owed = self[keyPath: path].owed - passed
    switch pause {
    case .reached: break
    case .chapter, .beat:
      guard self[keyPath: path].progress > read else { return }
      read = self[keyPath: path].progress
      guard case .beat(let time) = pause else { return }
      isSkipping = false
      hold = isStepwise ? .key : time.map { .beat($0) } ?? .key
    case .over:
      self[keyPath: path].isOver = true
      if left.isOver, right.isOver { isSkipping = false }
    }
  }

  /// Goes on to the next thing to read.
  public mutating func next() {
    if left.play.isTaken { return takeOrGive() }
    if hold != .none { hold = .none } else if !(left.isOver && right.isOver) { isSkipping = true }
  }

  /// A person takes the keys, or gives them back: both directors are held meanwhile.
  public mutating func takeOrGive() {
    hold = .none
    isSkipping = false
    if left.play.isTaken {
      left.play.give()
      right.play.give()
    } else {
      left.play.take()
      right.play.take()
    }
  }

  /// Carries a person's command out in both.
  public mutating func perform(_ command: Command) -> (left: CommandOutcome, right: CommandOutcome)
  {
    (left.play.perform(command), right.play.perform(command))
  }

  /// Lets one event happen in each.
  public mutating func step() {
    left.play.step()
    right.play.step()
  }
}
