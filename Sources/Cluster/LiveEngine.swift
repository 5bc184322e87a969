import Operations
import Positions
import Synchronization
import World

#if canImport(Glibc)
  import Glibc
#endif

/// The live lab: a cluster on real files, run by a thread of its own.
///
/// The thread owns the cluster; others hand it commands and take immutable snapshots.
public final class LiveEngine: Engine {
  private struct Order: Sendable {
    var command: Command
    var then: @Sendable (CommandOutcome) -> Void
  }

  private struct Shared: Sendable {
    var orders: [Order] = []
    var cues: [Cue] = []
    var snapshot: ClusterSnapshot?
    var narration: Narration?
    var events: [Event] = []
    var entries: [TranscriptEntry] = []
    var isClosing = false
    var isClosed = false
    var isBusy = false
  }

  private let shared: Mutex<Shared>
  private let waker: Mutex<LiveWorld.Waker>
  private let onChange: @Sendable () -> Void
  private let keepsEvents: Bool
  private let fresh: Fresh?

  /// Time between two snapshots.
  private static let snapshotSpacing = Interval.milliseconds(33)

  /// Makes a fresh cluster's beginning and its world, for a person or a script that wants another one.
  public typealias Fresh =
    @Sendable (Knobs, LoadChange) throws -> (ClusterConfiguration, LiveWorld)

  /// Starts the cluster's thread; `onChange` is called from it after every snapshot.
  ///
  /// `timed` commands are performed when their time has come; a quiesce holds the later ones until it
  /// is over. `keepsEvents` keeps every event until ``takeEvents()``: for those who print them all.
  /// Without `fresh` the cluster is the only one there will be.
  public init(
    configuration: ClusterConfiguration, world: LiveWorld, timed: [TimedCommand] = [],
    keepsEvents: Bool = false, direction: LiveDirection? = nil, fresh: Fresh? = nil,
    onChange: @escaping @Sendable () -> Void
  ) throws {
    shared = Mutex(Shared())
    waker = Mutex(world.waker)
    self.onChange = onChange
    self.keepsEvents = keepsEvents
    self.fresh = fresh
    let cluster = try Cluster(configuration: configuration, world: world)
    let runner = Runner(cluster: cluster, engine: self, timed: timed, direction: direction)
    try Thread.start { runner.run() }
  }

  public var capabilities: Capabilities { [.pace] }

  public func perform(
    _ command: Command, then: @escaping @Sendable (CommandOutcome) -> Void
  ) {
    shared.withLock { $0.orders.append(Order(command: command, then: then)) }
    wake()
  }

  public func cue(_ cue: Cue) {
    shared.withLock { $0.cues.append(cue) }
    wake()
  }

  private func wake() { waker.withLock { $0.wake() } }

  public var narration: Narration? { shared.withLock { $0.narration } }

  public func takeEntries() -> [TranscriptEntry] {
    shared.withLock { shared in
      let entries = shared.entries
      shared.entries = []
      return entries
    }
  }

  public var snapshot: ClusterSnapshot? { shared.withLock { $0.snapshot } }

  public var other: ClusterSnapshot? { nil }

  /// The events since the last call, all of them.
  public func takeEvents() -> [Event] {
    shared.withLock { shared in
      let events = shared.events
      shared.events = []
      return events
    }
  }

  /// Whether timed commands, or a quiesce, are still to be done.
  public var isBusy: Bool { shared.withLock { $0.isBusy } }

  /// Stops the cluster's clock at once, for as long as the program is stopped.
  public func pauseClock() { waker.withLock { $0.pause() } }

  /// Lets the clock go on.
  public func resumeClock() { waker.withLock { $0.resume() } }

  public func close() {
    shared.withLock { $0.isClosing = true }
    wake()
    while !shared.withLock({ $0.isClosed }) { usleep(1000) }
  }

  /// What the thread does; it alone touches the cluster.
  private final class Runner: @unchecked Sendable {
    // Handed to one thread at its start and touched by no other: no access can overlap another.
    private var cluster: Cluster<LiveWorld>
    private let engine: LiveEngine
    private var lastEvent = 0
    private var nextSnapshot: Int64 = 0
    private var timed: [TimedCommand]
    private var direction: LiveDirection?
    /// What the cluster began with, and every command since: the run as a script.
    private var beginning: (knobs: Knobs, load: LoadChange)
    private var done: [TimedCommand] = []

    init(
      cluster: Cluster<LiveWorld>, engine: LiveEngine, timed: [TimedCommand],
      direction: LiveDirection?
    ) {
      self.cluster = cluster
      beginning = (cluster.knobs, cluster.load.settings)
      self.direction = direction
      self.engine = engine
      self.timed = timed.reversed()
      engine.shared.withLock { $0.isBusy = !timed.isEmpty || direction != nil }
    }

