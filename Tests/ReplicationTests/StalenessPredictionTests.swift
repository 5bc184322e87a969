import Foundation
import Replication
import Testing

/// The prediction beside a plain simulation of writes and reads, and beside the paper's figures.
@Suite struct StalenessPredictionTests {
  /// Latencies of an exponential distribution, evenly over its quantiles, in seconds.
  static func exponential(meanMilliseconds: Double) -> [Double] {
    (0..<2_000).map { (number: Int) -> Double in
      let quantile = (Double(number) + 0.5) / 2_000
      return -log(1 - quantile) * meanMilliseconds / 1_000
    }
  }

  static func prediction(
    _ replicas: Int, _ reads: Int, _ writes: Int, write: [Double], other: [Double]
  ) throws -> StalenessPrediction {
    try #require(
      StalenessPrediction(
        replicas: replicas, reads: reads, writes: writes, writeSeconds: write,
        acknowledgementSeconds: other, readSeconds: other, responseSeconds: other))
  }

  @Test func nothingMeasuredPredictsNothing() {
    for empty in 0..<4 {
      var samples = [[Double]](repeating: [0.1], count: 4)
      samples[empty] = []
      #expect(
        StalenessPrediction(
          replicas: 3, reads: 1, writes: 1, writeSeconds: samples[0],
          acknowledgementSeconds: samples[1], readSeconds: samples[2], responseSeconds: samples[3])
          == nil)
    }
    #expect(
      StalenessPrediction(
        replicas: 3, reads: 1, writes: 1, writeSeconds: [.nan], acknowledgementSeconds: [0],
        readSeconds: [0], responseSeconds: [0]) == nil)
  }

  @Test func strictQuorumsAreNeverStale() throws {
    let slow = Self.exponential(meanMilliseconds: 100)
    for replicas in 1...5 {
      for reads in 1...replicas {
        for writes in 1...replicas where reads + writes > replicas {
          let prediction = try Self.prediction(replicas, reads, writes, write: slow, other: [0.001])
          #expect(prediction.isStrict)
          #expect(prediction.probabilityOfStaleRead(after: 0) == 0)
          #expect(prediction.secondsUntilFresh(probability: 1) == 0)
        }
      }
    }
  }

  @Test func equalLatenciesAreNeverStale() throws {
    // The write is everywhere before the first acknowledgement is back.
    let prediction = try Self.prediction(3, 1, 1, write: [0.01], other: [0.01])
    #expect(prediction.probabilityOfStaleRead(after: 0) == 0)
    #expect(prediction.secondsUntilFresh(probability: 1) == 0)
  }

  @Test func equalQuestionsHaveEqualAnswers() throws {
    let samples = Self.exponential(meanMilliseconds: 5)
    let first = try Self.prediction(3, 1, 1, write: samples, other: samples)
    let second = try Self.prediction(3, 1, 1, write: samples, other: samples)
    #expect(first == second)
    let times = [0, 0.001, 0.01]
    #expect(
      first.probabilitiesOfStaleRead(after: times, trials: 2_000)
        == times.map { second.probabilityOfStaleRead(after: $0, trials: 2_000) })
  }

  @Test(arguments: [(3, 1, 1), (3, 2, 1), (3, 1, 2), (5, 1, 1), (5, 2, 3), (5, 3, 2)])
  func fallsWithTimeBelowTheBound(replicas: Int, reads: Int, writes: Int) throws {
    let prediction = try Self.prediction(
      replicas, reads, writes, write: Self.exponential(meanMilliseconds: 50),
      other: Self.exponential(meanMilliseconds: 1))
    let times = (0..<40).map { Double($0) / 100 }
    let curve = prediction.probabilitiesOfStaleRead(after: times, trials: 3_000)
    #expect(zip(curve, curve.dropFirst()).allSatisfy { $0 >= $1 })
    let bound = StalenessPrediction.probabilityOfMissingQuorum(
      replicas: replicas, reads: reads, writes: writes)
    #expect(curve[0] > 0 && curve[0] < bound + 0.03)
    #expect(curve[39] < 0.01)
    for probability in [0.5, 0.9, 0.99] {
      let seconds = prediction.secondsUntilFresh(probability: probability, trials: 3_000)
      #expect(
        prediction.probabilityOfStaleRead(after: seconds, trials: 3_000) <= 1 - probability + 1e-9)
      guard seconds > 0 else { continue }
      #expect(
        prediction.probabilityOfStaleRead(after: seconds.nextDown, trials: 3_000) > 1 - probability
          - 1e-9)
    }
  }

  @Test func writesThatArriveLateMeetTheBound() throws {
    // Reads are over before a second replica can have the write: who answers first decides alone.
    let prediction = try Self.prediction(
      3, 1, 1, write: Self.exponential(meanMilliseconds: 1e6),
      other: Self.exponential(meanMilliseconds: 0.001))
    let stale = prediction.probabilityOfStaleRead(after: 0, trials: 20_000)
    #expect(abs(stale - 2.0 / 3) < 0.015)
  }

  @Test func missedQuorumsAreCounted() {
    let missed = StalenessPrediction.probabilityOfMissingQuorum
    #expect(abs(missed(3, 1, 1) - 2.0 / 3) < 1e-12)
    #expect(abs(missed(3, 2, 1) - 1.0 / 3) < 1e-12)
    #expect(abs(missed(3, 1, 2) - 1.0 / 3) < 1e-12)
    #expect(abs(missed(5, 2, 2) - 0.3) < 1e-12)
    #expect(missed(3, 2, 2) == 0)
    // The paper's example: N = 100, R = W = 30.
    #expect(abs(missed(100, 30, 30) - 1.88e-6) < 0.01e-6)
  }

  /// The paper on distributions of write latency: N = 3, R = W = 1; A, R and S exponential, λ = 1.
  @Test func agreesWithThePaper() throws {
    let other = Self.exponential(meanMilliseconds: 1)
    // Fast writes, λ = 4 (a mean of 0.25 ms): fresh at once with 94 %, with 99.9 % after 1 ms.
    let fast = try Self.prediction(
      3, 1, 1, write: Self.exponential(meanMilliseconds: 0.25), other: other)
    #expect(abs(1 - fast.probabilityOfStaleRead(after: 0, trials: 20_000) - 0.94) < 0.015)
    #expect(fast.probabilityOfStaleRead(after: 0.001, trials: 20_000) < 0.002)
    // Slow ones, λ = 0.1: at once with 41 %, with 99.9 % only after 65 ms.
    let slow = try Self.prediction(
      3, 1, 1, write: Self.exponential(meanMilliseconds: 10), other: other)
    #expect(abs(1 - slow.probabilityOfStaleRead(after: 0, trials: 20_000) - 0.41) < 0.015)
    #expect(abs(slow.secondsUntilFresh(probability: 0.999, trials: 20_000) - 0.065) < 0.012)
  }

  // MARK: Simulation

  /// One write and one read as messages with times; whether the read is stale.
  static func isStale(
    replicas: Int, reads: Int, writes: Int, after seconds: Double, write: [Double],
    other: [Double], _ random: inout Chance
  ) -> Bool {
    func draw(_ samples: [Double]) -> Double {
      samples[Int.random(in: 0..<samples.count, using: &random)]
    }
    let arrivals = (0..<replicas).map { _ in draw(write) }
    let acknowledgements = arrivals.map { $0 + draw(other) }.sorted()
    let begins = acknowledgements[writes - 1] + seconds
    var answers: [(at: Double, isFresh: Bool)] = []
    for arrival in arrivals {
      let asked = begins + draw(other)
      answers.append((asked + draw(other), asked >= arrival))
    }
    return answers.sorted { $0.at < $1.at }.prefix(reads).allSatisfy { !$0.isFresh }
  }

  @Test(arguments: [(3, 1, 1), (3, 2, 1), (3, 1, 2), (5, 2, 2)])
  func agreesWithASimulation(replicas: Int, reads: Int, writes: Int) throws {
    var random = Chance(seed: UInt64(replicas * 100 + reads * 10 + writes))
    let write = Self.exponential(meanMilliseconds: 8)
    let other = Self.exponential(meanMilliseconds: 2)
    let prediction = try Self.prediction(replicas, reads, writes, write: write, other: other)
    for seconds in [0, 0.005, 0.02] {
      var stale = 0
      for _ in 0..<6_000 {
        let isStale = Self.isStale(
          replicas: replicas, reads: reads, writes: writes, after: seconds, write: write,
          other: other, &random)
        stale += isStale ? 1 : 0
      }
      let predicted = prediction.probabilityOfStaleRead(after: seconds, trials: 6_000)
      #expect(abs(predicted - Double(stale) / 6_000) < 0.035)
    }
  }
}
