import CProcessor
import Positions
import Records

/// What a segment's bytes hold: its good records, and the first place that is none.
public struct SegmentScan: Equatable, Sendable {
  /// The first bad place.
  public struct Flaw: Equatable, Sendable {
    /// Bytes into the file.
    public var offset: Int
    /// The record, when its header could be read.
    public var record: String?
    /// What is wrong.
    public var reason: String
  }

  /// Logical bytes between two marks.
  static let markSpacing = 16 << 10

  /// The end of the good records.
  public var end: LogPoint
  /// Points in the good records, about ``markSpacing`` apart, the first at the beginning.
  public var marks: [LogPoint]
  /// How many good records there are.
  public var count = 0
  /// The greatest synced watermark of any record whose header holds, bad places or not.
  public var watermark = LSN.zero
  /// Nil when nothing but zeros follows the good records.
  public var flaw: Flaw?
  /// Bytes into the file, behind the last one that is not zero.
  public var used = SegmentHeader.size
  /// The ends of those good records that were asked for.
  var watched: [LogPoint] = []

  /// Reads the records of a segment.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - header: what its first page says.
  ///   - limit: where a truncation under way cuts the log; what follows does not count.
  ///   - watching: records, in order, whose ends are wanted.
  ///   - visit: called with each good record: its header, its end and its payload.
  public init(
    _ bytes: UnsafeRawBufferPointer, header: SegmentHeader, limit: LSN? = nil,
    watching: [Index] = [],
    visit: ((RecordHeader, LogPoint, UnsafeRawBufferPointer) -> Void)? = nil
  ) {
    var walk = Walk(from: header.previous, watching: watching)
    scanning: while true {
      if let limit, walk.point.end >= limit { break }
      if visit == nil,
        let (point, known) = Self.good(bytes, at: walk.offset, after: walk.point, header.salt)
      {
        watermark = max(watermark, known)
        walk.take(point)
        continue
      }
      switch RecordHeader.read(bytes, at: walk.offset, lsn: walk.point.end, salt: header.salt) {
      case .record(let record):
        let start = walk.offset + RecordLayout.headerSize
        let payload = UnsafeRawBufferPointer(
          rebasing: bytes[start..<start + Int(record.length)])
        if let reason = Self.objection(to: record, payload, after: walk.point) {
          flaw = Flaw(offset: walk.offset, record: record.name, reason: reason)
          break scanning
        }
        watermark = max(watermark, record.watermark)
        walk.take(
          LogPoint(
            index: record.index, term: record.term, chain: record.chain,
            end: walk.point.end.advanced(by: record.size)))
        visit?(record, walk.point, payload)
      case .flaw(.zeros): break scanning
      case .flaw(.header(let reason)):
        flaw = Flaw(offset: walk.offset, record: nil, reason: reason)
        break scanning
      case .flaw(.payload(let record, let reason)):
        watermark = max(watermark, record.watermark)
        flaw = Flaw(offset: walk.offset, record: record.name, reason: reason)
        break scanning
      }
    }
    end = walk.point
    marks = walk.marks
    watched = walk.watched
    count = walk.point.index.distance(from: header.previous.index)
    lookBehind(bytes, from: walk.offset, header: header, limit: limit)
  }

  /// How far a scan has come.
  private struct Walk {
    var point: LogPoint
    var offset = SegmentHeader.size
    var marks: [LogPoint]
    var watched: [LogPoint] = []
    private var nextMark: LSN
    private var wanted: ArraySlice<Index>

    init(from point: LogPoint, watching: [Index]) {
      self.point = point
      marks = [point]
      nextMark = point.end.advanced(by: markSpacing)
      wanted = watching.drop { $0 < point.index }
      watch()
    }

    /// Takes in a record that ends at `next`.
    @inline(__always)
    mutating func take(_ next: LogPoint) {
      offset += next.end.distance(from: point.end)
      point = next
      if next.end >= nextMark {
        marks.append(next)
        nextMark = next.end.advanced(by: markSpacing)
      }
      if !wanted.isEmpty { watch() }
    }

