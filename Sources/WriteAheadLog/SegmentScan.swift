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
    var point = header.previous
    var marks = [point]
    var nextMark = point.end.advanced(by: Self.markSpacing)
    var offset = SegmentHeader.size
    end = point
    self.marks = []
    var wanted = watching.drop { $0 < point.index }
    if wanted.first == point.index {
      watched.append(point)
      wanted.removeFirst()
    }
    scanning: while true {
      if let limit, point.end >= limit { break }
      switch RecordHeader.read(bytes, at: offset, lsn: point.end, salt: header.salt) {
      case .record(let record):
        let start = offset + RecordLayout.headerSize
        let payload = UnsafeRawBufferPointer(
          rebasing: bytes[start..<start + Int(record.length)])
        if let reason = Self.objection(to: record, payload, after: point) {
          flaw = Flaw(offset: offset, record: record.name, reason: reason)
          break scanning
        }
        count += 1
        watermark = max(watermark, record.watermark)
        offset += record.size
        point = LogPoint(
          index: record.index, term: record.term, chain: record.chain,
          end: point.end.advanced(by: record.size))
        if point.end >= nextMark {
          marks.append(point)
          nextMark = point.end.advanced(by: Self.markSpacing)
        }
        if wanted.first == point.index {
          watched.append(point)
          wanted.removeFirst()
        }
        visit?(record, point, payload)
      case .flaw(.zeros): break scanning
      case .flaw(.header(let reason)):
        flaw = Flaw(offset: offset, record: nil, reason: reason)
        break scanning
      case .flaw(.payload(let record, let reason)):
        watermark = max(watermark, record.watermark)
        flaw = Flaw(offset: offset, record: record.name, reason: reason)
        break scanning
      }
    }
    end = point
    self.marks = marks
    lookBehind(bytes, from: offset, header: header, limit: limit)
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
