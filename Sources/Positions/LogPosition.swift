/// A record's number in the log, from 1; 0 stands before the first record.
public struct Index: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The number.
  public let rawValue: UInt64

  /// Creates the index `rawValue`.
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  /// Before the first record.
  public static let zero = Index(0)

  /// The index of the next record.
  public var next: Index { Index(rawValue + 1) }

  /// The index before this one; zero has none before it and stays.
  public var previous: Index { Index(rawValue == 0 ? 0 : rawValue - 1) }

  /// The index `count` records on.
  public func advanced(by count: Int) -> Index {
    Index(rawValue &+ UInt64(bitPattern: Int64(count)))
  }

  /// How many records lie from `other` (exclusive) to this one (inclusive); negative when behind.
  public func distance(from other: Index) -> Int {
    Int(Int64(bitPattern: rawValue &- other.rawValue))
  }

  public var description: String { String(rawValue) }

  public static func < (left: Index, right: Index) -> Bool { left.rawValue < right.rawValue }
}

/// A log sequence number: a logical byte position, the same on every node for equal logs.
///
/// A record's own LSN is where it starts. Every position that a replica reports (written, flushed,
/// sent, received, applied) is exclusive: the LSN of the next byte. The first record starts at 0.
public struct LSN: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Bytes from the log's logical beginning.
  public let rawValue: UInt64

  /// Creates the position `rawValue` bytes from the beginning.
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  /// The log's logical beginning.
  public static let zero = LSN(0)

  /// The position `bytes` on.
  public func advanced(by bytes: Int) -> LSN { LSN(rawValue &+ UInt64(bitPattern: Int64(bytes))) }

  /// How many bytes lie from `other` to this position; negative when behind.
  public func distance(from other: LSN) -> Int {
    Int(Int64(bitPattern: rawValue &- other.rawValue))
  }

  /// PostgreSQL's notation, `0/3A28F10`: the upper and lower 32 bits in hexadecimal.
  public var description: String {
    String(rawValue >> 32, radix: 16, uppercase: true) + "/"
      + String(rawValue & 0xFFFF_FFFF, radix: 16, uppercase: true)
  }

  public static func < (left: LSN, right: LSN) -> Bool { left.rawValue < right.rawValue }
}

/// The hash of everything up to a record; logs with equal chains at an index are equal up to it.
public struct Chain: Hashable, Sendable, CustomStringConvertible {
  /// The 64 bits.
  public let rawValue: UInt64

  /// Takes the 8 bytes as they stand in a log.
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  /// The chain of the empty log.
  public static let empty = Chain(0)

  public var description: String {
    let digits = String(rawValue, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// Where a log ends (or is asked about): the last record's identity, and the position after it.
public struct LogPoint: Hashable, Sendable, CustomStringConvertible {
  /// The last record's index; zero in the empty log.
  public var index: Index
  /// The last record's term.
  public var term: Term
  /// The chain through the last record.
  public var chain: Chain
  /// The position after the last record: where the next one starts.
  public var end: LSN

  /// A point with these coordinates.
  public init(index: Index, term: Term, chain: Chain, end: LSN) {
    self.index = index
    self.term = term
    self.chain = chain
    self.end = end
  }

  /// The end of the empty log.
  public static let origin = LogPoint(index: .zero, term: .zero, chain: .empty, end: .zero)

  /// Whether this log would be taken before `other` in an election: by term, then by index.
  public func isLessAdvanced(than other: LogPoint) -> Bool {
    (term, index) < (other.term, other.index)
  }

  public var description: String { "\(index)·t\(term)·\(end)" }
}
