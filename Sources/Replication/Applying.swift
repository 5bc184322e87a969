import Positions
import Records

extension Replica {
  /// Applied indices at multiples of this are reported with the state's hash, so that replicas can
  /// be compared although their batches differ.
  public static let hashStride: UInt64 = 256

  /// How far the state may show the log.
  var showsThrough: Index {
    if isPlanted(.showsBeforeCommit) { return head.index }
    if policy.appliesWhenFlushed, role != .leader { return flushed.index }
    // A leader shows what it acknowledged, even where the policy is weaker than commit.
    let acknowledged = leadership.map { min($0.acknowledged, flushed.index) } ?? .zero
    return max(commit, acknowledged)
  }

  /// Applies what may show and is in memory; asks for the rest to be read back.
  mutating func applyWhatShows(into effects: inout [Effect]) {
    let target = min(showsThrough, head.index)
    guard applied.index < target, !isRebuilding, !isReadingToApply, installing == nil,
      truncating == nil
    else { return }
    while applied.index < target {
      guard let batch = window.batch(after: applied.index) else {
        isReadingToApply = true
        effects.append(.readLog(after: applied.index, purpose: .apply))
        return
      }
      apply(batch, through: target, into: &effects)
    }
    stateMoved(into: &effects)
  }

  private mutating func apply(
    _ batch: RecordBatch, through target: Index, into effects: inout [Effect]
  ) {
    var index = applied.index
    var end = applied.end
    var last = applied
    batch.bytes.withUnsafeBytes { bytes in
      for (position, entry) in batch.entries.enumerated() {
        if index >= target { break }
        index = index.next
        end = end.advanced(by: entry.size)
        if position + Self.lookAhead < batch.entries.count,
          let write = Self.write(batch.entries[position + Self.lookAhead], in: bytes)
        {
          state.prefetch(write)
        }
        if let write = Self.write(entry, in: bytes) {
          state.apply(
            write, index: index, term: entry.term, again: isPlanted(.retriesAreApplied))
        }
        last = LogPoint(index: index, term: entry.term, chain: entry.chain, end: end)
        if index.rawValue % Self.hashStride == 0 {
          effects.append(.applied(last, hash: state.hash))
        }
      }
    }
    applied = last
  }

  /// How many records ahead of the one applied memory is asked for.
  private static let lookAhead = 8

  private static func write(
    _ entry: RecordEntry, in bytes: UnsafeRawBufferPointer
  ) -> ClientWrite.View? {
    guard entry.kind == .write else { return nil }
    let start = Int(entry.payloadOffset)
    return ClientWrite.decode(
      UnsafeRawBufferPointer(rebasing: bytes[start..<start + Int(entry.payloadLength)]))
  }

  private mutating func stateMoved(into effects: inout [Effect]) {
    effects.append(.applied(applied, hash: state.hash))
    window.trim(through: applied.index)
    serveParked(into: &effects)
    if policy.waitFor == .applied { tellLeader(into: &effects) }
  }

  mutating func recordsRead(
    _ batch: RecordBatch?, for purpose: ReadPurpose, into effects: inout [Effect]
  ) {
    switch purpose {
    case .stream(let node): streamRead(batch, to: node, into: &effects)
    case .apply:
      guard isReadingToApply else { return }
      isReadingToApply = false
      guard let batch, !isRebuilding, batch.previous.index == applied.index else {
        return applyWhatShows(into: &effects)
      }
      apply(batch, through: min(showsThrough, head.index), into: &effects)
      stateMoved(into: &effects)
      applyWhatShows(into: &effects)
    case .repair(let node):
      let answer = batch.map { Message.repairReply(batch: $0, commit: commit) }
      effects.append(.send(answer ?? .repairDropped(through: history.origin.index), to: node))
    case .rebuild: break
    }
  }

  mutating func checkpointRead(
    _ found: StateCheckpoint?, for purpose: ReadPurpose, into effects: inout [Effect]
  ) {
    switch purpose {
    case .stream(let node): sendCheckpoint(found, to: node, into: &effects)
    case .rebuild:
      guard isRebuilding else { return }
      rebuild(from: found, into: &effects)
    case .apply, .repair: break
    }
  }

  /// Begins the state anew at a checkpoint below the fork, or at the log's beginning.
  private mutating func rebuild(from found: StateCheckpoint?, into effects: inout [Effect]) {
    if let found, let restored = KeyValueState(encoded: found.payload) {
      state = restored
      applied = found.point
      let later = memberships.filter { $0.index > found.point.index }
      memberships =
        [MembershipEntry(index: found.point.index, membership: found.membership)] + later
    } else if history.origin.index == .zero {
      state = KeyValueState()
      applied = .origin
    } else {
      lacksBase = true
      return askForCheckpoint(into: &effects)
    }
    isRebuilding = false
    applyWhatShows(into: &effects)
  }

  /// Asks the leader for its checkpoint, as one that shares nothing with it.
  mutating func askForCheckpoint(into effects: inout [Effect]) {
    guard role == .follower, let leader else { return }
    promise(
      .mismatch(
        term: term, refused: head.index, history: TermHistory(origin: Self.nowhere),
        round: lastRound), to: leader, into: &effects)
  }

  /// A point that no log holds.
  private static let nowhere = LogPoint(
    index: Index(.max), term: Term(rawValue: .max), chain: .empty, end: LSN(.max))
}
