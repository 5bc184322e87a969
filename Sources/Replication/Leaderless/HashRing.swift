import Positions

/// Consistent hashing with virtual nodes (Karger et al. 1997; Dynamo, DeCandia et al. 2007, §4.2).
///
/// The 64-bit hashes form a ring. Every member has `virtualNodes` tokens on it, and a token owns the
/// hashes from the token before it (exclusive) through its own. A key is kept by the first distinct
/// members met clockwise from its hash: its preference list. A token depends on its member, its number
/// and the seed only, so that a member who joins or leaves moves no ranges but those it gets or had.
public struct HashRing: Equatable, Sendable {
  /// The members by number, each once.
  public let members: [NodeID]
  /// Tokens of each member.
  public let virtualNodes: Int
  /// What the tokens were drawn with; rings with other seeds lie differently.
  public let seed: UInt64

  /// All tokens in ascending order, each once.
  let tokens: [UInt64]
  private let owners: [NodeID]
  /// How many nodes of each arc's list are kept in `lists`.
  private let depth: Int
  /// For each arc its first `depth` distinct members, one arc after another.
  private let lists: [NodeID]

  /// Lists of up to this many nodes are looked up, longer ones are walked to: nobody keeps more
  /// replicas, and a large ring's lists stay small.
  private static let depthMaximum = 16

  /// The ring of `members`; order and repetitions do not matter.
  ///
  /// - Precondition: `virtualNodes` is 1 to 65,536.
  public init(members: [NodeID], virtualNodes: Int, seed: UInt64 = 0) {
    precondition((1...65_536).contains(virtualNodes), "a member has 1 to 65536 tokens")
    let members = Set(members).sorted()
    var points: [(token: UInt64, owner: NodeID)] = []
    points.reserveCapacity(members.count * virtualNodes)
    for member in members {
      for number in 0..<virtualNodes {
        points.append((Self.token(of: member, number: number, seed: seed), member))
      }
    }
    points.sort { ($0.token, $0.owner) < ($1.token, $1.owner) }
    var tokens: [UInt64] = []
    var owners: [NodeID] = []
    tokens.reserveCapacity(points.count)
    owners.reserveCapacity(points.count)
    // Of equal tokens the least member's counts: an arc of no length would be taken for all of them.
    for point in points where point.token != tokens.last {
      tokens.append(point.token)
      owners.append(point.owner)
    }
    self.members = members
    self.virtualNodes = virtualNodes
    self.seed = seed
    self.tokens = tokens
    self.owners = owners
    depth = min(members.count, Self.depthMaximum)
    lists = Self.lists(owners: owners, depth: depth)
  }

  /// Where the `number`th token of `member` lies.
  static func token(of member: NodeID, number: Int, seed: UInt64) -> UInt64 {
    WordHash.hash(UInt64(member.number) << 32 | UInt64(number), seed)
  }

  /// Every arc's first `depth` distinct owners, from the last arc to the first: an arc's list is its
  /// owner followed by the next arc's list without it.
  private static func lists(owners: [NodeID], depth: Int) -> [NodeID] {
    var lists = [NodeID](repeating: NodeID(1), count: owners.count * depth)
    var list: [NodeID] = []
    for owner in owners where list.count < depth && !list.contains(owner) { list.append(owner) }
    for arc in owners.indices.reversed() {
      let known = list.firstIndex(of: owners[arc]) ?? depth - 1
      list.remove(at: known)
      list.insert(owners[arc], at: 0)
      lists.replaceSubrange(arc * depth..<(arc + 1) * depth, with: list)
    }
    return lists
  }

  /// Which arc `hash` lies in: that of the first token at or after it. There must be one.
  private func arc(of hash: UInt64) -> Int {
    tokens.withUnsafeBufferPointer { tokens in
      var low = 0
      var length = tokens.count
      // Whichever half it is, the same steps follow: where a hash lies cannot be guessed, and a
      // processor that guesses wrong would lose more than it gains by stopping sooner.
      while length > 1 {
        let half = length / 2
        low = tokens[low + half - 1] < hash ? low + half : low
        length -= half
      }
      return tokens[low] < hash ? (low + 1 == tokens.count ? 0 : low + 1) : low
    }
  }

  /// The first `count` distinct nodes from an arc on; all when there are fewer.
  func list(arc: Int, count: Int) -> ArraySlice<NodeID> {
    guard !tokens.isEmpty else { return [] }
    let start = arc * depth
    let count = min(count, members.count)
    guard count > depth else { return lists[start..<start + count] }
    var list = lists[start..<start + depth]
    var next = arc
    while list.count < count {
      if !list.contains(owners[next]) { list.append(owners[next]) }
      next = next + 1 == owners.count ? 0 : next + 1
    }
    return list
  }

  /// Who keeps the keys that hash to `hash`: the first `count` distinct nodes clockwise, the
  /// coordinator first; all members, in the ring's order, when there are no more than `count`.
  public func preferenceList(hash: UInt64, count: Int) -> [NodeID] {
    guard !tokens.isEmpty else { return [] }
    let count = min(count, members.count)
    let arc = arc(of: hash)
    guard count <= depth else { return Array(list(arc: arc, count: count)) }
    return lists.withUnsafeBufferPointer { lists in
      Array(UnsafeBufferPointer(rebasing: lists[arc * depth..<arc * depth + count]))
    }
  }

  /// All members in the order met clockwise from `hash`: behind the preference list stand those who
  /// take its place while its nodes are away (Dynamo §4.6, sloppy quorum).
  public func walk(hash: UInt64) -> [NodeID] { preferenceList(hash: hash, count: members.count) }

  /// How much of the ring `node` keeps when every key has `replicas` copies, 0 to 1, by the lengths of
  /// its arcs. All members' shares add up to the copies of a key.
  public func share(of node: NodeID, replicas: Int) -> Double {
    guard var before = tokens.last else { return 0 }
    var kept: UInt64 = 0
    var keepsAll = true
    for (arc, token) in tokens.enumerated() {
      if list(arc: arc, count: replicas).contains(node) {
        kept &+= token &- before
      } else {
        keepsAll = false
      }
      before = token
    }
    // The lengths of all arcs add up to 2^64, which no word holds.
    return keepsAll ? 1 : Double(kept) * 0x1p-64
  }

  /// The ring drawn with `count` strokes: who coordinates the hash in the middle of each of `count`
  /// equal pieces, from hash zero on. Empty when there are no members.
  public func arcs(count: Int) -> [NodeID] {
    guard !tokens.isEmpty else { return [] }
    return (0..<count).map { piece in
      let middle = (UInt64(count) * 2).dividingFullWidth((UInt64(piece) * 2 + 1, 0)).quotient
      return owners[arc(of: middle)]
    }
  }

  /// Rings of equal members, tokens and seeds are equal: all else follows from those.
  public static func == (left: HashRing, right: HashRing) -> Bool {
    left.members == right.members && left.virtualNodes == right.virtualNodes
      && left.seed == right.seed
  }
}
