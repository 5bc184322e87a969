import Positions
import Records
import Replication

/// Replicas as values, with nothing around them that acts by itself: messages arrive, disks finish
/// and timers run out only when told to.
///
/// What happens is written down, one canonical line an effect.
struct Ensemble {
  /// A message under way.
  struct Flight {
    var from: NodeID
    var to: NodeID
    var message: Message
  }

  /// A direction between two members.
  struct Direction: Hashable {
    var from: NodeID
    var to: NodeID
  }

  private(set) var members: [Member] = []
  /// What is under way, in order of sending.
  private(set) var flights: [Flight] = []
  private(set) var policy: Policy
  private var cuts: Set<Direction> = []
  private let founders: Membership
  private var keys: [String] = []
  private var sequences: [UInt64: UInt64] = [:]
  private var labels: [Label: String] = [:]
  private var readKeys: [UInt64: String] = [:]
  private var nextRead: UInt64 = 1

  /// What replicas wanted since it was last taken.
  private(set) var effects: [(id: NodeID, effect: Effect)] = []
  /// The lines since they were last taken.
  private(set) var lines: [String] = []
  /// Whether only what people and clients are told is written down.
  var isTerse = false

  /// Names a write.
  private struct Label: Hashable {
    var session: UInt64
    var sequence: UInt64
  }

  /// A new cluster of `count` members that have not heard of one another.
  init(_ count: Int, policy: Policy = Policy()) {
    self.policy = policy
    founders = Membership(voters: (1...count).map { NodeID($0) })
    for number in 1...count { join(NodeID(number)) }
  }

  mutating func takeLines() -> [String] {
    defer { lines = [] }
    return lines
  }

  mutating func takeEffects() -> [(id: NodeID, effect: Effect)] {
    defer { effects = [] }
    return effects
  }

  /// A member's replica, which runs.
  func replica(_ id: NodeID) -> Replica {
    guard let replica = member(id)?.replica else { preconditionFailure("\(id) does not run") }
    return replica
  }

  func member(_ id: NodeID) -> Member? { members.first { $0.id == id } }

  private func position(_ id: NodeID) -> Int {
    guard let position = members.firstIndex(where: { $0.id == id }) else {
      preconditionFailure("there is no \(id)")
    }
    return position
  }

  // MARK: What happens to members

  /// Hands an event to a member that runs, and takes down what it wants done.
  mutating func happen(_ event: ReplicaEvent, to id: NodeID) {
    let position = position(id)
    guard members[position].replica != nil else { return }
    var effects: [Effect] = []
    members[position].replica?.handle(event, into: &effects)
    carryOut(effects, of: id)
  }

  private mutating func carryOut(_ effects: [Effect], of id: NodeID) {
    var appended = false
    for effect in effects {
      self.effects.append((id, effect))
      carryOut(effect, of: position(id))
      if case .append = effect { appended = true }
    }
    if appended, !policy.syncsEveryBatch { happen(.written(replica(id).head), to: id) }
  }

  private mutating func carryOut(_ effect: Effect, of position: Int) {
    let id = members[position].id
    switch effect {
    case .append(let batch): members[position].disk.ask(.flush(batch))
    case .saveVote(let term, _): members[position].disk.ask(.saveVote(term))
    case .truncate(let point): members[position].disk.ask(.truncate(point))
    case .readLog(let after, let purpose):
      members[position].disk.ask(.readLog(after: after, purpose))
    case .readCheckpoint(let index, let purpose):
      members[position].disk.ask(.readCheckpoint(atOrBelow: index, purpose))
    case .install(let checkpoint): members[position].disk.ask(.install(checkpoint))
    case .setTimer(let name, _): members[position].timers.insert(name)
    case .setFollowerTimers: members[position].timers.formUnion([.election, .lease])
    case .cancelTimer(let name): members[position].timers.remove(name)
    case .send(let message, let receiver):
      let isLost = cuts.contains(Direction(from: id, to: receiver))
      if !isLost { flights.append(Flight(from: id, to: receiver, message: message)) }
      if !isTerse {
        lines.append("\(id) -> \(receiver) \(message.line)" + (isLost ? "  (lost)" : ""))
      }
      return
    case .acknowledge, .refuse, .abandon, .answer, .applied, .committed, .internalRecord, .notice:
      break
    }
    if let line = line(for: effect, isTerse: isTerse) { lines.append("\(id) \(line)") }
  }

