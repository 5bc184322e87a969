import Foundation
import Positions
import Replication
import Testing
import WriteAheadLog

@testable import Cluster

#if PlantedBugs
  /// Each planted bug is found by the run of its recorded seed, and the code without it is not.
  ///
  /// `REPLICASCOPE_PLANTED=name REPLICASCOPE_SEEDS=1...1000 swift test --traits PlantedBugs --filter
  /// PlantedBugTests` looks for seeds that find one (`all`: each).
  @Suite struct PlantedBugTests {
    /// More terms than the healthy code needs in the same run: an election storm.
    static let storm: UInt64 = 3

    @Test(arguments: PlantedBugSeeds.killing.sorted { $0.key.rawValue < $1.key.rawValue })
    func isFoundByItsSeed(bug: PlantedBug, seed: Int) throws {
      guard Self.wanted == nil else { return }
      let healthy = try PlantedBugRun.play(seed: seed, bug: nil)
      #expect(healthy.problems == [], "seed \(seed) without a bug")
      #expect(try Self.find(bug, seed: seed, healthy) != nil, "\(bug) survives seed \(seed)")
    }

    @Test func everyBugHasASeedOrAReason() {
      let missing = PlantedBug.allCases.filter {
        PlantedBugSeeds.killing[$0] == nil && PlantedBugSeeds.surviving[$0] == nil
      }
      #expect(missing == [])
      #expect(PlantedBugSeeds.killing.count >= 40)
    }

    /// What shows the bug in the run of `seed`; nil when nothing does.
    static func find(
      _ bug: PlantedBug, seed: Int, _ healthy: @autoclosure () throws -> PlantedBugRun.Outcome
    ) throws -> String? {
      let outcome = try PlantedBugRun.play(seed: seed, bug: bug)
      if let problem = outcome.problems.first { return problem }
      // Only a run with many terms is worth comparing.
      guard outcome.terms > storm else { return nil }
      let terms = try healthy().terms
      return outcome.terms > terms + storm ? "\(outcome.terms) terms instead of \(terms)" : nil
    }

    // MARK: Searching

    static var wanted: String? { ProcessInfo.processInfo.environment["REPLICASCOPE_PLANTED"] }

    static var searched: [PlantedBug] {
      guard let wanted else { return [] }
      if wanted == "all" { return PlantedBug.allCases }
      return wanted.split(separator: ",").compactMap { PlantedBug(rawValue: String($0)) }
    }

    @Test(arguments: searched)
    func search(for bug: PlantedBug) throws {
      for seed in RandomCommandTests.seeds([]) {
        guard
          let problem = try Self.find(
            bug, seed: seed, try PlantedBugRun.play(seed: seed, bug: nil)),
          try PlantedBugRun.play(seed: seed, bug: nil).problems.isEmpty
        else { continue }
        print("\(bug.rawValue): \(seed),  // \(problem)")
        return
      }
      Issue.record("\(bug) survives")
    }

    @Test(arguments: wanted == "plans" ? RandomCommandTests.seeds([]) : [])
    func says(whatIsDrawnFor seed: Int) throws {
      print("\(seed): \(try PlantedBugRun.plan(seed: seed))")
    }

    /// The code without a bug passes every seed of a search: what is found is the bug's.
    @Test(arguments: wanted == "none" ? RandomCommandTests.seeds([]) : [])
    func withoutABugNothingIsFound(seed: Int) throws {
      let outcome = try PlantedBugRun.play(seed: seed, bug: nil)
      #expect(
        outcome.problems == [], "seed \(seed)\n\(outcome.commands.joined(separator: "\n"))")
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
