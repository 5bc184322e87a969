import Operations
import Positions
import Testing
import World

@testable import Cluster

/// Stale reads as they are measured, beside what the measured latencies predict.
@Suite struct StalenessTests {
  private struct Figures {
    var measured: Double
    var predicted: Double
  }

  private func figures(
    _ settings: [String], jitter: String = "40ms", seconds: Int = 60
  ) throws -> Figures {
    var scene = try Scene(
      ["model leaderless", "read-repair off", "anti-entropy off"] + settings,
      load: "load ycsb-a rate=400 keys=100 clients=32")
    scene.run(500)
    let nodes = scene.snapshot.nodes.map(\.id)
    for one in nodes {
      for other in nodes where one != other {
        #expect(try scene.perform("jitter \(one) \(other) \(jitter)").isAccepted)
      }
    }
    scene.run(seconds * 1000)
    guard case .leaderless(let model) = scene.snapshot.model else {
      throw Missing()
    }
    return Figures(
      measured: try #require(model.measuredStaleness),
      predicted: try #require(model.predictedStaleness))
  }

  private struct Missing: Error {}

  @Test(arguments: [
    ["nodes 3", "read-quorum 1", "write-quorum 1"],
    ["nodes 5", "read-quorum 1", "write-quorum 1"],
    ["nodes 3", "read-quorum 1", "write-quorum 2"],
    ["nodes 3", "read-quorum 2", "write-quorum 1"],
  ])
  func theMeasuredLatenciesPredictStaleReads(settings: [String]) throws {
    let figures = try figures(settings)
    #expect(
      abs(figures.measured - figures.predicted) < 0.04,
      "measured \(figures.measured), predicted \(figures.predicted)")
  }

  @Test func quorumsOfOneAreStaleOnSlowLinksAndPredictedSo() throws {
    let figures = try figures(
      ["nodes 3", "read-quorum 1", "write-quorum 1"])
    #expect(figures.measured > 0.01)
    #expect(figures.predicted > figures.measured / 2)
    #expect(figures.predicted < figures.measured * 2)
  }

  @Test func quorumsThatIntersectAreNeverStale() throws {
    let figures = try figures(["nodes 3"], seconds: 20)
    #expect(figures.measured == 0)
    #expect(figures.predicted == 0)
  }

  @Test func nothingIsPredictedBeforeARequestWasAnswered() throws {
    var scene = try Scene(["model leaderless"], load: "load ycsb-a rate=0")
    scene.run(3000)
    guard case .leaderless(let model) = scene.snapshot.model else { throw Missing() }
    #expect(model.predictedStaleness == nil)
  }

  /// What is measured for the prediction changes no run.
  @Test func aReservoirIsAnEvenSample() {
    var chance = RandomSource(seed: 3)
    var sums = 0
    for _ in 0..<200 {
      var reservoir = Reservoir<Int>(capacity: 10)
      for value in 0..<100 where reservoir.wantsNext(&chance) { reservoir.put(value, &chance) }
      #expect(reservoir.values.count == 10)
      sums += reservoir.values.reduce(0, +)
    }
    // The mean of 2000 draws from 0 to 99 is 49.5, give or take 0.65.
    #expect(abs(Double(sums) / 2000 - 49.5) < 3)
  }
}
