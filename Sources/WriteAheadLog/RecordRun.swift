import Positions
import Records

/// Consecutive records as they will stand in a segment: encoded by whoever writes them, so that a
/// disk's thread does that work and not the log's owner.
public struct RecordRun: Equatable, Sendable {
  private struct Piece: Equatable, Sendable {
    var batch: RecordBatch
    var range: Range<Int>
  }

  /// Bytes that the records take.
  public private(set) var count = 0
  private var pieces: [Piece] = []
  private let start: LSN
  private let salt: UInt32
  private let watermark: LSN
  private let number: UInt32

  /// A run without records that begins at `start`, to be written to a segment with this salt in write
  /// `number`, when the log was durable to `watermark`.
  init(from start: LSN, salt: UInt32, watermark: LSN, number: UInt32) {
    self.start = start
    self.salt = salt
    self.watermark = watermark
    self.number = number
  }

  /// A run of a whole batch.
  init(_ batch: RecordBatch, salt: UInt32, watermark: LSN, number: UInt32 = 0) {
    self.init(from: batch.previous.end, salt: salt, watermark: watermark, number: number)
    if batch.isEmpty { return }
    count = batch.logicalSize
    pieces = [Piece(batch: batch, range: 0..<batch.count)]
  }

  /// Appends records of a batch that follow, `size` bytes of them.
  mutating func append(_ batch: RecordBatch, _ range: Range<Int>, size: Int) {
    if range.isEmpty { return }
    count += size
    if let last = pieces.last, last.range.upperBound == range.lowerBound, range.lowerBound > 0 {
      pieces[pieces.count - 1].range = last.range.lowerBound..<range.upperBound
    } else {
      pieces.append(Piece(batch: batch, range: range))
    }
  }

  /// All the records' bytes.
  public var encoded: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, length in
      encode(into: UnsafeMutableRawBufferPointer(buffer))
      length = count
    }
  }

  /// Encodes the records to the beginning of `buffer`.
  ///
  /// - Precondition: it has room for ``count`` bytes.
  public func encode(into buffer: UnsafeMutableRawBufferPointer) {
    precondition(buffer.count >= count, "there is room for the records")
    var lsn = start
    var offset = 0
    for piece in pieces {
      let size = encode(
        piece.batch, piece.range, from: lsn,
        into: UnsafeMutableRawBufferPointer(rebasing: buffer[offset...]))
      lsn = lsn.advanced(by: size)
      offset += size
    }
  }

  /// Encodes the records a chunk at a time, and calls `body` with each chunk in turn: as few chunks as
  /// their bytes need, of however many batches the records are.
  ///
  /// - Parameter buffer: where chunks are made: its length says about how many bytes one may have, and
  ///   it is made longer for a record that is.
  public func encode<Failure: Error>(
    using buffer: inout [UInt8], _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    var lsn = start
    var filled = 0
    for piece in pieces {
      var from = piece.range.lowerBound
      while from < piece.range.upperBound {
        var through = from
        var size = 0
        while through < piece.range.upperBound {
          let next = piece.batch.entries[through].size
          if filled + size + next > buffer.count { break }
          size += next
          through += 1
        }
        if through == from {
          try Self.hand(buffer, filled, to: body)
          let next = piece.batch.entries[through].size
          if filled == 0, next > buffer.count {
            buffer.append(contentsOf: repeatElement(0, count: next - buffer.count))
          }
          filled = 0
          continue
        }
        buffer.withUnsafeMutableBytes {
          _ = encode(
            piece.batch, from..<through, from: lsn,
            into: UnsafeMutableRawBufferPointer(rebasing: $0[filled...]))
        }
        filled += size
        lsn = lsn.advanced(by: size)
        from = through
      }
    }
    try Self.hand(buffer, filled, to: body)
  }

  private static func hand<Failure: Error>(
    _ buffer: [UInt8], _ filled: Int,
    to body: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    guard filled > 0 else { return }
    var failure: Failure?
    buffer.withUnsafeBytes { all in
      do throws(Failure) {
        try body(UnsafeRawBufferPointer(rebasing: all[..<filled]))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }

  /// Encodes records of a batch to the beginning of `all`; gives how many bytes they take.
  private func encode(
    _ batch: RecordBatch, _ range: Range<Int>, from lsn: LSN,
    into all: UnsafeMutableRawBufferPointer
  ) -> Int {
    var lsn = lsn
    var index = batch.previous.index.advanced(by: range.lowerBound)
    return batch.bytes.withUnsafeBytes { payloads in
      var offset = 0
      for position in range {
        let entry = batch.entries[position]
        index = index.next
        let length = Int(entry.payloadLength)
        let size = entry.size
        let header = RecordHeader(
          length: entry.payloadLength, kind: entry.kind, lsn: lsn, index: index,
          term: entry.term, watermark: watermark, chain: entry.chain,
          payloadChecksum: entry.payloadChecksum, batch: number)
        header.encode(
          salt: salt,
          into: UnsafeMutableRawBufferPointer(
            rebasing: all[offset..<offset + RecordLayout.headerSize]))
        if length > 0 {
          // The padding is in the last eight bytes.
          all.storeBytes(of: 0, toByteOffset: offset + size - 8, as: UInt64.self)
          let from = Int(entry.payloadOffset)
          UnsafeMutableRawBufferPointer(
            rebasing: all[
              offset + RecordLayout.headerSize..<offset + RecordLayout.headerSize + length]
          ).copyMemory(from: UnsafeRawBufferPointer(rebasing: payloads[from..<from + length]))
        }
        offset += size
        lsn = lsn.advanced(by: size)
      }
      return offset
    }
  }
}
