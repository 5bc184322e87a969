import Positions
import Records

/// Keys with what a replica knows of each.
///
/// Keys live in many small buckets, so that a copy shares nearly everything with its original. The hash
/// is a sum over the keys: equal contents have equal hashes, whatever the order of writing.
public struct VersionedStore: Sendable {
  struct Slot: Sendable {
    var keyHash: UInt64
    /// The key's part of the store's hash.
    var stateHash: UInt64
    var key: [UInt8]
    var state: KeyState
  }

  private var buckets: [[Slot]]
  /// How many keys there are, deleted ones that are still known of too.
  public private(set) var count = 0
  /// The sum of all keys' hashes.
  public private(set) var hash: UInt64 = 0

  private static let firstBuckets = 256

  /// No keys.
  public init() { buckets = Array(repeating: [], count: Self.firstBuckets) }

  /// The hash that a key is found by.
  public static func hash(of key: [UInt8]) -> UInt64 { key.withUnsafeBytes(ChainHash.hash) }

  /// What is known of a key; nil when nothing is.
  public subscript(key: [UInt8]) -> KeyState? { self[key, Self.hash(of: key)] }

  /// The same by a key whose hash is known.
  public subscript(key: [UInt8], keyHash: UInt64) -> KeyState? {
    let bucket = bucket(keyHash)
    return position(of: key, keyHash, in: bucket).map { buckets[bucket][$0].state }
  }

  /// Changes what is known of a key, in place; `body` begins with an empty state when nothing is, and a
  /// state that knows nothing afterwards is not kept.
  ///
  /// - Returns: what `body` returns, and the hashes of the state before and after; nil for none.
  @discardableResult
  public mutating func update<Result>(
    _ key: [UInt8], keyHash: UInt64, _ body: (inout KeyState) -> Result
  ) -> (result: Result, before: UInt64?, after: UInt64?) {
    let bucket = bucket(keyHash)
    guard let found = position(of: key, keyHash, in: bucket) else {
      var state = KeyState()
      let result = body(&state)
      guard !state.context.isEmpty else { return (result, nil, nil) }
      let stateHash = Self.part(keyHash, state)
      buckets[bucket].append(
        Slot(keyHash: keyHash, stateHash: stateHash, key: key, state: state))
      hash &+= stateHash
      count += 1
      if count > buckets.count * 2 { grow() }
      return (result, nil, stateHash)
    }
    let before = buckets[bucket][found].stateHash
    let result = body(&buckets[bucket][found].state)
    let after = Self.part(keyHash, buckets[bucket][found].state)
    buckets[bucket][found].stateHash = after
    hash = hash &- before &+ after
    return (result, before, after)
  }

  /// Forgets a key; gives the hash of what was known, nil when nothing was.
  @discardableResult
  public mutating func remove(_ key: [UInt8], keyHash: UInt64) -> UInt64? {
    let bucket = bucket(keyHash)
    guard let found = position(of: key, keyHash, in: bucket) else { return nil }
    let before = buckets[bucket].remove(at: found).stateHash
    hash &-= before
    count -= 1
    return before
  }

  /// A key by its hash; nil when there is none.
  func first(keyHash: UInt64) -> (key: [UInt8], state: KeyState)? {
    buckets[bucket(keyHash)].first { $0.keyHash == keyHash }.map { ($0.key, $0.state) }
  }

  /// Calls `body` for every key, in no order that means anything, until it returns false.
  public func forEach(_ body: (_ key: [UInt8], _ keyHash: UInt64, _ state: KeyState) -> Bool) {
    for bucket in buckets {
      for slot in bucket where !body(slot.key, slot.keyHash, slot.state) { return }
    }
  }

  /// How many stretches ``stretch(_:)`` divides the keys into.
  public var stretches: Int { buckets.count }

  /// The keys of a stretch: all stretches together are all keys, as long as none is added.
  public func stretch(_ number: Int) -> [(key: [UInt8], state: KeyState)] {
    number < buckets.count ? buckets[number].map { ($0.key, $0.state) } : []
  }

  /// A key's part of the store's hash.
  static func part(_ keyHash: UInt64, _ state: KeyState) -> UInt64 {
    let product = (keyHash ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(
      by: state.hash ^ 0xE703_7ED1_A0B4_28DB)
    return product.high ^ product.low
  }

  private func bucket(_ keyHash: UInt64) -> Int {
    Int(truncatingIfNeeded: keyHash & UInt64(buckets.count - 1))
  }

  private func position(of key: [UInt8], _ keyHash: UInt64, in bucket: Int) -> Int? {
    buckets[bucket].firstIndex { $0.keyHash == keyHash && $0.key == key }
  }

  private mutating func grow() {
    let old = buckets
    buckets = Array(repeating: [], count: old.count * 4)
    for slot in old.joined() { buckets[bucket(slot.keyHash)].append(slot) }
  }
}

extension VersionedStore {
  /// All keys as bytes: their number (8), then each key behind its length, and its state.
  public var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.put(UInt64(count))
    forEach { key, _, state in
      writer.put(key)
      state.encode(into: &writer)
      return true
    }
    return writer.bytes
  }

  /// Reads ``encoded``; nil when it is none.
  init?(_ reader: inout ByteReader) {
    self.init()
    guard let count = reader.number(UInt64.self), count <= UInt64(reader.count) else { return nil }
    for _ in 0..<count {
      guard let key = reader.run(), let state = KeyState(&reader) else { return nil }
      update(key, keyHash: Self.hash(of: key)) { $0 = state }
    }
  }
}
