import Checking
import Positions
import Replication

extension Cluster {
  /// Tells the checker what a message promises: it must be durable already.
  mutating func overhear(_ message: Message, from sender: NodeID, to receiver: NodeID) {
    switch message {
    case .voteReply(let term, granted: true):
      observe(.granted(node: sender, term: term, to: receiver))
    case .appendReply(_, let positions, _) where positions.flushed > .zero:
      observe(.reported(node: sender, flushed: positions.flushed))
    default: break
    }
  }
}
