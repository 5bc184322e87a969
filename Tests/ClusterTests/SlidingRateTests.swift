import Positions
import Testing

@testable import Cluster

/// Rates are of the last second, whenever one asks.
@Suite struct SlidingRateTests {
  @Test func itIsTheGrowthOfTheLastSecond() {
    var rate = SlidingRate()
    #expect(rate.perSecond == 0)
    // Ten a tenth of a second for two seconds, then none.
    for tenth in 0...40 {
      let now = Instant.start + .milliseconds(tenth * 100)
      rate.look(at: now, count: min(tenth, 20) * 10)
      let expected: Double =
        switch tenth {
        case 0: 0
        case ...20: 100
        case ...30: Double(30 - tenth) * 10
        default: 0
        }
      #expect(rate.perSecond == expected, "at \(now)")
    }
  }

  @Test func looksThatComeLateCountFromTheOneASecondBefore() {
    var rate = SlidingRate()
    rate.look(at: .start, count: 0)
    rate.look(at: .start + .milliseconds(900), count: 90)
    rate.look(at: .start + .milliseconds(1800), count: 180)
    #expect(rate.perSecond == 100)
    rate.look(at: .start + .milliseconds(2900), count: 180)
    #expect(rate.perSecond == 0)
  }

  /// A rate over fixed seconds showed writes up to two seconds after the last one (a demo's
  /// `expect writes.rate == 0` failed two seconds after its leader's death).
  @Test(arguments: [0, 50, 300, 550, 950])
  func noWritesAreShownASecondAfterTheLeadersDeath(phase: Int) throws {
    var scene = try Scene(["election-timeout 3s"], load: "load ycsb-a rate=400")
    scene.run(3000 + phase)
    #expect(scene.snapshot.clients.writesPerSecond > 100)
    try scene.perform("kill leader")
    scene.run(500)
    #expect(scene.snapshot.clients.writesPerSecond > 20)
    scene.run(600)
    #expect(scene.snapshot.clients.writesPerSecond == 0)
  }
}
