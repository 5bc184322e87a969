#if PlantedBugs
  import Positions

  /// The seeds whose runs find the bugs.
  enum PlantedBugSeeds {
    static let killing: [PlantedBug: Int] = [
      .votesAreNotSaved: 2,
      .votesAreNotSynced: 4,
      .votesAreSentBeforeDurable: 1,
      .leadsBeforeOwnVoteIsDurable: 17,
      .votesInLowerTerms: 34,
      .votesForAnyLog: 38,
      .votesForLongerLogs: 1024,
      .needsOneVoteLess: 1,
      .suspectNodesVote: 1001,
      .lostDisksAreNew: 1001,
      .restartsForgetTerms: 29,
      .noPreVote: 1001,
      .followsLowerTerms: 8,
      .deposedLeaderStays: 1,
      .checkQuorumIsSkipped: 1001,
      .countsBeforeFlush: 2,
      .reportsBeforeFlush: 1,
      .heartbeatsMatchByIndex: 3,
      .commitsOlderTermsByCounting: 52,
      .commitsAlone: 1,
      .countsLearners: 2,
      .heartbeatsPromiseTooMuch: 1,
      .fullDisksMatch: 5,
      .showsBeforeCommit: 5,
      .acknowledgesWhenDeposed: 8,
      .degradesSilently: 6,
      .staysDegraded: 12,
      .readsWithoutAsking: 1033,
      .oldRoundsConfirm: 1300,
      .tellsUnconfirmedIndex: 24,
      .readsDoNotWait: 3,
      .sessionsForgetWrites: 38,
      .sessionsForgetReads: 3,
      .retriesAreApplied: 4,
      .rollbackIsNotKept: 1,
      .statesAreNotRebuilt: 1,
      .installedStatesAreDropped: 1518,
      .forksAreNotMended: 1,
      .idleFollowersHearNoCommit: 1,
      .learnersNeverVote: 1,
      .flushedBeforeSync: 4,
      .recordsAreNotSynced: 3,
      .directoriesAreNotSynced: 76,
      .flushIsForgotten: 13,
      .recoveryTruncatesRot: 2,
      .recoveryIgnoresWatermarks: 9,
    ]

    /// Bugs that no run has found yet, with what it would take.
    static let surviving: [PlantedBug: String] = [
      .asksMajorityUnderSemiSync:
        "both holders of a record must be away while three others elect",
      .votesBesideALeader:
        "the deaf node must be as advanced as those it asks",
      .candidatesNeverGiveUp:
        "a majority must lose a vote at once; healing restarts the others",
      .reportsForeignRecords:
        "a reply must come between a fork and its mending",
      .commitsForeignRecords:
        "a heartbeat must come between a fork and its mending",
      .readsBeforeOwnCommit:
        "a read must come in the milliseconds before a new leader's first commit",
      .checkpointsForgetSessions:
        "a write must be sent again across a checkpoint and a restart",
      .truncatesByHighWaterMark:
        "the node that cut must be elected before it has the records back",
      .switchoversNeverEnd:
        "healing ends the switchover as well",
      .thawForgetsTheDisk:
        "a node must be frozen while its vote or its last flush is under way",
      .failedSyncsAreIgnored:
        "the failed write must be the last before power goes",
      .recoveryTakesTornForRot:
        "peers nearly always have the records that it waits for",
      .cutsAreNotMade:
        "power must go right after a cut",
      .zerosLandOnRecords:
        "half of a large segment must be written within one slow fill",
    ]
  }
#endif
