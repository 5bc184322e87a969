import Operations
import Positions
import World

/// Two clusters in the simulated world side by side, run by one thread; every command goes to both.
public final class DuelEngine: DeskEngine {
  let desk: EngineDesk

  /// Nanoseconds between two snapshots.
  private static let frame: Int64 = 33_000_000

  /// Starts the engine's thread; `onChange` is called from it after every snapshot.
  public init(_ duel: Duel, onChange: @escaping @Sendable () -> Void) throws {
    desk = EngineDesk(onChange: onChange)
    let runner = Runner(duel, engine: self)
    try Thread.start { runner.run() }
  }

  public var capabilities: Capabilities { [.pace, .step] }

  public var isDuel: Bool { true }

  /// What the thread does; it alone touches the two clusters.
  private final class Runner: @unchecked Sendable {
    // Handed to one thread at its start and touched by no other: no access can overlap another.
    private let opening: Duel
    private var duel: Duel
    private let engine: DuelEngine
    private var isPaused = false
    /// When time was last moved on, in monotonic nanoseconds.
    private var movedAt = MonotonicClock.now
    private var nextFrame: Int64 = 0

    init(_ duel: Duel, engine: DuelEngine) {
      opening = duel
      self.duel = duel
      self.engine = engine
    }

    func run() {
      publish()
      while true {
        let stands = isPaused || engine.desk.isStopped
        var changed = false
        switch engine.desk.orders.take(until: stands ? nil : nextFrame) {
        case .elements(let orders):
          for order in orders { take(order) }
          changed = true
        case .closed:
          return engine.desk.end()
        case .woken: movedAt = MonotonicClock.now
        case .deadline: break
        }
        move()
        if changed || MonotonicClock.now >= nextFrame { publish() }
      }
    }

    private func move() {
      let begun = MonotonicClock.now
      let elapsed = begun - movedAt
      movedAt = begun
      if isPaused || engine.desk.isStopped { return }
      duel.move(by: Interval(nanoseconds: elapsed)) {
        MonotonicClock.now - begun < 2 * DuelEngine.frame
      }
    }

    private func publish() {
      nextFrame = MonotonicClock.now + DuelEngine.frame
      let speed = isPaused ? 0 : duel.speed
      let left = duel.plays.left.machine.cluster.snapshot(speed: speed)
      let right = duel.plays.right.machine.cluster.snapshot(speed: speed)
      engine.desk.show(
        EngineDesk.Shown(
          snapshot: left, other: right, narration: duel.narration,
          isBusy: duel.plays.left.machine.isBusy || duel.plays.right.machine.isBusy))
    }

    private func take(_ order: EngineDesk.Order) {
      switch order {
      case .command(let command, let then): then(perform(command))
      case .cue(let cue):
        isPaused = false
        movedAt = MonotonicClock.now
        switch cue {
        case .next, .nextChapter: duel.next()
        case .takeOrGive: duel.takeOrGive()
        // Two plays stand at different lines: back is back to the beginning.
        case .previousChapter, .reset: duel = opening
        case .hint: break
        }
      }
    }

    private func perform(_ command: Command) -> CommandOutcome {
      switch command {
      case .pause:
        isPaused = true
        return .done("paused")
      case .resume:
        isPaused = false
        movedAt = MonotonicClock.now
        return .done("goes on")
      case .speed(let speed):
        duel.speed = speed
        return .done("speed \(speed)x")
      case .step:
        isPaused = true
        duel.step()
        return .done("one event in each")
      case .back, .forward, .goTo, .fork:
        return .refused("two clusters side by side have no past; play one alone to go back")
      case .save: return .refused("two clusters side by side are saved by their script")
      default: return both(duel.perform(command))
      }
    }

    /// One outcome of two: said once where both are alike.
    private func both(_ outcomes: (left: CommandOutcome, right: CommandOutcome)) -> CommandOutcome {
      let (left, right) = outcomes
      if left == right { return left }
      let names = [duel.plays.left, duel.plays.right].map {
        $0.machine.configuration.knobs.preset?.profile.title ?? "?"
      }
      let text = "\(names[0]): \(left.text); \(names[1]): \(right.text)"
      return left.isAccepted || right.isAccepted ? .note(text) : .refused(text)
    }
  }
}
