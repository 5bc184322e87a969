import Collections
import Positions
import Records

/// One node's write-ahead log, as a value that touches no file itself.
///
/// Calls and completions go in; requests for the node's disk and events for its owner come out, in a
/// ``LogOutput``. Appended records stay in memory until ``flush(into:)`` hands them over as one write
/// and sync; what was appended meanwhile goes with the next. The next is handed over once that flush
/// has ended, or before, to wait for the disk, when it is so large that waiting for more records would
/// gain nothing.
///
/// The owner submits every request, in order, to an executor that does each in its turn, and gives
/// each completion back through ``handle(_:into:)``.
public struct WriteAheadLog: Sendable {
  /// A segment file that is part of the log.
  struct Segment: Sendable {
    var header: SegmentHeader
    /// Points in it, each about 16 KiB apart; the first is where it begins.
    var marks: [LogPoint]
    /// The end of its records.
    var end: LogPoint
    /// Bytes of the file that exist: behind the records they are zero.
    var filled: Int

    /// The file's name.
    let name: String

    var temporaryName: String { name + ".tmp" }

    init(header: SegmentHeader, marks: [LogPoint], end: LogPoint, filled: Int) {
      self.header = header
      self.marks = marks
      self.end = end
      self.filled = filled
      name = header.name
    }
  }

  /// A file that will be a segment.
  struct SpareFile: Equatable, Sendable {
    var name: String
    /// Bytes from its beginning that are zeros.
    var filled: Int
  }

  /// The file that will be the next segment, zero-filled ahead as the writer goes on.
  enum Spare: Equatable, Sendable {
    case none
    /// More zeros are under way, up to what it says.
    case filling(SpareFile)
    case waiting(SpareFile)
    /// There was no room for one; the next segment makes its own.
    case failed
  }

  enum Phase: Sendable {
    case closed
    case opening(Opening)
    case open
    case truncating(Truncation)
    case installing(Installation)
    case damaged(LogDamage)
    case failed
  }

  /// What a request was made for.
  enum Purpose: Sendable {
    case opening
    case flush(through: LogPoint, Flush)
    case fill(segment: UInt64, through: Int)
    case spare(SpareFile)
    case room
    case vote(Vote)
    case idle
    case closing
    case read(UInt64, mark: LogPoint, salt: UInt32, after: Index, limit: LogPoint, maximum: Int)
    case discarded
    case rollback
    case truncated
    case checkpoint(Checkpoint)
    case checkpointRead(UInt64, atOrBelow: Index)
    case incoming
    case installed(Int)
    case repairRead(RecordBatch)
    case damageRead
    case repaired
    case tidying
  }

  let configuration: LogConfiguration
  var phase = Phase.closed
  var segments: [Segment] = []
  var checkpoints: [KnownCheckpoint] = []
  var keptAside = KeptAside()
  var vote = VoteRecord()
  var wasRepaired = false
  /// Where the good files behind the damage begin.
  var repairLimit: Index?

  /// Records that were not yet handed to the disk.
  var pending: Deque<RecordBatch> = []
  /// The flush in flight, and perhaps one that waits for the disk behind it: their records are kept
  /// until they are durable, in case the disk is full.
  var flushing: Deque<Flying> = []
  var wantsFlush = false
  var isFilling = false
  var spare = Spare.none
  var spares = 0
  /// Files of old segments under spares' names, to be filled with zeros when a spare is wanted.
  var retired: Deque<String> = []
  /// A checkpoint retires about two.
  static let retiredMaximum = 3
  var isLookingForRoom = false
  var isClosing = false
  /// What each request under way was made for, in the order in which they were: there are few.
  var purposes: [(token: UInt64, purpose: Purpose)] = []
  var nextToken: UInt64 = 1
  var nextBatch: UInt32 = 1
  var salts: UInt64

  /// The end of what was appended.
  public internal(set) var head = LogPoint.origin
  /// The end of what was handed to the disk.
  public internal(set) var submitted = LogPoint.origin
  /// The end of what is durable.
  public internal(set) var flushed = LogPoint.origin
  /// The end of what retention dropped: the log begins behind it.
  public var first: LogPoint { segments.first?.header.previous ?? .origin }
  /// Whether the disk has no room for more records.
  public internal(set) var isFull = false

