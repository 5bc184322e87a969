import Canvas
import Testing

@testable import Terminal

/// A small terminal: UTF-8, 256 colours, and no more control sequences than the encoder may use.
///
/// It is as unkind as a terminal may be: it starts full of rubbish, and what is left of a wide
/// character that was half overwritten is rubbish too.
struct TestTerminal {
  struct Cell: Hashable {
    var scalar: Unicode.Scalar
    var attributes: Attributes
  }

  static let rubbish = Cell(scalar: "\u{FFFD}", attributes: Attributes(reverse: true))
  /// Behind a wide character.
  static let rightHalf: Unicode.Scalar = "\0"

  let size: Size
  private(set) var cells: [Cell]
  private(set) var cursor = Point(x: 0, y: 0)
  private(set) var cursorIsShown = true
  private(set) var pen = Attributes()
  /// What was not understood.
  private(set) var complaints: [String] = []

  init(size: Size) {
    self.size = size
    cells = Array(repeating: Self.rubbish, count: size.columns * size.rows)
  }

  /// What a terminal shows for a canvas: half of a wide character is a blank.
  static func expected(_ canvas: Canvas, light: Bool = false) -> [Cell] {
    let palette = Palette(colours: .full, light: light)
    var cells: [Cell] = []
    for y in 0..<canvas.size.rows {
      for x in 0..<canvas.size.columns {
        let cell = canvas[x, y]
        let attributes = palette.attributes(for: cell.style)
        if cell.isRightHalf, x > 0, canvas[x - 1, y].isLeftHalf {
          cells.append(Cell(scalar: rightHalf, attributes: cells[cells.count - 1].attributes))
        } else if cell.isRightHalf || cell.isLeftHalf && !canvas[x + 1, y].isRightHalf {
          cells.append(Cell(scalar: " ", attributes: attributes))
        } else {
          cells.append(Cell(scalar: cell.scalar, attributes: attributes))
        }
      }
    }
    return cells
  }

  mutating func play(_ text: String) {
    var scalars = text.unicodeScalars[...]
    while let scalar = scalars.popFirst() {
      if scalar == "\u{1B}" {
        guard scalars.popFirst() == "[" else {
          complaints.append("an escape that isn't CSI")
          continue
        }
        let parameters = scalars.prefix { (0x30...0x3F).contains($0.value) }
        scalars = scalars.dropFirst(parameters.count)
        let final = scalars.popFirst().map(String.init) ?? "nothing"
        control(String(parameters), final)
      } else if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
        complaints.append("control \(scalar.value)")
      } else {
        write(scalar)
      }
    }
  }

  private mutating func control(_ parameters: String, _ final: String) {
    let numbers = parameters.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) }
    switch (final, parameters) {
    case ("h", "?25"): cursorIsShown = true
    case ("l", "?25"): cursorIsShown = false
    case ("J", "2"):
      for index in cells.indices {
        cells[index] = Cell(scalar: " ", attributes: Attributes(background: pen.background))
      }
    case ("H", _):
      let place = numbers.map { $0 ?? 1 } + [1, 1]
      cursor = Point(x: min(place[1], size.columns) - 1, y: min(place[0], size.rows) - 1)
    case ("C", _): cursor.x = min(cursor.x + (numbers.first.flatMap(\.self) ?? 1), size.columns - 1)
    case ("m", _): select(numbers.map { $0 ?? 0 })
    default: complaints.append("CSI \(parameters) \(final)")
    }
  }

  private mutating func select(_ codes: [Int]) {
    var codes = codes[...]
    while let code = codes.popFirst() {
      switch code {
      case 0: pen = Attributes()
      case 1: pen.bold = true
      case 4: pen.underline = true
      case 7: pen.reverse = true
      case 38 where codes.first == 5 && codes.count >= 2:
        pen.foreground = Int16(codes[codes.startIndex + 1])
        codes = codes.dropFirst(2)
      case 48 where codes.first == 5 && codes.count >= 2:
        pen.background = Int16(codes[codes.startIndex + 1])
        codes = codes.dropFirst(2)
      default: complaints.append("SGR \(code)")
      }
    }
  }

  private mutating func write(_ scalar: Unicode.Scalar) {
    let width = Legible.isWide(Character(scalar)) ? 2 : 1
    guard cursor.x + width <= size.columns else {
      complaints.append("written past the right edge")
      return
    }
    let index = cursor.y * size.columns + cursor.x
    if cells[index].scalar == Self.rightHalf { cells[index - 1] = Self.rubbish }
    let behind = index + width
    if behind < cells.count, cells[behind].scalar == Self.rightHalf {
      cells[behind] = Self.rubbish
    }
    cells[index] = Cell(scalar: scalar, attributes: pen)
    if width == 2 { cells[index + 1] = Cell(scalar: Self.rightHalf, attributes: pen) }
    cursor.x += width
  }
}
