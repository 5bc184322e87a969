import Positions
import Testing

@Suite struct PositionsTests {
  @Test func nodesAreReadAsTheyAreWritten() {
    #expect(NodeID("n7") == NodeID(7))
    #expect(NodeID("N12")?.description == "n12")
    for text in ["", "n", "n0", "n01", "n-1", "n+1", "7", "nx", "n70000"] {
      #expect(NodeID(text) == nil, "\(text)")
    }
  }

  @Test func termsAreOrderedByEpochThenNode() {
    let first = Term(epoch: 1, node: NodeID(9))
    let second = first.next(for: NodeID(2))
    #expect(first < second)
    #expect(second.epoch == 2)
    #expect(second.node == NodeID(2))
    #expect(Term(epoch: 2, node: NodeID(1)) < second)
    #expect(Term.zero.node == nil)
  }

  @Test func positionsLookLikePostgreSQLs() {
    #expect(LSN(0x3A2_8F10).description == "0/3A28F10")
    #expect(LSN(0x1_0000_00FF).description == "1/FF")
  }

  @Test func timesAddAndShow() {
    let instant = Instant.start + .milliseconds(192_045)
    #expect(instant.description == "03:12.045")
    #expect(instant - .start == .milliseconds(192_045))
    #expect(Instant.distantFuture + .seconds(1) == .distantFuture)
    #expect((Instant.start + .seconds(3_661)).description == "1:01:01.000")
  }

  @Test func moreAdvancedMeansTermFirst() {
    func point(_ epoch: UInt64, _ index: UInt64) -> LogPoint {
      LogPoint(
        index: Index(index), term: Term(epoch: epoch, node: NodeID(1)), chain: .empty, end: .zero)
    }
    #expect(point(1, 900).isLessAdvanced(than: point(2, 1)))
    #expect(point(2, 1).isLessAdvanced(than: point(2, 2)))
    #expect(!point(2, 2).isLessAdvanced(than: point(2, 2)))
  }
}