  /// A log that is not open yet.
  public init(_ configuration: LogConfiguration) {
    self.configuration = configuration
    salts = configuration.saltSource
  }

  // MARK: Completions

  /// Takes the end of a request; unknown tokens (of an earlier life) are ignored.
  public mutating func handle(_ completion: FileCompletion, into output: inout LogOutput) {
    let token = completion.token.rawValue
    guard let position = purposes.indices.first(where: { purposes[$0].token == token }) else {
      return
    }
    let purpose = purposes.remove(at: position).purpose
    if case .failed = phase { return }
    if let failure = completion.failure {
      return requestFailed(purpose, failure, completion.results, into: &output)
    }
    switch purpose {
    case .opening: opened(completion.results, into: &output)
    case .flush(let point, let flush): flushDone(through: point, flush.segments, into: &output)
    case .fill(let sequence, let through): fillDone(sequence, through, into: &output)
    case .spare(let file): spare = .waiting(file)
    case .room: roomFound(into: &output)
    case .vote(let vote): output.events.append(.voteSaved(vote))
    case .idle, .tidying: break
    case .closing: output.events.append(.closed)
    case .read(let request, let mark, let salt, let after, let limit, let maximum):
      guard case .bytes(let bytes)? = completion.results.first,
        let batch = RecordEncoding.decode(
          bytes, from: mark, salt: salt, after: after, limit: limit, maximumBytes: maximum)
      else {
        // The file was retired, and filled with zeros, while it was read.
        if after < first.index {
          return output.events.append(.unavailable(request: request, first: first))
        }
        return fail(FileError(kind: .inputOutput(0), name: "a record read back is bad"), &output)
      }
      output.events.append(.records(batch, request: request))
    case .discarded: discardedRead(completion.results, into: &output)
    case .rollback: cutOff(into: &output)
    case .truncated: truncationDone(into: &output)
    case .checkpoint(let checkpoint): checkpointDone(checkpoint, completion.results, into: &output)
    case .checkpointRead(let request, let index):
      checkpointCame(completion.results, request, atOrBelow: index, into: &output)
    case .incoming: replace(completion.results, into: &output)
    case .installed(let fileSize): installDone(fileSize, into: &output)
    case .repairRead(let batch): repairRead(completion.results, batch, into: &output)
    case .damageRead: damageRead(completion.results, into: &output)
    case .repaired: open(into: &output)
    }
  }

  /// A failed write or sync is never retried: the kernel may have dropped the pages. A write that did
  /// not begin because there was no room is another matter.
  private mutating func requestFailed(
    _ purpose: Purpose, _ failure: FileError, _ results: [FileResult], into output: inout LogOutput
  ) {
    let done = results.count
    switch (purpose, failure.kind) {
    case (.opening, _): openingFailed(failure, results, into: &output)
    // Only what makes room may find none: a sync that does has lost pages, like any failed sync.
    case (.fill, .noSpace) where done == 0:
      isFilling = false
      becomeFull(true, &output)
    case (.spare(let file), .noSpace) where done == 0:
      spare = .failed
      submit([.remove(name: file.name)], for: .tidying, turn: .aside, into: &output)
    case (.room, .noSpace) where done == 0:
      isLookingForRoom = false
      becomeFull(true, &output)
    case (.flush(_, let flush), .noSpace) where done < flush.rooms:
      flushFoundNoRoom(flush, into: &output)
    case (.rollback, .noSpace) where done < Self.rollbackRooms:
      rollbackFoundNoRoom(into: &output)
    case (.incoming, .noSpace) where done < Self.installationRooms:
      installationFoundNoRoom(into: &output)
    case (.checkpoint, .noSpace) where done < 2:
      submit([.remove(name: "checkpoint.tmp")], for: .tidying, turn: .aside, into: &output)
      output.events.append(.checkpointSkipped(failure))
    case (.flush(let point, let flush), _) where isPlanted(.failedSyncsAreIgnored):
      flushDone(through: point, flush.segments, into: &output)
    case (.checkpointRead(let request, let index), _):
      checkpointCame([], request, atOrBelow: index, into: &output)
    case (.read(let request, _, _, let after, _, _), .notFound) where after < first.index:
      // Retention removed the file while the read waited for its turn.
      output.events.append(.unavailable(request: request, first: first))
    case (.repairRead(let batch), _): repairRead([.bytes([])], batch, into: &output)
    case (.damageRead, _): damageRead([], into: &output)
    default: fail(failure, &output)
    }
  }

