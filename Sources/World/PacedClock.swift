import Positions
import Synchronization

/// Cluster time from the machine's: at most as fast, paused at will, and without the hours that a
/// machine slept.
final class PacedClock: Sendable {
  private struct State {
    var time: Int64 = 0
    var seen: Int64
    var speed = 1.0
    var isPaused = false

    mutating func look() {
      let monotonic = MonotonicClock.now
      let elapsed = monotonic - seen
      seen = monotonic
      if isPaused { return }
      // Nobody looked for so long: the process was stopped or the machine asleep.
      let counted = elapsed > PacedClock.gapMaximum ? PacedClock.gapCounted : elapsed
      time += speed == 1 ? counted : Int64(Double(counted) * speed)
    }
  }

  /// Longer than anything that a busy engine does between two looks.
  static let gapMaximum: Int64 = 500_000_000
  static let gapCounted: Int64 = 1_000_000

  private let state = Mutex(State(seen: MonotonicClock.now))

  var now: Instant {
    state.withLock { state in
      state.look()
      return Instant(nanoseconds: state.time)
    }
  }

  var isPaused: Bool { state.withLock { $0.isPaused } }

  var speed: Double { state.withLock { $0.speed } }

  func pause() {
    state.withLock { state in
      state.look()
      state.isPaused = true
    }
  }

  func resume() {
    state.withLock { state in
      state.look()
      state.isPaused = false
    }
  }

  func setSpeed(_ speed: Double) {
    precondition(speed > 0 && speed <= 1, "the live world runs at most at real time")
    state.withLock { state in
      state.look()
      state.speed = speed
    }
  }

  /// When to look again for `instant`, in monotonic nanoseconds; soon, while time stands.
  func monotonic(at instant: Instant) -> Int64 {
    state.withLock { state in
      state.look()
      let limit = state.seen + 100_000_000
      if state.isPaused { return limit }
      let remaining = max(0, instant.nanoseconds - state.time)
      if remaining > 100_000_000 { return limit }
      return min(limit, state.seen + Int64(Double(remaining) / state.speed))
    }
  }
}
