/// A place on a screen: columns from the left edge, rows from the top, both from 0.
public struct Point: Hashable, Sendable {
  /// The column, from 0 at the left.
  public var x: Int
  /// The row, from 0 at the top.
  public var y: Int

  /// Creates the place in column `x` of row `y`.
  public init(x: Int, y: Int) {
    self.x = x
    self.y = y
  }
}

/// The extent of a screen in character cells.
public struct Size: Hashable, Sendable, CustomStringConvertible {
  /// The number of columns; never negative.
  public var columns: Int
  /// The number of rows; never negative.
  public var rows: Int

  /// Creates an extent; negative numbers count as none.
  public init(columns: Int, rows: Int) {
    self.columns = max(0, columns)
    self.rows = max(0, rows)
  }

  /// Reads `80x24`; nil for anything else.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "x", omittingEmptySubsequences: false)
    guard parts.count == 2, let columns = Int(parts[0]), let rows = Int(parts[1]),
      columns >= 0, rows >= 0
    else { return nil }
    self.init(columns: columns, rows: rows)
  }

  /// Whether a screen of this size has room for one of `needed`.
  public func holds(_ needed: Size) -> Bool {
    columns >= needed.columns && rows >= needed.rows
  }

  /// `80x24`.
  public var description: String { "\(columns)x\(rows)" }
}

/// A rectangle of cells. Its splitting functions never give more than there is: a pane that finds no
/// room comes back empty, and drawing in an empty rectangle draws nothing.
public struct Rect: Hashable, Sendable {
  /// The leftmost column.
  public var x: Int
  /// The topmost row.
  public var y: Int
  /// The number of columns; never negative.
  public var width: Int
  /// The number of rows; never negative.
  public var height: Int

  /// Creates a rectangle; a negative width or height counts as none.
  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = max(0, width)
    self.height = max(0, height)
  }

  /// The whole of a screen.
  public init(_ size: Size) {
    self.init(x: 0, y: 0, width: size.columns, height: size.rows)
  }

  /// The column just past the right edge.
  public var right: Int { x + width }

  /// The row just past the bottom edge.
  public var bottom: Int { y + height }

  /// The top left cell.
  public var origin: Point { Point(x: x, y: y) }

  /// The extent.
  public var size: Size { Size(columns: width, rows: height) }

  /// Whether there is no cell in it.
  public var isEmpty: Bool { width == 0 || height == 0 }

  /// Whether the cell at `point` is inside.
  public func contains(_ point: Point) -> Bool {
    point.x >= x && point.x < right && point.y >= y && point.y < bottom
  }

  /// The cells that both rectangles have.
  public func intersection(_ other: Rect) -> Rect {
    let left = max(x, other.x)
    let top = max(y, other.y)
    return Rect(
      x: left, y: top, width: min(right, other.right) - left,
      height: min(bottom, other.bottom) - top)
  }

  /// The rectangle less `columns` on the left and right and `rows` at the top and bottom.
  public func inset(columns: Int = 0, rows: Int = 0) -> Rect {
    Rect(x: x + columns, y: y + rows, width: width - 2 * columns, height: height - 2 * rows)
  }

  /// Cuts off the `rows` topmost rows, or all there are.
  public func splitTop(_ rows: Int) -> (top: Rect, rest: Rect) {
    let taken = min(max(0, rows), height)
    return (
      Rect(x: x, y: y, width: width, height: taken),
      Rect(x: x, y: y + taken, width: width, height: height - taken)
    )
  }

  /// Cuts off the `rows` lowest rows, or all there are.
  public func splitBottom(_ rows: Int) -> (rest: Rect, bottom: Rect) {
    let parts = splitTop(height - min(max(0, rows), height))
    return (parts.top, parts.rest)
  }

  /// Cuts off the `columns` leftmost columns, or all there are.
  public func splitLeft(_ columns: Int) -> (left: Rect, rest: Rect) {
    let taken = min(max(0, columns), width)
    return (
      Rect(x: x, y: y, width: taken, height: height),
      Rect(x: x + taken, y: y, width: width - taken, height: height)
    )
  }

  /// Cuts off the `columns` rightmost columns, or all there are.
  public func splitRight(_ columns: Int) -> (rest: Rect, right: Rect) {
    let parts = splitLeft(width - min(max(0, columns), width))
    return (parts.left, parts.rest)
  }

  /// A rectangle of `size` in the middle of this one, cut down where there is less room.
  public func centred(_ size: Size) -> Rect {
    let wide = min(size.columns, width)
    let high = min(size.rows, height)
    return Rect(
      x: x + (width - wide) / 2, y: y + (height - high) / 2, width: wide, height: high)
  }
}
