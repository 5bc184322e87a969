import CNcurses
import Canvas
import Testing

@testable import Terminal

@Suite struct PaletteTests {
  @Test func theFullPaletteIsOkabeIto() {
    let palette = Palette(colours: .full, light: false)
    let tints: [Tint] = [.orange, .blue, .green, .yellow, .vermilion, .purple]
    #expect(
      tints.map { palette.attributes(for: Style($0)).foreground } == [214, 74, 36, 227, 166, 175])
    #expect(palette.attributes(for: .normal) == Attributes())
  }

  @Test(arguments: [Colours.full, .eight], [false, true])
  func coloursStayInsideThePalette(_ colours: Colours, _ light: Bool) {
    let palette = Palette(colours: colours, light: light)
    for tint in Tint.allCases {
      for background in [nil] + Tint.allCases.map(Optional.some) {
        let attributes = palette.attributes(for: Style(tint, on: background))
        for colour in [attributes.foreground, attributes.background].compactMap(\.self) {
          #expect((0..<Int16(colours.rawValue)).contains(colour))
        }
        let hidden =
          attributes.background != nil && attributes.foreground == attributes.background
        #expect(!hidden, "\(tint) on \(String(describing: background)) can't be read")
      }
    }
  }

  @Test func withoutColoursThereAreNone() {
    let palette = Palette(colours: .mono, light: false)
    for tint in Tint.allCases {
      let attributes = palette.attributes(for: Style(tint, on: .blue))
      #expect(attributes.foreground == nil && attributes.background == nil && !attributes.dim)
    }
    #expect(palette.attributes(for: Style(.vermilion)).bold)
    #expect(palette.attributes(for: Style(.normal, on: .blue)).reverse)
    #expect(palette.attributes(for: Style(underline: true)).underline)
  }

  @Test(arguments: [Colours.full, .eight, .mono])
  func loudIsLoudInEveryModeAndShowsASelection(_ colours: Colours) {
    let palette = Palette(colours: colours, light: false)
    let loud = palette.attributes(for: .loud)
    #expect(loud.bold && loud.reverse)
    #expect(!palette.attributes(for: Style.loud.reversed).reverse)
  }

  @Test(arguments: Tint.allCases, [Colours.full, .eight, .mono])
  func aSelectionIsSeenOnEveryTint(_ tint: Tint, _ colours: Colours) {
    let palette = Palette(colours: colours, light: true)
    #expect(
      palette.attributes(for: Style(tint)) != palette.attributes(for: Style(tint).reversed))
  }

  @Test func cellsAreEncodedForTheShim() throws {
    let palette = Palette(colours: .full, light: false)
    let cell = Cell("█", Style(.orange, on: .blue, bold: true, underline: true))
    let encoded = try #require(palette.encoded(cell, unicode: true))
    #expect(encoded.character == 0x2588)
    #expect(encoded.foreground == 214 && encoded.background == 74)
    #expect(Int32(encoded.attributes) == CNC_BOLD | CNC_UNDERLINE)
    let plain = try #require(palette.encoded(Cell("█"), unicode: false))
    #expect(plain.character == 0x23)
    #expect(plain.foreground == -1 && plain.background == -1 && plain.attributes == 0)
  }
}

@Suite struct TerminalErrorTests {
  @Test(arguments: [
    CNC_NOT_A_TERMINAL, CNC_NO_TERM, CNC_UNKNOWN_TERM, CNC_NO_DATABASE, CNC_CANNOT_POSITION,
    CNC_FAILED,
  ])
  func everyFailureSaysWhatToDo(_ found: Int32) throws {
    let error = try #require(TerminalError(found: found, term: "we\u{1B}ird", errno: 0))
    #expect(error.description.contains("--headless"))
    #expect(!error.description.contains("\u{1B}"))
  }

  @Test func anOpenScreenIsNoFailure() {
    #expect(TerminalError(found: CNC_OPENED, term: "xterm", errno: 0) == nil)
  }
}
