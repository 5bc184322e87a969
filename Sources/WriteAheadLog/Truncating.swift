import Collections
import Positions
import Records

extension WriteAheadLog {
  /// A suffix on its way out of the log.
  struct Truncation: Sendable {
    /// Where the log will end.
    var point: LogPoint
    /// What was never handed to the disk, and will not be.
    var unsubmitted: [RecordBatch]
    var discarded: RecordBatch?
    var step = Step.flushing

    enum Step: Sendable {
      /// Waits for the flush in flight, and for one of the records that stay.
      case flushing
      case reading
      case saving
      /// The disk was full when the rollback file was to be written.
      case waitingForRoom
      case cutting
    }

    var fileName: String? {
      guard let discarded, !discarded.isEmpty else { return nil }
      return "rollback-\(discarded.last.term.epoch)-\(discarded.firstIndex)"
    }
  }

  /// Cuts everything after `point` off, after saving it to a rollback file; durable once
  /// ``LogEvent/truncated(to:discarded:file:)`` comes. Until then nothing more is flushed.
  ///
  /// - Precondition: `point` is in the log.
  public mutating func truncate(after point: LogPoint, into output: inout LogOutput) {
    guard case .open = phase else { return }
    precondition(point.index <= head.index && point.index >= first.index, "the fork is in the log")
    var truncation = Truncation(
      point: point, unsubmitted: pending.map { $0.suffix(after: point.index) })
    truncation.unsubmitted.removeAll(where: \.isEmpty)
    // Records that stay are flushed first: the log will be durable to its end.
    pending = keptPending(pending, through: point)
    wantsFlush = false
    head = point
    phase = .truncating(truncation)
    beginTruncating(into: &output)
  }

  func keptPending(_ batches: Deque<RecordBatch>, through point: LogPoint) -> Deque<RecordBatch> {
    Deque(
      batches.prefix { $0.previous.index < point.index }.map { $0.prefix(through: point.index) })
  }

  /// Reads what will be discarded, once what stays is flushed.
  mutating func beginTruncating(into output: inout LogOutput) {
    guard case .truncating(var truncation) = phase, truncation.step == .flushing, flushing.isEmpty
    else { return }
    guard pending.isEmpty else { return submitPending(into: &output) }
    truncation.step = .reading
    phase = .truncating(truncation)
    let parts = discardedParts(truncation)
    if parts.isEmpty {
      discardedRead([], into: &output)
    } else {
      submit(
        parts.map { reading($0, from: truncation.point) }, for: .discarded, into: &output)
    }
  }

  private func discardedParts(_ truncation: Truncation) -> [Segment] {
    segments.filter { $0.end.end > truncation.point.end }
  }

  private func reading(_ segment: Segment, from point: LogPoint) -> FileOperation {
    let mark = segment.mark(before: point.index)
    return .read(
      name: segment.name, offset: segment.header.offset(of: mark.end),
      count: segment.end.end.distance(from: mark.end))
  }

  mutating func discardedRead(_ results: [FileResult], into output: inout LogOutput) {
    guard case .truncating(var truncation) = phase else { return }
    var discarded = RecordBatch(after: truncation.point)
    for (segment, result) in zip(discardedParts(truncation), results) {
      guard case .bytes(let bytes) = result,
        let batch = RecordEncoding.decode(
          bytes, from: segment.mark(before: truncation.point.index), salt: segment.header.salt,
          after: discarded.last.index, limit: segment.end, maximumBytes: .max)
      else {
        return fail(FileError(kind: .inputOutput(0), name: "\(segment.name) is bad"), &output)
      }
      discarded.append(contentsOf: batch)
    }
    for batch in truncation.unsubmitted { discarded.append(contentsOf: batch) }
    if isPlanted(.rollbackIsNotKept) { discarded = RecordBatch(after: truncation.point) }
    truncation.discarded = discarded
    truncation.unsubmitted = []
    phase = .truncating(truncation)
    saveRollback(into: &output)
  }