  /// Starts a member from what is durable.
  mutating func start(_ id: NodeID, isSuspect: Bool = false, isCold: Bool = false) {
    let position = position(id)
    members[position].timers = []
    members[position].replica = Replica(
      id: id, policy: policy,
      origin: members[position].origin(
        members: founders.contains(id) ? founders : Membership(voters: []), isSuspect: isSuspect,
        isCold: isCold))
    var effects: [Effect] = []
    members[position].replica?.start(into: &effects)
    carryOut(effects, of: id)
  }

  /// Adds a member that holds nothing and belongs to nothing yet.
  mutating func join(_ id: NodeID) {
    members.append(Member(id: id))
    start(id)
  }

  /// Ends a member's process: what is not durable is gone.
  mutating func crash(_ id: NodeID) {
    members[position(id)].replica = nil
    members[position(id)].disk.crash()
  }

  /// Loses a member's disk, and its process with it.
  mutating func wipe(_ id: NodeID) {
    crash(id)
    members[position(id)].disk = MemberDisk()
  }

  /// Lets a timer run out; false when it is not set.
  mutating func fire(_ timer: TimerName, of id: NodeID) -> Bool {
    guard members[position(id)].timers.remove(timer) != nil else { return false }
    happen(.timer(timer), to: id)
    return true
  }

  mutating func setPolicy(_ new: Policy) {
    policy = new
    for member in members { happen(.policyChanged(new), to: member.id) }
  }

  /// Keeps a checkpoint of a member's state, which shows nothing that is not committed.
  mutating func keepCheckpoint(_ id: NodeID) {
    let replica = replica(id)
    precondition(replica.applied.index <= replica.commit, "no checkpoint passes commit")
    members[position(id)].disk.checkpoints.append(
      StateCheckpoint(
        point: replica.applied, payload: replica.state.encoded,
        membership: replica.membership(at: replica.applied.index)))
  }

  mutating func forgetLog(of id: NodeID, through index: Index) {
    members[position(id)].disk.forget(through: index)
  }

  /// Forgets a member's checkpoints, as those are that show more than its log has been cut to.
  mutating func forgetCheckpoints(of id: NodeID) {
    members[position(id)].disk.checkpoints = []
  }

  /// Exchanges a member's log for one of the same numbers and terms, and other values.
  mutating func exchangeLog(of id: NodeID) {
    let log = members[position(id)].disk.log
    var other = RecordBatch(after: log.previous)
    for (position, entry) in log.entries.enumerated() {
      var payload = log.withPayload(at: position) { Array($0) }
      if entry.kind == .write { payload[payload.count - 1] ^= 1 }
      other.append(kind: entry.kind, term: entry.term, payload: payload)
    }
    members[position(id)].disk.log = other
  }

  /// Gives a member's disk the log of another one, as mending does where all of it was damaged.
  mutating func repairLog(of id: NodeID, from other: NodeID) {
    members[position(id)].disk.log = members[position(other)].disk.log
  }

  // MARK: Clients

  /// Proposes writes of one session to a member.
  mutating func write(_ pairs: [(key: String, value: String)], to id: NodeID, session: UInt64 = 1) {
    var proposal = Proposal()
    for (key, value) in pairs {
      let sequence = sequences[session, default: 0] + 1
      sequences[session] = sequence
      labels[Label(session: session, sequence: sequence)] = "\(key)=\(value)"
      if !keys.contains(key) { keys.append(key) }
      let span = Array(key.utf8).withUnsafeBytes { key in
        Array(value.utf8).withUnsafeBytes { value in
          ClientWrite.encode(
            session: session, sequence: sequence, key: key, value: value, into: &proposal.bytes)
        }
      }
      proposal.spans.append(span)
      proposal.origins.append(WriteOrigin(session: session, sequence: sequence))
    }
    happen(.propose(proposal), to: id)
  }

