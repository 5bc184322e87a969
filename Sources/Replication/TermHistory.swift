import Positions

/// A stretch of a log written in one term.
public struct TermSpan: Equatable, Sendable {
  /// The term.
  public var term: Term
  /// The first record's index.
  public var first: Index
  /// The last record's index.
  public var last: Index
  /// The position after the last record.
  public var end: LSN

  /// The stretch `first...last`, which ends at `end`.
  public init(term: Term, first: Index, last: Index, end: LSN) {
    self.term = term
    self.first = first
    self.last = last
    self.end = end
  }
}

/// Which term wrote which indices of a log: enough to find where two logs part.
///
/// Because (term, index) identifies a record everywhere, and each record's predecessor with it, the
/// last record that two logs share is the last index that both have in one term.
public struct TermHistory: Equatable, Sendable {
  /// The log's beginning: the point before the first record covered.
  public private(set) var origin: LogPoint
  /// The stretches, in order of index.
  public private(set) var spans: [TermSpan]

  /// The history of a log that begins after `origin`.
  public init(origin: LogPoint) {
    self.origin = origin
    spans = []
  }

  /// The last index covered.
  public var last: Index { spans.last?.last ?? origin.index }

  /// The position after the last record covered.
  public var end: LSN { spans.last?.end ?? origin.end }

  /// Takes in the next record, written in `term`, that ends at `end`.
  public mutating func append(index: Index, term: Term, end: LSN) {
    assert(index == last.next, "records are consecutive")
    if let span = spans.last, span.term == term {
      spans[spans.count - 1].last = index
      spans[spans.count - 1].end = end
    } else {
      spans.append(TermSpan(term: term, first: index, last: index, end: end))
    }
  }

  /// Forgets what comes before the record behind `point`, which is in the log.
  public mutating func begin(after point: LogPoint) {
    guard point.index > origin.index, point.index <= last else { return }
    origin = point
    spans.removeAll { $0.last <= point.index }
    if let span = spans.first, span.first <= point.index { spans[0].first = point.index.next }
  }

  /// Forgets what comes after `point`, which is in the log.
  public mutating func truncate(after point: LogPoint) {
    while let span = spans.last, span.first > point.index { spans.removeLast() }
    guard let span = spans.last, span.last > point.index else { return }
    spans[spans.count - 1].last = point.index
    spans[spans.count - 1].end = point.end
  }

  /// The term of the record at `index`; nil when it is not covered.
  public func term(at index: Index) -> Term? {
    if index == origin.index { return origin.term }
    guard index > origin.index, index <= last else { return nil }
    for span in spans.reversed() where span.first <= index { return span.term }
    return nil
  }

  /// The last index that this log and `other` share, and the position after it; nil when they share
  /// nothing that both still cover.
  public func lastCommon(with other: TermHistory) -> (index: Index, end: LSN)? {
    for span in spans.reversed() {
      guard let match = other.spans.last(where: { $0.term == span.term }) else { continue }
      let nearer = span.last < match.last ? span : match
      return (nearer.last, nearer.end)
    }
    if other.term(at: origin.index) == origin.term { return (origin.index, origin.end) }
    if term(at: other.origin.index) == other.origin.term {
      return (other.origin.index, other.origin.end)
    }
    return nil
  }
}
