import Collections
import Positions
import Records

extension WriteAheadLog {
  /// What a flush's request does besides writing.
  struct Flush: Sendable {
    /// How many of its first operations only make room: if the disk is full, nothing has happened.
    var rooms: Int
    /// The segments as they will be: the last one continued, others new; none where the last one only
    /// goes on, over zeros that are there and without a mark.
    var segments: [Segment]
    /// The spare file that became one of them.
    var spare: SpareFile?
  }

  /// Records on their way to the disk.
  struct Flying: Sendable {
    var batches: Deque<RecordBatch>
    /// Whether they go to zeros that are there, and need nothing else.
    var isPlain: Bool
  }

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
    if case .open = phase { submitPending(into: &output) }
    if case .open = phase, isPlanted(.flushedBeforeSync), head != flushed {
      output.events.append(.flushed(head))
    }
  }

  /// Submits what was appended, unless something else has to be over first.
  mutating func submitPending(into output: inout LogOutput) {
    guard !pending.isEmpty, !isFull, flushing.isEmpty || mayQueue else { return }
    // Zeros on their way must not land on records.
    if isFilling, let last = segments.last, last.header.offset(of: head.end) > last.filled,
      !isPlanted(.zerosLandOnRecords)
    {
      return
    }
    wantsFlush = false
    if submitPlainly(into: &output) { return }
    let spareBefore = spare
    var writer = SegmentWriter(
      continuing: segments[segments.count - 1], from: submitted.end, watermark: flushed.end,
      number: nextBatch, segmentSize: configuration.segmentSize)
    for batch in pending { writer.write(batch, log: &self) }
    writer.finish()
    var operations = writer.rooms.isEmpty ? writer.operations : writer.rooms + writer.operations
    var flush = Flush(rooms: writer.rooms.count, segments: writer.made)
    forget(&operations)
    if case .waiting(let file) = spareBefore, spare != spareBefore { flush.spare = file }
    flushing.append(
      Flying(batches: pending, isPlain: flush.rooms == 0 && flush.segments.count == 1))
    pending = []
    submitted = head
    nextBatch &+= 1
    submit(operations, for: .flush(through: submitted, flush), into: &output)
    makeReady(behind: flush.segments[flush.segments.count - 1], into: &output)
  }

  /// Submits what was appended, if it is one batch that goes to zeros that are there and needs no mark:
  /// most flushes are that, and need neither a writer nor copies of segments.
  private mutating func submitPlainly(into output: inout LogOutput) -> Bool {
    guard pending.count == 1, let last = segments.indices.last else { return false }
    let size = head.end.distance(from: submitted.end)
    let offset = segments[last].header.offset(of: submitted.end)
    let lastMark = segments[last].marks.last?.end ?? segments[last].end.end
    guard offset + size <= min(segments[last].filled, configuration.segmentSize),
      pending[0].previous.end == submitted.end, pending[0].logicalSize == size,
      head.end < lastMark.advanced(by: SegmentScan.markSpacing)
    else { return false }
    let name = segments[last].name
    let run = RecordRun(
      pending[0], salt: segments[last].header.salt, watermark: flushed.end, number: nextBatch)
    var operations: [FileOperation] = [
      .writeRecords(name: name, offset: offset, run), .sync(name: name),
    ]
    forget(&operations)
    flushing.append(Flying(batches: pending, isPlain: true))
    pending = []
    submitted = head
    nextBatch &+= 1
    submit(operations, for: .flush(through: head, Flush(rooms: 0, segments: [])), into: &output)
    if segments[last].filled >= configuration.segmentSize
      || 2 * (offset + size) > segments[last].filled
    {
      var segment = segments[last]
      segment.marks = []
      segment.end = head
      makeReady(behind: segment, into: &output)
    }
    return true
  }

  /// Whether what was appended may wait for the disk behind the flush in flight: both only write where
  /// there are zeros already, and syncing this much by itself costs no more than together with more.
  private var mayQueue: Bool {
    guard case .open = phase, flushing.count == 1, flushing[0].isPlain, let last = segments.last
    else { return false }
    let size = head.end.distance(from: submitted.end)
    return size >= configuration.queuedMinimum && last.header.offset(of: head.end) <= last.filled
  }

  /// Takes a flush back of which nothing was written: the room is made before the records go there.
  mutating func flushFoundNoRoom(_ flush: Flush, into output: inout LogOutput) {
    // Nothing waits behind a flush that makes room.
    guard let batches = flushing.popFirst()?.batches else { return }
    submitted = flushed
    // Only the files it wrote to under their own names are there already.
    var leftovers = flush.segments.dropFirst().map(\.temporaryName)
    if let file = flush.spare {
      if spare == .none { spare = .waiting(file) } else { leftovers.append(file.name) }
    }
    if !leftovers.isEmpty {
      submit(leftovers.map { .remove(name: $0) }, for: .tidying, into: &output)
    }
    becomeFull(true, &output)
    switch phase {
    case .truncating(var truncation):
      let cut = batches.map { $0.suffix(after: truncation.point.index) }
      truncation.unsubmitted.insert(contentsOf: cut.filter { !$0.isEmpty }, at: 0)
      phase = .truncating(truncation)
      pending.insert(contentsOf: keptPending(batches, through: truncation.point), at: 0)
      beginTruncating(into: &output)
    case .installing: makeInstallation(into: &output)
    default:
      pending.insert(contentsOf: batches, at: 0)
      wantsFlush = true
    }
    closeIfFlushed(into: &output)
  }

  mutating func flushDone(
    through point: LogPoint, _ made: [Segment], into output: inout LogOutput
  ) {
    var flown = flushing.removeFirst().batches
    if pending.isEmpty {
      // Its space is for those that come next.
      flown.removeAll(keepingCapacity: true)
      pending = flown
    }
    if made.isEmpty { segments[segments.count - 1].end = point }
    adopt(made)
    // A truncation that was asked for meanwhile answers for itself.
    switch phase {
    case .truncating(let truncation):
      if point.index <= truncation.point.index { flushed = point }
      beginTruncating(into: &output)
    case .installing: makeInstallation(into: &output)
    default:
      flushed = point
      output.events.append(.flushed(point))
    }
    if wantsFlush, !isPlanted(.flushIsForgotten) { flush(into: &output) }
    closeIfFlushed(into: &output)
  }

  /// Takes in segments as a flush left them: the last known one continued, others new.
  private mutating func adopt(_ made: [Segment]) {
    for segment in made {
      if let last = segments.indices.last,
        segments[last].header.sequence == segment.header.sequence
      {
        segments[last].end = segment.end
        if !segment.marks.isEmpty { segments[last].marks += segment.marks }
        segments[last].filled = max(segments[last].filled, segment.filled)
      } else {
        segments.append(segment)
      }
    }
  }

  /// Makes zeros behind the writer's back: the segment's rest once half of those there are is used, in
  /// steps that grow with it; then the next segment's file.
  private mutating func makeReady(behind segment: Segment, into output: inout LogOutput) {
    let isKnown = segments.last?.header.sequence == segment.header.sequence
    let filled =
      isKnown ? max(segments[segments.count - 1].filled, segment.filled) : segment.filled
    guard !isFilling else { return }
    // A file may have been made with another size in mind.
    if filled >= configuration.segmentSize {
      goOnWithSpare(beside: segment, into: &output)
    } else if isKnown, 2 * segment.header.offset(of: segment.end.end) > filled {
      // A file that has no name yet must not be made under it.
      let step = max(configuration.fillStep, filled)
      fill(segment, from: filled, through: min(filled + step, configuration.segmentSize), &output)
    }
  }

  /// Fills the next segment's file half as fast again as the writer fills its segment: many zeros at
  /// once would keep everybody's syncs waiting for the device.
  private mutating func goOnWithSpare(beside segment: Segment, into output: inout LogOutput) {
    var file: SpareFile
    switch spare {
    case .none: file = SpareFile(name: retired.popFirst() ?? nextSpareName(), filled: 0)
    case .waiting(let begun): file = begun
    case .filling, .failed: return
    }
    let from = file.filled
    let wanted = segment.header.offset(of: segment.end.end) * 3 / 2
    guard from < min(wanted, configuration.segmentSize) else { return }
    file.filled = min(configuration.segmentSize, max(wanted, from + configuration.fillAhead))
    var operations = [
      FileOperation.zeroFill(name: file.name, offset: from, count: file.filled - from)
    ]
    if file.filled == configuration.segmentSize { operations.append(.sync(name: file.name)) }
    spare = .filling(file)
    submit(operations, for: .spare(file), turn: .aside, into: &output)
  }

  mutating func nextSpareName() -> String {
    spares += 1
    return "wal-next-\(spares).tmp"
  }

  private mutating func fill(
    _ segment: Segment, from start: Int, through end: Int, _ output: inout LogOutput
  ) {
    isFilling = true
    submit(
      [
        .zeroFill(name: segment.name, offset: start, count: end - start),
        .sync(name: segment.name),
      ], for: .fill(segment: segment.header.sequence, through: end), turn: .aside, into: &output)
  }

  mutating func fillDone(_ sequence: UInt64, _ through: Int, into output: inout LogOutput) {
    isFilling = false
    if let position = segments.lastIndex(where: { $0.header.sequence == sequence }) {
      segments[position].filled = max(segments[position].filled, through)
    }
    if isFull { roomFound(into: &output) } else { goOn(into: &output) }
  }

  // MARK: Full disks

  /// Looks whether the disk has room: ``LogEvent/full(_:)`` says when that has changed.
  ///
  /// Records go to room that was made before, so that a disk can be full for a while before a write
  /// fails; clients are to be refused as soon as it is.
  public mutating func lookForRoom(into output: inout LogOutput) {
    // Zeros must not land on the records of a flush in flight, nor where the log is being cut.
    guard !isFilling, !isLookingForRoom, flushing.isEmpty, let last = segments.last else { return }
    let end = min(configuration.segmentSize, last.filled + configuration.fillAhead)
    if isFull, end > last.filled, case .open = phase {
      return fill(last, from: last.filled, through: end, &output)
    }
    isLookingForRoom = true
    submit(
      [
        .zeroFill(name: "room.tmp", offset: 0, count: configuration.fillAhead),
        .remove(name: "room.tmp"),
      ], for: .room, turn: .aside, into: &output)
  }

  mutating func roomFound(into output: inout LogOutput) {
    isLookingForRoom = false
    if spare == .failed { spare = .none }
    guard isFull else { return }
    becomeFull(false, &output)
    goOn(into: &output)
  }

  /// Does what had to wait for room, or for zeros under way.
  private mutating func goOn(into output: inout LogOutput) {
    switch phase {
    case .truncating(let truncation):
      if truncation.step == .waitingForRoom {
        saveRollback(into: &output)
      } else {
        beginTruncating(into: &output)
      }
    case .installing(let installation) where installation.isWaitingForRoom:
      makeInstallation(into: &output)
    default: if wantsFlush { flush(into: &output) }
    }
  }

  // MARK: Segments

  /// A new segment behind `previous`, in the spare file when that is ready: what makes room for it,
  /// and its file's operations up to a durable name.
  mutating func newSegment(
    sequence: UInt64, after previous: LogPoint
  ) -> (segment: Segment, rooms: [FileOperation], making: [FileOperation]) {
    let header = SegmentHeader(
      clusterID: configuration.clusterID, node: configuration.node, sequence: sequence,
      previous: previous, salt: newSalt(), bootEpoch: configuration.bootEpoch)
    var segment = Segment(
      header: header, marks: [previous], end: previous, filled: configuration.segmentSize)
    var name = segment.temporaryName
    var rooms: [FileOperation] = []
    var making: [FileOperation] = []
    if case .waiting(let file) = spare {
      name = file.name
      segment.filled = file.filled
      // What a retired file may hold behind the zeros goes.
      if file.filled < configuration.segmentSize {
        making.append(.truncate(name: name, size: file.filled))
      }
    } else {
      segment.filled = min(
        configuration.segmentSize, SegmentHeader.size + configuration.fillAhead)
      rooms = [.zeroFill(name: name, offset: 0, count: segment.filled)]
    }
    if case .filling = spare {} else { spare = .none }
    making += [
      .write(name: name, offset: 0, bytes: header.encoded), .sync(name: name),
      .rename(from: name, to: header.name), .syncDirectory,
    ]
    return (segment, rooms, making)
  }
}

