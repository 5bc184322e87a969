import Canvas

/// Screens that follow one another by chance; equal seeds give equal screens.
struct RandomScreens {
  private(set) var canvas: Canvas
  private var state: UInt64

  init(seed: UInt64, size: Size) {
    state = seed
    canvas = Canvas(size: size)
  }

  /// Below `bound` (SplitMix64).
  private mutating func below(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((word ^ (word >> 31)) % UInt64(bound))
  }

  private mutating func style() -> Style {
    let tints = Tint.allCases
    return Style(
      tints[below(tints.count)], on: below(4) == 0 ? tints[below(tints.count)] : nil,
      bold: below(4) == 0, reverse: below(4) == 0, underline: below(4) == 0)
  }

  private mutating func point() -> Point {
    Point(x: below(canvas.size.columns), y: below(canvas.size.rows))
  }

  private static let words = [
    "log", "█▓▒░·", "漢字", "한", "a漢b", "━━┃", "é", "👍", "\u{1B}[2J", "\u{9B}31m", " ", "e\u{301}",
  ]

  /// Draws a few things, or nothing.
  mutating func step() {
    for _ in 0..<below(4) {
      let (place, style) = (point(), style())
      switch below(6) {
      case 0, 1, 2: canvas.put(Self.words[below(Self.words.count)], at: place, style: style)
      case 3:
        let other = point()
        canvas.fill(Rect(x: place.x, y: place.y, width: other.x, height: other.y % 3 + 1))
      case 4:
        canvas.restyle(Rect(x: place.x, y: place.y, width: 1 + below(5), height: 1)) { $0 = style }
      default:
        // Halves of wide characters may come apart here.
        let other = point()
        if place.x > 0 { canvas[place.x, place.y] = canvas[other.x, other.y] }
      }
    }
  }
}
