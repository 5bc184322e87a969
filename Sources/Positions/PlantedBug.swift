/// A mutation of protocol or log, planted to see whether the checkers find it.
///
/// Each case says what is done wrong and which promise that breaks. They are there only where the
/// package is built with its trait `PlantedBugs`, as tests are: without it ``Plantable/isPlanted(_:)``
/// is the constant false, and what would be wrong is no part of the program.
public enum PlantedBug: String, CaseIterable, Sendable {
  // MARK: Votes and terms

  /// A vote is said to be durable and is never written: a restart takes the term back.
  case votesAreNotSaved
  /// A vote is written and not synced: a crash takes the term back.
  case votesAreNotSynced
  /// A vote is sent before it is durable: a crash makes a second one possible.
  case votesAreSentBeforeDurable
  /// A candidate leads before its own vote is durable.
  case leadsBeforeOwnVoteIsDurable
  /// A vote is given in a term below one that was promised: fencing ends.
  case votesInLowerTerms
  /// A vote is given whatever log the candidate has: committed records are lost.
  case votesForAnyLog
  /// Logs are compared by their length only: a long dead branch wins over committed records.
  case votesForLongerLogs
  /// A candidate needs one vote less than a majority: two can win, and committed records are lost.
  case needsOneVoteLess
  /// Under K synchronous copies a promotion asks a majority only: it can miss them all.
  case asksMajorityUnderSemiSync
  /// A node that may have lost the tail of its log votes: what it had promised does not count.
  case suspectNodesVote
  /// An empty disk is taken for a new one: a node that lost everything votes.
  case lostDisksAreNew
  /// A restarted node begins in the first term: it promises again what it had promised.
  case restartsForgetTerms
  /// Campaigns begin without a pre-vote: a node that was cut off deposes a leader that does well.
  case noPreVote
  /// Nodes vote although they hear their leader: a deaf node deposes it again and again.
  case votesBesideALeader
  /// A candidate that loses waits for ever: nobody leads.
  case candidatesNeverGiveUp
  /// Lower terms are followed: a deposed leader overwrites committed records.
  case followsLowerTerms
  /// A leader that hears of a higher term goes on: there are two for ever.
  case deposedLeaderStays
  /// A leader that reaches no majority goes on, although check quorum is on.
  case checkQuorumIsSkipped

  // MARK: Acknowledgement and commit

  /// A leader counts its own records before they are durable.
  case countsBeforeFlush
  /// A follower says that it holds durably what it has in memory.
  case reportsBeforeFlush
  /// A follower says that it holds its whole log, shared with the leader or not (ABA).
  case reportsForeignRecords
  /// A heartbeat is taken for proof that logs agree, although the terms differ.
  case heartbeatsMatchByIndex
  /// Records of earlier terms are committed by counting copies.
  case commitsOlderTermsByCounting
  /// What is durable on the leader alone is committed.
  case commitsAlone
  /// Copies of members that only learn count toward a majority.
  case countsLearners
  /// Heartbeats name the leader's last record as committed.
  case heartbeatsPromiseTooMuch
  /// A follower takes all of its log for committed that the leader's commit position covers.
  case commitsForeignRecords
  /// A follower whose disk is full takes records for matched that it did not take.
  case fullDisksMatch
  /// Records show before they are committed: reads show what is rolled back later.
  case showsBeforeCommit
  /// A leader that steps down tells those who wait that their writes are safe.
  case acknowledgesWhenDeposed
  /// Acknowledgement falls back to asynchronous and nobody is told.
  case degradesSilently
  /// Acknowledgement that fell back to asynchronous stays so.
  case staysDegraded

  // MARK: Reads and sessions

  /// A leader answers linearizable reads without asking whether it still leads.
  case readsWithoutAsking
  /// Answers to earlier rounds confirm a leader's reads.
  case oldRoundsConfirm
  /// A new leader answers reads before it has committed a record of its own.
  case readsBeforeOwnCommit
  /// A follower is told the read index of a leader that was not confirmed.
  case tellsUnconfirmedIndex
  /// A read does not wait until the state shows what it must.
  case readsDoNotWait
  /// A session forgets what it wrote.
  case sessionsForgetWrites
  /// A session forgets what it saw.
  case sessionsForgetReads
  /// A write that was sent again is applied again.
  case retriesAreApplied
  /// A checkpoint forgets which writes of each session it holds.
  case checkpointsForgetSessions

  // MARK: Divergence and catching up

  /// A follower cuts its log at its commit position whenever another leader comes.
  case truncatesByHighWaterMark
  /// What is cut off is not kept: lost writes have no names.
  case rollbackIsNotKept
  /// A state keeps the writes whose records were cut off.
  case statesAreNotRebuilt
  /// A leader's checkpoint replaces the log and not the state.
  case installedStatesAreDropped
  /// A follower whose log parts from the leader's is never mended.
  case forksAreNotMended
  /// Followers that have everything never hear what is committed.
  case idleFollowersHearNoCommit
  /// A member that learns never gets its vote.
  case learnersNeverVote
  /// A switchover whose target is silent is never given up: writes are refused for ever.
  case switchoversNeverEnd
  /// What the disk said to a frozen node is forgotten.
  case thawForgetsTheDisk

  // MARK: The log

  /// Records are called durable when they are handed over.
  case flushedBeforeSync
  /// Records are written and not synced.
  case recordsAreNotSynced
  /// New segments' names are not synced.
  case directoriesAreNotSynced
  /// Records appended while a flush is in flight are left in memory.
  case flushIsForgotten
  /// A failed sync is taken for a good one.
  case failedSyncsAreIgnored
  /// What was called durable is cut off when it has rotted.
  case recoveryTruncatesRot
  /// Watermarks behind a bad place are not looked at: rot is taken for a torn tail.
  case recoveryIgnoresWatermarks
  /// A torn tail is taken for rot: a node waits for records that nobody has.
  case recoveryTakesTornForRot
  /// A cut is forgotten before it is made: a crash brings the records back.
  case cutsAreNotMade
  /// The next segment's zeros land on records.
  case zerosLandOnRecords
}

/// Something that a bug can be planted in.
public protocol Plantable {
  #if PlantedBugs
    /// The bug; nil: none.
    var planted: PlantedBug? { get }
  #endif
}

extension Plantable {
  /// Whether `bug` is planted here; never where the package was built without its trait.
  @inlinable @inline(__always)
  public func isPlanted(_ bug: PlantedBug) -> Bool {
    #if PlantedBugs
      planted == bug
    #else
      false
    #endif
  }
}
