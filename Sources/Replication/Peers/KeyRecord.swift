import Positions
import Records

/// What a record of a peer's log says: a payload of kind ``RecordKind/version``.
///
/// Layout: what it is (1), then its fields, as ``ByteWriter`` puts them.
public enum KeyRecord: Equatable, Sendable {
  /// With several leaders: the `sequence`th write of `origin`, which knew of `depends`.
  case write(StreamedWrite)
  /// A key came to be known so (from a state taken over, a coordinator, a repair).
  case taken(key: [UInt8], KeyState)
  /// With several leaders: keys that are taken over from here on show writes through there.
  case taking(VersionVector)
  /// With several leaders: after keys were taken over, writes through here are known.
  case reached(VersionVector)
  /// A version is kept for another node since `born` by this node's clock.
  case hint(id: UInt64, for: NodeID, born: Instant, key: [UInt8], KeyState)
  /// A hint is done with: handed over, or given up.
  case hintDone(id: UInt64)
  /// A key is forgotten.
  case forgotten(key: [UInt8])

  /// The record as a payload.
  public var encoded: [UInt8] {
    var writer = ByteWriter(reserving: 128)
    encode(into: &writer)
    return writer.bytes
  }

  /// Appends the record's payload to `bytes`.
  func encode(to bytes: inout [UInt8]) {
    // Moved there and back, so that it is appended to where it stands.
    var writer = ByteWriter()
    swap(&writer.bytes, &bytes)
    encode(into: &writer)
    swap(&writer.bytes, &bytes)
  }

  func encode(into writer: inout ByteWriter) {
    switch self {
    case .write(let write):
      writer.put(UInt8(write.ahead.isEmpty ? 1 : 8))
      writer.put(write.dot.actor.rawValue)
      writer.put(write.dot.counter)
      write.depends.encode(into: &writer)
      if !write.ahead.isEmpty { write.ahead.encode(into: &writer) }
      writer.put(write.key)
      write.state.encode(into: &writer)
    case .taken(let key, let state):
      writer.put(count: 5 + key.count + state.size) { cursor in
        cursor.put(UInt8(2))
        cursor.put(key)
        state.encode(to: &cursor)
      }
    case .reached(let vector):
      writer.put(UInt8(3))
      vector.encode(into: &writer)
    case .taking(let vector):
      writer.put(UInt8(7))
      vector.encode(into: &writer)
    case .hint(let id, let node, let born, let key, let state):
      writer.put(UInt8(4))
      writer.put(id)
      writer.put(node.number)
      writer.put(born.nanoseconds)
      writer.put(key)
      state.encode(into: &writer)
    case .hintDone(let id):
      writer.put(UInt8(5))
      writer.put(id)
    case .forgotten(let key):
      writer.put(UInt8(6))
      writer.put(key)
    }
  }

  /// Reads a payload; nil when it is none.
  public init?(_ payload: UnsafeRawBufferPointer) {
    var reader = ByteReader(payload)
    guard let kind = reader.number(UInt8.self), let record = Self.read(kind, &reader),
      reader.isAtEnd
    else { return nil }
    self = record
  }

  private static func read(_ kind: UInt8, _ reader: inout ByteReader) -> KeyRecord? {
    switch kind {
    case 1, 8:
      guard let actor = reader.number(UInt64.self), let counter = reader.number(UInt64.self),
        let depends = VersionVector(&reader),
        let ahead = kind == 8 ? VersionVector(&reader) : VersionVector(),
        let key = reader.run(), let state = KeyState(&reader)
      else { return nil }
      let dot = Dot(actor: Actor(rawValue: actor), counter: counter)
      return .write(
        StreamedWrite(dot: dot, depends: depends, key: key, state: state, ahead: ahead))
    case 2:
      guard let key = reader.run(), let state = KeyState(&reader) else { return nil }
      return .taken(key: key, state)
    case 3: return VersionVector(&reader).map { .reached($0) }
    case 4:
      guard let id = reader.number(UInt64.self), let number = reader.number(UInt16.self),
        number > 0, let born = reader.number(Int64.self), let key = reader.run(),
        let state = KeyState(&reader)
      else { return nil }
      return .hint(
        id: id, for: NodeID(Int(number)), born: Instant(nanoseconds: born), key: key, state)
    case 5: return reader.number(UInt64.self).map { .hintDone(id: $0) }
    case 6: return reader.run().map { .forgotten(key: $0) }
    case 7: return VersionVector(&reader).map { .taking($0) }
    default: return nil
    }
  }
}

/// A write as it goes from a leader's log to the others.
public struct StreamedWrite: Equatable, Sendable {
  /// Whose write it is, and which of its log.
  public var dot: Dot
  /// What its writer had of the others' logs, as far as its own last write does not say it.
  public var depends: VersionVector
  /// The key.
  public var key: [UInt8]
  /// All that the writer then knew of the key.
  public var state: KeyState
  /// What that may show beyond what the writer had applied, as it was taking another's state over; empty
  /// as a rule.
  public var ahead: VersionVector

  /// A write.
  public init(
    dot: Dot, depends: VersionVector, key: [UInt8], state: KeyState,
    ahead: VersionVector = VersionVector()
  ) {
    self.ahead = ahead
    self.dot = dot
    self.depends = depends
    self.key = key
    self.state = state
  }

  /// Bytes on the wire.
  public var size: Int {
    24 + (depends.entries.count + ahead.entries.count) * 16 + key.count + state.size
  }
}
