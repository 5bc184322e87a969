import Foundation
import Positions
import Testing

@testable import Replication

/// What anti-entropy between two replicas costs, all bytes of its messages counted.
@Suite struct LeaderlessExchangeTests {
  /// Two replicas that are started, and the messages between them.
  private struct Pair {
    var replicas: [LeaderlessReplica]
    var bytes = 0
    var messages = 0
    var keysSent = 0

    private let clock = PeerClock(wall: .start, steady: .start)

    init(_ stores: [VersionedStore]) {
      var policy = PeerPolicy(members: [NodeID(1), NodeID(2)])
      policy.leaderless.antiEntropy = .seconds(10)
      replicas = []
      for (offset, store) in stores.enumerated() {
        var replica = LeaderlessReplica(id: NodeID(offset + 1), policy: policy)
        replica.store = store
        var effects: [PeerEffect] = []
        replica.start(incarnation: 1, clock: clock, into: &effects)
        replicas.append(replica)
      }
    }

    /// The first compares with the second, until nothing is under way.
    mutating func compare() {
      var queue: [(message: PeerMessage, to: Int)] = []
      var effects: [PeerEffect] = []
      replicas[0].handle(.compareNow, clock: clock, into: &effects)
      take(effects, into: &queue)
      while !queue.isEmpty {
        let (message, place) = queue.removeFirst()
        var effects: [PeerEffect] = []
        replicas[place].handle(
          .message(message, from: NodeID(2 - place)), clock: clock, into: &effects)
        take(effects, into: &queue)
      }
    }

    private mutating func take(
      _ effects: [PeerEffect], into queue: inout [(message: PeerMessage, to: Int)]
    ) {
      for case .send(let message, let node) in effects {
        bytes += message.size
        messages += 1
        if case .keys(_, let keys, _, _) = message { keysSent += keys.count }
        queue.append((message, node.offset))
      }
    }
  }

  private static func key(_ number: Int) -> [UInt8] { Array("user\(number)".utf8) }

  private static func put(
    _ value: UInt8, under number: Int, by node: Int, in store: inout VersionedStore
  ) throws {
    let key = key(number)
    try store.update(key, keyHash: VersionedStore.hash(of: key)) { state in
      let actor = Actor(node: NodeID(node), incarnation: 1, generation: 0)
      var meetings: [Meeting] = []
      return Result { () throws(ChangeProblem) in
        try state.change(
          .value(Array(repeating: value, count: 128)), rule: .lastWriterWins,
          dot: state.next(of: actor), clock: .start + .seconds(node), seen: nil,
          meetings: &meetings)
      }
    }.result.get()
  }

  /// How many bytes all keys with what is known of them are.
  private static func size(of store: VersionedStore) -> Int {
    var size = 0
    store.forEach { key, _, state in
      size += PeerMessage.StateKey(key: key, state: state).size
      return true
    }
    return size
  }

  /// `REPLICASCOPE_KEYS=1000000` in the environment: that many, which takes a few minutes.
  private static var sizes: [Int] {
    ProcessInfo.processInfo.environment["REPLICASCOPE_KEYS"].flatMap { Int($0) }.map { [$0] }
      ?? [20_000, 100_000]
  }

  /// Leaves grow with the keys: the share of them that goes over the wire does not.
  @Test(arguments: sizes)
  func aHundredDifferencesCostLessThanAHundredthOfTheData(keys: Int) throws {
    var store = VersionedStore()
    for number in 0..<keys { try Self.put(1, under: number, by: 1, in: &store) }
    var newer = store
    for number in 0..<100 {
      try Self.put(2, under: number * (keys / 100), by: 2, in: &newer)
    }
    var pair = Pair([store, newer])
    pair.compare()
    #expect(pair.replicas[0].store.hash == newer.hash)
    #expect(pair.replicas[1].store.hash == newer.hash)
    let share = Double(pair.bytes) / Double(Self.size(of: store))
    #expect(share < 0.01 * Double(max(1, 50_000 / keys)))
    #expect(pair.keysSent >= 100)
    print("\(keys) keys, 100 differ: \(pair.bytes) bytes exchanged, \(share * 100) % of the data")
  }

  @Test func equalReplicasSendTheirRootsOnly() throws {
    var store = VersionedStore()
    for number in 0..<1000 { try Self.put(1, under: number, by: 1, in: &store) }
    var pair = Pair([store, store])
    pair.compare()
    #expect(pair.messages == 2)
    #expect(pair.bytes < 400)
  }
}
