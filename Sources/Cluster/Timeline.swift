import Operations
import Positions

/// The last minutes, a sample a second.
struct Timeline: Sendable {
  static let kept = 300

  var samples: [TimelineSample] = []
  /// The last event that a sample has counted.
  var lastEvent = 0
}

extension Cluster {
  /// Adds the second that has passed.
  mutating func noteTimeline(_ elapsed: Interval) {
    for id in members {
      guard let office = nodes[id.offset].replica?.leadership, nodes[id.offset].isRunning else {
        metrics.leads(id, acknowledged: nil, elapsed)
        continue
      }
      metrics.leads(id, acknowledged: office.acknowledged, elapsed)
    }
    var sample = TimelineSample(at: now, writesPerSecond: metrics.writesPerSecond)
    sample.p99 = metrics.acknowledgement.recentP99
    sample.leader = leader
    sample.leaders = nodes.filter { $0.isRunning && $0.replica?.role == .leader }.count
    sample.lost = checker.ledger.lost
    for event in events.reversed() {
      guard event.number > timeline.lastEvent else { break }
      switch event.kind {
      case .command, .fault: sample.hasFault = true
      case .election: sample.hasElection = sample.hasElection || event.text.contains(" leads term ")
      case .finding, .violation: sample.hasFinding = true
      case .log, .clients, .note: break
      }
    }
    timeline.lastEvent = eventCount
    timeline.samples.append(sample)
    if timeline.samples.count > Timeline.kept { timeline.samples.removeFirst() }
  }
}
