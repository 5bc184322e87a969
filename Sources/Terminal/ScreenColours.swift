import Canvas

/// Colours as `#rrggbb`, for where no terminal gives them.
struct ScreenColours: Hashable, Sendable {
  /// Of text in the terminal's own colour.
  let foreground: String
  /// Of the screen.
  let background: String
  private let palette: Palette

  /// The colours of a dark or light screen.
  init(light: Bool) {
    foreground = light ? "#1c1c1c" : "#e4e4e4"
    background = light ? "#ffffff" : "#121212"
    palette = Palette(colours: .full, light: light)
  }

  /// What a cell of `style` is drawn with, reversed already.
  func ink(_ style: Style) -> Ink {
    let attributes = palette.attributes(for: style)
    let front = attributes.foreground.map(Self.xterm) ?? foreground
    let back = attributes.background.map(Self.xterm) ?? background
    return Ink(
      front: attributes.reverse ? back : front, back: attributes.reverse ? front : back,
      bold: attributes.bold, underline: attributes.underline)
  }

  /// What a cell is drawn with.
  struct Ink: Hashable, Sendable {
    var front: String
    var back: String
    var bold: Bool
    var underline: Bool
  }

  /// A colour of xterm's palette beyond the first 16, which every terminal defines for itself: a cube
  /// of 6 x 6 x 6, then 24 greys.
  static func xterm(_ colour: Int16) -> String {
    let number = max(0, Int(colour) - 16)
    guard number < 216 else {
      let grey = 8 + 10 * (number - 216)
      return hex(grey, grey, grey)
    }
    let steps = [number / 36, number / 6 % 6, number % 6].map { $0 == 0 ? 0 : 55 + 40 * $0 }
    return hex(steps[0], steps[1], steps[2])
  }

  private static func hex(_ red: Int, _ green: Int, _ blue: Int) -> String {
    "#" + String(0x100_0000 | red << 16 | green << 8 | blue, radix: 16).dropFirst()
  }
}
