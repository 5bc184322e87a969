import Positions

// The systems with a single leader. Each row: our knob, the system's own name and default, its source.
extension PresetProfile {
  /// PostgreSQL's streaming replication. Sources: the manual of release 17 and, where a file is named,
  /// that of the server's source.
  static let postgres = PresetProfile(
    title: "PostgreSQL", release: "17", model: .singleLeader,
    rows: [
      Row(
        .acknowledgement(.asynchronous), "synchronous_standby_names = ''", "manual 19.6.2"),
      Row(.waitFor(.flushed), "synchronous_commit = on", "manual 19.5.1"),
      Row(.syncPolicy(.everyBatch), "fsync = on", "manual 19.5.1"),
      Row(
        .degradeAfter(nil), "(none: WaitLatch without a time-out)", "syncrep.c, SyncRepWaitForLSN"),
      Row(.apply(.flushed), "(a standby replays what it has flushed)", "manual 26.2.5, 26.4"),
      Row(.failover(.manual), "pg_promote()", "manual 26.3"),
      Row(.promotionNeeds(.none), "pg_promote()", "manual 9.28.4"),
      Row(.checkQuorum(false), "(none)", "manual 26.3"),
      Row(.fencing(false), "(none: STONITH is left to others)", "manual 26.3"),
      // A heartbeat also begins a stalled stream anew here, as TCP does there.
      Row(.heartbeat(.seconds(1)), "(TCP; wal_sender_timeout / 2 asks for a reply)", "walsender.c"),
      Row(.electionTimeout(.seconds(60)), "wal_receiver_timeout = 60s", "postgresql.conf.sample"),
    ],
    lacks: [
      Lack("ack", only: ["majority"], "standbys are counted: first K, or any K of those named"),
      Lack(
        "degrade-after",
        "a commit waits for its standby until that answers or somebody cancels it, for ever"),
      Lack("apply", "a standby replays what it has flushed, committed there or not"),
      Lack("failover", "it has no failover of its own; promote does what pg_promote() does"),
      Lack("promotion-needs", "pg_promote() asks nobody"),
      Lack("check-quorum", "a primary never asks whether it still is one"),
      Lack("fencing", "it does not shut an old primary out: whoever promotes must do it"),
      Lack("election-timeout", "standbys elect nobody"),
    ],
    terms: {
      var terms = PresetTerms()
      terms.leader = "PRIMARY"
      terms.leaders = "PRIMARIES"
      terms.follower = "standby"
      terms.term = "timeline"
      terms.received = "write"
      terms.flushed = "flush"
      terms.applied = "replay"
      terms.commit = "majority"
      terms.applyLag = "replay"
      terms.electable = "promotable"
      terms.hasVotes = false
      terms.fields = PositionFields(
        sent: "sent_lsn", received: "write_lsn", flushed: "flush_lsn", applied: "replay_lsn")
      return terms
    }(),
    leftOut: [
      "a restart begins a new timeline here; there only a promotion does",
      "a synchronous standby that dies is replaced after the time-out here; there when it hangs up",
      "pg_rewind: a deposed primary rolls its fork back by itself here once it follows",
    ])

