import Cluster
import Operations
import Positions
import Terminal

#if canImport(Glibc)
  import Glibc
#endif

/// A plan carried out in the simulated world, under the dashboard or headless.
struct Simulated {
  var plan: Plan
  var options: Terminal.Options
  var json: Bool
  var headless: Bool
  /// How a script is played on the dashboard.
  var manner = SimulatedEngine.Manner()
  /// Where it is recorded to; nil: nowhere.
  var recordsTo: RecordingOptions?

  /// The seed of a run that was given none.
  static let defaultSeed: UInt64 = 1

  /// Carries it out, and ends the program.
  func run(_ alarm: Alarm) throws -> Never {
    let seed = plan.knobs.seed ?? Self.defaultSeed
    let configuration = ClusterConfiguration.simulated(
      knobs: plan.knobs, load: plan.load, seed: seed)
    guard !headless else {
      let machine = try TimeMachine(
        configuration: configuration, script: plan.commands, keepsCopies: false)
      Glibc.exit(try play(machine, seed, alarm))
    }
    let engine = try SimulatedEngine(
      configuration: configuration, script: plan.commands, director: plan.runner, manner: manner,
      onChange: { alarm.ring() })
    do {
      let screen = Screen(engine: engine, alarm: alarm, options: options, recordsTo: recordsTo)
      Glibc.exit(try screen.run())
    } catch {
      engine.close()
      throw error
    }
  }

  private func play(_ machine: TimeMachine, _ seed: UInt64, _ alarm: Alarm) throws -> Int32 {
    if let runner = plan.runner {
      let play = Play(machine: machine, director: runner, keepsCopies: false)
      if let recordsTo {
        return try PlayRecorded(options: recordsTo, manner: manner)
          .run(play, title: runner.narration.title, alarm: alarm)
      }
      return PlayHeadless(isJSON: json, again: "seed \(seed)").run(play, alarm: alarm)
    }
    return Headless(format: json ? .json : .plain, duration: plan.duration, spacing: plan.spacing)
      .run(machine, alarm: alarm)
  }
}
