import Positions
import Records

extension WriteAheadLog {
  /// Saves a checkpoint; then only it, the one before and the log from that one on are kept.
  ///
  /// One that shows more than is flushed, or comes while the log is being cut, is not saved:
  /// ``LogEvent/checkpointSkipped(_:)`` says so.
  public mutating func saveCheckpoint(_ checkpoint: Checkpoint, into output: inout LogOutput) {
    guard case .open = phase else { return skip("the log is being cut", &output) }
    // Recovery takes a log that ends below a checkpoint for damaged.
    guard checkpoint.point.end <= flushed.end else {
      return skip("the log is not flushed that far", &output)
    }
    let bytes = CheckpointFile.encode(checkpoint, configuration)
    let name = CheckpointFile.name(checkpoint.point.index)
    submit(
      [
        .remove(name: "checkpoint.tmp"),
        .write(name: "checkpoint.tmp", offset: 0, bytes: bytes), .sync(name: "checkpoint.tmp"),
        .rename(from: "checkpoint.tmp", to: name), .syncDirectory,
        .read(name: name, offset: 0, count: bytes.count + 1),
      ], for: .checkpoint(checkpoint), turn: .aside, into: &output)
  }

  private func skip(_ why: String, _ output: inout LogOutput) {
    output.events.append(.checkpointSkipped(FileError(kind: .inputOutput(0), name: why)))
  }

  mutating func checkpointDone(
    _ checkpoint: Checkpoint, _ results: [FileResult], into output: inout LogOutput
  ) {
    let name = CheckpointFile.name(checkpoint.point.index)
    guard case .bytes(let bytes)? = results.last,
      CheckpointFile.decode(bytes, configuration) == checkpoint
    else {
      // What is cut or replaced takes the file along.
      if case .open = phase {
        submit([.remove(name: name)], for: .tidying, turn: .aside, into: &output)
      }
      return skip("\(name) reads back bad", &output)
    }
    checkpoints.removeAll { $0.index == checkpoint.point.index }
    checkpoints.append(KnownCheckpoint(point: checkpoint.point, fileSize: bytes.count))
    checkpoints.sort { $0.index < $1.index }
    guard case .open = phase else { return skip("the log is being cut", &output) }
    tidy(into: &output)
    noteIdle(into: &output)
    output.events.append(.checkpointSaved(checkpoint.point))
  }

  /// The names of the checkpoints that fulfil `condition`, those that are being saved included.
  func checkpointNames(where condition: (LogPoint) -> Bool) -> [String] {
    var points = checkpoints.map(\.point)
    for case (_, .checkpoint(let checkpoint)) in purposes { points.append(checkpoint.point) }
    return Set(points.filter(condition).map { CheckpointFile.name($0.index) }).sorted()
  }

  /// Keeps two checkpoints, and the log from the older one on.
  private mutating func tidy(into output: inout LogOutput) {
    guard checkpoints.count >= 2 else { return }
    var operations: [FileOperation] = []
    while checkpoints.count > 2 {
      operations.append(.remove(name: checkpoints.removeFirst().name))
    }
    let oldest = checkpoints[0].end
    while segments.count > 1, segments[0].end.end <= oldest {
      operations.append(letGo(segments.removeFirst()))
    }
    guard !operations.isEmpty else { return }
    // In the log's order, each durable before the next: a gap must never be seen.
    submit(
      operations.flatMap { [$0, .syncDirectory] }, for: .tidying, turn: .aside, into: &output)
  }

  /// Removes a segment's file, or gives it a spare's name: overwriting a file with zeros is much
  /// easier for the disk than to free its blocks and find others.
  private mutating func letGo(_ segment: Segment) -> FileOperation {
    guard retired.count < Self.retiredMaximum, segment.filled <= configuration.segmentSize,
      !isFull
    else { return .remove(name: segment.name) }
    let name = nextSpareName()
    retired.append(name)
    return .rename(from: segment.name, to: name)
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
      [.read(name: newest.name, offset: 0, count: newest.fileSize + 1)],
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
}
