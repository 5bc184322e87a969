/// What a colour is for, by its name in the Okabe-Ito palette, which people who are colour-blind can
/// tell apart. The terminal decides what a tint becomes: one of 256 colours, of 8, or bold and
/// reverse only; so a tint never carries meaning that a glyph or a word doesn't carry too.
public enum Tint: UInt8, Hashable, Sendable, CaseIterable {
  /// The terminal's own foreground, or background.
  case normal
  /// Less important than its surroundings: axes, units, hints.
  case dim
  /// Orange, xterm 214: leaders, warnings.
  case orange
  /// Sky blue, xterm 74: rules, titles, information.
  case blue
  /// Bluish green, xterm 36: healthy, committed, holds.
  case green
  /// Yellow, xterm 227: lagging, pending, what is selected.
  case yellow
  /// Vermilion, xterm 166: failed, forked, broken.
  case vermilion
  /// Reddish purple, xterm 175: the operator's own doing, partitions.
  case purple
  /// The loudest mark there is, bold and reversed in every mode: an acknowledged write was lost.
  case loud
}

/// How a cell looks.
public struct Style: Hashable, Sendable {
  /// The colour of the character.
  public var tint: Tint
  /// The colour behind it; nil leaves the terminal's own.
  public var background: Tint?
  /// Heavier than normal.
  public var bold: Bool
  /// Foreground and background change places.
  public var reverse: Bool
  /// A line under the character.
  public var underline: Bool

  /// Creates a style.
  public init(
    _ tint: Tint = .normal, on background: Tint? = nil, bold: Bool = false, reverse: Bool = false,
    underline: Bool = false
  ) {
    self.tint = tint
    self.background = background
    self.bold = bold
    self.reverse = reverse
    self.underline = underline
  }

  /// The terminal's own colours without attributes.
  public static let normal = Style()
  /// Less important than its surroundings.
  public static let dim = Style(.dim)
  /// Heavier than normal.
  public static let bold = Style(bold: true)
  /// The loudest mark there is.
  public static let loud = Style(.loud)

  /// The same style, reversed: what a selection looks like.
  public var reversed: Style {
    var style = self
    style.reverse.toggle()
    return style
  }

  /// The same style, bold.
  public var emphasized: Style {
    var style = self
    style.bold = true
    return style
  }
}

/// One character cell of a screen.
public struct Cell: Hashable, Sendable {
  /// The character as the one scalar that it is: comparing screens cell by cell is cheap that way.
  public private(set) var scalar: Unicode.Scalar
  /// How it looks.
  public var style: Style

  /// A cell with a scalar that is known to be fit for one.
  private init(scalar: Unicode.Scalar, style: Style) {
    self.scalar = scalar
    self.style = style
  }

  /// Two cells for a character that is two columns wide; nil for any other.
  static func wide(_ character: Character, _ style: Style) -> (Cell, Cell)? {
    guard let scalar = Legible.wideScalar(character) else { return nil }
    return (Cell(scalar: scalar, style: style), Cell(scalar: "\0", style: style))
  }

  /// Whether it is the right half of the cell before it.
  public var isRightHalf: Bool { scalar.value == 0 }

  /// Whether the cell behind it is its right half.
  public var isLeftHalf: Bool { scalar.value >= 0x1100 && Legible.isWide(scalar) }

  /// Creates a cell. A character that isn't one column wide (``Legible``) becomes
  /// ``Legible/substitute``.
  public init(_ character: Character, _ style: Style = .normal) {
    scalar = Legible.narrow(character)
    self.style = style
  }

  /// The character; one that isn't one column wide becomes ``Legible/substitute``.
  public var character: Character {
    get { Character(scalar) }
    set { scalar = Legible.narrow(newValue) }
  }

  /// A space in the terminal's own colours.
  public static let blank = Cell(" ")
}
