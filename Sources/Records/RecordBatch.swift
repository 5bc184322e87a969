import CProcessor
import Positions

/// One record of a batch; its payload stands in the batch's bytes.
public struct RecordEntry: Equatable, Sendable {
  /// The term it was written in.
  public var term: Term
  /// The chain through this record.
  public var chain: Chain
  /// Where the payload starts in the batch's bytes.
  public var payloadOffset: UInt32
  /// Bytes of payload, without padding.
  public var payloadLength: UInt32
  /// CRC32C of the payload, made with the record: what a log writes is checked all the way.
  public var payloadChecksum: UInt32
  /// What the payload is.
  public var kind: RecordKind

  /// An entry with these fields.
  public init(
    term: Term, chain: Chain, payloadOffset: Int, payloadLength: Int, payloadChecksum: UInt32,
    kind: RecordKind
  ) {
    self.term = term
    self.chain = chain
    self.payloadOffset = UInt32(payloadOffset)
    self.payloadLength = UInt32(payloadLength)
    self.payloadChecksum = payloadChecksum
    self.kind = kind
  }

  /// Bytes of the logical log that the record takes.
  @inlinable public var size: Int { RecordLayout.size(payloadLength: Int(payloadLength)) }
}

/// Consecutive records as they travel: from the leader's memory to its log and to its followers.
///
/// Entry i has the index `previous.index + 1 + i`. Payloads stand one after another in `bytes`; a
/// batch that was cut from another may begin behind the first byte.
public struct RecordBatch: Equatable, Sendable {
  /// The end of the log that this batch continues.
  public private(set) var previous: LogPoint
  /// The end of the log once the batch is appended; equals `previous` when the batch is empty.
  public private(set) var last: LogPoint
  /// The records, in order of index.
  public private(set) var entries: [RecordEntry]
  /// The payloads' bytes.
  public private(set) var bytes: [UInt8]

  /// An empty batch that continues the log that ends at `previous`.
  public init(after previous: LogPoint) {
    self.previous = previous
    last = previous
    entries = []
    bytes = []
  }

  /// Whether there is no record.
  public var isEmpty: Bool { entries.isEmpty }

  /// How many records there are.
  public var count: Int { entries.count }

  /// The first record's index; one past `previous` even when the batch is empty.
  public var firstIndex: Index { previous.index.next }

  /// Bytes of the logical log that the batch takes.
  public var logicalSize: Int { last.end.distance(from: previous.end) }

  /// Makes room, so that appending does not have to.
  public mutating func reserveCapacity(records: Int, bytes count: Int) {
    entries.reserveCapacity(records)
    bytes.reserveCapacity(count)
  }

  /// Appends a record written in `term`, and extends the chain by it.
  ///
  /// - Precondition: the payload is at most ``RecordLayout/payloadMaximum`` bytes.
  public mutating func append(kind: RecordKind, term: Term, payload: UnsafeRawBufferPointer) {
    precondition(payload.count <= RecordLayout.payloadMaximum, "a payload is at most 1 MiB")
    let offset = bytes.count
    bytes.append(contentsOf: payload)
    let index = last.index.next
    let chain = ChainHash.extend(
      last.chain, kind: kind, index: index, term: term, payload: payload)
    entries.append(
      RecordEntry(
        term: term, chain: chain, payloadOffset: offset, payloadLength: payload.count,
        payloadChecksum: crc32c(0, payload.baseAddress, payload.count), kind: kind))
    last = LogPoint(
      index: index, term: term, chain: chain,
      end: last.end.advanced(by: RecordLayout.size(payloadLength: payload.count)))
  }

  /// Appends a record written in `term` whose payload is what `write` appends to the bytes it is given.
  ///
  /// - Precondition: `write` only appends, at most ``RecordLayout/payloadMaximum`` bytes.
  public mutating func append(kind: RecordKind, term: Term, _ write: (inout [UInt8]) -> Void) {
    let offset = bytes.count
    write(&bytes)
    let length = bytes.count - offset
    precondition(0...RecordLayout.payloadMaximum ~= length, "a payload is at most 1 MiB")
    let index = last.index.next
    let (chain, checksum) = bytes.withUnsafeBytes { all in
      let payload = UnsafeRawBufferPointer(rebasing: all[offset...])
      return (
        ChainHash.extend(last.chain, kind: kind, index: index, term: term, payload: payload),
        crc32c(0, payload.baseAddress, payload.count)
      )
    }
    entries.append(
      RecordEntry(
        term: term, chain: chain, payloadOffset: offset, payloadLength: length,
        payloadChecksum: checksum, kind: kind))
    last = LogPoint(
      index: index, term: term, chain: chain,
      end: last.end.advanced(by: RecordLayout.size(payloadLength: length)))
  }

  /// Appends a record written in `term`, and extends the chain by it.
  public mutating func append(kind: RecordKind, term: Term, payload: [UInt8]) {
    payload.withUnsafeBytes { append(kind: kind, term: term, payload: $0) }
  }

