import Checking
import Operations
import Positions
import Replication
import WriteAheadLog

// What peers want to happen.
extension Cluster {
  /// Makes a peer's effects so, in order; what it appended goes to the disk with all else that this moment
  /// brings.
  mutating func carryOut(_ effects: inout [PeerEffect], of id: NodeID) {
    for position in effects.indices {
      // Moved out, and not copied: something that holds nothing takes its place.
      var effect = PeerEffect.setTimer(.beat, .zero)
      swap(&effect, &effects[position])
      carryOut(effect, of: id)
    }
    while effects.popLast() != nil {}
    flushSoon(id)
    considerPeerCheckpoint(at: id)
  }

  private mutating func carryOut(_ effect: consuming PeerEffect, of id: NodeID) {
    switch consume effect {
    case .send(let message, let receiver):
      watch(message, from: id)
      post.put(message, from: id, to: receiver)
    case .setTimer(let name, let interval):
      let rate = nodes[id.offset].clockRate
      let length = rate == 1 ? interval : interval.scaled(by: 1 / rate)
      queue.schedule(
        .peerTimer(id, incarnation: nodes[id.offset].incarnation, name), at: now + length)
    case .answer(let request, let result):
      observeAnswer(request, result, by: id)
      answer(request, .answer(result), from: id)
    case .readLog(let after, let receiver): readLog(after: after, for: .peer(receiver), at: id)
    case .note(let note): take(note, of: id)
    }
  }

  /// How many replicas a key has where nobody leads.
  var replicaCount: Int { min(knobs.leaderless.replicationFactor, memberCount) }

  // MARK: Checkpoints

  /// Keeps a state worth a checkpoint, and saves it once all of it is durable.
  mutating func considerPeerCheckpoint(at id: NodeID) {
    let spacing = configuration.checkpointSpacing
    guard look(at: id, { $0.isCheckpointDue(spacing: spacing) }),
      let head = nodes[id.offset].peer.map({ $0.head })
    else { return }
    let flushed = nodes[id.offset].log.flushed.end
    if let point = nodes[id.offset].pendingCheckpoint?.point {
      guard point.end <= flushed, let pending = nodes[id.offset].pendingCheckpoint else { return }
      nodes[id.offset].pendingCheckpoint = nil
      save(pending, at: id)
    } else if head.end.distance(from: nodes[id.offset].checkpointEnd)
      >= max(configuration.checkpointSpacing, nodes[id.offset].checkpointSize),
      let payload = nodes[id.offset].peer?.checkpoint
    {
      let checkpoint = StateCheckpoint(
        point: head, payload: payload, membership: Membership(voters: members))
      if head.end <= flushed {
        save(checkpoint, at: id)
      } else {
        nodes[id.offset].pendingCheckpoint = checkpoint
      }
    }
  }
}
