/// A small deterministic generator (xoshiro256**, seeded by SplitMix64): all chance of a world comes
/// from one of these.
public struct RandomSource: RandomNumberGenerator, Equatable, Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// The generator of this seed.
  public init(seed: UInt64) {
    var mixer = seed
    func next() -> UInt64 {
      mixer &+= 0x9E37_79B9_7F4A_7C15
      var word = mixer
      word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
      word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
      return word ^ (word >> 31)
    }
    state = (next(), next(), next(), next())
  }

  /// 64 random bits.
  public mutating func next() -> UInt64 {
    func rotated(_ word: UInt64, by bits: UInt64) -> UInt64 { word << bits | word >> (64 - bits) }
    let result = rotated(state.1 &* 5, by: 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = rotated(state.3, by: 45)
    return result
  }

  /// A number of the range, each as likely (to within 2^-64 times the range's size).
  public mutating func uniform(_ range: Range<Int>) -> Int {
    let width = UInt64(range.count)
    return range.lowerBound + Int(next().multipliedFullWidth(by: width).high)
  }

  /// A number from 0 up to but not including 1.
  public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// An independent generator.
  public mutating func split() -> RandomSource { RandomSource(seed: next()) }

  public static func == (left: RandomSource, right: RandomSource) -> Bool {
    left.state == right.state
  }
}
