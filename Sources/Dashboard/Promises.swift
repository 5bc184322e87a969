import Canvas
import Operations
import Positions

/// What clients of a single leader can rely on.
extension Pen {
  /// What clients of a single leader can rely on.
  func singleLeaderGuarantees(_ rect: Rect, on canvas: inout Canvas) {
    promises(verdict, [copies, writing, reading, electing] + troubles, rect, on: &canvas)
  }

  // MARK: The verdict

  private var facts: GuaranteesSnapshot { model.guarantees }

  private var policy: AcknowledgementPolicy { snapshot.knobs.acknowledgement }

  /// Whether acknowledgement waits for nobody but the leader.
  private var promisesOneCopy: Bool { policy == .asynchronous || model.degraded }

  private var verdict: Verdict {
    if let first = facts.futureless.first {
      let rate = facts.futureless.reduce(0) { $0 + $1.writesPerSecond }
      let heir = model.leader.map { "; \($0) leads" } ?? ""
      return Verdict(
        "LOSING \(Short.count(rate))/s", "clients use \(first.leader)\(heir)", .loud)
    }
    if case .wait(let why) = facts.writes {
      return Verdict("NO WRITES", why, Style(.vermilion, bold: true).reversed)
    }
    if facts.copies.isEmpty {
      return Verdict("LOST", "an acked write is on no disk that is left", .loud)
    }
    if facts.atRiskRecords > 0, snapshot.nodes.count > 1 {
      // Memory has them elsewhere, where that is enough to be counted.
      let disk = snapshot.knobs.waitFor == .received ? "on disk " : ""
      let only = model.leader.map { "\(disk)only on \($0)" } ?? "\(disk)on one node only"
      return Verdict(
        "AT RISK \(facts.atRiskRecords)",
        facts.atRiskRecords == 1 ? "an acked write is \(only)" : "acked writes are \(only)",
        Style(.orange, bold: true).reversed)
    }
    if facts.copies.count == 1 {
      return Verdict("ONE COPY", "on \(facts.copies[0])", Style(.yellow, bold: true).reversed)
    }
    if promisesOneCopy || !facts.failoverKeepsWrites {
      return Verdict(
        "WEAK", "a failover may lose acked writes", Style(.yellow, bold: true).reversed)
    }
    return Verdict("SAFE", "no failover loses an acked write", Style(.green, bold: true).reversed)
  }

  // MARK: The rows

  /// The disks that hold everything, those of dead nodes too: they come back with it.
  private var disks: String {
    let dead = facts.copies.filter { !facts.runningCopies.contains($0) }
    if facts.copies.count == snapshot.nodes.count, facts.copies.count > 3, dead.isEmpty {
      return "all \(facts.copies.count) disks"
    }
    let running = names(facts.runningCopies)
    if dead.isEmpty { return running }
    return running.isEmpty ? "\(names(dead)), down" : "\(running), and \(names(dead)), down"
  }

  private var copies: Promise {
    let asynchronous = "async"
    if snapshot.nodes.count == 1, let only = snapshot.nodes.first?.id {
      return fair(
        "copies", "one: survives a crash of \(only), not the loss of its disk",
        "one: survives a crash, not disk loss")
    }
    if facts.copies.isEmpty { return bad("copies", "none: an acked write is on no disk left") }
    if let old = facts.futureless.first?.leader, let heir = model.leader {
      return fair("copies", "\(heir)'s are on \(disks); \(old)'s are lost")
    }
    if promisesOneCopy {
      let who = model.degraded ? "degraded like async: one" : "\(asynchronous) promises one"
      guard facts.atRiskRecords == 0 else {
        let only = model.leader.map { "only on \($0)" } ?? "on one node only"
        let verb = facts.atRiskRecords == 1 ? "is" : "are"
        return fair(
          "copies", "\(who); \(Short.counted(facts.atRiskRecords, "acked write")) \(verb) \(only)",
          "one promised; \(facts.atRiskRecords) \(only)")
      }
      return fair("copies", "\(who); now on \(disks)", "one promised; now on \(disks)")
    }
    if snapshot.knobs.syncPolicy != .everyBatch {
      return fair("copies", "acked before fsync: a power cut may lose them", "acked before fsync")
    }
    if snapshot.knobs.waitFor == .received {
      return fair("copies", "acked from memory; on disk at \(disks)", "acked from memory")
    }
    guard facts.failoverKeepsWrites else {
      return fair("copies", "on \(disks); a failover may lose some", "on \(disks)")
    }
    return facts.copies.count > 1
      ? good("copies", "on \(disks); a failover keeps all", "on \(disks)")
      : fair("copies", "on \(disks) only")
  }

