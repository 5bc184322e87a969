import Positions
import Records

/// How records stand in a segment.
enum RecordEncoding {
  /// Appends the bytes of a batch's records `range` to `bytes`; the first starts at `lsn`.
  static func encode(
    _ batch: RecordBatch, _ range: Range<Int>, from lsn: LSN, salt: UInt32, watermark: LSN,
    number: UInt32, into bytes: inout [UInt8], size: Int
  ) {
    bytes.append(contentsOf: repeatElement(0, count: size))
    let start = bytes.count - size
    var lsn = lsn
    var index = batch.previous.index.advanced(by: range.lowerBound)
    batch.bytes.withUnsafeBytes { payloads in
      bytes.withUnsafeMutableBytes { all in
        var offset = start
        for position in range {
          let entry = batch.entries[position]
          index = index.next
          let length = Int(entry.payloadLength)
          let from = Int(entry.payloadOffset)
          let payload = UnsafeRawBufferPointer(rebasing: payloads[from..<from + length])
          let header = RecordHeader(
            length: entry.payloadLength, kind: entry.kind, lsn: lsn, index: index,
            term: entry.term, watermark: watermark, chain: entry.chain,
            payloadChecksum: entry.payloadChecksum, batch: number)
          header.encode(
            salt: salt,
            into: UnsafeMutableRawBufferPointer(
              rebasing: all[offset..<offset + RecordLayout.headerSize]))
          if length > 0 {
            UnsafeMutableRawBufferPointer(
              rebasing: all[
                offset + RecordLayout.headerSize..<offset + RecordLayout.headerSize + length]
            ).copyMemory(from: payload)
          }
          offset += entry.size
          lsn = lsn.advanced(by: entry.size)
        }
      }
    }
  }

  /// A whole file: a segment's header and a batch's records.
  static func file(_ header: SegmentHeader, _ batch: RecordBatch) -> [UInt8] {
    var bytes = header.encoded
    encode(
      batch, 0..<batch.count, from: batch.previous.end, salt: header.salt,
      watermark: batch.previous.end, number: 0, into: &bytes, size: batch.logicalSize)
    return bytes
  }

  /// Reads records from the bytes of a segment.
  ///
  /// - Parameters:
  ///   - bytes: begin with the record behind `mark`; may end within a record.
  ///   - mark: the end of the log before `bytes`.
  ///   - after: records up to here are left out.
  ///   - limit: where the log ends.
  ///   - maximumBytes: about how many logical bytes; at least one record is read.
  /// - Returns: nil when a record is bad.
  static func decode(
    _ bytes: [UInt8], from mark: LogPoint, salt: UInt32, after: Index, limit: LogPoint,
    maximumBytes: Int
  ) -> RecordBatch? {
    bytes.withUnsafeBytes { all in
      var point = mark
      var offset = 0
      var batch: RecordBatch? = after <= mark.index ? RecordBatch(after: mark) : nil
      while point.index < limit.index {
        // A record that the bytes do not hold to its end is the next read's.
        guard offset + RecordLayout.headerSize <= all.count else { break }
        let length = Int(all.uint32(offset + 8))
        if length <= RecordLayout.payloadMaximum,
          offset + RecordLayout.size(payloadLength: length) > all.count
        {
          break
        }
        guard
          case .record(let record) = RecordHeader.read(
            all, at: offset, lsn: point.end, salt: salt),
          record.index == point.index.next
        else { print("BAD at", offset, all.count, point, mark, after, limit, RecordHeader.read(all, at: offset, lsn: point.end, salt: salt)); return nil }
        let start = offset + RecordLayout.headerSize
        let end = point.end.advanced(by: record.size)
        if batch != nil {
          batch?.append(
            kind: record.kind, term: record.term,
            payload: UnsafeRawBufferPointer(rebasing: all[start..<start + length]))
          guard batch?.last.chain == record.chain else { print("CHAIN", offset, point, mark, after); return nil }
        }
        offset += record.size
        point = LogPoint(
          index: record.index, term: record.term, chain: record.chain, end: end)
        if batch == nil, point.index == after { batch = RecordBatch(after: point) }
        if let size = batch?.logicalSize, size >= maximumBytes { break }
      }
      return batch
    }
  }
}