  /// Appends the records of a batch that continues this one, chains and all.
  ///
  /// - Precondition: `other` continues this batch.
  public mutating func append(contentsOf other: RecordBatch) {
    precondition(other.previous == last, "a batch continues the one before")
    for position in 0..<other.count {
      let entry = other.entries[position]
      let offset = bytes.count
      other.withPayload(at: position) { bytes.append(contentsOf: $0) }
      entries.append(
        RecordEntry(
          term: entry.term, chain: entry.chain, payloadOffset: offset,
          payloadLength: Int(entry.payloadLength), payloadChecksum: entry.payloadChecksum,
          kind: entry.kind))
    }
    last = other.last
  }

  /// Takes payloads that already stand in `bytes` as writes of `term`, without copying them.
  ///
  /// `spans` gives each payload's offset and length in `bytes`.
  public static func adopting(
    _ bytes: [UInt8], spans: [PayloadSpan], kind: RecordKind, term: Term, after previous: LogPoint
  ) -> RecordBatch {
    var batch = RecordBatch(after: previous)
    batch.entries.reserveCapacity(spans.count)
    var chain = previous.chain
    var index = previous.index
    var end = previous.end
    bytes.withUnsafeBytes { all in
      for span in spans {
        index = index.next
        let payload = UnsafeRawBufferPointer(
          rebasing: all[Int(span.offset)..<Int(span.offset + span.length)])
        chain = ChainHash.extend(chain, kind: kind, index: index, term: term, payload: payload)
        batch.entries.append(
          RecordEntry(
            term: term, chain: chain, payloadOffset: Int(span.offset),
            payloadLength: Int(span.length),
            payloadChecksum: crc32c(0, payload.baseAddress, payload.count), kind: kind))
        end = end.advanced(by: RecordLayout.size(payloadLength: Int(span.length)))
      }
    }
    if !spans.isEmpty { batch.last = LogPoint(index: index, term: term, chain: chain, end: end) }
    batch.bytes = bytes
    return batch
  }

  /// Whether every chain in the batch follows from the payloads and `previous`.
  public func chainHolds() -> Bool {
    var chain = previous.chain
    var index = previous.index
    return bytes.withUnsafeBytes { all in
      for entry in entries {
        index = index.next
        let start = Int(entry.payloadOffset)
        let payload = UnsafeRawBufferPointer(
          rebasing: all[start..<start + Int(entry.payloadLength)])
        chain = ChainHash.extend(
          chain, kind: entry.kind, index: index, term: entry.term, payload: payload)
        if chain != entry.chain { return false }
      }
      return chain == last.chain
    }
  }

  /// Calls `body` with the payload of entry `position`.
  @inlinable public func withPayload<Result>(
    at position: Int, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    let entry = entries[position]
    return try bytes.withUnsafeBytes { all in
      let start = Int(entry.payloadOffset)
      return try body(
        UnsafeRawBufferPointer(rebasing: all[start..<start + Int(entry.payloadLength)]))
    }
  }

  /// The end of the log through entry `position`; `previous` for -1.
  ///
  /// Costs a walk over the entries up to there.
  public func point(through position: Int) -> LogPoint {
    if position < 0 { return previous }
    if position == entries.count - 1 { return last }
    var end = previous.end
    for entry in entries[...position] { end = end.advanced(by: entry.size) }
    let entry = entries[position]
    return LogPoint(
      index: previous.index.advanced(by: position + 1), term: entry.term, chain: entry.chain,
      end: end)
  }

  /// The records after `index`, sharing the payload bytes; empty when there are none.
  public func suffix(after index: Index) -> RecordBatch {
    let drop = index.distance(from: previous.index)
    if drop <= 0 { return self }
    let position = min(drop, entries.count) - 1
    var batch = RecordBatch(after: point(through: position))
    batch.entries = Array(entries[(position + 1)...])
    batch.bytes = bytes
    batch.last = last
    return batch
  }

  /// The records up to and including `index`, sharing the payload bytes.
  public func prefix(through index: Index) -> RecordBatch {
    let keep = index.distance(from: previous.index)
    if keep >= entries.count { return self }
    if keep <= 0 { return RecordBatch(after: previous) }
    var batch = RecordBatch(after: previous)
    batch.entries = Array(entries[..<keep])
    batch.bytes = bytes
    batch.last = point(through: keep - 1)
    return batch
  }
}

/// Where a payload stands in a run of bytes.
public struct PayloadSpan: Equatable, Sendable {
  /// Bytes before it.
  public var offset: UInt32
  /// Its bytes.
  public var length: UInt32

  /// A payload of `length` bytes behind `offset` bytes.
  @inlinable public init(offset: Int, length: Int) {
    self.offset = UInt32(offset)
    self.length = UInt32(length)
  }
}
