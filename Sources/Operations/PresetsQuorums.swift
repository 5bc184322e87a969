import Positions

// The systems without a leader. Each row: our knob, the system's own name and default, its source.
extension PresetProfile {
  /// Hints that are kept until they are handed over.
  private static let always = KnobSetting.hintWindow(.seconds(86_400 * 365))

  /// Dynamo, as DeCandia et al. describe it (SOSP 2007); the sections are the paper's.
  static let dynamo = PresetProfile(
    title: "Dynamo", release: "2007", model: .leaderless,
    rows: [
      Row(.nodes(5), "(more nodes than N, so that others can stand in)", "section 4.6"),
      Row(.replicationFactor(3), "N = 3", "section 6"),
      Row(.readQuorum(2), "R = 2", "section 6"),
      Row(.writeQuorum(2), "W = 2", "section 6"),
      Row(.sloppy(true), "sloppy quorum", "section 4.6"),
      Row(.hintsCount(true), "(a hinted replica counts)", "section 4.6"),
      Row(always, "hinted handoff", "section 4.6"),
      Row(.resolution(.siblings), "divergent versions, the client reconciles", "section 4.4"),
      Row(.readRepair(.background), "read repair", "section 5"),
      Row(.antiEntropy(.seconds(10)), "Merkle trees", "section 4.7"),
      Row(.gossip(.milliseconds(200)), "(a node that does not answer is down)", "section 4.8.3"),
      Row(.tombstones(.untilAll), "(the paper deletes nothing)", "section 4.1"),
    ],
    lacks: [
      Lack("hints-count", "a stand-in is one of the N: its copy counts"),
      Lack("hint-window", "hints do not expire: they wait until their node is back"),
      Lack("phi-threshold", "a node that does not answer counts as down, for whoever asked it"),
      Lack("tombstones", "its interface is get and put"),
      Lack("read-repair", only: ["blocking", "off"], "it mends after it has answered"),
      Lack(
        "resolve", only: ["crdt", "custom"],
        "versions are kept for the client to merge (siblings), or the last writer wins (lww)"),
    ],
    terms: {
      var terms = PresetTerms()
      terms.peer = "node"
      return terms
    }(),
    leftOut: [
      "clocks are not cut at 10 entries",
      "nodes are judged by gossip here, in seconds; there each judges by its own requests, at once",
    ])

  /// Apache Cassandra. Sources: conf/cassandra.yaml, classes and documentation of release 5.0.
  static let cassandra = PresetProfile(
    title: "Cassandra", release: "5.0", model: .leaderless,
    rows: [
      Row(
        .replicationFactor(3), "replication_factor: 3 (default_keyspace_rf is 1)",
        "documentation, Dynamo"),
      Row(.readQuorum(1), "consistency LOCAL_ONE", "Java driver, reference.conf"),
      Row(.writeQuorum(1), "consistency LOCAL_ONE", "Java driver, reference.conf"),
      Row(.sloppy(false), "(replicas only: else Unavailable)", "documentation, Dynamo"),
      Row(.hintsCount(false), "(hints count at ANY only)", "documentation, Hints"),
      Row(.hintWindow(.seconds(10_800)), "max_hint_window: 3h", "cassandra.yaml"),
      Row(.resolution(.lastWriterWins), "the greater timestamp wins", "rows/Cells.java"),
      Row(.syncPolicy(.every(.seconds(10))), "commitlog_sync: periodic, 10000ms", "cassandra.yaml"),
      Row(.readRepair(.blocking), "read_repair = 'BLOCKING'", "documentation, Read repair"),
      Row(.antiEntropy(nil), "(nodetool repair, by hand)", "documentation, Repair"),
      Row(.tombstones(.grace(.seconds(864_000))), "gc_grace_seconds = 864000", "TableParams.java"),
      Row(.gossip(.seconds(1)), "intervalInMillis = 1000", "Gossiper.java"),
      Row(.phiThreshold(8), "phi_convict_threshold: 8", "cassandra.yaml"),
      Row(.virtualNodes(16), "num_tokens: 16", "cassandra.yaml"),
      Row(.writeTimeout(.seconds(2)), "write_request_timeout: 2000ms", "cassandra.yaml"),
      Row(.readTimeout(.seconds(5)), "read_request_timeout: 5000ms", "cassandra.yaml"),
    ],
    lacks: [
      Lack("sloppy", "only a key's replicas take it: with too few of them it is Unavailable"),
      Lack("hints-count", "a hint counts at level ANY only"),
      Lack(
        "resolve", only: ["siblings", "crdt", "custom"],
        "of a cell one value stands, that of the greater timestamp"),
      Lack("tombstones", only: ["until-all"], "tombstones go after gc_grace_seconds: grace T"),
      Lack("anti-entropy", "repair is started by hand: the command repair"),
      Lack(
        "read-repair", only: ["background"],
        "a read mends before it answers (blocking), or not at all (off)"),
      Lack(
        "guarantee", only: ["read-your-writes", "monotonic"],
        "a session is promised nothing: ask quorums"),
    ],
    terms: {
      var terms = PresetTerms()
      terms.peer = "node"
      terms.log = "commitlog"
      return terms
    }(),
    leftOut: [
      "a write's timestamp is its coordinator's clock here; there mostly the client's",
      "levels LOCAL_QUORUM, EACH_QUORUM, ANY; lightweight transactions; cells with a time to live",
      "hints for replicas that are up and merely slow",
    ])

