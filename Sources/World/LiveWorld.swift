import Positions
import Synchronization
import WriteAheadLog

#if canImport(Glibc)
  import Glibc
#endif

/// Real files and the wall clock; a disk thread a node.
public struct LiveWorld: World {
  private let root: String
  private let mailbox = Mailbox<DiskCompletion>()
  private let clock = PacedClock()
  private var disks: [Disk?] = []
  private var ready: [DiskCompletion] = []
  private var nextReady = 0

  /// A node's disk: a thread that does requests one after another.
  private final class Disk: Sendable {
    enum Task: Sendable {
      case request(FileRequest, incarnation: UInt32)
      case condition(DiskCondition)
      case wipe
    }

    let tasks = Mailbox<Task>()
    let thread: Thread

    init(node: NodeID, directory: String, completed: Mailbox<DiskCompletion>) throws {
      let tasks = tasks
      thread = try Thread.start {
        var files = PosixFileSystem(directory: directory)
        while case .elements(let batch) = tasks.take(until: nil) {
          for task in batch {
            switch task {
            case .request(let request, let incarnation):
              let completion = files.perform(request)
              completed.put(
                DiskCompletion(node: node, incarnation: incarnation, completion: completion))
            case .condition(let condition): files.condition = condition
            case .wipe:
              files.closeFiles()
              Directories.removeFiles(in: directory)
            }
          }
        }
        files.closeFiles()
      }
    }
  }

  /// A world whose nodes' directories stand in `root`, which exists.
  public init(root: String) {
    self.root = root
  }

  public var now: Instant { clock.now }

  public var isLive: Bool { true }

  public var hasCompletion: Bool { nextReady < ready.count }

  /// Nanoseconds of the machine's monotonic clock.
  public static var monotonicNow: Int64 { MonotonicClock.now }

  public mutating func submit(_ request: FileRequest, node: NodeID, incarnation: UInt32) {
    disks[node.offset]?.tasks.put(.request(request, incarnation: incarnation))
  }

  public mutating func wait(until deadline: Instant) -> WaitOutcome {
    if nextReady < ready.count {
      nextReady += 1
      return .completion(ready[nextReady - 1])
    }
    ready = []
    nextReady = 0
    switch mailbox.take(until: clock.monotonic(at: deadline)) {
    case .elements(let completions):
      ready = completions
      nextReady = 1
      return .completion(completions[0])
    case .woken, .closed: return .woken
    case .deadline: return clock.now >= deadline ? .deadline : .woken
    }
  }

  public mutating func setDisk(_ node: NodeID, _ condition: DiskCondition) {
    disks[node.offset]?.tasks.put(.condition(condition))
  }

  public mutating func wipe(_ node: NodeID) {
    disks[node.offset]?.tasks.put(.wipe)
  }

  public mutating func crash(_ node: NodeID) {
    // A log hands its records over as one write and sync: what it had not handed over is gone with
    // the node's memory, and what is in flight finishes before anything submitted later.
  }

  public mutating func attach(_ node: NodeID) throws {
    while disks.count <= node.offset { disks.append(nil) }
    guard disks[node.offset] == nil else { return }
    let directory = root + "/" + node.description
    try Directories.make(directory)
    disks[node.offset] = try Disk(node: node, directory: directory, completed: mailbox)
  }

  /// Ends the disk threads, once they have done what they were given.
  public mutating func close() {
    for disk in disks { disk?.tasks.close() }
    for disk in disks { disk?.thread.join() }
    disks = []
  }

  // MARK: The clock

  /// Whether time stands.
  public var isPaused: Bool { clock.isPaused }

  /// Time's speed, at most 1.
  public var speed: Double { clock.speed }

  /// Lets time stand.
  public func pause() { clock.pause() }

  /// Lets time go on.
  public func resume() { clock.resume() }

  /// Sets time's speed, above 0 and at most 1.
  public func setSpeed(_ speed: Double) { clock.setSpeed(speed) }

  /// Wakes and paces a live world from other threads.
  public struct Waker: Sendable {
    fileprivate let mailbox: Mailbox<DiskCompletion>
    fileprivate let clock: PacedClock

    /// Ends the present wait, or the next.
    public func wake() { mailbox.wake() }

    /// Lets time stand.
    public func pause() { clock.pause() }

    /// Lets time go on.
    public func resume() {
      clock.resume()
      mailbox.wake()
    }
  }

  /// For other threads.
  public var waker: Waker { Waker(mailbox: mailbox, clock: clock) }
}
