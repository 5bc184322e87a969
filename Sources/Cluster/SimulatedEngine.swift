import Operations
import Positions
import World

/// The lab in the simulated world, with a past to go back to and endings to compare, run by a thread of
/// its own at a chosen speed.
public final class SimulatedEngine: DeskEngine {
  /// How a script is played to an audience.
  public struct Manner: Sendable {
    /// The clock's speed at the beginning, 1 being real time; reading goes as much faster.
    public var speed = 1.0
    /// Whether a presenter goes on by hand wherever an audience would read.
    public var isStepwise = false
    /// Whether nobody is there to press a key: questions are left standing for a while, and it goes on.
    public var isUnattended = false
    /// Whether it begins again when it is over.
    public var loops = false

    /// At real time, by itself, once.
    public init() {}
  }

  let desk: EngineDesk

  /// Nanoseconds between two snapshots.
  private static let frame: Int64 = 33_000_000
  /// Messages under way are told at most at this speed.
  private static let slow = 0.2

  /// Starts the engine's thread; `onChange` is called from it after every snapshot.
  ///
  /// - Parameters:
  ///   - script: commands that are carried out when their time has come.
  ///   - director: plays a script; nil: nobody does.
  ///   - manner: how the script is played.
  public init(
    configuration: ClusterConfiguration, script: [TimedCommand] = [],
    director: (any Director)? = nil, manner: Manner = Manner(),
    onChange: @escaping @Sendable () -> Void
  ) throws {
    desk = EngineDesk(onChange: onChange)
    let machine = try TimeMachine(configuration: configuration, script: script)
    let runner = Runner(
      stage: Stage(Play(machine: machine, director: director), manner), engine: self)
    try Thread.start { runner.run() }
  }

  public var capabilities: Capabilities { [.pace, .step, .travel] }

  /// What the thread does; it alone touches the machine.
  private final class Runner: @unchecked Sendable {
    // Handed to one thread at its start and touched by no other: no access can overlap another.
    private var stage: Stage
    /// The ending that was reached before the last fork, and where it parted from this one.
    private var other: TimeMachine?
    private var forkedAt: Instant?
    /// The cluster that it belongs to.
    private var generation = 0
    private var ledgerAtFork: LedgerSnapshot?
    private let engine: SimulatedEngine
    private var isPaused = false
    /// When the machine's time was last moved on, in monotonic nanoseconds.
    private var movedAt = MonotonicClock.now
    private var nextFrame: Int64 = 0

    private var machine: TimeMachine { stage.play.machine }

    init(stage: Stage, engine: SimulatedEngine) {
      self.stage = stage
      self.engine = engine
    }

    func run() {
      publish()
      while true {
        let stands = isPaused || engine.desk.isStopped
        let waiting = engine.desk.orders.take(until: stands ? nil : nextFrame)
        var changed = false
        switch waiting {
        case .elements(let orders):
          for order in orders { take(order) }
          changed = true
        case .closed: return end()
        case .woken: movedAt = MonotonicClock.now
        case .deadline: break
        }
        move()
        forgetOther()
        if changed || MonotonicClock.now >= nextFrame { publish() }
      }
    }

    private func take(_ order: EngineDesk.Order) {
      switch order {
      case .command(let command, let then): then(perform(command))
      case .cue(let cue):
        // Whoever asks for something to happen does not want the clock to stand; whoever takes the keys
        // may.
        if cue != .takeOrGive || stage.play.isTaken {
          isPaused = false
          movedAt = MonotonicClock.now
        }
        stage.take(cue)
      }
    }

    /// Another ending belongs to one run only.
    private func forgetOther() {
      guard stage.play.generation != generation else { return }
      generation = stage.play.generation
      other = nil
      forkedAt = nil
      ledgerAtFork = nil
    }

    private func end() {
      publish()
      engine.desk.end()
    }

    /// Lets as much time pass as has passed outside, or as much as there is a processor for.
    private func move() {
      let begun = MonotonicClock.now
      let elapsed = begun - movedAt
      movedAt = begun
      if isPaused || engine.desk.isStopped { return }
      stage.move(by: Interval(nanoseconds: elapsed)) {
        MonotonicClock.now - begun < 2 * SimulatedEngine.frame
      }
    }

