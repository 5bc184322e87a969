import Operations
import Positions

@testable import Dashboard

/// The frame around the models: a script that is played, the past, two endings.
extension Scenes {
  private static func travelling(
    _ snapshot: ClusterSnapshot, at moment: Double, end: Double, speed: Double
  ) -> ClusterSnapshot {
    var snapshot = snapshot
    snapshot.isLive = false
    snapshot.knobs.seed = 7
    snapshot.speed = speed
    snapshot.at = seconds(moment)
    var history = HistorySnapshot(seed: 7)
    history.end = seconds(end)
    history.marks = snapshot.events.map { HistoryMark(at: $0.at, kind: $0.kind, text: $0.text) }
    history.handled = 48_211
    history.copies = 31
    history.retainedBytes = 35_400_000
    snapshot.history = history
    return snapshot
  }

  static var multiDemo: Scene {
    var narration = Narration(
      title: "Who wins?", chapters: ["Three writers", "A slow clock", "What it cost"], total: 12)
    narration.chapter = 1
    narration.done = 5
    narration.said = [
      "Two people change the same key, one after the other. The second saw what the first wrote,"
        + " and it is the second whose write is thrown away: its node's clock is five seconds behind."
    ]
    narration.next = .init("clock n2 0s", at: nil)
    narration.stage = .waitsForKey
    return Scene(travelling(multiClock, at: 192.4, end: 192.4, speed: 1), narration: narration)
  }

  static var quorumPast: Scene {
    Scene(travelling(quorumSloppy, at: 189, end: 230, speed: 0))
  }

  private static func forked(
    _ here: ClusterSnapshot, _ there: ClusterSnapshot, at fork: Double
  ) -> Scene {
    var (here, there) = (
      travelling(here, at: 192.4, end: 192.4, speed: 0),
      travelling(there, at: 192.4, end: 192.4, speed: 0)
    )
    here.history?.forkedAt = seconds(fork)
    here.history?.ledgerAtFork = LedgerSnapshot()
    there.history = nil
    return Scene(here, other: there)
  }

  /// The same writes with a right clock here, and a slow one there.
  static var multiForked: Scene {
    var there = multiClock
    changeMulti(&there) {
      var counts = VersionsSnapshot.Counts()
      counts.conflicts = 20
      counts.losers = 19
      $0.versions.atFork = counts
    }
    return forked(multiHealthy, there, at: 185)
  }

  static var quorumForked: Scene { forked(quorumSloppy, quorumHealthy, at: 185) }
}
