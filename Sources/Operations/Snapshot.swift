import Positions

/// A node's part in the cluster.
public enum Role: String, Sendable, CaseIterable {
  /// Takes writes and streams them.
  case leader
  /// Follows a leader.
  case follower
  /// Asks to be elected.
  case candidate
  /// One of several that take writes (multi leader, leaderless).
  case peer
}

/// Whether and how a node runs.
public enum NodeState: String, Sendable, CaseIterable {
  /// Runs.
  case running
  /// Reads its files, or fetches what it lacks.
  case recovering
  /// Runs, but its log may have lost its tail: it neither votes nor campaigns yet.
  case suspect
  /// Its processor stands still.
  case frozen
  /// Killed, or died of a failed disk.
  case dead
  /// Shut down until it is restarted.
  case fenced
  /// Would not start: its log is damaged beyond repair.
  case refused
}

/// A stretch of a log that no leader's log holds any more.
public struct ForkSnapshot: Equatable, Sendable {
  /// Where it leaves the current leader's log.
  public var at: LSN
  /// The end of what the old leader had acknowledged there; `at` when nothing was.
  public var acknowledgedThrough: LSN
  /// The end of the fork.
  public var end: LSN
  /// Its records.
  public var records: Int

  /// A fork with these positions.
  public init(at: LSN, acknowledgedThrough: LSN, end: LSN, records: Int) {
    self.at = at
    self.acknowledgedThrough = acknowledgedThrough
    self.end = end
    self.records = records
  }
}

/// How far a replica is behind the leader: the leader's flushed position minus what it has applied.
public struct Lag: Equatable, Sendable {
  /// Bytes of log.
  public var bytes: Int
  /// Records.
  public var records: Int
  /// Age of the oldest record it has not applied; nil when unknown (no leader).
  public var time: Interval?

  /// A lag.
  public init(bytes: Int, records: Int, time: Interval?) {
    self.bytes = bytes
    self.records = records
    self.time = time
  }
}

/// Promised writes that a log lacks.
public struct Missing: Equatable, Sendable {
  /// Records.
  public var records: Int
  /// Bytes of log.
  public var bytes: Int

  /// So much.
  public init(records: Int, bytes: Int) {
    self.records = records
    self.bytes = bytes
  }
}

/// One node, whatever the model.
public struct NodeSnapshot: Equatable, Sendable {
  /// Which node.
  public var id: NodeID
  /// Where it stands.
  public var site: SiteID
  /// Its part.
  public var role: Role
  /// Whether it runs.
  public var state: NodeState
  /// Why it is in that state, one line, empty when there is nothing to say.
  public var stateReason: String
  /// Its term.
  public var term: Term
  /// Whether it belongs to the election majority's voters.
  public var isVoter: Bool
  /// The leader it follows, nil when it knows none.
  public var following: NodeID?
  /// End of the log in its memory or files: what it received from the leader or made itself.
  public var received: LSN
  /// End of what was handed to the operating system.
  public var written: LSN
  /// End of what is durable.
  public var flushed: LSN
  /// End of what its state shows.
  public var applied: LSN
  /// What the leader has sent it; nil when no leader streams to it.
  public var sent: LSN?
  /// The oldest position its files still hold.
  public var oldest: LSN
  /// Index of the last record flushed.
  public var flushedIndex: Index
  /// Index of the last record applied.
  public var appliedIndex: Index
  /// What it knows to be committed.
  public var commit: LSN
  /// How far behind it is.
  public var lag: Lag
  /// How far its durable log is behind the leader's.
  public var flushLag: Lag
  /// What was promised to clients and is not in its log: what a forced promotion of it loses.
  public var missing: Missing
  /// Lag in milliseconds, a sample a second, newest last, at most 60; nan where unknown.
  public var lagHistory: [Double]
  /// The fork in its log, nil when it has none.
  public var fork: ForkSnapshot?
  /// Records it rolled back so far.
  public var rollbackRecords: Int
  /// Hash of its state.
  public var hash: UInt64
  /// Operations a second that it serves now.
  public var servedPerSecond: Double
  /// Its capacity, nil when unlimited.
  public var capacity: Double?
  /// Latency added to its disk's syncs.
  public var diskDelay: Interval
  /// Whether its disk is full.
  public var diskFull: Bool
  /// Its clock's offset from true time.
  public var clockOffset: Interval
  /// How much too fast its clock runs, in parts per million.
  public var clockDrift: Double
  /// Whether it could be elected now, and if not, why.
  public var electable: Electability
  /// The bytes of its files (log, checkpoints, rollback files).
  public var diskBytes: Int
  /// Index of the last record in its memory.
  public var receivedIndex: Index
  /// Which leaderships wrote its log, the newest 64 at most, in order of index; only under a preset.
  public var spans: [LogSpanSnapshot]
  /// Its positions' optimes; only under a preset that writes positions so.
  public var optimes: OptimesSnapshot?

