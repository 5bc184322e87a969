import Positions
import Replication
import Testing

/// Where two logs part, beside an oracle that compares them record by record.
@Suite struct TermHistoryTests {
  /// A log as the terms of its records.
  typealias Log = [Term]

  /// Sizes differ, so that positions do not follow from indices.
  static func end(of index: Int) -> LSN { LSN(UInt64((0..<index).reduce(0) { $0 + 64 + $1 * 8 })) }

  static func point(_ log: Log, _ index: Int) -> LogPoint {
    LogPoint(
      index: Index(UInt64(index)), term: index == 0 ? .zero : log[index - 1], chain: .empty,
      end: end(of: index))
  }

  static func history(_ log: Log, from origin: Int = 0) -> TermHistory {
    var history = TermHistory(origin: point(log, origin))
    for index in origin..<log.count {
      history.append(index: Index(UInt64(index + 1)), term: log[index], end: end(of: index + 1))
    }
    return history
  }

  /// Logs as elections make them: each leader's is some earlier log's beginning and records of its
  /// own new term; a replica's is the beginning of a leader's.
  static func logs(_ random: inout Chance) -> [Log] {
    var logs: [Log] = [[]]
    for epoch in 1...UInt64.random(in: 1...6, using: &random) {
      guard let base = logs.randomElement(using: &random) else { continue }
      let kept = base.prefix(Int.random(in: 0...base.count, using: &random))
      let term = Term(epoch: epoch, node: NodeID(Int.random(in: 1...3, using: &random)))
      let own = Log(repeating: term, count: Int.random(in: 1...5, using: &random))
      logs.append(Array(kept) + own)
    }
    return logs.map { Array($0.prefix(Int.random(in: 0...$0.count, using: &random))) }
  }

  static func common(_ left: Log, _ right: Log) -> Int {
    zip(left, right).prefix { $0 == $1 }.count
  }

  @Test func logsPartWhereTheirTermsDo() {
    var random = Chance(seed: 1)
    for _ in 0..<3_000 {
      let logs = Self.logs(&random)
      for left in logs {
        for right in logs {
          let wanted = Self.common(left, right)
          let found = Self.history(left).lastCommon(with: Self.history(right))
          #expect(found?.index == Index(UInt64(wanted)), "\(left) \(right)")
          #expect(found?.end == Self.end(of: wanted))
        }
      }
    }
  }

  @Test func aForgottenBeginningMovesNothing() {
    var random = Chance(seed: 2)
    for _ in 0..<3_000 {
      let logs = Self.logs(&random)
      guard let left = logs.randomElement(using: &random),
        let right = logs.randomElement(using: &random)
      else { continue }
      let wanted = Self.common(left, right)
      let (one, other) = (
        Self.history(left, from: Int.random(in: 0...left.count, using: &random)),
        Self.history(right, from: Int.random(in: 0...right.count, using: &random))
      )
      let found = one.lastCommon(with: other)
      // What both still cover is found; never is more called common than is.
      if one.origin.index.rawValue <= wanted, other.origin.index.rawValue <= wanted {
        #expect(found?.index == Index(UInt64(wanted)), "\(left) \(right) \(one) \(other)")
      }
      if let found { #expect(found.index.rawValue <= wanted, "\(left) \(right) \(one) \(other)") }
    }
  }

  @Test func cuttingIsAsIfNeverAppended() {
    var random = Chance(seed: 3)
    for _ in 0..<3_000 {
      guard let log = Self.logs(&random).randomElement(using: &random) else { continue }
      let kept = Int.random(in: 0...log.count, using: &random)
      var history = Self.history(log)
      history.truncate(after: Self.point(log, kept))
      #expect(history == Self.history(Array(log.prefix(kept))))
      for index in 0...log.count + 1 {
        let wanted = index == 0 ? Term.zero : index <= kept ? log[index - 1] : nil
        #expect(history.term(at: Index(UInt64(index))) == wanted)
      }
      #expect(history.last == Index(UInt64(kept)))
      #expect(history.end == Self.end(of: kept))
    }
  }
}
