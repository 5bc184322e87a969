import Checking
import Positions
import World

/// How nodes stand with one another, by what the operator did to them: what a checker may expect in time
/// depends on it.
extension Cluster {
  /// Tells the checker how nodes stand: in the simulated world, where all is known that can be wrong. A
  /// real disk or processor may stand still unseen.
  mutating func lookAround() {
    if world.isLive { return }
    let watched = checker.watched
    var standings: [Standing] = []
    standings.reserveCapacity(watched.count)
    // A closure would hold a copy of the whole cluster.
    for id in watched { standings.append(standing(of: id)) }
    observe(.looked(standings))
  }

  private func standing(of id: NodeID) -> Standing {
    var standing = Standing(node: id, hears: [], reaches: [])
    guard runs(id) else { return standing }
    standing.reaches.reserveCapacity(nodes.count)
    standing.hears.reserveCapacity(nodes.count)
    let isSound = isSound(id)
    for offset in nodes.indices {
      let peer = NodeID(offset + 1)
      guard runs(peer),
        peer == id || !network.isCut(from: id, to: peer) && !network.isCut(from: peer, to: id)
      else { continue }
      standing.reaches.append(peer)
      guard isSound,
        peer == id
          || self.isSound(peer) && isClear(from: id, to: peer)
            && isClear(from: peer, to: id)
      else { continue }
      standing.hears.append(peer)
    }
    return standing
  }

  private func runs(_ id: NodeID) -> Bool {
    id.offset < nodes.count && nodes[id.offset].isMember && nodes[id.offset].isRunning
  }

  /// Whether a node's disk and clock are as they should be.
  private func isSound(_ id: NodeID) -> Bool {
    // No copy of the node is held: this is asked at every look.
    nodes[id.offset].diskDelay == .zero && !nodes[id.offset].diskFull
      && !nodes[id.offset].log.isFull && nodes[id.offset].clockRate == 1 && !world.isBusy(id)
  }

  private func isClear(from: NodeID, to: NodeID) -> Bool {
    let link = network.link(from: from, to: to)
    return link.addedLatency == .zero && link.loss == 0 && link.bandwidth == nil
      && link.jitter <= .milliseconds(1)
      && !network.deliversOldMessages(from: from, to: to, after: world.now)
  }
}
