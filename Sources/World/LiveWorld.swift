import CProcessor
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
  /// Requests whose completions have not come yet, and when the last one came.
  private var inFlight = 0
  private var lastCompletion: Int64 = 0

  private static let watchedSpacing: Int64 = 1_000_000
  private static let watchMaximum: Int64 = 250_000

  /// Requests that are done one after another, by a thread of their own.
  private final class Lane: Sendable {
    enum Task: Sendable {
      case request(FileRequest, incarnation: UInt32)
      case condition(DiskCondition)
      case wipe
      /// Lets the other lane go, and waits until that has done what it does alone.
      case standBy(Latch, until: Latch)
      /// Waits until the other lane stands by.
      case await(Latch)
      /// Lets the other lane go on.
      case release(Latch)
    }

    let tasks = Mailbox<Task>()
    private let ended = Latch()
    private let thread: Thread

    init(node: NodeID, files: PosixFileSystem, completed: Mailbox<DiskCompletion>) throws {
      let tasks = tasks
      let ended = ended
      thread = try Thread.start {
        defer { ended.open() }
        var files = files
        while case .elements(let batch) = tasks.take(until: nil) {
          for task in batch {
            switch task {
            case .request(let request, let incarnation):
              let completion = files.perform(request)
              completed.put(
                DiskCompletion(
                  node: node, incarnation: incarnation, completion: completion, of: request))
            case .condition(let condition): files.condition = condition
            case .wipe:
              files.closeFiles()
              Directories.removeFiles(in: files.directory)
            case .standBy(let here, let done):
              here.open()
              done.wait()
            case .await(let latch): latch.wait()
            case .release(let latch): latch.open()
            }
          }
        }
      }
    }

    /// Ends the thread once it has done what it was given, or leaves it to itself at `deadline`
    /// (monotonic nanoseconds).
    func end(by deadline: Int64) {
      tasks.close()
      if ended.wait(until: deadline) { thread.join() } else { thread.detach() }
    }
  }

  /// A node's disk: a lane for requests in order, and one for those aside.
  private final class Disk: Sendable {
    private let files: PosixFileSystem
    private let inOrder: Lane
    private let aside: Lane

    init(node: NodeID, directory: String, completed: Mailbox<DiskCompletion>) throws {
      files = PosixFileSystem(directory: directory)
      inOrder = try Lane(node: node, files: files, completed: completed)
      aside = try Lane(node: node, files: files, completed: completed)
    }

    func submit(_ request: FileRequest, incarnation: UInt32) {
      switch request.turn {
      case .inOrder: inOrder.tasks.put(.request(request, incarnation: incarnation))
      case .aside: aside.tasks.put(.request(request, incarnation: incarnation))
      case .alone: alone(.request(request, incarnation: incarnation))
      }
    }

    func set(_ condition: DiskCondition) {
      inOrder.tasks.put(.condition(condition))
      aside.tasks.put(.condition(condition))
    }

    func wipe() { alone(.wipe) }

    private func alone(_ task: Lane.Task) {
      let here = Latch()
      let done = Latch()
      aside.tasks.put(.standBy(here, until: done))
      inOrder.tasks.put(.await(here))
      inOrder.tasks.put(task)
      inOrder.tasks.put(.release(done))
    }

    func interruptDelays() { files.interruptDelays() }

    func end(by deadline: Int64) {
      inOrder.end(by: deadline)
      aside.end(by: deadline)
    }
  }

  /// A world whose nodes' directories stand in `root`, which exists.
  public init(root: String) {
    self.root = root
  }

  public var now: Instant { clock.now }

  public var isLive: Bool { true }

  public var hasCompletion: Bool { nextReady < ready.count || mailbox.hasElements }

  /// Nanoseconds of the machine's monotonic clock.
  public static var monotonicNow: Int64 { MonotonicClock.now }

  public mutating func submit(_ request: FileRequest, node: NodeID, incarnation: UInt32) {
    inFlight += 1
    disks[node.offset]?.submit(request, incarnation: incarnation)
  }

  public mutating func wait(until deadline: Instant) -> WaitOutcome {
    if nextReady < ready.count {
      nextReady += 1
      return .completion(ready[nextReady - 1])
    }
    ready = []
    nextReady = 0
    let limit = clock.monotonic(at: deadline)
    watch(until: limit)
    switch mailbox.take(until: limit) {
    case .elements(let completions):
      lastCompletion = MonotonicClock.now
      inFlight -= completions.count
      ready = completions
      nextReady = 1
      return .completion(completions[0])
    case .woken, .closed: return .woken
    case .deadline: return clock.now >= deadline ? .deadline : .woken
    }
  }

  /// Looks for a completion for a moment before the thread sleeps, while they come one upon another:
  /// waking up takes about as long as a good part of a sync.
  private func watch(until limit: Int64) {
    let begun = MonotonicClock.now
    guard inFlight > 0, begun - lastCompletion < Self.watchedSpacing else { return }
    let end = min(limit, begun + Self.watchMaximum)
    while !mailbox.hasElements, MonotonicClock.now < end {
      for _ in 0..<16 { processor_pause() }
    }
  }

  public mutating func setDisk(_ node: NodeID, _ condition: DiskCondition) {
    disks[node.offset]?.set(condition)
  }

  public mutating func wipe(_ node: NodeID) {
    disks[node.offset]?.wipe()
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

  public mutating func noteMembers(_ members: MemberNumbers) throws {
    try DataDirectory.write(members, to: root)
  }

  /// Ends the delays put on syncs, so that closing the logs need not wait for them.
  public func interruptDelays() {
    for disk in disks { disk?.interruptDelays() }
  }

  /// Ends the disk threads, once they have done what they were given; a disk that hangs is given up
  /// after two seconds.
  public mutating func close() {
    interruptDelays()
    let deadline = MonotonicClock.now + 2_000_000_000
    for disk in disks { disk?.end(by: deadline) }
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