  /// Saves the suffix, which needs room; what follows does not.
  mutating func saveRollback(into output: inout LogOutput) {
    guard case .truncating(var truncation) = phase, let discarded = truncation.discarded else {
      return
    }
    guard let name = truncation.fileName else { return cutOff(into: &output) }
    truncation.step = .saving
    phase = .truncating(truncation)
    let header = SegmentHeader(
      clusterID: configuration.clusterID, node: configuration.node, sequence: 0,
      previous: truncation.point, salt: newSalt(), bootEpoch: configuration.bootEpoch)
    let bytes = RecordEncoding.file(header, discarded)
    noteAside(FileListing(name: name, size: bytes.count))
    submit(
      [
        .remove(name: "rollback.tmp"), .write(name: "rollback.tmp", offset: 0, bytes: bytes),
        .sync(name: "rollback.tmp"), .rename(from: "rollback.tmp", to: name), .syncDirectory,
      ], for: .rollback, into: &output)
  }

  /// How many operations of ``saveRollback(into:)`` may find the disk full.
  static var rollbackRooms: Int { 2 }

  mutating func rollbackFoundNoRoom(into output: inout LogOutput) {
    guard case .truncating(var truncation) = phase else { return }
    truncation.step = .waitingForRoom
    phase = .truncating(truncation)
    becomeFull(true, &output)
  }

  /// Notes the cut beside the vote as it then is, then removes the records and the checkpoints that
  /// show them: whatever a crash leaves, opening the log finishes it.
  mutating func cutOff(into output: inout LogOutput) {
    guard case .truncating(var truncation) = phase else { return }
    truncation.step = .cutting
    phase = .truncating(truncation)
    let point = truncation.point
    var operations: [FileOperation] = []
    if submitted.end > point.end {
      let doomed = checkpointNames { $0.end > point.end }
      checkpoints.removeAll { $0.end > point.end }
      let cuts = cutting(after: point)
      vote.cut = point.end
      vote.watermark = point.end
      operations += nextVoteSaving()
      operations += doomed.map { .remove(name: $0) } + cuts
      vote.cut = nil
      operations += nextVoteSaving()
      if isPlanted(.cutsAreNotMade) { operations = [] }
    }
    operations += tidyingAside()
    submit(operations, for: .truncated, turn: .alone, into: &output)
  }

  private mutating func cutting(after point: LogPoint) -> [FileOperation] {
    var operations: [FileOperation] = []
    while segments.count > 1, let last = segments.last, last.header.previous.end > point.end {
      operations.append(.remove(name: last.name))
      segments.removeLast()
    }
    guard let last = segments.indices.last else { return operations }
    let offset = segments[last].header.offset(of: point.end)
    let used = segments[last].header.offset(of: segments[last].end.end)
    if used > offset {
      operations.append(
        .zeroFill(name: segments[last].name, offset: offset, count: used - offset))
    }
    segments[last].end = point
    segments[last].marks.removeAll { $0.index > point.index }
    operations += [.sync(name: segments[last].name), .syncDirectory]
    return operations
  }

  mutating func truncationDone(into output: inout LogOutput) {
    guard case .truncating(let truncation) = phase, let discarded = truncation.discarded else {
      return
    }
    phase = .open
    submitted = truncation.point
    flushed = truncation.point
    checkpoints.removeAll { $0.end > truncation.point.end }
    output.events.append(
      .truncated(to: truncation.point, discarded: discarded, file: truncation.fileName))
    if wantsFlush { flush(into: &output) }
    closeIfFlushed(into: &output)
  }
}

extension WriteAheadLog.Segment {
  /// The last mark at or before `index`.
  func mark(before index: Index) -> LogPoint {
    var low = 0
    var high = marks.count
    while low + 1 < high {
      let middle = (low + high) / 2
      if marks[middle].index <= index { low = middle } else { high = middle }
    }
    return marks[low]
  }
}
