import Positions
import Records

extension WriteAheadLog {
  /// What opening has read so far.
  struct Opening: Sendable {
    enum Step: Sendable {
      case listing
      case syncing([FileListing])
      case checkpoints([FileListing])
      case segment(Int)
      case finishing(Recovery)
    }

    /// A file of the log, as scanned.
    struct Scanned: Sendable {
      var file: FileListing
      var header: SegmentHeader?
      var scan: SegmentScan?
      /// Why its header, or all of it, could not be read.
      var problem: String?
    }

    var step = Step.listing
    var isNew = false
    var inDoubt = false
    var notes: [String] = []
    var scanned: [Scanned] = []
    var leftovers: [String] = []
    /// What makes the log ready, and which of it only makes room.
    var operations: [FileOperation] = []
    var ahead: FileOperation?
    var filledBefore = 0
    var isFull = false
  }

  /// Opens the log from its files: see `Recovery`'s conditions for what comes of it.
  public mutating func open(into output: inout LogOutput) {
    phase = .opening(Opening())
    segments = []
    checkpoints = []
    pending = []
    flushing = nil
    purposes = [:]
    isFilling = false
    isLookingForRoom = false
    spare = .none
    isInstalling = false
    isFull = false
    vote = VoteRecord()
    // What an earlier life of the node left under way ends first.
    submit([.syncDirectory, .list], for: .opening, turn: .alone, into: &output)
  }

  mutating func openingFailed(
    _ failure: FileError, _ results: [FileResult], into output: inout LogOutput
  ) {
    guard case .opening(var opening) = phase else { return }
    if case .segment(let position) = opening.step {
      // A file that can't be read is damage like any other; what is below it may still be good.
      opening.scanned[position].problem = "\(failure)"
      phase = .opening(opening)
      return readSegment(position + 1, into: &output)
    }
    if case .finishing = opening.step, failure.kind == .noSpace, !opening.isFull,
      !opening.isNew
    {
      // A full disk opens: only the room ahead is given up.
      opening.isFull = true
      phase = .opening(opening)
      let ahead = opening.ahead
      segments[segments.count - 1].filled = opening.filledBefore
      return submit(
        opening.operations.filter { $0 != ahead }, for: .opening, into: &output)
    }
    fail(failure, &output)
  }

  mutating func opened(_ results: [FileResult], into output: inout LogOutput) {
    guard case .opening(var opening) = phase else { return }
    switch opening.step {
    case .listing:
      guard case .listing(let files)? = results.last else { return }
      listed(files, into: &output)
    case .syncing(let files):
      if case .bytes(let bytes)? = results.last {
        let (record, inDoubt) = VoteRecord.newest(bytes)
        opening.inDoubt = inDoubt
        if let record { vote = record }
        if inDoubt { opening.notes.append("can't trust its vote file, and votes for nobody") }
      }
      opening.step = .checkpoints(files)
      phase = .opening(opening)
      readCheckpointHeaders(files, into: &output)
    case .checkpoints:
      for case .bytes(let bytes) in results {
        if let found = bytes.withUnsafeBytes({ CheckpointFile.point($0, configuration) }) {
          checkpoints.append(found.point)
        }
      }
      checkpoints.sort { $0.index < $1.index }
      readSegment(0, into: &output)
    case .segment(let position):
      guard case .bytes(let bytes)? = results.first else { return }
      if let refusal = take(bytes, at: position, &opening) {
        phase = .closed
        output.events.append(.refused(refusal))
        return
      }
      phase = .opening(opening)
      readSegment(position + 1, into: &output)
    case .finishing(let recovery):
      phase = .open
      head = recovery.point
      submitted = recovery.point
      flushed = recovery.point
      wasRepaired = false
      output.events.append(.opened(recovery))
      if opening.isFull { becomeFull(true, &output) }
    }
  }

  private mutating func listed(_ files: [FileListing], into output: inout LogOutput) {
    guard case .opening(var opening) = phase else { return }
    opening.leftovers = files.map(\.name).filter { $0.hasSuffix(".tmp") }
    let segments = files.filter { $0.name.hasPrefix("wal-") && !$0.name.hasSuffix(".tmp") }
    opening.scanned = segments.sorted { $0.name < $1.name }.map { Opening.Scanned(file: $0) }
    let hasVote = files.contains { $0.name == VoteRecord.name }
    opening.isNew = !hasVote && segments.isEmpty
    opening.inDoubt = !hasVote && !segments.isEmpty
    if opening.inDoubt { opening.notes.append("has no vote file, and votes for nobody") }
    opening.step = .syncing(files)
    phase = .opening(opening)
    var operations: [FileOperation] = segments.map { .sync(name: $0.name) }
    if hasVote {
      operations.append(.sync(name: VoteRecord.name))
      operations.append(
        .read(
          name: VoteRecord.name, offset: 0, count: VoteRecord.copies * VoteRecord.copySize))
    }
    operations.append(contentsOf: operations.isEmpty ? [.syncDirectory] : [])
    submit(operations, for: .opening, into: &output)
  }

