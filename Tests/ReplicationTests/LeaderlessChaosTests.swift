import Positions
import Testing

@testable import Replication

/// Many runs with crashes, cuts and losses; what must hold in each.
@Suite struct LeaderlessChaosTests {
  /// Puts load on an ensemble and breaks things, for about 12 seconds of its time.
  static func play(
    _ ensemble: inout LeaderlessEnsemble, keys: Int, crashes: Bool = true, cuts: Bool = true,
    change: (inout Chance) -> (String, Change)
  ) {
    let count = ensemble.nodes.count
    for step in 0..<120 {
      ensemble.run(.milliseconds(Int(ensemble.chance.next() % 150)))
      let node = 1 + Int(ensemble.chance.next() % UInt64(count))
      if ensemble.chance.next() % 2 == 0 {
        let (key, change) = change(&ensemble.chance)
        ensemble.request(key, .change(change, seen: nil), at: node)
      } else {
        ensemble.request("k\(ensemble.chance.next() % UInt64(keys))", .read, at: node)
      }
      switch ensemble.chance.next() % 20 {
      case 0 where crashes:
        ensemble.crash(1 + Int(ensemble.chance.next() % UInt64(count)))
      case 1, 2:
        let number = 1 + Int(ensemble.chance.next() % UInt64(count))
        if !ensemble.isRunning(number) {
          ensemble.start(number, throughCheckpoint: step % 2 == 0)
        }
      case 3 where cuts:
        let from = 1 + Int(ensemble.chance.next() % UInt64(count))
        ensemble.cut(from, 1 + Int(ensemble.chance.next() % UInt64(count)))
      case 4: ensemble.cuts = []
      default: break
      }
    }
    ensemble.run(.seconds(1))
  }

  static func value(_ chance: inout Chance, keys: Int) -> (String, Change) {
    ("k\(chance.next() % UInt64(keys))", .value(Array("\(chance.next() % 1_000_000)".utf8)))
  }

  /// Reads that miss a write which had been answered before they began; reads answered.
  static func staleReads(_ ensemble: LeaderlessEnsemble) -> (stale: Int, reads: Int) {
    var stale = 0
    var reads = 0
    for read in ensemble.operations where read.isRead {
      guard case .value(let state, _) = read.answer else { continue }
      reads += 1
      let missed = ensemble.operations.contains { write in
        guard write.key == read.key, !write.isRead, let ended = write.ended, ended <= read.began,
          case .written(let dot, _, _, _) = write.answer
        else { return false }
        return !state.context.covers(dot)
      }
      if missed { stale += 1 }
    }
    return (stale, reads)
  }

  /// Lets everything work again until hints are gone and trees were compared.
  static func settle(_ ensemble: inout LeaderlessEnsemble) {
    ensemble.heal()
    ensemble.run(.seconds(15))
    for _ in 0..<3 {
      for number in 1...ensemble.nodes.count {
        ensemble.happen(.compareNow, to: NodeID(number))
        ensemble.run(.milliseconds(200))
      }
    }
    ensemble.run(.seconds(3))
  }

  /// Keys that replicas hold otherwise, or that somebody holds who is none.
  static func differing(_ ensemble: LeaderlessEnsemble) -> [String] {
    let nodes = ensemble.nodes.compactMap(\.replica)
    var found: [String] = []
    for node in nodes {
      node.store.forEach { key, keyHash, state in
        let replicas = nodes[0].ring.preferenceList(
          hash: keyHash, count: nodes[0].policy.leaderless.replicas)
        if !replicas.contains(node.id) {
          found.append("\(node.id) holds \(String(decoding: key, as: UTF8.self))")
        }
        for other in replicas {
          let theirs = nodes.first { $0.id == other }?.store[key]
          if theirs != state {
            found.append("\(node.id), \(other): \(String(decoding: key, as: UTF8.self))")
          }
        }
        return true
      }
    }
    return found
  }

