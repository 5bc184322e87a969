import Positions
import Records

extension WriteAheadLog {
  /// What opening has read so far.
  struct Opening: Sendable {
    enum Step: Sendable {
      case listing
      case syncing
      case vote(Int)
      case restoringVote
      case checkpoint(Int)
      case segment(Int)
      case finishing(Recovery)
    }

    /// A file of the log, as scanned.
    struct Scanned: Sendable {
      var file: FileListing
      var header: SegmentHeader?
      var scan: SegmentScan?
      /// Why its header, or all of it, could not be read.
      var problem: String?
    }

    var step = Step.listing
    var isNew = false
    var hasVote = false
    /// Whether a newer vote may have been lost, as this opening found or an earlier one did.
    var inDoubt = false
    var notes: [String] = []
    var voteCopies: [VoteRecord?] = []
    var checkpointFiles: [FileListing] = []
    /// The checkpoint of the leader's that waits to replace the log.
    var incoming: KnownCheckpoint?
    var scanned: [Scanned] = []
    /// Files to be removed.
    var leftovers: [String] = []
    /// What makes the log ready, and whether the first of it only makes room ahead.
    var operations: [FileOperation] = []
    var makesRoom = false
    var filledBefore = 0
    var isFull = false

    /// The incoming checkpoint's file, good or not, when there is one.
    var incomingNames: [String] {
      checkpointFiles.map(\.name).filter { $0 == CheckpointFile.incomingName }
    }
  }

  /// Opens the log from its files: see `Recovery`'s conditions for what comes of it.
  public mutating func open(into output: inout LogOutput) {
    phase = .opening(Opening())
    segments = []
    checkpoints = []
    keptAside = KeptAside()
    pending = []
    flushing = []
    purposes = []
    isFilling = false
    isLookingForRoom = false
    spare = .none
    retired = []
    isFull = false
    vote = VoteRecord()
    // What an earlier life of the node left under way ends first.
    submit([.syncDirectory, .list], for: .opening, turn: .alone, into: &output)
  }

  mutating func openingFailed(
    _ failure: FileError, _ results: [FileResult], into output: inout LogOutput
  ) {
    guard case .opening(var opening) = phase else { return }
    switch opening.step {
    case .vote(let number):
      // A copy that can't be read is as good as a bad one.
      opening.voteCopies.append(nil)
      phase = .opening(opening)
      readVote(number + 1, into: &output)
    case .checkpoint(let position):
      phase = .opening(opening)
      readCheckpointHeader(position + 1, into: &output)
    case .segment(let position):
      // A file that can't be read is damage like any other; what is below it may still be good.
      opening.scanned[position].problem = "\(failure)"
      phase = .opening(opening)
      readSegment(position + 1, into: &output)
    case .finishing where failure.kind == .noSpace && results.isEmpty && opening.makesRoom:
      // A full disk opens: only the room ahead is given up.
      opening.isFull = true
      opening.makesRoom = false
      phase = .opening(opening)
      segments[segments.count - 1].filled = opening.filledBefore
      submit(Array(opening.operations.dropFirst()), for: .opening, into: &output)
    case .listing, .syncing, .restoringVote, .finishing: fail(failure, &output)
    }
  }

  mutating func opened(_ results: [FileResult], into output: inout LogOutput) {
    guard case .opening(var opening) = phase else { return }
    switch opening.step {
    case .listing:
      guard case .listing(let files)? = results.last else { return }
      listed(files, into: &output)
    case .syncing: readVote(0, into: &output)
    case .vote(let number):
      guard case .bytes(let bytes)? = results.first else { return }
      opening.voteCopies.append(VoteRecord.read(bytes))
      phase = .opening(opening)
      readVote(number + 1, into: &output)
    case .restoringVote: readCheckpointHeader(0, into: &output)
    case .checkpoint(let position):
      guard case .bytes(let bytes)? = results.first else { return }
      takeCheckpointHeader(bytes, of: opening.checkpointFiles[position])
      readCheckpointHeader(position + 1, into: &output)
    case .segment(let position):
      guard case .bytes(let bytes)? = results.first else { return }
      if let refusal = take(bytes, at: position, &opening) {
        phase = .closed
        output.events.append(.refused(refusal))
        return
      }
      phase = .opening(opening)
      readSegment(position + 1, into: &output)
    case .finishing(let recovery):
      phase = .open
      head = recovery.point
      submitted = recovery.point
      flushed = recovery.point
      wasRepaired = false
      output.events.append(.opened(recovery))
      if opening.isFull { becomeFull(true, &output) }
    }
  }

