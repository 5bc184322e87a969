import Replication
import Testing

/// The hash tree beside dictionaries of the keys that it stands for.
@Suite struct MerkleTreeTests {
  static func tree(_ contents: [UInt64: UInt64], leafBits: Int) -> MerkleTree {
    var tree = MerkleTree(leafBits: leafBits)
    for (key, state) in contents { tree.update(keyHash: key, from: nil, to: state) }
    return tree
  }

  static func set(
    _ key: UInt64, to state: UInt64?, in contents: inout [UInt64: UInt64],
    and tree: inout MerkleTree
  ) {
    tree.update(keyHash: key, from: contents[key], to: state)
    contents[key] = state
  }

  /// Leaves that hold other keys or states, key by key.
  static func differing(
    _ left: [UInt64: UInt64], _ right: [UInt64: UInt64], leafBits: Int
  ) -> [Int] {
    let keys = Set(left.keys).union(right.keys).filter { left[$0] != right[$0] }
    return Set(keys.map { Int($0 >> UInt64(64 - leafBits)) }).sorted()
  }

  // MARK: Contents

  @Test(arguments: 1...25)
  func rootsAreEqualWhereContentsAre(seed: Int) {
    var random = Chance(seed: UInt64(seed))
    let leafBits = [4, 8, 12, 16][seed % 4]
    let keys = (0..<40).map { _ in random.next() }
    var left: [UInt64: UInt64] = [:]
    var right: [UInt64: UInt64] = [:]
    var leftTree = MerkleTree(leafBits: leafBits)
    var rightTree = MerkleTree(leafBits: leafBits)
    for step in 0..<200 {
      let key = keys[Int.random(in: 0..<keys.count, using: &random)]
      let state: UInt64? =
        Bool.random(using: &random) ? UInt64.random(in: 0...2, using: &random) : nil
      if Bool.random(using: &random) {
        Self.set(key, to: state, in: &left, and: &leftTree)
      } else {
        Self.set(key, to: state, in: &right, and: &rightTree)
      }
      if step % 3 == 0 { leftTree.settle() }
      if step % 5 == 0 { rightTree.settle() }
      // Often enough both are brought to the same contents.
      if step % 20 == 19 {
        for key in keys { Self.set(key, to: left[key], in: &right, and: &rightTree) }
      }
      #expect((leftTree.root == rightTree.root) == (left == right))
      #expect((leftTree == rightTree) == (left == right))
      #expect(
        leftTree.differingLeaves(with: rightTree)
          == Self.differing(left, right, leafBits: leafBits))
      #expect(leftTree.root == Self.tree(left, leafBits: leafBits).root)
    }
  }

  @Test func orderDoesNotMatter() {
    var random = Chance(seed: 1)
    // Few leaves, many keys: all leaves hold several.
    let pairs = (0..<2_000).map { _ in (random.next(), random.next()) }
    var first = MerkleTree(leafBits: 8)
    var second = MerkleTree(leafBits: 8)
    for (key, state) in pairs { first.update(keyHash: key, from: nil, to: state) }
    for (key, state) in pairs.shuffled(using: &random) {
      second.update(keyHash: key, from: nil, to: state)
    }
    #expect(first.root == second.root)
    #expect(first == second)
  }

  @Test func whatIsUndoneLeavesNoTrace() {
    var random = Chance(seed: 2)
    let empty = MerkleTree()
    var tree = empty
    let pairs = (0..<500).map { _ in (random.next(), random.next()) }
    for (key, state) in pairs { tree.update(keyHash: key, from: nil, to: state) }
    #expect(tree.root != empty.root)
    for (key, state) in pairs { tree.update(keyHash: key, from: state, to: state &+ 1) }
    tree.settle()
    for (key, state) in pairs { tree.update(keyHash: key, from: state &+ 1, to: nil) }
    #expect(tree.root == empty.root)
    #expect(tree == empty)
    #expect(empty == tree)
    tree.settle()
    #expect(tree.root == empty.root)
    #expect(tree.differingLeaves(with: empty) == [])
  }

  @Test func keysThatSwapTheirStatesAreSeen() {
    // Sums of states alone would be equal.
    var left = MerkleTree()
    var right = MerkleTree()
    left.update(keyHash: 1, from: nil, to: 10)
    left.update(keyHash: 2, from: nil, to: 20)
    right.update(keyHash: 1, from: nil, to: 20)
    right.update(keyHash: 2, from: nil, to: 10)
    #expect(left.leaf(ofKeyHash: 1) == left.leaf(ofKeyHash: 2))
    #expect(left.root != right.root)
  }

  @Test func leavesThatSwapTheirKeysAreSeen() {
    // Sums of leaves alone would be equal: a node is a hash of its children in their order.
    var tree = MerkleTree()
    tree.update(keyHash: 0, from: nil, to: 1)
    let before = tree.children(level: 3, index: 0)
    #expect(before.count == 16)
    #expect(before.filter { $0 != 0 }.count == 1)
    var parents = Set<UInt64>()
    for child in 0..<16 {
      var tree = MerkleTree()
      tree.update(keyHash: UInt64(child) << 48, from: nil, to: 1)
      parents.insert(tree.digest(level: 3, index: 0))
    }
    #expect(parents.count == 16)
  }

  @Test func copiesAreTheirOwn() {
    var tree = MerkleTree()
    tree.update(keyHash: 5, from: nil, to: 1)
    tree.settle()
    let copy = tree
    let root = copy.root
    tree.update(keyHash: 5, from: 1, to: 2)
    tree.settle()
    #expect(copy.root == root)
    #expect(tree.root != root)
  }

  // MARK: Shape

  @Test(arguments: [4, 8, 12, 16, 20, 24])
  func nodesStandForTheirHashes(leafBits: Int) {
    var random = Chance(seed: UInt64(leafBits))
    var tree = MerkleTree(leafBits: leafBits)
    let empty = tree
    #expect(tree.leafCount == 1 << leafBits)
    #expect(tree.keyHashes(level: 0, index: 0) == 0...UInt64.max)
    let key = random.next()
    tree.update(keyHash: key, from: nil, to: 1)
    for _ in 0..<2 {
      for level in 0...tree.depth {
        let index = level == 0 ? 0 : Int(key >> UInt64(64 - 4 * level))
        #expect(tree.keyHashes(level: level, index: index).contains(key))
        #expect(tree.digest(level: level, index: index) != empty.digest(level: level, index: index))
        guard level > 0 else { continue }
        let beside = index ^ 1
        #expect(!tree.keyHashes(level: level, index: beside).contains(key))
        #expect(
          tree.digest(level: level, index: beside) == empty.digest(level: level, index: beside))
        let siblings = tree.children(level: level - 1, index: index / 16)
        #expect(siblings[index % 16] == tree.digest(level: level, index: index))
      }
      #expect(tree.leaf(ofKeyHash: key) == Int(key >> UInt64(64 - leafBits)))
      tree.settle()
    }
    for edge in [UInt64.zero, .max] {
      tree.update(keyHash: edge, from: nil, to: 1)
      #expect(tree.differingLeaves(with: empty).contains(edge == 0 ? 0 : tree.leafCount - 1))
    }
  }

  // MARK: Exchange

  /// Both sides' messages until the leaves are known.
  static func exchange(
    _ left: MerkleTree, _ right: MerkleTree
  ) -> (leaves: [Int], digests: Int, rounds: Int) {
    var sides = (left, right)
    var digests = 1
    var rounds = 0
    guard left.root != right.root else { return ([], digests, rounds) }
    var nodes = [0]
    for level in 0..<left.depth {
      let message = sides.0.digests(ofChildrenOf: nodes, level: level)
      digests += message.children.count
      rounds += 1
      nodes = sides.1.differingChildren(from: message)
      sides = (sides.1, sides.0)
    }
    return (nodes, digests, rounds)
  }

  @Test func aHundredDifferencesCostFewDigests() {
    // With 1,000,000 keys instead of 20,000 it is as many, 3,089 in one run: what is sent follows the
    // differences (at most 16 a level for each) and not the keys.
    var random = Chance(seed: 3)
    let keys = (0..<20_000).map { _ in random.next() }
    var left = MerkleTree()
    for key in keys { left.update(keyHash: key, from: nil, to: key &* 3) }
    left.settle()
    var right = left
    for key in keys.prefix(100) { right.update(keyHash: key, from: key &* 3, to: 1) }
    right.settle()
    let (leaves, digests, rounds) = Self.exchange(left, right)
    #expect(leaves == Set(keys.prefix(100).map(left.leaf(ofKeyHash:))).sorted())
    #expect(leaves == left.differingLeaves(with: right))
    #expect(digests < 3_600)
    #expect(rounds == 4)
    let one = Self.exchange(left, left)
    #expect(one.leaves == [] && one.digests == 1 && one.rounds == 0)
  }

  @Test func oneDifferenceCostsOnePath() {
    var left = MerkleTree()
    left.update(keyHash: 77 << 40, from: nil, to: 1)
    let (leaves, digests, rounds) = Self.exchange(left, MerkleTree())
    #expect(leaves == [left.leaf(ofKeyHash: 77 << 40)])
    #expect(digests == 1 + 4 * 16)
    #expect(rounds == 4)
  }
}
