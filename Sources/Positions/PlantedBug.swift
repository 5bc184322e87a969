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

  // MARK: Versions of a key

  /// A join takes the other's state in the place of its own: versions that stood beside it are gone.
  case joinsOverwrite
  /// A join keeps what the other knows to be superseded: dead versions stand again.
  case joinsKeepSuperseded
  /// A join takes versions over and not what they superseded: dead versions come back.
  case joinsForgetContexts
  /// Of two last writers the one wins whose version arrives later: replicas differ for ever.
  case lastArrivalWins
  /// Clocks less than ten milliseconds apart are taken for equal, and a replica prefers its own version.
  case closeClocksAreLocal
  /// A last writer wins where it writes, whatever its clock: a later version is gone.
  case writersAlwaysWin
  /// A join of counters takes one other actor's part over only: increments are lost.
  case countersKeepOnePart
  /// A join of counters adds an actor's totals where the newer one has the older in.
  case countersAddTotals
  /// A join of sets takes elements out that the other never saw added.
  case removalsWinOverAdds
  /// A write takes the place of siblings that its client never saw.
  case writesReplaceUnseen
  /// A write does not remember what its client saw and its coordinator lacks: that comes back.
  case writesForgetWhatTheyReplace
  /// A write is sent without what it knew: the versions that it replaces stay elsewhere.
  case writesTravelWithoutContext
  /// A restarted node counts on from its disk in the name of its first start: dots are used twice.
  case dotsAreReused
  /// A node counts anew the dots of a key that it forgot: they are used twice.
  case forgottenDotsAreReused

  // MARK: Several leaders

  /// A leader answers, and streams, what is not durable: a crash takes back what was acknowledged.
  case answersBeforeDurable
  /// Writes are applied before those that their writers knew of: causal order ends.
  case causalOrderIsIgnored
  /// Writes are applied although earlier ones of their writer are missing.
  case gapsAreIgnored
  /// A write that comes a second time is applied a second time.
  case repeatedWritesAreApplied
  /// A write does not say what its writer knew: others can't keep the causal order.
  case dependenciesAreNotTold
  /// A hub, or a ring's node, does not forward: who is further away never hears of a write.
  case hubsDoNotForward
  /// A state that is taken over takes the place of what came meanwhile.
  case statesOverwrite
  /// A state counts as taken when its first part has come.
  case statesCountBeforeTheyAreTaken
  /// A node that has taken a part of a state says that it shows no more than it has applied.
  case partsOfStatesAreShown
  /// Keys of a state that is taken over are not logged: a crash takes them back.
  case takenStatesAreNotLogged
  /// Others' writes are not logged: a crash takes them back, and they are forwarded to nobody.
  case takenWritesAreNotLogged
  /// Nobody passes on the writes of a node that lost them: replicas differ for ever.
  case writesOfTheGoneAreNotPassedOn
  /// Who lacks writes for long is not looked after.
  case rescuesAreSkipped
  /// A leader does not wait for what a session must be shown.
  case leadersIgnoreSessions

  // MARK: Quorums

  /// A coordinator counts its own copy before it is durable.
  case coordinatorsCountAtOnce
  /// A replica confirms a version before it is durable.
  case replicasConfirmAtOnce
  /// A replica confirms at once what it knows already, durable or not.
  case knownVersionsAreConfirmedAtOnce
  /// A write is acknowledged with W - 1 copies.
  case acknowledgesWithOneLess
  /// A read is answered with R - 1 answers.
  case readsWithOneLess
  /// A repeated confirmation counts as another replica's.
  case replicasCountTwice
  /// A confirmation that comes too late counts for the request that has its place now.
  case lateAnswersCount
  /// A write whose time is over is acknowledged.
  case timeoutsAreSuccesses
  /// A replica whose disk is full confirms what it did not store.
  case fullDisksConfirm
  /// A read shows the version of the latest clock, and none of its siblings.
  case readsShowOneSibling
  /// A request that was sent on twice is taken twice.
  case forwardsAreTakenTwice

  // MARK: Hints, repair and tombstones

  /// A hint is let go of when it is sent.
  case hintsAreDoneWhenSent
  /// A node that restarts does not read the hints in its log.
  case recoveryForgetsHints
  /// Hints are given up and nobody is told.
  case hintsExpireSilently
  /// A node that was down once is down for ever.
  case nodesStayDown
  /// What a read sends to mend a replica takes the place of what is there.
  case repairsOverwrite
  /// What anti-entropy sends takes the place of what is there.
  case exchangesOverwrite
  /// Anti-entropy looks at every other range only: keys differ for ever.
  case exchangesSkipRanges
  /// Hash trees do not hear of deletions.
  case treesMissDeletions
  /// Hash trees do not hear of keys that are forgotten.
  case treesMissForgottenKeys
  /// Hash trees do not hear of what repairs bring.
  case treesMissRepairs
}
