import Collections
import Positions
import Records

extension WriteAheadLog {
  /// Takes records that continue the log, in memory only.
  ///
  /// - Precondition: the batch continues the log at ``head``.
  public mutating func append(_ batch: RecordBatch) {
    precondition(batch.previous.end == head.end, "a batch continues the log")
    if batch.isEmpty { return }
    pending.append(batch)
    head = batch.last
  }

  /// Hands everything appended to the disk as one write and one sync, or, while such a flush is in
  /// flight, as soon as that ends.
  public mutating func flush(into output: inout LogOutput) {
    wantsFlush = true
    guard case .open = phase, flushing == nil, !pending.isEmpty, !isFull else { return }
    wantsFlush = false
    var writer = SegmentWriter(log: self)
    for batch in pending { writer.write(batch, log: &self) }
    let (operations, rooms, made) = writer.finish()
    flushing = (nextToken, pending)
    pending = []
    submitted = head
    nextBatch &+= 1
    submit(operations, for: .flush(through: submitted, rooms: rooms, segments: made), into: &output)
    fillAhead(of: made[made.count - 1], into: &output)
  }

  mutating func flushDone(
    through point: LogPoint, _ made: [Segment], into output: inout LogOutput
  ) {
    flushing = nil
    adopt(made)
    // A truncation that was asked for meanwhile answers for itself.
    if case .open = phase {
      flushed = point
      output.events.append(.flushed(point))
    } else if case .truncating(let truncation) = phase {
      if point.index <= truncation.point.index { flushed = point }
      if !isInstalling { beginTruncating(into: &output) }
    }
    if wantsFlush { flush(into: &output) }
    closeIfFlushed(into: &output)
  }

  /// Takes in segments as a flush left them: the last known one continued, others new.
  private mutating func adopt(_ made: [Segment]) {
    for segment in made {
      if let last = segments.indices.last,
        segments[last].header.sequence == segment.header.sequence
      {
        segments[last].end = segment.end
        segments[last].marks += segment.marks
        segments[last].filled = max(segments[last].filled, segment.filled)
      } else {
        segments.append(segment)
      }
    }
  }

  /// Fills zeros behind the writer's back when it comes near their end.
  private mutating func fillAhead(of segment: Segment, into output: inout LogOutput) {
    guard !isFilling else { return }
    let filled =
      segments.last?.header.sequence == segment.header.sequence
      ? max(segments[segments.count - 1].filled, segment.filled) : segment.filled
    let used = segment.header.offset(of: segment.end.end)
    guard filled < configuration.segmentSize, filled - used < configuration.fillStep else { return }
    let count = min(configuration.fillStep, configuration.segmentSize - filled)
    isFilling = true
    submit(
      [.zeroFill(name: segment.name, offset: filled, count: count)],
      for: .fill(segment: segment.header.sequence, through: filled + count), into: &output)
  }

  mutating func fillDone(_ sequence: UInt64, _ through: Int, into output: inout LogOutput) {
    isFilling = false
    if let position = segments.lastIndex(where: { $0.header.sequence == sequence }) {
      segments[position].filled = max(segments[position].filled, through)
    }
    guard isFull else { return }
    becomeFull(false, &output)
    if case .truncating = phase {
      cutOff(into: &output)
    } else if wantsFlush {
      flush(into: &output)
    }
  }

  /// Looks whether a full disk has room again.
  public mutating func retryFill(into output: inout LogOutput) {
    guard isFull, !isFilling, let last = segments.last else { return }
    isFilling = true
    let end = min(configuration.segmentSize, last.filled + configuration.fillAhead)
    var operations: [FileOperation] = []
    if end > last.filled {
      operations.append(
        .zeroFill(name: last.name, offset: last.filled, count: end - last.filled))
    }
    submit(operations, for: .fill(segment: last.header.sequence, through: end), into: &output)
  }

