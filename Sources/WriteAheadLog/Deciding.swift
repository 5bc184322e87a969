import Positions
import Records

/// The recovery table of `reliability.md`, row by row.
extension WriteAheadLog {
  /// The log as the scans found it: its good part, and what stands behind that.
  private struct Finding {
    var point: LogPoint
    var good: [Segment] = []
    var damage: LogDamage?
    /// Whether no crash leaves such damage, wherever it is: it is rot.
    var isRot = false
    /// Files wholly behind a cut.
    var behind: [FileListing] = []
    /// Bytes of the last good segment's file that are not zero.
    var used = SegmentHeader.size
    /// The greatest LSN known to have been durable.
    var durable: LSN
  }

  private func find(_ scanned: [Opening.Scanned]) -> Finding {
    var finding = Finding(
      point: scanned.first?.header?.previous ?? checkpoints.last?.point ?? .origin,
      durable: vote.watermark)
    let cut = vote.cut
    if let cut { finding.durable = min(finding.durable, cut) }
    // A checkpoint is saved only of what is flushed.
    if let last = checkpoints.last { finding.durable = max(finding.durable, last.end) }
    for (position, one) in scanned.enumerated() {
      // Of a log that ends before its damage, a file without a header is behind that.
      let isBehind = one.header.map { $0.previous.end > (cut ?? .zero) } ?? vote.isAbandoned
      if cut != nil, position > 0, isBehind {
        finding.behind.append(one.file)
        continue
      }
      if let header = one.header, position > 0 {
        // It got its name after the segment before it was synced.
        finding.durable = max(finding.durable, header.previous.end)
      }
      if let scan = one.scan, !isPlanted(.recoveryIgnoresWatermarks) {
        finding.durable = max(finding.durable, scan.watermark)
      }
      guard finding.damage == nil else {
        // A file without a header behind the bad place: it got its name when all before it was synced.
        if one.header == nil || one.scan == nil, cut == nil { finding.isRot = true }
        continue
      }
      func damage(_ offset: Int, _ record: String?, _ reason: String) -> LogDamage {
        LogDamage(
          file: one.file.name, offset: offset, record: record, reason: reason,
          after: finding.point)
      }
      guard let header = one.header, let scan = one.scan else {
        // A header is synced before its file gets its name.
        finding.damage = damage(0, nil, one.problem ?? "it can't be read")
        finding.isRot = true
        continue
      }
      if header.previous != finding.point {
        let before = finding.good.last?.name ?? "the beginning"
        finding.damage = damage(
          0, nil,
          "records are missing between \(before), which ends at \(finding.point.end), and this "
            + "file, which begins at \(header.previous.end)")
        finding.isRot = true
        continue
      }
      finding.good.append(
        Segment(header: header, marks: scan.marks, end: scan.end, filled: one.file.size))
      finding.point = scan.end
      finding.used = scan.used
      // Where the next file goes on exactly here, no record stood in the bad place.
      let goesOn = scanned.dropFirst(position + 1).first?.header?.previous == scan.end
      if let flaw = scan.flaw, !goesOn {
        finding.damage = damage(flaw.offset, flaw.record, flaw.reason)
      }
    }
    noteMissingEnd(&finding, scanned)
    return finding
  }

  /// Zeros, or nothing at all, where there were durable records.
  private func noteMissingEnd(_ finding: inout Finding, _ scanned: [Opening.Scanned]) {
    guard finding.damage == nil else { return }
    let last = finding.good.last
    let newest = scanned.compactMap { $0.header?.sequence }.max() ?? 0
    var reason: String?
    if finding.point.end < finding.durable {
      reason = "the log ends at \(finding.point.end), but was durable to \(finding.durable)"
    } else if newest < vote.newestSegment, vote.cut == nil {
      reason = "segment \(vote.newestSegment) is missing, which follows this file"
    }
    guard let reason else { return }
    finding.isRot = true
    finding.damage = LogDamage(
      file: last?.name ?? scanned.first?.file.name ?? "wal-*",
      offset: last?.header.offset(of: finding.point.end) ?? 0, record: nil, reason: reason,
      after: finding.point)
  }

