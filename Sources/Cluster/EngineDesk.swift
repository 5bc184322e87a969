import Operations
import Synchronization
import World

#if canImport(Glibc)
  import Glibc
#endif

/// What the thread of an engine in the simulated world shares with everybody else: orders one way,
/// what it has to show the other.
final class EngineDesk: Sendable {
  /// What is asked of the thread.
  enum Order: Sendable {
    case command(Command, then: @Sendable (CommandOutcome) -> Void)
    case cue(Cue)
  }

  /// What there is to see.
  struct Shown: Sendable {
    var snapshot: ClusterSnapshot?
    var other: ClusterSnapshot?
    var narration: Narration?
    var isBusy = false
  }

  private struct Shared: Sendable {
    var shown = Shown()
    var isStopped = false
    var isClosed = false
  }

  /// What was asked and not done yet.
  let orders = Mailbox<Order>()
  private let shared = Mutex(Shared())
  private let onChange: @Sendable () -> Void

  init(onChange: @escaping @Sendable () -> Void) { self.onChange = onChange }

  /// What was shown last.
  var shown: Shown { shared.withLock { $0.shown } }

  /// Whether the whole program is stopped.
  var isStopped: Bool { shared.withLock { $0.isStopped } }

  /// The thread shows something new.
  func show(_ shown: Shown) {
    shared.withLock { $0.shown = shown }
    onChange()
  }

  /// The clock stands from now on.
  func pauseClock() { shared.withLock { $0.isStopped = true } }

  /// The clock goes on.
  func resumeClock() {
    shared.withLock { $0.isStopped = false }
    orders.wake()
  }

  /// The thread has come to its end.
  func end() {
    shared.withLock { $0.isClosed = true }
    onChange()
  }

  /// Asks the thread to end, and waits until it has.
  func close() {
    orders.close()
    while !shared.withLock({ $0.isClosed }) { usleep(1000) }
  }
}

/// An engine whose thread has a desk: everything but what the thread does.
protocol DeskEngine: Engine {
  var desk: EngineDesk { get }
}

extension DeskEngine {
  public func perform(
    _ command: Command, then: @escaping @Sendable (CommandOutcome) -> Void
  ) {
    desk.orders.put(.command(command, then: then))
  }

  public func cue(_ cue: Cue) { desk.orders.put(.cue(cue)) }

  public var narration: Narration? { desk.shown.narration }

  public var snapshot: ClusterSnapshot? { desk.shown.snapshot }

  public var other: ClusterSnapshot? { desk.shown.other }

  public func takeEvents() -> [Event] { [] }

  public var isBusy: Bool { desk.shown.isBusy }

  public func pauseClock() { desk.pauseClock() }

  public func resumeClock() { desk.resumeClock() }

  public func close() { desk.close() }
}
