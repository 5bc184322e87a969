import Positions
import Records

/// A peer's own log as it knows it: its end, what of it is durable, and its newest records.
struct PeerLog: Sendable {
  /// The newest records; `last` is the log's end.
  private(set) var window = LogWindow(after: .origin)
  /// The end of what is durable.
  private(set) var flushed = LogPoint.origin
  /// The end of what the operating system has.
  private(set) var written = LogPoint.origin
  /// What the files begin after.
  private(set) var origin = LogPoint.origin
  /// The term that new records are written in: the node's incarnation.
  var term = Term.zero

  var head: LogPoint { window.last }

  /// Begins at a checkpoint's place, or at the log's first record.
  mutating func begin(after point: LogPoint) {
    window = LogWindow(after: point)
    flushed = point
    written = point
    origin = point
  }

  /// Retention dropped what was before.
  mutating func dropped(through point: LogPoint) {
    if origin.index < point.index { origin = point }
  }

  /// Takes in what the files hold.
  mutating func replay(_ batch: RecordBatch) {
    window.append(batch)
    window.trim(through: batch.last.index)
    flushed = batch.last
    written = batch.last
  }

  /// Appends records; what the shell must do is appended to `effects`.
  mutating func append(_ records: [KeyRecord], into effects: inout [PeerEffect]) {
    guard !records.isEmpty else { return }
    var writer = ByteWriter(reserving: records.reduce(0) { $0 + $1.sizeAbout })
    var spans: [PayloadSpan] = []
    spans.reserveCapacity(records.count)
    for record in records {
      let offset = writer.bytes.count
      record.encode(into: &writer)
      spans.append(PayloadSpan(offset: offset, length: writer.bytes.count - offset))
    }
    let batch = RecordBatch.adopting(
      writer.bytes, spans: spans, kind: .version, term: term, after: head)
    window.append(batch)
    window.trim(through: written.index)
    effects.append(.append(batch))
  }

  mutating func becameDurable(_ point: LogPoint) {
    flushed = point
    if written.index < point.index { written = point }
  }

  mutating func becameWritten(_ point: LogPoint) { written = point }

  /// Through where records count, by the policy.
  func safe(_ policy: PeerPolicy) -> Index {
    if policy.isPlanted(.answersBeforeDurable) { return head.index }
    return policy.syncsEveryBatch ? flushed.index : written.index
  }
}

extension RecordBatch {
  /// Its records, those that can be read, with their places.
  func forEachKeyRecord(_ body: (Index, KeyRecord) -> Void) {
    var index = previous.index
    for position in 0..<count {
      index = index.next
      guard entries[position].kind == .version,
        let record = withPayload(at: position, { KeyRecord($0) })
      else { continue }
      body(index, record)
    }
  }
}
