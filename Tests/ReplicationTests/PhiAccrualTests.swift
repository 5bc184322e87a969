import Positions
import Replication
import Testing

/// The failure detector by its definition: silence in mean intervals, counted in powers of ten.
@Suite struct PhiAccrualTests {
  static func moment(_ milliseconds: Int) -> Instant { .start + .milliseconds(milliseconds) }

  /// A detector that heard a node `count` times, every 100 ms from 0 on.
  static func regular(_ count: Int) -> PhiAccrual {
    var detector = PhiAccrual(start: .start, initialInterval: .milliseconds(200))
    for beat in 1...count { detector.heard(at: moment(100 * beat)) }
    return detector
  }

  @Test func beginsWithTheInitialInterval() {
    let detector = PhiAccrual(start: Self.moment(50), initialInterval: .milliseconds(200))
    #expect(detector.mean == .milliseconds(200))
    #expect(detector.lastHeard == Self.moment(50))
    #expect(detector.phi(at: Self.moment(50)) == 0)
    // One mean interval of silence: log10(e).
    #expect(abs(detector.phi(at: Self.moment(250)) - 0.4342944819) < 1e-9)
  }

  @Test func tenToTheMinusPhiIsTheChanceOfSuchASilence() {
    let detector = Self.regular(200)
    #expect(detector.mean == .milliseconds(100))
    // e^(-ln 10 · 8) = 10^-8: Cassandra's threshold is passed after 18.4 intervals.
    #expect(detector.phi(at: detector.lastHeard + .milliseconds(1_842)) < 8)
    #expect(detector.phi(at: detector.lastHeard + .milliseconds(1_843)) > 8)
  }

  @Test(arguments: 1...20)
  func growsWithSilenceAndFallsWhenHeard(seed: Int) {
    var random = Chance(seed: UInt64(seed))
    var detector = PhiAccrual(start: .start, initialInterval: .milliseconds(300))
    var now = Instant.start
    for _ in 0..<200 {
      var last = detector.phi(at: now)
      for _ in 0..<Int.random(in: 1...5, using: &random) {
        now = now + .microseconds(Int.random(in: 1...60_000, using: &random))
        let phi = detector.phi(at: now)
        #expect(phi > last)
        last = phi
      }
      detector.heard(at: now)
      #expect(detector.phi(at: now) == 0)
    }
  }

  @Test(arguments: 1...20)
  func theMeanIsThatOfTheNewestIntervals(seed: Int) {
    var random = Chance(seed: UInt64(seed))
    var detector = PhiAccrual(
      start: .start, initialInterval: .milliseconds(500), minimumMean: .microseconds(1))
    var intervals: [Int64] = [500_000_000]
    var now = Instant.start
    for _ in 0..<300 {
      let interval = Interval.microseconds(Int.random(in: 0...600_000, using: &random))
      now = now + interval
      detector.heard(at: now)
      if interval <= .milliseconds(500) { intervals.append(interval.nanoseconds) }
      let newest = intervals.suffix(PhiAccrual.windowCapacity)
      let mean = Double(newest.reduce(0, +)) / Double(newest.count)
      #expect(abs(Double(detector.mean.nanoseconds) - mean) <= 0.5)
    }
  }

  @Test func anOutageDoesNotDullIt() {
    var detector = Self.regular(100)
    detector.heard(at: detector.lastHeard + .seconds(60))
    #expect(detector.mean == .milliseconds(100))
    var patient = PhiAccrual(
      start: .start, initialInterval: .milliseconds(200), maximumInterval: .seconds(100))
    patient.heard(at: .start + .seconds(60))
    #expect(patient.mean == .milliseconds(30_100))
  }

  @Test func aBurstDoesNotMakePausesSuspicious() {
    var detector = PhiAccrual(
      start: .start, initialInterval: .milliseconds(200), minimumMean: .milliseconds(20))
    for beat in 1...200 { detector.heard(at: .start + .microseconds(beat)) }
    #expect(detector.mean == .milliseconds(20))
    #expect(detector.phi(at: detector.lastHeard + .milliseconds(20)) < 1)
  }

  @Test func whatCameEarlierChangesNothing() {
    var detector = Self.regular(10)
    let before = detector
    detector.heard(at: Self.moment(500))
    #expect(detector == before)
    #expect(detector.phi(at: Self.moment(500)) == 0)
  }

  @Test(arguments: 1...20)
  func thresholdsAreReachedWhenForetold(seed: Int) {
    var random = Chance(seed: UInt64(seed))
    var detector = PhiAccrual(start: .start, initialInterval: .milliseconds(400))
    var now = Instant.start
    for _ in 0..<100 {
      now = now + .microseconds(Int.random(in: 1...400_000, using: &random))
      detector.heard(at: now)
      for threshold in [0.5, 1, 3, 8, 12] {
        let moment = detector.reaches(threshold)
        #expect(detector.phi(at: moment) >= threshold)
        // A nanosecond of slack: division and multiplication round each in its way.
        #expect(detector.phi(at: moment - Interval(nanoseconds: 2)) < threshold)
      }
    }
    #expect(detector.reaches(0) == now)
    #expect(detector.reaches(1e300) == .distantFuture)
  }
}
