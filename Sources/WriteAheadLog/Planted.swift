import Positions

// What a log does instead where a bug is planted; see `PlantedBug`.
extension WriteAheadLog: Plantable {
  #if PlantedBugs
    /// The bug planted in it; nil: none.
    public var planted: PlantedBug? { configuration.planted }
  #endif

  /// Leaves out of a flush what a planted bug forgets.
  func forget(_ operations: inout [FileOperation]) {
    if isPlanted(.directoriesAreNotSynced) { operations.removeAll { $0 == .syncDirectory } }
    if isPlanted(.recordsAreNotSynced) {
      operations.removeAll {
        if case .sync(let name) = $0 { name.hasPrefix("wal-") } else { false }
      }
    }
  }
}
