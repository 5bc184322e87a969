import Positions

/// How far a node's log once went, before its process ended, its disk was lost or its log cut: what it
/// said then may be still under way, and a promise rest on it.
///
/// Of the ends that it had only those are kept that no other covers, with a record at least as far on of
/// a term at least as new.
struct FormerEnds: Sendable {
  private var ends: [LogPoint] = []
  private static let kept = 16

  mutating func note(_ end: LogPoint) {
    if end == .origin || cover(end.index, end.term) { return }
    ends.removeAll { $0.index <= end.index && $0.term <= end.term }
    ends.append(end)
    // The terms that nobody counts copies in any more.
    if ends.count > Self.kept, let oldest = ends.indices.min(by: { ends[$0].term < ends[$1].term })
    {
      ends.remove(at: oldest)
    }
  }

  /// Whether it once held a record at `index`, or behind it, of `term` or a newer one.
  func cover(_ index: Index, _ term: Term) -> Bool {
    ends.contains { $0.index >= index && $0.term >= term }
  }
}
