import Canvas
import Testing

@testable import Terminal

@Suite struct AnsiEncoderTests {
  private static let clear = "\u{1B}[?25l\u{1B}[0m\u{1B}[H\u{1B}[2J"

  @Test(arguments: 0..<200 as Range<UInt64>)
  func aTerminalShowsTheCanvas(_ seed: UInt64) {
    let size = Size(columns: 4 + Int(seed % 29), rows: 1 + Int(seed % 7))
    let light = seed % 2 == 1
    var screens = RandomScreens(seed: seed, size: size)
    var encoder = AnsiEncoder(light: light)
    var terminal = TestTerminal(size: size)
    for step in 0..<40 {
      let text = encoder.frame(screens.canvas)
      terminal.play(text)
      #expect(
        terminal.cells == TestTerminal.expected(screens.canvas, light: light),
        "seed \(seed) step \(step): \(text.debugDescription)")
      #expect(terminal.pen == Attributes() && !terminal.cursorIsShown)
      #expect(terminal.complaints == [])
      if step % 13 == 12 {
        encoder.repaint()
        terminal = TestTerminal(size: size)
      }
      screens.step()
    }
  }

  @Test func theFirstFrameClearsAndWritesWhatIsNotBlank() {
    var canvas = Canvas(size: Size(columns: 8, rows: 2))
    canvas.put("n1", at: Point(x: 0, y: 1), style: Style(.orange, bold: true))
    var encoder = AnsiEncoder()
    #expect(
      encoder.frame(canvas) == Self.clear + "\u{1B}[2H\u{1B}[0;1;38;5;214mn1\u{1B}[0m")
    #expect(encoder.frame(canvas) == "")
    encoder.repaint()
    #expect(encoder.frame(canvas).hasPrefix(Self.clear))
  }

  @Test func onlyWhatChangedIsWritten() {
    var canvas = Canvas(size: Size(columns: 20, rows: 3))
    canvas.put("0123456789", at: Point(x: 2, y: 1))
    var encoder = AnsiEncoder()
    _ = encoder.frame(canvas)
    canvas.put("a", at: Point(x: 3, y: 1))
    canvas.put("b", at: Point(x: 6, y: 1))
    canvas.put("c", at: Point(x: 11, y: 1))
    #expect(encoder.frame(canvas) == "\u{1B}[2;4Ha23b\u{1B}[4Cc")
  }

  @Test func anotherSizeIsPaintedInFull() {
    var encoder = AnsiEncoder()
    _ = encoder.frame(Canvas(size: Size(columns: 4, rows: 2)))
    #expect(encoder.frame(Canvas(size: Size(columns: 5, rows: 2))) == Self.clear)
  }

  @Test func theCursorIsShownWhereTextIsTyped() {
    var canvas = Canvas(size: Size(columns: 8, rows: 2))
    var encoder = AnsiEncoder()
    var terminal = TestTerminal(size: canvas.size)
    for (text, cursor) in [
      (":", Point(x: 1, y: 1)), (":k", Point(x: 2, y: 1)), (":k", Point(x: 1, y: 1)),
      ("", nil), ("q", nil),
    ] as [(String, Point?)] {
      canvas.fill(canvas.bounds)
      canvas.put(text, at: Point(x: 0, y: 1))
      terminal.play(encoder.frame(canvas, cursor: cursor))
      #expect(terminal.cursorIsShown == (cursor != nil))
      if let cursor { #expect(terminal.cursor == cursor) }
      #expect(terminal.cells == TestTerminal.expected(canvas))
    }
    #expect(encoder.frame(canvas) == "")
  }

  /// Every scalar there is, alone and in text: what isn't legible never gets as far as a cell.
  @Test func noCharacterControlsTheTerminal() {
    let size = Size(columns: 64, rows: 4)
    var canvas = Canvas(size: size)
    var place = 0
    for value in (0...0x3100) as ClosedRange<UInt32> {
      guard let scalar = Unicode.Scalar(value) else { continue }
      canvas[place % 64, place / 64 % 2] = Cell(Character(scalar))
      canvas.put("\(Character(scalar))", at: Point(x: place % 64, y: 2 + place / 64 % 2))
      place += 1
      guard place.isMultiple(of: 128) else { continue }
      var encoder = AnsiEncoder()
      var terminal = TestTerminal(size: size)
      terminal.play(encoder.frame(canvas))
      #expect(terminal.complaints == [], "up to \(value)")
      #expect(terminal.cells == TestTerminal.expected(canvas), "up to \(value)")
      canvas = Canvas(size: size)
    }
  }
}
