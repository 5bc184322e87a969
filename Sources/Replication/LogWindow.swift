import Collections
import Positions
import Records

/// The newest records of a log, kept in memory for streaming and applying.
///
/// Batches are shared with messages and with other replicas' windows: keeping one costs a reference.
public struct LogWindow: Equatable, Sendable {
  /// Logical bytes kept behind the newest record, at least, while more was appended.
  public static let capacity = 4 << 20

  private var batches: Deque<RecordBatch> = []
  /// The point before the oldest record kept.
  public private(set) var first: LogPoint
  /// The end of the log.
  public private(set) var last: LogPoint

  /// The window of a log that ends at `point`, nothing of it in memory.
  public init(after point: LogPoint) {
    first = point
    last = point
  }

  /// Takes in records that continue the log.
  public mutating func append(_ batch: RecordBatch) {
    assert(batch.previous == last, "a batch continues the log")
    if batch.isEmpty { return }
    batches.append(batch)
    last = batch.last
  }

  /// Drops whole batches at or below `index` while more than the capacity is kept.
  public mutating func trim(through index: Index) {
    while let batch = batches.first, batch.last.index <= index,
      last.end.distance(from: batch.last.end) > Self.capacity
    {
      batches.removeFirst()
      first = batch.last
    }
  }

  /// Forgets everything after `point`.
  public mutating func truncate(after point: LogPoint) {
    while let batch = batches.last, batch.previous.index >= point.index { batches.removeLast() }
    if let batch = batches.last, batch.last.index > point.index {
      batches[batches.count - 1] = batch.prefix(through: point.index)
    }
    last = point
    if batches.isEmpty { first = point }
  }

  /// The end of the log through `index`; nil when that is not in memory.
  public func point(at index: Index) -> LogPoint? {
    if index == last.index { return last }
    if index == first.index { return first }
    guard let position = position(of: index.next) else { return nil }
    let batch = batches[position]
    return batch.point(through: index.distance(from: batch.previous.index) - 1)
  }

  /// Records after `index`, about `maximumBytes` of them and at least one batch; nil when they are
  /// no longer in memory.
  public func batches(after index: Index, maximumBytes: Int) -> [RecordBatch]? {
    if index >= last.index { return [] }
    guard var position = position(of: index.next) else { return nil }
    var found = [batches[position].suffix(after: index)]
    var size = found[0].logicalSize
    position += 1
    while position < batches.count, size + batches[position].logicalSize <= maximumBytes {
      found.append(batches[position])
      size += batches[position].logicalSize
      position += 1
    }
    return found
  }

  /// The position of the batch that holds `index`.
  private func position(of index: Index) -> Int? {
    guard index > first.index, index <= last.index else { return nil }
    var low = 0
    var high = batches.count - 1
    while low < high {
      let middle = (low + high) / 2
      if batches[middle].last.index < index { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
