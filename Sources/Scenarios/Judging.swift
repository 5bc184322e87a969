import Operations
import Positions

/// What a script expects, and what is there.
extension ScriptRunner {
  mutating func expect(
    _ condition: Condition, _ statement: ScriptStatement, _ snapshot: ClusterSnapshot
  ) -> Direction? {
    let found = condition.found(in: snapshot, names)
    let holds = condition.truth(in: snapshot, names) == .holds
    check(condition, found, holds: holds)
    guard holds else {
      return fail(statement, expected: condition.description, found: found)
    }
    note(.holds, "\(condition)\n\(found)")
    return done()
  }

  mutating func watch(
    _ condition: Condition, _ statement: ScriptStatement, _ snapshot: ClusterSnapshot
  ) -> Direction? {
    watches.append(Watch(condition: condition, place: statement.place))
    note(.holds, "from here on: \(condition)")
    checkWatches(snapshot)
    return failure == nil ? done() : nil
  }

  mutating func remember(
    _ name: String, _ expression: Expression, _ statement: ScriptStatement,
    _ snapshot: ClusterSnapshot
  ) -> Direction? {
    guard let value = expression.value(in: snapshot, names) else {
      return fail(
        statement, expected: "a number for \(name)", found: "\(expression) is not known")
    }
    names[name] = value
    note(.let, "\(name) = \(value)")
    return done()
  }

  /// Looks whether everything still holds that must hold to the end. What nobody knows breaks nothing.
  mutating func checkWatches(_ snapshot: ClusterSnapshot) {
    guard failure == nil else { return }
    for watch in watches where watch.condition.truth(in: snapshot, names) == .fails {
      // It is told once.
      watches.removeAll { $0 == watch }
      let found = watch.condition.found(in: snapshot, names)
      check(watch.condition, found, holds: false)
      fail(
        at: watch.place, expected: "\(watch.condition) to hold from here to the end", found: found)
      return
    }
  }

  mutating func check(_ condition: Condition, _ found: String, holds: Bool) {
    narration.checks.append(
      Narration.Check(condition.description, found: found, holds: holds))
  }
}

extension ClusterSnapshot {
  /// Whether somebody leads, where there are leaders.
  var hasLeader: Bool {
    switch model {
    case .singleLeader(let model): model.leader != nil
    case .multiLeader, .leaderless: true
    }
  }

  /// Whether the write or read that was given last is answered, and how.
  public func answer(to command: Command) -> (isAnswered: Bool, text: String) {
    let isRead = if case .read = command { true } else { false }
    if !isRead {
      switch lastWrite?.state {
      case .acknowledged(let node): return (true, "acknowledged by \(node)")
      case .refused(let why): return (true, "refused: \(why)")
      case .unanswered: return (true, "unanswered: its outcome is unknown")
      case .waiting, nil: return (false, "still waiting for its acknowledgement")
      }
    }
    let from = lastRead?.from.map { "from \($0): " } ?? ""
    let stale = lastRead?.isStale ?? false ? " (stale)" : ""
    switch lastRead?.state {
    case .value(let value): return (true, "\(from)\"\(value)\"\(stale)")
    case .values(let values):
      let siblings = values.map { "\"\($0)\"" }.joined(separator: ", ")
      return (true, "\(from)siblings \(siblings)\(stale)")
    case .missing: return (true, "\(from)missing\(stale)")
    case .unanswered: return (true, "unanswered")
    case .waiting, nil: return (false, "still unanswered")
    }
  }
}
