import Positions
import Records

extension WriteAheadLog {
  /// A checkpoint on its way to replace the log.
  struct Installation: Sendable {
    var checkpoint: Checkpoint
    /// The log's new beginning, made under a temporary name.
    var segment: Segment?
    var isWaitingForRoom = false
  }

  /// Replaces the whole log by a checkpoint of the leader's; durable once
  /// ``LogEvent/installed(_:)`` comes. On a full disk that waits for room.
  public mutating func install(_ checkpoint: Checkpoint, into output: inout LogOutput) {
    guard case .open = phase else { return }
    pending = []
    wantsFlush = false
    head = checkpoint.point
    phase = .installing(Installation(checkpoint: checkpoint))
    makeInstallation(into: &output)
  }

  /// Makes what needs room, once no flush is in flight: the old log still counts.
  mutating func makeInstallation(into output: inout LogOutput) {
    guard case .installing(var installation) = phase, flushing.isEmpty else { return }
    let point = installation.checkpoint.point
    let header = SegmentHeader(
      clusterID: configuration.clusterID, node: configuration.node,
      sequence: (segments.last?.header.sequence ?? 0) + 1, previous: point, salt: newSalt(),
      bootEpoch: configuration.bootEpoch)
    let segment = Segment(
      header: header, marks: [point], end: point,
      filled: min(configuration.segmentSize, SegmentHeader.size + configuration.fillAhead))
    installation.segment = segment
    installation.isWaitingForRoom = false
    phase = .installing(installation)
    let incoming = CheckpointFile.incomingName
    let bytes = CheckpointFile.encode(installation.checkpoint, configuration)
    submit(
      [
        .remove(name: incoming), .write(name: incoming, offset: 0, bytes: bytes),
        .zeroFill(name: segment.temporaryName, offset: 0, count: segment.filled),
        .write(name: segment.temporaryName, offset: 0, bytes: header.encoded),
        .sync(name: incoming), .sync(name: segment.temporaryName), .syncDirectory,
        .read(name: incoming, offset: 0, count: bytes.count + 1),
      ], for: .incoming, into: &output)
  }

  /// How many operations of ``makeInstallation(into:)`` may find the disk full.
  static var installationRooms: Int { 3 }

  mutating func installationFoundNoRoom(into output: inout LogOutput) {
    guard case .installing(var installation) = phase else { return }
    installation.isWaitingForRoom = true
    phase = .installing(installation)
    becomeFull(true, &output)
  }

  /// Notes beside the vote what is coming, then lets the old log go: whatever a crash leaves, opening
  /// the log finishes it. Nothing here needs room.
  mutating func replace(_ results: [FileResult], into output: inout LogOutput) {
    guard case .installing(let installation) = phase, let segment = installation.segment else {
      return
    }
    guard case .bytes(let bytes)? = results.last,
      CheckpointFile.decode(bytes, configuration) == installation.checkpoint
    else {
      let name = CheckpointFile.incomingName
      return fail(FileError(kind: .inputOutput(0), name: "\(name) reads back bad"), &output)
    }
    let point = installation.checkpoint.point
    vote.install = point
    vote.version += 1
    var operations = vote.saving
    for name in checkpointNames(where: { $0.index != point.index }) {
      operations.append(.remove(name: name))
    }
    operations.append(
      .rename(from: CheckpointFile.incomingName, to: CheckpointFile.name(point.index)))
    for old in segments { operations.append(.remove(name: old.name)) }
    operations += [
      .syncDirectory, .rename(from: segment.temporaryName, to: segment.name), .syncDirectory,
    ]
    vote.install = nil
    vote.watermark = point.end
    vote.newestSegment = segment.header.sequence
    vote.isHollow = false
    vote.version += 1
    operations += vote.saving
    // Votes that are saved meanwhile come after this, and speak of the new log.
    segments = [segment]
    flushed = point
    submitted = point
    submit(operations, for: .installed(bytes.count), turn: .alone, into: &output)
  }

  mutating func installDone(_ fileSize: Int, into output: inout LogOutput) {
    guard case .installing(let installation) = phase else { return }
    let point = installation.checkpoint.point
    phase = .open
    checkpoints = [KnownCheckpoint(point: point, fileSize: fileSize)]
    output.events.append(.installed(point))
    if wantsFlush { flush(into: &output) }
    closeIfFlushed(into: &output)
  }
}
