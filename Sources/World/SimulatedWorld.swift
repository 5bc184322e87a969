import Positions
import WriteAheadLog

/// A world that is a value: virtual time, files in memory. Equal beginnings and equal commands have
/// equal histories; a copy goes its own way.
public struct SimulatedWorld: World {
  /// How long disks take.
  public struct DiskTimes: Equatable, Sendable {
    /// A sync.
    public var sync = Interval.microseconds(500)
    /// Any operation.
    public var operation = Interval.microseconds(20)
    /// Bytes a second of reading and writing.
    public var bytesPerSecond = 1e9

    /// The times that a good local disk takes.
    public init() {}
  }

  private struct Disk: Sendable {
    /// Whether it was ever there; not an optional, which would be copied to look into it.
    var isAttached = false
    var files = MemoryFileSystem()
    var condition = DiskCondition()
    /// Counts the crashes: what was under way at one is not done any more.
    var life: UInt32 = 0
    var failsNext = false
    var misplacesNext = false
    /// When it will have done what is in order, and what is aside.
    var freeAt = Instant.start
    var asideFreeAt = Instant.start
  }

  private struct Pending: Sendable {
    enum Work: Sendable {
      case request(FileRequest, incarnation: UInt32, life: UInt32)
      case wipe
    }

    var node: NodeID
    var work: Work
  }

  public private(set) var now = Instant.start
  /// How long disks take.
  public var times = DiskTimes()
  private var disks: [Disk] = []
  private var pending = EventQueue<Pending>()
  /// Where the chance of crashes comes from; nil: a process's end leaves its disk as it is.
  private var random: RandomSource?

  /// A world without disks.
  ///
  /// - Parameter seed: of the chance in it: a crash is then a loss of power, which leaves of each sector
  ///   that was not synced the bytes before, those written, or garbage. Nil: crashes leave what was
  ///   handed to the disk.
  public init(seed: UInt64? = nil) {
    random = seed.map { RandomSource(seed: $0) }
  }

  public var isLive: Bool { false }

  /// When the next request ends; nil when none is under way.
  public var nextCompletion: Instant? { pending.nextTime }

  public var hasCompletion: Bool { pending.nextTime.map { $0 <= now } ?? false }

  public mutating func submit(_ request: FileRequest, node: NodeID, incarnation: UInt32) {
    // No copy of the disk is held: this is done for every request.
    guard disks[node.offset].isAttached else { return }
    let life = disks[node.offset].life
    let done = takeTurn(request.turn, of: node, for: cost(of: request, on: node))
    pending.schedule(
      Pending(node: node, work: .request(request, incarnation: incarnation, life: life)), at: done)
  }

  /// When what takes `cost` will be done, after all that goes before it.
  private mutating func takeTurn(
    _ turn: FileRequest.Turn, of node: NodeID, for cost: Interval
  ) -> Instant {
    let freeAt = disks[node.offset].freeAt
    let asideFreeAt = disks[node.offset].asideFreeAt
    let done: Instant
    switch turn {
    case .inOrder:
      done = max(now, freeAt) + cost
      disks[node.offset].freeAt = done
    case .aside:
      done = max(now, asideFreeAt) + cost
      disks[node.offset].asideFreeAt = done
    case .alone:
      done = max(now, freeAt, asideFreeAt) + cost
      disks[node.offset].freeAt = done
      disks[node.offset].asideFreeAt = done
    }
    return done
  }

  private func time(_ operation: FileOperation, _ condition: DiskCondition) -> Interval {
    switch operation {
    case .sync, .syncDirectory: times.sync + condition.syncDelay
    case .read(_, _, let count), .zeroFill(_, _, let count):
      times.operation + Interval(seconds: Double(count) / times.bytesPerSecond)
    case .write(_, _, let bytes):
      times.operation + Interval(seconds: Double(bytes.count) / times.bytesPerSecond)
    case .writeRecords(_, _, let records):
      times.operation + Interval(seconds: Double(records.count) / times.bytesPerSecond)
    case .list, .truncate, .rename, .remove: times.operation
    }
  }

