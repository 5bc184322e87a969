/// Chance by number (SplitMix64, Steele et al. 2014): the `counter`th word of a seed is a function of
/// both and of nothing that was drawn before, so that equal questions have equal answers.
enum CountedChance {
  /// The `counter`th word.
  @inline(__always) static func word(seed: UInt64, counter: UInt64) -> UInt64 {
    var word = seed &+ (counter &+ 1) &* 0x9E37_79B9_7F4A_7C15
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }

  /// One of the numbers below `bound`, each as likely but for one part in 2^64 / `bound`.
  @inline(__always) static func number(below bound: Int, seed: UInt64, counter: UInt64) -> Int {
    Int(word(seed: seed, counter: counter).multipliedFullWidth(by: UInt64(bound)).high)
  }
}
