import Checking
import Collections
import Operations
import Positions
import Replication
import World
import WriteAheadLog

/// Where a cluster starts.
public struct ClusterConfiguration: Sendable {
  /// The knobs' values.
  public var knobs: Knobs
  /// The load's settings.
  public var load: LoadChange
  /// Names the cluster in its files.
  public var clusterID: UInt64
  /// Counts the processes that opened its files, from 1.
  public var bootEpoch: UInt64
  /// Whether an earlier process served from its files: an empty disk is one that was lost.
  public var hasServed = false
  /// Where all chance comes from.
  public var seed: UInt64
  /// Writes only, whatever the workload: for the benchmark.
  public var writesOnly = false
  /// Every key is written once before anything else is done: for the benchmark.
  public var loadsKeys = false
  /// The members' numbers; nil: 1 to ``Knobs/nodes``.
  public var members: MemberNumbers?
  /// Bytes of log between two checkpoints.
  public var checkpointSpacing: Int
  /// Bytes of a segment file.
  public var segmentSize: Int
  #if PlantedBugs
    /// The bug planted in every node.
    public var planted: PlantedBug?
  #endif

  /// The design's defaults for these knobs and this load.
  public init(knobs: Knobs, load: LoadChange, clusterID: UInt64, bootEpoch: UInt64, seed: UInt64) {
    self.knobs = knobs
    self.load = load
    self.clusterID = clusterID
    self.bootEpoch = bootEpoch
    self.seed = seed
    segmentSize = knobs.segmentSize ?? 16 << 20
    checkpointSpacing = knobs.checkpointSpacing ?? 32 << 20
  }

  /// A cluster in the simulated world: small files, so that copies of it share most of them.
  public static func simulated(knobs: Knobs, load: LoadChange, seed: UInt64) -> Self {
    var knobs = knobs
    knobs.seed = seed
    var configuration = Self(
      knobs: knobs, load: load, clusterID: seed, bootEpoch: 1, seed: seed)
    configuration.segmentSize = knobs.segmentSize ?? 1 << 20
    configuration.checkpointSpacing = knobs.checkpointSpacing ?? 4 << 20
    return configuration
  }

  /// The load that runs when nothing else is said.
  public static let defaultLoad = LoadChange(
    workload: .a, rate: 400, clients: 16, valueSize: 128, keys: 1000)
}

/// A cluster of replicas with their logs, links and clients: a discrete-event engine, the same in
/// the live world and in the simulated one.
///
/// It is a value: whoever owns it calls ``step(until:)`` again and again, hands commands in between
/// two steps, and takes snapshots.
public struct Cluster<W: World>: Sendable {
  /// Clock and disks.
  public internal(set) var world: W
  /// How it started.
  public let configuration: ClusterConfiguration
  /// The knobs' present values.
  public internal(set) var knobs: Knobs

  /// How conflicts end: fixed at the start.
  let peerRules: MergeRules

  /// The time of the event that is being handled.
  public internal(set) var now = Instant.start

  var queue = EventQueue<ClusterEvent>()
  /// What peers and their clients have said at this moment.
  var post = PeerPost()
  /// Peers that appended records which their disks were not handed yet.
  var toFlush: [NodeID] = []
  var network: Network
  var random: RandomSource
  /// Nodes by their number, those that left included: what is still under way finds them dead.
  var nodes: [Node] = []
  var load: Load
  var metrics = Metrics()
  var checker: Checker
  /// The checker of clusters in which several nodes take writes.
  var versions = VersionChecker()
  var figures = PeerFigures()
  var ages = RecordAges()
  var optimes = OptimeTable()
  var writers = LogWriters()
  var highWater = HighWater()
  var timeline = Timeline()
  /// How many of the checker's reports were told.
  var toldViolations = 0
  var toldFindings = 0
  /// The number of lost writes that people have heard of.
  var toldLost = 0
  var events: Deque<Event> = []
  var eventCount = 0
  /// Faults that can be undone, and what was undone.
  var undoStack: [UndoableFault] = []
  var redoStack: [UndoableFault] = []
  var lastWrite: LastWriteSnapshot?
  var lastRead: LastReadSnapshot?
  /// Where each node's applied position must be for a quiesce to be over; nil when none is asked.
  var isQuiescing = false
  /// The voters of the newest leader.
  var votersBefore: [NodeID] = []
  /// Members (by offset) that leave once their removal is committed.
  var leaving: Set<Int> = []
  var lastSecond = Instant.start
  var nextNodeNumber: Int
  /// Whether the first leader was asked to campaign.
  var hasBegun = false
  var clientSite = SiteID("site1")
  var sites: [SiteID] = []