  private mutating func readCheckpointHeaders(
    _ files: [FileListing], into output: inout LogOutput
  ) {
    let names = files.map(\.name).filter { CheckpointFile.index(inName: $0) != nil }
    guard !names.isEmpty else { return readSegment(0, into: &output) }
    submit(
      names.map { .read(name: $0, offset: 0, count: CheckpointFile.headerSize) }, for: .opening,
      into: &output)
  }

  /// Asks for the next segment's bytes, or decides once there is none.
  private mutating func readSegment(_ position: Int, into output: inout LogOutput) {
    guard case .opening(var opening) = phase else { return }
    guard position < opening.scanned.count else { return decide(into: &output) }
    opening.step = .segment(position)
    phase = .opening(opening)
    let file = opening.scanned[position].file
    submit(
      [.read(name: file.name, offset: 0, count: file.size)], for: .opening, into: &output)
  }

  /// Scans a segment's bytes; gives the damage when they are not this log's at all.
  private func take(_ bytes: [UInt8], at position: Int, _ opening: inout Opening) -> LogDamage? {
    let name = opening.scanned[position].file.name
    func refusal(_ reason: String) -> LogDamage {
      LogDamage(file: name, offset: 0, record: nil, reason: reason, after: .origin)
    }
    return bytes.withUnsafeBytes { all in
      switch SegmentHeader.read(all) {
      case .newer(let version):
        return refusal(
          "written by a newer version of replicascope (format \(version), this one reads "
            + "\(SegmentHeader.version))")
      case .bad(let reason): opening.scanned[position].problem = reason
      case .header(let header):
        if header.clusterID != configuration.clusterID {
          return refusal("belongs to another cluster")
        }
        if header.node != configuration.node {
          return refusal("belongs to \(header.node), not to \(configuration.node)")
        }
        opening.scanned[position].header = header
        opening.scanned[position].scan = SegmentScan(all, header: header, limit: vote.cut)
      }
      return nil
    }
  }

  // MARK: The decision

  /// The log as the scans found it: its good part, and what stands behind that.
  private struct Finding {
    var point: LogPoint
    var good: [Segment] = []
    var damage: LogDamage?
    /// Files wholly behind a cut.
    var behind: [String] = []
    /// Bytes of the last good segment's file that are not zero.
    var used = SegmentHeader.size
    /// The greatest LSN known to have been durable.
    var durable: LSN
  }

  private func find(_ scanned: [Opening.Scanned]) -> Finding {
    var finding = Finding(
      point: scanned.first?.header?.previous ?? checkpoints.last ?? .origin,
      durable: vote.watermark)
    let cut = vote.cut
    if let cut { finding.durable = min(finding.durable, cut) }
    for (position, one) in scanned.enumerated() {
      if let cut, let header = one.header, position > 0, header.previous.end > cut {
        finding.behind.append(one.file.name)
        continue
      }
      if let header = one.header, position > 0 {
        // It got its name after the segment before it was synced.
        finding.durable = max(finding.durable, header.previous.end)
      }
      if let scan = one.scan { finding.durable = max(finding.durable, scan.watermark) }
      guard finding.damage == nil else { continue }
      func damage(_ offset: Int, _ record: String?, _ reason: String) -> LogDamage {
        LogDamage(
          file: one.file.name, offset: offset, record: record, reason: reason,
          after: finding.point)
      }
      guard let header = one.header, let scan = one.scan else {
        finding.damage = damage(0, nil, one.problem ?? "it can't be read")
        continue
      }
      if header.previous != finding.point {
        let before = finding.good.last?.name ?? "the beginning"
        finding.damage = damage(
          0, nil,
          "records are missing between \(before), which ends at \(finding.point.end), and this "
            + "file, which begins at \(header.previous.end)")
        continue
      }
      finding.good.append(
        Segment(header: header, marks: scan.marks, end: scan.end, filled: one.file.size))
      finding.point = scan.end
      finding.used = scan.used
      if let flaw = scan.flaw {
        finding.damage = damage(flaw.offset, flaw.record, flaw.reason)
      }
    }
    return finding
  }