  private mutating func listed(_ files: [FileListing], into output: inout LogOutput) {
    guard case .opening(var opening) = phase else { return }
    keptAside = KeptAside(files)
    opening.leftovers = files.map(\.name).filter { $0.hasSuffix(".tmp") }
    let segments = files.filter { $0.name.hasPrefix("wal-") && !$0.name.hasSuffix(".tmp") }
    opening.scanned = segments.sorted { $0.name < $1.name }.map { Opening.Scanned(file: $0) }
    opening.checkpointFiles = files.filter {
      CheckpointFile.index(inName: $0.name) != nil || $0.name == CheckpointFile.incomingName
    }
    opening.hasVote = files.contains { $0.name == VoteRecord.name }
    let hasLog = !segments.isEmpty || !opening.checkpointFiles.isEmpty
    opening.isNew = !opening.hasVote && !hasLog
    opening.inDoubt = !opening.hasVote && hasLog
    if opening.inDoubt { opening.notes.append("has no vote file, and votes for nobody") }
    opening.step = .syncing
    phase = .opening(opening)
    var operations: [FileOperation] = segments.map { .sync(name: $0.name) }
    if opening.hasVote { operations.append(.sync(name: VoteRecord.name)) }
    submit(operations, for: .opening, into: &output)
  }

  // MARK: Term and vote

  /// Asks for the vote's next copy, each in a request of its own: one may be unreadable.
  private mutating func readVote(_ number: Int, into output: inout LogOutput) {
    guard case .opening(var opening) = phase else { return }
    guard opening.hasVote, number < VoteRecord.copies else {
      if opening.hasVote { takeVote(&opening) }
      let restoring = VoteRecord.restoring(opening.voteCopies)
      if !restoring.isEmpty { opening.step = .restoringVote }
      phase = .opening(opening)
      if restoring.isEmpty { return readCheckpointHeader(0, into: &output) }
      return submit(restoring, for: .opening, into: &output)
    }
    opening.step = .vote(number)
    phase = .opening(opening)
    submit(
      [
        .read(
          name: VoteRecord.name, offset: number * VoteRecord.copySize, count: VoteRecord.copySize)
      ], for: .opening, into: &output)
  }

  private mutating func takeVote(_ opening: inout Opening) {
    let (record, inDoubt) = VoteRecord.newest(opening.voteCopies)
    if let record { vote = record }
    opening.inDoubt = inDoubt || vote.doubt != nil
    if inDoubt {
      opening.notes.append("can't trust its vote file, and votes for nobody")
    } else if vote.doubt != nil {
      opening.notes.append("once lost a vote, and votes for nobody until a leader has told it more")
    }
    if vote.isSuspect { opening.notes.append("is still suspect since an earlier start") }
  }

  // MARK: Checkpoints

  /// Asks for the next checkpoint's header, each in a request of its own: one may be unreadable.
  private mutating func readCheckpointHeader(_ position: Int, into output: inout LogOutput) {
    guard case .opening(var opening) = phase else { return }
    guard position < opening.checkpointFiles.count else {
      checkpoints.sort { $0.index < $1.index }
      return readSegment(0, into: &output)
    }
    opening.step = .checkpoint(position)
    phase = .opening(opening)
    let name = opening.checkpointFiles[position].name
    submit(
      [.read(name: name, offset: 0, count: CheckpointFile.headerSize)], for: .opening,
      into: &output)
  }

  private mutating func takeCheckpointHeader(_ bytes: [UInt8], of file: FileListing) {
    guard case .opening(var opening) = phase,
      let found = CheckpointFile.known(
        bytes, fileSize: file.size, clusterID: configuration.clusterID, node: configuration.node)
    else { return }
    if file.name == CheckpointFile.incomingName {
      opening.incoming = found
      phase = .opening(opening)
    } else if file.name == found.name {
      checkpoints.append(found)
    }
  }

  // MARK: Segments

  /// Asks for the next segment's bytes, or decides once there is none.
  private mutating func readSegment(_ position: Int, into output: inout LogOutput) {
    guard case .opening(var opening) = phase else { return }
    guard position < opening.scanned.count else { return decide(into: &output) }
    opening.step = .segment(position)
    phase = .opening(opening)
    let file = opening.scanned[position].file
    submit(
      [.read(name: file.name, offset: 0, count: file.size)], for: .opening, into: &output)
  }

  /// Scans a segment's bytes; gives the damage when they are not this log's at all.
  private func take(_ bytes: [UInt8], at position: Int, _ opening: inout Opening) -> LogDamage? {
    let name = opening.scanned[position].file.name
    func refusal(_ reason: String) -> LogDamage {
      LogDamage(file: name, offset: 0, record: nil, reason: reason, after: .origin)
    }
    return bytes.withUnsafeBytes { all in
      switch SegmentHeader.read(all) {
      case .newer(let version):
        return refusal(
          "written by a newer version of replicascope (format \(version), this one reads "
            + "\(SegmentHeader.version))")
      case .bad(let reason): opening.scanned[position].problem = reason
      case .header(let header):
        if header.clusterID != configuration.clusterID {
          return refusal("belongs to another cluster")
        }
        if header.node != configuration.node {
          return refusal("belongs to \(header.node), not to \(configuration.node)")
        }
        if header.name != name {
          opening.scanned[position].problem = "its header names it \(header.name)"
          return nil
        }
        opening.scanned[position].header = header
        opening.scanned[position].scan = SegmentScan(
          all, header: header, limit: vote.cut, watching: checkpoints.map(\.index))
      }
      return nil
    }
  }
}
