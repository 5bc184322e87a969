import Operations
import Positions

@testable import Dashboard

/// Scenes of the simulated world: in the past, event by event, and two endings of one run.
extension Scenes {
  /// Everything that the goldens show of time travel: name, snapshot, the other ending.
  static let travels: [(name: String, scene: Scene)] = [
    ("past", Scene(past)), ("stepping", Scene(stepping)), ("forked", Scene(kept, other: losing)),
  ]

  static func seconds(_ seconds: Double) -> Instant { .start + Interval(seconds: seconds) }

  /// Three nodes in the simulated world at 00:31, seed 7: a leader was cut off, another elected.
  static var simulated: ClusterSnapshot {
    var snapshot = cluster(3)
    snapshot.isLive = false
    snapshot.at = seconds(31)
    snapshot.knobs.seed = 7
    snapshot.timeline = Array(snapshot.timeline.prefix(31))
    snapshot.events += [
      event(3, 11_200, .command, "n1 is cut off from all other nodes"),
      event(4, 12_300, .election, "n2 leads term 4, with 2 of 3 votes"),
      event(5, 13_900, .finding, "n1 acknowledges in term 3 while n2 leads term 4"),
      event(6, 20_000, .command, "all cuts are mended"),
    ]
    var history = HistorySnapshot(seed: 7)
    history.end = seconds(31)
    history.marks = snapshot.events.map {
      HistoryMark(at: $0.at, kind: $0.kind, text: $0.text)
    }
    history.handled = 48_211
    history.traceHash = 0x00C0_FFEE_1234_5678
    history.copies = 31
    history.retainedBytes = 35_400_000
    snapshot.history = history
    return snapshot
  }

  /// Paused a moment after a second leader was elected, with much to come.
  static var past: ClusterSnapshot {
    var snapshot = splitBrain
    snapshot.isLive = false
    snapshot.knobs.seed = 7
    snapshot.history = simulated.history
    snapshot.events = simulated.events
    snapshot.at = seconds(12.9)
    snapshot.speed = 0
    snapshot.timeline = Array(snapshot.timeline.prefix(12))
    snapshot.ledger.findingCount = 0
    snapshot.ledger.findings = []
    snapshot.events.removeAll { $0.at > snapshot.at }
    return snapshot
  }

  /// Five nodes, paused while a record is on its way to four followers, one of them slow.
  static var stepping: ClusterSnapshot {
    var snapshot = lagging
    snapshot.isLive = false
    snapshot.speed = 0
    snapshot.at = seconds(31)
    snapshot.history = simulated.history
    func message(_ from: Int, _ to: Int, _ after: Double, _ text: String) -> MessageInFlight {
      MessageInFlight(
        from: NodeID(from), to: NodeID(to), arrives: snapshot.at + Interval(seconds: after / 1000),
        text: text)
    }
    snapshot.inFlight = [
      message(1, 2, 0.3, "append 19891…19893"), message(1, 3, 0.4, "append 19891…19893"),
      message(5, 1, 0.7, "appended through 19890"), message(1, 5, 0.9, "append 19891…19893"),
      message(1, 4, 44, "append 19860…19871"), message(1, 4, 61, "append 19872…19893"),
      message(4, 1, 79, "pre-vote for term 5 \u{1B}[2J"),
    ]
    return snapshot
  }

  /// The run forked at 00:11 with `ack majority`: nothing was lost.
  static var kept: ClusterSnapshot {
    var snapshot = simulated
    snapshot.speed = 0
    snapshot.ledger.acknowledged = 5_204
    snapshot.clients.recentAcknowledgement.p99 = 22
    snapshot.history?.forkedAt = seconds(11)
    var shared = LedgerSnapshot()
    shared.acknowledged = 2_180
    shared.staleReads = 1
    snapshot.ledger.staleReads = 1
    snapshot.history?.ledgerAtFork = shared
    snapshot.events.removeAll { $0.kind == .finding }
    return snapshot
  }

  /// The ending that was reached first, with `ack async`.
  static var losing: ClusterSnapshot {
    var snapshot = splitBrain
    snapshot.isLive = false
    snapshot.at = seconds(31)
    snapshot.speed = 0
    snapshot.knobs.acknowledgement = .asynchronous
    snapshot.knobs.checkQuorum = false
    snapshot.events = simulated.events
    snapshot.ledger.acknowledged = 5_377
    snapshot.ledger.lost = 31
    snapshot.ledger.staleReads = 9
    snapshot.ledger.lostUnlisted = 27
    snapshot.ledger.lostWrites = ["user12", "evil\u{1B}[2J", "user7", "user88"].map {
      LostWriteSnapshot(key: $0, index: Index(19_000), term: term, why: "n2 was elected without it")
    }
    return snapshot
  }
}
