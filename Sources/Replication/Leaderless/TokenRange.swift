/// A piece of the ring of 64-bit hashes: from `after` (exclusive) clockwise through `through`
/// (inclusive), across zero where `through` is the lesser. Equal ends mean the whole ring.
public struct TokenRange: Hashable, Sendable, CustomStringConvertible {
  /// Where it begins; not part of it, unless it is the whole ring.
  public var after: UInt64
  /// Where it ends; part of it.
  public var through: UInt64

  /// The range from `after` (exclusive) clockwise through `through`.
  public init(after: UInt64, through: UInt64) {
    self.after = after
    self.through = through
  }

  /// Whether it is all of the ring.
  public var isWholeRing: Bool { after == through }

  /// Whether `hash` lies in it.
  public func contains(_ hash: UInt64) -> Bool {
    // Distances from the first hash of the range: the wrap at zero falls away.
    isWholeRing || hash &- after &- 1 < through &- after
  }

  /// How much of the ring it is, above 0 to 1.
  public var share: Double { isWholeRing ? 1 : Double(through &- after) * 0x1p-64 }

  public var description: String {
    "(\(String(after, radix: 16)), \(String(through, radix: 16))]"
  }
}