  mutating func decide(into output: inout LogOutput) {
    guard case .opening(var opening) = phase else { return }
    if let point = vote.install { return finishInstalling(at: point, opening, into: &output) }
    if vote.isAbandoned, vote.cut == nil {
      let reason = "no peer's records could mend it"
      return startAnew(reason, settingAside: true, opening, into: &output)
    }
    opening.leftovers += opening.incomingNames
    dropForeignCheckpoints(&opening)
    let finding = find(opening.scanned)
    if let first = finding.good.first?.header.previous, first.index != .zero,
      !checkpoints.contains(where: { $0.index >= first.index })
    {
      let reason =
        "the log begins after record \(first.index), and no checkpoint reaches that far"
      if vote.isHollow { return startAnew(reason, opening, into: &output) }
      segments = []
      let missing = LogDamage(
        file: finding.good.first?.name ?? "wal-*", offset: 0, record: nil, reason: reason,
        after: .origin)
      return tellDamage(missing, opening, into: &output)
    }
    segments = finding.good
    var condition = Recovery.Condition.clean
    var operations: [FileOperation] = []
    if let damage = finding.damage {
      // Good headers behind a bad place say what was durable there: a hole below is rot.
      let isTorn =
        !finding.isRot && finding.point.end >= finding.durable
        && !isPlanted(.recoveryTakesTornForRot)
      guard isTorn || isPlanted(.recoveryTruncatesRot), !finding.good.isEmpty else {
        return tellDamage(damage, opening, into: &output)
      }
      condition = .suspect("the end of \(damage) was never synced, and is cut off")
      opening.notes.append("cut a torn tail off at \(finding.point.end)")
    } else if vote.isAbandoned {
      condition = .suspect("it ends before its damage: nobody has the records behind that")
    } else if wasRepaired {
      condition = .suspect("its log was mended with records of its peers")
    }
    if finding.damage != nil || vote.cut != nil {
      operations += clearing(behind: finding)
      opening.notes.append(contentsOf: vote.cut == nil ? [] : ["finished a truncation"])
    }
    finish(opening, at: finding.point, condition, operations, into: &output)
  }

  /// Leaves out the checkpoints that show records which the log does not hold: of a branch that was
  /// cut off.
  private mutating func dropForeignCheckpoints(_ opening: inout Opening) {
    let ends = opening.scanned.flatMap { $0.scan?.watched ?? [] }
    let begin = opening.scanned.first?.header?.previous.index
    let end = Self.goodEnd(opening.scanned)
    let cut = vote.cut
    checkpoints.removeAll { one in
      var isForeign = cut.map { one.end > $0 } ?? false
      // Only what is before the first bad place can say what is not the log's own.
      if let begin, let end, one.index >= begin, one.end <= end.end {
        isForeign = isForeign || !ends.contains(one.point)
      }
      if isForeign { opening.leftovers.append(one.name) }
      return isForeign
    }
  }

  /// The end of what can be read from the beginning on without a gap or a bad place.
  private static func goodEnd(_ scanned: [Opening.Scanned]) -> LogPoint? {
    var end: LogPoint?
    for one in scanned {
      guard let header = one.header, let scan = one.scan, header.previous == end ?? header.previous
      else { break }
      end = scan.end
    }
    return end
  }

  private mutating func tellDamage(
    _ damage: LogDamage, _ opening: Opening, into output: inout LogOutput
  ) {
    phase = .damaged(damage)
    repairLimit = opening.scanned.compactMap { $0.header?.previous }
      .filter { $0.index > damage.after.index }.map(\.index).min()
    if opening.inDoubt { vote.doubtIt(atLeast: damage.after.term) }
    output.events.append(
      .opened(
        Recovery(
          point: damage.after, first: first, vote: vote.vote, voteInDoubt: opening.inDoubt,
          isSuspect: true, condition: .damaged(damage), notes: opening.notes, isNew: false)))
  }

  /// Gives a file that is no part of the log any more a name of those kept aside.
  private mutating func settingAside(_ file: FileListing) -> FileOperation {
    let begin = file.name.split(separator: "-").last.flatMap { UInt64($0) } ?? 0
    let name = keptAside.damagedName(file.name, at: "\(begin)")
    keptAside.note(FileListing(name: name, size: file.size))
    return .rename(from: file.name, to: name)
  }

