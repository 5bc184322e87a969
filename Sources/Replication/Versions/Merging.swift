import Positions

/// How a replica changes a key and joins what others know of it: by the key's rule.
///
/// A key's state is a value and knows of no policy; here a bug can be planted in what becomes of it.
struct Merging: Plantable {
  /// How the key's conflicts end.
  var rule: MergeRule
  #if PlantedBugs
    /// The bug planted in it; nil: none.
    var planted: PlantedBug?
  #endif

  /// Joins what another replica knows of the key; see ``KeyState/join(_:rule:meetings:)``.
  func join(
    _ other: KeyState, into state: inout KeyState, _ meetings: inout [Meeting]
  ) -> Bool {
    if let wrong = wronglyJoined(state, other) {
      let isLearnt = wrong != state
      state = wrong
      return isLearnt
    }
    return state.join(other, rule: rule, meetings: &meetings)
  }

  /// Makes a client's change; see ``KeyState/change(_:rule:dot:clock:seen:meetings:)``.
  func make(
    _ change: Change, in state: inout KeyState, dot: Dot, clock: Instant, seen: VersionVector?,
    _ meetings: inout [Meeting]
  ) throws(ChangeProblem) {
    let known = isPlanted(.writesForgetWhatTheyReplace) ? state.context : nil
    try state.change(
      change, rule: rule, dot: dot, clock: clock,
      seen: isPlanted(.writesReplaceUnseen) ? nil : seen, meetings: &meetings)
    if let known {
      state.context = known
      state.context.insert(dot)
    }
    if isPlanted(.writersAlwaysWin) { winAlways(change, in: &state, dot, clock) }
  }
}

extension PeerPolicy: Plantable {
  /// How a key's versions come together.
  func merging(_ key: [UInt8]) -> Merging {
    #if PlantedBugs
      Merging(rule: rules.rule(for: key), planted: planted)
    #else
      Merging(rule: rules.rule(for: key))
    #endif
  }
}
