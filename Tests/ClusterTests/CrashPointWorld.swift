import Positions
import World
import WriteAheadLog

/// The simulated world, in which a disk loses power just before one operation of those it is asked for.
///
/// The operations before it, also of the same request, are done; of what was not synced then, each
/// sector is old, new or garbage.
struct CrashPointWorld: World {
  /// What a disk is asked for that changes something, told apart as tests count it.
  enum Kind: Equatable {
    case write
    case sync
  }

  private var inner: SimulatedWorld
  private let node: NodeID
  /// The changing operations that the node asked for so far.
  private(set) var asked: [Kind] = []
  /// The operation, from 1, before which power is lost.
  var losesPowerBefore: Int?
  /// The request that it cuts short.
  private var cut: (token: FileToken, incarnation: UInt32)?
  /// Whether it was lost; the node's process is to be ended.
  private(set) var hasLostPower = false

  init(node: NodeID, seed: UInt64, losesPowerBefore: Int? = nil) {
    inner = SimulatedWorld(seed: seed)
    self.node = node
    self.losesPowerBefore = losesPowerBefore
  }

  private static func kind(_ operation: FileOperation) -> Kind? {
    switch operation {
    case .list, .read: nil
    case .sync, .syncDirectory: .sync
    case .write, .writeRecords, .zeroFill, .truncate, .rename, .remove: .write
    }
  }

  mutating func submit(_ request: FileRequest, node: NodeID, incarnation: UInt32) {
    guard node == self.node else {
      return inner.submit(request, node: node, incarnation: incarnation)
    }
    var request = request
    for (position, operation) in request.operations.enumerated() {
      guard let kind = Self.kind(operation) else { continue }
      asked.append(kind)
      if asked.count == losesPowerBefore {
        request.operations = Array(request.operations[..<position])
        cut = (request.token, incarnation)
        break
      }
    }
    inner.submit(request, node: node, incarnation: incarnation)
  }

  mutating func wait(until deadline: Instant) -> WaitOutcome {
    let outcome = inner.wait(until: deadline)
    guard case .completion(let done) = outcome, done.node == node, let cut, !hasLostPower,
      done.completion.token == cut.token, done.incarnation == cut.incarnation
    else { return outcome }
    hasLostPower = true
    inner.crash(node)
    return .woken
  }

  var now: Instant { inner.now }
  var isLive: Bool { inner.isLive }
  var hasCompletion: Bool { inner.hasCompletion }
  mutating func setDisk(_ node: NodeID, _ condition: DiskCondition) {
    inner.setDisk(node, condition)
  }
  mutating func wipe(_ node: NodeID) { inner.wipe(node) }
  mutating func crash(_ node: NodeID) { inner.crash(node) }
  mutating func attach(_ node: NodeID) throws { try inner.attach(node) }
  mutating func noteMembers(_ members: MemberNumbers) { inner.noteMembers(members) }
}
