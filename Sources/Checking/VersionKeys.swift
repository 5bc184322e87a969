/// What is known of every key, in small buckets, so that a copy shares what is not written to
/// afterwards.
struct VersionKeys: Sendable {
  /// Where a key's facts are, until the next key is added.
  struct Place {
    fileprivate var bucket: Int
    fileprivate var slot: Int
  }

  private var buckets = [[KeyFacts]](repeating: [], count: 256)
  private(set) var count = 0
  private static let perBucket = 4

  func place(of hash: UInt64) -> Place? {
    let bucket = bucket(of: hash)
    let slot = buckets[bucket].firstIndex { $0.hash == hash }
    return slot.map { Place(bucket: bucket, slot: $0) }
  }

  /// The facts at a place, to be changed there.
  subscript(place: Place) -> KeyFacts {
    _read { yield buckets[place.bucket][place.slot] }
    _modify { yield &buckets[place.bucket][place.slot] }
  }

  /// The place of a key, which is made when there is none.
  mutating func makePlace(_ hash: UInt64, _ name: @autoclosure () -> String) -> Place {
    if let place = place(of: hash) { return place }
    if count >= Self.perBucket * buckets.count { grow() }
    let bucket = bucket(of: hash)
    buckets[bucket].append(KeyFacts(hash: hash, name: name()))
    count += 1
    return Place(bucket: bucket, slot: buckets[bucket].count - 1)
  }

  /// Visits all keys, in an order that depends on nothing but them and when they came.
  mutating func forEach(_ body: (inout KeyFacts) -> Void) {
    for bucket in buckets.indices where !buckets[bucket].isEmpty {
      for slot in buckets[bucket].indices { body(&buckets[bucket][slot]) }
    }
  }

  private func bucket(of hash: UInt64) -> Int {
    // Keys' hashes may be those of a weak function.
    Int(truncatingIfNeeded: (hash &* 0x9E37_79B9_7F4A_7C15) >> 40) & (buckets.count - 1)
  }

  /// Four times the buckets: done seldom, since all keys move.
  private mutating func grow() {
    let old = buckets
    buckets = Array(repeating: [], count: 4 * old.count)
    for keys in old {
      for key in keys { buckets[bucket(of: key.hash)].append(key) }
    }
  }
}
