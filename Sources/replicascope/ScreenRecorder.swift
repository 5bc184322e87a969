import Canvas
import Dashboard
import World

#if canImport(Glibc)
  import Glibc
#endif

/// Records what a screen shows, in real time.
final class ScreenRecorder {
  private let light: Bool
  private var recording: Recording?
  private var begunAt: Int64 = 0
  /// Where the last recording went.
  private(set) var path = ""
  /// What the last recording came to, one line; nil before the first has ended.
  private(set) var summary: String?

  init(light: Bool) { self.light = light }

  /// Whether one is under way.
  var isRecording: Bool { recording != nil }

  private var elapsed: Int64 { (MonotonicClock.now - begunAt) / 1000 }

  /// Begins a recording.
  func begin(_ options: RecordingOptions, size: Size) throws {
    recording = try Recording(
      to: options.path, version: options.version, size: size, title: Screen.title,
      timestamp: time(nil), light: light)
    path = options.path
    begunAt = MonotonicClock.now
  }

  /// Takes a frame, while one is under way.
  func frame(_ canvas: Canvas, cursor: Point?, of scene: Scene) {
    recording?.frame(canvas, cursor: cursor, of: scene, at: elapsed)
  }

  /// Ends the recording that is under way.
  func end(status: Int32) {
    guard let recording else { return }
    recording.close(status: status, at: elapsed)
    self.recording = nil
    let seconds = elapsed / 1_000_000
    summary =
      recording.isBroken
      ? "\(path) could not be written whole" : "\(seconds) s are recorded in \(path)"
  }

  /// A name that no file has yet.
  static func freePath() -> String {
    for number in 1... {
      let path = "replicascope-\(number).cast"
      if access(path, F_OK) != 0 { return path }
    }
    return "replicascope.cast"
  }
}
