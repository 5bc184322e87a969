import Positions

/// The records of a log by who wrote them, as MySQL's GTID sets are written: `n1:1-480,n2:481-512`.
///
/// A record's number is its index in the log. Two branches of a log may hold different records of equal
/// number; they differ by term, so sets are compared by term and shown by leader.
public struct TransactionSet: Equatable, Sendable, CustomStringConvertible {
  /// The stretches, in order of index.
  public private(set) var spans: [LogSpanSnapshot]
  /// Through which index it is not known (any more) who wrote the log.
  public private(set) var purged: Index

  /// What a log holds through `last`.
  ///
  /// - Parameters:
  ///   - spans: its stretches, in order of index.
  ///   - last: what comes after is left out.
  public init(_ spans: [LogSpanSnapshot], through last: Index) {
    self.spans = spans.compactMap { span in
      guard span.first <= last else { return nil }
      var span = span
      span.last = min(span.last, last)
      return span
    }
    purged = min(last, spans.first?.first.previous ?? last)
  }

  /// How many records it holds whose writer is known.
  public var count: Int { spans.reduce(0) { $0 + $1.last.distance(from: $1.first) + 1 } }

  /// What is in this set and not in `other` (GTID_SUBTRACT), as far as both are known.
  public func subtracting(_ other: TransactionSet) -> TransactionSet {
    var rest = self
    rest.spans = spans.flatMap { span -> [LogSpanSnapshot] in
      var left = [span]
      left[0].first = max(span.first, other.purged.next)
      for taken in other.spans where taken.term == span.term {
        left = left.flatMap { Self.cut($0, out: taken) }
      }
      return left.filter { $0.first <= $0.last }
    }
    rest.purged = .zero
    return rest
  }

  private static func cut(
    _ span: LogSpanSnapshot, out taken: LogSpanSnapshot
  ) -> [LogSpanSnapshot] {
    guard span.first <= taken.last, taken.first <= span.last else { return [span] }
    var (before, after) = (span, span)
    before.last = taken.first.previous
    after.first = taken.last.next
    return [before, after].filter { $0.first <= $0.last }
  }

  /// `n1:1-480:601-700,n2:481-600`: the leaders by number, each with its stretches.
  public var description: String {
    var ranges: [NodeID: [(first: Index, last: Index)]] = [:]
    for span in spans {
      guard let node = span.term.node else { continue }
      var own = ranges[node] ?? []
      if let last = own.last, last.last.next == span.first {
        own[own.count - 1].last = span.last
      } else {
        own.append((span.first, span.last))
      }
      ranges[node] = own
    }
    let known = ranges.keys.sorted().map { node in
      let texts = ranges[node, default: []].map {
        $0.first == $0.last ? "\($0.first)" : "\($0.first)-\($0.last)"
      }
      return "\(node):" + texts.joined(separator: ":")
    }
    let unknown = purged > .zero ? ["?:1-\(purged)"] : []
    return (unknown + known).joined(separator: ",")
  }
}
