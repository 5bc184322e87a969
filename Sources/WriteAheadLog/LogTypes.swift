import Positions
import Records

/// What a log is told about itself.
public struct LogConfiguration: Equatable, Plantable, Sendable {
  /// Which cluster it belongs to; a log of another one is refused.
  public var clusterID: UInt64
  /// Which node it belongs to; a log of another one is refused.
  public var node: NodeID
  /// Which start of the process this is.
  public var bootEpoch: UInt64
  /// Where the salts of new segments come from.
  public var saltSource: UInt64
  /// Bytes of a segment file, its header included.
  public var segmentSize = 16 << 20
  /// Bytes zero-filled before the log serves.
  public var fillAhead = 256 << 10
  /// The least bytes of a zero-fill behind the writer's back.
  public var fillStep = 1 << 20
  /// Bytes of a flush that may wait for the disk behind the one in flight: from here on its time there
  /// is rather its bytes' than its sync's, so that waiting for more records would gain nothing.
  public var queuedMinimum = 256 << 10
  /// Whether an empty directory has lost what was in it, so that the node is suspect.
  public var newIsSuspect = false
  /// Bytes of rollback files, and of damaged files set aside, that are kept; the newest always is.
  public var keptAside = 64 << 20
  #if PlantedBugs
    /// The bug planted in the log.
    public var planted: PlantedBug?
  #endif

  /// A configuration with the design's sizes.
  public init(clusterID: UInt64, node: NodeID, bootEpoch: UInt64, saltSource: UInt64) {
    self.clusterID = clusterID
    self.node = node
    self.bootEpoch = bootEpoch
    self.saltSource = saltSource
  }
}

/// Where a log is not what it should be.
public struct LogDamage: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file.
  public var file: String
  /// Bytes into the file.
  public var offset: Int
  /// The record, when its header could be read.
  public var record: String?
  /// What is wrong.
  public var reason: String
  /// The end of the good log before it.
  public var after: LogPoint

  public var description: String {
    "\(file) at byte \(offset)\(record.map { " (\($0))" } ?? ""): \(reason)"
  }
}

/// What opening a log found.
public struct Recovery: Equatable, Sendable {
  /// The state of its records.
  public enum Condition: Equatable, Sendable {
    /// It ends where it should.
    case clean
    /// Its tail was torn, or was mended: what it may have promised is not certain.
    case suspect(String)
    /// Something below the synced watermark is bad; nothing was changed.
    case damaged(LogDamage)
  }

  /// The end of the log.
  public var point: LogPoint
  /// The end of what retention dropped: the log begins behind it.
  public var first: LogPoint
  /// The term and vote; in doubt, the newest term that is known of, with nobody voted for.
  public var vote: Vote
  /// Whether a newer vote may have been lost: don't vote. Told at each opening, until
  /// ``WriteAheadLog/clearSuspicion(into:)`` is called in a newer term.
  public var voteInDoubt: Bool
  /// Whether the log may have lost what it promised: don't vote. Told at each opening, until
  /// ``WriteAheadLog/clearSuspicion(into:)``.
  public var isSuspect: Bool
  /// The state of its records.
  public var condition: Condition
  /// What people may want to know.
  public var notes: [String]
  /// Whether there was nothing at all.
  public var isNew: Bool
}

/// A state as a file: everything through `point`.
public struct Checkpoint: Equatable, Sendable {
  /// The last record it shows.
  public var point: LogPoint
  /// The state's bytes.
  public var payload: [UInt8]

  /// A checkpoint.
  public init(point: LogPoint, payload: [UInt8]) {
    self.point = point
    self.payload = payload
  }
}

/// What a log tells its owner.
public enum LogEvent: Equatable, Sendable {
  /// The log serves, or (when damaged) waits for ``WriteAheadLog/repair(_:into:)``.
  case opened(Recovery)
  /// These files can't be this log's; nothing was changed.
  case refused(LogDamage)
  /// Everything through here is durable.
  case flushed(LogPoint)
  /// The vote is durable.
  case voteSaved(Vote)
  /// The log ends here now, durably; what came after is in the file named, if there was anything.
  case truncated(to: LogPoint, discarded: RecordBatch, file: String?)
  /// Records read back; empty when there are none after the index asked for.
  case records(RecordBatch, request: UInt64)
  /// The records asked for are older than the log, which begins behind `first`.
  case unavailable(request: UInt64, first: LogPoint)
  /// A checkpoint is durable and was read back.
  case checkpointSaved(LogPoint)
  /// A checkpoint could not be saved, or not yet; the log is kept instead.
  case checkpointSkipped(FileError)
  /// The checkpoint read back; nil when there is no good one.
  case checkpointRead(Checkpoint?, request: UInt64)
  /// The log was replaced by a checkpoint, durably.
  case installed(LogPoint)
  /// The disk became full, or has room again.
  case full(Bool)
  /// A write, a sync or a read failed: the node must die, nothing is retried.
  case failed(FileError)
  /// Everything is durable and noted; there is nothing more to do.
  case closed
}

/// What a call of a log wants done and says.
public struct LogOutput: Sendable {
  /// For the node's disk, in order.
  public var requests: [FileRequest] = []
  /// For the log's owner, in order.
  public var events: [LogEvent] = []

  /// Nothing yet.
  public init() {}
}
