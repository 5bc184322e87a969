import Positions

/// What disks have, and what nodes make of it.
extension Checker {
  /// A failed write or sync ends a node: what it says afterwards may rest on nothing.
  mutating func checkDisk(_ node: NodeID, _ point: LogPoint) {
    let goesOn = look(at: node) { $0.diskFailed && $0.isRunning && point.index > $0.durable.index }
    guard goesOn else { return }
    violate(
      "\(node) goes on after its disk failed a write, and says that records through "
        + "\(point.index) are durable")
  }

  /// A disk holds no more than was given to it: what was cut off does not come back.
  mutating func checkRestart(_ node: NodeID, _ flushed: LogPoint, _ before: Seen) {
    guard let most = before.most, flushed.index > most, !before.isSpoiled else { return }
    violate(
      "\(node) restarted with records through \(flushed.index), but had none behind \(most) when "
        + "its process ended")
  }
}
