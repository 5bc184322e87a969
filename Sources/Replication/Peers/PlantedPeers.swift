import Positions

// What a node does instead where a bug is planted, of several leaders or without one; see `PlantedBug`.
extension MultiLeaderReplica: Plantable {
  #if PlantedBugs
    /// The bug planted in it; nil: none.
    public var planted: PlantedBug? { policy.planted }
  #endif
}

extension LeaderlessReplica: Plantable {
  #if PlantedBugs
    /// The bug planted in it; nil: none.
    public var planted: PlantedBug? { policy.planted }
  #endif

  /// A quorum, or one less where that is the bug.
  func needed(_ quorum: Quorum, _ bug: PlantedBug) -> Quorum {
    isPlanted(bug) ? Quorum(current: quorum.current - 1, former: quorum.former) : quorum
  }

  /// Where a write is whose version a node has.
  func place(ofWrite number: UInt64) -> Int? {
    if isPlanted(.lateAnswersCount) {
      let place = Int(number >> 3 & (1 << 18 - 1))
      return place < writes.values.count && writes.values[place] != nil ? place : nil
    }
    return writes.place(of: number)
  }

  /// Counts a replica's second word as that of another.
  mutating func countAnother(of place: Int, since slot: Int) {
    guard let slots = writes.values[place]?.slots, slots[slot].hasAnswered,
      let next = slots.firstIndex(where: { !$0.hasAnswered })
    else { return }
    writes.values[place]?.slots[next].hasAnswered = true
  }

  /// What a client hears whose write's time is over.
  func answerInVain(_ write: PendingWrite) -> PeerAnswer {
    guard isPlanted(.timeoutsAreSuccesses) else { return .timedOut }
    return .written(
      dot: write.dot, needed: write.quorum.current, context: write.context,
      applied: VersionVector())
  }

  /// What a read shows of a key.
  func shown(_ state: KeyState) -> KeyState {
    guard isPlanted(.readsShowOneSibling),
      let best = state.entries.max(by: { $0.clock < $1.clock })
    else { return state }
    return KeyState(context: state.context, entries: [best])
  }

  /// Whether the hash tree does not hear of a key's new state; nil: it is forgotten.
  func isHidden(_ state: KeyState?) -> Bool {
    guard let state else { return isPlanted(.treesMissForgottenKeys) }
    return state.isDeleted && isPlanted(.treesMissDeletions)
  }

  /// Whether nobody hears of something.
  func isSilent(_ note: PeerNote) -> Bool {
    if case .hintExpired = note { isPlanted(.hintsExpireSilently) } else { false }
  }
}