  /// A node that stands at the origin, recovering.
  public init(id: NodeID, site: SiteID) {
    self.id = id
    self.site = site
    role = .follower
    state = .recovering
    stateReason = ""
    term = .zero
    isVoter = true
    following = nil
    received = .zero
    written = .zero
    flushed = .zero
    applied = .zero
    sent = nil
    oldest = .zero
    flushedIndex = .zero
    appliedIndex = .zero
    commit = .zero
    lag = Lag(bytes: 0, records: 0, time: nil)
    flushLag = Lag(bytes: 0, records: 0, time: nil)
    missing = Missing(records: 0, bytes: 0)
    lagHistory = []
    fork = nil
    rollbackRecords = 0
    hash = 0
    servedPerSecond = 0
    capacity = nil
    diskDelay = .zero
    diskFull = false
    clockOffset = .zero
    clockDrift = 0
    electable = .no("not started")
    diskBytes = 0
    receivedIndex = .zero
    spans = []
    optimes = nil
  }
}

/// Whether a node could win an election now.
public enum Electability: Equatable, Sendable {
  /// Yes.
  case yes
  /// No, because of this.
  case no(String)
}

/// One direction of a link between two nodes.
public struct LinkSnapshot: Equatable, Sendable {
  /// The sender.
  public var from: NodeID
  /// The receiver.
  public var to: NodeID
  /// Whether it is cut.
  public var isCut: Bool
  /// One-way latency, sites included.
  public var latency: Interval
  /// Latency that an operator added.
  public var addedLatency: Interval
  /// Jitter.
  public var jitter: Interval
  /// Share of messages lost, 0 to 1.
  public var loss: Double
  /// Bytes a second; nil: unlimited.
  public var bandwidth: Double?

  /// A link with these properties.
  public init(
    from: NodeID, to: NodeID, isCut: Bool, latency: Interval, addedLatency: Interval,
    jitter: Interval, loss: Double, bandwidth: Double?
  ) {
    self.from = from
    self.to = to
    self.isCut = isCut
    self.latency = latency
    self.addedLatency = addedLatency
    self.jitter = jitter
    self.loss = loss
    self.bandwidth = bandwidth
  }
}

/// Percentiles of a latency, in milliseconds; nil until something was measured.
public struct LatencySnapshot: Equatable, Sendable {
  /// Median.
  public var p50: Double?
  /// 99th percentile.
  public var p99: Double?
  /// Greatest.
  public var maximum: Double?
  /// Counts per bucket for a histogram: upper bound in milliseconds and count, ascending.
  public var buckets: [Bucket]

  /// One bar of the histogram.
  public struct Bucket: Equatable, Sendable {
    /// Upper bound in milliseconds.
    public var upTo: Double
    /// Operations.
    public var count: Int

    /// A bar.
    public init(upTo: Double, count: Int) {
      self.upTo = upTo
      self.count = count
    }
  }

  /// Percentiles.
  public init(p50: Double?, p99: Double?, maximum: Double?, buckets: [Bucket] = []) {
    self.p50 = p50
    self.p99 = p99
    self.maximum = maximum
    self.buckets = buckets
  }
}

/// What the clients do and see.
public struct ClientsSnapshot: Equatable, Sendable {
  /// The load's settings, as `load` takes them.
  public var load: LoadChange
  /// Acknowledged writes a second, over the last second.
  public var writesPerSecond: Double
  /// Answered reads a second, over the last second.
  public var readsPerSecond: Double
  /// Writes that clients saw acknowledged, since the start.
  public var acknowledged: Int
  /// Reads that clients saw answered, since the start.
  public var answered: Int
  /// Acknowledged writes a second, a sample a second, newest last, at most 60.
  public var writesHistory: [Double]
  /// Operations waiting for an answer.
  public var waiting: Int
  /// Operations refused or timed out (their outcome is unknown) since the start.
  public var refused: Int
  /// Operations whose time ran out: indeterminate.
  public var timedOut: Int
  /// From intended start to acknowledgement, over the whole run.
  public var acknowledgement: LatencySnapshot
  /// From intended start to a read's answer, over the whole run.
  public var reads: LatencySnapshot
  /// From intended start to acknowledgement, over the last ten seconds, with its histogram.
  public var recentAcknowledgement: LatencySnapshot
  /// From intended start to a read's answer, over the last ten seconds.
  public var recentReads: LatencySnapshot

