import Positions

/// A version that is kept for a node that was down: at most one for each node and key.
struct Hint: Sendable {
  /// Names it among this node's: the index of its first record.
  var number: UInt64
  var target: NodeID
  /// When it was last added to, by the clock that only goes on.
  var born: Instant
  var key: [UInt8]
  var keyHash: UInt64
  var state: KeyState
  /// The message that hands it over; 0: none is under way.
  var flight: UInt64 = 0

  /// What is said of it once `node` has it; nil: nobody that is still a member.
  func delivered(to node: NodeID?) -> PeerNote {
    .hintDelivered(
      hint: number, to: node == target ? node : nil, keyHash: keyHash,
      entries: state.entries.map(\.dot))
  }
}

/// The hints of a node, in small buckets by key, so that a copy shares what is not written to.
struct HintStore: Sendable {
  private var buckets: [[Hint]] = Array(repeating: [], count: HintStore.bucketCount)
  private(set) var count = 0
  /// How many there are for each node that there are any for, by number.
  private(set) var counts: [(target: NodeID, count: Int)] = []

  static let bucketCount = 256

  /// Where the hints of a key are.
  static func bucket(_ keyHash: UInt64) -> Int {
    Int(truncatingIfNeeded: keyHash >> 32) & (bucketCount - 1)
  }

  /// The hints of a bucket.
  func bucket(at number: Int) -> [Hint] { buckets[number] }

  /// The hint for a node and a key.
  func hint(for target: NodeID, _ key: [UInt8], _ keyHash: UInt64) -> Hint? {
    guard count > 0 else { return nil }
    return buckets[Self.bucket(keyHash)].first {
      $0.keyHash == keyHash && $0.target == target && $0.key == key
    }
  }

  /// The hints of a key, by their making.
  func hints(of key: [UInt8], _ keyHash: UInt64) -> [Hint] {
    guard count > 0 else { return [] }
    return buckets[Self.bucket(keyHash)].filter { $0.keyHash == keyHash && $0.key == key }
  }

  /// Whether there is one of a key.
  func contains(_ key: [UInt8], _ keyHash: UInt64) -> Bool {
    count > 0
      && buckets[Self.bucket(keyHash)].contains { $0.keyHash == keyHash && $0.key == key }
  }

  /// Puts one in, or in the place of the one of its number.
  mutating func put(_ hint: Hint) {
    let bucket = Self.bucket(hint.keyHash)
    if let place = buckets[bucket].firstIndex(where: { $0.number == hint.number }) {
      buckets[bucket][place] = hint
    } else {
      buckets[bucket].append(hint)
      add(1, for: hint.target)
    }
  }

  /// A message hands a hint over now, or none (0).
  mutating func setFlight(_ flight: UInt64, of number: UInt64, _ keyHash: UInt64) {
    let bucket = Self.bucket(keyHash)
    guard let place = buckets[bucket].firstIndex(where: { $0.number == number }) else { return }
    buckets[bucket][place].flight = flight
  }

  /// Takes one out.
  mutating func remove(_ number: UInt64, _ keyHash: UInt64) -> Hint? {
    let bucket = Self.bucket(keyHash)
    guard let place = buckets[bucket].firstIndex(where: { $0.number == number }) else {
      return nil
    }
    let hint = buckets[bucket].remove(at: place)
    add(-1, for: hint.target)
    return hint
  }

  /// Takes one out, whatever its key.
  mutating func remove(_ number: UInt64) {
    for bucket in buckets {
      if let hint = bucket.first(where: { $0.number == number }) {
        _ = remove(number, hint.keyHash)
        return
      }
    }
  }

  private mutating func add(_ change: Int, for target: NodeID) {
    count += change
    if let place = counts.firstIndex(where: { $0.target == target }) {
      counts[place].count += change
      if counts[place].count == 0 { counts.remove(at: place) }
    } else {
      let place = counts.firstIndex { $0.target > target } ?? counts.count
      counts.insert((target, change), at: place)
    }
  }

  /// All of them as bytes: their number (8), then each one's fields.
  func encode(into writer: inout ByteWriter) {
    writer.put(UInt64(count))
    for hint in buckets.joined() {
      writer.put(hint.number)
      writer.put(hint.target.number)
      writer.put(hint.born.nanoseconds)
      writer.put(hint.key)
      hint.state.encode(into: &writer)
    }
  }

  init() {}

  /// Reads what ``encode(into:)`` wrote; nil when it is none.
  init?(_ reader: inout ByteReader) {
    guard let count = reader.number(UInt64.self), count <= UInt64(reader.count) else { return nil }
    for _ in 0..<count {
      guard let number = reader.number(UInt64.self), let target = reader.number(UInt16.self),
        target > 0, let born = reader.number(Int64.self), let key = reader.run(),
        let state = KeyState(&reader)
      else { return nil }
      put(
        Hint(
          number: number, target: NodeID(Int(target)), born: Instant(nanoseconds: born), key: key,
          keyHash: VersionedStore.hash(of: key), state: state))
    }
  }
}
