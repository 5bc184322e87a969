import Canvas
import Operations
import Positions

/// What clients can rely on where quorums take the place of leaders.
extension Pen {
  func quorumGuarantees(
    _ model: LeaderlessSnapshot, _ rect: Rect, on canvas: inout Canvas
  ) {
    let quorums = Quorums(snapshot, model)
    let wrong =
      risenKeys(model.versions) + standIns(model, quorums) + suspects + waitingKeys(model.versions)
    promises(
      verdict(model, quorums),
      [meeting(model, quorums), surviving(quorums)] + wrong
        + [copying(quorums), losing(model.versions), forgetting],
      rect, on: &canvas)
  }

  /// `12 %`, `0.4 %`: what is not all is never `100 %`, and what is not nothing never `0 %`.
  static func percent(_ share: Double) -> String {
    let value = share * 100
    if value > 0, value < 0.1 { return "<0.1 %" }
    if value >= 99.5, share < 1 { return ">99 %" }
    return "\(Short.fixed(value, value < 9.95 && value > 0 ? 1 : 0)) %"
  }

  private func verdict(_ model: LeaderlessSnapshot, _ quorums: Quorums) -> Verdict {
    let alarm = Style(.vermilion, bold: true).reversed
    if quorums.running == 0 { return Verdict("DOWN", "no node runs", alarm) }
    if quorums.unwritable > 0 || quorums.unreadable > 0 {
      let isWrites = quorums.unwritable >= quorums.unreadable
      let share = isWrites ? quorums.unwritable : quorums.unreadable
      let word = isWrites ? "writes" : "reads"
      let need = isWrites ? "W=\(quorums.write)" : "R=\(quorums.read)"
      return share == 1
        ? Verdict(
          "NO \(word.uppercased())",
          quorums.together < quorums.running
            ? "no \(need) replicas reach one another" : "fewer than \(need) replicas run", alarm)
        : Verdict(
          "STOPPED", "\(word) of \(Self.percent(share)) of keys: \(need)", alarm)
    }
    if let verdict = Self.risen(model.versions) { return verdict }
    let stale = model.measuredStaleness ?? 0
    if stale > 0, !quorums.overlap {
      return Verdict(
        "STALE \(Self.percent(stale))", "of reads so far were stale",
        Style(.orange, bold: true).reversed)
    }
    if quorums.isSloppy, model.hints > 0 {
      return Verdict(
        "SLOPPY", "stand-ins took \(Short.counted(model.hints, "write"))",
        Style(.orange, bold: true).reversed)
    }
    let down = snapshot.nodes.count - quorums.together
    if down > 0, min(quorums.writesAfter, quorums.readsAfter) == 0 {
      let what =
        quorums.writesAfter > 0 ? "reads" : quorums.readsAfter > 0 ? "writes" : "reads and writes"
      return Verdict(
        "NO SPARE", "one more stops \(what)", Style(.yellow, bold: true).reversed)
    }
    if stale > 0 {
      // The share is of the whole run: what was missed may be of a time when less was promised.
      return Verdict(
        "STALE \(Self.percent(stale))", "of reads so far; now \(quorums.sum)",
        Style(.yellow, bold: true).reversed)
    }
    if !quorums.overlap {
      return Verdict(
        "WEAK", "\(quorums.sum): a read may miss the latest", Style(.yellow, bold: true).reversed)
    }
    return Verdict(
      "MEETS", "\(quorums.sum): reads meet every acked write",
      Style(.green, bold: true).reversed)
  }

  // MARK: The rows

  /// Whether a read meets the latest write, as counted and as predicted.
  private func meeting(_ model: LeaderlessSnapshot, _ quorums: Quorums) -> Promise {
    let predicted = model.predictedStaleness.map { " (predicted \(Self.percent($0)))" } ?? ""
    let missed = model.measuredStaleness.map { "\(Self.percent($0)) missed so far" }
    let also = missed.map { "; \($0)" } ?? ""
    if quorums.isSloppy, quorums.read + quorums.write > quorums.replicas {
      return fair(
        "reads", "R+W>N promises nothing while stand-ins take writes\(also)",
        "R+W>N void with stand-ins\(also)", "R+W>N void\(also)", "R+W>N void with stand-ins")
    }
    if quorums.overlap {
      guard (model.measuredStaleness ?? 0) > 0 else {
        return good(
          "reads", "a read meets the latest acked write\(also)\(missed == nil ? "" : predicted)",
          "meet the latest write\(also)", "\(quorums.sum)\(also)")
      }
      return fair(
        "reads", "\(quorums.sum): a read meets the latest acked write; yet \(missed ?? "")",
        "\(quorums.sum) now, yet \(missed ?? "")", missed ?? "")
    }
    guard let share = missed else {
      return fair("reads", "a read may miss the latest write\(predicted)", "may miss the latest")
    }
    return fair(
      "reads", "a read may miss the latest write; \(share)\(predicted)", "\(share)\(predicted)",
      share)
  }

