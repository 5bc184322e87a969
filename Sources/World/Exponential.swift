import Positions

#if canImport(Glibc)
  import Glibc
#endif

extension RandomSource {
  /// A number with exponential distribution: the gaps between events that come at random.
  public mutating func exponential(mean: Double) -> Double {
    -mean * log(1 - unit())
  }
}
