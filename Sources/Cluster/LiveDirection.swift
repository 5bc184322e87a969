import Operations
import Positions
import World

/// A script's play on real files: time can stand there, but not go back or run faster.
public struct LiveDirection: Sendable {
  private enum Hold: Equatable, Sendable {
    case none
    /// The audience reads until then, in monotonic nanoseconds.
    case beat(until: Int64)
    case key
  }

  /// Time between two looks, at least.
  private static let spacing = Interval.milliseconds(2)

  private var director: any Director
  /// Whether anybody reads; without an audience nothing is held for it.
  private let hasAudience: Bool
  private let isStepwise: Bool
  private var hold = Hold.none
  private var heldSince: Instant?
  /// When the director is asked next; nil while nobody is to be asked.
  private(set) var nextLook: Instant? = .start
  /// Whether the script is over.
  private(set) var isOver = false

  /// A play by `director`.
  public init(_ director: any Director, hasAudience: Bool, isStepwise: Bool = false) {
    self.director = director
    self.hasAudience = hasAudience
    self.isStepwise = isStepwise
  }

  /// What the audience is told.
  var narration: Narration {
    var narration = director.narration
    if heldSince != nil {
      narration.stage = .taken
    } else if narration.stage == .plays {
      switch hold {
      case .none: break
      case .beat(let end):
        let left = max(0, end - LiveWorld.monotonicNow)
        narration.stage = .reads(left: Interval(nanoseconds: left))
      case .key: narration.stage = .waitsForKey
      }
    }
    return narration
  }

  mutating func takeEntries() -> [TranscriptEntry] { director.takeEntries() }

  mutating func hear(_ outcome: CommandOutcome) { director.hear(outcome) }

  /// What the director wants done now; nil: nothing, until time has passed.
  mutating func ask(_ cluster: inout Cluster<LiveWorld>) -> Direction? {
    if case .beat(let end) = hold, LiveWorld.monotonicNow >= end { goOn(&cluster) }
    guard hold == .none, heldSince == nil, !isOver else { return nil }
    while let look = nextLook, look <= cluster.world.now {
      let direction = director.direct(cluster.snapshot(speed: 1, wholeRun: false))
      switch direction {
      case .perform: return direction
      case .begin:
        nextLook = .start
        return direction
      case .chapter: continue
      case .pass(let instant):
        // A look takes its time here: the cluster comes to its turn before the next.
        nextLook = max(instant, cluster.world.now + Self.spacing)
        return nil
      case .beat(let time):
        guard hasAudience else { continue }
        cluster.world.pause()
        if let time, !isStepwise {
          hold = .beat(until: LiveWorld.monotonicNow + time.nanoseconds)
        } else {
          hold = .key
        }
        return nil
      case .end:
        isOver = true
        nextLook = nil
        return nil
      }
    }
    return nil
  }

  /// Nobody is held any more: the clock was told to go on.
  mutating func endHold() { hold = .none }

  private mutating func goOn(_ cluster: inout Cluster<LiveWorld>) {
    guard hold != .none else { return }
    hold = .none
    cluster.world.resume()
  }

  mutating func take(_ cue: Cue, _ cluster: inout Cluster<LiveWorld>) {
    switch cue {
    case .hint, .reset: break
    case .next where heldSince == nil: goOn(&cluster)
    case .next, .takeOrGive:
      goOn(&cluster)
      guard let since = heldSince else { return heldSince = cluster.world.now }
      heldSince = nil
      director.wasHeld(for: cluster.world.now - since)
      if !isOver { nextLook = cluster.world.now }
    case .previousChapter, .nextChapter:
      cluster.say(
        .note, nil,
        "on real files the play goes from line to line; chapters are for the simulated world")
    }
  }
}
