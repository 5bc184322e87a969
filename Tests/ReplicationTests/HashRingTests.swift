import Positions
import Replication
import Testing

/// The ring of virtual nodes beside the plainest reading of consistent hashing.
@Suite struct HashRingTests {
  static func nodes(_ numbers: some Sequence<Int>) -> [NodeID] { numbers.map { NodeID($0) } }

  /// Some members with gaps between their numbers, and a few tokens each.
  static func ring(_ random: inout Chance) -> HashRing {
    let numbers = (1...12).shuffled(using: &random).prefix(Int.random(in: 1...9, using: &random))
    return HashRing(
      members: nodes(numbers), virtualNodes: Int.random(in: 1...20, using: &random),
      seed: random.next())
  }

  /// Where nodes stop and others begin, found by halving: hashes at which the answer changes.
  static func boundaries(_ ring: HashRing) -> [UInt64] {
    // Every range of `moves` from nothing ends at a token; lists of all differ at nearly each one.
    let empty = HashRing(members: [], virtualNodes: 1)
    return empty.moves(to: ring, replicas: 1).map(\.range.through)
  }

  // MARK: Preference lists

  @Test(arguments: 1...30)
  func listsAreDistinctAndBeginTheWalk(seed: Int) {
    var random = Chance(seed: UInt64(seed))
    let ring = Self.ring(&random)
    for _ in 0..<200 {
      let hash = random.next()
      let walk = ring.walk(hash: hash)
      #expect(walk.sorted() == ring.members)
      for count in 0...ring.members.count + 2 {
        #expect(ring.preferenceList(hash: hash, count: count) == Array(walk.prefix(count)))
      }
    }
  }

  @Test func listsLongerThanThoseKeptGoOnAlongTheRing() {
    // Two rings of which one holds the other's members: whoever is in both comes in equal order.
    var random = Chance(seed: 1)
    let large = HashRing(members: Self.nodes(1...40), virtualNodes: 8)
    let small = HashRing(members: Self.nodes(1...13), virtualNodes: 8)
    for _ in 0..<500 {
      let hash = random.next()
      let walk = large.walk(hash: hash)
      #expect(walk.sorted() == large.members)
      #expect(walk.filter { $0 <= NodeID(13) } == small.walk(hash: hash))
      #expect(large.preferenceList(hash: hash, count: 25) == Array(walk.prefix(25)))
    }
  }

  @Test(arguments: 1...20)
  func aTokenOwnsWhatLiesBeforeItAndItself(seed: Int) {
    var random = Chance(seed: UInt64(seed))
    let ring = Self.ring(&random)
    let empty = HashRing(members: [], virtualNodes: 1)
    for move in empty.moves(to: ring, replicas: 1) {
      #expect(move.old == [])
      #expect(ring.preferenceList(hash: move.range.through, count: 1) == move.new)
      #expect(ring.preferenceList(hash: move.range.after &+ 1, count: 1) == move.new)
      guard !move.range.isWholeRing else { continue }
      #expect(ring.preferenceList(hash: move.range.after, count: 1) != move.new)
    }
  }

  @Test func fewMembersAndNone() {
    let empty = HashRing(members: [], virtualNodes: 4)
    #expect(empty.preferenceList(hash: 7, count: 3) == [])
    #expect(empty.walk(hash: 7) == [])
    #expect(empty.arcs(count: 5) == [])
    #expect(empty.share(of: NodeID(1), replicas: 3) == 0)
    #expect(empty.moves(to: empty, replicas: 3) == [])
    let one = HashRing(members: [NodeID(3)], virtualNodes: 1)
    #expect(one.walk(hash: 0) == [NodeID(3)])
    #expect(one.walk(hash: .max) == [NodeID(3)])
    #expect(one.share(of: NodeID(3), replicas: 1) == 1)
    #expect(one.share(of: NodeID(4), replicas: 1) == 0)
    let moves = empty.moves(to: one, replicas: 3)
    #expect(moves.count == 1)
    #expect(moves.allSatisfy { $0.range.isWholeRing && $0.gaining == [NodeID(3)] })
  }

