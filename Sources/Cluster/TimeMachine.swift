import Operations
import Positions
import World

/// A run in the simulated world that can be gone back in: the cluster as shown, copies of it from
/// before, and every command that was given.
///
/// A moment is reached by taking the last copy before it and doing again what came after. Commands are
/// given between moments: everything due at a command's time was handled before it, so that time alone
/// says where it belongs.
public struct TimeMachine: Sendable {
  /// A copy of the cluster to go back to.
  private struct Copy: Sendable {
    var cluster: Cluster<SimulatedWorld>
    /// How many commands had been carried out.
    var commands: Int
    /// Bytes that it holds and the next copy does not.
    var retained = 0

    var at: Instant { cluster.now }
  }

  /// The cluster as shown.
  public private(set) var cluster: Cluster<SimulatedWorld>
  /// What the run began with.
  public let configuration: ClusterConfiguration
  /// Every command given, in order of time; those after ``done`` belong to the future.
  public private(set) var commands: [TimedCommand]
  /// How many of them were carried out in what is shown.
  public private(set) var done = 0
  /// The latest moment that was reached.
  public private(set) var end = Instant.start
  /// What the scrubber marks, in order of time.
  public private(set) var marks: [HistoryMark] = []
  /// The events since they were last taken, for those who print them all.
  public private(set) var newEvents: [Event] = []
  private var copies: [Copy] = []
  /// Whether copies are kept; without them there is no way back.
  private let keepsCopies: Bool
  /// The number of the newest event that was taken in.
  private var noted = 0

  /// How far back one can go.
  public static let reach = Interval.seconds(600)
  /// Time between two copies, of the last minute and of the time before.
  static let spacing = Interval.seconds(1)
  static let oldSpacing = Interval.seconds(5)
  static let youth = Interval.seconds(60)

  /// Begins a run; `script` holds commands that are to come.
  ///
  /// - Parameter keepsCopies: false for a run that nobody will go back in.
  public init(
    configuration: ClusterConfiguration, script: [TimedCommand] = [], keepsCopies: Bool = true
  ) throws {
    self.configuration = configuration
    self.keepsCopies = keepsCopies
    cluster = try Cluster(
      configuration: configuration, world: SimulatedWorld(seed: configuration.seed))
    commands = script
    if keepsCopies { copies = [Copy(cluster: cluster, commands: 0)] }
  }

  /// The moment shown.
  public var now: Instant { cluster.world.now }

  /// What can be seen now, at a speed of 1.
  public var snapshot: ClusterSnapshot { snapshot(speed: 1) }

  /// What can be seen now, with where it stands in its history.
  public func snapshot(speed: Double) -> ClusterSnapshot {
    var snapshot = cluster.snapshot(speed: speed)
    var history = HistorySnapshot(seed: configuration.seed)
    history.begin = begin
    history.end = end
    history.marks = marks
    history.handled = cluster.handledEvents
    history.traceHash = cluster.traceHash
    snapshot.history = history
    return snapshot
  }

  /// Whether what is shown is before the latest moment that was reached.
  public var isInPast: Bool { now < end }

  /// The earliest moment that one can go back to.
  public var begin: Instant { copies.first?.at ?? .start }

  /// Bytes that copies hold and the present world does not, as far as files and states tell.
  public var retainedBytes: Int { copies.reduce(0) { $0 + $1.retained } }

  /// How many copies there are.
  public var copyCount: Int { copies.count }

  /// When the next command is to be carried out; a quiesce holds it until it is over.
  private var nextCommand: Instant? {
    done < commands.count && !cluster.isQuiescing ? commands[done].at : nil
  }

  /// Whether commands, or a quiesce, are still to be done.
  public var isBusy: Bool { done < commands.count || cluster.isQuiescing }

  // MARK: Forward

  /// Lets time pass until `limit`, commands of that time included.
  public mutating func run(until limit: Instant) {
    while now < limit || nextCommand.map({ $0 <= limit }) ?? false {
      let next = nextCopy
      // The cluster keeps the newest events only: often enough to miss none.
      var target = min(limit, next, now + .milliseconds(100))
      if let due = nextCommand { target = min(target, max(now, due)) }
      cluster.run(until: target)
      noteEvents()
      while let due = nextCommand, due <= now {
        if case .refused(let why) = cluster.perform(commands[done].command) {
          cluster.say(.fault, nil, "\(commands[done].command.text): \(why)")
        }
        done += 1
        // What is due at once by one command comes before the next, as when they were given one by one.
        cluster.run(until: now)
        noteEvents()
      }
      if now >= next { keepCopy() }
    }
    end = max(end, now)
  }