  /// The recovery table of `reliability.md`, row by row.
  private mutating func decide(into output: inout LogOutput) {
    guard case .opening(var opening) = phase else { return }
    if vote.isInstalling, let point = checkpoints.last {
      return finishInstalling(at: point, opening, into: &output)
    }
    let finding = find(opening.scanned)
    let firstFile = finding.good.first?.name ?? opening.scanned.first?.file.name ?? "wal-*"
    var damage = finding.damage
    if damage == nil, finding.point.end < finding.durable {
      // Zeros, or nothing at all, where there were durable records.
      let last = finding.good.last
      damage = LogDamage(
        file: last?.name ?? firstFile, offset: last?.header.offset(of: finding.point.end) ?? 0,
        record: nil,
        reason: "the log ends at \(finding.point.end), but was durable to \(finding.durable)",
        after: finding.point)
    }
    if let first = finding.good.first?.header.previous, first.index != .zero,
      !checkpoints.contains(where: { $0.index >= first.index })
    {
      segments = []
      let missing = LogDamage(
        file: firstFile, offset: 0, record: nil,
        reason: "the log begins after record \(first.index), and no checkpoint reaches that far",
        after: .origin)
      return tellDamage(missing, opening, into: &output)
    }
    segments = finding.good
    var condition = Recovery.Condition.clean
    var operations: [FileOperation] = opening.leftovers.map { .remove(name: $0) }
    if let damage {
      // Good headers behind a bad place say what was durable there: a hole below is rot.
      guard finding.point.end >= finding.durable, !finding.good.isEmpty else {
        return tellDamage(damage, opening, into: &output)
      }
      condition = .suspect("the end of \(damage) was never synced, and is cut off")
      opening.notes.append("cut a torn tail off at \(finding.point.end)")
    } else if wasRepaired {
      condition = .suspect("its log was mended with records of its peers")
    }
    if damage != nil || vote.cut != nil {
      operations += clearing(behind: finding)
      opening.notes.append(contentsOf: vote.cut == nil ? [] : ["finished a truncation"])
    }
    finish(opening, at: finding.point, condition, operations, into: &output)
  }

  private mutating func tellDamage(
    _ damage: LogDamage, _ opening: Opening, into output: inout LogOutput
  ) {
    phase = .damaged(damage)
    repairLimit = opening.scanned.compactMap { $0.header?.previous }
      .filter { $0.index > damage.after.index }.map(\.index).min()
    output.events.append(
      .opened(
        Recovery(
          point: damage.after, first: first, vote: opening.inDoubt ? nil : vote.vote,
          voteInDoubt: opening.inDoubt, condition: .damaged(damage), notes: opening.notes,
          isNew: false)))
  }

  /// Zeros what stands behind the log's end, durably.
  private mutating func clearing(behind finding: Finding) -> [FileOperation] {
    var operations: [FileOperation] = finding.behind.map { .remove(name: $0) }
    if let last = segments.last {
      let offset = last.header.offset(of: finding.point.end)
      if finding.used > offset {
        operations.append(
          .zeroFill(name: last.name, offset: offset, count: finding.used - offset))
      }
      operations += [.sync(name: last.name), .syncDirectory]
    }
    return operations
  }

  /// Makes what a serving log needs: a segment with zeros ahead, a vote file.
  private mutating func finish(
    _ opening: Opening, at point: LogPoint, _ condition: Recovery.Condition,
    _ operations: [FileOperation], into output: inout LogOutput
  ) {
    var opening = opening
    var operations = operations
    if segments.isEmpty {
      let (segment, room, making) = newSegment(sequence: 1, after: point)
      operations += room
      operations += making
      segments.append(segment)
    } else if let last = segments.indices.last {
      let wanted = min(
        configuration.segmentSize,
        segments[last].header.offset(of: point.end) + configuration.fillAhead)
      if wanted > segments[last].filled {
        let ahead = FileOperation.zeroFill(
          name: segments[last].name, offset: segments[last].filled,
          count: wanted - segments[last].filled)
        opening.ahead = ahead
        opening.filledBefore = segments[last].filled
        operations.append(ahead)
        operations.append(.sync(name: segments[last].name))
        segments[last].filled = wanted
      }
    }
    let saved = vote
    vote.cut = nil
    vote.isInstalling = false
    vote.watermark = point.end
    if opening.isNew || opening.inDoubt || saved != vote {
      vote.version += 1
      operations += vote.saving
    }
    operations.append(.syncDirectory)
    opening.step = .finishing(
      Recovery(
        point: point, first: first, vote: opening.inDoubt ? nil : vote.vote,
        voteInDoubt: opening.inDoubt, condition: condition, notes: opening.notes,
        isNew: opening.isNew))
    opening.operations = operations
    phase = .opening(opening)
    submit(operations, for: .opening, into: &output)
  }

  /// A checkpoint was replacing the log: the log goes, the checkpoint is its beginning.
  private mutating func finishInstalling(
    at point: LogPoint, _ opening: Opening, into output: inout LogOutput
  ) {
    var opening = opening
    opening.notes.append("finished taking a checkpoint through record \(point.index)")
    let sequence = opening.scanned.compactMap { $0.header?.sequence }.max() ?? 0
    let (segment, room, making) = newSegment(sequence: sequence + 1, after: point)
    let removals = opening.scanned.map { FileOperation.remove(name: $0.file.name) }
    segments = [segment]
    let rest = opening.leftovers.map { FileOperation.remove(name: $0) }
    finish(opening, at: point, .clean, rest + removals + room + making, into: &output)
  }
}