  mutating func fail(_ error: FileError, _ output: inout LogOutput) {
    phase = .failed
    output.events.append(.failed(error))
  }

  mutating func becomeFull(_ full: Bool, _ output: inout LogOutput) {
    guard isFull != full else { return }
    isFull = full
    output.events.append(.full(full))
    if full, !retired.isEmpty {
      submit(retired.map { .remove(name: $0) }, for: .tidying, turn: .aside, into: &output)
      retired = []
    }
  }

  mutating func submit(
    _ operations: [FileOperation], for purpose: Purpose, turn: FileRequest.Turn = .inOrder,
    into output: inout LogOutput
  ) {
    let token = nextToken
    nextToken += 1
    purposes.append((token, purpose))
    output.requests.append(
      FileRequest(token: FileToken(token), operations: operations, turn: turn))
  }

  mutating func newSalt() -> UInt32 {
    // SplitMix64's step: segments of one log never share a salt by intent.
    salts &+= 0x9E37_79B9_7F4A_7C15
    var mixed = salts
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return UInt32(truncatingIfNeeded: mixed >> 16)
  }

  // MARK: Term and vote

  /// Makes a vote durable; ``LogEvent/voteSaved(_:)`` says when it is.
  public mutating func saveVote(_ new: Vote, into output: inout LogOutput) {
    if isPlanted(.votesAreNotSaved) { return output.events.append(.voteSaved(new)) }
    vote.vote = new
    saveVoteRecord(for: .vote(new), into: &output)
  }

  /// Tells the log that a leader has vouched for it, or that it was elected: later openings find it
  /// neither suspect nor, in a term above the doubtful one, its vote in doubt.
  public mutating func clearSuspicion(into output: inout LogOutput) {
    let isCertain = vote.doubt.map { vote.vote.term > $0 } ?? true
    guard vote.isSuspect || (vote.doubt != nil && isCertain) else { return }
    vote.isSuspect = false
    if isCertain { vote.doubt = nil }
    saveVoteRecord(for: .idle, into: &output)
  }

  /// Notes the synced watermark beside the vote, so that an idle log leaves no doubt about its end.
  public mutating func noteIdle(into output: inout LogOutput) {
    guard case .open = phase, vote.watermark != flushed.end else { return }
    saveVoteRecord(for: .idle, into: &output)
  }

  /// Flushes, notes the watermark, and ends with ``LogEvent/closed``.
  public mutating func close(into output: inout LogOutput) {
    guard case .open = phase else {
      output.events.append(.closed)
      return
    }
    isClosing = true
    flush(into: &output)
    closeIfFlushed(into: &output)
  }

  mutating func closeIfFlushed(into output: inout LogOutput) {
    guard isClosing, flushing.isEmpty, pending.isEmpty || isFull else { return }
    isClosing = false
    saveVoteRecord(for: .closing, into: &output)
  }

  private mutating func saveVoteRecord(for purpose: Purpose, into output: inout LogOutput) {
    var operations = nextVoteSaving()
    if isPlanted(.votesAreNotSynced) { operations.removeAll { $0 == .sync(name: VoteRecord.name) } }
    submit(operations, for: purpose, into: &output)
  }

  /// The operations that save the vote record as it stands, as its next version.
  mutating func nextVoteSaving() -> [FileOperation] {
    vote.version += 1
    switch phase {
    case .open, .installing: vote.watermark = flushed.end
    case .truncating, .closed, .opening, .damaged, .failed: break
    }
    vote.newestSegment = segments.last?.header.sequence ?? vote.newestSegment
    vote.isHollow =
      first.index != .zero && !checkpoints.contains { $0.index >= first.index }
    return vote.saving
  }
}
