import Positions

/// How suspicious a node's silence is (Hayashibara et al. 2004, the φ accrual failure detector), by an
/// exponential distribution of the times between its messages as in Cassandra's `FailureDetector`.
///
/// φ is −log10 of the chance that a silence as long as this one ends yet: at φ = 1 one suspicion in
/// ten is wrong, at 8 (Cassandra's threshold) one in 10^8, as far as arrivals are as the model says.
public struct PhiAccrual: Equatable, Sendable {
  /// How many of the newest intervals the mean is of.
  ///
  /// The paper and Cassandra keep 1,000. Here every node has a detector for each other one and is
  /// copied whole by whoever explores its futures; a copy that hears once more costs 512 bytes
  /// instead of 8,000. A mean of 64 is off by an eighth (1/√64) at most times, which a threshold
  /// hardly feels, and it follows a network that changed 16 times as soon.
  public static let windowCapacity = 64

  /// log10(e): the exponential distribution's exponent counted in powers of ten.
  static let decadesPerMean = 0.434_294_481_903_251_8

  /// The lowest mean that is reckoned with: a burst of messages makes no pause suspicious.
  public let minimumMean: Interval
  /// Longer intervals do not enter the mean: an outage says nothing of how a healthy node sounds.
  public let maximumInterval: Interval
  /// When the node was heard last; when watching began, before that.
  public private(set) var lastHeard: Instant

  // Nanoseconds; the oldest stands at `oldest` once the window is full.
  private var window: [Int64]
  private var oldest = 0
  private var sum: Int64

  /// Begins to watch a node.
  ///
  /// - Parameters:
  ///   - start: counts as heard.
  ///   - initialInterval: the first interval of the window, as none was measured yet; Cassandra takes
  ///     two periods of its gossip.
  ///   - minimumMean: see ``minimumMean``; above zero.
  ///   - maximumInterval: see ``maximumInterval``; `initialInterval` when nil, as in Cassandra.
  public init(
    start: Instant, initialInterval: Interval, minimumMean: Interval = .milliseconds(1),
    maximumInterval: Interval? = nil
  ) {
    precondition(initialInterval > .zero, "an interval is longer than nothing")
    precondition(minimumMean > .zero, "a mean is longer than nothing")
    self.minimumMean = minimumMean
    self.maximumInterval = maximumInterval ?? initialInterval
    lastHeard = start
    window = [initialInterval.nanoseconds]
    sum = initialInterval.nanoseconds
  }

  /// The node was heard. Moments before the newest one change nothing.
  public mutating func heard(at now: Instant) {
    guard now >= lastHeard else { return }
    let interval = now - lastHeard
    lastHeard = now
    guard interval <= maximumInterval else { return }
    sum += interval.nanoseconds
    if window.count < Self.windowCapacity {
      window.append(interval.nanoseconds)
    } else {
      sum -= window[oldest]
      window[oldest] = interval.nanoseconds
      oldest = (oldest + 1) % Self.windowCapacity
    }
  }

  /// The mean of the window's intervals, at least ``minimumMean``.
  public var mean: Interval { Interval(nanoseconds: Int64(meanNanoseconds.rounded())) }

  private var meanNanoseconds: Double {
    max(Double(sum) / Double(window.count), Double(minimumMean.nanoseconds))
  }

  /// φ: 0 when the node is heard, growing evenly with its silence, by log10(e) for each mean interval.
  public func phi(at now: Instant) -> Double {
    guard now > lastHeard else { return 0 }
    return Double((now - lastHeard).nanoseconds) / meanNanoseconds * Self.decadesPerMean
  }

  /// When φ will have reached `phi`, to the next nanosecond, if the node stays silent: a timer can
  /// wait for it.
  public func reaches(_ phi: Double) -> Instant {
    let nanoseconds = (phi * meanNanoseconds / Self.decadesPerMean).rounded(.up)
    guard let wait = Int64(exactly: nanoseconds) else { return .distantFuture }
    var moment = lastHeard + Interval(nanoseconds: max(0, wait))
    // The division may have rounded down.
    while moment < .distantFuture, self.phi(at: moment) < phi {
      moment = moment + Interval(nanoseconds: 1)
    }
    return moment
  }
}