  /// Clients that have done nothing yet.
  public init(load: LoadChange) {
    self.load = load
    writesPerSecond = 0
    readsPerSecond = 0
    acknowledged = 0
    answered = 0
    writesHistory = []
    waiting = 0
    refused = 0
    timedOut = 0
    acknowledgement = LatencySnapshot(p50: nil, p99: nil, maximum: nil)
    reads = LatencySnapshot(p50: nil, p99: nil, maximum: nil)
    recentAcknowledgement = LatencySnapshot(p50: nil, p99: nil, maximum: nil)
    recentReads = LatencySnapshot(p50: nil, p99: nil, maximum: nil)
  }
}

/// A write that was acknowledged and lost.
public struct LostWriteSnapshot: Equatable, Sendable {
  /// The key, as its bytes read; may hold anything.
  public var key: String
  /// Where it stood in the old leader's log.
  public var index: Index
  /// The term it was acknowledged in.
  public var term: Term
  /// Why it was lost, one line.
  public var why: String

  /// A lost write.
  public init(key: String, index: Index, term: Term, why: String) {
    self.key = key
    self.index = index
    self.term = term
    self.why = why
  }
}

/// What was promised and what of it was lost.
public struct LedgerSnapshot: Equatable, Sendable {
  /// Writes acknowledged since the start.
  public var acknowledged: Int
  /// The newest term that acknowledged anything.
  public var acknowledgedTerm: Term
  /// Through which record that term's leader acknowledged.
  public var acknowledgedThrough: Index
  /// Acknowledged writes lost by failovers.
  public var lost: Int
  /// The newest lost writes whose keys are known, newest last, at most 100.
  public var lostWrites: [LostWriteSnapshot]
  /// Lost writes whose keys are not known (yet), and why.
  public var lostUnlisted: Int
  /// Reads that missed an acknowledged write.
  public var staleReads: Int
  /// What must never happen and did, one line each, newest last, at most 20.
  public var violations: [String]
  /// How many violations there were.
  public var violationCount: Int
  /// What the knobs permit and happened, one line each, newest last, at most 20.
  public var findings: [String]
  /// How many findings there were.
  public var findingCount: Int

  /// An empty ledger.
  public init() {
    acknowledged = 0
    acknowledgedTerm = .zero
    acknowledgedThrough = .zero
    lost = 0
    lostWrites = []
    lostUnlisted = 0
    staleReads = 0
    violations = []
    violationCount = 0
    findings = []
    findingCount = 0
  }
}

/// Something that happened, for the events pane and `{"event": …}` lines.
public struct Event: Equatable, Sendable {
  /// What kind it is, so that it can be coloured and filtered.
  public enum Kind: String, Sendable, CaseIterable {
    /// An operator's command.
    case command
    /// A fault took effect.
    case fault
    /// Elections, promotions, steps down.
    case election
    /// Logs: recovery, rollback, checkpoints, disks.
    case log
    /// What clients lost or saw.
    case clients
    /// Permitted by the knobs, but worth knowing.
    case finding
    /// Must never happen.
    case violation
    /// A note.
    case note
  }

  /// Counts up from 1, so that a reader knows what it has seen.
  public var number: Int
  /// When.
  public var at: Instant
  /// What kind.
  public var kind: Kind
  /// The node it is about, if one.
  public var node: NodeID?
  /// One line.
  public var text: String

  /// An event.
  public init(number: Int, at: Instant, kind: Kind, node: NodeID?, text: String) {
    self.number = number
    self.at = at
    self.kind = kind
    self.node = node
    self.text = text
  }
}

