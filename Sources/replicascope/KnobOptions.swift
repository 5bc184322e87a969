import ArgumentParser
import Operations

/// One flag a knob; values are read by the one table of knobs.
struct KnobOptions: ParsableArguments {
  @Option(
    help:
      "A real system's settings: postgres, mysql, mongodb, dynamo, cassandra, riak; other flags stand over them."
  )
  var preset: String?
  @Option(help: "Nodes, 1 to 100 (3).") var nodes: String?
  @Option(help: "Sites (data centres) that nodes and clients are dealt to, 1 to 10 (1).")
  var sites: String?
  @Option(help: "Bytes of a file of the log (16MiB; simulated 1MiB).") var segmentSize: String?
  @Option(help: "Bytes of log between checkpoints (32MiB; simulated 4MiB).")
  var checkpointEvery: String?
  @Option(
    help: "Who takes writes: single-leader, multi-leader, leaderless (single-leader).")
  var model: String?
  @Option(
    help:
      "When a write is acknowledged: async, 'first K (n2, n3)', 'any K', 'semi-sync K', sync, majority."
  )
  var ack: String?
  @Option(help: "How durable a follower must hold it: received, flushed, applied (flushed).")
  var waitFor: String?
  @Option(help: "'every batch', or 'every T': acknowledges before fsync.") var syncPolicy: String?
  @Option(help: "never, or the time after which acknowledgement falls back to async (never).")
  var degradeAfter: String?
  @Option(help: "When a record shows: flushed, committed (committed).") var apply: String?
  @Option(help: "Who starts a failover: automatic, manual (automatic).") var failover: String?
  @Option(help: "What a promotion needs: majority, none (majority).") var promotionNeeds: String?
  @Option(help: "Whether a leader without a majority steps down: on, off (on).")
  var checkQuorum: String?
  @Option(help: "Whether lower terms are refused: on, off (on).") var fencing: String?
  @Option(help: "Time between heartbeats (100ms).") var heartbeat: String?
  @Option(help: "Silence after which a follower campaigns (1s).") var electionTimeout: String?
  @Option(help: "What clients do when another node leads: follow, stubborn (follow).")
  var redirects: String?
  @Option(help: "Where reads go: leader, any, nearest, nK (leader).") var readFrom: String?
  @Option(help: "What reads promise: none, read-your-writes, monotonic, linearizable (none).")
  var guarantee: String?
  @Option(help: "Operations a second that a node can serve, or unlimited (unlimited).")
  var capacity: String?

  @Option(
    help:
      "Several writers: how conflicts end: lww, crdt, siblings, 'custom cart:=set *=siblings' (lww)."
  )
  var resolve: String?
  @Option(help: "Multi-leader: who streams to whom: all, ring, star (all).") var topology: String?
  @Option(help: "Leaderless: N, replicas of a key (3).") var replicationFactor: String?
  @Option(help: "Leaderless: R, replicas that a read waits for (2).") var readQuorum: String?
  @Option(help: "Leaderless: W, replicas that a write waits for (2).") var writeQuorum: String?
  @Option(
    defaultAsFlag: "on",
    help: "Leaderless: other nodes stand in for replicas that are down: on, off (off).")
  var sloppy: String?
  @Option(help: "Leaderless: whether a stand-in's copy counts towards W: on, off (on).")
  var hintsCount: String?
  @Option(help: "Leaderless: how long a write is kept for a replica that is down, or off (3h).")
  var hintWindow: String?
  @Option(help: "Leaderless: places on the ring for each node (16).") var vnodes: String?
  @Option(help: "Leaderless: when a read mends replicas: off, background, blocking (background).")
  var readRepair: String?
  @Option(help: "Leaderless: time between a node's comparisons with others, or off (10s).")
  var antiEntropy: String?
  @Option(help: "Leaderless: keys that one comparison sends at most (100).")
  var antiEntropyBudget: String?
  @Option(help: "Leaderless: how long tombstones are kept: until-all, 'grace T' (until-all).")
  var tombstones: String?
  @Option(help: "Leaderless: time between two rounds of gossip (200ms).") var gossip: String?
  @Option(help: "Leaderless: suspicion from which a node counts as down (8).")
  var phiThreshold: String?
  @Option(help: "Leaderless: how long a write waits for W copies (2s).") var writeTimeout: String?
  @Option(help: "Leaderless: how long a read waits for R answers (5s).") var readTimeout: String?

  /// The flags given, by the knob's name.
  var given: [(name: String, value: String)] {
    let all: [(String, String?)] = [
      ("preset", preset), ("nodes", nodes), ("sites", sites), ("segment-size", segmentSize),
      ("checkpoint-every", checkpointEvery), ("model", model), ("ack", ack),
      ("wait-for", waitFor),
      ("sync-policy", syncPolicy), ("degrade-after", degradeAfter), ("apply", apply),
      ("failover", failover), ("promotion-needs", promotionNeeds), ("check-quorum", checkQuorum),
      ("fencing", fencing), ("heartbeat", heartbeat), ("election-timeout", electionTimeout),
      ("redirects", redirects), ("read-from", readFrom), ("guarantee", guarantee),
      ("capacity", capacity), ("resolve", resolve), ("topology", topology),
      ("replication-factor", replicationFactor), ("read-quorum", readQuorum),
      ("write-quorum", writeQuorum), ("sloppy", sloppy), ("hints-count", hintsCount),
      ("hint-window", hintWindow), ("vnodes", vnodes), ("read-repair", readRepair),
      ("anti-entropy", antiEntropy), ("anti-entropy-budget", antiEntropyBudget),
      ("tombstones", tombstones), ("gossip", gossip), ("phi-threshold", phiThreshold),
      ("write-timeout", writeTimeout), ("read-timeout", readTimeout),
    ]
    return all.compactMap { name, value in value.map { (name, $0) } }
  }

  /// The knobs with what is given, checked as a whole.
  func chosen() throws -> Knobs {
    var knobs = Knobs()
    let settings = try given.map { name, value in
      do { return try KnobTable.parse(name: name, value: value) } catch {
        throw Failure(.usage, "\(error)")
      }
    }
    knobs.apply(settings)
    for setting in settings {
      if let misplaced = knobs.misplaced(setting) { throw Failure(.usage, "--" + misplaced) }
    }
    if let problem = knobs.problem { throw Failure(.usage, "--" + problem) }
    return knobs
  }
}
