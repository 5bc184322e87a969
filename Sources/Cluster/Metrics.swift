import Histogram
import Operations
import Positions

/// What was measured of the clients: rates over the last second, latencies over the last ten and
/// over the whole run.
struct Metrics: Sendable {
  /// From intended start to acknowledgement, in nanoseconds.
  var acknowledgement = LatencyRecord()
  /// From intended start to a read's answer, in nanoseconds.
  var reads = LatencyRecord()
  var acknowledged = 0
  var answered = 0
  var refused = 0
  var timedOut = 0
  var writesPerSecond: Double { writes.perSecond }
  var readsPerSecond: Double { answers.perSecond }
  /// The rate of writes at the end of each of the last sixty seconds.
  private(set) var writesHistory: [Double] = []
  /// What each leader acknowledged in the last second; who does not lead is not in it.
  private(set) var acknowledgedPerSecond: [NodeID: Double] = [:]
  private var acknowledgedBefore: [NodeID: Index] = [:]
  /// Latencies over the last ten seconds that have ended.
  var recentAcknowledgement: LatencySnapshot { acknowledgement.recent }
  var recentReads: LatencySnapshot { reads.recent }
  private var writes = SlidingRate()
  private var answers = SlidingRate()

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

  /// Takes the rates of the last second.
  mutating func look(at now: Instant) {
    writes.look(at: now, count: acknowledged)
    answers.look(at: now, count: answered)
  }

  /// A second has ended.
  mutating func second() {
    writesHistory.append(writesPerSecond)
    if writesHistory.count > 60 { writesHistory.removeFirst() }
    acknowledgement.turn()
    reads.turn()
  }

  /// Takes a leader's rate of acknowledgement since the last call; nil when it does not lead.
  mutating func leads(_ node: NodeID, acknowledged index: Index?, _ elapsed: Interval) {
    acknowledgedPerSecond[node] = nil
    if let index, let before = acknowledgedBefore[node], index >= before {
      acknowledgedPerSecond[node] =
        Double(index.distance(from: before)) / max(elapsed.seconds, 1e-9)
    }
    acknowledgedBefore[node] = index
  }
}

/// Latencies of one kind: the whole run's, and those of the last ten seconds in a ring of one-second
/// histograms.
struct LatencyRecord: Sendable {
  private static let seconds = 10

  /// The whole run.
  private(set) var all = Self.empty
  private var now = Self.empty
  private var past: [Histogram<UInt32>] = []
  /// Follows from ``past``, and is worth being made only once a second.
  private var lately = Once<LatencySnapshot>()

  private static var empty: Histogram<UInt32> {
    Histogram(
      lowestDiscernibleValue: 1000, highestTrackableValue: 60_000_000_000,
      numberOfSignificantValueDigits: .two)
  }

  mutating func record(_ nanoseconds: UInt64) {
    now.record(min(nanoseconds, 60_000_000_000))
  }

  /// The whole run's percentiles, in milliseconds.
  var whole: LatencySnapshot {
    guard now.totalCount > 0 else { return Self.snapshot(all, withBuckets: false) }
    var sum = all
    sum.add(now)
    return Self.snapshot(sum, withBuckets: false)
  }

  /// Ends a second.
  mutating func turn() {
    past.append(now)
    // An empty second is empty for the next one too.
    if now.totalCount > 0 {
      all.add(now)
      now = Self.empty
    }
    if past.count > Self.seconds { past.removeFirst() }
    lately = Once()
  }

  /// The last ten seconds together.
  var recent: LatencySnapshot {
    lately.value {
      pastSum.map { Self.snapshot($0, withBuckets: true) }
        ?? LatencySnapshot(p50: nil, p99: nil, maximum: nil)
    }
  }

  /// The 99th percentile of the last ten seconds, in milliseconds; nil when nothing was recorded.
  var recentP99: Double? { pastSum.map { Double($0.valueAtPercentile(99)) / 1e6 } }

  private var pastSum: Histogram<UInt32>? {
    guard past.contains(where: { $0.totalCount > 0 }) else { return nil }
    var sum = Self.empty
    for second in past where second.totalCount > 0 { sum.add(second) }
    return sum
  }

  /// Percentiles and bars of a histogram of nanoseconds, in milliseconds.
  private static func snapshot(
    _ histogram: Histogram<UInt32>, withBuckets: Bool
  ) -> LatencySnapshot {
    guard histogram.totalCount > 0 else {
      return LatencySnapshot(p50: nil, p99: nil, maximum: nil)
    }
    func at(_ percentile: Double) -> Double {
      Double(histogram.valueAtPercentile(percentile)) / 1e6
    }
    var result = LatencySnapshot(
      p50: at(50), p99: at(99), maximum: Double(histogram.max) / 1e6)
    guard withBuckets else { return result }
    var total = 0
    var bound: UInt64 = 62_500
    var low: UInt64 = 0
    while total < Int(histogram.totalCount), bound < 128_000_000_000 {
      let count = Int(histogram.count(within: low...bound))
      total += count
      result.buckets.append(.init(upTo: Double(bound) / 1e6, count: count))
      low = histogram.nextNonEquivalentForValue(bound)
      bound *= 2
    }
    let first = result.buckets.firstIndex { $0.count > 0 } ?? 0
    result.buckets.removeFirst(first)
    return result
  }
}