  /// How many more nodes may fail, whichever they are.
  private func surviving(_ quorums: Quorums) -> Promise {
    let (writes, reads) = (quorums.writesAfter, quorums.readsAfter)
    func word(_ failures: Int) -> String {
      failures < 0
        ? "have stopped" : failures == 0 ? "stop at the next" : "survive \(failures) more"
    }
    func short(_ failures: Int) -> String { failures < 0 ? "stopped" : "\(failures) more" }
    let nodes = "node\(writes == 1 ? "" : "s")"
    let texts: [String]
    if writes == reads, writes >= 0 {
      texts =
        writes == 0
        ? ["the next failure stops reads and writes", "the next failure stops both"]
        : [
          "any \(writes) more \(nodes) may fail, and all goes on",
          "any \(writes) more \(nodes) may fail",
        ]
    } else {
      texts = [
        "writes \(word(writes)), reads \(word(reads))",
        "writes \(short(writes)), reads \(short(reads))",
      ]
    }
    let least = min(writes, reads)
    return Promise(
      glyph: least < 0 ? glyphs.cross : least == 0 ? "~" : glyphs.check,
      style: Style(least < 0 ? .vermilion : least == 0 ? .yellow : .green, bold: true),
      label: "fails", texts: texts)
  }

  private func copying(_ quorums: Quorums) -> Promise {
    let (write, replicas) = (quorums.write, quorums.replicas)
    let ways = snapshot.knobs.leaderless.waysToTheRest
    guard write < replicas else {
      let text = replicas == 1 ? "acked on the only disk" : "acked on all \(replicas) disks"
      return write > 1 ? good("copies", text) : fair("copies", text)
    }
    let list = ways.isEmpty ? "nothing" : ways.joined(separator: ", ")
    let rest = "rest by \(list)\(ways.count == 1 ? " only" : "")"
    let isSafe = write > 1 && !ways.isEmpty
    return Promise(
      glyph: isSafe ? glyphs.check : "~", style: Style(isSafe ? .green : .yellow, bold: true),
      label: "copies",
      texts: [
        "acked on \(write) disks of \(replicas); the \(rest)",
        "acked on \(write) of \(replicas); the \(rest)",
        "acked on \(write) of \(replicas); \(rest)".replacing("Merkle trees", with: "Merkle"),
        "acked on \(write) of \(replicas) disks",
      ])
  }

  private func losing(_ versions: VersionsSnapshot) -> Promise {
    let lost = versions.losers > 0 ? "; \(Short.grouped(versions.losers)) lost so far" : ""
    switch snapshot.knobs.resolution {
    case .lastWriterWins:
      return fair(
        "rule", "the later clock wins, the other write is lost\(lost)", "later clock wins\(lost)",
        "lww\(lost)")
    case .siblings: return good("rule", "both are kept until somebody chooses", "both are kept")
    case .types:
      return fair(
        "rule", "types merge; others: later clock wins\(lost)", "types, else lww\(lost)",
        "types, else lww")
    case .custom: return ruleByPrefix(lost)
    }
  }

  /// Rules by prefix, and whether any of them lets a write be lost.
  func ruleByPrefix(_ lost: String) -> Promise {
    let resolution = snapshot.knobs.resolution
    let rules = resolution.prefixes.map {
      "\($0.prefix.isEmpty ? "*" : $0.prefix)\(glyphs.arrowRight)\($0.rule.rawValue)"
    }
    let isWhole = resolution.prefixes.contains { $0.prefix.isEmpty }
    let rest = isWhole ? "" : ", else lww"
    let text = "\(rules.joined(separator: " "))\(rest)"
    return resolution.losesWrites
      ? fair("rule", "\(text)\(lost)", text, "by key\(isWhole ? ", some lww" : rest)\(lost)")
      : good("rule", "\(text); no write is lost", text, "by key; none is lost")
  }

  private var forgetting: Promise {
    switch snapshot.knobs.leaderless.tombstones {
    case .untilAll:
      good("delete", "is kept until all replicas have it", "kept until all have it")
    case .grace(let time):
      fair(
        "delete",
        "forgotten after \(Short.duration(time)): a node away longer brings the key back",
        "forgotten after \(Short.duration(time))")
    }
  }

  // MARK: What is wrong

  /// That deleted keys are there again, however well quorums meet.
  static func risen(_ versions: VersionsSnapshot) -> Verdict? {
    guard versions.risen > 0 else { return nil }
    return Verdict(
      "RISEN \(Short.count(Double(versions.risen)))",
      versions.risen == 1 ? "a deleted key came back" : "deleted keys came back", .loud)
  }

  func risenKeys(_ versions: VersionsSnapshot) -> [Promise] {
    guard versions.risen > 0 else { return [] }
    let keys = Short.counted(versions.risen, "deleted key")
    return [
      bad(
        "risen", "\(keys) came back: a tombstone went before every replica had it",
        "\(keys) came back: tombstone gone", "\(keys) came back")
    ]
  }

  private func standIns(_ model: LeaderlessSnapshot, _ quorums: Quorums) -> [Promise] {
    var lines: [Promise] = []
    if model.hints > 0 {
      let wait = model.hints == 1 ? "waits" : "wait"
      let keepers = model.ring.filter { $0.hints > 0 }.map(\.node)
      lines.append(
        fair(
          "hints",
          "\(Short.grouped(model.hints)) \(wait) on \(names(keepers)); lost with their disks",
          "\(Short.grouped(model.hints)) \(wait) on \(names(keepers))"))
    }
    if model.unavailable > 0 {
      lines.append(
        bad(
          "refuse", "\(Short.grouped(model.unavailable)) refused: too few replicas",
          "\(Short.grouped(model.unavailable)): too few replicas"))
    }
    return lines
  }

  /// Nodes that run and are thought to be down by one that runs.
  private var suspects: [Promise] {
    let wronged = suspected
    guard !wronged.isEmpty else { return [] }
    let list = names(wronged)
    let (verb, them) = wronged.count == 1 ? ("runs", "it") : ("run", "them")
    return [
      fair("down?", "\(list) \(verb), but most think \(them) down", "\(list) \(verb), thought down")
    ]
  }
}
