import Canvas
import Testing

@Suite struct LegibleTests {
  @Test(arguments: [
    ("plain", "plain"),
    ("\u{1B}[2J", "^[[2J"),
    ("a\tb\r\nc", "a^Ib^M^Jc"),
    ("\u{7F}\0", "^?^@"),
    ("\u{9B}31m", "\\u{9b}31m"),
    ("\u{202E}evil", "\\u{202e}evil"),
    ("\u{FEFF}\u{2028}\u{E000}", "\\u{feff}\\u{2028}\\u{e000}"),
    ("漢⚡👍🏽", "漢??"),
    ("e\u{301} נ", "? ?"),
    ("é µ Ж Ω → ━ █ ★", "é µ Ж Ω → ━ █ ★"),
    ("\u{A0}\u{AD}\u{3000}", "?\\u{ad}?"),
  ])
  func untrustedTextIsShownSafely(_ text: String, _ shown: String) {
    #expect(Legible.shown(text) == shown)
    #expect(Legible.width(text) == shown.reduce(0) { $0 + (Legible.isWide($1) ? 2 : 1) })
  }

  @Test func whatIsShownIsNarrowAndShowsAsItself() {
    for value in (0...0x3100).map(UInt32.init) {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let shown = Legible.shown(Character(scalar))
      #expect(
        shown.allSatisfy { Legible.isNarrow($0) || Legible.isWide($0) },
        "U+\(String(value, radix: 16))")
      #expect(Legible.shown(shown) == shown)
    }
  }

  @Test func everyMarkIsOneColumnWide() {
    for glyphs in [Glyphs.unicode, .ascii] {
      for child in Mirror(reflecting: glyphs).children {
        let marks = (child.value as? Character).map { [$0] } ?? child.value as? [Character] ?? []
        #expect(!marks.isEmpty)
        #expect(marks.allSatisfy(Legible.isNarrow))
      }
    }
  }
}

@Suite struct GlyphsTests {
  @Test func theASCIITableIsASCII() {
    for child in Mirror(reflecting: Glyphs.ascii).children {
      let marks = (child.value as? Character).map { [$0] } ?? child.value as? [Character] ?? []
      #expect(marks.allSatisfy { $0.isASCII })
    }
    #expect(Glyphs.ascii.levels.count == Glyphs.unicode.levels.count)
  }

  /// Texture tells the states of the log apart without colour, so no two may look the same.
  @Test(arguments: [Glyphs.unicode, .ascii])
  func theStatesOfALaneLookDifferent(_ glyphs: Glyphs) {
    let lane = [
      glyphs.applied, glyphs.flushed, glyphs.received, glyphs.sent, glyphs.unsent, glyphs.commit,
      glyphs.fork, glyphs.neverAcknowledged, glyphs.lost,
    ]
    #expect(Set(lane).count == lane.count)
  }

  @Test func levelsGrowWithTheValue() {
    let glyphs = Glyphs.unicode
    let line = (0...7).map { glyphs.level(Double($0), maximum: 7) }
    #expect(String(line) == "▁▂▃▄▅▆▇█")
    #expect(glyphs.level(-1, maximum: 7) == "▁")
    #expect(glyphs.level(100, maximum: 7) == "█")
    #expect(glyphs.level(3, maximum: 0) == "▁")
  }

  @Test func marksAndProseAreTranslatedForASCIITerminals() {
    #expect(String("█▓▒░·┃◆╳▚★✓✗━".map(Glyphs.ascii(for:))) == "#=+-.|<x@*vx-")
    #expect(String("“a” – b…".map(Glyphs.ascii(for:))) == "\"a\" - b~")
    #expect(Glyphs.ascii(for: "é") == "?")
  }
}
