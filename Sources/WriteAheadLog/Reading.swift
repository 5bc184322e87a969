import Positions
import Records

extension WriteAheadLog {
  /// Reads records after `index` back, about `maximumBytes` of them, at least one when there is one.
  ///
  /// The answer is ``LogEvent/records(_:request:)`` or ``LogEvent/unavailable(request:first:)``.
  public mutating func read(
    after index: Index, maximumBytes: Int, request: UInt64, into output: inout LogOutput
  ) {
    if index < first.index {
      output.events.append(.unavailable(request: request, first: first))
      return
    }
    if index >= head.index {
      output.events.append(.records(RecordBatch(after: head), request: request))
      return
    }
    if let batch = inMemory(after: index) {
      output.events.append(.records(batch, request: request))
      return
    }
    guard let segment = segments.last(where: { $0.header.previous.index <= index }) else {
      output.events.append(.unavailable(request: request, first: first))
      return
    }
    let mark = segment.mark(before: index)
    // What a truncation is about to cut off is not the log's any more.
    let limit = segment.end.index <= head.index ? segment.end : head
    let longest = RecordLayout.size(payloadLength: RecordLayout.payloadMaximum)
    let wanted = maximumBytes + SegmentScan.markSpacing + longest
    let count = min(wanted, limit.end.distance(from: mark.end))
    submit(
      [
        .read(
          name: segment.name, offset: segment.header.offset(of: mark.end), count: count)
      ],
      for: .read(
        request, mark: mark, salt: segment.header.salt, after: index, limit: limit,
        maximum: maximumBytes), into: &output)
  }

  /// Records that were not yet seen to be in the file.
  private func inMemory(after index: Index) -> RecordBatch? {
    for batches in flushing.map(\.batches) + [pending] {
      guard let first = batches.first, index >= first.previous.index else { continue }
      for batch in batches where batch.last.index > index {
        return batch.suffix(after: index).prefix(through: head.index)
      }
    }
    return nil
  }
}
