import Positions
import World

extension Cluster where W == LiveWorld {
  /// Notes every log's synced watermark and ends the disk threads: a clean end.
  mutating func closeFiles() {
    for id in members where node(id)?.isAlive == true {
      onLog(id) { $0.close(into: &$1) }
    }
    world.close()
  }
}
