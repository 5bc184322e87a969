import Positions
import Testing

@testable import Replication

/// Keys move when members come and go.
@Suite struct LeaderlessMovingTests {
  private func isMoving(_ ensemble: LeaderlessEnsemble) -> Bool {
    ensemble.nodes.contains { $0.replica.map { $0.isMoving || $0.pendingMoves > 0 } ?? false }
  }

  @Test func keysMoveToANodeThatCame() {
    var ensemble = LeaderlessEnsemble(4, policy: { $0.leaderless.antiEntropy = nil })
    for number in 0..<200 { ensemble.put("k\(number)", "v", at: 1 + number % 4) }
    ensemble.addNode()
    ensemble.run(.milliseconds(300))
    #expect(ensemble.replica(1).isMoving)
    ensemble.run(.seconds(20))
    #expect(!isMoving(ensemble))
    #expect(ensemble.replica(5).store.count > 50)
    #expect(LeaderlessChaosTests.differing(ensemble) == [])
    let copies = ensemble.nodes.reduce(0) { $0 + ($1.replica?.store.count ?? 0) }
    #expect(copies == 600)
  }

  @Test func aNodeThatWentKeepsNothing() {
    var ensemble = LeaderlessEnsemble(5, policy: { $0.leaderless.antiEntropy = nil })
    for number in 0..<200 { ensemble.put("k\(number)", "v", at: 1 + number % 5) }
    ensemble.change { $0.members.removeAll { $0 == NodeID(2) } }
    ensemble.run(.seconds(20))
    #expect(!isMoving(ensemble))
    #expect(ensemble.replica(2).store.count == 0)
    #expect(LeaderlessChaosTests.differing(ensemble) == [])
    #expect(ensemble.nodes.reduce(0) { $0 + ($1.replica?.store.count ?? 0) } == 600)
  }

  @Test func moreReplicasGetCopies() {
    var ensemble = LeaderlessEnsemble(5, policy: { $0.leaderless.antiEntropy = nil })
    for number in 0..<50 { ensemble.put("k\(number)", "v", at: 1 + number % 5) }
    ensemble.change { $0.leaderless.replicas = 5 }
    ensemble.run(.seconds(20))
    #expect(ensemble.nodes.allSatisfy { $0.replica?.store.count == 50 })
    ensemble.change { $0.leaderless.replicas = 1 }
    ensemble.run(.seconds(20))
    #expect(ensemble.nodes.reduce(0) { $0 + ($1.replica?.store.count ?? 0) } == 50)
    #expect(!isMoving(ensemble))
  }

  @Test func readsStayRegularWhileKeysMove() {
    for seed in 0..<40 {
      var ensemble = LeaderlessEnsemble(4, seed: UInt64(seed))
      ensemble.keepsNotes = false
      ensemble.lossPercent = seed % 4 * 5
      ensemble.repeatPercent = seed % 3 * 10
      func load(_ count: Int, _ nodes: Int) {
        for _ in 0..<count {
          ensemble.run(.milliseconds(Int(ensemble.chance.next() % 100)))
          let node = 1 + Int(ensemble.chance.next() % UInt64(nodes))
          let (key, change) = LeaderlessChaosTests.value(&ensemble.chance, keys: 8)
          if ensemble.chance.next() % 2 == 0 {
            ensemble.request(key, .change(change, seen: nil), at: node)
          } else {
            ensemble.request(key, .read, at: node)
          }
        }
      }
      load(40, 4)
      ensemble.addNode()
      // The new node hears of the move by gossip; until then it should not be asked.
      load(20, 4)
      if seed % 2 == 0 {
        let number = 1 + seed / 2 % 5
        ensemble.crash(number)
        load(20, 4)
        ensemble.start(number)
        ensemble.run(.seconds(1))
      }
      load(60, 5)
      if seed % 3 == 0 {
        ensemble.change { $0.members.removeAll { $0 == NodeID(1 + seed / 3 % 5) } }
        load(60, 5)
      }
      let (stale, reads) = LeaderlessChaosTests.staleReads(ensemble)
      #expect(stale == 0, "seed \(seed)")
      #expect(reads > 30, "seed \(seed)")
      ensemble.run(.seconds(5))
      LeaderlessChaosTests.settle(&ensemble)
      #expect(LeaderlessChaosTests.differing(ensemble) == [], "seed \(seed)")
      #expect(!isMoving(ensemble), "seed \(seed)")
      #expect(ensemble.madeTwice == 0, "seed \(seed)")
    }
  }
}
