import Positions

/// Snapshots, events and summaries as JSON, one object a line; what a model lacks is left out.
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
    let hasTerms = snapshot.model.singleLeader != nil
    pairs.append(("lostWrites", .array(ledger.lostWrites.map { lost($0, hasTerms: hasTerms) })))
    pairs.append(("lostUnlisted", .integer(ledger.lostUnlisted)))
    if let versions = snapshot.model.versions { pairs += lists(versions) }
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
    KnobTable.rows(of: knobs.model)
      .filter { $0.name != "model" && ($0.name != "preset" || knobs.preset != nil) }
      .map { ($0.name, .string($0.value(knobs))) }
  }

  private static func lost(_ write: LostWriteSnapshot, hasTerms: Bool) -> JSONText {
    let place: [(String, JSONText)] = [
      ("index", .unsigned(write.index.rawValue)), ("term", .unsigned(write.term.epoch)),
    ]
    return .object(
      [("key", .string(write.key))] + (hasTerms ? place : []) + [("why", .string(write.why))])
  }

  // MARK: What snapshots and summaries share

  /// A summary's rates are those of the whole run.
  private static func shared(
    _ snapshot: ClusterSnapshot, wholeRun: Bool
  ) -> [(String, JSONText)] {
    let ledger = snapshot.ledger
    let leadership = snapshot.model.singleLeader
    var pairs: [(String, JSONText)] = [
      ("model", .string(snapshot.model.name.rawValue)),
      ("at", .number(snapshot.at.sinceStart.seconds)), ("nodes", .integer(snapshot.nodes.count)),
    ]
    if let leadership {
      pairs += [
        ("leader", .optional(leadership.leader?.description)),
        ("term", .unsigned(leadership.term.epoch)),
        ("leaders", .integer(leadership.leaders.count)),
        ("commit", .unsigned(leadership.commit.rawValue)),
      ]
    }
    pairs += [
      ("converged", .bool(snapshot.converged)), ("acknowledged", .integer(ledger.acknowledged)),
    ]
    if leadership != nil { pairs.append(("acknowledgedThrough", acknowledgedThrough(ledger))) }
    pairs += [
      ("lost", .integer(ledger.lost)), ("staleReads", .integer(ledger.staleReads)),
      ("violations", .integer(ledger.violationCount)),
      ("findings", .integer(ledger.findingCount)),
    ]
    if let versions = snapshot.model.versions { pairs += counts(versions) }
    if let quorums = snapshot.model.leaderless { pairs += counts(quorums) }
    pairs += clients(snapshot, wholeRun: wholeRun)
    if let leadership { pairs.append(("degraded", .bool(leadership.degraded))) }
    pairs.append(("replicas", .array(snapshot.nodes.map { replica($0, in: snapshot.model) })))
    if let model = snapshot.model.multiLeader { pairs.append(("streams", streams(model))) }
    if let watched = snapshot.model.versions?.watched {
      pairs.append(("watched", self.watched(watched)))
    }
    return pairs
  }

  private static func acknowledgedThrough(_ ledger: LedgerSnapshot) -> JSONText {
    .object([
      ("term", .unsigned(ledger.acknowledgedTerm.epoch)),
      ("index", .unsigned(ledger.acknowledgedThrough.rawValue)),
    ])
  }

  private static func clients(
    _ snapshot: ClusterSnapshot, wholeRun: Bool
  ) -> [(String, JSONText)] {
    let clients = snapshot.clients
    let seconds = max(snapshot.at.sinceStart.seconds, 1e-9)
    return [
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
      ("timedOut", .integer(clients.timedOut)),
    ]
  }

  private static func latency(_ latency: LatencySnapshot) -> JSONText {
    .object([("p50", .optional(latency.p50)), ("p99", .optional(latency.p99))])
  }

  private static func replica(_ node: NodeSnapshot, in model: ModelSnapshot) -> JSONText {
    var pairs: [(String, JSONText)] = [
      ("id", .string(node.id.description)), ("site", .string(node.site.name)),
      ("role", .string(node.role.rawValue)), ("state", .string(node.state.rawValue)),
    ]
    if model.singleLeader != nil { pairs.append(("term", .unsigned(node.term.epoch))) }
    pairs += [
      ("written", .unsigned(node.written.rawValue)), ("flushed", .unsigned(node.flushed.rawValue)),
      ("received", .unsigned(node.received.rawValue)),
      ("applied", .unsigned(node.applied.rawValue)),
    ]
    switch model {
    case .singleLeader:
      pairs += [
        ("lagBytes", .integer(node.lag.bytes)), ("lagRecords", .integer(node.lag.records)),
        ("lagMilliseconds", .optional(node.lag.time?.milliseconds)),
        ("rollbackRecords", .integer(node.rollbackRecords)),
      ]
    case .multiLeader(let model):
      pairs += [
        ("behind", .integer(model.behind(node.id))),
        ("heldBack", .integer(model.heldBack(node.id))),
        ("lagMilliseconds", .optional(model.lag(of: node.id)?.milliseconds)),
      ]
    case .leaderless(let model): pairs += place(of: node.id, in: model)
    }
    pairs.append(("hash", .string(hexadecimal(node.hash))))
    return .object(pairs)
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
