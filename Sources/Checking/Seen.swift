import Positions

extension Checker {
  /// What was seen of a node.
  struct Seen: Sendable {
    var isRunning = false
    var isFrozen = false
    var received = LogPoint.origin
    var written = LogPoint.origin
    var durable = LogPoint.origin
    /// What it held before its process ended, its disk was lost or its log cut.
    var onceReceived = FormerEnds()
    var onceWritten = FormerEnds()
    var onceDurable = FormerEnds()
    /// What was durable before that happened last.
    var durableBefore = LogPoint.origin
    /// What was durable one and two flushes before: what was flushed since says so itself, on the disk.
    var durableOneAgo = LogPoint.origin
    var durableTwoAgo = LogPoint.origin
    /// Whether its disk was spoiled, by a flipped bit or a misplaced write.
    var isSpoiled = false
    /// Whether it was by a misplaced write.
    var isMisplaced = false
    /// The end of the good part of its log, while it mends it: its peers may hold another branch.
    var mendsAfter: Index?
    /// The furthest that it ever showed of the log it has; a restart does not take that back.
    var applied = Index.zero
    var commit = Index.zero
    var term = Term.zero
    var votedFor: NodeID?
    var leads: Term?
    /// Whose copies it counts, while it leads; empty before it said so.
    var voters: [NodeID] = []
    /// Its newest durable votes.
    var votes: [GivenVote] = []
    var isDegraded = false
    /// Where a cut of its log under way ends; nil when there is none.
    var cutting: Index?
    /// The most that its disk can hold: what it had in memory when its process ended; nil: unknown.
    var most: Index?
    /// Whether its disk failed to write or sync something since its process began.
    var diskFailed = false
    /// Whether it may have lost the end of its log, so that it has no vote.
    var isDoubtful = false
    /// Whether it took back what it knew to be committed: it may have cut its log below all checkpoints,
    /// and without one the log is worth nothing.
    var tookBack = false
    /// Through which record it was ever sent a checkpoint: it may be long under way, and cut the log
    /// before it replaces it.
    var offered = Index.zero
    /// Its newest campaign.
    var campaign: Campaign?
    /// The newest terms for which it asked everybody, since too many logs are in doubt: slow disks
    /// answer late.
    var doubts: [Term] = []
    /// Since when it leads without reaching a majority.
    var aloneSince: Instant?
    /// Since when it leads although it can hear a newer leader.
    var deposedSince: Instant?

    init() {}

    /// What is left of a node whose process ended: its disk.
    init(crashed before: Seen) {
      durable = before.durable
      durableOneAgo = before.durableOneAgo
      durableTwoAgo = before.durableTwoAgo
      isSpoiled = before.isSpoiled
      isMisplaced = before.isMisplaced
      mendsAfter = before.mendsAfter
      isDoubtful = before.isDoubtful
      most = before.most
      if before.isRunning {
        // A checkpoint may have been on its way to the disk.
        most = max(before.received.index, before.durable.index, before.offered)
      }
      cutting = before.cutting
      offered = before.offered
      onceReceived = before.onceReceived
      onceWritten = before.onceWritten
      onceDurable = before.onceDurable
      noteEnds(of: before)
      // It had nothing to lose since it was last stopped, wiped or cut.
      durableBefore = durable == .origin ? before.durableBefore : before.durable
      applied = before.applied
      term = before.term
      votedFor = before.votedFor
      votes = before.votes
      // Its calls for votes may be under way.
      campaign = before.campaign
      tookBack = before.tookBack
      doubts = before.doubts
    }

    /// Takes it that the log is durable through `end`, and has nothing behind that.
    mutating func stand(at end: LogPoint) {
      durable = end
      durableOneAgo = end
      durableTwoAgo = end
      written = end
      received = end
    }

    /// Notes the ends of a log that is about to lose some of them.
    mutating func noteEnds(of log: Seen) {
      onceReceived.note(log.received)
      onceWritten.note(log.written)
      onceDurable.note(log.durable)
    }

    /// The furthest end that it is, or lately was, known to hold durably.
    var durableEver: Index { max(durable.index, durableBefore.index) }
  }

  struct GivenVote: Equatable, Sendable {
    var term: Term
    var candidate: NodeID
  }
}
