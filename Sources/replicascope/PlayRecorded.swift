import Canvas
import Cluster
import Dashboard
import Operations
import Positions

/// Plays a script to a recording instead of to a screen: the audience's time is counted, not waited for,
/// so that the same seed gives the same bytes.
struct PlayRecorded {
  var options: RecordingOptions
  var manner: SimulatedEngine.Manner

  /// Time between two frames.
  private static let spacing = Interval.milliseconds(100)
  /// How long the end stays.
  private static let curtain = Interval.seconds(3)
  /// A play that goes on for longer than this has lost its way.
  private static let longest = Interval.seconds(4 * 3600)

  /// Plays and records.
  ///
  /// - Returns: the exit status: 1 when something did not hold.
  func run(_ play: Play, title: String, alarm: Alarm) throws -> Int32 {
    var manner = manner
    // Nobody is there to press a key.
    manner.isUnattended = true
    var stage = Stage(play, manner)
    var view = ViewState()
    var recording: Recording?
    if !options.isStill {
      recording = try Recording(
        to: options.path, version: options.version, size: options.size, title: title,
        timestamp: nil, light: options.light)
    }
    var time = Interval.zero
    var signal: Int32?
    var last = scene(stage)
    var end: Interval?
    while signal == nil, time < Self.longest {
      let scene = scene(stage)
      if options.isStill, let moment = options.moment, isAt(moment, scene, last) { break }
      last = scene
      let milliseconds = Int(time.milliseconds)
      _ = view.tick(milliseconds)
      view.follow(scene, size: options.size, at: milliseconds)
      if let recording {
        recording.frame(
          draw(scene, view), cursor: nil, of: scene, at: time.nanoseconds / 1000)
      }
      if stage.isOver, end == nil { end = time + (options.isStill ? .zero : Self.curtain) }
      if let end, time >= end { break }
      stage.move(by: Self.spacing)
      time = time + Self.spacing
      signal = alarm.wait(milliseconds: 0)
    }
    let isFailed = last.narration?.isFailed ?? false
    let status: Int32 =
      isFailed || last.snapshot.ledger.violationCount > 0 ? Failure.Kind.checkFailed.rawValue : 0
    if let recording {
      recording.close(status: status, at: time.nanoseconds / 1000)
      if recording.isBroken { throw Failure(.inputOutput, "\(options.path) can't be written") }
    } else {
      try Still.write(
        draw(last, view), to: options.path, title: title, light: options.light)
    }
    if isFailed, case .failed(let why) = last.narration?.stage {
      Output.error("replicascope: \(why)")
    }
    Output.line(
      options.isStill
        ? "\(options.path): \(last.snapshot.at), \(options.size)"
        : "\(options.path): \(time.seconds) s, \(options.size)")
    return signal.map { 128 + $0 } ?? status
  }

  /// Whether a moment is reached, or the next scene is beyond it.
  private func isAt(
    _ moment: RecordingOptions.Moment, _ scene: Scene, _ last: Scene
  ) -> Bool {
    switch moment {
    case .clock(let instant):
      return last.snapshot.at >= instant
        || last.snapshot.at <= instant && scene.snapshot.at > instant
    case .chapter(let number):
      return (last.narration?.chapter ?? -1) == number - 1
        && (scene.narration?.chapter ?? -1) > number - 1
    }
  }

  private func scene(_ stage: Stage) -> Scene {
    Scene(stage.play.machine.snapshot(speed: stage.speed), narration: stage.narration)
  }

  private func draw(_ scene: Scene, _ view: ViewState) -> Canvas {
    Dashboard.render(scene, view: view, size: options.size, glyphs: options.glyphs)
  }
}