  /// MySQL's replication. Sources: the reference manual of release 8.4 and, where a file is named, that of
  /// the server's source. The wait point is AFTER_SYNC, its default: on the source a write shows once it
  /// is acknowledged.
  static let mysql = PresetProfile(
    title: "MySQL", release: "8.4", model: .singleLeader,
    rows: [
      Row(
        .acknowledgement(.asynchronous), "rpl_semi_sync_source_enabled = OFF",
        "semisync_source_plugin.cc"),
      Row(.waitFor(.flushed), "(written to the relay log and flushed)", "manual 19.4.10"),
      Row(.syncPolicy(.everyBatch), "sync_binlog = 1", "manual 19.1.6.4"),
      Row(
        .degradeAfter(.seconds(10)), "rpl_semi_sync_source_timeout = 10000",
        "semisync_source_plugin.cc"),
      Row(.apply(.flushed), "(the applier follows the relay log)", "manual 19.2.3"),
      Row(.failover(.manual), "(external)", "manual 19.4.8"),
      Row(.promotionNeeds(.none), "(external)", "manual 19.4.8"),
      Row(.checkQuorum(false), "(none)", "manual 19.4.8"),
      Row(.fencing(false), "(none)", "manual 19.4.8"),
      // A heartbeat also begins a stalled stream anew here, as TCP does there.
      Row(.heartbeat(.seconds(1)), "(TCP; SOURCE_HEARTBEAT_PERIOD = 30)", "manual 15.4.2.2"),
      Row(.electionTimeout(.seconds(60)), "replica_net_timeout = 60", "sql/rpl_replica.h"),
    ],
    lacks: [
      Lack(
        "ack", only: ["first", "sync", "majority"],
        "semi-synchronous counts replicas, any of them: semi-sync K, or async"),
      Lack(
        "wait-for", only: ["applied"],
        "a replica answers once its relay log has the events, before it applies them"),
      Lack(
        "degrade-after", only: ["never"],
        "rpl_semi_sync_source_timeout is a time: give a long one"),
      Lack("apply", "the applier follows the relay log, acknowledged or not"),
      Lack("failover", "failover is left to others; promote does what they do"),
      Lack("promotion-needs", "promotion is left to others"),
      Lack("check-quorum", "a source never asks whether it still is one"),
      Lack("fencing", "an old source is not shut out: whoever promotes must do it"),
      Lack("election-timeout", "replicas elect nobody"),
    ],
    terms: {
      var terms = PresetTerms()
      terms.leader = "SOURCE"
      terms.leaders = "SOURCES"
      terms.follower = "replica"
      terms.log = "binlog"
      terms.term = nil
      terms.received = "retrieved"
      terms.flushed = "relay log"
      terms.applied = "executed"
      terms.commit = "majority"
      terms.fork = "errant"
      terms.flushLag = "relay"
      terms.applyLag = "exec"
      terms.electable = "promotable"
      terms.hasVotes = false
      terms.notation = .binlog
      terms.fields = PositionFields(
        received: "Read_Source_Log_Pos", flushed: "relay log, synced",
        applied: "Exec_Source_Log_Pos")
      return terms
    }(),
    leftOut: [
      "group replication; circular replication between sources; AFTER_COMMIT",
      "under load it keeps its policy again sooner than there, where a replica must be at the very end",
      "the relay log is synced before it is acknowledged; there it is flushed to the system only",
      "a transaction's number is its index in the log here; there each source counts its own",
    ])

  /// A MongoDB replica set. Sources: the manual of release 8.0 (Replication; Write Concern; Replica Set
  /// Configuration), src/mongo/db/repl/README.md.
  static let mongodb = PresetProfile(
    title: "MongoDB", release: "8.0", model: .singleLeader,
    rows: [
      Row(.acknowledgement(.majority), "{ w: \"majority\" }", "manual, Write Concern"),
      Row(
        .waitFor(.flushed), "writeConcernMajorityJournalDefault: true", "repl_set_config.idl"),
      Row(.degradeAfter(nil), "(none: wtimeout takes nothing back)", "manual, Write Concern"),
      Row(
        .apply(.flushed), "readConcern \"local\" shows what may be rolled back",
        "manual, Read Concern"),
      Row(.failover(.automatic), "(elections)", "manual, Replica Set Elections"),
      Row(.promotionNeeds(.majority), "(elections)", "manual, Replica Set Elections"),
      Row(.checkQuorum(true), "(a primary without a majority steps down)", "repl/README.md"),
      Row(.fencing(true), "(terms)", "repl/README.md"),
      Row(
        .heartbeat(.seconds(2)), "settings.heartbeatIntervalMillis = 2000", "repl_set_config.idl"),
      Row(
        .electionTimeout(.seconds(10)), "settings.electionTimeoutMillis = 10000",
        "repl_set_config.idl"),
    ],
    lacks: [
      Lack("ack", only: ["first"], "w counts members, any of them"),
      Lack("degrade-after", "a write concern is met, or wtimeout says that it was not"),
      Lack("apply", "a secondary applies what it has fetched; readConcern says what is shown"),
      Lack("promotion-needs", "an election always needs a majority of the voting members"),
      Lack("check-quorum", "a primary that reaches no majority always steps down"),
      Lack("fencing", "older terms are always refused"),
      Lack("failover", "a replica set always elects"),
    ],
    terms: {
      var terms = PresetTerms()
      terms.leader = "PRIMARY"
      terms.leaders = "PRIMARIES"
      terms.follower = "SECONDARY"
      terms.log = "oplog"
      terms.received = "fetched"
      terms.flushed = "durable"
      terms.commit = "lastCommitted"
      terms.flushLag = "durable"
      terms.applyLag = "applied"
      terms.notation = .optime
      terms.fields = PositionFields(
        received: "fetched", flushed: "optimeDurable", applied: "optime",
        commit: "lastCommittedOpTime")
      return terms
    }(),
    leftOut: [
      "secondaries are sent the oplog here; there they pull it",
      "a primary shows a majority write once it is acknowledged; there readConcern local shows it at once",
      "a primary looks for its majority every 10 s, and steps down 10 to 20 s after it lost it",
      "flow control of a lagging majority; arbiters; the limit of 24 hours of rollback",
    ])
}
