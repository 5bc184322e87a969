import Positions
import Records

/// How records stand in a segment.
enum RecordEncoding {
  /// A whole file: a segment's header and a batch's records.
  static func file(_ header: SegmentHeader, _ batch: RecordBatch) -> [UInt8] {
    header.encoded
      + RecordRun(batch, salt: header.salt, watermark: batch.previous.end).encoded
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
        else { return nil }
        let start = offset + RecordLayout.headerSize
        let end = point.end.advanced(by: record.size)
        if batch != nil {
          batch?.append(
            kind: record.kind, term: record.term,
            payload: UnsafeRawBufferPointer(rebasing: all[start..<start + length]))
          guard batch?.last.chain == record.chain else { return nil }
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