/// Lays batches out in segments: the operations of one flush.
private struct SegmentWriter {
  /// What makes room, before anything is written: if the disk is full, nothing has happened.
  private(set) var rooms: [FileOperation] = []
  /// What comes after that.
  private(set) var operations: [FileOperation] = []
  /// The segments as they will be.
  private(set) var made: [WriteAheadLog.Segment] = []
  /// The segment written to: as it was, with the marks that are new.
  private var current: WriteAheadLog.Segment
  /// Where the segment's last mark is, in this flush or one before.
  private var lastMark: LSN
  /// The records for the current segment.
  private var run: RecordRun
  private var start: LSN
  private let watermark: LSN
  private let number: UInt32
  private let segmentSize: Int

  init(
    continuing segment: WriteAheadLog.Segment, from start: LSN, watermark: LSN, number: UInt32,
    segmentSize: Int
  ) {
    current = segment
    lastMark = current.marks.last?.end ?? current.end.end
    current.marks = []
    self.start = start
    self.watermark = watermark
    self.number = number
    self.segmentSize = segmentSize
    run = RecordRun(
      from: start, salt: current.header.salt, watermark: watermark, number: number)
  }

  mutating func write(_ batch: RecordBatch, log: inout WriteAheadLog) {
    var from = 0
    var end = batch.previous.end
    while from < batch.count {
      // As many as fit into this segment, a mark's distance at a time.
      var through = from
      var size = 0
      let room = segmentSize - current.header.offset(of: end)
      var needsMark = false
      while through < batch.count, size + batch.entries[through].size <= room {
        size += batch.entries[through].size
        through += 1
        if end.advanced(by: size) >= lastMark.advanced(by: SegmentScan.markSpacing) {
          needsMark = true
          break
        }
      }
      if through == from {
        roll(after: batch.point(through: from - 1), log: &log)
        continue
      }
      run.append(batch, from..<through, size: size)
      end = end.advanced(by: size)
      from = through
      if needsMark {
        let entry = batch.entries[through - 1]
        current.marks.append(
          LogPoint(
            index: batch.previous.index.advanced(by: through), term: entry.term,
            chain: entry.chain, end: end))
        lastMark = end
      }
    }
    current.end = batch.last
  }

