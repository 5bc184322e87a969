import Positions
import Records

/// A peer's own log as it knows it: its end, what of it is durable, and its newest records.
///
/// What is appended stays open until the shell asks for it with ``seal()``: however many events bring
/// records at one moment, they go to the disk as one batch.
struct PeerLog: Sendable {
  /// The newest records that were sealed; nil where nobody reads them back.
  private(set) var window: LogWindow?
  /// Records that the shell has not asked for yet.
  private var open = RecordBatch(after: .origin)
  /// The end of what is durable.
  private(set) var flushed = LogPoint.origin
  /// The end of what the operating system has.
  private(set) var written = LogPoint.origin
  /// What the files begin after.
  private(set) var origin = LogPoint.origin
  /// The term that new records are written in: the node's incarnation.
  var term = Term.zero

  /// A log that begins; `keepsRecords`: its newest are kept to be streamed.
  init(keepsRecords: Bool) {
    if keepsRecords { window = LogWindow(after: .origin) }
  }

  /// The log's end, with what is open.
  var head: LogPoint { open.last }

  /// Whether records wait for ``seal()``.
  var isOpen: Bool { !open.isEmpty }

  /// Begins at a checkpoint's place, or at the log's first record.
  mutating func begin(after point: LogPoint) {
    if window != nil { window = LogWindow(after: point) }
    open = RecordBatch(after: point)
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
    window?.append(batch)
    window?.trim(through: batch.last.index)
    open = RecordBatch(after: batch.last)
    flushed = batch.last
    written = batch.last
  }

  /// Appends a record, to go to the disk with the others of this moment.
  mutating func append(_ record: KeyRecord) {
    open.append(kind: .version, term: term) { record.encode(to: &$0) }
  }

  /// What was appended since it was asked last; nil: nothing was.
  mutating func seal() -> RecordBatch? {
    if open.isEmpty { return nil }
    var sealed = RecordBatch(after: open.last)
    // The next has about as many.
    sealed.reserveCapacity(records: open.count, bytes: open.bytes.count)
    swap(&sealed, &open)
    window?.append(sealed)
    window?.trim(through: written.index)
    return sealed
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
