import Cluster
import Operations
import Positions
import Synchronization
import World

#if canImport(Glibc)
  import Glibc
#endif

/// Runs seeds on threads; what comes of them is printed in the order of the seeds.
struct SimulationJobs {
  var settings: SimulationSettings
  var seeds: ClosedRange<UInt64>
  var jobs: Int
  var json: Bool

  /// What the threads share.
  private final class Shared: Sendable {
    struct State: Sendable {
      var next: UInt64
      var isStopped = false
      /// Runs that ended before those of lower seeds did.
      var done: [UInt64: SimulationResult] = [:]
    }

    let state: Mutex<State>
    init(first: UInt64) { state = Mutex(State(next: first)) }

    /// The next seed to run; nil when there is none.
    func take(last: UInt64) -> UInt64? {
      state.withLock { state in
        guard !state.isStopped, state.next <= last else { return nil }
        state.next += 1
        return state.next - 1
      }
    }
  }

  /// Runs them all.
  ///
  /// - Returns: the exit status: 1 when a seed failed, more than 128 after a signal.
  func run() throws -> Int32 {
    let alarm = try Alarm(catchesSignals: true)
    let shared = Shared(first: seeds.lowerBound)
    let (settings, last) = (settings, seeds.upperBound)
    let threads = try (0..<jobs).map { _ in
      try Thread.start {
        while let seed = shared.take(last: last) {
          let result = SimulationRun.run(SimulationPlan(seed: seed, settings: settings))
          shared.state.withLock { $0.done[seed] = result }
          alarm.ring()
        }
      }
    }
    var totals = Totals()
    let progress = ProgressLine(isShown: !json || isatty(STDERR_FILENO) == 1)
    var next = seeds.lowerBound
    var signal: Int32?
    while next <= last {
      let result = shared.state.withLock { $0.done.removeValue(forKey: next) }
      if let result {
        next += 1
        totals.add(result)
        progress.show(totals.text, atMostEvery: .seconds(1))
        print(result, progress)
        continue
      }
      signal = alarm.wait(milliseconds: 1000)
      if signal != nil || Output.isBroken { break }
    }
    shared.state.withLock { $0.isStopped = true }
    progress.clear()
    // A run under way is not waited for when someone wants to stop.
    if signal == nil, !Output.isBroken { for thread in threads { thread.join() } }
    if !json { Output.line(totals.text) }
    if let signal { return 128 + signal }
    if Output.isBroken { return Failure.Kind.inputOutput.rawValue }
    return totals.failures > 0 ? 1 : 0
  }

  private func print(_ result: SimulationResult, _ progress: ProgressLine) {
    guard json || result.isFailure else { return }
    progress.clear()
    Output.line(json ? result.json : result.line)
    if result.isFailure {
      let again = SimulationArguments.replay(result.seed, settings)
      Self.complain(result, again: again, isPlain: !json)
    }
  }

  /// Says what was wrong with a run, and the command that runs it again.
  static func complain(_ result: SimulationResult, again: String, isPlain: Bool) {
    if isPlain { for line in result.complaints { Output.error("  " + line) } }
    Output.error("replicascope: seed \(result.seed) failed: replicascope simulate \(again)")
  }
}

/// What all runs so far came to.
private struct Totals {
  private(set) var seeds = 0
  private(set) var failures = 0
  private var seconds = 0.0
  private var operations = 0
  private var findings = 0
  private var lost = 0
  private var staleReads = 0
  private var seedsWithStaleReads = 0

  mutating func add(_ result: SimulationResult) {
    seeds += 1
    if result.isFailure { failures += 1 }
    seconds += result.simulated.seconds
    operations += result.operations
    findings += result.findingCount
    lost += result.lost
    staleReads += result.staleReads
    if result.staleReads > 0 { seedsWithStaleReads += 1 }
  }

  var text: String {
    "\(seeds) seeds, \(Int(seconds.rounded())) s simulated, \(operations) operations, "
      + "\(findings) findings, \(lost) writes lost, \(staleReads) stale reads (in "
      + "\(seedsWithStaleReads) seeds), \(failures) failures"
  }
}

/// A line on standard error that says how far something is: written over on a terminal, else one line
/// now and then.
final class ProgressLine: Sendable {
  private let isShown: Bool
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let state = Mutex((last: Interval?.none, isOnScreen: false))

  init(isShown: Bool) { self.isShown = isShown }

  /// Shows the text, unless another was shown less than `spacing` ago; where there is no terminal,
  /// only every ten seconds.
  func show(_ text: String, atMostEvery spacing: Interval = .milliseconds(100)) {
    guard isShown else { return }
    let now = MonotonicTime.now
    let gap = isTerminal ? spacing : max(spacing, .seconds(10))
    let isDue = state.withLock { state in
      guard state.last.map({ now - $0 >= gap }) ?? isTerminal else {
        if state.last == nil { state.last = now }
        return false
      }
      state.last = now
      state.isOnScreen = isTerminal
      return true
    }
    guard isDue else { return }
    if isTerminal { Output.progress("\r\u{1B}[K" + text) } else { Output.error(text) }
  }

  /// Takes the line off the terminal.
  func clear() {
    let wasOnScreen = state.withLock { state in
      defer { state.isOnScreen = false }
      return state.isOnScreen
    }
    if wasOnScreen { Output.progress("\r\u{1B}[K") }
  }
}

/// The monotonic clock, for progress only.
private enum MonotonicTime {
  static var now: Interval {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Interval(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }
}
