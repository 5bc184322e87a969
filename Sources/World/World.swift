import Positions
import WriteAheadLog

/// A disk's request as it ended.
public struct DiskCompletion: Equatable, Sendable {
  /// Whose disk.
  public var node: NodeID
  /// The node's life in which it was submitted.
  public var incarnation: UInt32
  /// How it ended.
  public var completion: FileCompletion
  /// Whether something was not written or not synced, for another reason than a full disk.
  public var failsToWrite = false

  /// A completion.
  public init(node: NodeID, incarnation: UInt32, completion: FileCompletion) {
    self.node = node
    self.incarnation = incarnation
    self.completion = completion
  }

  /// A completion of a request.
  public init(
    node: NodeID, incarnation: UInt32, completion: FileCompletion, of request: FileRequest
  ) {
    self.init(node: node, incarnation: incarnation, completion: completion)
    guard case .inputOutput? = completion.failure?.kind,
      completion.results.count < request.operations.count
    else { return }
    if case .read = request.operations[completion.results.count] { return }
    failsToWrite = true
  }
}

/// What ended a wait.
public enum WaitOutcome: Equatable, Sendable {
  /// A disk's request ended.
  case completion(DiskCompletion)
  /// The deadline was reached.
  case deadline
  /// Someone else wants to be heard.
  case woken
}

/// What an operator did to a disk.
public struct DiskCondition: Equatable, Sendable {
  /// Time added to each sync.
  public var syncDelay: Interval
  /// Whether there is no room left.
  public var isFull: Bool

  /// A condition.
  public init(syncDelay: Interval = .zero, isFull: Bool = false) {
    self.syncDelay = syncDelay
    self.isFull = isFull
  }
}

/// Who belongs to a cluster, by number; a number is never used again.
public struct MemberNumbers: Equatable, Sendable {
  /// The members' numbers, in order.
  public var members: [Int]
  /// The next new member's number.
  public var next: Int

  /// These members.
  public init(members: [Int], next: Int) {
    self.members = members
    self.next = next
  }

  /// A new cluster's `count` members.
  public init(first count: Int) {
    self.init(members: Array(1...max(1, count)), next: max(1, count) + 1)
  }
}

/// A clock and the members' disks.
///
/// A node's requests are done each in its turn; different nodes' side by side. What is in flight at a
/// crash finishes before anything that is then submitted to be done alone begins.
public protocol World: Sendable {
  /// The cluster's time.
  var now: Instant { get }
  /// Whether the files are real and time passes by itself.
  var isLive: Bool { get }
  /// Whether ``wait(until:)`` would give a completion at once.
  var hasCompletion: Bool { get }
  /// Queues a request for a node's disk.
  mutating func submit(_ request: FileRequest, node: NodeID, incarnation: UInt32)
  /// Waits for the next completion, at most until `deadline`.
  mutating func wait(until deadline: Instant) -> WaitOutcome
  /// Sets what a node's disk suffers from.
  mutating func setDisk(_ node: NodeID, _ condition: DiskCondition)
  /// Loses a node's disk: all its files.
  mutating func wipe(_ node: NodeID)
  /// Ends a node's process: what was not synced may be lost, completions under way are not told.
  mutating func crash(_ node: NodeID)
  /// Makes a node's directory, if there is none.
  mutating func attach(_ node: NodeID) throws
  /// Makes a node's disk fail its next write or sync.
  ///
  /// - Returns: false where only the simulated world can.
  mutating func failNext(_ node: NodeID) -> Bool
  /// Makes a node's next write of records land elsewhere in its file.
  ///
  /// - Returns: false where only the simulated world can.
  mutating func misplaceNext(_ node: NodeID) -> Bool
  /// Flips a bit of a node's log, in a place that was synced.
  ///
  /// - Returns: where; nil where only the simulated world can, or where there is nothing yet.
  mutating func flipBit(_ node: NodeID) -> String?
  /// Takes back what a node's disk was told to do wrong next.
  mutating func healDisk(_ node: NodeID)
  /// Whether a node's disk has more to do than it does in a moment, where that is known.
  func isBusy(_ node: NodeID) -> Bool
  /// Keeps who belongs to the cluster, where a later process finds it.
  mutating func noteMembers(_ members: MemberNumbers) throws
}

extension World {
  public func isBusy(_ node: NodeID) -> Bool { false }
  public mutating func failNext(_ node: NodeID) -> Bool { false }
  public mutating func misplaceNext(_ node: NodeID) -> Bool { false }
  public mutating func flipBit(_ node: NodeID) -> String? { nil }
  public mutating func healDisk(_ node: NodeID) {}
}

extension FileSystem {
  /// Does a request's operations in order, up to the first that fails.
  public mutating func perform(_ request: FileRequest) -> FileCompletion {
    performEach(of: request)
  }

  mutating func performEach(of request: FileRequest) -> FileCompletion {
    var results: [FileResult] = []
    results.reserveCapacity(request.operations.count)
    for operation in request.operations {
      do {
        results.append(try perform(operation))
      } catch {
        return FileCompletion(token: request.token, results: results, failure: error)
      }
    }
    return FileCompletion(token: request.token, results: results, failure: nil)
  }
}
