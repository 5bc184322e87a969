import Records

/// A hash tree over a node's keys (Merkle 1987; Dynamo §4.7, Cassandra's repair, Riak's active
/// anti-entropy): two nodes find the few keys in which they differ by comparing few digests.
///
/// A key is a 64-bit hash, and its state another one. The upper bits of a key's hash choose its leaf,
/// so that a node of the tree stands for a range of hashes. A leaf is the wrapping sum of its keys'
/// mixed hashes: keys come and go in any order at constant cost. An inner node is the hash of its 16
/// children in their order.
///
/// Inner nodes are made from their children when they are asked for. ``settle()`` keeps what it makes;
/// digests are right without it, and cost more. Memory is taken by pages of 2 KiB when something is
/// first written there, and copies share them.
public struct MerkleTree: Equatable, Sendable {
  /// Children of an inner node.
  public static let fanOut = 16

  /// How many upper bits of a key's hash choose its leaf.
  public let leafBits: Int

  // A level's nodes fill pages of their own. A page that was never written is empty; what it would
  // hold is `emptyDigests`.
  private static let pageSize = 256
  private var pages: [[UInt64]]
  private let firstLeafPage: Int
  // A bit for every inner node, level after level from the root: node n's parent is (n - 1) / 16. An
  // inner node whose children changed is stale, and so are all above it.
  private var stale: [UInt64]

  /// What a node stands for that has no keys, by its height above the leaves.
  private static let emptyDigests: [UInt64] = {
    var digests: [UInt64] = [0]
    for _ in 0..<6 {
      let children = [UInt64](repeating: digests[digests.count - 1], count: fanOut)
      digests.append(children.withUnsafeBytes { ChainHash.hash($0) })
    }
    return digests
  }()

  /// A tree without keys and with 2^`leafBits` leaves: 65,536 unless said otherwise.
  ///
  /// - Precondition: `leafBits` is 4, 8, 12, 16, 20 or 24.
  public init(leafBits: Int = 16) {
    precondition(
      (4...24).contains(leafBits) && leafBits % 4 == 0, "leaves are 16 to the power of 1 to 6")
    self.leafBits = leafBits
    firstLeafPage = Self.firstPage(level: leafBits / 4)
    pages = Array(
      repeating: [], count: firstLeafPage + max(1, (1 << leafBits) / Self.pageSize))
    stale = Array(repeating: 0, count: (Self.firstNode(level: leafBits / 4) + 63) / 64)
  }

  /// How many levels lie below the root; the leaves are level `depth`, the root is level 0.
  public var depth: Int { leafBits / 4 }

  /// How many leaves there are.
  public var leafCount: Int { 1 << leafBits }

  /// Nodes above `level`: 1 + 16 + 256 + …
  private static func firstNode(level: Int) -> Int { ((1 << (4 * level)) - 1) / 15 }

  /// Pages above `level`: the levels 0, 1 and 2 have one each.
  private static func firstPage(level: Int) -> Int {
    level <= 2 ? level : 2 + firstNode(level: level - 2)
  }

  // MARK: Keys

  /// The leaf that a key's hash belongs to.
  public func leaf(ofKeyHash keyHash: UInt64) -> Int {
    Int(truncatingIfNeeded: keyHash >> UInt64(64 - leafBits))
  }

  /// The hashes of all keys that a node stands for.
  public func keyHashes(level: Int, index: Int) -> ClosedRange<UInt64> {
    checkNode(level, index)
    guard level > 0 else { return 0...UInt64.max }
    let shift = UInt64(64 - 4 * level)
    let first = UInt64(index) << shift
    return first...first | (1 << shift - 1)
  }

  /// A key's state has changed; nil is the state of a key that is not there.
  ///
  /// - Parameters:
  ///   - keyHash: the key's hash.
  ///   - old: the hash of the state that the tree knows: a wrong one makes the leaf differ for ever.
  ///   - new: the hash of the state that it has now.
  public mutating func update(keyHash: UInt64, from old: UInt64?, to new: UInt64?) {
    guard old != new else { return }
    var change: UInt64 = 0
    if let old { change &-= WordHash.hash(keyHash, old) }
    if let new { change &+= WordHash.hash(keyHash, new) }
    let leaf = leaf(ofKeyHash: keyHash)
    let page = firstLeafPage + leaf / Self.pageSize
    allocate(page, level: depth)
    pages[page][leaf % Self.pageSize] &+= change
    var node = Self.firstNode(level: depth - 1) + leaf / Self.fanOut
    while stale[node / 64] & (1 << UInt64(node % 64)) == 0 {
      stale[node / 64] |= 1 << UInt64(node % 64)
      if node == 0 { break }
      node = (node - 1) / Self.fanOut
    }
  }

