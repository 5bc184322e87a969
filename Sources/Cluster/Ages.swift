import Collections
import Positions

/// When records became durable at the leader, so that a replica's lag can be told as an age.
///
/// Keeps one sample a few milliseconds, so that it stays small however many records there are.
struct RecordAges: Sendable {
  private struct Sample: Sendable {
    var index: Index
    var at: Instant
  }

  private static let spacing = Interval.milliseconds(5)
  private static let maximum = 12_000

  private var samples: Deque<Sample> = []

  /// Notes that the leader's log was durable through `index` at `now`.
  mutating func note(_ index: Index, at now: Instant) {
    if let last = samples.last {
      if index <= last.index {
        // A new leader's log may end before the old one's: what is not in it has no age.
        while let last = samples.last, last.index > index { samples.removeLast() }
        return
      }
      if now - last.at < Self.spacing {
        samples[samples.count - 1].index = index
        return
      }
    }
    samples.append(Sample(index: index, at: now))
    if samples.count > Self.maximum { samples.removeFirst() }
  }

  /// When the record after `index` became durable, to a few milliseconds; nil when there is none.
  func birth(after index: Index) -> Instant? {
    var low = 0
    var high = samples.count
    while low < high {
      let middle = (low + high) / 2
      if samples[middle].index <= index { low = middle + 1 } else { high = middle }
    }
    return low < samples.count ? samples[low].at : nil
  }
}
