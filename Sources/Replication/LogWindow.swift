import Collections
import Positions
import Records

/// The newest records of a log, kept in memory for streaming and applying.
///
/// Batches are shared with messages and with other replicas' windows: keeping one costs a reference.
public struct LogWindow: Equatable, Sendable {
  /// Logical bytes kept behind the newest record, at least, while more was appended.
  public static let capacity = 4 << 20

  /// Batches by the chunk: full ones are not written to again, so that the first write after a copy of
  /// the window copies a few batches, not all.
  private var chunks: Deque<[RecordBatch]> = []
  /// Batches of the first chunk that were dropped.
  private var dropped = 0
  /// The point before the oldest record kept.
  public private(set) var first: LogPoint
  /// The end of the log.
  public private(set) var last: LogPoint

  private static let chunkSize = 32

  /// The window of a log that ends at `point`, nothing of it in memory.
  public init(after point: LogPoint) {
    first = point
    last = point
  }

  /// Takes in records that continue the log.
  public mutating func append(_ batch: RecordBatch) {
    assert(batch.previous == last, "a batch continues the log")
    if batch.isEmpty { return }
    if let newest = chunks.indices.last, chunks[newest].count < Self.chunkSize {
      chunks[newest].append(batch)
    } else {
      var chunk: [RecordBatch] = []
      chunk.reserveCapacity(Self.chunkSize)
      chunk.append(batch)
      chunks.append(chunk)
    }
    last = batch.last
  }

  /// Drops whole batches at or below `index` while more than the capacity is kept.
  public mutating func trim(through index: Index) {
    while let chunk = chunks.first {
      let end = chunk[dropped].last
      guard end.index <= index, last.end.distance(from: end.end) > Self.capacity else { return }
      first = end
      dropped += 1
      if dropped == chunk.count {
        chunks.removeFirst()
        dropped = 0
      }
    }
  }

  /// Forgets everything after `point`.
  public mutating func truncate(after point: LogPoint) {
    while let newest = chunks.indices.last {
      let kept = chunks.count == 1 ? dropped : 0
      guard let batch = chunks[newest].last, chunks[newest].count > kept,
        batch.previous.index >= point.index
      else { break }
      chunks[newest].removeLast()
      if chunks[newest].count == kept {
        chunks.removeLast()
        if chunks.isEmpty { dropped = 0 }
      }
    }
    if let newest = chunks.indices.last, let batch = chunks[newest].last,
      batch.last.index > point.index
    {
      chunks[newest][chunks[newest].count - 1] = batch.prefix(through: point.index)
    }
    last = point
    if chunks.isEmpty { first = point }
  }

  /// The end of the log through `index`; nil when that is not in memory.
  public func point(at index: Index) -> LogPoint? {
    if index == last.index { return last }
    if index == first.index { return first }
    guard let (chunk, position) = position(of: index.next) else { return nil }
    let batch = chunks[chunk][position]
    return batch.point(through: index.distance(from: batch.previous.index) - 1)
  }

  /// Records after `index`, about `maximumBytes` of them and at least one batch; nil when they are
  /// no longer in memory.
  public func batches(after index: Index, maximumBytes: Int) -> [RecordBatch]? {
    if index >= last.index { return [] }
    if let newest = chunks.last?.last, newest.previous.index == index { return [newest] }
    guard var (chunk, position) = position(of: index.next) else { return nil }
    var found = [chunks[chunk][position].suffix(after: index)]
    var size = found[0].logicalSize
    while true {
      position += 1
      if position == chunks[chunk].count {
        chunk += 1
        position = 0
        if chunk == chunks.count { return found }
      }
      let next = chunks[chunk][position].logicalSize
      if size + next > maximumBytes { return found }
      found.append(chunks[chunk][position])
      size += next
    }
  }

  /// The records after `index` of the batch that holds the next one; nil when there is none in memory.
  public func batch(after index: Index) -> RecordBatch? {
    if let newest = chunks.last?.last, newest.previous.index <= index, index < last.index {
      return newest.previous.index == index ? newest : newest.suffix(after: index)
    }
    guard let (chunk, position) = position(of: index.next) else { return nil }
    return chunks[chunk][position].suffix(after: index)
  }

  /// Where the batch is that holds `index`.
  private func position(of index: Index) -> (chunk: Int, position: Int)? {
    guard index > first.index, index <= last.index else { return nil }
    let chunk = Self.search(0, chunks.count - 1) {
      chunks[$0][chunks[$0].count - 1].last.index < index
    }
    let position = Self.search(chunk == 0 ? dropped : 0, chunks[chunk].count - 1) {
      chunks[chunk][$0].last.index < index
    }
    return (chunk, position)
  }

  /// The first number of `low...high` that is not before what is looked for; `high` at most.
  private static func search(_ low: Int, _ high: Int, isBefore: (Int) -> Bool) -> Int {
    var low = low
    var high = high
    while low < high {
      let middle = (low + high) / 2
      if isBefore(middle) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  public static func == (left: LogWindow, right: LogWindow) -> Bool {
    left.first == right.first && left.last == right.last
      && left.kept.elementsEqual(right.kept)
  }

  private var kept: some Sequence<RecordBatch> { chunks.joined().dropFirst(dropped) }
}
