import Canvas

/// A block element or a line as rectangles in its cell, so that neighbours join without a gap: in a
/// font they would end where the font's own box does.
struct CellShape: Hashable, Sendable {
  /// The extent of a cell: eighths and halves of both are whole numbers.
  static let cell = Size(columns: 16, rows: 32)

  /// The filled parts, in units from the cell's corner.
  var parts: [Rect]
  /// How much of the colour there is, in fifths. A font's light shade covers a quarter of the cell,
  /// but the eye takes that for more than a quarter of the brightness.
  var fifths = 5

  /// The shape of `scalar`; nil for what is left to the font.
  init?(_ scalar: Unicode.Scalar) {
    let (width, height) = (Self.cell.columns, Self.cell.rows)
    let whole = Rect(Self.cell)
    let code = Int(scalar.value)
    switch code {
    case 0x2580: parts = [whole.splitTop(height / 2).top]
    case 0x2581...0x2588: parts = [whole.splitBottom((code - 0x2580) * height / 8).bottom]
    case 0x2589...0x258F: parts = [whole.splitLeft((0x2590 - code) * width / 8).left]
    case 0x2590: parts = [whole.splitRight(width / 2).right]
    case 0x2591...0x2593: (parts, fifths) = ([whole], code - 0x258F)
    case 0x2594: parts = [whole.splitTop(height / 8).top]
    case 0x2595: parts = [whole.splitRight(width / 8).right]
    case 0x2596...0x259F: parts = Self.quadrants(code - 0x2596)
    default:
      guard let arms = Self.arms[scalar] else { return nil }
      parts = Self.lines(arms)
    }
  }

  /// The quadrants of the block elements from U+2596 on.
  private static func quadrants(_ position: Int) -> [Rect] {
    let (upper, lower) = Rect(cell).splitTop(cell.rows / 2)
    let (upperLeft, upperRight) = upper.splitLeft(cell.columns / 2)
    let (lowerLeft, lowerRight) = lower.splitLeft(cell.columns / 2)
    return switch position {
    case 0: [lowerLeft]
    case 1: [lowerRight]
    case 2: [upperLeft]
    case 3: [upperLeft, lower]
    case 4: [upperLeft, lowerRight]
    case 5: [upper, lowerLeft]
    case 6: [upper, lowerRight]
    case 7: [upperRight]
    case 8: [upperRight, lowerLeft]
    default: [upperRight, lower]
    }
  }

  /// How thick the arms of a line are that go left, up, right and down from the cell's middle.
  private struct Arms {
    var left = 0
    var up = 0
    var right = 0
    var down = 0
  }

  private static let arms: [Unicode.Scalar: Arms] = {
    let light = 2
    let heavy = 4
    // Left, up, right, down, as in Arms.
    let kinds: [(String, [Bool])] = [
      ("─━", [true, false, true, false]), ("│┃", [false, true, false, true]),
      ("┌┏", [false, false, true, true]), ("┐┓", [true, false, false, true]),
      ("└┗", [false, true, true, false]), ("┘┛", [true, true, false, false]),
      ("├┣", [false, true, true, true]), ("┤┫", [true, true, false, true]),
      ("┬┳", [true, false, true, true]), ("┴┻", [true, true, true, false]),
      ("┼╋", [true, true, true, true]),
    ]
    var table: [Unicode.Scalar: Arms] = [:]
    for (glyphs, has) in kinds {
      for (scalar, weight) in zip(glyphs.unicodeScalars, [light, heavy]) {
        table[scalar] = Arms(
          left: has[0] ? weight : 0, up: has[1] ? weight : 0, right: has[2] ? weight : 0,
          down: has[3] ? weight : 0)
      }
    }
    return table
  }()

  /// Both directions as one rectangle each; an arm that ends in the middle covers the crossing.
  private static func lines(_ arms: Arms) -> [Rect] {
    let middle = Point(x: cell.columns / 2, y: cell.rows / 2)
    let across = max(arms.left, arms.right)
    let upright = max(arms.up, arms.down)
    var parts: [Rect] = []
    if across > 0 {
      let left = arms.left > 0 ? 0 : middle.x - upright / 2
      let right = arms.right > 0 ? cell.columns : middle.x + upright / 2
      parts.append(
        Rect(x: left, y: middle.y - across / 2, width: right - left, height: across))
    }
    if upright > 0 {
      let top = arms.up > 0 ? 0 : middle.y - across / 2
      let bottom = arms.down > 0 ? cell.rows : middle.y + across / 2
      parts.append(
        Rect(x: middle.x - upright / 2, y: top, width: upright, height: bottom - top))
    }
    return parts
  }
}
