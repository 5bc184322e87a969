import Operations
import Positions
import Testing

/// Positions and sets as the systems write them.
@Suite struct TransactionSetTests {
  static func span(_ epoch: UInt64, _ node: Int, _ first: UInt64, _ last: UInt64)
    -> LogSpanSnapshot
  {
    LogSpanSnapshot(
      term: Term(epoch: epoch, node: NodeID(node)), first: Index(first), last: Index(last))
  }

  private func text(_ spans: [LogSpanSnapshot], through last: UInt64) -> String {
    TransactionSet(spans, through: Index(last)).description
  }

  @Test func aLeaderHasOneEntryWhateverItsTerms() {
    let spans = [Self.span(1, 1, 1, 480), Self.span(2, 2, 481, 512)]
    #expect(text(spans, through: 512) == "n1:1-480,n2:481-512")
    #expect(text(spans, through: 481) == "n1:1-480,n2:481")
    #expect(text(spans, through: 100) == "n1:1-100")
    #expect(text(spans, through: 0) == "")
    // It led twice, first in two terms one behind the other.
    let again = [
      Self.span(1, 1, 1, 10), Self.span(2, 1, 11, 20), Self.span(3, 2, 21, 30),
      Self.span(4, 1, 31, 40),
    ]
    #expect(text(again, through: 40) == "n1:1-20:31-40,n2:21-30")
  }

  @Test func whatIsNotKnownAnyMoreIsSaid() {
    #expect(text([Self.span(5, 2, 101, 120)], through: 120) == "?:1-100,n2:101-120")
    #expect(text([], through: 7) == "?:1-7")
  }

  @Test func errantIsTheDifferenceByTerm() {
    let old = TransactionSet([Self.span(1, 1, 1, 500)], through: Index(500))
    let new = TransactionSet(
      [Self.span(1, 1, 1, 480), Self.span(2, 2, 481, 512)], through: Index(512))
    #expect(old.subtracting(new).description == "n1:481-500")
    #expect(old.subtracting(new).count == 20)
    #expect(new.subtracting(old).description == "n2:481-512")
    #expect(new.subtracting(new).count == 0)
    // One that leads again writes other records of the same numbers.
    let again = TransactionSet(
      [Self.span(1, 1, 1, 480), Self.span(3, 1, 481, 490)], through: Index(490))
    #expect(old.subtracting(again).description == "n1:481-500")
    // What the other has forgotten is not held against it.
    let short = TransactionSet([Self.span(2, 2, 481, 512)], through: Index(512))
    #expect(old.subtracting(short).description == "n1:481-500")
  }

  @Test func positionsAreWrittenAsTheSystemDoes() {
    let place = LSN(0x3A8F10)
    #expect(PositionNotation.lsn.text(place) == "0/3A8F10")
    #expect(PositionNotation.binlog.text(place) == "binlog.000001:3837712")
    let next = LSN(1 << 30)
    #expect(PositionNotation.binlog.text(next) == "binlog.000002:0")
    #expect(PositionNotation.binlog.short(next.advanced(by: 157)) == "2:157")
    let term = Term(epoch: 4, node: NodeID(2))
    #expect(Optime(second: 193, increment: 41, term: term).description == "(193, 41) t4")
    #expect(Optime(second: 193, increment: nil, term: term).description == "(<193) t4")
  }
}
