import Positions
import Replication
import World

/// What waits in the cluster's queue for its time to come.
enum ClusterEvent: Sendable {
  /// A replica's message arrives.
  case message(Message, from: NodeID, to: NodeID)
  /// A replica's timer may have run out; later settings push it on.
  case timer(NodeID, incarnation: UInt32, TimerName)
  /// Clients' writes arrive at a node.
  case proposal(Proposal, to: NodeID)
  /// A client's read arrives at a node.
  case read(ReadRequest, to: NodeID)
  /// Requests whose turn at a node of limited capacity has come.
  case served(NodeID, incarnation: UInt32, ServedRequest)
  /// Answers arrive at clients.
  case answer(ClientAnswer)
  /// The load's next operation is due.
  case arrival(generation: UInt32, due: Instant)
  /// Clients that were refused try again.
  case retry(client: Int, attempt: UInt32)
  /// A moment's look at everything that runs out by itself: clients' patience, rates, lag.
  case tick
  /// A node may have been without writes for so long that its watermark is worth noting.
  case idle(NodeID, incarnation: UInt32)
  /// A node of a full disk looks again.
  case retryDisk(NodeID, incarnation: UInt32)
  /// Periodic sync of a node's log.
  case periodicSync(NodeID, incarnation: UInt32)
  /// Messages arrive that a peer sent at one moment.
  case peerMessages(Bundle<PeerMessage>, from: NodeID, to: NodeID)
  /// A peer's timer runs out.
  case peerTimer(NodeID, incarnation: UInt32, PeerTimer)
  /// Clients' requests arrive at a peer.
  case requests(Bundle<PeerRequest>, to: NodeID)
  /// A peer's answers to requests arrive at their clients.
  case peerAnswers(Bundle<RequestAnswer>, by: NodeID)
}

/// A request at a node.
enum ServedRequest: Sendable {
  case proposal(Proposal)
  case read(ReadRequest)
  case request(PeerRequest)
}

/// What a node tells clients.
enum ClientAnswer: Sendable {
  /// These writes, from `first` on, are acknowledged.
  case acknowledged([WriteOrigin], term: Term, first: Index, by: NodeID)
  /// These writes were not taken; another may lead.
  case refused([WriteOrigin], RefusalReason, leader: NodeID?, by: NodeID)
  /// These writes' outcome is unknown.
  case abandoned([WriteOrigin], by: NodeID)
  /// A read's answer.
  case read(UInt64, ReadAnswer, by: NodeID)
  /// The connections to a node broke: whatever waited there has an unknown outcome.
  case reset(NodeID)
}
