import CProcessor
import Positions
import Records

/// What a replica's applied records add up to: keys with their newest values, and each session's
/// newest write.
///
/// Keys live in many small buckets, so that a copy shares nearly everything with its original. The
/// hash is a sum over the entries: equal contents have equal hashes, whatever the order of writing.
public struct KeyValueState: Equatable, Sendable {
  /// A key's newest value and where it was written.
  public struct Version: Equatable, Sendable {
    /// The value.
    public var value: [UInt8]
    /// The record that wrote it.
    public var index: Index
    /// That record's term.
    public var term: Term
  }

  // An entry in a bucket's bytes: value length (4), key length (4), hash (8), index (8), term (8),
  // key, value, and padding to 8.
  private static let entryHeader = 32

  private var buckets: [[UInt8]]
  private var sessions: [[UInt64]] = []
  /// How many keys there are.
  public private(set) var count = 0
  /// The sum of all entries' hashes.
  public private(set) var hash: UInt64 = 0

  private static let sessionPage = 256

  /// No keys.
  public init() {
    buckets = Array(repeating: [], count: 1024)
  }

  /// Brings the memory that ``apply(_:index:term:)`` will touch near the processor: a replica that
  /// applies many writes then does not wait for each one's in turn.
  public func prefetch(_ write: ClientWrite.View) {
    let position = Int(
      truncatingIfNeeded: ChainHash.hash(write.key) & UInt64(buckets.count - 1))
    // An array is a pointer to its header and elements, which is not followed here: even the bucket's
    // length would have to be waited for.
    let address = buckets.withUnsafeBytes {
      $0.load(fromByteOffset: position * MemoryLayout<[UInt8]>.stride, as: UnsafeRawPointer.self)
    }
    processor_prefetch(address, 256)
  }

  /// Applies a client's write, unless the session's newest write is as new.
  ///
  /// - Parameter again: whether it is applied nevertheless, as a planted bug does.
  /// - Returns: whether it changed anything.
  @discardableResult
  public mutating func apply(
    _ write: ClientWrite.View, index: Index, term: Term, again: Bool = false
  ) -> Bool {
    guard advance(session: write.session, to: write.sequence) || again else { return false }
    let keyHash = ChainHash.hash(write.key)
    let position = Int(truncatingIfNeeded: keyHash & UInt64(buckets.count - 1))
    let entryHash =
      ChainHash.hash(write.keyAndValue) &+ (index.rawValue &* 0x9E37_79B9_7F4A_7C15)
      ^ (term.rawValue &* 0xC2B2_AE3D_27D4_EB4F)
    hash &+= entryHash
    let found = Self.find(write.key, in: buckets[position])
    if let found {
      hash &-= found.hash
      if found.valueLength == write.value.count {
        Self.overwrite(
          &buckets[position], at: found.offset, hash: entryHash, index: index, term: term,
          key: write.key, value: write.value)
        return true
      }
      let size = Self.size(key: write.key.count, value: found.valueLength)
      buckets[position].removeSubrange(found.offset..<found.offset + size)
    } else {
      count += 1
    }
    let offset = buckets[position].count
    buckets[position].append(
      contentsOf: repeatElement(0, count: Self.size(key: write.key.count, value: write.value.count))
    )
    Self.overwrite(
      &buckets[position], at: offset, hash: entryHash, index: index, term: term, key: write.key,
      value: write.value)
    if count > buckets.count { grow() }
    return true
  }

  /// Bytes of buckets that `older` holds and this state does not share with it.
  public func bytesNotShared(with older: KeyValueState) -> Int {
    func address(_ bucket: [UInt8]) -> UnsafeRawPointer? {
      bucket.withUnsafeBytes { $0.baseAddress }
    }
    var bytes = 0
    for (position, bucket) in older.buckets.enumerated() where !bucket.isEmpty {
      if position < buckets.count, address(bucket) == address(buckets[position]) { continue }
      bytes += bucket.count + Self.entryHeader
    }
    return bytes
  }

  /// A key's newest version; nil when it was never written.
  public func version(of key: [UInt8]) -> Version? {
    key.withUnsafeBytes { key in
      let position = Int(
        truncatingIfNeeded: ChainHash.hash(key) & UInt64(buckets.count - 1))
      guard let found = Self.find(key, in: buckets[position]) else { return nil }
      let start = found.offset + Self.entryHeader + key.count
      return Version(
        value: Array(buckets[position][start..<start + found.valueLength]), index: found.index,
        term: found.term)
    }
  }

  /// The newest sequence applied of `session`; 0 for none.
  public func sequence(of session: UInt64) -> UInt64 {
    let page = Int(session) / Self.sessionPage
    guard page < sessions.count, !sessions[page].isEmpty else { return 0 }
    return sessions[page][Int(session) % Self.sessionPage]
  }

  /// Forgets which writes it holds, as a planted bug does.
  mutating func forgetSessions() { sessions = [] }

  private mutating func advance(session: UInt64, to sequence: UInt64) -> Bool {
    let page = Int(session) / Self.sessionPage
    while sessions.count <= page { sessions.append([]) }
    if sessions[page].isEmpty {
      sessions[page] = Array(repeating: 0, count: Self.sessionPage)
    }
    let slot = Int(session) % Self.sessionPage
    guard sessions[page][slot] < sequence else { return false }
    sessions[page][slot] = sequence
    return true
  }

  private struct Found {
    var offset: Int
    var valueLength: Int
    var hash: UInt64
    var index: Index
    var term: Term
  }

  private static func size(key: Int, value: Int) -> Int {
    entryHeader + ((key + value + 7) & ~7)
  }

