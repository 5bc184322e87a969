import Operations
import Positions
import Replication
import World

/// What only a cluster that is a value can tell.
extension Cluster where W == SimulatedWorld {
  /// When something happens next; nil when nothing will.
  var nextTime: Instant? {
    if !load.outboxNodes.isEmpty || !post.isEmpty || !toFlush.isEmpty { return now }
    guard let event = queue.nextTime else { return world.nextCompletion }
    return world.nextCompletion.map { min($0, event) } ?? event
  }

  /// Bytes of files and states that `older` holds and this cluster does not share with it.
  func bytesNotShared(with older: Cluster<SimulatedWorld>) -> Int {
    var bytes = world.bytesNotShared(with: older.world)
    for (new, old) in zip(nodes, older.nodes) {
      guard let state = old.replica?.state else { continue }
      if let own = new.replica?.state { bytes += own.bytesNotShared(with: state) }
    }
    return bytes
  }

  /// The messages under way between nodes, in order of arrival, at most `limit`.
  func messagesInFlight(limit: Int = 200) -> [MessageInFlight] {
    var found: [MessageInFlight] = []
    for (at, event) in queue.pending {
      guard case .message(let message, let from, let to) = event else { continue }
      found.append(MessageInFlight(from: from, to: to, arrives: at, text: message.words))
      if found.count == limit { break }
    }
    return found
  }
}

extension Message {
  /// What the message says, in the protocol's words, one short line.
  var words: String {
    switch self {
    case .preVoteRequest(let proposed, let head):
      "pre-vote for term \(proposed.epoch)? I end at \(head.index)"
    case .preVoteReply(let proposed, let granted, _, let suspect, _):
      "pre-vote for term \(proposed.epoch): \(granted ? "yes" : "no")\(suspect ? ", suspect" : "")"
    case .voteRequest(let term, let head, _):
      "vote for me in term \(term.epoch), I end at \(head.index)"
    case .voteReply(let term, let granted): "vote in term \(term.epoch): \(granted ? "yes" : "no")"
    case .campaign(let term, let transfer):
      transfer ? "lead after term \(term.epoch)" : "campaign, you are ahead (term \(term.epoch))"
    case .append(_, let batches, _, let commit, _, _):
      if let first = batches.first?.firstIndex, let last = batches.last?.last.index, first <= last {
        "append \(first)…\(last), commit \(commit)"
      } else {
        "heartbeat, commit \(commit)"
      }
    case .appendReply(_, let positions, _):
      "flushed \(positions.flushed), applied \(positions.applied)"
    case .mismatch(_, let refused, _, _): "I do not hold \(refused)"
    case .installCheckpoint(_, let point, let payload, _):
      "checkpoint through \(point.index), \(payload.count) bytes"
    case .readIndexRequest: "how far must a read see?"
    case .readIndexReply(_, let index):
      "a read must see \(index.map { "\($0)" } ?? "nothing from me")"
    case .repairRequest(let after): "give me the records after \(after)"
    case .repairReply(let batch, _):
      batch.isEmpty ? "I have none of those" : "\(batch.count) records"
    case .repairDropped(let through): "only checkpoints hold those, through \(through)"
    }
  }
}
