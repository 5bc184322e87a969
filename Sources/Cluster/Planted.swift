import Positions

// Where a bug is planted, every node has it; see `PlantedBug`.
extension Cluster: Plantable {
  #if PlantedBugs
    /// The bug planted in it; nil: none.
    public var planted: PlantedBug? { configuration.planted }
  #endif
}
