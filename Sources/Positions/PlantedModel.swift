/// Which kind of replicas a bug is planted in.
public enum PlantedModel: String, CaseIterable, Sendable {
  case singleLeader, multiLeader, leaderless
}

extension PlantedBug {
  /// The kind of replicas that it is looked for in. What is wrong with versions of keys could be so in
  /// others as well.
  public var model: PlantedModel {
    switch self {
    case .joinsKeepSuperseded, .joinsForgetContexts, .closeClocksAreLocal, .writersAlwaysWin,
      .countersKeepOnePart, .answersBeforeDurable, .causalOrderIsIgnored, .gapsAreIgnored,
      .repeatedWritesAreApplied, .dependenciesAreNotTold, .hubsDoNotForward, .statesOverwrite,
      .statesCountBeforeTheyAreTaken, .partsOfStatesAreShown, .takenStatesAreNotLogged,
      .takenWritesAreNotLogged, .writesOfTheGoneAreNotPassedOn, .rescuesAreSkipped,
      .leadersIgnoreSessions:
      .multiLeader
    case .joinsOverwrite, .lastArrivalWins, .countersAddTotals, .removalsWinOverAdds,
      .writesReplaceUnseen, .writesForgetWhatTheyReplace, .writesTravelWithoutContext,
      .dotsAreReused, .forgottenDotsAreReused, .coordinatorsCountAtOnce, .replicasConfirmAtOnce,
      .knownVersionsAreConfirmedAtOnce, .acknowledgesWithOneLess, .readsWithOneLess,
      .replicasCountTwice, .lateAnswersCount, .timeoutsAreSuccesses, .fullDisksConfirm,
      .readsShowOneSibling, .forwardsAreTakenTwice, .hintsAreDoneWhenSent, .recoveryForgetsHints,
      .hintsExpireSilently, .nodesStayDown, .repairsOverwrite, .exchangesOverwrite,
      .exchangesSkipRanges, .treesMissDeletions, .treesMissForgottenKeys, .treesMissRepairs:
      .leaderless
    default: .singleLeader
    }
  }
}
