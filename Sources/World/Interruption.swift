/// Delays that can be cut short, all of them and for good.
final class Interruption: Sendable {
  private let latch = Latch()

  /// Ends all delays, those to come included.
  func interrupt() { latch.open() }

  /// Waits for `nanoseconds`, or until interrupted.
  func delay(_ nanoseconds: Int64) {
    latch.wait(until: MonotonicClock.now + nanoseconds)
  }
}
