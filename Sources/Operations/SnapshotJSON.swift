import Positions

/// Snapshots, events and summaries as JSON, one object a line.
public enum SnapshotJSON {
  /// `{"snapshot": …}`.
  public static func snapshot(_ snapshot: ClusterSnapshot) -> String {
    var pairs = shared(snapshot, wholeRun: false)
    pairs.append(("links", links(snapshot)))
    return JSONText.object([("snapshot", .object(pairs))]).text
  }

  /// `{"event": …}`.
  public static func event(_ event: Event) -> String {
    JSONText.object([
      (
        "event",
        .object([
          ("number", .integer(event.number)), ("at", .number(event.at.sinceStart.seconds)),
          ("kind", .string(event.kind.rawValue)),
          ("node", .optional(event.node?.description)), ("text", .string(event.text)),
        ])
      )
    ]).text
  }

  /// `{"summary": …}`.
  public static func summary(_ snapshot: ClusterSnapshot) -> String {
    var pairs = shared(snapshot, wholeRun: true)
    let ledger = snapshot.ledger
    pairs.append(("violationList", .array(ledger.violations.map { .string($0) })))
    pairs.append(("findingList", .array(ledger.findings.map { .string($0) })))
    pairs.append(
      (
        "lostWrites",
        .array(
          ledger.lostWrites.map {
            .object([
              ("key", .string($0.key)), ("index", .unsigned($0.index.rawValue)),
              ("term", .unsigned($0.term.epoch)), ("why", .string($0.why)),
            ])
          })
      ))
    pairs.append(("lostUnlisted", .integer(ledger.lostUnlisted)))
    if let history = snapshot.history {
      pairs.append(("seed", .unsigned(history.seed)))
      pairs.append(("traceHash", .string(TraceText.hash(history.traceHash))))
      pairs.append(("handledEvents", .integer(history.handled)))
    }
    pairs.append(("knobs", .object(knobs(snapshot.knobs))))
    return JSONText.object([("summary", .object(pairs))]).text
  }

  private static func knobs(_ knobs: Knobs) -> [(String, JSONText)] {
    // The model has its own key.
    KnobTable.rows(of: knobs.model).filter { $0.name != "model" }.map {
      ($0.name, .string($0.value(knobs)))
    }
  }

  /// What snapshots and summaries share; a summary's rates are those of the whole run.
  private static func shared(
    _ snapshot: ClusterSnapshot, wholeRun: Bool
  ) -> [(String, JSONText)] {
    guard case .singleLeader(let model) = snapshot.model else { return [] }
    let ledger = snapshot.ledger
    let clients = snapshot.clients
    let seconds = max(snapshot.at.sinceStart.seconds, 1e-9)
    return [
      ("model", .string("single-leader")), ("at", .number(snapshot.at.sinceStart.seconds)),
      ("nodes", .integer(snapshot.nodes.count)), ("leader", .optional(model.leader?.description)),
      ("term", .unsigned(model.term.epoch)), ("leaders", .integer(model.leaders.count)),
      ("commit", .unsigned(model.commit.rawValue)), ("converged", .bool(snapshot.converged)),
      ("acknowledged", .integer(ledger.acknowledged)),
      (
        "acknowledgedThrough",
        .object([
          ("term", .unsigned(ledger.acknowledgedTerm.epoch)),
          ("index", .unsigned(ledger.acknowledgedThrough.rawValue)),
        ])
      ), ("lost", .integer(ledger.lost)),
      ("staleReads", .integer(ledger.staleReads)),
      ("violations", .integer(ledger.violationCount)),
      ("findings", .integer(ledger.findingCount)),
      (
        "writesPerSecond",
        .number(wholeRun ? Double(clients.acknowledged) / seconds : clients.writesPerSecond)
      ),
      (
        "readsPerSecond",
        .number(wholeRun ? Double(clients.answered) / seconds : clients.readsPerSecond)
      ),
      ("ackMilliseconds", latency(clients.acknowledgement)),
      ("readMilliseconds", latency(clients.reads)), ("refused", .integer(clients.refused)),
      ("timedOut", .integer(clients.timedOut)), ("degraded", .bool(model.degraded)),
      ("replicas", .array(snapshot.nodes.map(replica))),
    ]
  }

