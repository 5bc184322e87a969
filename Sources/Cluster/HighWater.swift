import Operations
import Positions
import Replication

/// The newest record that clients were told is safe, in the log that they were told it of.
struct Promised: Sendable {
  var index = Index.zero
  var term = Term.zero
  var end = LSN.zero
  /// The log's terms, to find what another log has of it.
  var history = TermHistory(origin: .origin)

  /// How many promised records, and bytes of log, another log lacks.
  func missing(from other: TermHistory?) -> Missing {
    guard index > .zero else { return Missing(records: 0, bytes: 0) }
    guard let other else {
      return Missing(records: Int(clamping: index.rawValue), bytes: Int(clamping: end.rawValue))
    }
    // What a checkpoint stands for is no longer told term by term: an older log lies below it.
    let common = history.lastCommon(with: other) ?? (index: other.last, end: other.end)
    guard common.index < index else { return Missing(records: 0, bytes: 0) }
    return Missing(
      records: index.distance(from: common.index), bytes: max(0, end.distance(from: common.end)))
  }
}

/// The furthest that the cluster ever was: when nobody leads, a screen shows where it stood, and
/// not where the least advanced survivor stands.
struct HighWater: Sendable {
  /// The highest term seen.
  var term = Term.zero
  /// The furthest commit, as index and as position.
  var commit = (index: Index.zero, end: LSN.zero)
  /// The newest promise known, as of now.
  var promised = Promised()
  /// The promise of a tenth of a second ago: what is under way on healthy links does not count as
  /// missing from the others.
  var settled = Promised()
  private var next = Promised()
  private var notedAt = Instant.start

  /// A leader begins: what its log lacks is committed no more.
  mutating func elected(at head: LogPoint) {
    if head.index < commit.index { commit = (head.index, head.end) }
  }

  /// Notes where the promise stands now.
  mutating func note(_ promise: Promised, at now: Instant) {
    promised = promise
    // In another leader's log, the older promise says nothing.
    if promise.history.term(at: settled.index) != settled.term, settled.index > .zero {
      settled = promise
      next = promise
    }
    guard now - notedAt >= .milliseconds(100) else { return }
    settled = next
    next = promise
    notedAt = now
  }
}

extension Cluster {
  /// Notes how far the cluster has come.
  mutating func noteHighWater() {
    for offset in nodes.indices where nodes[offset].isMember {
      if let term = nodes[offset].replica.map({ $0.term }) {
        highWater.term = max(highWater.term, term)
      }
    }
    guard let leader, nodes[leader.offset].isMember, let replica = nodes[leader.offset].replica
    else { return }
    if replica.commit > highWater.commit.index {
      highWater.commit = (replica.commit, position(of: replica.commit, in: replica))
    }
    highWater.note(promise(of: replica), at: now)
  }

  /// What clients were promised of a leader's log: what was acknowledged and what is committed.
  func promise(of replica: Replica) -> Promised {
    let newest = checker.ledger.newestAcknowledged
    var index = replica.commit
    if newest.term == replica.term {
      index = max(index, newest.index)
    } else if let span = replica.history.spans.last(where: { $0.term == newest.term }) {
      index = max(index, min(newest.index, span.last))
    }
    index = min(index, replica.head.index)
    return Promised(
      index: index, term: replica.history.term(at: index) ?? .zero,
      end: position(of: index, in: replica), history: replica.history)
  }
}
