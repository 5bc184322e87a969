import Positions

/// The hash that the chain is made of: 64 bits by wide multiplication, after Wang Yi's wyhash.
///
/// Not cryptographic: it finds accidents, not forgeries. Its values are on disk; it must not change.
public enum ChainHash {
  @usableFromInline static let secret0: UInt64 = 0xA076_1D64_78BD_642F
  @usableFromInline static let secret1: UInt64 = 0xE703_7ED1_A0B4_28DB
  @usableFromInline static let secret2: UInt64 = 0x8EBC_6AF0_9C88_C6E3

  @inlinable @inline(__always)
  static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }

  /// The hash of `bytes`, each group of eight read little-endian.
  @inlinable public static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var state = secret0 ^ UInt64(bytes.count)
    var offset = 0
    let count = bytes.count
    while offset + 16 <= count {
      let first = UInt64(
        littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      let second = UInt64(
        littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self))
      state = mix(first ^ secret1, second ^ state)
      offset += 16
    }
    if offset < count {
      var first: UInt64 = 0
      var second: UInt64 = 0
      var shift: UInt64 = 0
      while offset < count {
        if shift < 64 {
          first |= UInt64(bytes[offset]) << shift
        } else {
          second |= UInt64(bytes[offset]) << (shift - 64)
        }
        shift += 8
        offset += 1
      }
      state = mix(first ^ secret1, second ^ state)
    }
    return mix(state ^ secret2, secret1 ^ UInt64(count))
  }

  /// The chain after a record: of the chain before it, its (kind, index, term) and its payload.
  @inlinable public static func extend(
    _ previous: Chain, kind: RecordKind, index: Index, term: Term, payload: UnsafeRawBufferPointer
  ) -> Chain {
    let identity = mix(
      index.rawValue ^ secret0, term.rawValue ^ (UInt64(kind.rawValue) << 56) ^ secret2)
    return Chain(mix(previous.rawValue ^ secret1 ^ identity, hash(payload) ^ secret0))
  }
}
