import ArgumentParser
import Operations

/// One flag a knob; values are read by the one table of knobs.
struct KnobOptions: ParsableArguments {
  @Option(help: "Nodes, 1 to 100 (3).") var nodes: String?
  @Option(help: "Sites (data centres) that nodes and clients are dealt to, 1 to 10 (1).")
  var sites: String?
  @Option(help: "Bytes of a file of the log (16MiB; simulated 1MiB).") var segmentSize: String?
  @Option(help: "Bytes of log between checkpoints (32MiB; simulated 4MiB).")
  var checkpointEvery: String?
  @Option(help: "The replication model (single-leader).") var model: String?
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

  /// The flags given, by the knob's name.
  var given: [(name: String, value: String)] {
    let all: [(String, String?)] = [
      ("nodes", nodes), ("sites", sites), ("segment-size", segmentSize),
      ("checkpoint-every", checkpointEvery), ("model", model), ("ack", ack),
      ("wait-for", waitFor),
      ("sync-policy", syncPolicy), ("degrade-after", degradeAfter), ("apply", apply),
      ("failover", failover), ("promotion-needs", promotionNeeds), ("check-quorum", checkQuorum),
      ("fencing", fencing), ("heartbeat", heartbeat), ("election-timeout", electionTimeout),
      ("redirects", redirects), ("read-from", readFrom), ("guarantee", guarantee),
      ("capacity", capacity),
    ]
    return all.compactMap { name, value in value.map { (name, $0) } }
  }
}