  @Test func orderAndRepetitionOfMembersDoNotMatter() {
    let ring = HashRing(members: Self.nodes([1, 2, 3]), virtualNodes: 8, seed: 5)
    let same = HashRing(members: Self.nodes([3, 1, 2, 3]), virtualNodes: 8, seed: 5)
    #expect(ring == same)
    #expect(ring.arcs(count: 100) == same.arcs(count: 100))
    #expect(ring != HashRing(members: ring.members, virtualNodes: 8, seed: 6))
    #expect(
      ring.arcs(count: 100)
        != HashRing(members: ring.members, virtualNodes: 8, seed: 6).arcs(count: 100))
  }

  // MARK: Balance

  @Test(arguments: 0..<20)
  func sharesAreBalanced(seed: Int) {
    let ring = HashRing(members: Self.nodes(1...9), virtualNodes: 256, seed: UInt64(seed))
    for replicas in [1, 3] {
      let fair = Double(replicas) / 9
      // A share varies by about 1/√256 of itself.
      for node in ring.members {
        let share = ring.share(of: node, replicas: replicas)
        #expect(share > fair * 0.75 && share < fair * 1.3)
      }
    }
  }

  @Test(arguments: 1...20)
  func sharesAreWhatIsKept(seed: Int) {
    var random = Chance(seed: UInt64(seed))
    let ring = Self.ring(&random)
    let hashes = (0..<4_000).map { _ in random.next() }
    for replicas in 1...4 {
      var kept: [NodeID: Int] = [:]
      for hash in hashes {
        for node in ring.preferenceList(hash: hash, count: replicas) { kept[node, default: 0] += 1 }
      }
      var sum = 0.0
      for node in ring.members {
        let share = ring.share(of: node, replicas: replicas)
        #expect(abs(share - Double(kept[node] ?? 0) / 4_000) < 0.04)
        sum += share
      }
      #expect(abs(sum - Double(min(replicas, ring.members.count))) < 1e-9)
    }
  }

  @Test(arguments: [1, 7, 60, 360])
  func arcsAreWhoCoordinatesTheirMiddle(count: Int) {
    let ring = HashRing(members: Self.nodes(1...5), virtualNodes: 16)
    let arcs = ring.arcs(count: count)
    #expect(arcs.count == count)
    for (piece, node) in arcs.enumerated() {
      let middle = UInt64((Double(piece) + 0.5) / Double(count) * 0x1p64)
      #expect(ring.preferenceList(hash: middle, count: 1) == [node])
    }
  }

  // MARK: Movement

  @Test(arguments: 1...30)
  func aJoiningNodeTakesAndOthersDoNotTrade(seed: Int) {
    var random = Chance(seed: UInt64(seed))
    let old = Self.ring(&random)
    let joining = NodeID(20)
    let new = HashRing(
      members: old.members + [joining], virtualNodes: old.virtualNodes, seed: old.seed)
    let replicas = Int.random(in: 1...4, using: &random)
    for _ in 0..<200 {
      let hash = random.next()
      let before = old.walk(hash: hash)
      #expect(new.walk(hash: hash).filter { $0 != joining } == before)
    }
    for move in old.moves(to: new, replicas: replicas) {
      #expect(move.gaining == [joining])
      #expect(move.losing.count == (old.members.count >= replicas ? 1 : 0))
    }
    // And back: a node that leaves moves the same ranges the other way.
    let back = new.moves(to: old, replicas: replicas)
    #expect(
      back
        == old.moves(to: new, replicas: replicas).map { move in
          RangeMove(range: move.range, old: move.new, new: move.old)
        })
    let moved = back.reduce(0.0) { $0 + $1.range.share }
    #expect(abs(moved - new.share(of: joining, replicas: replicas)) < 1e-9)
  }

  @Test(arguments: 1...40)
  func movesAreTheDifferenceOfAllLists(seed: Int) {
    var random = Chance(seed: UInt64(seed))
    let old = Self.ring(&random)
    let isOtherRing = Bool.random(using: &random)
    let changed = Self.ring(&random)
    let new =
      isOtherRing
      ? changed
      : HashRing(
        members: changed.members, virtualNodes: old.virtualNodes, seed: old.seed)
    let replicas = Int.random(in: 1...4, using: &random)
    let moves = old.moves(to: new, replicas: replicas)
    // Lists change at tokens only: those, their neighbours, and chance between them.
    let edges = Self.boundaries(old) + Self.boundaries(new)
    let hashes =
      edges.flatMap { [$0 &- 1, $0, $0 &+ 1] } + (0..<500).map { _ in random.next() } + [0, .max]
    for hash in hashes {
      let before = old.preferenceList(hash: hash, count: replicas).sorted()
      let after = new.preferenceList(hash: hash, count: replicas).sorted()
      let found = moves.filter { $0.range.contains(hash) }
      if before == after {
        #expect(found == [])
      } else {
        #expect(found.count == 1)
        #expect(found.allSatisfy { $0.old == before && $0.new == after })
      }
    }
    // Neighbours with equal sets are one range.
    for (left, right) in zip(moves, moves.dropFirst() + moves.prefix(1)) where moves.count > 1 {
      #expect(
        left.range.through != right.range.after || left.old != right.old || left.new != right.new)
    }
    #expect(old.moves(to: old, replicas: replicas) == [])
  }

  @Test func rangesWrapAtZero() {
    let range = TokenRange(after: .max - 1, through: 1)
    #expect([UInt64.max, 0, 1].allSatisfy(range.contains))
    #expect(![UInt64.max - 1, 2, 1 << 63].contains(where: range.contains))
    #expect(range.share == 3 * 0x1p-64)
    #expect(TokenRange(after: 4, through: 4).contains(4))
    #expect(TokenRange(after: 4, through: 4).share == 1)
    #expect(!TokenRange(after: 4, through: 5).contains(4))
    #expect(TokenRange(after: 4, through: 5).contains(5))
  }
}