  /// Events handled since everything due was.
  var turn = 0
  var trace = Trace()

  /// A hash of everything that has happened, the simulated world's only: runs of equal seeds and
  /// commands have equal ones.
  public var traceHash: UInt64 { trace.hash }

  /// How many events were handled, the simulated world's only.
  public var handledEvents: Int { trace.count }

  /// Space for effects, kept so that it is not made anew at every event.
  var effects: [Effect] = []
  var peerEffects: [PeerEffect] = []
  var output = LogOutput()
  var logEvents: [LogEvent] = []

  /// Makes the cluster's nodes and starts them.
  public init(configuration: ClusterConfiguration, world: W) throws {
    self.configuration = configuration
    self.world = world
    knobs = configuration.knobs
    peerRules = MergeRules(configuration.knobs.resolution)
    random = RandomSource(seed: configuration.seed)
    network = Network()
    nextNodeNumber = 1
    load = Load(
      settings: configuration.load, sequenceBase: configuration.bootEpoch << 32)
    load.writesOnly = configuration.writesOnly
    if configuration.loadsKeys { load.toLoad = 0..<load.keys }
    checker = Checker()
    sites = (1...max(1, knobs.sites)).map { SiteID("site\($0)") }
    setDefaultLinks()
    let present = configuration.members ?? MemberNumbers(first: knobs.nodes)
    nextNodeNumber = present.next
    for number in 1..<present.next {
      try makeNode(NodeID(number), isMember: present.members.contains(number))
    }
    votersBefore = members
    makeClients()
    if hasPeers { observePromise() } else { observePolicy() }
    for id in members { start(id) }
    queue.schedule(.tick, at: world.now + Self.tickSpacing)
    scheduleArrival()
  }

  /// Events handled before what was written meanwhile is sent.
  static var turnMaximum: Int { 256 }

  static var tickSpacing: Interval { .milliseconds(50) }

  private mutating func setDefaultLinks() {
    if !world.isLive {
      network.setDefaults(latency: .milliseconds(1), jitter: .microseconds(200))
    }
    for (position, site) in sites.enumerated() {
      for other in sites[(position + 1)...] {
        network.setSiteLatency(site, other, Interval.milliseconds(40))
      }
    }
  }

  mutating func makeNode(_ id: NodeID, isMember: Bool = true) throws {
    precondition(nodes.count == id.offset, "nodes are made in the order of their numbers")
    let site = sites[id.offset % sites.count]
    if isMember { try world.attach(id) }
    network.add(id, site: site)
    let log = makeLog(id)
    var node = Node(id: id, site: site, log: log)
    node.isMember = isMember
    nodes.append(node)
  }

  mutating func makeLog(_ id: NodeID) -> WriteAheadLog {
    var log = LogConfiguration(
      clusterID: configuration.clusterID, node: id, bootEpoch: configuration.bootEpoch,
      saltSource: random.next())
    log.segmentSize = configuration.segmentSize
    // Once a cluster has served, an empty directory is a disk that was lost, or a new member's.
    log.newIsSuspect =
      (hasBegun || configuration.hasServed) && !isPlanted(.lostDisksAreNew)
    #if PlantedBugs
      log.planted = planted
    #endif
    return WriteAheadLog(log)
  }

  // MARK: The run loop

