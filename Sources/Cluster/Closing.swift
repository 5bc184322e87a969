import Positions
import World

extension Cluster where W == LiveWorld {
  /// Notes every log's synced watermark and ends the disk threads: a clean end.
  public mutating func closeFiles() {
    world.interruptDelays()
    let closing = members.filter { node($0)?.isAlive == true }
    for id in closing {
      nodes[id.offset].status = .dead("closing")
      nodes[id.offset].replica = nil
      onLog(id) { $0.close(into: &$1) }
    }
    // A disk that hangs must not keep the program from ending.
    let patience = MonotonicClock.now + 5_000_000_000
    while closing.contains(where: { node($0)?.isClosed == false }), MonotonicClock.now < patience {
      if case .completion(let completion) = world.wait(until: now + .milliseconds(50)) {
        diskCompleted(completion)
      }
    }
    world.close()
  }
}