  /// Lets one event happen.
  ///
  /// - Returns: whether there was one within a second.
  @discardableResult
  public mutating func step() -> Bool {
    let limit = now + .seconds(1)
    let due = nextCommand ?? limit
    if due < limit, cluster.nextTime.map({ $0 > due }) ?? true {
      run(until: due)
      return true
    }
    let count = cluster.handledEvents
    while cluster.handledEvents == count {
      if !cluster.step(until: min(limit, due)) { break }
    }
    noteEvents()
    end = max(end, now)
    if now >= nextCopy { keepCopy() }
    return cluster.handledEvents > count
  }

  /// Carries a command out at the moment shown. In the past that is another future: the one that was
  /// reached is forgotten (keep a copy of the whole machine to compare with).
  ///
  /// - Parameter keepsCommands: whether the commands that were given later come again at their times.
  public mutating func perform(
    _ command: Command, keepsCommands: Bool = false
  ) -> CommandOutcome {
    // Everything that is due at this moment comes first, and a moment is a whole microsecond, so that
    // a script can name it.
    let rest = now.sinceStart.nanoseconds % 1000
    if rest > 0 { run(until: now + Interval(nanoseconds: 1000 - rest)) }
    cluster.run(until: now)
    let before = cluster.eventCount
    let outcome = cluster.perform(command)
    // What was refused has changed nothing.
    if case .refused = outcome { return outcome }
    if isInPast {
      forgetFuture(keepsCommands: keepsCommands)
      noted = before
    }
    commands.insert(TimedCommand(at: now, command: command), at: done)
    done += 1
    noteEvents()
    return outcome
  }

  /// Drops what was reached after the moment shown; commands of a script that were not yet reached are
  /// still to come, and with `keepsCommands` those that were as well.
  public mutating func forgetFuture(keepsCommands: Bool = false) {
    guard isInPast else { return }
    let (moment, reached) = (now, end)
    if !keepsCommands {
      commands = commands[..<done] + commands[done...].filter { $0.at > reached }
    }
    copies.removeAll { $0.at > moment }
    marks.removeAll { $0.at > moment }
    end = moment
    noted = cluster.eventCount
  }

  // MARK: Back

  /// Goes to a moment, at most back to ``begin``; beyond the end time passes.
  public mutating func go(to moment: Instant) {
    let moment = max(moment, begin)
    if moment >= now { return run(until: moment) }
    guard let position = copies.lastIndex(where: { $0.at <= moment }) else { return }
    cluster = copies[position].cluster
    done = copies[position].commands
    run(until: moment)
  }

  // MARK: Copies

  private var nextCopy: Instant {
    guard keepsCopies else { return .distantFuture }
    let last = copies.last?.at ?? .start
    return last + Self.spacing
  }

  /// Keeps a copy of the present; thins those that are old.
  private mutating func keepCopy() {
    guard now > copies.last?.at ?? .start else { return }
    if let last = copies.indices.last {
      copies[last].retained = cluster.bytesNotShared(with: copies[last].cluster)
    }
    copies.append(Copy(cluster: cluster, commands: done))
    let horizon = now - Self.reach
    while copies.count > 2, copies[1].at <= horizon { copies.removeFirst() }
    // One that has just grown old goes if its neighbours are near enough without it.
    let young = now - Self.youth
    guard let old = copies.firstIndex(where: { $0.at > young }), old >= 2 else { return }
    let middle = old - 1
    if copies[middle + 1].at - copies[middle - 1].at <= Self.oldSpacing {
      copies[middle - 1].retained += copies[middle].retained
      copies.remove(at: middle)
    }
  }

  // MARK: Events

  /// Takes the cluster's new events in; what is only gone through again was noted before.
  private mutating func noteEvents() {
    guard cluster.eventCount > noted else { return }
    for event in cluster.events(after: noted) {
      newEvents.append(event)
      if HistoryMark.kinds.contains(event.kind) {
        marks.append(HistoryMark(at: event.at, kind: event.kind, text: event.text))
      }
    }
    noted = cluster.eventCount
    let horizon = now - Self.reach
    if let first = marks.first, first.at < horizon { marks.removeAll { $0.at < horizon } }
  }

  /// The events since the last call; of a past that is gone through again only those after it.
  public mutating func takeEvents() -> [Event] {
    defer { newEvents = [] }
    return newEvents
  }
}

extension HistoryMark {
  /// What the scrubber marks.
  static let kinds: Set<Event.Kind> = [.command, .fault, .election, .finding, .violation]
}
