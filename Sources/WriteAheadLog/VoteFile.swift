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
/// (8), voted-for (8), synced watermark (8), cut (8), installing (8), CRC32C of the 56 bytes (4).
struct VoteRecord: Equatable, Sendable {
  static let name = "vote"
  static let copySize = 4096
  static let copies = 4
  private static let magic: UInt64 = 0x4554_4F56_5343_5052  // "RPCSVOTE"

  /// Counts up with every save.
  var version: UInt64 = 0
  var vote = Vote(term: .zero, votedFor: nil)
  /// What is durable of the log.
  var watermark = LSN.zero
  /// Where a truncation under way cuts the log; nil when there is none.
  var cut: LSN?
  /// Whether a checkpoint is replacing the whole log.
  var isInstalling = false

  private var copy: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Self.copySize)
    bytes.withUnsafeMutableBytes { buffer in
      buffer.put(Self.magic, at: 0)
      buffer.put(version, at: 8)
      buffer.put(vote.term.rawValue, at: 16)
      buffer.put(UInt64(vote.votedFor?.number ?? 0), at: 24)
      buffer.put(watermark.rawValue, at: 32)
      buffer.put(cut?.rawValue ?? .max, at: 40)
      buffer.put(UInt64(isInstalling ? 1 : 0), at: 48)
      buffer.put(UnsafeRawBufferPointer(buffer).checksum(0..<56), at: 56)
    }
    return bytes
  }

  /// The operations that make it durable.
  var saving: [FileOperation] {
    let pair = copy + copy
    return [
      .write(name: Self.name, offset: 0, bytes: pair), .sync(name: Self.name),
      .write(name: Self.name, offset: 2 * Self.copySize, bytes: pair), .sync(name: Self.name),
    ]
  }

  private static func read(_ bytes: UnsafeRawBufferPointer) -> VoteRecord? {
    guard bytes.count >= 60, bytes.uint64(0) == magic, bytes.checksum(0..<56) == bytes.uint32(56)
    else { return nil }
    var record = VoteRecord()
    record.version = bytes.uint64(8)
    let node = Int(bytes.uint64(24))
    record.vote = Vote(
      term: Term(rawValue: bytes.uint64(16)),
      votedFor: (1...Int(UInt16.max)).contains(node) ? NodeID(node) : nil)
    record.watermark = LSN(bytes.uint64(32))
    record.cut = bytes.uint64(40) == .max ? nil : LSN(bytes.uint64(40))
    record.isInstalling = bytes.uint64(48) == 1
    return record
  }

  /// The newest record that two copies agree on, and whether a newer one may have been lost.
  static func newest(_ bytes: [UInt8]) -> (record: VoteRecord?, inDoubt: Bool) {
    let found = bytes.withUnsafeBytes { all in
      (0..<copies).map { number -> VoteRecord? in
        let start = number * copySize
        guard start + copySize <= all.count else { return nil }
        return read(UnsafeRawBufferPointer(rebasing: all[start..<start + copySize]))
      }
    }
    let whole = found.compactMap { $0 }
    let best = whole.filter { one in whole.filter { $0 == one }.count >= 2 }
      .max { $0.version < $1.version }
    let newest = whole.map(\.version).max()
    // One newer copy alone: its save did not end, so nobody was promised anything by it. But when
    // copies are damaged, a finished save may be among them.
    let damaged = found.contains { $0 == nil }
    guard let best else { return (whole.max { $0.version < $1.version }, true) }
    return (best, damaged && (newest ?? 0) > best.version)
  }
}
