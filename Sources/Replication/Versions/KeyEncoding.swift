import Positions
import Records

// Layout, little-endian. Vector: count (2), then actor (8) and counter (8) each. Key state: vector,
// count of entries (2), then for each actor (8), counter (8), clock (8), whether it has a payload (1), and
// the payload behind its length (4).
extension KeyState {
  func encode(into writer: inout ByteWriter) {
    writer.put(count: size) { encode(to: &$0) }
  }

  /// Writes its ``size`` bytes.
  func encode(to cursor: inout ByteCursor) {
    context.encode(to: &cursor)
    cursor.put(UInt16(entries.count))
    for entry in entries {
      cursor.put(entry.dot.actor.rawValue)
      cursor.put(entry.dot.counter)
      cursor.put(entry.clock.nanoseconds)
      cursor.put(UInt8(entry.payload == nil ? 0 : 1))
      if let payload = entry.payload { cursor.put(payload) }
    }
  }

  init?(_ reader: inout ByteReader) {
    guard let context = VersionVector(&reader), let count = reader.number(UInt16.self) else {
      return nil
    }
    var entries: [Entry] = []
    entries.reserveCapacity(Int(count))
    for _ in 0..<count {
      guard let actor = reader.number(UInt64.self), let counter = reader.number(UInt64.self),
        let clock = reader.number(Int64.self), let hasPayload = reader.number(UInt8.self),
        hasPayload <= 1
      else { return nil }
      var payload: [UInt8]?
      if hasPayload == 1 {
        guard let run = reader.run() else { return nil }
        payload = run
      }
      let dot = Dot(actor: Actor(rawValue: actor), counter: counter)
      entries.append(
        Entry(dot: dot, clock: Instant(nanoseconds: clock), payload: payload))
    }
    self.init(context: context, entries: entries)
  }

  /// Bytes of its encoding.
  public var size: Int {
    var size = context.size + 2
    for entry in entries { size += 25 + (entry.payload.map { 4 + $0.count } ?? 0) }
    return size
  }

  /// A hash of everything it says; equal states have equal ones.
  public var hash: UInt64 {
    var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
    func mix(_ value: UInt64) {
      let product = (hash ^ value).multipliedFullWidth(by: 0xD129_0DDF_7C1F_4B5D)
      hash = product.high ^ product.low &+ 0x2545_F491_4F6C_DD1D
    }
    for dot in context.entries {
      mix(dot.actor.rawValue)
      mix(dot.counter)
    }
    for entry in entries {
      mix(entry.dot.actor.rawValue)
      mix(entry.dot.counter)
      mix(UInt64(bitPattern: entry.clock.nanoseconds))
      if let payload = entry.payload { mix(payload.withUnsafeBytes(ChainHash.hash)) }
    }
    return hash
  }
}

extension VersionVector {
  /// Bytes of its encoding.
  var size: Int { 2 + entries.count * 16 }

  func encode(into writer: inout ByteWriter) {
    writer.put(count: size) { encode(to: &$0) }
  }

  /// Writes its ``size`` bytes.
  func encode(to cursor: inout ByteCursor) {
    cursor.put(UInt16(entries.count))
    for dot in entries {
      cursor.put(dot.actor.rawValue)
      cursor.put(dot.counter)
    }
  }

  init?(_ reader: inout ByteReader) {
    guard let count = reader.number(UInt16.self) else { return nil }
    self.init()
    for _ in 0..<count {
      guard let actor = reader.number(UInt64.self), let counter = reader.number(UInt64.self) else {
        return nil
      }
      insert(Dot(actor: Actor(rawValue: actor), counter: counter))
    }
  }
}
