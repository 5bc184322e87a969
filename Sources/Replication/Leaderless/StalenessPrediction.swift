/// How likely a read misses a write that was acknowledged before it began: probabilistically bounded
/// staleness (Bailis et al. 2012), by that paper's WARS model.
///
/// A write is sent to all N replicas and acknowledged when W of them have answered; a read that begins
/// `t` later is sent to all N, and takes the newest of the first R answers. It is stale when each of
/// those R replicas got the read before the write. Latencies are drawn from what was measured: each by
/// itself as in the paper, or whole requests, so that what a request's replicas have in common (a slow
/// site, a coordinator that is one of them) stays together. Faults are not part of the model, and
/// neither are read repair, hints and anti-entropy, which only make reads fresher.
public struct StalenessPrediction: Equatable, Sendable {
  /// N: copies of each key.
  public let replicas: Int
  /// R: answers that a read waits for.
  public let reads: Int
  /// W: acknowledgements that a write waits for.
  public let writes: Int

  /// A replica's part in a request.
  public struct Leg: Equatable, Sendable {
    /// Seconds from the coordinator to the replica.
    public var there: Double
    /// Seconds from then until its answer is with the coordinator.
    public var back: Double

    /// A part.
    public init(there: Double, back: Double) {
      self.there = there
      self.back = back
    }
  }

  private let measured: MeasuredLatencies

  private static let seed: UInt64 = 0x5EED_0F57_A1E4_EAD5

  /// A prediction from measured latencies, each of one way and in seconds; none if nothing was
  /// measured for one of the four, or if something that is not a number was.
  ///
  /// - Parameters:
  ///   - replicas: N.
  ///   - reads: R, 1 to N.
  ///   - writes: W, 1 to N.
  ///   - writeSeconds: W: coordinator to replica, a write.
  ///   - acknowledgementSeconds: A: replica to coordinator, its acknowledgement.
  ///   - readSeconds: R: coordinator to replica, a read.
  ///   - responseSeconds: S: replica to coordinator, the answer.
  public init?(
    replicas: Int, reads: Int, writes: Int, writeSeconds: [Double],
    acknowledgementSeconds: [Double], readSeconds: [Double], responseSeconds: [Double]
  ) {
    Self.check(replicas: replicas, reads: reads, writes: writes)
    for samples in [writeSeconds, acknowledgementSeconds, readSeconds, responseSeconds] {
      guard !samples.isEmpty, samples.allSatisfy(\.isFinite) else { return nil }
    }
    self.replicas = replicas
    self.reads = reads
    self.writes = writes
    measured = .each(
      write: writeSeconds, acknowledgement: acknowledgementSeconds, read: readSeconds,
      response: responseSeconds)
  }

  /// A prediction from whole requests, each as one part for each of its replicas; none if no write or no
  /// read was measured, or if one has not just N parts of finite length. Which replica of a write is
  /// which of a read is drawn.
  ///
  /// - Parameters:
  ///   - replicas: N.
  ///   - reads: R, 1 to N.
  ///   - writes: W, 1 to N.
  ///   - writeRequests: of writes.
  ///   - readRequests: of reads.
  public init?(
    replicas: Int, reads: Int, writes: Int, writeRequests: [[Leg]], readRequests: [[Leg]]
  ) {
    Self.check(replicas: replicas, reads: reads, writes: writes)
    for requests in [writeRequests, readRequests] {
      let isWhole = requests.allSatisfy { legs in
        legs.count == replicas && legs.allSatisfy { $0.there.isFinite && $0.back.isFinite }
      }
      guard !requests.isEmpty, isWhole else { return nil }
    }
    self.replicas = replicas
    self.reads = reads
    self.writes = writes
    measured = .whole(
      writes: writeRequests.flatMap { $0 }, reads: readRequests.flatMap { $0 })
  }

  private static func check(replicas: Int, reads: Int, writes: Int) {
    precondition(replicas >= 1, "a key has a copy")
    precondition((1...replicas).contains(reads), "reads wait for 1 to all replicas")
    precondition((1...replicas).contains(writes), "writes wait for 1 to all replicas")
  }