  /// Gives an untouched page its memory.
  private mutating func allocate(_ page: Int, level: Int) {
    guard pages[page].isEmpty else { return }
    pages[page] = Array(
      repeating: Self.emptyDigests[depth - level], count: min(Self.pageSize, 1 << (4 * level)))
  }

  // MARK: Digests

  /// The digest of everything: equal in trees of equal keys with equal states, and only there, but for
  /// one collision in 2^64.
  public var root: UInt64 { digest(level: 0, index: 0) }

  /// The digest of a node; at level ``depth`` that of a leaf.
  public func digest(level: Int, index: Int) -> UInt64 {
    checkNode(level, index)
    return unchecked(level, index)
  }

  /// The digests of an inner node's 16 children.
  public func children(level: Int, index: Int) -> [UInt64] {
    checkNode(level, index)
    precondition(level < depth, "leaves have no children")
    return (0..<Self.fanOut).map { unchecked(level + 1, index * Self.fanOut + $0) }
  }

  private func checkNode(_ level: Int, _ index: Int) {
    precondition(
      (0...depth).contains(level) && index >= 0 && index < 1 << (4 * level), "no such node")
  }

  private func unchecked(_ level: Int, _ index: Int) -> UInt64 {
    if level < depth {
      let node = Self.firstNode(level: level) + index
      if stale[node / 64] & (1 << UInt64(node % 64)) != 0 { return made(level, index) }
    }
    let page = pages[Self.firstPage(level: level) + index / Self.pageSize]
    return page.isEmpty ? Self.emptyDigests[depth - level] : page[index % Self.pageSize]
  }

  /// An inner node's digest from its children's.
  private func made(_ level: Int, _ index: Int) -> UInt64 {
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Self.fanOut) { children in
      for child in 0..<Self.fanOut {
        children[child] = unchecked(level + 1, index * Self.fanOut + child)
      }
      return ChainHash.hash(UnsafeRawBufferPointer(children))
    }
  }

  /// The same of a node that has changed and whose children are settled: they lie side by side in a
  /// page, which what changed has written to.
  private func madeOfSettled(_ level: Int, _ index: Int) -> UInt64 {
    let first = index * Self.fanOut
    let page = Self.firstPage(level: level + 1) + first / Self.pageSize
    return pages[page].withUnsafeBytes { words in
      let size = MemoryLayout<UInt64>.stride
      let start = first % Self.pageSize * size
      return ChainHash.hash(
        UnsafeRawBufferPointer(rebasing: words[start..<start + Self.fanOut * size]))
    }
  }

  /// Makes and keeps the digests of all inner nodes that have changed: one hash for each.
  public mutating func settle() {
    // Children have higher numbers than their parents: from the last node to the root.
    var level = depth - 1
    for word in stale.indices.reversed() {
      while stale[word] != 0 {
        let bit = 63 - stale[word].leadingZeroBitCount
        let node = word * 64 + bit
        while node < Self.firstNode(level: level) { level -= 1 }
        let index = node - Self.firstNode(level: level)
        let digest = madeOfSettled(level, index)
        let page = Self.firstPage(level: level) + index / Self.pageSize
        allocate(page, level: level)
        pages[page][index % Self.pageSize] = digest
        stale[word] &= ~(1 << UInt64(bit))
      }
    }
  }

  // MARK: Comparing

  /// Whether all leaves are equal.
  public static func == (left: MerkleTree, right: MerkleTree) -> Bool {
    guard left.leafBits == right.leafBits else { return false }
    for page in left.firstLeafPage..<left.pages.count {
      let (mine, other) = (left.pages[page], right.pages[page])
      // A page that keys have left again is as empty as one that none ever came to.
      let isEqual =
        mine.isEmpty
        ? other.allSatisfy { $0 == 0 }
        : other.isEmpty ? mine.allSatisfy { $0 == 0 } : mine == other
      guard isEqual else { return false }
    }
    return true
  }

  /// The leaves that hold other keys or states in `other`, in ascending order.
  ///
  /// - Precondition: `other` has as many leaves.
  public func differingLeaves(with other: MerkleTree) -> [Int] {
    precondition(leafBits == other.leafBits, "only trees of one shape can be compared")
    guard root != other.root else { return [] }
    var nodes = [0]
    for level in 0..<depth {
      nodes = differingChildren(from: other.digests(ofChildrenOf: nodes, level: level))
    }
    return nodes
  }
}
