import Checking
import Positions
import Replication

extension Cluster {
  /// Tells the checker what a message promises or asks for: what it promises must be durable already.
  mutating func overhear(_ message: Message, from sender: NodeID, to receiver: NodeID) {
    switch message {
    case .voteReply(let term, granted: true):
      observe(.granted(node: sender, term: term, to: receiver))
    case .voteRequest(let term, _, let grounds):
      let reason: CampaignReason =
        switch grounds {
        case .silence: .silence
        case .allSuspect: .doubt
        case .transfer: .handover
        }
      observe(.campaigned(node: sender, term: term, because: reason))
    case .appendReply(let term, let positions, _) where positions.flushed > .zero:
      observe(.reported(node: sender, flushed: positions.flushed, term: term))
    case .installCheckpoint(_, let point, _, _):
      observe(.checkpointSent(to: receiver, through: point.index))
    default: break
    }
  }
}