  public mutating func wait(until deadline: Instant) -> WaitOutcome {
    while let next = pending.nextTime, next <= deadline, let (at, done) = pending.pop() {
      now = max(now, at)
      switch done.work {
      case .wipe:
        var empty = MemoryFileSystem()
        empty.isFull = disks[done.node.offset].condition.isFull
        disks[done.node.offset].files = empty
      case .request(let request, let incarnation, let life):
        guard disks[done.node.offset].life == life,
          let completion = perform(request, on: done.node)
        else { continue }
        return .completion(
          DiskCompletion(
            node: done.node, incarnation: incarnation, completion: completion, of: request))
      }
    }
    now = max(now, deadline)
    return .deadline
  }

  public mutating func setDisk(_ node: NodeID, _ condition: DiskCondition) {
    let before = disks[node.offset].condition
    disks[node.offset].condition = condition
    disks[node.offset].files.isFull = condition.isFull
    if condition.syncDelay != before.syncDelay { reschedule(on: node, before: before) }
  }

  /// Makes a disk's timetable anew: an operation that has begun ends as it would have under the condition
  /// `before`, all later ones take as long as they do under the present one. What goes on aside keeps the
  /// times that it was given: background work may lag behind the rest as far as it likes.
  private mutating func reschedule(on node: NodeID, before: DiskCondition) {
    let waiting = pending.pending
    pending = EventQueue()
    disks[node.offset].freeAt = now
    disks[node.offset].asideFreeAt = now
    var hasOrdered = false
    var hasAside = false
    for (at, event) in waiting {
      guard event.node == node, isAwaited(event) else {
        pending.schedule(event, at: at)
        continue
      }
      let (turn, cost) = demand(of: event)
      let hasBegun = !hasOrdered && (turn == .inOrder || !hasAside)
      hasOrdered = hasOrdered || turn != .aside
      if turn == .aside {
        hasAside = true
        disks[node.offset].asideFreeAt = at
        pending.schedule(event, at: at)
      } else if hasBegun {
        let at = end(of: event, planned: at, before: before)
        disks[node.offset].freeAt = at
        if turn == .alone { disks[node.offset].asideFreeAt = at }
        pending.schedule(event, at: at)
      } else {
        pending.schedule(event, at: takeTurn(turn, of: node, for: cost))
      }
    }
  }

  /// When what has begun will be done, which was to be at `planned` under the condition `before`.
  private func end(of event: Pending, planned: Instant, before: DiskCondition) -> Instant {
    guard case .request(let request, _, _) = event.work else { return planned }
    // Counted from the end: the operations that have not begun are the last ones.
    var begin = planned
    var rest = Interval.zero
    for operation in request.operations.reversed() {
      let cost = time(operation, before)
      guard begin - cost > now else { break }
      begin = begin - cost
      rest = rest + time(operation, disks[event.node.offset].condition)
    }
    return begin + rest
  }

  /// Whether it is still to be done: what was under way at a crash is not.
  private func isAwaited(_ event: Pending) -> Bool {
    guard case .request(_, _, let life) = event.work else { return true }
    return life == disks[event.node.offset].life
  }

  private func demand(of event: Pending) -> (turn: FileRequest.Turn, cost: Interval) {
    guard case .request(let request, _, _) = event.work else { return (.alone, .zero) }
    return (request.turn, cost(of: request, on: event.node))
  }

  private func cost(of request: FileRequest, on node: NodeID) -> Interval {
    let condition = disks[node.offset].condition
    var cost = Interval.zero
    for operation in request.operations { cost = cost + time(operation, condition) }
    return cost
  }

  public mutating func wipe(_ node: NodeID) {
    // In its turn: what is under way must not make files anew on the empty disk.
    guard disks[node.offset].isAttached else { return }
    let done = takeTurn(.alone, of: node, for: .zero)
    pending.schedule(Pending(node: node, work: .wipe), at: done)
  }

