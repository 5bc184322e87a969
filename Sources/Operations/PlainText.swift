import Positions

/// Snapshots, events and summaries as plain lines, for people, screen readers and logs.
public enum PlainText {
  /// An event's line.
  public static func event(_ event: Event) -> String {
    "\(event.at) \(event.kind.rawValue): \(event.text)"
  }

  /// A snapshot's line.
  public static func snapshot(_ snapshot: ClusterSnapshot) -> String {
    let rates =
      "\(whole(snapshot.clients.writesPerSecond)) writes/s, "
      + "\(whole(snapshot.clients.readsPerSecond)) reads/s, lost \(snapshot.ledger.lost)"
    return "\(snapshot.at) state: \(standing(snapshot)), \(rates)"
      + counts(snapshot.model).map { ", \($0.name) \($0.count)" }.joined() + "; "
      + nodes(snapshot).joined(separator: ", ")
  }

  private static func standing(_ snapshot: ClusterSnapshot) -> String {
    if let model = snapshot.model.singleLeader {
      let leader = model.leader.map { "\($0) leads term \(model.term.epoch)" } ?? "no leader"
      return "\(leader), commit \(model.commit)"
    }
    let running = snapshot.nodes.filter { $0.state == .running }.count
    return "\(running) of \(snapshot.nodes.count) nodes run"
  }

  /// How each node stands, at most eight.
  private static func nodes(_ snapshot: ClusterSnapshot) -> [String] {
    let leader = snapshot.model.singleLeader?.leader
    return snapshot.nodes.filter { $0.id != leader }.prefix(8).map { node in
      guard node.state == .running || node.state == .recovering else {
        return "\(node.id) \(node.state.rawValue)"
      }
      switch snapshot.model {
      case .singleLeader: return "\(node.id) -\(node.lag.bytes)B"
      case .multiLeader(let model): return "\(node.id) behind \(model.behind(node.id))"
      case .leaderless(let model):
        let place = model.ring.first { $0.node == node.id }
        return "\(node.id) hints \(place?.hints ?? 0)"
      }
    }
  }

  /// What only clusters count in which several nodes take writes.
  private static func counts(_ model: ModelSnapshot) -> [(name: String, count: Int)] {
    guard let versions = model.versions else { return [] }
    var counts = [
      ("conflicts", versions.conflicts), ("losers", versions.losers),
      ("siblings", versions.siblings), ("divergent keys", versions.divergentKeys),
    ]
    if let model = model.leaderless {
      counts += [
        ("hints", model.hints), ("repairs", model.repairs), ("unavailable", model.unavailable),
      ]
    }
    return counts.map { (name: $0.0, count: $0.1) }
  }

  /// Lost writes, conflicts and keys with siblings that are told one by one.
  private static let listed = 5

  /// The last lines.
  public static func summary(_ snapshot: ClusterSnapshot) -> String {
    let ledger = snapshot.ledger
    var lines = [
      "summary: \(snapshot.nodes.count) nodes, \(leadership(snapshot.model)), "
        + "\(ledger.acknowledged) writes acknowledged, \(ledger.lost) lost, "
        + "\(ledger.staleReads) stale reads, "
        + counts(snapshot.model).map { "\($0.name) \($0.count), " }.joined()
        + "\(ledger.findingCount) findings, \(ledger.violationCount) violations"
    ]
    lines += lost(snapshot)
    if let versions = snapshot.model.versions { lines += self.versions(versions) }
    lines += ledger.findings.map { "  finding: \($0)" }
    lines += ledger.violations.map { "  violation: \($0)" }
    if let history = snapshot.history {
      lines.append(
        "seed \(history.seed), \(history.handled) events, trace \(TraceText.hash(history.traceHash))"
      )
    }
    return lines.joined(separator: "\n")
  }

  private static func leadership(_ model: ModelSnapshot) -> String {
    guard let model = model.singleLeader else { return model.name.rawValue }
    return "\(model.leader.map { "\($0) leads" } ?? "no leader"), term \(model.term.epoch)"
  }

  private static func lost(_ snapshot: ClusterSnapshot) -> [String] {
    let ledger = snapshot.ledger
    let hasRecords = snapshot.model.singleLeader != nil
    var lines = ledger.lostWrites.prefix(listed).map {
      "  lost: \($0.key)\(hasRecords ? " (record \($0.index))" : ""): \($0.why)"
    }
    if ledger.lost > listed, !ledger.lostWrites.isEmpty {
      lines.append("  lost: and \(ledger.lost - listed) more (--json lists the last hundred)")
    }
    return lines
  }

  private static func versions(_ versions: VersionsSnapshot) -> [String] {
    var lines = versions.newest.suffix(listed).map { conflict in
      "  conflict: \(TextForm.legible(conflict.key)) (\(conflict.rule)): \(conflict.ending.rawValue): "
        + "\(version(conflict.winner)) \(conflict.ending.losesOne ? "over" : "and") "
        + "\(version(conflict.loser)), found by \(conflict.node) at \(conflict.at)"
    }
    if versions.conflicts > lines.count, !lines.isEmpty {
      lines.append(
        "  conflict: and \(versions.conflicts - lines.count) before (--json lists the last fifty)")
    }
    let keys = versions.siblingKeys.prefix(listed)
    lines += keys.map { siblings in
      "  siblings: \(TextForm.legible(siblings.key)): "
        + siblings.versions.map(version).joined(separator: ", ")
    }
    if versions.siblings > keys.count, !keys.isEmpty {
      lines.append(
        "  siblings: and \(versions.siblings - keys.count) keys more (--json lists the first twenty)"
      )
    }
    return lines
  }

  /// A version, with who wrote it and what its writer's clock said.
  private static func version(_ version: VersionSnapshot) -> String {
    let value = version.value.map { "\"\(TextForm.legible($0))\"" } ?? "deleted"
    let writer = version.dot.actor.node.map { "\($0)" } ?? "nobody"
    return "\(value) (\(writer), clock \(version.clock))"
  }

  private static func whole(_ value: Double) -> String { String(Int(value.rounded())) }
}

extension ConflictSnapshot.Ending {
  /// Whether one of the two values is gone.
  fileprivate var losesOne: Bool {
    switch self {
    case .lastWriterWon, .lostByClock: true
    case .merged, .kept: false
    }
  }
}
