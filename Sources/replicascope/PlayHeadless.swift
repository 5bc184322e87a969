import Cluster
import Operations
import Positions
import Scenarios

/// Plays a script as a test: no screen, as fast as the processor can.
struct PlayHeadless {
  var isJSON: Bool
  /// What a failure names, so that it can be seen again.
  var again: String

  /// Plays on simulated files, until the script is over or a signal comes.
  ///
  /// - Returns: the exit status: 1 when something did not hold, or there was a violation.
  func run(_ play: Play, alarm: Alarm) -> Int32 {
    var play = play
    var signal: Int32?
    var next = Instant.start + .seconds(1)
    Output.beginBulk()
    defer { Output.flush() }
    loop: while signal == nil, !Output.isBroken {
      let generation = play.generation
      switch play.run(until: next) {
      case .over: break loop
      case .beat, .chapter: break
      case .reached:
        signal = alarm.wait(milliseconds: 0)
        if isJSON { Output.line(SnapshotJSON.snapshot(play.machine.snapshot)) }
        next = next + .seconds(1)
      }
      tell(play.takeTold())
      if play.generation != generation { next = .start + .seconds(1) }
    }
    tell(play.takeTold())
    return finish(play.machine.snapshot, play.director, signal)
  }

  /// Plays on real files.
  func run(_ engine: LiveEngine, alarm: Alarm) -> Int32 {
    var signal: Int32?
    while signal == nil, !Output.isBroken {
      signal = alarm.wait(milliseconds: 50)
      tell(engine)
      if !engine.isBusy { break }
    }
    engine.close()
    tell(engine)
    guard let last = engine.snapshot else { return 70 }
    if let narration = engine.narration, case .failed(let why) = narration.stage {
      Output.error("replicascope: \(why)")
    }
    return status(last, isFailed: engine.narration?.isFailed ?? true, signal)
  }

  private func tell(_ engine: LiveEngine) {
    // Both come in order, each for itself; what the script says of a moment comes after what happened.
    var entries = engine.takeEntries()[...]
    for event in engine.takeEvents() {
      while let entry = entries.first, entry.at < event.at {
        tell([.entry(entry)])
        entries.removeFirst()
      }
      tell([.event(event)])
    }
    tell(entries.map { .entry($0) })
  }

  private func tell(_ told: [Play.Told]) {
    for each in told {
      switch each {
      case .event(let event):
        if isJSON {
          Output.line(SnapshotJSON.event(event))
        } else if let line = Transcript.line(event) {
          Output.line(line)
        }
      case .entry(let entry):
        if isJSON {
          Output.line(Transcript.json(entry))
        } else {
          for line in Transcript.lines(entry) { Output.line(line) }
        }
      }
    }
  }

  private func finish(
    _ last: ClusterSnapshot, _ director: (any Director)?, _ signal: Int32?
  ) -> Int32 {
    if let failure = (director as? ScriptRunner)?.failure {
      let place = failure.place
      Output.flush()
      Output.error("\(place.file):\(place.line): \(place.text)")
      Output.error("  expected: \(failure.expected)")
      Output.error("  there was: \(failure.found)")
      Output.error("  at \(failure.at), \(again)")
    }
    return status(last, isFailed: director?.narration.isFailed ?? false, signal)
  }

  private func status(_ last: ClusterSnapshot, isFailed: Bool, _ signal: Int32?) -> Int32 {
    if !isJSON { Output.line("") }
    Output.line(isJSON ? SnapshotJSON.summary(last) : PlainText.summary(last))
    if Output.isBroken { return Failure.Kind.inputOutput.rawValue }
    if isFailed || last.ledger.violationCount > 0 { return Failure.Kind.checkFailed.rawValue }
    return signal.map { 128 + $0 } ?? 0
  }
}

extension Narration {
  /// Whether the play is over because something failed.
  var isFailed: Bool { if case .failed = stage { true } else { false } }
}
