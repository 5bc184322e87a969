import Positions
import Records

extension WriteAheadLog {
  /// Where the damage is, while the log waits for records to mend it with.
  public var damage: LogDamage? {
    if case .damaged(let damage) = phase { damage } else { nil }
  }

  /// Mends a damaged log with a peer's records, then opens it again.
  ///
  /// The damaged file is set aside under the name `damaged-…` first. A batch that does not continue the
  /// good part of the log is ignored.
  public mutating func repair(_ batch: RecordBatch, into output: inout LogOutput) {
    guard case .damaged(let damage) = phase, batch.previous == damage.after, !batch.isEmpty,
      batch.chainHolds()
    else { return }
    submit(
      [.read(name: damage.file, offset: 0, count: configuration.segmentSize)],
      for: .repairRead(batch), into: &output)
  }

  /// Gives up a damaged log that no peer's records can mend: its files are set aside under names
  /// `damaged-…`, and it opens empty and suspect, for a leader's checkpoint to begin it.
  ///
  /// Whatever a crash leaves, opening the log finishes it.
  public mutating func abandon(into output: inout LogOutput) {
    guard case .damaged = phase else { return }
    vote.cut = nil
    vote.isAbandoned = true
    vote.isSuspect = true
    vote.version += 1
    submit(vote.making, for: .repaired, into: &output)
  }

  /// Gives up what is damaged and all behind it, of which nobody has the records: the files are set
  /// aside, and the log opens suspect, as it was before the damage.
  ///
  /// Whatever a crash leaves, opening the log finishes it.
  public mutating func cutDamage(into output: inout LogOutput) {
    guard case .damaged(let damage) = phase else { return }
    if segments.isEmpty { return abandon(into: &output) }
    vote.cut = damage.after.end
    submit(
      [.read(name: damage.file, offset: 0, count: configuration.segmentSize)],
      for: .damageRead, into: &output)
  }

  /// Keeps a copy of the file in which the log will end; those behind it are set aside as they are.
  mutating func damageRead(_ results: [FileResult], into output: inout LogOutput) {
    guard case .damaged(let damage) = phase else { return }
    var operations: [FileOperation] = []
    if case .bytes(let bytes)? = results.first, damage.file == segments.last?.name {
      operations += settingAside(bytes, damage)
    }
    vote.isAbandoned = true
    vote.isSuspect = true
    vote.version += 1
    submit(operations + vote.making, for: .repaired, into: &output)
  }

  private mutating func settingAside(_ bytes: [UInt8], _ damage: LogDamage) -> [FileOperation] {
    if bytes.isEmpty { return [] }
    let name = keptAside.damagedName(damage.file, at: "\(damage.after.index.next)")
    keptAside.note(FileListing(name: name, size: bytes.count))
    return [
      .write(name: "damaged.tmp", offset: 0, bytes: bytes), .sync(name: "damaged.tmp"),
      .rename(from: "damaged.tmp", to: name), .syncDirectory,
    ]
  }

  mutating func repairRead(
    _ results: [FileResult], _ batch: RecordBatch, into output: inout LogOutput
  ) {
    guard case .damaged(let damage) = phase, case .bytes(let bytes)? = results.first else { return }
    var operations = settingAside(bytes, damage)
    operations += tidyingAside()
    // Mended or half mended, the node is suspect, however often it is started before it is cleared;
    // what is missing at the end is the leader's to send.
    vote.isSuspect = true
    vote.newestSegment = 0
    vote.version += 1
    operations += vote.making
    if isMisplaced(bytes, behind: damage.after) { operations.append(.remove(name: damage.file)) }
    // No further than where the next good file begins.
    let batch = repairLimit.map { batch.prefix(through: $0) } ?? batch
    if let last = segments.last, last.end == damage.after,
      case let part = batch.prefix(
        fitting: configuration.segmentSize - last.header.offset(of: damage.after.end)),
      !part.isEmpty
    {
      // The bad place is written anew, or the file goes on where the next one is missing.
      operations.append(
        .writeRecords(
          name: last.name, offset: last.header.offset(of: damage.after.end),
          RecordRun(part, salt: last.header.salt, watermark: damage.after.end)))
      operations.append(.sync(name: last.name))
    } else {
      // The file, or one before it, is gone or has no header: another one takes its place.
      let part = batch.prefix(fitting: configuration.segmentSize - SegmentHeader.size)
      guard !part.isEmpty else { return }
      let sequence = (segments.last?.header.sequence ?? 0) + 1
      let header = SegmentHeader(
        clusterID: configuration.clusterID, node: configuration.node, sequence: sequence,
        previous: damage.after, salt: newSalt(), bootEpoch: configuration.bootEpoch)
      if header.name != damage.file, !bytes.isEmpty, isHeaderless(bytes) {
        operations.append(.remove(name: damage.file))
      }
      operations += [
        .remove(name: "mended.tmp"),
        .write(name: "mended.tmp", offset: 0, bytes: RecordEncoding.file(header, part)),
        .sync(name: "mended.tmp"), .rename(from: "mended.tmp", to: header.name), .syncDirectory,
      ]
    }
    wasRepaired = true
    submit(operations, for: .repaired, into: &output)
  }

  /// Whether a file begins within the good part of the log, and yet does not continue it.
  private func isMisplaced(_ bytes: [UInt8], behind point: LogPoint) -> Bool {
    bytes.withUnsafeBytes { all in
      guard case .header(let header) = SegmentHeader.read(all) else { return false }
      return header.previous.end <= point.end && header.previous != point
        && !segments.contains { $0.header == header }
    }
  }

  private func isHeaderless(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { all in
      if case .header = SegmentHeader.read(all) { false } else { true }
    }
  }
}

extension RecordBatch {
  /// The first records that take at most `size` logical bytes.
  func prefix(fitting size: Int) -> RecordBatch {
    var total = 0
    var count = 0
    for entry in entries {
      total += entry.size
      if total > size { break }
      count += 1
    }
    return prefix(through: previous.index.advanced(by: count))
  }
}
