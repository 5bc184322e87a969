import Positions

/// A term and the vote given in it.
public struct Vote: Equatable, Sendable {
  /// The newest term promised to.
  public var term: Term
  /// Who got the vote; nil when nobody did.
  public var votedFor: NodeID?

  /// A vote.
  public init(term: Term, votedFor: NodeID?) {
    self.term = term
    self.votedFor = votedFor
  }
}

/// What the vote file holds: four copies, a page each, of one small record.
///
/// Two copies are written and synced before the other two, so that a crash leaves two good copies of
/// the old record or of the new one. Layout of a copy, little-endian: magic (8), version (8), term
/// (8), voted-for (8), synced watermark (8), cut (8), flags (8), newest segment (8), doubtful term
/// (8), installing index, term, chain and end (8 each), zeros, and at 120 the CRC32C of what is
/// before (4). A page's first sector holds it all.
struct VoteRecord: Equatable, Sendable {
  static let name = "vote"
  static let copySize = 4096
  static let copies = 4
  private static let temporaryName = "vote.tmp"
  private static let magic: UInt64 = 0x4554_4F56_5343_5052  // "RPCSVOTE"
  private static let checksumOffset = 120

  private enum Flag {
    static let installing: UInt64 = 1
    static let suspect: UInt64 = 2
    static let hollow: UInt64 = 4
    static let abandoned: UInt64 = 8
  }

  /// Counts up with every save.
  var version: UInt64 = 0
  var vote = Vote(term: .zero, votedFor: nil)
  /// What is durable of the log.
  var watermark = LSN.zero
  /// The newest segment whose name is durable, so that its loss shows; 0 when nothing is known.
  var newestSegment: UInt64 = 0
  /// Where a truncation under way cuts the log; nil when there is none.
  var cut: LSN?
  /// The checkpoint that is replacing the whole log; nil when there is none.
  var install: LogPoint?
  /// Whether the log may have lost something that it promised: don't vote.
  var isSuspect = false
  /// The newest term that could be read when a newer vote may have been lost; nil when none was.
  var doubt: Term?
  /// Whether no checkpoint reaches the log's beginning: a truncation took them all.
  var isHollow = false
  /// Whether the log is being set aside, all of it: it is damaged, and nobody has its records.
  var isAbandoned = false

