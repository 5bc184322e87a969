import Canvas

/// Writes a recording of canvases in asciinema's format, a line at a time: first ``header``, then
/// what the functions give, in the order in which they are called.
///
/// Times are microseconds since the start, and never go backwards: one that is earlier than the event
/// before it counts as the same. The same calls give the same bytes.
public struct Asciicast: Hashable, Sendable {
  /// The version of the format.
  public enum Version: Int, Hashable, Sendable, CaseIterable {
    /// For every player: times since the start.
    case v2 = 2
    /// For asciinema 3 and later: times since the event before, and an exit status.
    case v3 = 3
  }

  /// The version of the format.
  public let version: Version
  /// The extent of the recorded screen; larger canvases are cut off.
  public private(set) var size: Size

  /// The first line of the file.
  public let header: String
  private var encoder: AnsiEncoder
  /// The time of the last event in microseconds since the start, as it was written.
  private var last: Int64 = 0

  /// Creates a recording without events.
  ///
  /// - Parameters:
  ///   - timestamp: when it was made, in seconds since 1970; nil leaves it out, for recordings that
  ///     are to be the same bytes each time.
  ///   - light: whether it is for a light background, which it then asks players for.
  public init(
    version: Version = .v2, size: Size, title: String, timestamp: Int? = nil, light: Bool = false
  ) {
    self.version = version
    self.size = size
    header = Self.header(version, size, title, timestamp, light: light)
    encoder = AnsiEncoder(light: light)
  }

  /// An output event that shows `canvas`; nil when nothing has changed.
  ///
  /// - Parameter cursor: where the cursor is shown, for text input; nil hides it.
  public mutating func frame(
    _ canvas: Canvas, cursor: Point? = nil, at microseconds: Int64
  ) -> String? {
    var screen = canvas
    if canvas.size != size {
      screen = Canvas(size: size)
      screen.place(canvas, at: Point(x: 0, y: 0))
    }
    let output = encoder.frame(screen, cursor: cursor)
    return output.isEmpty ? nil : event("o", output, at: microseconds)
  }

  /// A marker, which players show as a chapter. The next frame is a full repaint, so that the
  /// recording can be cut there.
  public mutating func marker(_ label: String, at microseconds: Int64) -> String {
    encoder.repaint()
    return event("m", label, at: microseconds)
  }

  /// A change of the screen's extent; nil when it stays the same. The next frame is a full repaint.
  public mutating func resize(_ size: Size, at microseconds: Int64) -> String? {
    guard size != self.size else { return nil }
    self.size = size
    encoder.repaint()
    return event("r", size.description, at: microseconds)
  }

  /// An output event that gives the player's terminal its cursor back, below the screen: the last
  /// event but ``exit(status:at:)``.
  public mutating func end(at microseconds: Int64) -> String {
    encoder.repaint()
    return event("o", AnsiEncoder.restoring(size), at: microseconds)
  }

  /// The status that the recorded program ended with; nil in version 2, which has no such event.
  public mutating func exit(status: Int, at microseconds: Int64) -> String? {
    version == .v2 ? nil : event("x", String(status), at: microseconds)
  }

  private mutating func event(_ code: String, _ data: String, at microseconds: Int64) -> String {
    let time = max(last, microseconds)
    let written = version == .v2 ? time : time - last
    last = time
    return "[\(Self.seconds(written)), \"\(code)\", \(jsonString(data))]\n"
  }

  /// Seconds with six decimals.
  private static func seconds(_ microseconds: Int64) -> String {
    let (whole, part) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    return "\(whole)." + String(String(part + 1_000_000).dropFirst())
  }

  private static func header(
    _ version: Version, _ size: Size, _ title: String, _ timestamp: Int?, light: Bool
  ) -> String {
    var fields = ["\"version\": \(version.rawValue)"]
    let theme = light ? ", \"theme\": \(lightTheme)" : ""
    switch version {
    case .v2: fields.append("\"width\": \(size.columns), \"height\": \(size.rows)")
    case .v3:
      fields.append(
        "\"term\": {\"cols\": \(size.columns), \"rows\": \(size.rows), \"type\": \"\(terminal)\""
          + theme + "}")
    }
    if let timestamp { fields.append("\"timestamp\": \(timestamp)") }
    if !title.isEmpty { fields.append("\"title\": \(jsonString(title))") }
    if version == .v2 { fields.append("\"env\": {\"TERM\": \"\(terminal)\"}" + theme) }
    return "{" + fields.joined(separator: ", ") + "}\n"
  }

  /// The type of the terminal that the output is for.
  private static let terminal = "xterm-256color"

  /// A light background for players, whose own is mostly dark. The format wants the first eight
  /// colours too, which no frame uses.
  private static let lightTheme: String = {
    let ground = ScreenColours(light: true)
    let palette = "#000000:#cd0000:#008000:#808000:#0000ee:#cd00cd:#008080:#e5e5e5"
    return "{\"fg\": \"\(ground.foreground)\", \"bg\": \"\(ground.background)\","
      + " \"palette\": \"\(palette)\"}"
  }()
}