  /// Handles the next event that comes at or before `limit`.
  ///
  /// - Returns: false when `limit` was reached, or someone woke the world, with nothing handled.
  public mutating func step(until limit: Instant) -> Bool {
    readClock()
    let next = queue.nextTime
    if let next, next <= now, next <= limit, !world.hasCompletion {
      // Where more is always due, the writes must not wait for ever.
      turn += 1
      if turn % Self.turnMaximum == 0 {
        sendOutbox()
        sendPost()
        flushAll()
      }
      if let (_, event) = queue.pop() { handle(event) }
      return true
    }
    // Clients' writes of this moment go together, once everything that is due was handled.
    if !load.outboxNodes.isEmpty {
      sendOutbox()
      return true
    }
    if !post.isEmpty {
      sendPost()
      return true
    }
    if !toFlush.isEmpty {
      flushAll()
      return true
    }
    turn = 0
    let deadline = min(limit, next ?? limit)
    let outcome = world.wait(until: deadline)
    readClock()
    switch outcome {
    case .completion(let completion):
      if !world.isLive { trace.note(completion.digest, at: now) }
      diskCompleted(completion)
      return true
    case .woken:
      return false
    case .deadline:
      guard let next, next <= limit else { return false }
      if let (_, event) = queue.pop() { handle(event) }
      return true
    }
  }

  /// Runs until `limit`: for the simulated world, and for tests.
  public mutating func run(until limit: Instant) {
    while step(until: limit) {}
  }

  private mutating func handle(_ event: consuming ClusterEvent) {
    if !world.isLive { trace.note(event.digest, at: now) }
    switch consume event {
    case .message(let message, let sender, let receiver):
      deliver(message, from: sender, to: receiver)
    case .timer(let id, let incarnation, let name): timerCame(name, at: id, incarnation)
    case .proposal(let proposal, let id): proposalArrived(proposal, at: id)
    case .read(let request, let id): readArrived(request, at: id)
    case .served(let id, let incarnation, let request): served(request, at: id, incarnation)
    case .answer(let answer): clientsHear(answer)
    case .arrival(let generation, let due): arrival(generation, due: due)
    case .retry(let client, let attempt): retry(client, attempt)
    case .tick: tick()
    case .idle(let id, let incarnation): idle(id, incarnation)
    case .retryDisk(let id, let incarnation): retryDisk(id, incarnation)
    case .periodicSync(let id, let incarnation): periodicSync(id, incarnation)
    case .peerMessages(let messages, let sender, let receiver):
      deliver(messages, from: sender, to: receiver)
    case .peerTimer(let id, let incarnation, let name): peerTimerCame(name, at: id, incarnation)
    case .requests(let requests, let id): requestsArrived(requests, at: id)
    case .peerAnswers(let answers, let id):
      answers.forEach { clientHears($0.request, $0.reply, by: id) }
    }
  }

  // MARK: Small things

  /// Reads the clock: once an event, so that all that comes of it has one time.
  mutating func readClock() { now = world.now }

  /// How many writes were acknowledged so far.
  public var acknowledgedWrites: Int {
    hasPeers ? versions.ledger.acknowledged : checker.ledger.acknowledged
  }

  /// A member; nil when there is none of that number.
  ///
  /// Copies it: what is done for every event goes to ``nodes`` itself.
  func node(_ id: NodeID) -> Node? {
    id.offset < nodes.count && nodes[id.offset].isMember ? nodes[id.offset] : nil
  }

  var memberNodes: [Node] { nodes.filter(\.isMember) }

  mutating func say(_ kind: Event.Kind, _ node: NodeID?, _ text: String) {
    eventCount += 1
    events.append(Event(number: eventCount, at: now, kind: kind, node: node, text: text))
    if events.count > 200 { events.removeFirst() }
  }

  mutating func observe(_ observation: Observation) {
    // What is known of nodes and disks holds for all models.
    if hasPeers { return observeForPeers(observation) }
    checker.observe(observation, at: now)
    if checker.violationCount > toldViolations || checker.findingCount > toldFindings {
      tellFindings()
    }
  }
}
