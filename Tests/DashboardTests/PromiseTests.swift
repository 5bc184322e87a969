import Operations
import Positions
import Testing

@testable import Dashboard

/// What clients of a single leader are told that they can rely on.
@Suite struct PromiseTests {
  /// A deposed leader that only shows what is committed has applied nothing of its fork.
  @Test func onlyAnAppliedForkShowsWritesThatAreGone() {
    var snapshot = Scenes.splitBrain
    snapshot.nodes[0].lag = Lag(bytes: 2_560, records: 13, time: .milliseconds(2_600))
    // How many sizes of the screen say so.
    func count(_ words: String) -> Int {
      GoldenTests.sizes.filter { size in
        ModelFactsTests.screen(snapshot, size).contains { $0.contains(words) }
      }.count
    }
    for applied: UInt64 in [0x3A4450, 0x3A4510] {
      snapshot.nodes[0].applied = LSN(applied)
      #expect(count("~ reads  fresh on n2 n3; stale: n1 2.6s") == 3)
      #expect(count("no longer exist") == 0)
    }
    snapshot.nodes[0].applied = LSN(0x3A45D0)
    #expect(count("n1 shows writes that no longer exist") == 3)
    #expect(count("stale: n1") == 0)
  }
}
