import Positions

/// What a record holds.
public enum RecordKind: UInt8, Sendable, CaseIterable {
  /// Nothing: a new leader's first record, which lets it commit what came before.
  case noop = 1
  /// A client's write: an encoded ``ClientWrite``.
  case write = 2
  /// The cluster's members from here on: an encoded ``Membership``.
  case membership = 3
  /// What became known of a key, where several nodes take writes: an encoded `KeyRecord`.
  case version = 4
}

/// How records occupy the log's logical bytes, the same on every node.
public enum RecordLayout {
  /// Bytes of a record's header.
  public static let headerSize = 64
  /// The longest payload, in bytes.
  public static let payloadMaximum = 1 << 20
  /// Records start at multiples of this many bytes.
  public static let alignment = 8

  /// The bytes from a record's LSN to the next one's, for a payload of `payloadLength` bytes.
  @inlinable public static func size(payloadLength: Int) -> Int {
    headerSize + ((payloadLength + alignment - 1) & ~(alignment - 1))
  }
}
