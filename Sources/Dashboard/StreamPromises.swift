import Canvas
import Operations
import Positions

/// What clients can rely on where every node takes writes, told from who runs, who hears whom, what
/// each has of the others' logs, and whose clock is right.
extension Pen {
  func streamGuarantees(
    _ model: MultiLeaderSnapshot, _ rect: Rect, on canvas: inout Canvas
  ) {
    guard let streams else { return }
    var rows = [
      safety(streams), seeing(streams), accepting(streams), conflictRule(model.versions),
    ]
    // What is wrong comes before what is always so.
    let wrong =
      risenKeys(model.versions) + broken(streams, model) + clocks + waitingKeys(model.versions)
    rows.insert(contentsOf: wrong, at: min(2, rows.count))
    promises(verdict(streams, model), rows, rect, on: &canvas)
  }

  private var up: [NodeSnapshot] { snapshot.nodes.filter(\.state.isUp) }

  private func count(_ number: Int, _ noun: String) -> String { Short.counted(number, noun) }

  // MARK: The verdict

  /// How long a loss is news.
  private static let news = Interval.seconds(10)

  private func verdict(_ streams: Streams, _ model: MultiLeaderSnapshot) -> Verdict {
    if up.isEmpty {
      return Verdict("NO WRITES", "no node runs", Style(.vermilion, bold: true).reversed)
    }
    let recent = model.versions.newest.filter { snapshot.at - $0.at < Self.news }
    if let clock = recent.last(where: { $0.ending == .lostByClock }) {
      let writer = clock.loser.dot.actor.node.map { "\($0)'s" } ?? "somebody's"
      return Verdict("LOST BY CLOCK", "\(writer) newer write lost to an older one", .loud)
    }
    if let verdict = Self.risen(model.versions) { return verdict }
    let stuck = snapshot.nodes.filter { !$0.state.isUp }.reduce(0) { $0 + streams.onlyAt($1.id) }
    if stuck > 0 {
      return Verdict(
        "AT RISK \(Short.count(Double(stuck)))",
        stuck == 1 ? "one write is on a dead node only" : "writes are on dead nodes only",
        Style(.orange, bold: true).reversed)
    }
    if recent.contains(where: { $0.ending == .lastWriterWon }) {
      return Verdict(
        "LOSING", "of two writes of a key at once, one is gone",
        Style(.orange, bold: true).reversed)
    }
    if !streams.unheard.isEmpty {
      return Verdict(
        "PARTED", "nodes go on, and drift apart", Style(.yellow, bold: true).reversed)
    }
    if model.versions.siblings > 0 {
      return Verdict(
        "CHOOSE", "\(count(model.versions.siblings, "key")) with siblings",
        Style(.yellow, bold: true).reversed)
    }
    let rule = snapshot.knobs.resolution
    if rule.losesWrites {
      return Verdict(
        "WEAK",
        rule == .lastWriterWins
          ? "of two writes at once, one will be lost" : "of two writes of an lww key, one is lost",
        Style(.yellow, bold: true).reversed)
    }
    return Verdict("KEPT", "no conflict loses a write", Style(.green, bold: true).reversed)
  }

  // MARK: The rows

  /// A write is on one disk only until the first other node has it.
  private func safety(_ streams: Streams) -> Promise {
    guard snapshot.nodes.count > 1 else {
      return fair("copies", "one: survives a crash, not disk loss")
    }
    let stuck = snapshot.nodes.filter { !$0.state.isUp && streams.onlyAt($0.id) > 0 }
    if !stuck.isEmpty {
      let writes = stuck.reduce(0) { $0 + streams.onlyAt($1.id) }
      return bad(
        "copies",
        "\(count(writes, "acked write")) only on \(names(stuck.map(\.id))), down: lost with the disk",
        "\(Short.count(Double(writes))) only on \(names(stuck.map(\.id)))")
    }
    let alone = up.map { (node: $0.id, time: streams.alone($0.id), writes: streams.onlyAt($0.id)) }
    let worst = alone.max {
      ($0.time ?? .seconds(86_400), $0.writes) < ($1.time ?? .seconds(86_400), $1.writes)
    }
    guard let worst, worst.writes > 0 else {
      return good(
        "copies", "acked by one; all are streamed to another by now", "acked by one; now on two")
    }
    return fair(
      "copies",
      "on its node only until streamed: worst \(time(worst.time)), \(count(worst.writes, "write")) of \(worst.node)",
      "on one disk until streamed: worst \(time(worst.time)) (\(worst.node))",
      "on its node only: \(time(worst.time)) (\(worst.node))",
      "one, for \(time(worst.time)) (\(worst.node))")
  }

  private func seeing(_ streams: Streams) -> Promise {
    if let first = streams.unheard.first {
      let more = streams.unheard.count > 1 ? " (+\(streams.unheard.count - 1) more)" : ""
      return bad(
        "reads",
        "\(first.taker) does not hear from \(first.origin): its readers see old values\(more)",
        "\(first.taker) deaf to \(first.origin): old values\(more)",
        "old: \(first.taker) deaf to \(first.origin)")
    }
    guard let worst = streams.worst else {
      return good("reads", "the same at every node, now", "the same everywhere")
    }
    return fair(
      "reads",
      "\(worst.to) shows \(worst.origin)'s writes \(time(worst.lag)) late; own writes at once",
      "\(worst.to) is \(time(worst.lag)) behind \(worst.origin)")
  }