  private var copy: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Self.copySize)
    bytes.withUnsafeMutableBytes { buffer in
      buffer.put(Self.magic, at: 0)
      buffer.put(version, at: 8)
      buffer.put(vote.term.rawValue, at: 16)
      buffer.put(UInt64(vote.votedFor?.number ?? 0), at: 24)
      buffer.put(watermark.rawValue, at: 32)
      buffer.put(cut?.rawValue ?? .max, at: 40)
      let flags =
        (install == nil ? 0 : Flag.installing) | (isSuspect ? Flag.suspect : 0)
        | (isHollow ? Flag.hollow : 0) | (isAbandoned ? Flag.abandoned : 0)
      buffer.put(flags, at: 48)
      buffer.put(newestSegment, at: 56)
      buffer.put(doubt?.rawValue ?? .max, at: 64)
      buffer.put(install?.index.rawValue ?? 0, at: 72)
      buffer.put(install?.term.rawValue ?? 0, at: 80)
      buffer.put(install?.chain.rawValue ?? 0, at: 88)
      buffer.put(install?.end.rawValue ?? 0, at: 96)
      let sum = UnsafeRawBufferPointer(buffer).checksum(0..<Self.checksumOffset)
      buffer.put(sum, at: Self.checksumOffset)
    }
    return bytes
  }

  /// The operations that make it durable; none of them needs room.
  var saving: [FileOperation] {
    let pair = copy + copy
    return [
      .write(name: Self.name, offset: 0, bytes: pair), .sync(name: Self.name),
      .write(name: Self.name, offset: 2 * Self.copySize, bytes: pair), .sync(name: Self.name),
    ]
  }

  /// The operations that make the file: it has its name only once it is whole.
  var making: [FileOperation] {
    let pair = copy + copy
    return [
      .write(name: Self.temporaryName, offset: 0, bytes: pair + pair),
      .sync(name: Self.temporaryName), .rename(from: Self.temporaryName, to: Self.name),
      .syncDirectory,
    ]
  }

  /// Notes that a newer vote may have been lost: a log has no records of terms, up to `term`, that its
  /// node had not heard of.
  mutating func doubtIt(atLeast term: Term) {
    guard doubt == nil else { return }
    if vote.term < term { vote = Vote(term: term, votedFor: nil) }
    doubt = vote.term
  }

  /// Reads one copy; nil when it is not good.
  static func read(_ bytes: [UInt8]) -> VoteRecord? {
    bytes.withUnsafeBytes { read($0) }
  }

  private static func read(_ bytes: UnsafeRawBufferPointer) -> VoteRecord? {
    guard bytes.count >= checksumOffset + 4, bytes.uint64(0) == magic,
      bytes.checksum(0..<checksumOffset) == bytes.uint32(checksumOffset),
      bytes.uint64(8) <= SegmentHeader.countMaximum, bytes.uint64(56) <= SegmentHeader.countMaximum
    else { return nil }
    var record = VoteRecord()
    record.version = bytes.uint64(8)
    let node = bytes.uint64(24)
    record.vote = Vote(
      term: Term(rawValue: bytes.uint64(16)),
      votedFor: (1...UInt64(UInt16.max)).contains(node) ? NodeID(Int(node)) : nil)
    record.watermark = LSN(bytes.uint64(32))
    record.cut = bytes.uint64(40) == .max ? nil : LSN(bytes.uint64(40))
    let flags = bytes.uint64(48)
    record.isSuspect = flags & Flag.suspect != 0
    record.isHollow = flags & Flag.hollow != 0
    record.isAbandoned = flags & Flag.abandoned != 0
    record.newestSegment = bytes.uint64(56)
    record.doubt = bytes.uint64(64) == .max ? nil : Term(rawValue: bytes.uint64(64))
    if flags & Flag.installing != 0 {
      record.install = LogPoint(
        index: Index(bytes.uint64(72)), term: Term(rawValue: bytes.uint64(80)),
        chain: Chain(bytes.uint64(88)), end: LSN(bytes.uint64(96)))
    }
    return record
  }

  private static func agreed(_ whole: [VoteRecord]) -> VoteRecord? {
    whole.filter { one in whole.filter { $0 == one }.count >= 2 }.max { $0.version < $1.version }
  }

  /// The operations that make all copies alike where a crash left two of them: the next save begins
  /// with the first two, and should it be torn as well, the other two must be good. None when there is
  /// nothing to do, or doubt.
  static func restoring(_ copies: [VoteRecord?]) -> [FileOperation] {
    guard let good = agreed(copies.compactMap { $0 }), !newest(copies).inDoubt else { return [] }
    let bad = copies.indices.filter { copies[$0] != good }
    if bad.isEmpty { return [] }
    return bad.map { .write(name: name, offset: $0 * copySize, bytes: good.copy) }
      + [.sync(name: name)]
  }

  /// The newest record that two copies agree on, and whether a newer one may have been lost.
  ///
  /// In doubt the record has the newest term that any copy names, with nobody voted for: terms never
  /// go back.
  static func newest(_ copies: [VoteRecord?]) -> (record: VoteRecord?, inDoubt: Bool) {
    let whole = copies.compactMap { $0 }
    let agreed = agreed(whole)
    guard var record = agreed ?? whole.max(by: { $0.version < $1.version }) else {
      return (nil, true)
    }
    let newest = whole.map(\.version).max() ?? record.version
    // One newer copy alone: its save did not end, so nobody was promised anything by it. But when
    // copies are damaged, a finished save may be among them.
    let isDamaged = whole.count < Self.copies
    let inDoubt = agreed == nil || (isDamaged && newest > record.version)
    // What is saved next must be newer than all there is.
    record.version = newest
    if inDoubt, let term = whole.map(\.vote.term).max(), term > record.vote.term {
      record.vote = Vote(term: term, votedFor: nil)
    }
    return (record, inDoubt)
  }

  /// The same of a whole file's bytes.
  static func newest(_ bytes: [UInt8]) -> (record: VoteRecord?, inDoubt: Bool) {
    newest(
      bytes.withUnsafeBytes { all in
        (0..<copies).map { number -> VoteRecord? in
          let start = number * copySize
          guard start + copySize <= all.count else { return nil }
          return read(UnsafeRawBufferPointer(rebasing: all[start..<start + copySize]))
        }
      })
  }
}

/// A look at a node's vote file from outside.
public enum VoteFile {
  /// The file's name.
  public static let name = VoteRecord.name

  /// Whether the node may have promised anything, as the file's bytes say: it has heard of a term, or
  /// what it heard of can't be read.
  public static func hasPromised(_ bytes: [UInt8]) -> Bool {
    let (record, inDoubt) = VoteRecord.newest(bytes)
    return inDoubt || record.map { $0.vote.term > .zero || $0.watermark > .zero } ?? true
  }
}
