import Positions
import Records
import Replication
import Testing

/// The window of a log's newest records beside a plain list of all of them.
@Suite struct LogWindowTests {
  static let term = Term(epoch: 1, node: NodeID(1))

  static func batch(after point: LogPoint, sizes: [Int]) -> RecordBatch {
    var batch = RecordBatch(after: point)
    for size in sizes {
      batch.append(
        kind: .write, term: term,
        payload: [UInt8](
          repeating: UInt8(truncatingIfNeeded: batch.last.index.rawValue), count: size)
      )
    }
    return batch
  }

  /// Checks every question that a window answers.
  static func check(_ window: LogWindow, _ points: [LogPoint]) {
    guard let last = points.last else { return }
    #expect(window.last == last)
    for point in points {
      let isKept = point.index >= window.first.index
      #expect(window.point(at: point.index) == (isKept ? point : nil))
      let batches = window.batches(after: point.index, maximumBytes: 1_000)
      if point.index == last.index {
        #expect(batches == [])
        continue
      }
      #expect((batches != nil) == isKept)
      guard let batches, let first = batches.first else { continue }
      #expect(first.previous == point)
      #expect(!first.isEmpty)
      var joined = RecordBatch(after: point)
      for batch in batches { joined.append(contentsOf: batch) }
      #expect(joined.last == points[Int(joined.last.index.rawValue)])
      #expect(joined.chainHolds())
      #expect(batches.count == 1 || joined.logicalSize <= 1_000)
    }
    #expect(window.point(at: last.index.next) == nil)
    #expect(window.batches(after: last.index.next, maximumBytes: 1) == [])
  }

  @Test(arguments: 1...30)
  func answersAsTheWholeLogWould(seed: Int) {
    var random = Chance(seed: UInt64(seed))
    var window = LogWindow(after: .origin)
    var points = [LogPoint.origin]
    for _ in 0..<40 {
      if Int.random(in: 0..<4, using: &random) > 0 {
        let sizes = (0..<Int.random(in: 0...6, using: &random)).map { _ in
          Int.random(in: 0...300, using: &random)
        }
        let batch = Self.batch(after: window.last, sizes: sizes)
        window.append(batch)
        for position in 0..<batch.count { points.append(batch.point(through: position)) }
      } else if let point = points.randomElement(using: &random) {
        window.truncate(after: point)
        points.removeSubrange((Int(point.index.rawValue) + 1)...)
      }
      Self.check(window, points)
    }
  }

  @Test func trimsWholeBatchesAndKeepsItsCapacity() {
    var window = LogWindow(after: .origin)
    var points = [LogPoint.origin]
    for _ in 0..<14 {
      let batch = Self.batch(after: window.last, sizes: [1 << 19])
      window.append(batch)
      points.append(batch.last)
    }
    // Nothing goes that is not applied, however much there is.
    window.trim(through: .zero)
    #expect(window.first == .origin)
    window.trim(through: Index(3))
    #expect(window.first.index == Index(3))
    window.trim(through: Index(14))
    let kept = window.last.end.distance(from: window.first.end)
    #expect(kept > LogWindow.capacity)
    #expect(kept <= LogWindow.capacity + (1 << 19) + 64)
    Self.check(window, points)
    // A log that is cut below what is in memory has nothing of it left there.
    window.truncate(after: points[2])
    points.removeSubrange(3...)
    Self.check(window, points)
    #expect(window.first == points[2])
  }
}
