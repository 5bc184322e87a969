import Foundation
import Positions
import Replication
import Testing
import WriteAheadLog

@testable import Cluster

#if PlantedBugs
  /// Each planted bug is found by the simulator in the run of its recorded seed, and the code without it
  /// passes the same run.
  ///
  /// The runs are those of `replicascope simulate --seed N --nodes 3..5 --for 8s`.
  /// `REPLICASCOPE_PLANTED=name REPLICASCOPE_SEEDS=1...1000 swift test --traits PlantedBugs --filter
  /// PlantedBugTests` looks for the first seed that finds one (`all`: each; `none`: that none fails).
  @Suite struct PlantedBugTests {
    static let settings = SimulationSettings(nodes: 3...5, duration: .seconds(8))

    static func run(_ seed: Int, planting bug: PlantedBug?) -> SimulationResult {
      SimulationRun.run(
        SimulationPlan(seed: UInt64(seed), settings: settings), planting: bug)
    }

    @Test(arguments: PlantedBugSeeds.killing.sorted { $0.key.rawValue < $1.key.rawValue })
    func isFoundByItsSeed(bug: PlantedBug, seed: Int) {
      guard Self.wanted == nil else { return }
      #expect(Self.run(seed, planting: bug).isFailure, "\(bug) survives seed \(seed)")
    }

    @Test(arguments: Set(PlantedBugSeeds.killing.values).sorted())
    func nothingIsFoundWithoutABug(seed: Int) {
      guard Self.wanted == nil else { return }
      let result = Self.run(seed, planting: nil)
      #expect(!result.isFailure, "seed \(seed): \(result.complaints)")
    }

    @Test func everyBugHasASeedThatFindsIt() {
      #expect(PlantedBug.allCases.filter { PlantedBugSeeds.killing[$0] == nil } == [])
      #expect(PlantedBugSeeds.killing.values.allSatisfy { (1...1000).contains($0) })
      #expect(PlantedBugSeeds.killing.count >= 40)
    }

    // MARK: Searching

    static var wanted: String? { ProcessInfo.processInfo.environment["REPLICASCOPE_PLANTED"] }

    static var searched: [PlantedBug] {
      guard let wanted else { return [] }
      if wanted == "all" { return PlantedBug.allCases }
      return wanted.split(separator: ",").compactMap { PlantedBug(rawValue: String($0)) }
    }

    @Test(arguments: searched)
    func search(for bug: PlantedBug) {
      for seed in RandomCommandTests.seeds([]) {
        let result = Self.run(seed, planting: bug)
        guard result.isFailure, !Self.run(seed, planting: nil).isFailure else { continue }
        print(".\(bug.rawValue): \(seed),  // \(result.complaints.first ?? "")")
        return
      }
      Issue.record("\(bug) survives")
    }

    /// The code without a bug passes every seed of a search: what is found is the bug's.
    @Test(arguments: wanted == "none" ? RandomCommandTests.seeds([]) : [])
    func withoutABugNothingIsFound(seed: Int) {
      let result = Self.run(seed, planting: nil)
      #expect(!result.isFailure, "seed \(seed): \(result.complaints)")
    }
  }
#else
  /// Without the package's trait there is nothing planted, and nothing can be.
  @Suite struct PlantedBugTests {
    @Test(arguments: PlantedBug.allCases)
    func nothingIsPlanted(bug: PlantedBug) {
      #expect(!Policy().isPlanted(bug))
      let log = LogConfiguration(clusterID: 1, node: NodeID(1), bootEpoch: 1, saltSource: 1)
      #expect(!log.isPlanted(bug))
    }
  }
#endif
