import Canvas

/// A screen as a picture for slides and documents.
public enum StillSVG {
  /// The screen as an SVG document that needs nothing else. The same canvas gives the same bytes.
  ///
  /// Cells are 16 units wide and 32 high, with a margin of 16 around all. Blocks and lines are drawn
  /// as rectangles; each word starts in its own column, so that no font shifts what is to its right.
  ///
  /// - Parameter light: whether the background is light.
  public static func render(_ canvas: Canvas, light: Bool = false, title: String) -> String {
    let colours = ScreenColours(light: light)
    let cell = CellShape.cell
    let width = canvas.size.columns * cell.columns + 2 * margin
    let height = canvas.size.rows * cell.rows + 2 * margin
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\""
        + " viewBox=\"0 0 \(width) \(height)\" role=\"img\">",
      "<title>\(escaped(Legible.shown(title)))</title>",
      "<rect width=\"\(width)\" height=\"\(height)\" fill=\"\(colours.background)\"/>",
      "<g transform=\"translate(\(margin) \(margin))\" font-family=\"\(fonts)\""
        + " font-size=\"\(fontSize)\" shape-rendering=\"crispEdges\">",
    ]
    // With crisp edges, two that meet are rounded to the same pixel at every scale. All backgrounds
    // come first: a glyph that is wider than its cell isn't cut off by the next one.
    let rows = (0..<canvas.size.rows).map { SVGRow(canvas, row: $0, colours) }
    lines += rows.flatMap(\.backgrounds) + rows.flatMap(\.foregrounds)
    return (lines + ["</g>", "</svg>"]).joined(separator: "\n") + "\n"
  }

  private static let margin = 16
  private static let fonts =
    "'DejaVu Sans Mono','Cascadia Mono',Menlo,Consolas,'Liberation Mono',monospace"
  /// At which the common monospace fonts are about 16 units wide.
  private static let fontSize = "26.6"

  /// `text` as XML content or attribute.
  static func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
  }
}

/// The elements of one row of the screen.
private struct SVGRow {
  private(set) var backgrounds: [String] = []
  private(set) var foregrounds: [String] = []

  private let top: Int
  private var baseline: Int { top + 25 }
  private let colours: ScreenColours
  /// The word that is being gathered.
  private var word = (start: 0, text: "", ink: ScreenColours.Ink?.none)
  /// The rectangle that is being gathered, with what it is filled with, for each list.
  private var ground = Filling()
  private var shape = Filling()

  private struct Filling {
    var rect = Rect(x: 0, y: 0, width: 0, height: 0)
    var fill = ""
  }

  init(_ canvas: Canvas, row: Int, _ colours: ScreenColours) {
    self.colours = colours
    top = row * CellShape.cell.rows
    var x = 0
    while x < canvas.size.columns {
      let cell = canvas[x, row]
      let isWhole = cell.isLeftHalf && canvas[x + 1, row].isRightHalf
      let isBlank = !isWhole && (cell.isLeftHalf || cell.isRightHalf)
      let ink = colours.ink(cell.style)
      let columns = isWhole ? 2 : 1
      paint(x, columns, ink)
      draw(isBlank ? " " : cell.scalar, x, columns, ink)
      x += columns
    }
    endWord()
    Self.end(&ground, into: &backgrounds)
    Self.end(&shape, into: &foregrounds)
  }

  private mutating func paint(_ x: Int, _ columns: Int, _ ink: ScreenColours.Ink) {
    guard ink.back != colours.background else { return }
    let cell = CellShape.cell
    let rect = Rect(
      x: x * cell.columns, y: top, width: columns * cell.columns, height: cell.rows)
    Self.add(rect, "fill=\"\(ink.back)\"", &ground, into: &backgrounds)
  }

  private mutating func draw(
    _ scalar: Unicode.Scalar, _ x: Int, _ columns: Int, _ ink: ScreenColours.Ink
  ) {
    let left = x * CellShape.cell.columns
    let width = columns * CellShape.cell.columns
    if ink.underline {
      fill(Rect(x: left, y: top + 28, width: width, height: 2), ink)
    }
    if scalar == " " {
      endWord()
    } else if scalar == "\u{2573}" {
      endWord()
      cross(left, ink)
    } else if let shape = CellShape(scalar) {
      endWord()
      for part in shape.parts {
        fill(
          Rect(x: left + part.x, y: top + part.y, width: part.width, height: part.height), ink,
          fifths: shape.fifths)
      }
    } else if scalar.value < 0x250 {
      if word.ink != ink { endWord() }
      if word.text.isEmpty { word = (left, "", ink) }
      word.text.unicodeScalars.append(scalar)
    } else {
      // A symbol, or from another script: it may come from another font, of another width.
      endWord()
      text(
        String(scalar), ink, "x=\"\(left + width / 2)\" y=\"\(baseline)\" text-anchor=\"middle\"")
    }
  }

  /// Both diagonals of a cell.
  private mutating func cross(_ left: Int, _ ink: ScreenColours.Ink) {
    let (width, height) = (CellShape.cell.columns, CellShape.cell.rows)
    foregrounds.append(
      "<path d=\"M\(left) \(top)l\(width) \(height)m0 -\(height)l-\(width) \(height)\""
        + " stroke=\"\(ink.front)\" stroke-width=\"2\" shape-rendering=\"auto\"/>")
  }

  private mutating func fill(_ rect: Rect, _ ink: ScreenColours.Ink, fifths: Int = 5) {
    let partly = fifths < 5 ? " fill-opacity=\"0.\(2 * fifths)\"" : ""
    Self.add(rect, "fill=\"\(ink.front)\"" + partly, &shape, into: &foregrounds)
  }

  private mutating func endWord() {
    guard let ink = word.ink, !word.text.isEmpty else { return }
    let columns = word.text.unicodeScalars.count
    let length =
      columns == 1
      ? "" : " textLength=\"\(columns * CellShape.cell.columns)\" lengthAdjust=\"spacing\""
    text(word.text, ink, "x=\"\(word.start)\" y=\"\(baseline)\"" + length)
    word.text = ""
  }

  private mutating func text(_ text: String, _ ink: ScreenColours.Ink, _ place: String) {
    let weight = ink.bold ? " font-weight=\"bold\"" : ""
    foregrounds.append(
      "<text \(place) fill=\"\(ink.front)\"\(weight)>\(StillSVG.escaped(text))</text>")
  }

  /// Gathers neighbours of one height and colour in one rectangle.
  private static func add(
    _ rect: Rect, _ fill: String, _ filling: inout Filling, into list: inout [String]
  ) {
    let last = filling.rect
    if filling.fill == fill, last.y == rect.y, last.height == rect.height, last.right == rect.x {
      filling.rect.width += rect.width
    } else {
      end(&filling, into: &list)
      filling = Filling(rect: rect, fill: fill)
    }
  }

  private static func end(_ filling: inout Filling, into list: inout [String]) {
    let rect = filling.rect
    guard !rect.isEmpty else { return }
    list.append(
      "<rect x=\"\(rect.x)\" y=\"\(rect.y)\" width=\"\(rect.width)\" height=\"\(rect.height)\""
        + " \(filling.fill)/>")
    filling = Filling()
  }
}
