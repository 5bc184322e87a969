import Collections
import Positions
import Records

/// What a leader knows of one follower.
public struct Progress: Equatable, Sendable {
  /// How records reach it.
  public enum Mode: Equatable, Sendable {
    /// From the leader's memory.
    case streaming
    /// The leader reads them back from its log.
    case reading
    /// It was sent a checkpoint, and must have installed it first.
    case installing(Index)
  }

  /// Which follower.
  public var node: NodeID
  /// How records reach it.
  public var mode = Mode.streaming
  /// The end of what was sent.
  public var sent: LogPoint
  /// What it says it holds of the leader's log.
  public var positions = FollowerPositions.none
  /// Whether it answered since the last look.
  public var isActive = true
  /// Whether it answered before that look.
  public var wasActive = true
  /// The newest round it answered.
  var answered: UInt64 = 0
  /// The round in which sending began anew; what answers earlier ones is old news.
  var restartRound: UInt64 = 0
  /// Where sending began: what lies before is not under way.
  var restartEnd: LSN
  /// Times that sending began anew since the last heartbeat.
  var restarts = 0
  /// Looks passed since it was last sent a checkpoint or a read of the log.
  var idleLooks = 0

  init(node: NodeID, sent: LogPoint) {
    self.node = node
    self.sent = sent
    restartEnd = sent.end
  }

  /// Bytes sent and not yet known to be on its disk.
  var inFlight: Int { sent.end.distance(from: max(restartEnd, positions.flushedEnd)) }

  /// Sends what comes next from behind `point` on; what the follower held before does not count
  /// until it says so again.
  mutating func restart(after point: LogPoint, round: UInt64) {
    sent = point
    restartEnd = point.end
    restartRound = round
  }

  /// Takes in what it says it holds.
  mutating func moved(to new: FollowerPositions) {
    if positions.isFull, !new.isFull {
      // What was sent meanwhile was not taken: the next heartbeat finds out where to go on.
      restarts = 0
    }
    positions = FollowerPositions(
      received: max(positions.received, new.received),
      flushed: max(positions.flushed, new.flushed),
      applied: max(positions.applied, new.applied),
      flushedEnd: max(positions.flushedEnd, new.flushedEnd), isFull: new.isFull)
  }

  /// Whether it counts as answering.
  public var answers: Bool { isActive || wasActive }
}

/// A change of members that the operator asked for.
enum MemberChange: Equatable, Sendable {
  case add(NodeID)
  case remove(NodeID)
}

/// What a leader knows, beyond what every replica does.
public struct Leadership: Sendable {
  /// Writes whose clients wait, in one batch of records.
  struct Waiting: Sendable {
    var first: Index
    var origins: [WriteOrigin]
  }

  /// A linearizable read that waits for leadership to be confirmed.
  struct ConfirmingRead: Sendable {
    enum Asker: Sendable {
      case client(ReadRequest)
      case follower(NodeID, id: UInt64)
    }
    var asker: Asker
  }

  /// The term it leads; its replica's own may already be a newer one when it steps down.
  public let term: Term
  /// The followers, in order of number.
  public internal(set) var progress: [Progress]
  /// The last index acknowledged (or free to be) by the policy.
  public internal(set) var acknowledged: Index
  /// The first record of this term.
  public let first: Index
  /// Whether acknowledgement fell back to asynchronous.
  public internal(set) var isDegraded = false
  /// Through which record the followers must hold the log so that the policy is kept again.
  var restoresAt = Index.zero
  /// Whether it was promoted by force.
  public let isForced: Bool
  /// Where it hands over to.
  public internal(set) var switchover: NodeID?

  var waiting: Deque<Waiting> = []
  /// Counts the messages sent; replies name the one they answer.
  var round: UInt64 = 1
  var confirming: [ConfirmingRead] = []
  var confirmRound: UInt64?
  var unconfirmed: [ConfirmingRead] = []
  var changes: [MemberChange] = []
  /// What was committed at the last look at who answers: a learner that holds it has caught up.
  var commitBefore: Index

  init(term: Term, first: Index, acknowledged: Index, isForced: Bool, progress: [Progress]) {
    self.term = term
    self.first = first
    self.acknowledged = acknowledged
    commitBefore = first
    self.isForced = isForced
    self.progress = progress
  }

  /// Writes that wait to be acknowledged.
  public var waitingWrites: Int { waiting.reduce(0) { $0 + $1.origins.count } }

  func position(of node: NodeID) -> Int? { progress.firstIndex { $0.node == node } }
}
