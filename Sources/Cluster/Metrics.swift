import Histogram
import Operations
import Positions

/// What was measured of the clients: rates over the last second, latencies since the start.
struct Metrics: Sendable {
  /// From intended start to acknowledgement, in nanoseconds.
  var acknowledgement = Histogram<UInt32>(
    lowestDiscernibleValue: 1000, highestTrackableValue: 60_000_000_000,
    numberOfSignificantValueDigits: .two)
  /// From intended start to a read's answer, in nanoseconds.
  var reads = Histogram<UInt32>(
    lowestDiscernibleValue: 1000, highestTrackableValue: 60_000_000_000,
    numberOfSignificantValueDigits: .two)
  var acknowledged = 0
  var answered = 0
  var refused = 0
  var timedOut = 0
  var writesPerSecond = 0.0
  var readsPerSecond = 0.0
  var writesHistory: [Double] = []
  private var lastAcknowledged = 0
  private var lastAnswered = 0

  /// Notes a write's acknowledgement.
  mutating func wrote(after latency: Interval) {
    acknowledged += 1
    acknowledgement.record(UInt64(max(0, latency.nanoseconds)))
  }

  /// Notes a read's answer.
  mutating func read(after latency: Interval) {
    answered += 1
    reads.record(UInt64(max(0, latency.nanoseconds)))
  }

  /// Takes the rates over the time since the last call.
  mutating func second(_ elapsed: Interval) {
    let seconds = max(elapsed.seconds, 1e-9)
    writesPerSecond = Double(acknowledged - lastAcknowledged) / seconds
    readsPerSecond = Double(answered - lastAnswered) / seconds
    lastAcknowledged = acknowledged
    lastAnswered = answered
    writesHistory.append(writesPerSecond)
    if writesHistory.count > 60 { writesHistory.removeFirst() }
  }

  /// Percentiles and bars of a histogram of nanoseconds, in milliseconds.
  static func snapshot(_ histogram: Histogram<UInt32>) -> LatencySnapshot {
    guard histogram.totalCount > 0 else {
      return LatencySnapshot(p50: nil, p99: nil, maximum: nil)
    }
    func at(_ percentile: Double) -> Double {
      Double(histogram.valueAtPercentile(percentile)) / 1e6
    }
    var buckets: [LatencySnapshot.Bucket] = []
    var total = 0
    var bound: UInt64 = 62_500
    while total < Int(histogram.totalCount), bound < 128_000_000_000 {
      let low = buckets.isEmpty ? 0 : bound / 2 + 1
      let count = Int(histogram.count(within: low...bound))
      total += count
      buckets.append(.init(upTo: Double(bound) / 1e6, count: count))
      bound *= 2
    }
    return LatencySnapshot(
      p50: at(50), p99: at(99), maximum: Double(histogram.max) / 1e6, buckets: buckets)
  }
}
