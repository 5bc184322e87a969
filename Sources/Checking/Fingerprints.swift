/// A set of numbers that are hashes already, in a fixed number of small tables, so that a copy shares
/// what is not written to afterwards.
///
/// A table that grows too large forgets what it has: what is counted once may be counted again then.
struct Fingerprints: Sendable {
  private struct Table: Sendable {
    /// Open addressing with linear probing; 0 is free.
    var slots: [UInt64] = []
    var used = 0
    static let slotsMaximum = 1024

    mutating func insert(_ mark: UInt64) -> Bool {
      if 2 * used >= slots.count { grow() }
      let mask = slots.count - 1
      var position = Int(truncatingIfNeeded: mark >> 32) & mask
      while slots[position] != 0 {
        if slots[position] == mark { return false }
        position = (position + 1) & mask
      }
      slots[position] = mark
      used += 1
      return true
    }

    private mutating func grow() {
      let old = slots.count < Self.slotsMaximum ? slots : []
      slots = Array(repeating: 0, count: min(Self.slotsMaximum, max(8, 2 * slots.count)))
      used = 0
      for mark in old where mark != 0 { _ = insert(mark) }
    }
  }

  private static let tableCount: UInt64 = 256
  private var tables = [Table](repeating: Table(), count: Int(tableCount))

  /// Whether `mark` is new.
  mutating func insert(_ mark: UInt64) -> Bool {
    let mark = mark == 0 ? 1 : mark
    return tables[Int(mark % Self.tableCount)].insert(mark)
  }

  /// Mixes a number into a hash (the finalizer of SplitMix64).
  static func mix(_ hash: UInt64, _ number: UInt64) -> UInt64 {
    var mixed = (hash ^ number) &+ 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
