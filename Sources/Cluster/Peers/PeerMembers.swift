import Operations
import Positions
import Replication

// Nodes that come and go where several take writes: everybody is told at once.
extension Cluster {
  mutating func addPeer() -> CommandOutcome {
    guard members.count < 100 else { return .refused("a cluster has at most 100 nodes") }
    let id = NodeID(nextNodeNumber)
    do { try makeNode(id) } catch { return .refused("\(error)") }
    nextNodeNumber += 1
    noteMembers()
    start(id)
    peerPolicyChanged()
    return .done("\(id) is added: it takes over what it is to hold")
  }

  mutating func removePeer(_ id: NodeID) -> CommandOutcome {
    guard members.count > 1 else { return .refused("\(id) is the last node") }
    if knobs.model == .leaderless, members.count <= knobs.leaderless.replicationFactor {
      return .refused(
        "\(members.count) nodes are as few as the replicas of a key; set replication-factor first")
    }
    stop(id, as: .dead("removed"))
    nodes[id.offset].isMember = false
    noteMembers()
    peerPolicyChanged()
    return .done("\(id) is no longer a member")
  }
}
