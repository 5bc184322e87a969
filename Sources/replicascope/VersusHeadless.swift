import Cluster
import Operations
import Positions
import Scenarios

/// Plays one script under two presets without a screen, as fast as the processor can.
struct VersusHeadless {
  var isJSON: Bool
  var presets: (Preset, Preset)

  /// What came of one of the two.
  private struct Ending {
    var told: [TwoColumns.Told] = []
    var snapshot: ClusterSnapshot
    var failures = 0
    var signal: Int32?
  }

  /// Plays both to their ends, or until a signal comes.
  ///
  /// - Returns: the exit status: 1 when there was a violation.
  func run(_ left: Play, _ right: Play, until end: Instant?, alarm: Alarm) -> Int32 {
    Output.beginBulk()
    defer { Output.flush() }
    let here = play(left, presets.0, until: end, alarm)
    if let signal = here.signal { return 128 + signal }
    let there = play(right, presets.1, until: end, alarm)
    if let signal = there.signal { return 128 + signal }
    if isJSON {
      for (ending, preset) in [(here, presets.0), (there, presets.1)] {
        tell(SnapshotJSON.summary(ending.snapshot), of: preset)
      }
    } else {
      print(here, there)
    }
    if Output.isBroken { return Failure.Kind.inputOutput.rawValue }
    let violations =
      here.snapshot.ledger.violationCount + there.snapshot.ledger.violationCount
    return violations > 0 ? Failure.Kind.checkFailed.rawValue : 0
  }

  private func play(
    _ play: Play, _ preset: Preset, until end: Instant?, _ alarm: Alarm
  ) -> Ending {
    var play = play
    var ending = Ending(snapshot: play.machine.snapshot)
    var next = Instant.start + .seconds(1)
    loop: while !Output.isBroken {
      let generation = play.generation
      let limit = end.map { min($0, next) } ?? next
      switch play.run(until: limit) {
      case .over where play.director != nil: break loop
      case .over, .reached:
        ending.signal = alarm.wait(milliseconds: 0)
        if isJSON { tell(SnapshotJSON.snapshot(play.machine.snapshot), of: preset) }
        if ending.signal != nil || limit == end { break loop }
        next = next + .seconds(1)
      case .beat, .chapter: break
      }
      take(&play, into: &ending, preset)
      if play.generation != generation { next = .start + .seconds(1) }
    }
    take(&play, into: &ending, preset)
    ending.snapshot = play.machine.snapshot
    ending.failures = (play.director as? ScriptRunner)?.failureCount ?? 0
    return ending
  }

  private func take(_ play: inout Play, into ending: inout Ending, _ preset: Preset) {
    for each in play.takeTold() {
      switch each {
      case .event(let event):
        if isJSON { tell(SnapshotJSON.event(event), of: preset) }
        ending.told.append(.event(event))
      case .entry(let entry):
        if isJSON { tell(Transcript.json(entry), of: preset) }
        ending.told.append(.entry(entry))
      }
    }
    if isJSON { ending.told = [] }
  }

  /// A line of one of the two.
  private func tell(_ object: String, of preset: Preset) {
    Output.line("{\"preset\":\"\(preset.rawValue)\",\(object.dropFirst())")
  }

  // MARK: Two columns

  private func print(_ here: Ending, _ there: Ending) {
    let columns = TwoColumns()
    let titles = (presets.0.profile.title, presets.1.profile.title)
    let rule = String(repeating: "=", count: columns.width)
    func heading() {
      Output.line(columns.row(titles.0, titles.1))
      Output.line(columns.row(rule, rule))
    }
    heading()
    for line in columns.lines(here.told, there.told) { Output.line(line) }
    Output.line("")
    heading()
    let figures = zip(Self.figures(here), Self.figures(there))
    for (one, two) in figures where !(one.value.isEmpty && two.value.isEmpty) {
      Output.line(
        columns.row(Self.padded(one.name) + one.value, Self.padded(two.name) + two.value))
    }
  }

  private static func padded(_ name: String) -> String {
    name + String(repeating: " ", count: max(1, 16 - name.count))
  }

  /// How it stands at the end.
  private static func figures(_ ending: Ending) -> [(name: String, value: String)] {
    let snapshot = ending.snapshot
    let model = snapshot.model.singleLeader
    let leaders = model?.leaders.map(\.description).joined(separator: ", ")
    let versions = snapshot.model.versions
    return [
      ("leader", leaders.map { $0.isEmpty ? "nobody" : $0 } ?? ""),
      ("degraded", model.map { $0.degraded ? "yes: acknowledges alone" : "no" } ?? ""),
      ("acks a second", String(Int(snapshot.clients.writesPerSecond.rounded()))),
      ("acknowledged", String(snapshot.ledger.acknowledged)),
      ("waiting", String(snapshot.clients.waiting)),
      ("lost", String(snapshot.ledger.lost)),
      ("lost to clocks", versions.map { String($0.losers) } ?? ""),
      ("stale reads", String(snapshot.ledger.staleReads)),
      ("conflicts", versions.map { String($0.conflicts) } ?? ""),
      ("siblings", versions.map { String($0.siblings) } ?? ""),
      ("findings", String(snapshot.ledger.findingCount)),
      ("violations", String(snapshot.ledger.violationCount)),
      ("lines failed", ending.failures > 0 ? String(ending.failures) : ""),
    ]
  }
}
