import Operations
import Positions
import Synchronization
import World

#if canImport(Glibc)
  import Glibc
#endif

/// The lab in the simulated world, with a past to go back to and endings to compare, run by a thread of
/// its own at a chosen speed.
public final class SimulatedEngine: Engine {
  private struct Order: Sendable {
    var command: Command
    var then: @Sendable (CommandOutcome) -> Void
  }

  private struct Shared: Sendable {
    var snapshot: ClusterSnapshot?
    var other: ClusterSnapshot?
    var isStopped = false
    var isClosed = false
    var isBusy = false
  }

  private let shared = Mutex(Shared())
  private let orders = Mailbox<Order>()
  private let onChange: @Sendable () -> Void

  /// Nanoseconds between two snapshots.
  private static let frame: Int64 = 33_000_000
  /// Messages under way are told at most at this speed.
  private static let slow = 0.2

  /// Starts the engine's thread; `onChange` is called from it after every snapshot.
  ///
  /// - Parameter script: commands that are carried out when their time has come.
  public init(
    configuration: ClusterConfiguration, script: [TimedCommand] = [],
    onChange: @escaping @Sendable () -> Void
  ) throws {
    self.onChange = onChange
    let machine = try TimeMachine(configuration: configuration, script: script)
    let runner = Runner(machine: machine, engine: self)
    try Thread.start { runner.run() }
  }

  public var capabilities: Capabilities { [.pace, .step, .travel] }

  public func perform(
    _ command: Command, then: @escaping @Sendable (CommandOutcome) -> Void
  ) {
    orders.put(Order(command: command, then: then))
  }

  public var snapshot: ClusterSnapshot? { shared.withLock { $0.snapshot } }

  public var other: ClusterSnapshot? { shared.withLock { $0.other } }

  public func takeEvents() -> [Event] { [] }

  public var isBusy: Bool { shared.withLock { $0.isBusy } }

  public func pauseClock() { shared.withLock { $0.isStopped = true } }

  public func resumeClock() {
    shared.withLock { $0.isStopped = false }
    orders.wake()
  }

  public func close() {
    orders.close()
    while !shared.withLock({ $0.isClosed }) { usleep(1000) }
  }

  /// What the thread does; it alone touches the machine.
  private final class Runner: @unchecked Sendable {
    // Handed to one thread at its start and touched by no other: no access can overlap another.
    private var machine: TimeMachine
    /// The ending that was reached before the last fork, and where it parted from this one.
    private var other: TimeMachine?
    private var forkedAt: Instant?
    private var ledgerAtFork: LedgerSnapshot?
    private let engine: SimulatedEngine
    private var isPaused = false
    private var speed = 1.0
    /// When the machine's time was last moved on, in monotonic nanoseconds.
    private var movedAt = MonotonicClock.now
    private var nextFrame: Int64 = 0

    init(machine: TimeMachine, engine: SimulatedEngine) {
      self.machine = machine
      self.engine = engine
    }

    func run() {
      publish()
      while true {
        let stands = isPaused || engine.shared.withLock { $0.isStopped }
        let waiting = engine.orders.take(until: stands ? nil : nextFrame)
        var changed = false
        switch waiting {
        case .elements(let orders):
          for order in orders { order.then(perform(order.command)) }
          changed = true
        case .closed: return end()
        case .woken: movedAt = MonotonicClock.now
        case .deadline: break
        }
        move()
        if changed || MonotonicClock.now >= nextFrame { publish() }
      }
    }

    private func end() {
      publish()
      engine.shared.withLock { $0.isClosed = true }
      engine.onChange()
    }

    /// Lets as much time pass as has passed outside, or as much as there is a processor for.
    private func move() {
      let begun = MonotonicClock.now
      let elapsed = begun - movedAt
      movedAt = begun
      if isPaused || engine.shared.withLock({ $0.isStopped }) { return }
      let target = machine.now + Interval(nanoseconds: elapsed).scaled(by: speed)
      while machine.now < target, MonotonicClock.now - begun < 2 * SimulatedEngine.frame {
        machine.run(until: min(target, machine.now + .milliseconds(20)))
      }
    }

    private func publish() {
      nextFrame = MonotonicClock.now + SimulatedEngine.frame
      var snapshot = machine.cluster.snapshot(speed: isPaused ? 0 : speed)
      var history = HistorySnapshot(seed: machine.configuration.seed)
      history.begin = machine.begin
      history.end = machine.end
      history.marks = machine.marks
      history.handled = machine.cluster.handledEvents
      history.traceHash = machine.cluster.traceHash
      history.copies = machine.copyCount + (other?.copyCount ?? 0)
      history.retainedBytes = machine.retainedBytes + (other?.retainedBytes ?? 0)
      history.forkedAt = forkedAt
      history.ledgerAtFork = ledgerAtFork
      snapshot.history = history
      if isPaused || speed <= SimulatedEngine.slow {
        snapshot.inFlight = machine.cluster.messagesInFlight()
      }
      var parallel: ClusterSnapshot?
      if let forkedAt, machine.now >= forkedAt {
        other?.go(to: machine.now)
        parallel = other?.cluster.snapshot(speed: isPaused ? 0 : speed)
      }
      engine.shared.withLock { shared in
        shared.snapshot = snapshot
        shared.other = parallel
        shared.isBusy = machine.isBusy
      }
      engine.onChange()
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
        self.speed = speed
        return .done("speed \(speed)x")
      case .step:
        isPaused = true
        return machine.step()
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
      default: return change(command)
      }
    }

    private func go(to moment: Instant) -> CommandOutcome {
      isPaused = true
      machine.go(to: moment)
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
      machine.forgetFuture()
    }

    /// Carries a command out that changes the run; in the past that forks it. After a change of
    /// policy or load the commands that were given later come again, so that the endings differ by
    /// the change alone; anything else makes a new story.
    private func change(_ command: Command) -> CommandOutcome {
      let before = machine
      let wasInPast = machine.isInPast
      let outcome = machine.perform(command, keepsCommands: command.isSetting)
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
        commands: Array(machine.commands[..<machine.done]), comment: SavedRun.mark)
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
