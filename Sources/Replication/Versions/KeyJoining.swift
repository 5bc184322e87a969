import Positions

extension KeyState {
  /// Takes in what another replica knows of the key.
  ///
  /// - Parameter meetings: pairs that met here and did not know of one another are appended.
  /// - Returns: whether anything was learnt.
  @discardableResult
  public mutating func join(
    _ other: KeyState, rule: MergeRule, meetings: inout [Meeting]
  ) -> Bool {
    if context.covers(other.context) {
      // What it knows is known: entries it no longer has were superseded there, and so they are here.
      if other.context == context || entries.allSatisfy({ !other.supersedes($0) }) { return false }
    }
    if other.succeeds(self), rule != .lastWriterWins || other.entries.count <= 1 {
      self = other
      return true
    }
    let mine = entries
    var kept = mine.filter { !other.supersedes($0) }
    let theirs = other.entries.filter { !context.covers($0.dot) }
    note(kept, theirs, knownTo: other, rule, &meetings)
    if !theirs.isEmpty {
      kept.append(contentsOf: theirs)
      kept.sort { $0.dot < $1.dot }
    }
    if rule == .lastWriterWins, kept.count > 1, var best = kept.first {
      for entry in kept where entry.wins(over: best) { best = entry }
      kept = [best]
    }
    entries = kept
    context.join(other.context)
    return true
  }

  /// Whether the join with `old` is this and nothing else, and nothing met: all that is known there is
  /// known here, and of what stands here nothing was superseded there. Most joins are of that kind.
  private func succeeds(_ old: KeyState) -> Bool {
    context.covers(old.context)
      && entries.allSatisfy { entry in
        !old.context.covers(entry.dot) || old.entries.contains { $0.dot == entry.dot }
      }
  }

  /// Whether `entry` is known here and stands no more.
  private func supersedes(_ entry: Entry) -> Bool {
    context.covers(entry.dot) && !entries.contains { $0.dot == entry.dot }
  }

  /// Pairs of mine and theirs that did not know of one another.
  private func note(
    _ mine: [Entry], _ theirs: [Entry], knownTo other: KeyState, _ rule: MergeRule,
    _ meetings: inout [Meeting]
  ) {
    for one in mine where !other.context.covers(one.dot) {
      for two in theirs {
        switch rule {
        case .lastWriterWins:
          let isMine = one.wins(over: two)
          meetings.append(
            Meeting(
              winner: isMine ? one : two, loser: isMine ? two : one, outcome: .lastWriterWon))
        case .siblings: meetings.append(Meeting(one, two, .kept))
        case .growCounter, .counter: meetings.append(Meeting(one, two, .merged))
        case .set where one.payload == two.payload: meetings.append(Meeting(one, two, .merged))
        case .set: break
        }
      }
    }
  }
}