  private static func latency(_ latency: LatencySnapshot) -> JSONText {
    .object([("p50", .optional(latency.p50)), ("p99", .optional(latency.p99))])
  }

  private static func replica(_ node: NodeSnapshot) -> JSONText {
    .object([
      ("id", .string(node.id.description)), ("site", .string(node.site.name)),
      ("role", .string(node.role.rawValue)), ("state", .string(node.state.rawValue)),
      ("term", .unsigned(node.term.epoch)), ("written", .unsigned(node.written.rawValue)),
      ("flushed", .unsigned(node.flushed.rawValue)),
      ("received", .unsigned(node.received.rawValue)),
      ("applied", .unsigned(node.applied.rawValue)), ("lagBytes", .integer(node.lag.bytes)),
      ("lagRecords", .integer(node.lag.records)),
      ("lagMilliseconds", .optional(node.lag.time?.milliseconds)),
      ("rollbackRecords", .integer(node.rollbackRecords)),
      ("hash", .string(hexadecimal(node.hash))),
    ])
  }

  private static func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private static func links(_ snapshot: ClusterSnapshot) -> JSONText {
    // Only links that something was done to: a hundred nodes have 9,900.
    let changed = snapshot.links.filter {
      $0.isCut || $0.addedLatency > .zero || $0.loss > 0 || $0.bandwidth != nil
    }
    return .array(
      changed.map {
        .object([
          ("from", .string($0.from.description)), ("to", .string($0.to.description)),
          ("cut", .bool($0.isCut)), ("delayMilliseconds", .number($0.addedLatency.milliseconds)),
          ("loss", .number($0.loss)), ("bytesPerSecond", .optional($0.bandwidth)),
        ])
      })
  }
}

/// The same as plain lines, for people, screen readers and logs.
public enum PlainText {
  /// An event's line.
  public static func event(_ event: Event) -> String {
    "\(event.at) \(event.kind.rawValue): \(event.text)"
  }

  /// A snapshot's line.
  public static func snapshot(_ snapshot: ClusterSnapshot) -> String {
    guard case .singleLeader(let model) = snapshot.model else { return "" }
    let leader = model.leader.map { "\($0) leads term \(model.term.epoch)" } ?? "no leader"
    let lags = snapshot.nodes.filter { $0.id != model.leader }.prefix(8).map {
      $0.state == .running || $0.state == .recovering
        ? "\($0.id) -\($0.lag.bytes)B" : "\($0.id) \($0.state.rawValue)"
    }
    return "\(snapshot.at) state: \(leader), commit \(model.commit), "
      + "\(whole(snapshot.clients.writesPerSecond)) writes/s, "
      + "\(whole(snapshot.clients.readsPerSecond)) reads/s, lost \(snapshot.ledger.lost); "
      + lags.joined(separator: ", ")
  }

  /// Lost writes that are told one by one.
  private static let listed = 5

  /// The last lines.
  public static func summary(_ snapshot: ClusterSnapshot) -> String {
    guard case .singleLeader(let model) = snapshot.model else { return "" }
    let ledger = snapshot.ledger
    var lines = [
      "summary: \(snapshot.nodes.count) nodes, \(model.leader.map { "\($0) leads" } ?? "no leader"), "
        + "term \(model.term.epoch), \(ledger.acknowledged) writes acknowledged, \(ledger.lost) lost, "
        + "\(ledger.staleReads) stale reads, \(ledger.findingCount) findings, "
        + "\(ledger.violationCount) violations"
    ]
    lines += ledger.lostWrites.prefix(listed).map {
      "  lost: \($0.key) (record \($0.index)): \($0.why)"
    }
    if ledger.lost > listed, !ledger.lostWrites.isEmpty {
      lines.append("  lost: and \(ledger.lost - listed) more (--json lists the last hundred)")
    }
    lines += ledger.findings.map { "  finding: \($0)" }
    lines += ledger.violations.map { "  violation: \($0)" }
    if let history = snapshot.history {
      lines.append(
        "seed \(history.seed), \(history.handled) events, trace \(TraceText.hash(history.traceHash))"
      )
    }
    return lines.joined(separator: "\n")
  }

  private static func whole(_ value: Double) -> String { String(Int(value.rounded())) }
}