/// What only a cluster with a single leader has.
public struct SingleLeaderSnapshot: Equatable, Sendable {
  /// The running leader of the highest term, nil when none leads.
  public var leader: NodeID?
  /// Running nodes that act as leader now.
  public var leaders: [NodeID]
  /// The highest term there ever was.
  public var term: Term
  /// The furthest commit position; it goes back only where a promotion was forced.
  public var commit: LSN
  /// The index at the commit position.
  public var commitIndex: Index
  /// The optime of the furthest commit; only under a preset that writes positions so.
  public var commitOptime: Optime?
  /// What each running leader knows; only under a preset.
  public var offices: [OfficeSnapshot]
  /// Whether acknowledgement is degraded to asynchronous now.
  public var degraded: Bool
  /// What clients can rely on.
  public var guarantees: GuaranteesSnapshot

  /// No leader yet.
  public init() {
    leader = nil
    leaders = []
    term = .zero
    commit = .zero
    commitIndex = .zero
    commitOptime = nil
    offices = []
    degraded = false
    guarantees = GuaranteesSnapshot()
  }
}

/// The part of a snapshot that belongs to one model of replication.
public enum ModelSnapshot: Equatable, Sendable {
  /// Leader and followers.
  case singleLeader(SingleLeaderSnapshot)
  /// Every node takes writes and streams them to the others.
  case multiLeader(MultiLeaderSnapshot)
  /// Quorums of a key's replicas.
  case leaderless(LeaderlessSnapshot)

  /// Which model it is.
  public var name: ReplicationModel {
    switch self {
    case .singleLeader: .singleLeader
    case .multiLeader: .multiLeader
    case .leaderless: .leaderless
    }
  }

  /// The leader's part; nil where there is none.
  public var singleLeader: SingleLeaderSnapshot? {
    if case .singleLeader(let model) = self { model } else { nil }
  }

  /// The part of several leaders; nil in the other models.
  public var multiLeader: MultiLeaderSnapshot? {
    if case .multiLeader(let model) = self { model } else { nil }
  }

  /// The quorums' part; nil in the other models.
  public var leaderless: LeaderlessSnapshot? {
    if case .leaderless(let model) = self { model } else { nil }
  }

  /// What belongs to models in which several nodes take writes of a key; nil in the other.
  public var versions: VersionsSnapshot? {
    switch self {
    case .singleLeader: nil
    case .multiLeader(let model): model.versions
    case .leaderless(let model): model.versions
    }
  }
}

/// Everything that can be seen of a cluster at one moment.
public struct ClusterSnapshot: Equatable, Sendable {
  /// When.
  public var at: Instant
  /// Time's speed: 1 is real time; 0 means paused.
  public var speed: Double
  /// Whether it runs on real files.
  public var isLive: Bool
  /// The knobs' present values, in the table's order.
  public var knobs: Knobs
  /// The nodes, in order of number; removed ones are gone.
  public var nodes: [NodeSnapshot]
  /// Every link between two different nodes, row by row.
  public var links: [LinkSnapshot]
  /// The clients.
  public var clients: ClientsSnapshot
  /// What was promised and lost.
  public var ledger: LedgerSnapshot
  /// The newest events, oldest first, at most 200.
  public var events: [Event]
  /// The last minutes, a sample a second, newest last, at most 300.
  public var timeline: [TimelineSample]
  /// The operator's last write; nil before the first.
  public var lastWrite: LastWriteSnapshot?
  /// The operator's last read; nil before the first.
  public var lastRead: LastReadSnapshot?
  /// Whether the load was stopped until the replicas agree.
  public var isQuiescing = false
  /// Whether all live replicas agree and have applied everything.
  public var converged: Bool
  /// The fault that `undo` would take back, as a command; nil when there is none.
  public var undoable: String?
  /// Where a run that can go back in time stands; nil for one that can't.
  public var history: HistorySnapshot?
  /// Messages under way between nodes, in order of arrival, at most 200; only while one event is taken
  /// at a time, or time stands.
  public var inFlight: [MessageInFlight]
  /// What belongs to the model.
  public var model: ModelSnapshot

  /// A snapshot without nodes.
  public init(at: Instant, isLive: Bool, knobs: Knobs, load: LoadChange) {
    self.at = at
    speed = 1
    self.isLive = isLive
    self.knobs = knobs
    nodes = []
    links = []
    clients = ClientsSnapshot(load: load)
    ledger = LedgerSnapshot()
    events = []
    timeline = []
    lastWrite = nil
    lastRead = nil
    converged = false
    undoable = nil
    history = nil
    inFlight = []
    model = .singleLeader(SingleLeaderSnapshot())
  }
}