    private func publish() {
      nextFrame = MonotonicClock.now + SimulatedEngine.frame
      var snapshot = machine.snapshot(speed: isPaused ? 0 : stage.speed)
      var history = snapshot.history ?? HistorySnapshot(seed: machine.configuration.seed)
      history.copies = machine.copyCount + (other?.copyCount ?? 0)
      history.retainedBytes = machine.retainedBytes + (other?.retainedBytes ?? 0)
      history.forkedAt = forkedAt
      history.ledgerAtFork = ledgerAtFork
      snapshot.history = history
      if isPaused || stage.speed <= SimulatedEngine.slow {
        snapshot.inFlight = machine.cluster.messagesInFlight()
      }
      var parallel: ClusterSnapshot?
      if let forkedAt, machine.now >= forkedAt {
        other?.go(to: machine.now)
        parallel = other?.cluster.snapshot(speed: isPaused ? 0 : stage.speed)
      }
      engine.desk.show(
        EngineDesk.Shown(
          snapshot: snapshot, other: parallel, narration: stage.narration, isBusy: machine.isBusy))
    }

    // MARK: Commands

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
        stage.speed = speed
        return .done("speed \(speed)x")
      case .step:
        isPaused = true
        return stage.play.step()
          ? .done("one event, at \(machine.now)") : .note("nothing happened for a second")
      case .back(let time): return go(to: machine.now - time)
      case .forward(let time):
        if !machine.isInPast { return .note("this is the latest moment") }
        return go(to: min(machine.now + time, machine.end))
      case .goTo(let moment):
        guard moment <= machine.end + TimeMachine.reach else {
          return .refused("\(moment) is more than ten minutes ahead")
        }
        return go(to: moment)
      case .fork: return fork()
      case .save(let path): return save(to: path)
      case .answer(let text): return stage.answer(text)
      case .set(let setting) where setting.isFixed: return begin(with: setting)
      default: return change(command)
      }
    }

    /// Starts another cluster in the place of this one.
    private func begin(with setting: KnobSetting) -> CommandOutcome {
      let knobs = machine.cluster.knobs
      if stage.play.director != nil {
        return .refused("\(setting.name): a script is played, and its cluster lines begin clusters")
      }
      guard knobs.begunAnew(with: setting) != knobs else { return .note("\(setting.text) already") }
      if let refusal = knobs.refusal(ofBeginningWith: setting) { return .refused(refusal) }
      do { try stage.play.beginAnew(knobs.begunAnew(with: setting)) } catch {
        return .refused("no new cluster: \(error)")
      }
      return .done("a new cluster: \(setting.text)")
    }

    private func go(to moment: Instant) -> CommandOutcome {
      isPaused = true
      stage.play.go(to: moment)
      if moment < machine.begin {
        return .note("\(machine.now) is as far back as it goes")
      }
      return .done("\(machine.now) of \(machine.end)")
    }

    private func fork() -> CommandOutcome {
      part()
      return .done("from \(machine.now) on it goes differently; the other ending is kept")
    }

    /// Keeps the ending as it is, to be compared with what comes.
    private func part() {
      other = machine
      forkedAt = machine.now
      ledgerAtFork = machine.cluster.snapshot(speed: 0).ledger
      stage.play.forgetFuture()
    }

    /// Carries a command out that changes the run; in the past that forks it. After a change of
    /// policy or load the commands that were given later come again, so that the endings differ by
    /// the change alone; anything else makes a new story.
    private func change(_ command: Command) -> CommandOutcome {
      let before = machine
      let wasInPast = machine.isInPast
      let outcome = stage.play.perform(command, keepsCommands: command.isSetting)
      guard wasInPast, outcome.isAccepted else { return outcome }
      other = before
      forkedAt = before.now
      ledgerAtFork = before.cluster.snapshot(speed: 0).ledger
      let again = machine.commands.count - machine.done
      let later =
        again > 0 ? "what was done later (\(again)) comes again" : "the other ending is kept"
      if case .done(let text) = outcome {
        return .done("\(text); forked at \(before.now): \(later)")
      }
      return outcome
    }

    private func save(to path: String) -> CommandOutcome {
      let configuration = machine.configuration
      let script = ScriptText.write(
        knobs: configuration.knobs, load: configuration.load,
        commands: Array(machine.commands[..<machine.done]), until: machine.now,
        comment: SavedRun.mark)
      return SavedRun.write(script, to: path)
    }
  }
}

extension Command {
  /// Whether it says how the cluster works, rather than what happens to it.
  var isSetting: Bool {
    switch self {
    case .set, .load: true
    default: false
    }
  }
}
