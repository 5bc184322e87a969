import Positions
import Records

/// A look at a log's files without opening the log: nothing is changed.
public struct LogReport: Sendable {
  /// A segment or rollback file.
  public struct File: Sendable {
    /// Its name and size.
    public var file: FileListing
    /// Its header; nil when that is bad.
    public var header: SegmentHeader?
    /// Its records; nil when the header is bad.
    public var scan: SegmentScan?
    /// Why there is no scan.
    public var problem: String?
  }

  /// The segments, in order.
  public var files: [File] = []
  /// What is wrong; a torn tail above every synced watermark is not.
  public var damage: [LogDamage] = []
  /// Where a tail that was never synced begins, when there is one.
  public var tornTail: LogDamage?
  /// The end of the good log.
  public var end = LogPoint.origin
  /// How many good records there are.
  public var count = 0
  /// The term and vote; nil when they can't be read.
  public var vote: Vote?

  /// Reads the log in `files`.
  ///
  /// - Parameter visit: called with each good record of each file in turn.
  /// - Throws: ``FileError`` when a file can't be read.
  public init(
    _ files: inout some FileSystem,
    visit: ((String, RecordHeader, LogPoint, UnsafeRawBufferPointer) -> Void)? = nil
  ) throws(FileError) {
    guard case .listing(let listing) = try files.perform(.list) else { return }
    var durable = LSN.zero
    var cut: LSN?
    if listing.contains(where: { $0.name == VoteRecord.name }),
      case .bytes(let bytes) = try files.perform(
        .read(name: VoteRecord.name, offset: 0, count: VoteRecord.copies * VoteRecord.copySize))
    {
      let (record, inDoubt) = VoteRecord.newest(bytes)
      if let record, !inDoubt {
        vote = record.vote
        durable = record.watermark
        cut = record.cut
      }
    }
    var flaws: [LogDamage] = []
    // Where the next file must begin; nil behind a bad place, where any beginning will do.
    var expected: LogPoint?
    let segments = listing.filter { $0.name.hasPrefix("wal-") && !$0.name.hasSuffix(".tmp") }
    for (position, listed) in segments.enumerated() {
      let file = try Self.scan(listed, &files, limit: cut, visit: visit)
      self.files.append(file)
      func flaw(_ offset: Int, _ record: String?, _ reason: String) -> LogDamage {
        LogDamage(file: listed.name, offset: offset, record: record, reason: reason, after: end)
      }
      guard let header = file.header, let scan = file.scan else {
        flaws.append(flaw(0, nil, file.problem ?? "it can't be read"))
        expected = nil
        continue
      }
      durable = max(durable, scan.watermark)
      if position > 0 { durable = max(durable, header.previous.end) }
      count += scan.count
      if let expected, header.previous != expected {
        flaws.append(flaw(0, nil, "it does not continue the file before it"))
      }
      if flaws.isEmpty { end = scan.end }
      expected = scan.end
      if let bad = scan.flaw {
        flaws.append(flaw(bad.offset, bad.record, bad.reason))
        expected = nil
      }
    }
    if let only = flaws.first, flaws.count == 1, only.after.end >= durable,
      self.files.last?.file.name == only.file, self.files.last?.scan != nil
    {
      tornTail = only
    } else {
      damage = flaws
      if flaws.isEmpty, end.end < durable, cut == nil, let last = self.files.last {
        damage.append(
          LogDamage(
            file: last.file.name, offset: last.header?.offset(of: end.end) ?? 0, record: nil,
            reason: "the log ends at \(end.end), but was durable to \(durable)", after: end))
      }
    }
  }

  private static func scan(
    _ listed: FileListing, _ files: inout some FileSystem, limit: LSN?,
    visit: ((String, RecordHeader, LogPoint, UnsafeRawBufferPointer) -> Void)?
  ) throws(FileError) -> File {
    guard
      case .bytes(let bytes) = try files.perform(
        .read(name: listed.name, offset: 0, count: listed.size))
    else { return File(file: listed, problem: "it can't be read") }
    return bytes.withUnsafeBytes { all in
      switch SegmentHeader.read(all) {
      case .bad(let reason): return File(file: listed, problem: reason)
      case .newer(let version):
        return File(file: listed, problem: "of a newer format (\(version))")
      case .header(let header):
        let scan =
          if let visit {
            SegmentScan(all, header: header, limit: limit) { visit(listed.name, $0, $1, $2) }
          } else {
            SegmentScan(all, header: header, limit: limit)
          }
        return File(file: listed, header: header, scan: scan)
      }
    }
  }
}