  private mutating func roll(after point: LogPoint, log: inout WriteAheadLog) {
    current.end = point
    writeOut()
    made.append(current)
    let (segment, room, making) = log.newSegment(
      sequence: current.header.sequence + 1, after: point)
    rooms += room
    operations += making
    // Noted in the request itself, once the name is durable: should this file be lost later, that
    // shows. The flush may yet find no room, so that `log.vote` does not speak of the file.
    log.vote.version += 1
    var noted = log.vote
    noted.watermark = point.end
    noted.newestSegment = segment.header.sequence
    operations += noted.saving
    current = segment
    lastMark = point.end
    start = point.end
    run = RecordRun(
      from: start, salt: current.header.salt, watermark: watermark, number: number)
  }

  private mutating func writeOut() {
    guard run.count > 0 else { return }
    let offset = current.header.offset(of: start)
    let end = offset + run.count
    if end > current.filled {
      rooms.append(
        .zeroFill(
          name: made.isEmpty ? current.name : current.temporaryName, offset: current.filled,
          count: end - current.filled))
      current.filled = end
    }
    operations.reserveCapacity(operations.count + 2)
    operations.append(.writeRecords(name: current.name, offset: offset, run))
    operations.append(.sync(name: current.name))
  }

  /// Ends the flush: ``rooms`` and ``operations`` are what is to be done, ``made`` what comes of it.
  mutating func finish() {
    writeOut()
    made.append(current)
  }
}
