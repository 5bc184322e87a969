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
    var files = MemoryFileSystem()
    var condition = DiskCondition()
    /// When it will have done what is in order, and what is aside.
    var freeAt = Instant.start
    var asideFreeAt = Instant.start
  }

  private struct Pending: Sendable {
    enum Work: Sendable {
      case request(FileRequest, incarnation: UInt32)
      case wipe
    }

    var node: NodeID
    var work: Work
  }

  public private(set) var now = Instant.start
  /// How long disks take.
  public var times = DiskTimes()
  private var disks: [Disk?] = []
  private var pending = EventQueue<Pending>()

  /// A world without disks.
  public init() {}

  public var isLive: Bool { false }

  public var hasCompletion: Bool { pending.nextTime.map { $0 <= now } ?? false }

  public mutating func submit(_ request: FileRequest, node: NodeID, incarnation: UInt32) {
    guard let disk = disks[node.offset] else { return }
    var cost = Interval.zero
    for operation in request.operations { cost = cost + time(operation, disk.condition) }
    let done = takeTurn(request.turn, of: node, disk, for: cost)
    pending.schedule(
      Pending(node: node, work: .request(request, incarnation: incarnation)), at: done)
  }

  /// When what takes `cost` will be done, after all that goes before it.
  private mutating func takeTurn(
    _ turn: FileRequest.Turn, of node: NodeID, _ disk: Disk, for cost: Interval
  ) -> Instant {
    let done: Instant
    switch turn {
    case .inOrder:
      done = max(now, disk.freeAt) + cost
      disks[node.offset]?.freeAt = done
    case .aside:
      done = max(now, disk.asideFreeAt) + cost
      disks[node.offset]?.asideFreeAt = done
    case .alone:
      done = max(now, disk.freeAt, disk.asideFreeAt) + cost
      disks[node.offset]?.freeAt = done
      disks[node.offset]?.asideFreeAt = done
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
        empty.isFull = disks[done.node.offset]?.condition.isFull ?? false
        disks[done.node.offset]?.files = empty
      case .request(let request, let incarnation):
        let completion =
          disks[done.node.offset]?.files.perform(request)
          ?? FileCompletion(token: request.token, results: [], failure: nil)
        return .completion(
          DiskCompletion(node: done.node, incarnation: incarnation, completion: completion))
      }
    }
    now = max(now, deadline)
    return .deadline
  }

  public mutating func setDisk(_ node: NodeID, _ condition: DiskCondition) {
    disks[node.offset]?.condition = condition
    disks[node.offset]?.files.isFull = condition.isFull
  }

  public mutating func wipe(_ node: NodeID) {
    // In its turn: what is under way must not make files anew on the empty disk.
    guard let disk = disks[node.offset] else { return }
    let done = takeTurn(.alone, of: node, disk, for: .zero)
    pending.schedule(Pending(node: node, work: .wipe), at: done)
  }

  public mutating func crash(_ node: NodeID) {
    // Requests that the disk has taken finish; what was written and not synced goes when power
    // does, which this world's faults will do. A process's end alone leaves the disk as it is.
  }

  public mutating func attach(_ node: NodeID) throws {
    while disks.count <= node.offset { disks.append(nil) }
    if disks[node.offset] == nil { disks[node.offset] = Disk() }
  }

  public mutating func noteMembers(_ members: MemberNumbers) {}

  /// A node's files, for tests and tools.
  public func files(of node: NodeID) -> MemoryFileSystem? { disks[node.offset]?.files }

  /// Changes a node's files behind its back.
  public mutating func damage(_ node: NodeID, _ body: (inout MemoryFileSystem) -> Void) {
    guard var files = disks[node.offset]?.files else { return }
    body(&files)
    disks[node.offset]?.files = files
  }
}
