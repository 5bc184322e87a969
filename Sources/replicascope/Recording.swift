import Canvas
import Dashboard
import Operations
import Positions
import Terminal

#if canImport(Glibc)
  import Glibc
#endif

/// A recording under way: frames of the screen in a file that asciinema plays, with a marker a chapter
/// and a fault.
final class Recording {
  private let file: UnsafeMutablePointer<FILE>
  private var cast: Asciicast
  /// Where it goes.
  let path: String
  /// Whether something could not be written.
  private(set) var isBroken = false
  private var lastEvent = 0
  private var lastMoment = Instant.start
  private var chapter: Int?
  private var isFirst = true

  /// Begins a recording.
  ///
  /// - Parameter timestamp: seconds since 1970; nil for scripted ones, whose bytes follow from the seed.
  init(
    to path: String, version: Asciicast.Version, size: Size, title: String, timestamp: Int?,
    light: Bool
  ) throws {
    guard let file = fopen(path, "w") else {
      throw Failure(.inputOutput, "\(path): \(String(cString: strerror(errno)))")
    }
    self.file = file
    self.path = path
    cast = Asciicast(
      version: version, size: size, title: title, timestamp: timestamp, light: light)
    write(cast.header)
  }

  /// Takes a frame.
  ///
  /// - Parameter microseconds: since the recording began.
  func frame(_ canvas: Canvas, cursor: Point?, of scene: Scene, at microseconds: Int64) {
    if canvas.size != cast.size { write(cast.resize(canvas.size, at: microseconds)) }
    for label in labels(scene) { write(cast.marker(label, at: microseconds)) }
    write(cast.frame(canvas, cursor: cursor, at: microseconds))
  }

  /// Ends it.
  func close(status: Int32, at microseconds: Int64) {
    write(cast.end(at: microseconds))
    write(cast.exit(status: Int(status), at: microseconds))
    if fclose(file) != 0 { isBroken = true }
  }

  private func write(_ line: String?) {
    guard let line else { return }
    if fputs(line, file) < 0 { isBroken = true }
  }

  /// What began since the last frame: a chapter, faults.
  private func labels(_ scene: Scene) -> [String] {
    var labels: [String] = []
    if let narration = scene.narration, narration.chapter != chapter {
      chapter = narration.chapter
      if let chapter { labels.append(narration.chapters[chapter]) }
    }
    let snapshot = scene.snapshot
    // Another cluster, or a moment gone back to, counts its events anew.
    if snapshot.at < lastMoment { lastEvent = snapshot.events.last?.number ?? 0 }
    lastMoment = snapshot.at
    for event in snapshot.events where event.number > lastEvent {
      lastEvent = event.number
      if !isFirst, event.kind == .fault || event.kind == .command { labels.append(event.text) }
    }
    isFirst = false
    return labels
  }
}

/// A picture of one moment.
enum Still {
  static func write(_ canvas: Canvas, to path: String, title: String, light: Bool) throws {
    guard let file = fopen(path, "w") else {
      throw Failure(.inputOutput, "\(path): \(String(cString: strerror(errno)))")
    }
    let isWritten = fputs(StillSVG.render(canvas, light: light, title: title), file) >= 0
    guard fclose(file) == 0, isWritten else {
      throw Failure(.inputOutput, "\(path): \(String(cString: strerror(errno)))")
    }
  }
}

/// How scenes are recorded without a screen.
struct RecordingOptions {
  /// Where to: ends in .cast or .svg.
  var path: String
  var version = Asciicast.Version.v2
  var size = Size(columns: 80, rows: 24)
  /// The moment of a still; nil: the end.
  var moment: Moment?
  var glyphs = Glyphs.unicode
  var light = false

  /// A moment of a play.
  enum Moment: Equatable {
    /// The first time that a cluster's clock stands there.
    case clock(Instant)
    /// The end of a chapter, counted from 1.
    case chapter(Int)
  }

  var isStill: Bool { path.hasSuffix(".svg") }
}
