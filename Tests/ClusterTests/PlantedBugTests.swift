import Foundation
import Operations
import Positions
import Replication
import Testing
import WriteAheadLog

@testable import Cluster

#if PlantedBugs
  /// Each planted bug is found by the simulator in the run of its recorded seed, and the code without it
  /// passes the same run.
  ///
  /// The runs are those of `replicascope simulate --model M --seed N --nodes 3..5 --for 8s`, M being the
  /// bug's model.
  /// `REPLICASCOPE_PLANTED=name,… REPLICASCOPE_SEEDS=1...1000 swift test --traits PlantedBugs --filter
  /// PlantedBugTests` looks for the first seed that finds each (`all`: of all bugs; `multiLeader` and the
  /// like: of a model's; `none`: that none fails in any model).
  @Suite struct PlantedBugTests {
    static func settings(_ model: PlantedModel) -> SimulationSettings {
      SimulationSettings(
        nodes: 3...5, duration: .seconds(8),
        model: ReplicationModel(model))
    }

    static func run(
      _ seed: Int, _ model: PlantedModel, planting bug: PlantedBug?
    ) -> SimulationResult {
      SimulationRun.run(
        SimulationPlan(seed: UInt64(seed), settings: settings(model)), planting: bug)
    }

    @Test(arguments: PlantedBugSeeds.killing.sorted { $0.key.rawValue < $1.key.rawValue })
    func isFoundByItsSeed(bug: PlantedBug, seed: Int) {
      guard Self.wanted == nil else { return }
      #expect(
        Self.run(seed, bug.model, planting: bug).isFailure, "\(bug) survives seed \(seed)")
    }

    /// The seeds that find bugs, each once in its model.
    static var runs: [(model: PlantedModel, seed: Int)] {
      PlantedModel.allCases.flatMap { model in
        Set(PlantedBugSeeds.killing(model).values).sorted().map { (model, $0) }
      }
    }

    @Test(arguments: runs)
    func nothingIsFoundWithoutABug(model: PlantedModel, seed: Int) {
      guard Self.wanted == nil else { return }
      let result = Self.run(seed, model, planting: nil)
      #expect(!result.isFailure, "\(model), seed \(seed): \(result.complaints)")
    }

    @Test func everyBugHasASeedThatFindsIt() {
      #expect(PlantedBug.allCases.filter { PlantedBugSeeds.killing[$0] == nil } == [])
      #expect(PlantedBugSeeds.killing.values.allSatisfy { (1...1000).contains($0) })
      #expect(PlantedBugSeeds.killing(.singleLeader).count >= 40)
      let ofPeers =
        PlantedBugSeeds.killing(.multiLeader).count + PlantedBugSeeds.killing(.leaderless).count
      #expect(ofPeers >= 30)
    }

    // MARK: Searching

    static var wanted: String? { ProcessInfo.processInfo.environment["REPLICASCOPE_PLANTED"] }

    static var searched: [PlantedBug] {
      guard let wanted else { return [] }
      if wanted == "all" { return PlantedBug.allCases }
      return wanted.split(separator: ",").flatMap { name -> [PlantedBug] in
        if let bug = PlantedBug(rawValue: String(name)) { return [bug] }
        return PlantedBug.allCases.filter { $0.model.rawValue == name }
      }
    }

    @Test(arguments: searched)
    func search(for bug: PlantedBug) {
      for seed in RandomCommandTests.seeds([]) {
        let result = Self.run(seed, bug.model, planting: bug)
        guard result.isFailure, !Self.run(seed, bug.model, planting: nil).isFailure else {
          continue
        }
        print(".\(bug.rawValue): \(seed),  // \(result.complaints.first ?? "")")
        return
      }
      Issue.record("\(bug) survives")
    }

    /// The code without a bug passes every seed of a search: what is found is the bug's.
    @Test(
      arguments: wanted == "none" ? PlantedModel.allCases : [],
      wanted == "none" ? RandomCommandTests.seeds([]) : [])
    func withoutABugNothingIsFound(model: PlantedModel, seed: Int) {
      let result = Self.run(seed, model, planting: nil)
      #expect(!result.isFailure, "\(model), seed \(seed): \(result.complaints)")
    }
  }

  extension ReplicationModel {
    /// The model that a bug is planted in.
    init(_ model: PlantedModel) {
      self =
        switch model {
        case .singleLeader: .singleLeader
        case .multiLeader: .multiLeader
        case .leaderless: .leaderless
        }
    }
  }
#else
  /// Without the package's trait there is nothing planted, and nothing can be.
  @Suite struct PlantedBugTests {
    @Test(arguments: PlantedBug.allCases)
    func nothingIsPlanted(bug: PlantedBug) {
      #expect(!Policy().isPlanted(bug))
      #expect(!PeerPolicy(members: []).isPlanted(bug))
      let log = LogConfiguration(clusterID: 1, node: NodeID(1), bootEpoch: 1, saltSource: 1)
      #expect(!log.isPlanted(bug))
    }
  }
#endif
