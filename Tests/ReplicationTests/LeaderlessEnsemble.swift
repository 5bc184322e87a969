import Positions
import Records

@testable import Replication

/// Replicas without a leader in virtual time: messages take a while, get lost and come twice, disks sync,
/// processes end and start again from what was durable. Equal seeds give equal runs.
struct LeaderlessEnsemble {
  /// What happens at some time.
  private enum Happening {
    case arrives(PeerMessage, from: NodeID, to: NodeID)
    case timer(PeerTimer, of: NodeID, incarnation: UInt64)
    case synced(NodeID, incarnation: UInt64)
  }

  /// A node: its process, if it runs, and its disk.
  struct Node {
    var replica: LeaderlessReplica?
    var incarnation: UInt64 = 0
    /// What is durable, and what was appended since.
    var durable = RecordBatch(after: .origin)
    var pending: [RecordBatch] = []
    /// How many of the pending ones a sync that is under way makes durable.
    var syncing: Int?
    var skew = Interval.zero
  }

  /// A client's operation.
  struct Operation {
    var key: String
    var isRead: Bool
    var began: Instant
    var ended: Instant?
    var answer: PeerAnswer?
  }

  /// A direction between two nodes.
  struct Direction: Hashable {
    var from: NodeID
    var to: NodeID
  }

  private(set) var nodes: [Node] = []
  private(set) var now = Instant.start
  var policy: PeerPolicy
  var chance: Chance
  var lossPercent = 0
  var repeatPercent = 0
  /// The longest a message takes, in microseconds.
  var delayMaximum: UInt64 = 5_000
  var cuts: Set<Direction> = []
  private(set) var operations: [Operation] = []
  private(set) var notes: [(at: NodeID, note: PeerNote)] = []
  /// Versions made: never twice the same.
  private(set) var made: Set<MadeVersion> = []
  private(set) var madeTwice = 0
  /// Messages of digests sent.
  private(set) var digestsSent = 0
  var keepsNotes = true
  /// What became of deleted keys.
  private(set) var tombstones = TombstoneWatch()

  struct MadeVersion: Hashable {
    var key: [UInt8]
    var dot: Dot
  }

  private var heap: [(at: Instant, order: UInt64, what: Happening)] = []
  private var order: UInt64 = 0

  init(_ count: Int, policy: (inout PeerPolicy) -> Void = { _ in }, seed: UInt64 = 1) {
    var made = PeerPolicy(members: (1...count).map { NodeID($0) })
    made.leaderless.gossip = .milliseconds(100)
    made.leaderless.writeTimeout = .milliseconds(500)
    made.leaderless.readTimeout = .milliseconds(500)
    made.leaderless.antiEntropy = .seconds(1)
    policy(&made)
    self.policy = made
    chance = Chance(seed: seed)
    nodes = Array(repeating: Node(), count: count)
    for number in 1...count { start(NodeID(number)) }
  }

  // MARK: Nodes

  func replica(_ number: Int) -> LeaderlessReplica {
    guard let replica = nodes[number - 1].replica else { preconditionFailure("n\(number) is down") }
    return replica
  }

  func isRunning(_ number: Int) -> Bool { nodes[number - 1].replica != nil }

  mutating func setSkew(_ skew: Interval, of number: Int) { nodes[number - 1].skew = skew }

  private func clock(of id: NodeID) -> PeerClock {
    PeerClock(wall: now + nodes[id.offset].skew, steady: now)
  }

  /// Starts a node from its disk; through a checkpoint, if wanted.
  mutating func start(_ id: NodeID, throughCheckpoint: Bool = false) {
    guard nodes[id.offset].replica == nil else { return }
    nodes[id.offset].incarnation += 1
    var replica = LeaderlessReplica(id: id, policy: policy)
    replica.replay(nodes[id.offset].durable)
    if throughCheckpoint {
      var other = LeaderlessReplica(id: id, policy: policy)
      precondition(other.restore(replica.checkpoint, at: replica.head), "it reads what it wrote")
      replica = other
    }
    var effects: [PeerEffect] = []
    replica.start(
      incarnation: nodes[id.offset].incarnation, clock: clock(of: id), into: &effects)
    nodes[id.offset].replica = replica
    carryOut(effects, of: id)
  }