  /// Riak KV. Sources: files of riak_core and riak_kv, release 2.2, and its documentation.
  static let riak = PresetProfile(
    title: "Riak KV", release: "2.2", model: .leaderless,
    rows: [
      Row(.nodes(5), "(five nodes at least)", "documentation, Cluster Capacity Planning"),
      Row(.replicationFactor(3), "n_val = 3", "riak_core_bucket_type.erl"),
      Row(.readQuorum(2), "r = quorum", "riak_core_bucket_type.erl"),
      Row(.writeQuorum(2), "w = dw = quorum", "riak_core_bucket_type.erl"),
      Row(.sloppy(true), "pr = pw = 0: fallbacks count", "riak_core_bucket_type.erl"),
      Row(.hintsCount(true), "pr = pw = 0: fallbacks count", "riak_core_bucket_type.erl"),
      Row(always, "hinted handoff", "documentation, Handoff"),
      Row(
        .resolution(.siblings), "allow_mult = true (created bucket types)",
        "riak_core_bucket_type.erl"),
      Row(.readRepair(.background), "read repair", "documentation, Replication"),
      Row(.antiEntropy(.seconds(15)), "anti_entropy.trigger_interval = 15s", "riak_kv.schema"),
      Row(.tombstones(.untilAll), "delete_mode = 3s, once all primaries have it", "riak_kv"),
      // Bitcask leaves syncing to the system, which writes back after about 30 s.
      Row(.syncPolicy(.every(.seconds(30))), "bitcask.sync.strategy = none", "riak.conf"),
      Row(.writeTimeout(.seconds(60)), "DEFAULT_TIMEOUT = 60000", "riak_kv_put_fsm.erl"),
      Row(.readTimeout(.seconds(60)), "DEFAULT_TIMEOUT = 60000", "riak_kv_get_fsm.erl"),
      Row(.virtualNodes(13), "ring_size = 64", "riak_core.schema"),
    ],
    lacks: [
      Lack("phi-threshold", "nodes are up while Erlang's net ticks come"),
      Lack("hint-window", "a fallback vnode keeps what it has until it can hand it off"),
      Lack("hints-count", "fallbacks count; sloppy off asks for primaries, as pr and pw do"),
      Lack("read-repair", only: ["blocking", "off"], "a read mends after it has answered, always"),
      Lack("tombstones", only: ["grace"], "a tombstone goes once all primaries have it"),
    ],
    terms: {
      var terms = PresetTerms()
      terms.peer = "vnodes"
      return terms
    }(),
    leftOut: [
      "version vectors are not pruned",
      "13 places of each of 5 nodes make a ring of 65; there it is 64",
    ])
}