  @Test(arguments: [3, 5])
  func strictQuorumsGiveRegularReads(count: Int) {
    var answered = 0
    for seed in 0..<50 {
      var ensemble = LeaderlessEnsemble(
        count,
        policy: {
          $0.leaderless.readRepair = [.background, .blocking, .off][seed % 3]
          let quorums = [(2, 2), (2, 2), (1, 3), (3, 1)][seed / 3 % 4]
          ($0.leaderless.reads, $0.leaderless.writes) = quorums
        }, seed: UInt64(seed))
      ensemble.keepsNotes = false
      ensemble.lossPercent = seed % 4 * 5
      ensemble.repeatPercent = seed % 3 * 10
      Self.play(&ensemble, keys: 4) { Self.value(&$0, keys: 4) }
      let (stale, reads) = Self.staleReads(ensemble)
      #expect(stale == 0, "seed \(seed)")
      #expect(ensemble.madeTwice == 0, "seed \(seed)")
      answered += reads
      Self.settle(&ensemble)
      #expect(Self.differing(ensemble) == [], "seed \(seed)")
      #expect(ensemble.nodes.allSatisfy { $0.replica?.hintCount == 0 }, "seed \(seed)")
      #expect(ensemble.nodes.allSatisfy { $0.replica?.pendingRequests == 0 }, "seed \(seed)")
    }
    #expect(answered > 50 * 15)
  }

  @Test func weakReadsMissWrites() {
    var missed = 0
    for seed in 0..<20 {
      var ensemble = LeaderlessEnsemble(
        3,
        policy: {
          $0.leaderless.reads = 1
          $0.leaderless.writes = 1
        }, seed: UInt64(seed))
      Self.play(&ensemble, keys: 2) { Self.value(&$0, keys: 2) }
      missed += Self.staleReads(ensemble).stale
    }
    #expect(missed > 0)
  }

  @Test func sloppyQuorumsMissWritesAndConverge() {
    var missed = 0
    for seed in 0..<20 {
      var ensemble = LeaderlessEnsemble(
        5, policy: { $0.leaderless.isSloppy = true }, seed: UInt64(seed))
      ensemble.lossPercent = seed % 3 * 5
      ensemble.repeatPercent = seed % 3 * 10
      for round in 0..<3 {
        let down = [1 + (seed + round) % 5, 1 + (seed + round + 2) % 5]
        for number in down { ensemble.crash(number) }
        ensemble.run(.seconds(8))
        Self.play(&ensemble, keys: 4, crashes: false) { Self.value(&$0, keys: 4) }
        for number in down where !ensemble.isRunning(number) { ensemble.start(number) }
      }
      missed += Self.staleReads(ensemble).stale
      #expect(ensemble.madeTwice == 0, "seed \(seed)")
      Self.settle(&ensemble)
      #expect(Self.differing(ensemble) == [], "seed \(seed)")
      #expect(ensemble.nodes.allSatisfy { $0.replica?.hintCount == 0 }, "seed \(seed)")
    }
    #expect(missed > 0)
  }

  @Test func countersAndSetsComeTogether() {
    for seed in 0..<30 {
      var ensemble = LeaderlessEnsemble(
        seed % 2 == 0 ? 3 : 5,
        policy: {
          $0.rules = MergeRules([
            .init(bytes: Array("k0".utf8), rule: .counter),
            .init(bytes: Array("k1".utf8), rule: .set),
          ])
          $0.leaderless.isSloppy = seed % 4 < 2
        }, seed: UInt64(seed))
      ensemble.repeatPercent = 20
      ensemble.lossPercent = seed % 3 * 10
      var step = 0
      Self.play(&ensemble, keys: 2) { chance in
        step += 1
        return chance.next() % 2 == 0
          ? ("k0", .add(Int64(chance.next() % 9) - 4)) : ("k1", .insert(Array("\(step)".utf8)))
      }
      Self.settle(&ensemble)
      #expect(Self.differing(ensemble) == [], "seed \(seed)")
      #expect(ensemble.madeTwice == 0, "seed \(seed)")
      guard case .value(let counter, _) = ensemble.get("k0", at: 1),
        case .value(let set, _) = ensemble.get("k1", at: 1)
      else {
        Issue.record("seed \(seed): it is not read")
        continue
      }
      #expect(
        ensemble.made.count <= ensemble.operations.count { !$0.isRead },
        "seed \(seed): a request was taken twice")
      // Every write that is known counts once; what was answered is known.
      var sum: Int64 = 0
      var elements: Set<[UInt8]> = []
      for (_, note) in ensemble.notes {
        guard case .created(_, _, _, let change, let dot, _, _, _) = note else { continue }
        switch change {
        case .add(let count) where counter.context.covers(dot): sum += count
        case .insert(let element) where set.context.covers(dot): elements.insert(element)
        default: break
        }
      }
      #expect(counter.counterValue == sum, "seed \(seed)")
      #expect(set.elements.count == elements.count, "seed \(seed)")
      for operation in ensemble.operations {
        guard case .written(let dot, _, _, _) = operation.answer else { continue }
        #expect(
          (operation.key == "k0" ? counter : set).context.covers(dot),
          "seed \(seed): \(dot) of \(operation.key) is lost")
      }
    }
  }
}