  /// A new segment behind `previous`: its file's operations up to a durable name.
  mutating func newSegment(
    sequence: UInt64, after previous: LogPoint
  ) -> (segment: Segment, room: FileOperation, making: [FileOperation]) {
    let header = SegmentHeader(
      clusterID: configuration.clusterID, node: configuration.node, sequence: sequence,
      previous: previous, salt: newSalt(), bootEpoch: configuration.bootEpoch)
    let filled = min(
      configuration.segmentSize, SegmentHeader.size + configuration.fillAhead)
    let segment = Segment(header: header, marks: [previous], end: previous, filled: filled)
    let name = segment.temporaryName
    return (
      segment, .zeroFill(name: name, offset: 0, count: filled),
      [
        .write(name: name, offset: 0, bytes: header.encoded), .sync(name: name),
        .rename(from: name, to: header.name), .syncDirectory,
      ]
    )
  }
}

/// Lays batches out in segments: the operations of one flush.
private struct SegmentWriter {
  /// What makes room, before anything is written: if the disk is full, nothing has happened.
  private var rooms: [FileOperation] = []
  private var operations: [FileOperation] = []
  private var made: [WriteAheadLog.Segment] = []
  /// The segment written to: as it was, with the marks that are new.
  private var current: WriteAheadLog.Segment
  private var bytes: [UInt8] = []
  private var start: LSN
  private let watermark: LSN
  private let number: UInt32
  private let segmentSize: Int

  init(log: WriteAheadLog) {
    current = log.segments[log.segments.count - 1]
    current.marks = []
    start = log.submitted.end
    watermark = log.flushed.end
    number = log.nextBatch
    segmentSize = log.configuration.segmentSize
    bytes.reserveCapacity(log.head.end.distance(from: start))
  }

  mutating func write(_ batch: RecordBatch, log: inout WriteAheadLog) {
    var from = 0
    var end = batch.previous.end
    var nextMark = nextMark()
    while from < batch.count {
      // As many as fit into this segment, a mark's distance at a time.
      var through = from
      var size = 0
      let room = segmentSize - current.header.offset(of: end)
      var needsMark = false
      while through < batch.count, size + batch.entries[through].size <= room {
        size += batch.entries[through].size
        through += 1
        if end.advanced(by: size) >= nextMark {
          needsMark = true
          break
        }
      }
      if through == from {
        roll(after: batch.point(through: from - 1), log: &log)
        nextMark = self.nextMark()
        continue
      }
      RecordEncoding.encode(
        batch, from..<through, from: end, salt: current.header.salt, watermark: watermark,
        number: number, into: &bytes, size: size)
      end = end.advanced(by: size)
      from = through
      if needsMark {
        let entry = batch.entries[through - 1]
        current.marks.append(
          LogPoint(
            index: batch.previous.index.advanced(by: through), term: entry.term,
            chain: entry.chain, end: end))
        nextMark = end.advanced(by: SegmentScan.markSpacing)
      }
    }
    current.end = batch.last
  }

  private func nextMark() -> LSN {
    (current.marks.last?.end ?? current.end.end).advanced(by: SegmentScan.markSpacing)
  }

  private mutating func roll(after point: LogPoint, log: inout WriteAheadLog) {
    current.end = point
    writeOut()
    made.append(current)
    let (segment, room, making) = log.newSegment(
      sequence: current.header.sequence + 1, after: point)
    rooms.append(room)
    operations += making
    current = segment
    start = point.end
  }

  private mutating func writeOut() {
    guard !bytes.isEmpty else { return }
    let offset = current.header.offset(of: start)
    let end = offset + bytes.count
    if end > current.filled {
      rooms.append(
        .zeroFill(
          name: made.isEmpty ? current.name : current.temporaryName, offset: current.filled,
          count: end - current.filled))
      current.filled = end
    }
    operations.append(.write(name: current.name, offset: offset, bytes: bytes))
    operations.append(.sync(name: current.name))
    bytes = []
  }

  /// The flush's operations, how many of them only make room, and the segments as they will be.
  mutating func finish() -> (
    operations: [FileOperation], rooms: Int, segments: [WriteAheadLog.Segment]
  ) {
    writeOut()
    made.append(current)
    return (rooms + operations, rooms.count, made)
  }
}