  /// Zeros what stands behind the log's end, durably.
  private mutating func clearing(behind finding: Finding) -> [FileOperation] {
    var operations = finding.behind.map { file in
      vote.isAbandoned ? settingAside(file) : FileOperation.remove(name: file.name)
    }
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
    _ changes: [FileOperation], into output: inout LogOutput
  ) {
    var opening = opening
    var room: [FileOperation] = []
    if let last = segments.indices.last, segments[last].end == point {
      let wanted = min(
        configuration.segmentSize,
        segments[last].header.offset(of: point.end) + configuration.fillAhead)
      if wanted > segments[last].filled {
        room = [
          .zeroFill(
            name: segments[last].name, offset: segments[last].filled,
            count: wanted - segments[last].filled)
        ]
        opening.makesRoom = true
        opening.filledBefore = segments[last].filled
        segments[last].filled = wanted
      }
    }
    var operations = room
    let noted = noteSuspicion(&opening, at: point, condition, &operations)
    operations += opening.leftovers.map { .remove(name: $0) }
    operations += changes + tidyingAside()
    if let last = segments.last {
      if !room.isEmpty { operations.append(.sync(name: last.name)) }
    } else {
      let newest = opening.scanned.compactMap { $0.header?.sequence }.max() ?? 0
      let (segment, rooms, making) = newSegment(
        sequence: max(newest, vote.newestSegment) + 1, after: point)
      operations += rooms + making
      segments.append(segment)
    }
    vote.cut = nil
    vote.install = nil
    vote.isHollow = false
    vote.isAbandoned = false
    vote.watermark = point.end
    // A new log's first segment is noted with its first vote.
    if !opening.isNew { vote.newestSegment = segments.last?.header.sequence ?? 0 }
    if vote != noted {
      vote.version += 1
      operations += vote.saving
    }
    operations.append(.syncDirectory)
    opening.step = .finishing(
      Recovery(
        point: point, first: first, vote: vote.vote, voteInDoubt: opening.inDoubt,
        isSuspect: vote.isSuspect, condition: condition, notes: opening.notes,
        isNew: opening.isNew))
    opening.operations = operations
    phase = .opening(opening)
    submit(operations, for: .opening, into: &output)
  }

  /// Notes beside the vote that the node is suspect, or its vote in doubt, before anything is changed:
  /// a later start must find it still so. Gives the record as it then stands on the disk.
  private mutating func noteSuspicion(
    _ opening: inout Opening, at point: LogPoint, _ condition: Recovery.Condition,
    _ operations: inout [FileOperation]
  ) -> VoteRecord {
    var noted = vote
    if case .suspect = condition { noted.isSuspect = true }
    if opening.isNew, configuration.newIsSuspect { noted.isSuspect = true }
    if opening.inDoubt { noted.doubtIt(atLeast: point.term) }
    if !opening.hasVote {
      noted.version += 1
      operations += noted.making
    } else if noted != vote {
      noted.version += 1
      operations += noted.saving
    }
    vote = noted
    return noted
  }

  /// A checkpoint was replacing the log: the log goes, the checkpoint is its beginning.
  private mutating func finishInstalling(
    at point: LogPoint, _ opening: Opening, into output: inout LogOutput
  ) {
    let waits = opening.incoming?.point == point
    let installed = waits ? opening.incoming : checkpoints.first { $0.point == point }
    guard let installed else {
      return startAnew(
        "the checkpoint through record \(point.index), which was replacing it, is lost", opening,
        into: &output)
    }
    var opening = opening
    opening.notes.append("finished taking a checkpoint through record \(point.index)")
    opening.leftovers += checkpoints.filter { $0.index != point.index }.map(\.name)
    var changes: [FileOperation] = []
    if waits {
      changes.append(.rename(from: CheckpointFile.incomingName, to: installed.name))
    } else {
      opening.leftovers += opening.incomingNames
    }
    checkpoints = [installed]
    segments = []
    changes += opening.scanned.map { FileOperation.remove(name: $0.file.name) }
    changes.append(.syncDirectory)
    finish(opening, at: point, .clean, changes, into: &output)
  }

  /// What is left is of no use: the log begins empty, like that of a node whose disk was lost.
  private mutating func startAnew(
    _ reason: String, settingAside: Bool = false, _ opening: Opening,
    into output: inout LogOutput
  ) {
    var opening = opening
    opening.notes.append("starts anew: \(reason)")
    opening.leftovers += checkpoints.map(\.name)
    opening.leftovers += opening.incomingNames
    checkpoints = []
    segments = []
    var changes = opening.scanned.map { scanned in
      settingAside
        ? self.settingAside(scanned.file) : FileOperation.remove(name: scanned.file.name)
    }
    changes.append(.syncDirectory)
    finish(opening, at: .origin, .suspect(reason), changes, into: &output)
  }
}