    func run() {
      publish()
      while true {
        let (orders, cues, isClosing) = engine.shared.withLock { shared in
          let (orders, cues) = (shared.orders, shared.cues)
          (shared.orders, shared.cues) = ([], [])
          return (orders, cues, shared.isClosing)
        }
        for order in orders { order.then(perform(order.command)) }
        for cue in cues { direction?.take(cue, &cluster) }
        if isClosing { break }
        performTimed()
        direct()
        var limit = cluster.world.now + LiveEngine.snapshotSpacing
        if let next = timed.last, !cluster.isQuiescing { limit = min(limit, next.at) }
        if let look = direction?.nextLook { limit = min(limit, max(look, cluster.world.now)) }
        var steps = 0
        while steps < 512, cluster.step(until: limit) { steps += 1 }
        if LiveWorld.monotonicNow >= nextSnapshot || !orders.isEmpty || !cues.isEmpty { publish() }
      }
      // What is published last is how it ran, not how it was taken down.
      publish()
      cluster.closeFiles()
      engine.shared.withLock { $0.isClosed = true }
      engine.onChange()
    }

    /// Performs what is due.
    private func performTimed() {
      while let next = timed.last, next.at <= cluster.world.now, !cluster.isQuiescing {
        timed.removeLast()
        if case .refused(let why) = perform(next.command) {
          cluster.say(.fault, nil, "\(next.command.text): \(why)")
        }
      }
    }

    /// Does what the director wants now.
    private func direct() {
      while let wanted = direction?.ask(&cluster) {
        switch wanted {
        case .perform(let command): direction?.hear(perform(command))
        case .begin(let knobs, let load):
          do { try begin(knobs, ClusterConfiguration.defaultLoad.merging(load)) } catch {
            cluster.say(.fault, nil, "no fresh cluster: \(error)")
            direction = nil
          }
        default: return
        }
      }
    }

    /// Puts a fresh cluster in the place of this one.
    private func begin(_ knobs: Knobs, _ load: LoadChange) throws {
      publish()
      guard let (configuration, world) = try engine.fresh?(knobs, load) else { return }
      let next = try Cluster(configuration: configuration, world: world)
      cluster.closeFiles()
      cluster = next
      engine.waker.withLock { $0 = world.waker }
      lastEvent = 0
      timed = []
      beginning = (cluster.knobs, cluster.load.settings)
      done = []
    }

    /// Starts another cluster in the place of this one.
    private func begin(with setting: KnobSetting) -> CommandOutcome {
      if direction != nil {
        return .refused("\(setting.name): a script is played, and its cluster lines begin clusters")
      }
      if case .seed = setting {
        return .refused(
          "seed: real files have none; the simulated world has: quit, and start with --seed")
      }
      guard engine.fresh != nil else {
        return .refused(
          "\(setting.name): a data directory keeps its cluster; quit, and start without --data")
      }
      let knobs = cluster.knobs
      guard knobs.begunAnew(with: setting) != knobs else { return .note("\(setting.text) already") }
      if let refusal = knobs.refusal(ofBeginningWith: setting) { return .refused(refusal) }
      do { try begin(knobs.begunAnew(with: setting), cluster.load.settings) } catch {
        return .refused("no new cluster: \(error)")
      }
      return .done("a new cluster: \(setting.text)")
    }

    private func perform(_ command: Command) -> CommandOutcome {
      switch command {
      case .pause:
        cluster.world.pause()
        return .done("paused")
      case .resume:
        direction?.endHold()
        cluster.world.resume()
        return .done("goes on")
      case .speed(let speed):
        guard speed > 0, speed <= 1 else {
          return .refused("the live world runs at most at 1x; the simulated one can run faster")
        }
        cluster.world.setSpeed(speed)
        return .done("speed \(speed)x")
      case .save(let path):
        let script = ScriptText.write(
          knobs: beginning.knobs, load: beginning.load, commands: done, until: cluster.world.now,
          comment: SavedRun.mark)
        return SavedRun.write(script, to: path)
      case .set(let setting) where setting.isFixed: return begin(with: setting)
      default:
        let at = cluster.world.now
        let outcome = cluster.perform(command)
        if outcome.isAccepted { done.append(TimedCommand(at: at, command: command)) }
        return outcome
      }
    }

    private func publish() {
      let snapshot = cluster.snapshot(speed: cluster.world.isPaused ? 0 : cluster.world.speed)
      let events = cluster.events(after: lastEvent)
      lastEvent = events.last?.number ?? lastEvent
      nextSnapshot = LiveWorld.monotonicNow + LiveEngine.snapshotSpacing.nanoseconds
      engine.shared.withLock { shared in
        shared.snapshot = snapshot
        shared.isBusy = !timed.isEmpty || cluster.isQuiescing || direction?.isOver == false
        shared.narration = direction?.narration
        let entries = direction?.takeEntries() ?? []
        if engine.keepsEvents {
          shared.events += events
          shared.entries += entries
        }
      }
      engine.onChange()
    }
  }
}
