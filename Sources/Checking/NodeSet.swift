import Positions

/// A set of nodes in 17 bytes. Nodes behind the 128th are not told apart: a set that has one of them
/// counts as large.
struct NodeSet: Equatable, Sendable {
  private var low: UInt64 = 0
  private var high: UInt64 = 0
  private var hasFar = false

  var count: Int { hasFar ? 1 << 16 : low.nonzeroBitCount + high.nonzeroBitCount }
  var isEmpty: Bool { low == 0 && high == 0 && !hasFar }

  func contains(_ node: NodeID) -> Bool {
    let offset = node.offset
    return offset < 64
      ? low >> UInt64(offset) & 1 == 1
      : offset < 128 ? high >> UInt64(offset - 64) & 1 == 1 : hasFar
  }

  mutating func insert(_ node: NodeID) {
    let offset = node.offset
    if offset < 64 {
      low |= 1 << UInt64(offset)
    } else if offset < 128 {
      high |= 1 << UInt64(offset - 64)
    } else {
      hasFar = true
    }
  }

  mutating func remove(_ node: NodeID) {
    let offset = node.offset
    if offset < 64 {
      low &= ~(1 << UInt64(offset))
    } else if offset < 128 {
      high &= ~(1 << UInt64(offset - 64))
    }
  }

  mutating func formUnion(_ other: NodeSet) {
    low |= other.low
    high |= other.high
    hasFar = hasFar || other.hasFar
  }

  func intersects(_ other: NodeSet) -> Bool {
    low & other.low != 0 || high & other.high != 0 || hasFar && other.hasFar
  }
}
