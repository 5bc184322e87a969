import Positions
import Records

/// A write's author: who is told when it is acknowledged.
public struct WriteOrigin: Equatable, Sendable {
  /// The client's session.
  public var session: UInt64
  /// The session's count of writes.
  public var sequence: UInt64

  /// A session's write.
  public init(session: UInt64, sequence: UInt64) {
    self.session = session
    self.sequence = sequence
  }
}

/// Client writes as they reach a node: payloads as ``ClientWrite`` encodes them, and their authors.
public struct Proposal: Equatable, Sendable {
  /// The payloads' bytes.
  public var bytes: [UInt8] = []
  /// Where each payload stands in the bytes.
  public var spans: [PayloadSpan] = []
  /// Each payload's author.
  public var origins: [WriteOrigin] = []

  /// No writes.
  public init() {}
}

/// What a replica's read asks for.
public enum ReadRequirement: Equatable, Sendable {
  /// Whatever the state shows now.
  case anything
  /// A state that shows at least this index: what the session wrote or saw before.
  case atLeast(Index)
  /// Everything acknowledged before now.
  case linearizable
}

/// A read as it reaches a node.
public struct ReadRequest: Equatable, Sendable {
  /// Names the read in its answer.
  public var id: UInt64
  /// The keys' bytes: one, or several for a scan.
  public var keys: [[UInt8]]
  /// What it must see.
  public var requirement: ReadRequirement
  /// Whether only a node that leads, as far as it knows, may answer it.
  public var isForLeader: Bool

  /// A read of `keys`.
  public init(
    id: UInt64, keys: [[UInt8]], requirement: ReadRequirement, isForLeader: Bool = false
  ) {
    self.id = id
    self.keys = keys
    self.requirement = requirement
    self.isForLeader = isForLeader
  }
}

/// Where a follower stands, as it tells its leader; only what it knows to share with that leader.
public struct FollowerPositions: Equatable, Sendable {
  /// Last index in its memory.
  public var received: Index
  /// Last index on its disk.
  public var flushed: Index
  /// Last index in its state.
  public var applied: Index
  /// The position after what is on its disk.
  public var flushedEnd: LSN
  /// Whether its disk has no room for more.
  public var isFull = false

  /// A follower that shares nothing yet.
  public static let none = FollowerPositions(
    received: .zero, flushed: .zero, applied: .zero, flushedEnd: .zero)
}

/// Why a node campaigns; it decides what is no objection.
public enum CampaignGrounds: Equatable, Sendable {
  /// No leader was heard.
  case silence
  /// The old leader, or the operator, asked for it: that the leader is alive is no objection.
  case transfer
  /// Every voter said that its log may have lost its tail: that the others' may have is none.
  case allSuspect
}

/// What replicas say to one another; one case a message, each with the sender's term.
public enum Message: Equatable, Sendable {
  /// "Would you vote for me in `proposed`?"; changes nothing at the receiver.
  case preVoteRequest(proposed: Term, head: LogPoint)
  /// The answer: whether it would, where its log ends, whether that log may have lost its tail.
  case preVoteReply(
    proposed: Term, granted: Bool, head: LogPoint, suspect: Bool, term: Term)
  /// "Vote for me", for this reason.
  case voteRequest(term: Term, head: LogPoint, grounds: CampaignGrounds)
  /// The answer, once the vote is durable.
  case voteReply(term: Term, granted: Bool)
  /// "Campaign at once": to a more advanced node, or to the target of a switchover.
  case campaign(term: Term, transfer: Bool)
  /// Records (none: a heartbeat) that continue the log at the first batch's previous point. In round 0
  /// it only tells the commit position, and nothing is answered.
  case append(
    term: Term, batches: [RecordBatch], previous: LogPoint, commit: Index, round: UInt64,
    forced: Bool)
  /// What the follower holds now.
  case appendReply(term: Term, positions: FollowerPositions, round: UInt64)
  /// The follower's log does not hold `refused`; its history, so that the fork is found in one step.
  case mismatch(term: Term, refused: Index, history: TermHistory, round: UInt64)
  /// A whole state, for a follower whose next record is no longer in the leader's log.
  case installCheckpoint(term: Term, point: LogPoint, payload: [UInt8], membership: Membership)
  /// "Up to where must a linearizable read see?"
  case readIndexRequest(id: UInt64)
  /// The index, once leadership is confirmed; nil: not the leader.
  case readIndexReply(id: UInt64, index: Index?)
  /// "Give me your records after `after`": mine are damaged.
  case repairRequest(after: Index)
  /// Those records, as many as fit, empty when the sender lacks them; it knows its log to be committed
  /// through `commit`.
  case repairReply(batch: RecordBatch, commit: Index)
  /// Retention has dropped those records here: what is through `through` is committed, and only in
  /// checkpoints.
  case repairDropped(through: Index)

  /// The message's name, for logs and for the screen.
  public var name: String {
    switch self {
    case .preVoteRequest: "pre-vote request"
    case .preVoteReply: "pre-vote reply"
    case .voteRequest: "vote request"
    case .voteReply: "vote reply"
    case .campaign: "campaign"
    case .append(_, let batches, _, _, _, _): batches.isEmpty ? "heartbeat" : "append"
    case .appendReply: "append reply"
    case .mismatch: "mismatch"
    case .installCheckpoint: "checkpoint"
    case .readIndexRequest: "read-index request"
    case .readIndexReply: "read-index reply"
    case .repairRequest: "repair request"
    case .repairReply: "repair reply"
    case .repairDropped: "repair dropped"
    }
  }

  /// About how many bytes the message takes on a link.
  public var size: Int {
    switch self {
    case .append(_, let batches, _, _, _, _):
      batches.reduce(64) { $0 + $1.logicalSize }
    case .installCheckpoint(_, _, let payload, _): 128 + payload.count
    case .mismatch(_, _, let history, _): 64 + 32 * history.spans.count
    case .repairReply(let batch, _): 64 + batch.logicalSize
    default: 64
    }
  }
}
