import CNcurses
import Canvas

/// How many colours a screen can show, from what the terminal reports.
public enum Colours: Int, Hashable, Sendable {
  /// None: bold and reverse only.
  case mono = 0
  /// The eight colours that every colour terminal has.
  case eight = 8
  /// The xterm palette of 256.
  case full = 256
}

/// What the terminal is told for a style: colours of its palette, nil for its own, and attributes.
struct Attributes: Hashable, Sendable {
  var foreground: Int16?
  var background: Int16?
  var bold = false
  var dim = false
  var reverse = false
  var underline = false
}

/// From styles to what a terminal can do.
struct Palette: Hashable, Sendable {
  /// How many colours there are.
  let colours: Colours
  /// Whether the terminal's background is light.
  let light: Bool

  /// What the terminal is told for `style`.
  func attributes(for style: Style) -> Attributes {
    var result = Attributes(
      foreground: colour(style.tint), background: style.background.flatMap(colour),
      bold: style.bold, reverse: style.reverse, underline: style.underline)
    if let background = result.background,
      result.foreground == nil || result.foreground == background
    {
      result.foreground = ink
    }
    emphasize(&result, style.tint)
    if colours == .mono, let background = style.background, background != .normal {
      result.reverse.toggle()
    }
    return result
  }

  /// What can be read on every tint as a background: the dark theme's tints are light.
  private var ink: Int16 {
    switch colours {
    case .full: light ? 231 : 16
    case .eight, .mono: light ? 7 : 0
    }
  }

  /// What a tint is told by where its colour isn't enough, or isn't there.
  private func emphasize(_ result: inout Attributes, _ tint: Tint) {
    switch (tint, colours) {
    case (.loud, _):
      result.bold = true
      result.reverse.toggle()  // reversed itself when selected, so that the selection shows
    case (.dim, .eight):
      result.dim = true
    case (.yellow, .eight):
      result.bold = result.bold || !light
    case (.vermilion, .mono), (.orange, .mono):
      result.bold = true
    default:
      break
    }
  }

  /// The colour of `tint` in the terminal's palette; nil for the terminal's own.
  private func colour(_ tint: Tint) -> Int16? {
    switch colours {
    case .mono: nil
    case .eight: light ? Self.eightOnLight(tint) : Self.eightOnDark(tint)
    case .full: light ? Self.fullOnLight(tint) : Self.fullOnDark(tint)
    }
  }

  /// The Okabe-Ito palette in xterm's numbers.
  private static func fullOnDark(_ tint: Tint) -> Int16? {
    switch tint {
    case .normal: nil
    case .dim: 245
    case .orange: 214
    case .blue: 74
    case .green: 36
    case .yellow: 227
    case .vermilion, .loud: 166
    case .purple: 175
    }
  }

  /// The same hues, dark enough to be read on white.
  private static func fullOnLight(_ tint: Tint) -> Int16? {
    switch tint {
    case .normal: nil
    case .dim: 242
    case .orange: 130
    case .blue: 25
    case .green: 29
    case .yellow: 100
    case .vermilion, .loud: 160
    case .purple: 126
    }
  }

  /// Red 1, green 2, yellow 3, magenta 5, cyan 6: blue 4 can't be read on black.
  private static func eightOnDark(_ tint: Tint) -> Int16? {
    switch tint {
    case .normal, .dim: nil
    case .orange, .yellow: 3
    case .blue: 6
    case .green: 2
    case .vermilion, .loud: 1
    case .purple: 5
    }
  }

  private static func eightOnLight(_ tint: Tint) -> Int16? {
    tint == .blue ? 4 : eightOnDark(tint)
  }
}

extension Palette {
  /// A cell as the shim takes it; nil for the right half of a wide one, which goes with the left.
  func encoded(_ cell: Cell, unicode: Bool) -> cnc_cell? {
    if cell.isRightHalf {
      return unicode ? nil : encoded(Cell(" ", cell.style), unicode: false)
    }
    let attributes = attributes(for: cell.style)
    let scalar =
      unicode || cell.scalar.isASCII
      ? cell.scalar : Cell(Glyphs.ascii(for: cell.character)).scalar
    var bits: Int32 = 0
    if attributes.bold { bits |= CNC_BOLD }
    if attributes.dim { bits |= CNC_DIM }
    if attributes.reverse { bits |= CNC_REVERSE }
    if attributes.underline { bits |= CNC_UNDERLINE }
    return cnc_cell(
      character: scalar.value, width: unicode && cell.isLeftHalf ? 2 : 1,
      foreground: attributes.foreground ?? -1, background: attributes.background ?? -1,
      attributes: UInt8(truncatingIfNeeded: bits))
  }
}
