import Operations
import Positions
import Replication

/// Who wrote the log's beginning, which logs forget once a checkpoint stands for it.
///
/// Once a second it takes over what the leader's log tells; what lies below that stays as it was. What a
/// checkpoint stands for is committed, so it is the same in every log.
struct LogWriters: Sendable {
  private static let maximum = 256

  private var spans: [LogSpanSnapshot] = []

  /// Takes over what a leader's log tells.
  mutating func note(_ history: TermHistory) {
    spans = before(history.origin.index) + history.spans.map(LogSpanSnapshot.init)
    if spans.count > Self.maximum { spans.removeFirst(spans.count - Self.maximum) }
  }

  /// The stretches up to an index.
  func before(_ index: Index) -> [LogSpanSnapshot] {
    spans.compactMap { $0.through(index) }
  }
}

extension LogSpanSnapshot {
  init(_ span: TermSpan) { self.init(term: span.term, first: span.first, last: span.last) }

  /// The part of it up to an index; nil when there is none.
  func through(_ index: Index) -> LogSpanSnapshot? {
    guard first <= index else { return nil }
    return LogSpanSnapshot(term: term, first: first, last: min(last, index))
  }
}

extension Cluster {
  private static var spansMaximum: Int { 64 }

  /// Takes note of who wrote what, for a system that counts each source's transactions.
  mutating func noteWriters() {
    guard knobs.preset?.profile.terms.notation == .binlog, let leader,
      let history = nodes[leader.offset].replica?.history
    else { return }
    writers.note(history)
  }

  /// Who wrote a node's log through an index: the newest stretches, neighbours of one term as one.
  func spans(of history: TermHistory?, through last: Index) -> [LogSpanSnapshot] {
    guard let history else { return [] }
    var merged: [LogSpanSnapshot] = []
    for span in writers.before(history.origin.index) + history.spans.map(LogSpanSnapshot.init) {
      guard let span = span.through(last) else { continue }
      if let end = merged.last, end.term == span.term, end.last.next == span.first {
        merged[merged.count - 1].last = span.last
      } else {
        merged.append(span)
      }
    }
    return Array(merged.suffix(Self.spansMaximum))
  }
}
