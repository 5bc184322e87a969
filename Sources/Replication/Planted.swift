import Positions
import Records

// What a replica does instead where a bug is planted; see `PlantedBug`.
extension Replica: Plantable {
  #if PlantedBugs
    /// The bug planted in it; nil: none.
    public var planted: PlantedBug? { policy.planted }
  #endif

  /// Whether its log may have lost its tail, so that it does not vote.
  var isDoubtful: Bool { isSuspect && !isPlanted(.suspectNodesVote) }

  /// Whether a log that ends at `one` lacks what one that ends at `other` may hold.
  func isBehind(_ one: LogPoint, _ other: LogPoint) -> Bool {
    if isPlanted(.votesForAnyLog) { return false }
    if isPlanted(.votesForLongerLogs) { return one.index < other.index }
    return one.isLessAdvanced(than: other)
  }

  /// The commit position that a message with `batches` tells.
  func commitTold(with batches: [RecordBatch]) -> Index {
    if isPlanted(.heartbeatsPromiseTooMuch) { return head.index }
    return batches.isEmpty && isPlanted(.idleFollowersHearNoCommit) ? .zero : commit
  }

  /// Where a log is cut by its commit position; nil: nowhere.
  var highWaterMark: LogPoint? {
    guard isPlanted(.truncatesByHighWaterMark), matched == .origin, commit < head.index else {
      return nil
    }
    return window.point(at: commit)
  }

  /// What counts as committed where copies are counted wrongly; nil: what is.
  func durableWrongly(_ progress: [Progress]) -> Index? {
    if isPlanted(.commitsAlone) { return flushed.index }
    guard isPlanted(.countsLearners) else { return nil }
    return AcknowledgementRules.reached(
      by: membership.majority, of: progress.map(\.positions.flushed) + [flushed.index])
  }
}
