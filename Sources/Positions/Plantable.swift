/// Something that a bug can be planted in.
public protocol Plantable {
  #if PlantedBugs
    /// The bug; nil: none.
    var planted: PlantedBug? { get }
  #endif
}

extension Plantable {
  /// Whether any bug is planted here; never where the package was built without its trait.
  @inlinable @inline(__always)
  public var hasBug: Bool {
    #if PlantedBugs
      planted != nil
    #else
      false
    #endif
  }

  /// Whether `bug` is planted here; never where the package was built without its trait.
  @inlinable @inline(__always)
  public func isPlanted(_ bug: PlantedBug) -> Bool {
    #if PlantedBugs
      planted == bug
    #else
      false
    #endif
  }
}