  /// Whether any R replicas and any W share one: then no read is stale.
  public var isStrict: Bool { reads + writes > replicas }

  /// The chance, 0 to 1, that a read that begins `seconds` after the acknowledgement returns an older
  /// version; exactly 0 when ``isStrict``. It is off by about √(p(1 − p) / `trials`), and never grows
  /// with `seconds`: all questions are answered by the same trials.
  public func probabilityOfStaleRead(after seconds: Double, trials: Int = 10_000) -> Double {
    probabilitiesOfStaleRead(after: [seconds], trials: trials)[0]
  }

  /// A curve of ``probabilityOfStaleRead(after:trials:)``: one chance for each of `seconds`, in their
  /// order, for the cost of one.
  public func probabilitiesOfStaleRead(after seconds: [Double], trials: Int = 10_000) -> [Double] {
    guard !isStrict else { return seconds.map { _ in 0 } }
    let visible = visibleAfter(trials: trials)
    return seconds.map { seconds in
      // The first trial in which a read at `seconds` is still stale.
      var low = 0
      var high = visible.count
      while low < high {
        let middle = (low + high) / 2
        if visible[middle] > seconds { high = middle } else { low = middle + 1 }
      }
      return Double(visible.count - low) / Double(visible.count)
    }
  }

  /// How many seconds after the acknowledgement reads are fresh with a chance of `probability`
  /// (the paper's t-visibility: at 0.999, say); 0 when they are at once.
  public func secondsUntilFresh(probability: Double, trials: Int = 10_000) -> Double {
    guard !isStrict else { return 0 }
    let visible = visibleAfter(trials: trials)
    let needed = (probability * Double(trials)).rounded(.up)
    let position = Int(min(max(needed, 1), Double(trials))) - 1
    return max(0, visible[position])
  }

  /// For every trial the seconds after the acknowledgement from which on a read is fresh, in ascending
  /// order; negative where even an earlier one would have been.
  private func visibleAfter(trials: Int) -> [Double] {
    precondition(trials >= 1, "a chance is counted in trials")
    var visible: [Double] = []
    visible.reserveCapacity(trials)
    var acknowledged = [Double](repeating: 0, count: replicas)
    var answered = [(after: Double, lead: Double)](repeating: (0, 0), count: replicas)
    var trial = Trial(replicas: replicas, seed: Self.seed)
    for _ in 0..<trials {
      trial.draw(from: measured)
      for replica in 0..<replicas {
        let write = trial.writes[replica].there
        let acknowledgement = write + trial.writes[replica].back
        let read = trial.reads[replica].there
        let response = read + trial.reads[replica].back
        // Replicas are few: both lists are kept in order as they grow.
        var place = replica
        while place > 0, acknowledged[place - 1] > acknowledgement {
          acknowledged[place] = acknowledged[place - 1]
          place -= 1
        }
        acknowledged[place] = acknowledgement
        place = replica
        while place > 0, answered[place - 1].after > response {
          answered[place] = answered[place - 1]
          place -= 1
        }
        answered[place] = (response, write - read)
      }
      // A replica has the write when the read comes if the read begins `lead` after the write did; one
      // of the first R answers is enough.
      var lead = Double.infinity
      for answer in 0..<reads { lead = min(lead, answered[answer].lead) }
      visible.append(lead - acknowledged[writes - 1])
    }
    visible.sort()
    return visible
  }

  /// The chance that R replicas chosen blindly miss all of the W that acknowledged, while no other
  /// replica ever gets the write: (N − W choose R) / (N choose R), equation 1 of the paper. It bounds
  /// ``probabilityOfStaleRead(after:trials:)`` from above: who is fast to one is not faster to others.
  public static func probabilityOfMissingQuorum(
    replicas: Int, reads: Int, writes: Int
  ) -> Double {
    check(replicas: replicas, reads: reads, writes: writes)
    guard reads + writes <= replicas else { return 0 }
    return (0..<reads).reduce(1.0) { chance, chosen in
      chance * Double(replicas - writes - chosen) / Double(replicas - chosen)
    }
  }
}
