import Positions
import Records

/// A look at a log's files without opening the log: nothing is changed.
///
/// The files are scanned one by one, each by itself, and then put together: whoever has threads may
/// scan several at once.
public struct LogReport: Sendable {
  /// A segment file.
  public struct File: Sendable {
    /// Its name and size.
    public var file: FileListing
    /// Its header; nil when that is bad.
    public var header: SegmentHeader?
    /// Its records; nil when the header is bad.
    public var scan: SegmentScan?
    /// Why there is no scan.
    public var problem: String?

    /// A file that can't be read.
    public init(_ file: FileListing, problem: String) {
      self.file = file
      self.problem = problem
    }

    /// Scans a segment file's bytes.
    ///
    /// - Parameters:
    ///   - file: its name and size.
    ///   - bytes: the whole file.
    ///   - notes: what stands beside the segments.
    ///   - visit: called with each good record: its header, its end and its payload.
    public init(
      _ file: FileListing, _ bytes: UnsafeRawBufferPointer, _ notes: Notes,
      visit: ((RecordHeader, LogPoint, UnsafeRawBufferPointer) -> Void)? = nil
    ) {
      self.file = file
      switch SegmentHeader.read(bytes) {
      case .bad(let reason): problem = reason
      case .newer(let version): problem = "of a newer format (\(version))"
      case .header(let header):
        self.header = header
        scan = SegmentScan(bytes, header: header, limit: notes.cut, visit: visit)
      }
    }
  }

  /// What stands beside the segments: the vote file, the checkpoints.
  public struct Notes: Sendable {
    /// The segments' names and sizes, in order.
    public fileprivate(set) var segments: [FileListing] = []
    /// The term and vote; nil when they can't be read.
    public fileprivate(set) var vote: Vote?
    fileprivate var durable = LSN.zero
    fileprivate var cut: LSN?
    fileprivate var newestSegment: UInt64 = 0
    fileprivate var isInstalling = false

    /// Reads them.
    ///
    /// - Throws: ``FileError`` when the directory can't be read.
    public init(_ files: inout some FileSystem) throws(FileError) {
      guard case .listing(let listing) = try files.perform(.list) else { return }
      segments = listing.filter { $0.name.hasPrefix("wal-") && !$0.name.hasSuffix(".tmp") }
      readVote(&files)
      guard cut == nil, let owner = Self.owner(of: segments, &files) else { return }
      for one in listing where CheckpointFile.index(inName: one.name) != nil {
        guard
          case .bytes(let header)? = try? files.perform(
            .read(name: one.name, offset: 0, count: CheckpointFile.headerSize)),
          let found = CheckpointFile.known(
            header, fileSize: one.size, clusterID: owner.clusterID, node: owner.node)
        else { continue }
        durable = max(durable, found.end)
      }
    }

    private mutating func readVote(_ files: inout some FileSystem) {
      let length = VoteRecord.copies * VoteRecord.copySize
      guard
        case .bytes(let bytes)? = try? files.perform(
          .read(name: VoteRecord.name, offset: 0, count: length))
      else { return }
      let (record, inDoubt) = VoteRecord.newest(bytes)
      guard let record, !inDoubt, record.doubt == nil else { return }
      vote = record.vote
      durable = record.watermark
      cut = record.cut
      newestSegment = record.newestSegment
      isInstalling = record.install != nil
    }

    /// The first good header: it says whose log this is.
    private static func owner(
      of segments: [FileListing], _ files: inout some FileSystem
    ) -> SegmentHeader? {
      for one in segments {
        if case .bytes(let bytes)? = try? files.perform(
          .read(name: one.name, offset: 0, count: SegmentHeader.size)),
          case .header(let header) = bytes.withUnsafeBytes({ SegmentHeader.read($0) })
        {
          return header
        }
      }
      return nil
    }
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

  /// Reads the log in `files`, one file after another.
  ///
  /// - Parameter visit: called with each good record of each file in turn.
  /// - Throws: ``FileError`` when the directory can't be read.
  public init(
    _ files: inout some FileSystem,
    visit: ((String, RecordHeader, LogPoint, UnsafeRawBufferPointer) -> Void)? = nil
  ) throws(FileError) {
    let notes = try Notes(&files)
    var scanned: [File] = []
    for one in notes.segments {
      do {
        guard
          case .bytes(let bytes) = try files.perform(
            .read(name: one.name, offset: 0, count: one.size))
        else { continue }
        scanned.append(
          bytes.withUnsafeBytes { all in
            File(one, all, notes, visit: visit.map { tell in { tell(one.name, $0, $1, $2) } })
          })
      } catch {
        scanned.append(File(one, problem: "\(error)"))
      }
    }
    self.init(notes, scanned)
  }

  /// Puts the scans of a log's segments together; `files` in the order of the notes' segments.
  public init(_ notes: Notes, _ files: [File]) {
    self.files = files
    vote = notes.vote
    var durable = notes.durable
    var flaws: [LogDamage] = []
    // Where the next file must begin; nil behind a bad place, where any beginning will do.
    var expected: LogPoint?
    var isRot = false
    for (position, file) in files.enumerated() {
      func flaw(_ offset: Int, _ record: String?, _ reason: String) -> LogDamage {
        LogDamage(
          file: file.file.name, offset: offset, record: record, reason: reason, after: end)
      }
      guard let header = file.header, let scan = file.scan else {
        flaws.append(flaw(0, nil, file.problem ?? "it can't be read"))
        expected = nil
        isRot = true
        continue
      }
      if let cut = notes.cut, position > 0, header.previous.end > cut { continue }
      durable = max(durable, scan.watermark)
      if position > 0 { durable = max(durable, header.previous.end) }
      count += scan.count
      if let expected, header.previous != expected {
        flaws.append(flaw(0, nil, "it does not continue the file before it"))
        isRot = true
      }
      if flaws.isEmpty { end = scan.end }
      expected = scan.end
      // Where the next file goes on exactly here, no record stood in the bad place.
      let goesOn = files.dropFirst(position + 1).first?.header?.previous == scan.end
      if let bad = scan.flaw, !goesOn {
        flaws.append(flaw(bad.offset, bad.record, bad.reason))
        expected = nil
      }
    }
    // A checkpoint that is replacing the log makes whatever is left of it good for nothing.
    if notes.isInstalling { return }
    if flaws.count == 1, let only = flaws.first, !isRot, only.after.end >= durable,
      files.last?.file.name == only.file
    {
      tornTail = only
    } else {
      damage = flaws
      if flaws.isEmpty { noteMissingEnd(notes, durable: durable) }
    }
  }

  private mutating func noteMissingEnd(_ notes: Notes, durable: LSN) {
    guard let last = files.last, notes.cut == nil else { return }
    var reason: String?
    if end.end < durable {
      reason = "the log ends at \(end.end), but was durable to \(durable)"
    } else if let sequence = last.header?.sequence, sequence < notes.newestSegment {
      reason = "segment \(notes.newestSegment) is missing, which follows this file"
    }
    guard let reason else { return }
    damage.append(
      LogDamage(
        file: last.file.name, offset: last.header?.offset(of: end.end) ?? 0, record: nil,
        reason: reason, after: end))
  }
}
