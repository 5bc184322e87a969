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
    let longest = RecordLayout.size(payloadLength: RecordLayout.payloadMaximum)
    let wanted = maximumBytes + SegmentScan.markSpacing + longest
    let count = min(wanted, segment.end.end.distance(from: mark.end))
    submit(
      [
        .read(
          name: segment.name, offset: segment.header.offset(of: mark.end), count: count)
      ],
      for: .read(
        request, mark: mark, salt: segment.header.salt, after: index, limit: segment.end,
        maximum: maximumBytes), into: &output)
  }

  /// Records that were not yet seen to be in the file.
  private func inMemory(after index: Index) -> RecordBatch? {
    for batches in [flushing?.batches ?? [], pending] {
      guard let first = batches.first, index >= first.previous.index else { continue }
      for batch in batches where batch.last.index > index { return batch.suffix(after: index) }
    }
    return nil
  }

  // MARK: Checkpoints

  /// Saves a checkpoint; then only it, the one before and the log from that one on are kept.
  public mutating func saveCheckpoint(_ checkpoint: Checkpoint, into output: inout LogOutput) {
    guard case .open = phase else {
      output.events.append(
        .checkpointSkipped(FileError(kind: .inputOutput(0), name: "the log is being truncated")))
      return
    }
    let bytes = CheckpointFile.encode(checkpoint, configuration)
    submit(
      checkpointOperations(checkpoint.point.index, bytes)
        + [
          .read(
            name: CheckpointFile.name(checkpoint.point.index), offset: 0, count: bytes.count + 1)
        ], for: .checkpoint(checkpoint), turn: .aside, into: &output)
  }

  private func checkpointOperations(_ index: Index, _ bytes: [UInt8]) -> [FileOperation] {
    [
      .remove(name: "checkpoint.tmp"),
      .write(name: "checkpoint.tmp", offset: 0, bytes: bytes), .sync(name: "checkpoint.tmp"),
      .rename(from: "checkpoint.tmp", to: CheckpointFile.name(index)), .syncDirectory,
    ]
  }

  mutating func checkpointDone(
    _ checkpoint: Checkpoint, _ results: [FileResult], into output: inout LogOutput
  ) {
    guard case .bytes(let bytes)? = results.last,
      CheckpointFile.decode(bytes, configuration) == checkpoint
    else {
      let name = CheckpointFile.name(checkpoint.point.index)
      submit([.remove(name: name)], for: .tidying, turn: .aside, into: &output)
      output.events.append(
        .checkpointSkipped(FileError(kind: .inputOutput(0), name: "\(name) reads back bad")))
      return
    }
    checkpoints.removeAll { $0.index == checkpoint.point.index }
    checkpoints.append(checkpoint.point)
    checkpoints.sort { $0.index < $1.index }
    tidy(into: &output)
    output.events.append(.checkpointSaved(checkpoint.point))
  }

  /// Keeps two checkpoints, and the log from the older one on.
  private mutating func tidy(into output: inout LogOutput) {
    guard checkpoints.count >= 2 else { return }
    var operations: [FileOperation] = []
    while checkpoints.count > 2 {
      operations.append(.remove(name: CheckpointFile.name(checkpoints.removeFirst().index)))
    }
    let oldest = checkpoints[0].end
    while segments.count > 1, segments[0].end.end <= oldest {
      operations.append(.remove(name: segments.removeFirst().name))
    }
    guard !operations.isEmpty else { return }
    // Removals in the log's order, each durable before the next: a gap must never be seen.
    submit(
      operations.flatMap { [$0, .syncDirectory] }, for: .tidying, turn: .aside, into: &output)
  }

  /// Reads the newest good checkpoint at or below `index` back.
  public mutating func readCheckpoint(
    atOrBelow index: Index, request: UInt64, into output: inout LogOutput
  ) {
    guard let newest = checkpoints.last(where: { $0.index <= index }) else {
      output.events.append(.checkpointRead(nil, request: request))
      return
    }
    submit(
      [.read(name: CheckpointFile.name(newest.index), offset: 0, count: 1 << 32)],
      for: .checkpointRead(request, atOrBelow: newest.index), into: &output)
  }

  mutating func checkpointCame(
    _ results: [FileResult], _ request: UInt64, atOrBelow index: Index,
    into output: inout LogOutput
  ) {
    if case .bytes(let bytes)? = results.first,
      let checkpoint = CheckpointFile.decode(bytes, configuration)
    {
      output.events.append(.checkpointRead(checkpoint, request: request))
      return
    }
    // Not good: the one before it may be.
    checkpoints.removeAll { $0.index == index }
    readCheckpoint(atOrBelow: index, request: request, into: &output)
  }

  /// Replaces the whole log by a checkpoint of the leader's.
  public mutating func install(_ checkpoint: Checkpoint, into output: inout LogOutput) {
    guard case .open = phase else { return }
    var operations = checkpointOperations(
      checkpoint.point.index, CheckpointFile.encode(checkpoint, configuration))
    let sequence = (segments.last?.header.sequence ?? 0) + 2
    let (segment, room, making) = newSegment(sequence: sequence, after: checkpoint.point)
    vote.isInstalling = true
    vote.version += 1
    operations += vote.saving
    for old in checkpoints where old.index != checkpoint.point.index {
      operations.append(.remove(name: CheckpointFile.name(old.index)))
    }
    // A flush in flight may still make one segment more.
    for old in segments { operations.append(.remove(name: old.name)) }
    if let flushing, case .flush(_, _, let made)? = purposes[flushing.token] {
      for one in made where !segments.contains(where: { $0.name == one.name }) {
        operations.append(.remove(name: one.name))
      }
    }
    operations.append(.syncDirectory)
    operations += room
    operations += making
    vote.isInstalling = false
    vote.watermark = checkpoint.point.end
    vote.version += 1
    operations += vote.saving
    pending = []
    head = checkpoint.point
    phase = .truncating(Truncation(point: checkpoint.point, unsubmitted: []))
    isInstalling = true
    submit(operations, for: .installed(checkpoint, segment), turn: .alone, into: &output)
  }

  mutating func installDone(
    _ checkpoint: Checkpoint, _ segment: Segment, into output: inout LogOutput
  ) {
    phase = .open
    isInstalling = false
    segments = [segment]
    checkpoints = [checkpoint.point]
    submitted = checkpoint.point
    flushed = checkpoint.point
    flushing = nil
    output.events.append(.installed(checkpoint.point))
    if wantsFlush { flush(into: &output) }
  }
}
