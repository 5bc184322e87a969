/// What a condition can say of the cluster, by its word.
enum ClusterWord: String, Sendable, CaseIterable {
  case leader
  case leaders
  case term
  case commit
  case lastWrite = "last write"
  case lastRead = "last read"
  case acknowledged
  case lost
  case staleReads
  case findings
  case violations
  case converged
  case degraded
  case readsRate = "reads.rate"
  case writesRate = "writes.rate"
  case ackP50 = "ack.p50"
  case ackP99 = "ack.p99"
  case readsP50 = "reads.p50"
  case readsP99 = "reads.p99"
  case conflicts
  case merged
  case losers
  case losersByClock = "losers.clock"
  case siblings
  case risen
  case divergent
  case keys
  case hints
  case hintsDelivered = "hints.delivered"
  case hintsExpired = "hints.expired"
  case repairs
  case antiEntropyRepairs = "antiEntropy.repairs"
  case antiEntropyExchanges = "antiEntropy.exchanges"
  case antiEntropyRanges = "antiEntropy.ranges"
  case antiEntropyBytes = "antiEntropy.bytes"
  case unavailable
  case staleShare = "stale.share"
  case stalePredicted = "stale.predicted"

  /// The models of replication that have it.
  var models: Set<ReplicationModel> {
    switch self {
    case .leader, .leaders, .term, .commit, .degraded: [.singleLeader]
    case .lastWrite, .lastRead, .acknowledged, .lost, .staleReads, .findings, .violations,
      .converged, .readsRate, .writesRate, .ackP50, .ackP99, .readsP50, .readsP99:
      Set(ReplicationModel.allCases)
    case .conflicts, .merged, .losers, .losersByClock, .siblings, .risen, .divergent, .keys:
      [.multiLeader, .leaderless]
    case .hints, .hintsDelivered, .hintsExpired, .repairs, .antiEntropyRepairs,
      .antiEntropyExchanges, .antiEntropyRanges, .antiEntropyBytes, .unavailable, .staleShare,
      .stalePredicted:
      [.leaderless]
    }
  }

  /// What its value is in clusters of a model.
  func sort(in model: ReplicationModel) -> ConditionSort {
    switch self {
    case .leader: .node
    case .leaders, .term, .acknowledged, .lost, .staleReads, .findings, .violations, .conflicts,
      .merged, .losers, .losersByClock, .siblings, .risen, .divergent, .keys, .hints,
      .hintsDelivered, .hintsExpired, .repairs, .antiEntropyRepairs, .antiEntropyExchanges,
      .antiEntropyRanges, .unavailable, .staleShare, .stalePredicted:
      .quantity(.number)
    case .antiEntropyBytes: .quantity(.bytes)
    case .commit: .quantity(.position)
    // Where several nodes take writes, a place in one's log says nothing of another's.
    case .lastWrite: model == .singleLeader ? .write : .outcome
    case .lastRead: model == .singleLeader ? .read : .versions
    case .converged, .degraded: .truth
    case .readsRate, .writesRate: .quantity(.rate)
    case .ackP50, .ackP99, .readsP50, .readsP99: .quantity(.time)
    }
  }

  /// What it means in clusters of a model, a part of a line.
  func meaning(in model: ReplicationModel) -> String {
    switch self {
    case .leader: "the running leader of the highest term: a node, or none"
    case .leaders: "how many running nodes act as leader"
    case .term: "the highest term there ever was"
    case .commit: "the furthest commit position"
    case .lastWrite:
      model == .singleLeader
        ? "the position just past the script's latest write; also is acknowledged, waiting, refused or unanswered"
        : "the script's latest write: is acknowledged, waiting, refused or unanswered"
    case .lastRead:
      model == .singleLeader
        ? "what the script's latest read gave: is \"a value\", missing, stale, waiting or unanswered"
        : "what the script's latest read gave: is \"a value\", \"one, another\", siblings, missing, stale, waiting or unanswered"
    case .acknowledged: "writes acknowledged since the start"
    case .lost:
      model == .singleLeader
        ? "acknowledged writes lost by failovers"
        : "acknowledged writes that are gone, and neither were superseded nor lost to a later clock"
    case .staleReads: "reads that missed an acknowledged write"
    case .findings: "what the knobs permit and happened"
    case .violations: "what must never happen and did"
    case .degraded: "acknowledgement has fallen back to the leader alone (degrade-after)"
    case .converged: "all live replicas agree and have applied everything"
    case .readsRate: "answered reads a second, over the last second"
    case .writesRate: "acknowledged writes a second, over the last second"
    case .ackP50: "median time to acknowledgement, over the last ten seconds"
    case .ackP99: "99th percentile of the time to acknowledgement, over the last ten seconds"
    case .readsP50: "median time to a read's answer, over the last ten seconds"
    case .readsP99: "99th percentile of the time to a read's answer, over the last ten seconds"
    case .conflicts:
      "pairs of writes that did not know of one another, or of which one did and lost by the clock"
    case .merged: "conflicts that a type merged"
    case .losers: "acknowledged writes that lost to a later clock"
    case .losersByClock: "of these, writes that knew of what they lost to"
    case .siblings: "keys that have siblings now"
    case .risen: "deleted keys that came back"
    case .divergent: "keys that live replicas show differently"
    case .keys: "keys that there are"
    case .hints: "hints that wait to be handed over"
    case .hintsDelivered: "hints handed over so far"
    case .hintsExpired: "hints given up so far"
    case .repairs: "replicas that reads have repaired so far"
    case .antiEntropyRepairs: "keys that anti-entropy has repaired so far"
    case .antiEntropyExchanges: "anti-entropy exchanges so far"
    case .antiEntropyRanges: "ranges of keys that differed in the newest exchanges"
    case .antiEntropyBytes: "bytes that anti-entropy has exchanged so far"
    case .unavailable: "operations refused because too few replicas were there"
    case .staleShare: "the share of reads that missed an acknowledged write"
    case .stalePredicted: "the same as predicted from the latencies (bounded staleness)"
    }
  }
}
