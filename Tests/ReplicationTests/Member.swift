import Positions
import Records
import Replication

/// What a member's disk holds, and what it was asked and has not done yet.
struct MemberDisk {
  /// One thing that a replica wants of its disk.
  enum Request {
    case flush(RecordBatch)
    case saveVote(Term)
    case truncate(LogPoint)
    case readLog(after: Index, ReadPurpose)
    case readCheckpoint(atOrBelow: Index, ReadPurpose)
    case install(StateCheckpoint)
  }

  /// The durable records; the log begins behind `log.previous`.
  var log = RecordBatch(after: .origin)
  /// The durable term.
  var term = Term.zero
  /// The checkpoints, oldest first.
  var checkpoints: [StateCheckpoint] = []
  /// How many records each rollback file holds, oldest first.
  var rollbacks: [Int] = []
  /// Whether it does nothing for now.
  var isStuck = false
  /// What it has yet to do, in order.
  private(set) var queue: [Request] = []

  mutating func ask(_ request: Request) { queue.append(request) }

  /// What the disk was asked and had not done is gone; so is the process that asked.
  mutating func crash() { queue = [] }

  /// Forgets the records through `index`, as segments below the oldest checkpoint are removed.
  mutating func forget(through index: Index) { log = log.suffix(after: index) }

  /// Does what it was asked first; flushes that wait side by side are done as one, if `merges`.
  mutating func completeNext(merges: Bool = true) -> ReplicaEvent? {
    guard !queue.isEmpty else { return nil }
    switch queue.removeFirst() {
    case .flush(let batch):
      log.append(contentsOf: batch)
      while merges, case .flush(let next) = queue.first {
        log.append(contentsOf: next)
        queue.removeFirst()
      }
      return .flushed(log.last)
    case .saveVote(let newTerm):
      term = newTerm
      return .voteSaved(newTerm)
    case .truncate(let point):
      rollbacks.append(log.last.index.distance(from: point.index))
      log = log.prefix(through: point.index)
      return .truncated(to: point)
    case .readLog(let after, let purpose):
      let isThere = after >= log.previous.index
      return .records(isThere ? log.suffix(after: after) : nil, purpose: purpose)
    case .readCheckpoint(let index, let purpose):
      return .checkpoint(checkpoints.last { $0.point.index <= index }, purpose: purpose)
    case .install(let checkpoint):
      log = RecordBatch(after: checkpoint.point)
      checkpoints = [checkpoint]
      return .installed(checkpoint.point)
    }
  }
}

/// One member of an ``Ensemble``: its replica while it runs, its disk, and the timers that are set.
struct Member {
  let id: NodeID
  var replica: Replica?
  var disk = MemberDisk()
  var timers: Set<TimerName> = []
  var isFrozen = false

  init(id: NodeID) { self.id = id }

  /// Where a replica begins that starts from what is durable.
  ///
  /// - Parameters:
  ///   - members: the cluster's first members.
  ///   - isCold: whether nothing of the log is kept in memory.
  func origin(members: Membership, isSuspect: Bool, isCold: Bool) -> ReplicaOrigin {
    let checkpoint = disk.checkpoints.last
    var history = TermHistory(origin: disk.log.previous)
    var memberships = [
      MembershipEntry(
        index: checkpoint?.point.index ?? .zero, membership: checkpoint?.membership ?? members)
    ]
    var index = disk.log.previous.index
    for (position, entry) in disk.log.entries.enumerated() {
      index = index.next
      history.append(
        index: index, term: entry.term, end: disk.log.point(through: position).end)
      if entry.kind == .membership, index > memberships[0].index,
        let found = disk.log.withPayload(at: position, { Membership(encoded: $0) })
      {
        memberships.append(MembershipEntry(index: index, membership: found))
      }
    }
    var window = LogWindow(after: isCold ? disk.log.last : disk.log.previous)
    if !isCold { window.append(disk.log) }
    return ReplicaOrigin(
      term: disk.term, history: history, window: window,
      state: checkpoint.flatMap { KeyValueState(encoded: $0.payload) } ?? KeyValueState(),
      applied: checkpoint?.point ?? .origin, memberships: memberships, isSuspect: isSuspect)
  }
}
