import Positions
import Records

@testable import Replication

/// What a value is made of, as numbers: two values with equal words behave alike for ever.
///
/// A log's record is named by its chain, which stands for everything up to it. Left out is what never
/// differs in one search (the policy), and what nothing in it depends on: which rounds were answered
/// (reads ask), what was committed at the last look (learners do), and, in a search without looks at
/// who answers, who does. `ModelCheckTests` reads the lists of properties, so that a new one can't be
/// forgotten here.
struct Words {
  private(set) var all: [UInt64] = []
  /// Whether it matters who answers.
  let hasQuorumChecks: Bool

  init(hasQuorumChecks: Bool = true) { self.hasQuorumChecks = hasQuorumChecks }

  mutating func put(_ number: UInt64) { all.append(number) }
  mutating func put(_ number: Int) { all.append(UInt64(bitPattern: Int64(number))) }
  mutating func put(_ flag: Bool) { all.append(flag ? 1 : 0) }
  mutating func put(_ index: Index) { all.append(index.rawValue) }
  mutating func put(_ term: Term) { all.append(term.rawValue) }
  mutating func put(_ node: NodeID?) { all.append(node.map { UInt64($0.number) } ?? 0) }

  mutating func put(_ point: LogPoint?) {
    all.append(point?.index.rawValue ?? .max)
    all.append(point?.chain.rawValue ?? 0)
  }

  mutating func put(_ membership: Membership) {
    put(membership.voters.count)
    for node in membership.all { put(node) }
  }

  mutating func put(_ history: TermHistory) {
    put(history.origin)
    put(history.spans.count)
    for span in history.spans {
      put(span.term)
      put(span.first)
      put(span.last)
    }
  }

  mutating func put(_ batch: RecordBatch) {
    put(batch.previous)
    put(batch.entries.count)
    for entry in batch.entries { put(entry.chain.rawValue) }
  }

  mutating func put(_ batches: [RecordBatch]) {
    put(batches.count)
    for batch in batches { put(batch) }
  }

  mutating func put(_ window: LogWindow) {
    put(window.first)
    put(window.last)
    put(window.batches(after: window.first.index, maximumBytes: .max) ?? [])
  }

  mutating func put(_ positions: FollowerPositions) {
    put(positions.received)
    put(positions.flushed)
    put(positions.applied)
    put(positions.flushedEnd.rawValue)
    put(positions.isFull)
  }
}

extension Words {
  mutating func put(_ message: Message) {
    switch message {
    case .preVoteRequest(let proposed, let head):
      put(1)
      put(proposed)
      put(head)
    case .preVoteReply(let proposed, let granted, let head, let suspect, let term):
      put(2)
      put(proposed)
      put(granted)
      put(head)
      put(suspect)
      put(term)
    case .voteRequest(let term, let head, let grounds):
      put(3)
      put(term)
      put(head)
      put(grounds == .silence ? 0 : grounds == .transfer ? 1 : 2)
    case .voteReply(let term, let granted):
      put(4)
      put(term)
      put(granted)
    case .campaign(let term, let transfer):
      put(5)
      put(term)
      put(transfer)
    case .append(let term, let batches, let previous, let commit, let round, let forced):
      put(6)
      put(term)
      put(batches)
      put(previous)
      put(commit)
      put(round)
      put(forced)
    case .appendReply(let term, let positions, let round):
      put(7)
      put(term)
      put(positions)
      put(round)
    case .mismatch(let term, let refused, let history, let round):
      put(8)
      put(term)
      put(refused)
      put(history)
      put(round)
    case .installCheckpoint, .readIndexRequest, .readIndexReply, .repairRequest, .repairReply,
      .repairDropped:
      preconditionFailure("\(message.name) has no place in this model")
    }
  }

  mutating func put(_ request: MemberDisk.Request) {
    switch request {
    case .flush(let batch):
      put(1)
      put(batch)
    case .saveVote(let term):
      put(2)
      put(term)
    case .truncate(let point):
      put(3)
      put(point)
    case .readLog(let after, let purpose):
      put(4)
      put(after)
      put(purpose)
    case .readCheckpoint(let index, let purpose):
      put(5)
      put(index)
      put(purpose)
    case .install: preconditionFailure("no checkpoint has a place in this model")
    }
  }

  private mutating func put(_ purpose: ReadPurpose) {
    switch purpose {
    case .stream(let node): put(node)
    case .apply: put(1001)
    case .rebuild: put(1002)
    case .repair: preconditionFailure("no repair has a place in this model")
    }
  }

