import Positions

/// The hash that the chain is made of: 64 bits by wide multiplication, after Wang Yi's wyhash.
///
/// Not cryptographic: it finds accidents, not forgeries. Its values are on disk; it must not change.
public enum ChainHash {
  @usableFromInline static let secret0: UInt64 = 0xA076_1D64_78BD_642F
  @usableFromInline static let secret1: UInt64 = 0xE703_7ED1_A0B4_28DB
  @usableFromInline static let secret2: UInt64 = 0x8EBC_6AF0_9C88_C6E3
  @usableFromInline static let secret3: UInt64 = 0x5899_65CC_7537_4CC3

  @inlinable @inline(__always)
  static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }

  @inlinable @inline(__always)
  static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  @inlinable @inline(__always)
  static func half(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
    UInt64(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
  }

  /// The hash of `bytes`, read little-endian: three lanes side by side, so that the processor does
  /// not wait for one multiplication after another; what is left of 16 bytes overlaps what was read.
  @inlinable public static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    let count = bytes.count
    var state = secret0 ^ UInt64(count)
    let first: UInt64
    let second: UInt64
    if count >= 16 {
      var offset = 0
      if count > 48 {
        var state1 = state
        var state2 = state
        while offset + 48 < count {
          state = mix(word(bytes, offset) ^ secret1, word(bytes, offset + 8) ^ state)
          state1 = mix(word(bytes, offset + 16) ^ secret2, word(bytes, offset + 24) ^ state1)
          state2 = mix(word(bytes, offset + 32) ^ secret3, word(bytes, offset + 40) ^ state2)
          offset += 48
        }
        state ^= state1 ^ state2
      }
      while offset + 16 < count {
        state = mix(word(bytes, offset) ^ secret1, word(bytes, offset + 8) ^ state)
        offset += 16
      }
      first = word(bytes, count - 16)
      second = word(bytes, count - 8)
    } else if count >= 4 {
      let middle = (count >> 3) << 2
      first = (half(bytes, 0) << 32) | half(bytes, middle)
      second = (half(bytes, count - 4) << 32) | half(bytes, count - 4 - middle)
    } else if count > 0 {
      first = UInt64(bytes[0]) << 16 | UInt64(bytes[count >> 1]) << 8 | UInt64(bytes[count - 1])
      second = 0
    } else {
      first = 0
      second = 0
    }
    return mix(secret1 ^ UInt64(count), mix(first ^ secret1, second ^ state))
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