  mutating func start(_ number: Int, throughCheckpoint: Bool = false) {
    start(NodeID(number), throughCheckpoint: throughCheckpoint)
  }

  /// Ends a process: what was not synced is gone.
  mutating func crash(_ number: Int) {
    nodes[number - 1].replica = nil
    nodes[number - 1].pending = []
    nodes[number - 1].syncing = nil
  }

  /// Another node comes, with an empty disk, and the others hear of it.
  mutating func addNode() {
    let old = nodes.count
    nodes.append(Node())
    policy.members.append(NodeID(nodes.count))
    for number in 1...old { happen(.policyChanged(policy), to: NodeID(number)) }
    start(NodeID(nodes.count))
  }

  mutating func cut(_ from: Int, _ to: Int) {
    cuts.insert(Direction(from: NodeID(from), to: NodeID(to)))
  }

  /// Everything works again.
  mutating func heal() {
    cuts = []
    lossPercent = 0
    repeatPercent = 0
    for number in 1...nodes.count where !isRunning(number) { start(number) }
  }

  mutating func change(_ body: (inout PeerPolicy) -> Void) {
    body(&policy)
    for number in 1...nodes.count { happen(.policyChanged(policy), to: NodeID(number)) }
  }

  mutating func happen(_ event: PeerEvent, to id: NodeID) {
    guard nodes[id.offset].replica != nil else { return }
    var effects: [PeerEffect] = []
    let clock = clock(of: id)
    nodes[id.offset].replica?.handle(event, clock: clock, into: &effects)
    carryOut(effects, of: id)
  }

  // MARK: Clients

  /// Sends a request to a node; gives the operation's number.
  @discardableResult
  mutating func request(
    _ key: String, _ kind: PeerRequest.Kind, at number: Int, level: RequestLevel? = nil,
    floor: VersionVector = VersionVector()
  ) -> Int {
    let isRead = kind == .read
    operations.append(Operation(key: key, isRead: isRead, began: now))
    let request = PeerRequest(
      id: UInt64(operations.count), key: Array(key.utf8), kind: kind, level: level, floor: floor)
    happen(.request(request), to: NodeID(number))
    return operations.count - 1
  }

  /// Writes a value, and lets time pass until there is an answer.
  @discardableResult
  mutating func put(
    _ key: String, _ value: String, at number: Int, seen: VersionVector? = nil
  ) -> PeerAnswer? {
    change(key, .value(Array(value.utf8)), at: number, seen: seen)
  }

  @discardableResult
  mutating func change(
    _ key: String, _ change: Change, at number: Int, seen: VersionVector? = nil
  ) -> PeerAnswer? {
    let operation = request(key, .change(change, seen: seen), at: number)
    return answer(to: operation)
  }

  /// Reads, and lets time pass until there is an answer.
  mutating func get(_ key: String, at number: Int, level: RequestLevel? = nil) -> PeerAnswer? {
    let operation = request(key, .read, at: number, level: level)
    return answer(to: operation)
  }

  /// The values that a read shows; nil: it was not answered with any.
  mutating func values(_ key: String, at number: Int, level: RequestLevel? = nil) -> [String]? {
    guard case .value(let state, _) = get(key, at: number, level: level) else { return nil }
    return state.entries.compactMap { $0.payload.map { String(decoding: $0, as: UTF8.self) } }
  }

  private mutating func answer(to operation: Int) -> PeerAnswer? {
    let limit = now + .seconds(3)
    while operations[operation].answer == nil, let next = heap.first, next.at <= limit { step() }
    return operations[operation].answer
  }

  // MARK: Time

  /// Lets time pass.
  mutating func run(_ length: Interval) {
    let end = now + length
    while let next = heap.first, next.at <= end { step() }
    now = end
  }

