/// How two nodes compare their trees by messages.
///
/// One sends its root. Whoever gets digests and finds nodes that differ answers with its own digests
/// of those nodes' children; after ``MerkleTree/depth`` such answers the nodes that differ are leaves,
/// and the keys in them are compared one by one.
extension MerkleTree {
  /// What one side says in one round.
  public struct Digests: Equatable, Sendable {
    /// The level of the parents.
    public let level: Int
    /// The parents' indices within their level.
    public let parents: [Int]
    /// Every parent's 16 children, one parent after another.
    public let children: [UInt64]

    /// The children's digests of `parents` at `level`.
    ///
    /// - Precondition: there are 16 for each parent.
    public init(level: Int, parents: [Int], children: [UInt64]) {
      precondition(
        children.count == parents.count * MerkleTree.fanOut, "every parent has 16 children")
      self.level = level
      self.parents = parents
      self.children = children
    }
  }

  /// This side's digests of the children of `parents` at `level`.
  public func digests(ofChildrenOf parents: [Int], level: Int) -> Digests {
    var digests: [UInt64] = []
    digests.reserveCapacity(parents.count * Self.fanOut)
    for parent in parents { digests += children(level: level, index: parent) }
    return Digests(level: level, parents: parents, children: digests)
  }

  /// Which of the other side's nodes differ from this side's: indices within the level below
  /// `other.level`, in the order they were sent.
  ///
  /// - Precondition: the other side's tree has as many leaves.
  public func differingChildren(from other: Digests) -> [Int] {
    precondition(other.level < depth, "leaves have no children")
    var differing: [Int] = []
    for (position, parent) in other.parents.enumerated() {
      for child in 0..<Self.fanOut {
        let index = parent * Self.fanOut + child
        if digest(level: other.level + 1, index: index)
          != other.children[position * Self.fanOut + child]
        {
          differing.append(index)
        }
      }
    }
    return differing
  }
}