    private mutating func watch() {
      guard wanted.first == point.index else { return }
      watched.append(point)
      wanted.removeFirst()
    }
  }

  /// The end and the watermark of the record at `offset` when nothing is wrong with it: both
  /// checksums at once, and the chain. What is wrong is for ``RecordHeader/read(_:at:lsn:salt:)`` to say.
  @inline(__always)
  private static func good(
    _ bytes: UnsafeRawBufferPointer, at offset: Int, after point: LogPoint, _ salt: UInt32
  ) -> (LogPoint, LSN)? {
    let start = offset + RecordLayout.headerSize
    guard start <= bytes.count, let base = bytes.baseAddress,
      bytes.uint32(offset) == RecordHeader.magic
    else { return nil }
    // Not to be trusted yet: but what lies within the file can be read.
    let length = Int(bytes.uint32(offset + 8))
    let end = offset + RecordLayout.size(payloadLength: length)
    guard length <= RecordLayout.payloadMaximum, end <= bytes.count else { return nil }
    let sums = checked_sums(
      base + offset + 8, RecordLayout.headerSize - 8, salt, base + start, length)
    let index = point.index.next
    let term = Term(rawValue: bytes.uint64(offset + 32))
    guard sums.head == bytes.uint32(offset + 4), sums.body == bytes.uint32(offset + 56),
      bytes.uint64(offset + 16) == point.end.rawValue,
      bytes.uint64(offset + 24) == index.rawValue, term >= point.term,
      bytes.uint32(offset + 12) <= 0xFF,
      let kind = RecordKind(rawValue: UInt8(truncatingIfNeeded: bytes.uint32(offset + 12))),
      bytes.isZero(start + length..<end)
    else { return nil }
    let chain = ChainHash.extend(
      point.chain, kind: kind, index: index, term: term,
      payload: UnsafeRawBufferPointer(start: base + start, count: length))
    guard chain.rawValue == bytes.uint64(offset + 48) else { return nil }
    return (
      LogPoint(
        index: index, term: term, chain: chain, end: point.end.advanced(by: end - offset)),
      LSN(bytes.uint64(offset + 40))
    )
  }

  /// Why a record that is whole does not belong behind `point`.
  @inline(__always)
  private static func objection(
    to record: RecordHeader, _ payload: UnsafeRawBufferPointer, after point: LogPoint
  ) -> String? {
    if record.index != point.index.next { return "its index does not follow" }
    if record.term < point.term { return "its term goes back" }
    let chain = ChainHash.extend(
      point.chain, kind: record.kind, index: record.index, term: record.term, payload: payload)
    return chain == record.chain ? nil : "its chain does not follow from the records before"
  }

  /// Looks at what follows the good records: whether there is anything, and watermarks in it.
  private mutating func lookBehind(
    _ bytes: UnsafeRawBufferPointer, from offset: Int, header: SegmentHeader, limit: LSN?
  ) {
    var last = bytes.count & ~7
    if bytes.isZero(last..<bytes.count) {
      while last > offset, bytes.uint64(last - 8) == 0 { last -= 8 }
    } else {
      last = bytes.count
    }
    used = max(last, offset)
    guard last > offset, limit == nil else { return }
    if flaw == nil {
      flaw = Flaw(offset: offset, record: nil, reason: "zeros, and something behind them")
    }
    var position = offset + 8
    while position + RecordLayout.headerSize <= bytes.count, position < last {
      defer { position += 8 }
      guard bytes.uint32(position) == RecordHeader.magic,
        bytes.checksum(position + 8..<position + 64, seed: header.salt)
          == bytes.uint32(position + 4),
        bytes.uint64(position + 16) == header.lsn(atOffset: position).rawValue
      else { continue }
      watermark = max(watermark, LSN(bytes.uint64(position + 40)))
    }
  }
}

extension SegmentHeader {
  /// Where the record at LSN `lsn` stands in the file.
  func offset(of lsn: LSN) -> Int { Self.size + lsn.distance(from: previous.end) }

  /// The LSN that stands at a place in the file.
  func lsn(atOffset offset: Int) -> LSN { previous.end.advanced(by: offset - Self.size) }
}
