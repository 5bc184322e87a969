/// A screen as a value: a grid of cells that panes draw on and that a terminal, a golden test or a
/// recording shows.
///
/// Drawing outside the grid, or outside the clip, draws nothing. Every character put is one column
/// wide, or two (``Legible``); a wide one takes two cells, and what is drawn over one of them makes
/// the other a blank.
public struct Canvas: Hashable, Sendable {
  /// The extent of the grid.
  public let size: Size
  /// The cells, row after row.
  public private(set) var cells: [Cell]
  /// The part that can be drawn on.
  private var clip: Rect

  /// Creates a blank canvas.
  public init(size: Size) {
    self.size = size
    cells = Array(repeating: .blank, count: size.columns * size.rows)
    clip = Rect(size)
  }

  /// The whole canvas as a rectangle.
  public var bounds: Rect { Rect(size) }

  /// The cell in column `x` of row `y`: blank outside the grid, where writing does nothing, as it
  /// does outside the clip.
  public subscript(x: Int, y: Int) -> Cell {
    get { bounds.contains(Point(x: x, y: y)) ? cells[y * size.columns + x] : .blank }
    set {
      guard clip.contains(Point(x: x, y: y)) else { return }
      let index = y * size.columns + x
      let old = cells[index]
      if old.isRightHalf, !newValue.isRightHalf { cells[index - 1].character = " " }
      if old.isLeftHalf, x + 1 < size.columns { cells[index + 1].character = " " }
      cells[index] = newValue
    }
  }

  /// Writes `text` from `point` to the right, as ``Legible/shown(_:)-(StringProtocol)`` shows it.
  ///
  /// - Parameter limit: the most columns to use; what is longer is cut off.
  /// - Returns: the columns used, whether or not they lay inside the canvas.
  @discardableResult
  public mutating func put(
    _ text: some StringProtocol, at point: Point, style: Style = .normal, limit: Int = .max
  ) -> Int {
    var used = 0
    for character in text {
      if Legible.isNarrow(character) {
        guard used < limit else { break }
        self[point.x + used, point.y] = Cell(character, style)
        used += 1
      } else if let (left, right) = Cell.wide(character, style) {
        guard used + 1 < limit else { break }
        let x = point.x + used
        if clip.contains(Point(x: x, y: point.y)), clip.contains(Point(x: x + 1, y: point.y)) {
          self[x, point.y] = left
          self[x + 1, point.y] = right
        } else {
          self[x, point.y] = Cell(" ", style)
          self[x + 1, point.y] = Cell(" ", style)
        }
        used += 2
      } else {
        for shown in Legible.shown(character).prefix(max(0, limit - used)) {
          self[point.x + used, point.y] = Cell(shown, style)
          used += 1
        }
      }
    }
    return used
  }

  /// Writes `text` so that it ends just before column `right`, cut off on its right at `limit`.
  ///
  /// - Returns: the columns used.
  @discardableResult
  public mutating func put(
    _ text: some StringProtocol, endingAt right: Int, y: Int, style: Style = .normal,
    limit: Int = .max
  ) -> Int {
    let width = min(Legible.width(text), max(0, limit))
    return put(text, at: Point(x: right - width, y: y), style: style, limit: width)
  }

  /// Sets every cell of `rect` to `cell`.
  public mutating func fill(_ rect: Rect, with cell: Cell = .blank) {
    let area = rect.intersection(clip)
    for y in area.y..<area.bottom {
      for x in area.x..<area.right { self[x, y] = cell }
    }
  }

  /// Changes the style of every cell of `rect`, and leaves the characters.
  public mutating func restyle(_ rect: Rect, _ change: (inout Style) -> Void) {
    let area = rect.intersection(clip)
    for y in area.y..<area.bottom {
      for x in area.x..<area.right { change(&cells[y * size.columns + x].style) }
    }
  }

  /// Draws a line of `glyph` to the right, `width` columns from `point`.
  public mutating func rule(
    at point: Point, width: Int, glyph: Character = "━", style: Style = .normal
  ) {
    fill(Rect(x: point.x, y: point.y, width: width, height: 1), with: Cell(glyph, style))
  }

  /// Draws a line of `glyph` downward, `height` rows from `point`.
  public mutating func verticalRule(
    at point: Point, height: Int, glyph: Character = "┃", style: Style = .normal
  ) {
    fill(Rect(x: point.x, y: point.y, width: 1, height: height), with: Cell(glyph, style))
  }

  /// Copies all of `other` to `point`.
  public mutating func place(_ other: Canvas, at point: Point) {
    for y in 0..<other.size.rows {
      for x in 0..<other.size.columns { self[point.x + x, point.y + y] = other[x, y] }
    }
  }

  /// Draws with everything outside `rect` held still. Coordinates stay those of the canvas, and an
  /// outer clip holds on inside.
  @discardableResult
  public mutating func clipped<Result>(
    to rect: Rect, _ draw: (inout Canvas) throws -> Result
  ) rethrows -> Result {
    let outer = clip
    clip = outer.intersection(rect)
    defer { clip = outer }
    return try draw(&self)
  }
}
