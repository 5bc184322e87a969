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
    let standings = checker.watched.map { standing(of: $0) }
    observe(.looked(standings))
  }

  private func standing(of id: NodeID) -> Standing {
    guard node(id)?.isRunning == true else { return Standing(node: id, hears: [], reaches: []) }
    let running = members.filter { nodes[$0.offset].isRunning }
    let reaches = running.filter {
      $0 == id || !network.isCut(from: id, to: $0) && !network.isCut(from: $0, to: id)
    }
    guard isSound(id) else { return Standing(node: id, hears: [], reaches: reaches) }
    let hears = reaches.filter {
      $0 == id || isSound($0) && isClear(from: id, to: $0) && isClear(from: $0, to: id)
    }
    return Standing(node: id, hears: hears, reaches: reaches)
  }

  /// Whether a node's disk and clock are as they should be.
  private func isSound(_ id: NodeID) -> Bool {
    let node = nodes[id.offset]
    return node.diskDelay == .zero && !node.diskFull && !node.log.isFull && node.clockRate == 1
      && !world.isBusy(id)
  }

  private func isClear(from: NodeID, to: NodeID) -> Bool {
    let link = network.link(from: from, to: to)
    return link.addedLatency == .zero && link.loss == 0 && link.bandwidth == nil
      && link.jitter <= .milliseconds(1)
  }
}
