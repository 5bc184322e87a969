import Canvas

/// Canvases, one after the other, as what shows them on a UTF-8 terminal of 256 colours.
///
/// Cells hold legible characters only (``Legible``), so all control sequences are the encoder's own.
/// Each frame begins and ends with the attributes reset, and trusts no cursor position.
public struct AnsiEncoder: Hashable, Sendable {
  private let palette: Palette
  private var shown: Canvas?
  private var cursor: Point?

  /// Creates an encoder that has shown nothing yet.
  ///
  /// - Parameter light: whether the terminal's background is light.
  public init(light: Bool = false) {
    palette = Palette(colours: .full, light: light)
  }

  /// Makes the next frame a full repaint, which shows the same whatever was on the screen.
  public mutating func repaint() { shown = nil }

  /// What turns the last frame into `canvas`: the changed cells, or everything where there is no last
  /// frame of the same size. Empty when nothing has changed.
  ///
  /// - Parameter cursor: where the cursor is shown, for text input; nil hides it.
  public mutating func frame(_ canvas: Canvas, cursor: Point? = nil) -> String {
    var writer = FrameWriter(palette: palette, canvas: canvas)
    if let shown, shown.size == canvas.size {
      let diff = Diff(from: shown, to: canvas)
      guard !diff.isEmpty || cursor != self.cursor else { return "" }
      if self.cursor != nil { writer.text += Self.hide }
      writer.write(diff)
    } else {
      // The attributes go first: many terminals clear with the background that is set.
      writer.text = Self.hide + Self.reset + "\u{1B}[H\u{1B}[2J"
      writer.write(Diff(from: Canvas(size: canvas.size), to: canvas))
    }
    writer.finish(cursor)
    shown = canvas
    self.cursor = cursor
    return writer.text
  }

  /// What gives the terminal back after a frame of `size`: attributes reset, the cursor shown, and
  /// below the frame where there is room.
  static func restoring(_ size: Size) -> String {
    reset + "\u{1B}[\(size.rows + 1);1H" + show
  }

  fileprivate static let hide = "\u{1B}[?25l"
  fileprivate static let show = "\u{1B}[?25h"
  fileprivate static let reset = "\u{1B}[0m"
}

/// Writes the changed cells of one frame.
private struct FrameWriter {
  let palette: Palette
  let canvas: Canvas
  var text = ""
  /// What the terminal writes with.
  private var pen = Attributes()
  /// Where the terminal writes next; nil when that isn't known.
  private var place: Point?
  /// The last style with its attributes: neighbours mostly share it.
  private var known = (style: Style.normal, attributes: Attributes())

  init(palette: Palette, canvas: Canvas) {
    self.palette = palette
    self.canvas = canvas
  }

  mutating func write(_ diff: Diff) {
    for run in diff.runs { write(run) }
  }

  /// Resets the attributes, and shows the cursor where it is wanted.
  mutating func finish(_ cursor: Point?) {
    if pen != Attributes() { text += AnsiEncoder.reset }
    guard let cursor else { return }
    text += "\u{1B}[\(cursor.y + 1);\(cursor.x + 1)H" + AnsiEncoder.show
  }

  private mutating func write(_ run: Diff.Run) {
    let y = run.start.y
    var x = run.start.x
    var end = x + run.cells.count
    // The halves of a wide character appear and disappear together.
    if canvas[x - 1, y].isLeftHalf { x -= 1 }
    if canvas[end, y].isRightHalf { end += 1 }
    if let place, place.y == y { x = max(x, place.x) }
    guard x < end else { return }
    move(to: Point(x: x, y: y))
    while x < end { x += put(x, y) }
    place = Point(x: x, y: y)
  }

  /// Writes the cell, and gives the columns it took. Half of a wide character is a blank.
  private mutating func put(_ x: Int, _ y: Int) -> Int {
    let cell = canvas[x, y]
    set(attributes(cell.style))
    guard cell.isLeftHalf || cell.isRightHalf else {
      text.unicodeScalars.append(cell.scalar)
      return 1
    }
    let isWhole = cell.isLeftHalf && canvas[x + 1, y].isRightHalf
    text.unicodeScalars.append(isWhole ? cell.scalar : " ")
    return isWhole ? 2 : 1
  }

  /// Moves to `point`, which isn't left of where the row was written last.
  private mutating func move(to point: Point) {
    guard let place, place.y == point.y else {
      text += point.x == 0 ? "\u{1B}[\(point.y + 1)H" : "\u{1B}[\(point.y + 1);\(point.x + 1)H"
      return
    }
    let gap = place.x..<point.x
    // A few cells that stay as they are cost less than a move over them.
    if gap.count <= 3, gap.allSatisfy({ isPlain(canvas[$0, point.y]) }) {
      for x in gap { text.unicodeScalars.append(canvas[x, point.y].scalar) }
    } else {
      text += gap.count == 1 ? "\u{1B}[C" : "\u{1B}[\(gap.count)C"
    }
  }

  /// Whether the cell is written as one byte with the attributes as they are.
  private mutating func isPlain(_ cell: Cell) -> Bool {
    cell.scalar.isASCII && !cell.isRightHalf && attributes(cell.style) == pen
  }

  private mutating func attributes(_ style: Style) -> Attributes {
    if style != known.style { known = (style, palette.attributes(for: style)) }
    return known.attributes
  }

  private mutating func set(_ attributes: Attributes) {
    guard attributes != pen else { return }
    text += attributes.selectGraphicRendition
    pen = attributes
  }
}

extension Attributes {
  /// The control sequence that sets exactly these attributes.
  fileprivate var selectGraphicRendition: String {
    var codes = "0"
    if bold { codes += ";1" }
    if dim { codes += ";2" }
    if underline { codes += ";4" }
    if reverse { codes += ";7" }
    if let foreground { codes += ";38;5;\(foreground)" }
    if let background { codes += ";48;5;\(background)" }
    return "\u{1B}[\(codes)m"
  }
}
