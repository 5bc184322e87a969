import CProcessor

/// Little-endian numbers in runs of bytes, and their checksum.
extension UnsafeRawBufferPointer {
  func uint32(_ offset: Int) -> UInt32 {
    UInt32(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  func uint64(_ offset: Int) -> UInt64 {
    UInt64(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// CRC32C of `range`, begun with `seed`.
  func checksum(_ range: Range<Int>, seed: UInt32 = 0) -> UInt32 {
    guard let baseAddress else { return crc32c(seed, nil, 0) }
    return crc32c(seed, baseAddress + range.lowerBound, range.count)
  }

  /// Whether all bytes of `range` are zero.
  func isZero(_ range: Range<Int>) -> Bool {
    var offset = range.lowerBound
    while offset + 8 <= range.upperBound {
      if loadUnaligned(fromByteOffset: offset, as: UInt64.self) != 0 { return false }
      offset += 8
    }
    while offset < range.upperBound {
      if self[offset] != 0 { return false }
      offset += 1
    }
    return true
  }
}

extension UnsafeMutableRawBufferPointer {
  func put(_ value: UInt32, at offset: Int) {
    storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt32.self)
  }

  func put(_ value: UInt64, at offset: Int) {
    storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt64.self)
  }
}