  private mutating func put(_ candidacy: Candidacy) {
    put(candidacy.stage == .asking ? 1 : 2)
    put(candidacy.term)
    put(candidacy.replies.count)
    for reply in candidacy.replies {
      put(reply.node)
      put(reply.granted)
      put(reply.head)
      put(reply.isSuspect)
    }
    put(candidacy.grounds == .silence ? 0 : candidacy.grounds == .transfer ? 1 : 2)
    put(candidacy.forced)
    put(candidacy.ownVoteIsDurable)
  }

  private mutating func put(_ progress: Progress) {
    put(progress.node)
    switch progress.mode {
    case .streaming: put(0)
    case .reading: put(1)
    case .installing: preconditionFailure("no checkpoint has a place in this model")
    }
    put(progress.sent)
    put(progress.positions)
    if hasQuorumChecks {
      put(progress.isActive)
      put(progress.wasActive)
    }
    put(progress.restartRound)
    put(progress.restartEnd.rawValue)
    put(progress.restarts)
    // Begins anew whenever the mode changes, and means nothing while streaming.
    put(progress.mode == .streaming ? 0 : progress.idleLooks)
  }

  private mutating func put(_ office: Leadership) {
    precondition(
      office.confirming.isEmpty && office.unconfirmed.isEmpty && office.confirmRound == nil
        && office.changes.isEmpty, "neither reads nor changes of members have a place in this model"
    )
    put(office.term)
    put(office.progress.count)
    for one in office.progress { put(one) }
    put(office.acknowledged)
    put(office.first)
    put(office.isDegraded)
    put(office.restoresAt.rawValue)
    put(office.isForced)
    put(office.switchover)
    put(office.waiting.count)
    for waiting in office.waiting {
      put(waiting.first)
      put(waiting.origins.count)
      for origin in waiting.origins { put(origin.sequence) }
    }
    put(office.round)
  }

  mutating func put(_ replica: Replica) {
    precondition(
      replica.parked.isEmpty && replica.asked.isEmpty && replica.installing == nil,
      "neither reads nor checkpoints have a place in this model")
    put(replica.id)
    put(replica.term)
    put(replica.role == .follower ? 0 : replica.role == .candidate ? 1 : 2)
    put(replica.leader)
    put(replica.history)
    put(replica.window)
    put(replica.flushed)
    put(replica.written)
    put(replica.commit)
    put(replica.state.hash)
    put(replica.applied)
    put(replica.memberships.count)
    for entry in replica.memberships {
      put(entry.index)
      put(entry.membership)
    }
    put(replica.isSuspect)
    put(replica.isRebuilding)
    put(replica.lacksBase)
    put(replica.leadership != nil)
    if let office = replica.leadership { put(office) }
    put(replica.candidacy != nil)
    if let candidacy = replica.candidacy { put(candidacy) }
    put(replica.leaderIsFresh)
    put(replica.votesInFlight)
    put(replica.held.count)
    for promise in replica.held {
      put(promise.to)
      put(promise.message)
    }
    put(replica.matched)
    put(replica.truncating)
    put(replica.stashed?.from)
    if let stashed = replica.stashed { put(stashed.message) }
    put(replica.lastRound)
    put(replica.isReadingToApply)
    put(replica.isDiskFull)
  }

  /// The properties that are put, or held constant, by the methods above.
  static let properties: [String: [String]] = [
    "Replica": [
      "id", "policy", "term", "role", "leader", "history", "window", "flushed", "written", "commit",
      "state", "applied", "memberships", "isSuspect", "isRebuilding", "lacksBase", "leadership",
      "candidacy", "leaderIsFresh", "votesInFlight", "held", "matched", "truncating", "stashed",
      "lastRound", "installing", "isReadingToApply", "parked", "asked", "isDiskFull",
    ],
    "Leadership": [
      "term", "progress", "acknowledged", "first", "isDegraded", "restoresAt", "isForced",
      "switchover",
      "waiting", "round", "confirming", "confirmRound", "unconfirmed", "changes", "commitBefore",
    ],
    "Progress": [
      "node", "mode", "sent", "positions", "isActive", "wasActive", "answered", "restartRound",
      "restartEnd", "restarts", "idleLooks",
    ],
    "Candidacy": ["stage", "term", "replies", "grounds", "forced", "ownVoteIsDurable"],
    "LogWindow": ["chunks", "dropped", "first", "last"],
    "TermHistory": ["origin", "spans"],
  ]
}
