import Records

/// ``ChainHash`` of whole words: equal on every processor, whichever end of a word it puts first.
enum WordHash {
  /// The hash of two words: 16 bytes.
  @inline(__always) static func hash(_ first: UInt64, _ second: UInt64) -> UInt64 {
    withUnsafeBytes(of: (first.littleEndian, second.littleEndian)) { ChainHash.hash($0) }
  }
}
