import World

#if canImport(Glibc)
  import Glibc
#endif

/// Numbers that follow Zipf's law, as YCSB draws them (Gray et al., "Quickly generating
/// billion-record synthetic databases"), with the popular ones scattered over the range.
struct Zipfian: Sendable {
  private static let theta = 0.99

  private let count: Int
  private let alpha: Double
  private let zeta: Double
  private let eta: Double

  /// Draws from 0..<count.
  init(count: Int) {
    self.count = max(count, 1)
    var zeta = 0.0
    for rank in 1...self.count { zeta += 1 / pow(Double(rank), Self.theta) }
    self.zeta = zeta
    let zeta2 = 1 + 1 / pow(2, Self.theta)
    alpha = 1 / (1 - Self.theta)
    eta = (1 - pow(2 / Double(self.count), 1 - Self.theta)) / (1 - zeta2 / zeta)
  }

  /// The rank drawn by `random`, 0 being the most popular.
  func rank(_ random: inout RandomSource) -> Int {
    let share = random.unit()
    let scaled = share * zeta
    if scaled < 1 || count == 1 { return 0 }
    if scaled < 1 + pow(0.5, Self.theta) { return 1 }
    return min(count - 1, Int(Double(count) * pow(eta * share - eta + 1, alpha)))
  }

  /// A key number, popular ones scattered.
  func next(_ random: inout RandomSource) -> Int {
    var hash = UInt64(rank(&random)) &* 0x9E37_79B9_7F4A_7C15
    hash ^= hash >> 32
    return Int(hash % UInt64(count))
  }
}