  /// Ends a node's process. With a seed power is lost too: of what was under way some operations were
  /// done, of what was not synced some sectors are left. Without, what is under way finishes.
  public mutating func crash(_ node: NodeID) {
    guard random != nil, disks[node.offset].isAttached else { return }
    for (_, waiting) in pending.pending where waiting.node == node {
      guard case .request(let request, _, let life) = waiting.work,
        life == disks[node.offset].life
      else { continue }
      let done = random?.uniform(0..<request.operations.count + 1) ?? 0
      for operation in request.operations.prefix(done) {
        guard (try? disks[node.offset].files.perform(operation)) != nil else { break }
      }
      // Of those in order only the first has begun.
      if done < request.operations.count, request.turn != .aside { break }
    }
    disks[node.offset].life += 1
    disks[node.offset].freeAt = now
    disks[node.offset].asideFreeAt = now
    if var chance = random {
      disks[node.offset].files.crash(&chance)
      random = chance
    }
  }

  // MARK: Faults of disks

  /// Does a request, with what was done to the disk.
  private mutating func perform(_ request: FileRequest, on node: NodeID) -> FileCompletion? {
    guard disks[node.offset].failsNext || disks[node.offset].misplacesNext else {
      return disks[node.offset].files.perform(request)
    }
    var results: [FileResult] = []
    for operation in request.operations {
      do {
        let fault = try faulty(operation, on: node)
        results.append(try disks[node.offset].files.perform(fault))
      } catch {
        return FileCompletion(token: request.token, results: results, failure: error)
      }
    }
    return FileCompletion(token: request.token, results: results, failure: nil)
  }

  /// What becomes of an operation on a disk that fails, or misplaces, the next one.
  private mutating func faulty(
    _ operation: FileOperation, on node: NodeID
  ) throws(FileError) -> FileOperation {
    switch operation {
    case .write(let name, _, _), .writeRecords(let name, _, _), .sync(let name):
      if disks[node.offset].failsNext {
        disks[node.offset].failsNext = false
        throw FileError(kind: .inputOutput(5), name: name)
      }
    default: break
    }
    if case .writeRecords(let name, let offset, let records) = operation,
      disks[node.offset].misplacesNext
    {
      disks[node.offset].misplacesNext = false
      // Some sectors on: what should have been written over stays as it was.
      let shift = MemoryFileSystem.sectorSize * (1 + (random?.uniform(0..<16) ?? 0))
      return .writeRecords(name: name, offset: offset + shift, records)
    }
    return operation
  }

  public mutating func failNext(_ node: NodeID) -> Bool {
    disks[node.offset].failsNext = true
    return true
  }

  public mutating func misplaceNext(_ node: NodeID) -> Bool {
    disks[node.offset].misplacesNext = true
    return true
  }

  public mutating func healDisk(_ node: NodeID) {
    disks[node.offset].failsNext = false
    disks[node.offset].misplacesNext = false
  }

  public mutating func flipBit(_ node: NodeID) -> String? {
    var chance = random ?? RandomSource(seed: 1)
    guard
      let found = disks[node.offset].files.flipBit(
        inNamesWith: "wal-", behind: MemoryFileSystem.pageSize, &chance)
    else { return nil }
    if random != nil { random = chance }
    return "\(found.name) at byte \(found.offset)"
  }

  public func isBusy(_ node: NodeID) -> Bool {
    // No copy of the disk is held: this is asked of every node at every look around.
    max(disks[node.offset].freeAt, disks[node.offset].asideFreeAt) > now + .milliseconds(100)
  }

  public mutating func attach(_ node: NodeID) throws {
    while disks.count <= node.offset { disks.append(Disk()) }
    disks[node.offset].isAttached = true
  }

  public mutating func noteMembers(_ members: MemberNumbers) {}

  /// Bytes of files that this world holds otherwise than `older` does, and `older` holds.
  public func bytesNotShared(with older: SimulatedWorld) -> Int {
    zip(older.disks, disks).reduce(0) { sum, pair in
      sum + pair.1.files.bytesNotShared(with: pair.0.files)
    }
  }

  /// A node's files, for tests and tools.
  public func files(of node: NodeID) -> MemoryFileSystem? {
    disks[node.offset].isAttached ? disks[node.offset].files : nil
  }

  /// Changes a node's files behind its back.
  public mutating func damage(_ node: NodeID, _ body: (inout MemoryFileSystem) -> Void) {
    if disks[node.offset].isAttached { body(&disks[node.offset].files) }
  }
}