  mutating func read(
    _ key: String, from id: NodeID, _ requirement: ReadRequirement, isForLeader: Bool = false
  ) {
    readKeys[nextRead] = key
    nextRead += 1
    happen(
      .read(
        ReadRequest(
          id: nextRead - 1, keys: [Array(key.utf8)], requirement: requirement,
          isForLeader: isForLeader)),
      to: id)
  }

  func name(of origin: WriteOrigin) -> String {
    labels[Label(session: origin.session, sequence: origin.sequence)] ?? "?"
  }

  func key(ofRead id: UInt64) -> String { readKeys[id] ?? "?" }

  // MARK: Links and disks

  /// Cuts a direction; what is under way on it is lost.
  mutating func cut(_ from: NodeID, _ to: NodeID) {
    cuts.insert(Direction(from: from, to: to))
    drop { $0.from == from && $0.to == to }
  }

  mutating func mend() { cuts = [] }

  mutating func drop(where isLost: (Flight) -> Bool) { flights.removeAll(where: isLost) }

  mutating func setFrozen(_ id: NodeID, _ isFrozen: Bool) {
    members[position(id)].isFrozen = isFrozen
  }

  mutating func setStuck(_ id: NodeID, _ isStuck: Bool) {
    members[position(id)].disk.isStuck = isStuck
  }

  /// Delivers what is under way now and `isWanted`; what is sent on the way stays under way.
  mutating func deliver(where isWanted: (Flight) -> Bool = { _ in true }) {
    let all = flights
    func isReady(_ flight: Flight) -> Bool {
      isWanted(flight) && member(flight.to)?.isFrozen != true
    }
    let ready = all.filter(isReady)
    flights = all.filter { !isReady($0) }
    for flight in ready where member(flight.to) != nil {
      happen(.message(flight.message, from: flight.from), to: flight.to)
    }
  }

  /// Delivers the oldest message of one direction.
  mutating func deliverOldest(from: NodeID, to: NodeID) {
    guard let position = flights.firstIndex(where: { $0.from == from && $0.to == to }) else {
      return
    }
    happen(.message(flights.remove(at: position).message, from: from), to: to)
  }

  /// Lets a member's disk finish what it was asked until now.
  mutating func completeDisk(_ id: NodeID) {
    var left = members[position(id)].disk.queue.count
    while left > 0, let event = members[position(id)].disk.completeNext() {
      happen(event, to: id)
      left = min(left - 1, members[position(id)].disk.queue.count)
    }
  }

  /// Lets a member's disk finish one thing that it was asked.
  mutating func stepDisk(_ id: NodeID) {
    guard let event = members[position(id)].disk.completeNext(merges: false) else { return }
    happen(event, to: id)
  }

  /// Lets disks finish and messages arrive until nothing is left to do; no timer runs out.
  ///
  /// - Returns: whether it came to rest.
  mutating func settle() -> Bool {
    for _ in 0..<500 {
      let busy = members.filter { !$0.disk.isStuck && !$0.isFrozen && !$0.disk.queue.isEmpty }
      let isFlying = flights.contains { member($0.to)?.isFrozen != true }
      if busy.isEmpty, !isFlying { return true }
      for member in busy { completeDisk(member.id) }
      deliver()
    }
    return false
  }

  // MARK: Looking

  /// The keys of a member's state with their values, in order of their first writing.
  func contents(_ replica: Replica) -> String {
    let pairs = keys.compactMap { key in
      replica.state.version(of: Array(key.utf8)).map {
        "\(key)=\(String(decoding: $0.value, as: UTF8.self))"
      }
    }
    return "{" + pairs.joined(separator: " ") + "}"
  }
}
