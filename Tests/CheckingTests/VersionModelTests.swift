import Checking
import Testing

/// A store that does random things tells the checker of them: nothing is reported of one that is right,
/// and what is wrong with one is found.
@Suite struct VersionModelTests {
  @Test func aRightStoreIsNotReported() {
    for seed in 0..<60 {
      var model = VersionModel(seed: UInt64(seed), .none)
      model.run(400)
      let texts = model.checker.violations.map(\.text)
      #expect(texts == [], "seed \(seed)")
      #expect(model.checker.ledger.lost == 0, "seed \(seed)")
      #expect(model.checker.ledger.staleReads == 0, "seed \(seed)")
    }
  }

  @Test(arguments: [
    (VersionModel.Mutation.joinOverwrites, "went back"), (.joinDropsEntries, "dropped"),
    (.joinLearnsOnlyContexts, "dropped"), (.dotReused, "reused"),
    (.ackedEarly, "before 2 replicas had it"), (.earlierClockWins, "whose clock is later"),
    (.diskForgets, "restarted without"), (.hintTwice, "does not have any more"),
    (.tombstoneEarly, "before all 3 replicas had it"), (.readsOneReplica, "answered a read"),
  ])
  func whatIsWrongIsFound(mutation: VersionModel.Mutation, words: String) {
    var found = 0
    for seed in 0..<10 {
      var model = VersionModel(seed: UInt64(seed), mutation)
      model.run(400)
      if model.checker.violations.contains(where: { $0.text.contains(words) }) { found += 1 }
    }
    #expect(found > 3, "\(mutation) was found by \(found) of 10 seeds")
  }
}
