import Operations
import Positions
import Replication
import WriteAheadLog
import World

/// One member as the cluster holds it: its log, its replica while it runs, its timers and its tally.
struct Node: Sendable {
  /// How it runs; a replica exists only while it does.
  enum Status: Equatable, Sendable {
    case dead(String)
    case fenced
    case refused(String)
    case recovering(String)
    case running
    case frozen
  }

  let id: NodeID
  /// Whether it belongs to the cluster; one that left stays dead.
  var isMember = true
  var site: SiteID
  var status = Status.dead("not started")
  /// Counts its starts: what belongs to an earlier one is dropped.
  var incarnation: UInt32 = 0
  var log: WriteAheadLog
  /// The replica of a cluster with a single leader, and of one with several or none.
  var replica: Replica?
  var peer: (any Peer)?
  /// Counts its starts, durably: a peer's incarnation. Whoever restarts it remembers it too.
  var peerIncarnation: UInt64 = 0
  /// Whether records were lost that its disk had made durable.
  var hasLostRecords = false
  var boot: NodeBoot?
  /// What its disk said while it was frozen.
  var deferredDisk: [ReplicaEvent] = []
  var deferredForPeer: [PeerEvent] = []
  /// What reached it while it was frozen.
  var deferred: [ClusterEvent] = []
  /// When each timer runs out; nil when it is not set.
  var timers = [Instant?](repeating: nil, count: TimerName.allCases.count)
  /// When each timer's event in the queue comes; nil when there is none.
  var timerEvents = [Instant?](repeating: nil, count: TimerName.allCases.count)
  /// Whether the log has appended records that were not yet handed to the disk.
  var needsFlush = false
  /// The time of its last append, for the idle watermark.
  var lastAppend = Instant.start
  var idleScheduled = false
  var syncIsScheduled = false
  /// When it will have served what it has taken on.
  var busyUntil = Instant.start
  /// Its clock's rate against true time, and its offset.
  var clockRate = 1.0
  var clockOffset = Interval.zero
  /// What a rate other than true time's had made of the clock when the rate was last set, and when.
  private(set) var clockGain = Interval.zero
  private(set) var clockSetAt = Instant.start
  var diskDelay = Interval.zero
  var diskFull = false
  /// A state worth keeping once it is committed, and the log's position when one was last kept.
  var pendingCheckpoint: StateCheckpoint?
  var isCheckpointing = false
  var checkpointEnd = LSN.zero
  /// Bytes of the newest checkpoint's state: as many bytes of log go between it and the next, so that
  /// a large state does not cost more than its log.
  var checkpointSize = 0
  var rollbackRecords = 0
  /// Reads of log and checkpoints under way, by the token given to the log.
  var reads: [UInt64: PendingRead] = [:]
  var nextRead: UInt64 = 1
  /// Operations served since the last second's tick, and in the second before.
  var served = 0
  var servedPerSecond = 0.0
  /// Positions of the records appended lately, so that lag has an age.
  var lagHistory: [Double] = []
  var diskBytes = 0
  /// What its disk held when it last stopped; nil while it runs, and when the disk is lost.
  var remembered: DiskContents?
  /// With several leaders: what it had of everybody's writes when its process ended.
  var lastApplied = VersionVector()
  /// Whether its log has noted everything and is done.
  var isClosed = false

  /// What a read of the log is for.
  enum PendingRead: Sendable {
    case boot
    case replica(ReadPurpose)
    case peer(NodeID)
  }

  init(id: NodeID, site: SiteID, log: WriteAheadLog) {
    self.id = id
    self.site = site
    self.log = log
  }

  var isRunning: Bool { if case .running = status { true } else { false } }

  /// Its replica's part; nil while it has none.
  var role: ReplicaRole? { replica.map { $0.role } }

  /// The term that it leads; nil when it does not.
  var leads: Term? { replica.flatMap { $0.role == .leader ? $0.term : nil } }

  /// Whether its processor exists, running or frozen.
  var isAlive: Bool {
    switch status {
    case .running, .frozen: true
    case .dead, .fenced, .refused, .recovering: false
    }
  }

  /// The log that its disk holds, as far as is known; nil when it holds none.
  var disk: DiskContents? {
    if let peer {
      return DiskContents(history: TermHistory(origin: .origin), flushed: peer.flushed)
    }
    return replica.map { DiskContents(history: $0.history, flushed: $0.flushed) } ?? remembered
  }

  /// Calls `body` with the peer, where it stands; does nothing where there is none.
  mutating func withPeer(_ body: (inout any Peer) -> Void) {
    guard var running = peer.take() else { return }
    body(&running)
    peer = running
  }

  /// How far its clock has run ahead of true time by its rate.
  func clockGained(at now: Instant) -> Interval {
    clockRate == 1 ? clockGain : clockGain + (now - clockSetAt).scaled(by: clockRate - 1)
  }

  /// Makes its clock run at `rate` from `now` on.
  mutating func setClockRate(_ rate: Double, at now: Instant) {
    clockGain = clockGained(at: now)
    clockSetAt = now
    clockRate = rate
  }

  /// Sets its clock right.
  mutating func setClockRight(at now: Instant) {
    clockGain = .zero
    clockSetAt = now
    clockRate = 1
    clockOffset = .zero
  }

  /// Drops everything that a process holds in its memory.
  mutating func loseMemory() {
    remembered = disk
    if let peer = peer as? MultiLeaderReplica { lastApplied = peer.applied }
    replica = nil
    peer = nil
    deferredForPeer = []
    boot = nil
    deferred = []
    deferredDisk = []
    timers = [Instant?](repeating: nil, count: TimerName.allCases.count)
    timerEvents = timers
    needsFlush = false
    idleScheduled = false
    syncIsScheduled = false
    pendingCheckpoint = nil
    isCheckpointing = false
    reads = [:]
    incarnation += 1
  }
}

/// A node's durable log in two values: which terms wrote it, and where it ends.
struct DiskContents: Sendable {
  var history: TermHistory
  var flushed: LogPoint

  /// Whether the record at `index` of `term`, and so every one before it, is durable here.
  func holds(_ index: Index, of term: Term) -> Bool {
    index == .zero || flushed.index >= index && history.term(at: index) == term
  }
}

/// A start under way: files, then checkpoint, then the log's terms, members and newest records.
struct NodeBoot: Sendable {
  var term = Term.zero
  /// The term that its disk remembers; ``term`` may be above it, where it was told so.
  var promisedTerm = Term.zero
  var history = TermHistory(origin: .origin)
  var window = LogWindow(after: .origin)
  var state = KeyValueState()
  var applied = LogPoint.origin
  var memberships: [MembershipEntry]
  var isSuspect = false
  /// Whether its files say that it led when they were written last: it voted for itself, and its log ends
  /// in that term.
  var wasLeading = false
  var end = LogPoint.origin
  /// Damage that peers are asked to mend, and how often they were.
  var repairAfter: Index?
  var repairTries = 0
  /// The peers whose logs end before what is damaged here.
  var peersWithout: [NodeID] = []
  /// Why no peer's records can mend its log.
  var isPastMending: String?
  /// What it will be, where several nodes take writes.
  var peer: (any Peer)?
}