  private func accepting(_ streams: Streams) -> Promise {
    let down = snapshot.nodes.filter { !$0.state.isUp }.map(\.id)
    guard !up.isEmpty else { return bad("writes", "nowhere: no node runs") }
    if down.isEmpty {
      return good("writes", "at every node; no node waits for another", "at every node")
    }
    return fair(
      "writes", "at \(names(up.map(\.id))); not at \(names(down))", "not at \(names(down))")
  }

  private func conflictRule(_ versions: VersionsSnapshot) -> Promise {
    let lost = versions.losers > 0 ? "; \(Short.grouped(versions.losers)) lost so far" : ""
    switch snapshot.knobs.resolution {
    case .lastWriterWins:
      return fair(
        "rule", "the later clock wins, the other write is lost\(lost)",
        "later clock wins\(lost)", "lww\(lost)")
    case .siblings: return good("rule", "both are kept until somebody chooses", "both are kept")
    case .types:
      return fair(
        "rule", "counter: set: mv: keys merge; others: later clock wins\(lost)",
        "types merge; others lww\(lost)", "types merge, else lww")
    case .custom: return ruleByPrefix(lost)
    }
  }

  // MARK: What is wrong

  /// A way through the topology that a dead node or a cut closes.
  private func broken(_ streams: Streams, _ model: MultiLeaderSnapshot) -> [Promise] {
    let unheard = streams.unheard
    guard !unheard.isEmpty else { return [] }
    let topology = snapshot.knobs.multiLeader.topology
    guard topology != .all else { return [] }
    let faults = Faults(snapshot, model)
    guard !faults.isEmpty else { return [] }
    let cuts = faults.cuts.prefix(3).map { "\($0.from)\(glyphs.arrowRight)\($0.to)" }
    let more = faults.cuts.count > 3 ? ["+\(faults.cuts.count - 3)"] : []
    let dead = faults.dead.isEmpty ? [] : [names(faults.dead)]
    let places = (dead + cuts + more).joined(separator: " ")
    guard faults.pieces.count > 1 else {
      let why =
        faults.dead.isEmpty
        ? "no other link carries what went there"
        : "nothing flows past, though the others run and could hear each other"
      return [
        bad(
          topology.rawValue, "broken at \(places): \(why)",
          "broken at \(places): nothing flows past", "broken at \(places)")
      ]
    }
    let pieces = faults.pieces.prefix(4).map { names($0) }.joined(separator: " | ")
    let rest = faults.pieces.count > 4 ? " | +\(faults.pieces.count - 4)" : ""
    let count = "\(faults.pieces.count) pieces"
    return [
      bad(
        topology.rawValue, "broken at \(places): in \(count), \(pieces)\(rest)",
        "\(places): \(count), \(pieces)\(rest)", "broken at \(places): \(count)",
        "\(count): \(places)", count)
    ]
  }

  /// Clocks that decide conflicts wrongly.
  private var clocks: [Promise] {
    let rule = snapshot.knobs.resolution
    guard rule.losesWrites else { return [] }
    return snapshot.nodes.compactMap { node in
      guard node.clockOffset != .zero else {
        guard node.clockDrift != 0 else { return nil }
        return fair("clock", "\(node.id)'s drifts by \(Short.fixed(node.clockDrift, 0)) ppm")
      }
      let off = Short.milliseconds(abs(node.clockOffset.milliseconds))
      let isBehind = node.clockOffset < .zero
      return bad(
        "clock",
        isBehind
          ? "\(node.id)'s is \(off) behind: its writes lose, newer or not"
          : "\(node.id)'s is \(off) ahead: its writes win, newer or not",
        isBehind
          ? "\(node.id) \(off) behind: its writes lose" : "\(node.id) \(off) ahead: its writes win",
        "\(node.id) \(isBehind ? "-" : "+")\(off)")
    }
  }

  func waitingKeys(_ versions: VersionsSnapshot) -> [Promise] {
    var lines: [Promise] = []
    if versions.siblings > 0 {
      let verb = versions.siblings == 1 ? "has" : "have"
      lines.append(
        fair(
          "keys", "\(count(versions.siblings, "key")) \(verb) siblings; v chooses",
          "\(versions.siblings) with siblings; v"))
    }
    if versions.divergentKeys > 0 {
      let verb = versions.divergentKeys == 1 ? "reads" : "read"
      lines.append(
        fair(
          "differ",
          "\(count(versions.divergentKeys, "key")) of \(Short.grouped(versions.keys))"
            + " \(verb) differently by node\(versions.countedAgo)",
          "\(count(versions.divergentKeys, "key")) of \(Short.grouped(versions.keys))"))
    }
    return lines
  }
}
