import Positions
import Records
import Testing

@Suite struct RecordBatchTests {
  static let term = Term(epoch: 1, node: NodeID(1))

  static func batch(_ sizes: [Int]) -> RecordBatch {
    var batch = RecordBatch(after: .origin)
    for (number, size) in sizes.enumerated() {
      batch.append(
        kind: .write, term: term, payload: [UInt8](repeating: UInt8(number & 255), count: size))
    }
    return batch
  }

  @Test func positionsCountHeadersAndPadding() {
    let batch = Self.batch([0, 1, 8, 9])
    #expect(batch.last.index == Index(4))
    #expect(batch.last.end == LSN(64 + 72 + 72 + 80))
    #expect(batch.logicalSize == 288)
    #expect(batch.point(through: 0).end == LSN(64))
  }

  @Test func anySplitIsTheSameLog() {
    let whole = Self.batch((0..<40).map { $0 * 3 % 17 })
    for cut in 0...40 {
      let index = Index(UInt64(cut))
      let (head, tail) = (whole.prefix(through: index), whole.suffix(after: index))
      #expect(head.last == tail.previous)
      #expect(head.count + tail.count == 40)
      #expect(head.chainHolds() && tail.chainHolds())
      var joined = head
      joined.append(contentsOf: tail)
      #expect(joined.last == whole.last)
      #expect(joined.entries.map(\.chain) == whole.entries.map(\.chain))
    }
  }

  @Test func adoptedPayloadsMakeTheSameChain() {
    let appended = Self.batch([3, 5])
    let adopted = RecordBatch.adopting(
      [0, 0, 0, 1, 1, 1, 1, 1],
      spans: [PayloadSpan(offset: 0, length: 3), PayloadSpan(offset: 3, length: 5)], kind: .write,
      term: Self.term, after: .origin)
    #expect(adopted.last == appended.last)
  }

  @Test func everyBitOfIdentityAndPayloadIsInTheChain() {
    let payload: [UInt8] = Array(0..<33)
    func chain(_ index: UInt64, _ epoch: UInt64, _ kind: RecordKind, _ bytes: [UInt8]) -> Chain {
      bytes.withUnsafeBytes {
        ChainHash.extend(
          .empty, kind: kind, index: Index(index), term: Term(epoch: epoch, node: NodeID(1)),
          payload: $0)
      }
    }
    let plain = chain(1, 1, .write, payload)
    #expect(plain != chain(2, 1, .write, payload))
    #expect(plain != chain(1, 2, .write, payload))
    #expect(plain != chain(1, 1, .noop, payload))
    #expect(plain != chain(1, 1, .write, payload + [0]))
    for bit in 0..<payload.count * 8 {
      var changed = payload
      changed[bit / 8] ^= 1 << (bit % 8)
      #expect(plain != chain(1, 1, .write, changed))
    }
  }
}