  private static func find(_ key: UnsafeRawBufferPointer, in bucket: [UInt8]) -> Found? {
    bucket.withUnsafeBytes { bytes in
      var offset = 0
      while offset < bytes.count {
        let valueLength = Int(bytes.load(fromByteOffset: offset, as: UInt32.self))
        let keyLength = Int(bytes.load(fromByteOffset: offset + 4, as: UInt32.self))
        if keyLength == key.count {
          let start = offset + entryHeader
          if equal(bytes, start, key) {
            return Found(
              offset: offset, valueLength: valueLength,
              hash: bytes.load(fromByteOffset: offset + 8, as: UInt64.self),
              index: Index(bytes.load(fromByteOffset: offset + 16, as: UInt64.self)),
              term: Term(rawValue: bytes.load(fromByteOffset: offset + 24, as: UInt64.self)))
          }
        }
        offset += size(key: keyLength, value: valueLength)
      }
      return nil
    }
  }

  /// Whether `key` stands in `bytes` at `start`, eight bytes at a time.
  private static func equal(
    _ bytes: UnsafeRawBufferPointer, _ start: Int, _ key: UnsafeRawBufferPointer
  ) -> Bool {
    var offset = 0
    while offset + 8 <= key.count {
      if bytes.loadUnaligned(fromByteOffset: start + offset, as: UInt64.self)
        != key.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      {
        return false
      }
      offset += 8
    }
    while offset < key.count {
      if bytes[start + offset] != key[offset] { return false }
      offset += 1
    }
    return true
  }

  private static func overwrite(
    _ bucket: inout [UInt8], at offset: Int, hash: UInt64, index: Index, term: Term,
    key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer
  ) {
    bucket.withUnsafeMutableBytes { bytes in
      bytes.storeBytes(of: UInt32(value.count), toByteOffset: offset, as: UInt32.self)
      bytes.storeBytes(of: UInt32(key.count), toByteOffset: offset + 4, as: UInt32.self)
      bytes.storeBytes(of: hash, toByteOffset: offset + 8, as: UInt64.self)
      bytes.storeBytes(of: index.rawValue, toByteOffset: offset + 16, as: UInt64.self)
      bytes.storeBytes(of: term.rawValue, toByteOffset: offset + 24, as: UInt64.self)
      let start = offset + entryHeader
      UnsafeMutableRawBufferPointer(rebasing: bytes[start..<start + key.count]).copyMemory(
        from: key)
      let valueStart = start + key.count
      UnsafeMutableRawBufferPointer(rebasing: bytes[valueStart..<valueStart + value.count])
        .copyMemory(from: value)
    }
  }

  private mutating func grow() {
    let old = buckets
    buckets = Array(repeating: [], count: old.count * 4)
    let mask = UInt64(buckets.count - 1)
    for bucket in old {
      bucket.withUnsafeBytes { bytes in
        var offset = 0
        while offset < bytes.count {
          let valueLength = Int(bytes.load(fromByteOffset: offset, as: UInt32.self))
          let keyLength = Int(bytes.load(fromByteOffset: offset + 4, as: UInt32.self))
          let size = Self.size(key: keyLength, value: valueLength)
          let start = offset + Self.entryHeader
          let key = UnsafeRawBufferPointer(rebasing: bytes[start..<start + keyLength])
          let position = Int(truncatingIfNeeded: ChainHash.hash(key) & mask)
          buckets[position].append(contentsOf: bytes[offset..<offset + size])
          offset += size
        }
      }
    }
  }
}

extension KeyValueState {
  /// The state as a checkpoint's payload: count of bucket bytes and buckets, then count of sessions
  /// and (session, sequence) pairs.
  public var encoded: [UInt8] {
    var bytes: [UInt8] = []
    func put(_ value: UInt64) {
      withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
    put(UInt64(count))
    put(hash)
    put(UInt64(buckets.count))
    for bucket in buckets {
      put(UInt64(bucket.count))
      bytes.append(contentsOf: bucket)
    }
    put(UInt64(sessions.count))
    for page in sessions {
      put(UInt64(page.count))
      for sequence in page { put(sequence) }
    }
    return bytes
  }

  /// Reads a checkpoint's payload; nil when it is none.
  public init?(encoded bytes: some RandomAccessCollection<UInt8>) {
    let bytes = Array(bytes)
    var offset = 0
    func number() -> UInt64? {
      guard offset + 8 <= bytes.count else { return nil }
      defer { offset += 8 }
      return bytes.withUnsafeBytes {
        UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      }
    }
    guard let count = number(), let hash = number(), let bucketCount = number(),
      count <= UInt64(bytes.count), bucketCount.nonzeroBitCount == 1,
      bucketCount <= UInt64(bytes.count)
    else { return nil }
    var buckets: [[UInt8]] = []
    for _ in 0..<bucketCount {
      guard let size = number(), size <= UInt64(bytes.count - offset) else { return nil }
      buckets.append(Array(bytes[offset..<offset + Int(size)]))
      offset += Int(size)
    }
    guard let pages = number() else { return nil }
    var sessions: [[UInt64]] = []
    for _ in 0..<pages {
      guard let size = number(), size <= UInt64(Self.sessionPage) else { return nil }
      var page: [UInt64] = []
      for _ in 0..<size {
        guard let sequence = number() else { return nil }
        page.append(sequence)
      }
      sessions.append(page)
    }
    self.init()
    self.buckets = buckets
    self.sessions = sessions
    self.count = Int(count)
    self.hash = hash
  }
}
