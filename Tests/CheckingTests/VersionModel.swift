import Checking
import Positions

/// A small store of three nodes that is right, or wrong in one way, and tells a checker what it does.
struct VersionModel {
  /// What is wrong with the store.
  enum Mutation: CaseIterable {
    case none, joinOverwrites, joinDropsEntries, joinLearnsOnlyContexts, dotReused, ackedEarly
    case earlierClockWins, diskForgets, hintTwice, tombstoneEarly, readsOneReplica
    case readsHideVersions
  }

  struct Entry: Equatable {
    var dot: Dot
    var clock: Int64
    var value: UInt64
    var count: Int64
    var isTombstone: Bool
  }

  struct State: Equatable {
    var context = VersionVector()
    var entries: [Entry] = []
    var dots: [Dot] { entries.map(\.dot) }
  }

  struct Message {
    var to: Int
    var key: Int
    var state: State
  }

  struct Write {
    var key: Int
    var dot: Dot
    var isAcknowledged = false
  }

  static let rules: [KeyRule] = [.lastWriterWins, .siblings, .counter, .set]
  var checker = VersionChecker()
  let mutation: Mutation
  var seed: UInt64
  var now = Instant.start
  var memory = [[State]](repeating: .init(repeating: State(), count: 4), count: 3)
  var disk = [[State]](repeating: .init(repeating: State(), count: 4), count: 3)
  var actors: [Actor] = []
  var queue: [Message] = []
  var writes: [Write] = []
  var hints: [UInt64] = []
  var hintCount: UInt64 = 0
  var reads: UInt64 = 0

  init(seed: UInt64, _ mutation: Mutation) {
    self.seed = seed
    self.mutation = mutation
    tell(
      .promised(
        replicas: 3, reads: 2, writes: 2, strict: true, synced: true, tombstonesStay: true))
    for node in 0..<3 {
      actors.append(Actor(node: NodeID(node + 1), incarnation: 1, generation: 0))
      tell(.started(node: NodeID(node + 1), actor: actors[node], lostDisk: false))
    }
  }

  /// Does `count` random things, and then lets all agree.
  mutating func run(_ count: Int) {
    for _ in 0..<count { step() }
    for message in queue { receive(message) }
    queue = []
    for _ in 0..<2 {
      for node in 0..<3 {
        for key in 0..<4 {
          for other in 0..<3 where other != node {
            receive(Message(to: other, key: key, state: memory[node][key]))
          }
        }
      }
    }
    for key in 0..<4 {
      let state = memory[0][key]
      tell(
        .agreed(
          keyHash: UInt64(key), context: state.context, versions: DotList(state.dots),
          counterSum: state.entries.reduce(0) { $0 + $1.count }))
    }
    tell(.agreedOnAll)
  }

  mutating func step() {
    let (node, key) = (random(3), random(4))
    switch random(20) {
    case 0..<5: write(node, key)
    case 5..<8: queue.append(Message(to: random(3), key: key, state: memory[node][key]))
    case 8..<12: if !queue.isEmpty { receive(queue.remove(at: random(queue.count))) }
    case 12..<15: sync(node, key)
    case 15: read(key)
    case 16: if random(4) == 0 { restart(node) }
    case 17: forget(node)
    case 18: hint()
    default: acknowledge()
    }
  }

  mutating func random(_ below: Int) -> Int {
    seed &+= 0x9E37_79B9_7F4A_7C15
    var mixed = seed
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ mixed >> 31) % UInt64(below))
  }

  mutating func tell(_ observation: VersionObservation) {
    now = now + .microseconds(1)
    checker.observe(observation, at: now)
  }
}
