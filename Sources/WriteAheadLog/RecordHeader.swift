import CProcessor
import Positions
import Records

/// The 64 bytes before a payload; see the offsets in ``encode(_:into:)``.
public struct RecordHeader: Equatable, Sendable {
  static let magic: UInt32 = 0x4452_5052  // "RPRD"

  /// Bytes of payload.
  public var length: UInt32
  /// What the payload is.
  public var kind: RecordKind
  /// Where the record starts.
  public var lsn: LSN
  /// Its number.
  public var index: Index
  /// The term it was written in.
  public var term: Term
  /// The position known durable when this was written.
  public var watermark: LSN
  /// The chain through this record.
  public var chain: Chain
  /// CRC32C of the payload.
  public var payloadChecksum: UInt32
  /// Which write it was part of.
  public var batch: UInt32

  /// Writes the header at the beginning of `buffer`, checksummed with the segment's salt.
  @inline(__always)
  func encode(salt: UInt32, into buffer: UnsafeMutableRawBufferPointer) {
    buffer.put(Self.magic, at: 0)
    buffer.put(length, at: 8)
    buffer.put(UInt32(kind.rawValue), at: 12)
    buffer.put(lsn.rawValue, at: 16)
    buffer.put(index.rawValue, at: 24)
    buffer.put(term.rawValue, at: 32)
    buffer.put(watermark.rawValue, at: 40)
    buffer.put(chain.rawValue, at: 48)
    buffer.put(payloadChecksum, at: 56)
    buffer.put(batch, at: 60)
    buffer.put(UnsafeRawBufferPointer(buffer).checksum(8..<64, seed: salt), at: 4)
  }

  /// Why bytes are no record.
  enum Flaw: Equatable {
    case zeros
    case header(String)
    /// The header holds, so that the record can be named.
    case payload(RecordHeader, String)
  }

  enum Reading {
    case record(RecordHeader)
    case flaw(Flaw)
  }

  /// Reads the record at `offset` of `bytes`, which ought to start at `lsn`.
  @inline(__always)
  static func read(
    _ bytes: UnsafeRawBufferPointer, at offset: Int, lsn: LSN, salt: UInt32
  ) -> Reading {
    guard offset + RecordLayout.headerSize <= bytes.count else {
      return .flaw(
        bytes.isZero(min(offset, bytes.count)..<bytes.count)
          ? .zeros : .header("the file ends within a record header"))
    }
    guard bytes.uint32(offset) == magic else {
      return .flaw(
        bytes.isZero(offset..<offset + RecordLayout.headerSize)
          ? .zeros : .header("no record begins here"))
    }
    guard bytes.checksum(offset + 8..<offset + 64, seed: salt) == bytes.uint32(offset + 4) else {
      return .flaw(.header("the record header's checksum does not hold"))
    }
    guard bytes.uint64(offset + 16) == lsn.rawValue else {
      return .flaw(.header("the record says that it belongs elsewhere"))
    }
    guard let kind = RecordKind(rawValue: UInt8(truncatingIfNeeded: bytes.uint32(offset + 12))),
      bytes.uint32(offset + 12) <= 0xFF
    else { return .flaw(.header("the record is of a kind unknown here")) }
    let header = RecordHeader(
      length: bytes.uint32(offset + 8), kind: kind, lsn: lsn,
      index: Index(bytes.uint64(offset + 24)), term: Term(rawValue: bytes.uint64(offset + 32)),
      watermark: LSN(bytes.uint64(offset + 40)), chain: Chain(bytes.uint64(offset + 48)),
      payloadChecksum: bytes.uint32(offset + 56), batch: bytes.uint32(offset + 60))
    let length = Int(header.length)
    let end = offset + RecordLayout.size(payloadLength: length)
    guard length <= RecordLayout.payloadMaximum, end <= bytes.count else {
      return .flaw(.payload(header, "the file ends within its payload"))
    }
    let start = offset + RecordLayout.headerSize
    guard bytes.checksum(start..<start + length) == header.payloadChecksum else {
      return .flaw(.payload(header, "the payload's checksum does not hold"))
    }
    guard bytes.isZero(start + length..<end) else {
      return .flaw(.payload(header, "the padding is not zero"))
    }
    return .record(header)
  }

  /// Bytes of the logical log that the record takes.
  var size: Int { RecordLayout.size(payloadLength: Int(length)) }

  /// What stands in messages about it.
  var name: String { "record \(index) of term \(term.epoch)" }
}