  private var writing: Promise {
    switch facts.writes {
    case .wait(let why):
      if model.leader == nil {
        if let soon = facts.nextElection {
          return bad("writes", "wait for an election, in \(Short.milliseconds(soon.milliseconds))")
        }
        let hope = facts.mostComplete.map { "; F \($0) promotes" } ?? ""
        return bad("writes", "wait: \(why)\(hope)", "\(why)\(hope)")
      }
      return bad("writes", "wait: \(why)", why)
    case .goOn(let failures, let limit):
      if let first = facts.futureless.first {
        let rate = Short.count(first.writesPerSecond)
        return bad("writes", "\(first.leader) acks \(rate) wr/s that are already lost")
      }
      if failures == 0 { return fair("writes", "go on; \(limit)", limit) }
      return good("writes", "go on after any \(failures) failure\(failures == 1 ? "" : "s")")
    }
  }

  private var reading: Promise {
    let all = snapshot.nodes.filter { $0.state == .running || $0.state == .suspect }
    // A fork that nobody applied shows nothing of itself: its node only shows what is old.
    let ghosts = all.filter { node in node.fork.map { node.applied > $0.at } ?? false }
    let stale = all.filter { node in
      !facts.freshReads.contains(node.id) && !ghosts.contains { $0.id == node.id }
    }
    if let ghost = ghosts.first {
      let fresh = facts.freshReads.isEmpty ? "" : "fresh on \(names(facts.freshReads)); "
      return bad(
        "reads", "\(fresh)\(ghost.id) shows writes that no longer exist",
        "\(ghost.id) shows writes that no longer exist", "\(ghost.id): writes that are gone")
    }
    if facts.freshReads.isEmpty { return bad("reads", "fresh nowhere") }
    if stale.isEmpty {
      guard facts.freshReads.count == snapshot.nodes.count else {
        return good("reads", "fresh on \(names(facts.freshReads))")
      }
      // What was acknowledged within the last fifth of a second may still be under way.
      let isExact = model.leader == nil || snapshot.nodes.count == 1
      return good("reads", isExact ? "fresh on every node" : "no node is over 0.2s behind")
    }
    let late = stale.prefix(4).map { "\($0.id) \(time($0.lag.time))" }.joined(separator: " ")
    let more = stale.count > 4 ? " +\(stale.count - 4)" : ""
    let fresh = "fresh on \(names(facts.freshReads))"
    return fair("reads", "\(fresh); stale: \(late)\(more)", "stale: \(late)\(more)")
  }

  private var electing: Promise {
    let able = snapshot.nodes.filter { $0.electable == .yes && $0.id != model.leader }.map(\.id)
    if snapshot.nodes.count == 1 {
      return model.leader == nil
        ? bad("elect", "nobody: the only node is down")
        : fair("elect", "nobody else")
    }
    let forced = facts.mostComplete.flatMap { $0 == model.leader ? nil : $0 }
    guard !able.isEmpty else {
      let why = snapshot.nodes.lazy.compactMap { node -> String? in
        guard case .no(let why) = node.electable, node.state == .running, node.role != .leader
        else { return nil }
        return "\(node.id) \(why)"
      }.first
      let force = forced.map { "; F \($0) forces" } ?? ""
      return bad(
        "elect", "nobody: \(why ?? "no other node runs")\(force)",
        "nobody\(why.map { ": \($0)" } ?? "")", "nobody\(force)")
    }
    let manual = snapshot.knobs.failover == .manual ? " (by hand: F)" : ""
    let not = snapshot.nodes.compactMap { node -> String? in
      guard case .no(let why) = node.electable, node.state == .running else { return nil }
      return "\(node.id) not: \(why)"
    }
    let list = "\(names(able))\(manual)"
    guard let first = not.first else { return good("elect", list) }
    return good("elect", "\(list); \(first)", list)
  }

  // MARK: What is wrong

  private var troubles: [Promise] {
    var lines: [Promise] = []
    let ledger = snapshot.ledger
    if ledger.lost > 0 {
      let keys = ledger.lostWrites.suffix(3).map(\.key).joined(separator: " ")
      let unknown = ledger.lostWrites.isEmpty ? "keys unknown yet" : keys
      lines.append(
        bad("lost", "\(ledger.lost) acked: \(unknown); L lists", "\(ledger.lost) acked; L lists"))
    }
    if facts.splitBrain {
      lines.append(
        bad("split", "\(model.leaders.map(\.description).joined(separator: " and ")) both lead"))
    }
    for node in snapshot.nodes {
      guard let ailment = node.ailment, node.state == .running else { continue }
      lines.append(fair("\(node.id)", ailment))
    }
    return lines
  }
}