  private mutating func step() {
    let next = pop()
    now = max(now, next.at)
    switch next.what {
    case .arrives(let message, let sender, let receiver):
      if receiver.offset < nodes.count { happen(.message(message, from: sender), to: receiver) }
    case .timer(let timer, let id, let incarnation):
      if nodes[id.offset].incarnation == incarnation { happen(.timer(timer), to: id) }
    case .synced(let id, let incarnation):
      guard nodes[id.offset].incarnation == incarnation, let count = nodes[id.offset].syncing
      else { return }
      for batch in nodes[id.offset].pending.prefix(count) {
        nodes[id.offset].durable.append(contentsOf: batch)
      }
      nodes[id.offset].pending.removeFirst(count)
      nodes[id.offset].syncing = nil
      sync(id)
      happen(.flushed(nodes[id.offset].durable.last), to: id)
    }
  }

  private mutating func sync(_ id: NodeID) {
    guard nodes[id.offset].syncing == nil, !nodes[id.offset].pending.isEmpty else { return }
    nodes[id.offset].syncing = nodes[id.offset].pending.count
    let length = Interval.microseconds(100 + Int(chance.next() % 2_000))
    push(now + length, .synced(id, incarnation: nodes[id.offset].incarnation))
  }

  private mutating func carryOut(_ effects: [PeerEffect], of id: NodeID) {
    if let batch = nodes[id.offset].replica?.seal() {
      nodes[id.offset].pending.append(batch)
      if !policy.syncsEveryBatch { happen(.written(batch.last), to: id) }
      sync(id)
    }
    for effect in effects {
      switch effect {
      case .send(let message, let receiver): send(message, from: id, to: receiver)
      case .setTimer(let timer, let length):
        push(now + length, .timer(timer, of: id, incarnation: nodes[id.offset].incarnation))
      case .answer(let request, let answer):
        let operation = Int(request) - 1
        if operations[operation].answer == nil {
          operations[operation].answer = answer
          operations[operation].ended = now
        }
      case .readLog: break
      case .note(let note): take(note, of: id)
      }
    }
  }

  private mutating func take(_ note: PeerNote, of id: NodeID) {
    if case .created(let key, _, _, _, let dot, _, _, _) = note,
      !made.insert(MadeVersion(key: key, dot: dot)).inserted
    {
      madeTwice += 1
    }
    tombstones.take(note, of: id)
    if keepsNotes { notes.append((id, note)) }
  }

  private mutating func send(_ message: PeerMessage, from sender: NodeID, to receiver: NodeID) {
    if case .digests = message { digestsSent += 1 }
    guard !cuts.contains(Direction(from: sender, to: receiver)) else { return }
    if chance.next() % 100 < UInt64(lossPercent) { return }
    let copies = chance.next() % 100 < UInt64(repeatPercent) ? 2 : 1
    for copy in 0..<copies {
      // What comes twice may come late.
      let longest = copy == 0 ? delayMaximum : 3_000_000
      let delay = Interval.microseconds(Int(100 + chance.next() % longest))
      push(now + delay, .arrives(message, from: sender, to: receiver))
    }
  }

  // MARK: The queue, a binary heap

  private mutating func push(_ at: Instant, _ what: Happening) {
    order += 1
    heap.append((at, order, what))
    var place = heap.count - 1
    while place > 0, isBefore(place, (place - 1) / 2) {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  private mutating func pop() -> (at: Instant, order: UInt64, what: Happening) {
    heap.swapAt(0, heap.count - 1)
    let first = heap.removeLast()
    var place = 0
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2] where child < heap.count {
        if isBefore(child, least) { least = child }
      }
      if least == place { return first }
      heap.swapAt(place, least)
      place = least
    }
  }

  private func isBefore(_ left: Int, _ right: Int) -> Bool {
    (heap[left].at, heap[left].order) < (heap[right].at, heap[right].order)
  }
}
