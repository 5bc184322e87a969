import Positions

/// The first 4 KiB of a segment file.
///
/// Layout, little-endian: magic (8), version (4), CRC32C of the rest with this field zero (4),
/// cluster (8), node (8), sequence (8), first index (8), previous term (8), previous chain (8), first
/// LSN (8), salt (4), reserved (4), boot epoch (8), zeros.
public struct SegmentHeader: Equatable, Sendable {
  /// Bytes of a header.
  public static let size = 4096
  /// The format's version.
  public static let version: UInt32 = 1
  /// No counter of files or saves gets that far; counting on from there must not overflow.
  static let countMaximum = UInt64.max / 2
  static let magic: UInt64 = 0x474F_4C41_5743_5052  // "RPCWALOG"

  /// Which cluster.
  public var clusterID: UInt64
  /// Which node.
  public var node: NodeID
  /// The file's number, from 1.
  public var sequence: UInt64
  /// The end of the log before its first record.
  public var previous: LogPoint
  /// Seeds the header checksums of its records, so that bytes of another file never pass.
  public var salt: UInt32
  /// Which start of the node made it.
  public var bootEpoch: UInt64

  /// The file's name.
  public var name: String {
    "wal-" + Self.padded(sequence, 8) + "-" + Self.padded(previous.index.next.rawValue, 16)
  }

  static func padded(_ number: UInt64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  var encoded: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Self.size)
    bytes.withUnsafeMutableBytes { buffer in
      buffer.put(Self.magic, at: 0)
      buffer.put(Self.version, at: 8)
      buffer.put(clusterID, at: 16)
      buffer.put(UInt64(node.number), at: 24)
      buffer.put(sequence, at: 32)
      buffer.put(previous.index.next.rawValue, at: 40)
      buffer.put(previous.term.rawValue, at: 48)
      buffer.put(previous.chain.rawValue, at: 56)
      buffer.put(previous.end.rawValue, at: 64)
      buffer.put(salt, at: 72)
      buffer.put(bootEpoch, at: 80)
      buffer.put(UnsafeRawBufferPointer(buffer).checksum(0..<Self.size), at: 12)
    }
    return bytes
  }

  /// What became of reading a header.
  enum Reading: Equatable {
    case header(SegmentHeader)
    case newer(UInt32)
    case bad(String)
  }

  static func read(_ bytes: UnsafeRawBufferPointer) -> Reading {
    guard bytes.count >= size else { return .bad("the file is shorter than a header") }
    guard bytes.uint64(0) == magic else { return .bad("not a segment: no magic") }
    let isWhole =
      withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { copy in
        copy.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<size]))
        copy.put(UInt32(0), at: 12)
        return UnsafeRawBufferPointer(copy).checksum(0..<size) == bytes.uint32(12)
      }
    if bytes.uint32(8) > version, isWhole { return .newer(bytes.uint32(8)) }
    guard isWhole else { return .bad("the segment header's checksum does not hold") }
    let number = bytes.uint64(24)
    guard (1...UInt64(UInt16.max)).contains(number) else { return .bad("no node has its number") }
    guard bytes.uint64(32) <= countMaximum else { return .bad("no log has so many files") }
    return .header(
      SegmentHeader(
        clusterID: bytes.uint64(16), node: NodeID(Int(number)), sequence: bytes.uint64(32),
        previous: LogPoint(
          index: Index(bytes.uint64(40)).previous, term: Term(rawValue: bytes.uint64(48)),
          chain: Chain(bytes.uint64(56)), end: LSN(bytes.uint64(64))),
        salt: bytes.uint32(72), bootEpoch: bytes.uint64(80)))
  }
}
