import Canvas
import Testing

@Suite struct CanvasTests {
  @Test func textIsPutWhereItIsSaid() {
    var canvas = Canvas(size: Size(columns: 12, rows: 3))
    #expect(canvas.put("lag", at: Point(x: 2, y: 1), style: Style(.yellow)) == 3)
    #expect(canvas.text() == ["", "  lag", ""])
    #expect(canvas[2, 1] == Cell("l", Style(.yellow)))
    #expect(canvas[5, 1] == .blank)
  }

  @Test func nothingIsDrawnOutside() {
    var canvas = Canvas(size: Size(columns: 4, rows: 2))
    #expect(canvas.put("abcdef", at: Point(x: -1, y: 0)) == 6)
    canvas.put("xyz", at: Point(x: 2, y: 1))
    canvas.put("never", at: Point(x: 0, y: 2))
    canvas[9, 9] = Cell("!")
    canvas.fill(Rect(x: 3, y: -5, width: 10, height: 6), with: Cell("#"))
    #expect(canvas.text() == ["bcd#", "  xy"])
    #expect(canvas[9, 9] == .blank)
  }

  @Test func theLimitCountsColumnsAsShown() {
    var canvas = Canvas(size: Size(columns: 10, rows: 2))
    #expect(canvas.put("a\u{1B}bcd", at: Point(x: 0, y: 0), limit: 4) == 4)
    #expect(canvas.put("abc", at: Point(x: 0, y: 1), limit: 0) == 0)
    #expect(canvas.text() == ["a^[b", ""])
  }

  @Test func textCanEndAtAColumn() {
    var canvas = Canvas(size: Size(columns: 8, rows: 2))
    canvas.put("2.4k", endingAt: 8, y: 0)
    canvas.put("abcdef", endingAt: 8, y: 1, limit: 3)
    #expect(canvas.text() == ["    2.4k", "     abc"])
  }

  @Test func aCellTakesOnlyNarrowCharacters() {
    var canvas = Canvas(size: Size(columns: 3, rows: 1))
    canvas[0, 0] = Cell("漢")
    canvas[1, 0] = Cell("\u{1B}")
    canvas[2, 0] = Cell("é")
    #expect(canvas.text() == ["??é"])
  }

  @Test func clipsHoldInsideEachOtherAndEndWithTheirBlock() {
    var canvas = Canvas(size: Size(columns: 6, rows: 2))
    canvas.clipped(to: Rect(x: 1, y: 0, width: 3, height: 2)) { canvas in
      canvas.put("abcdef", at: Point(x: 0, y: 0))
      canvas.clipped(to: Rect(x: 3, y: 0, width: 3, height: 2)) { canvas in
        canvas.put("ABCDEF", at: Point(x: 0, y: 1))
      }
      canvas.put("xy", at: Point(x: 0, y: 1))
    }
    canvas.put("!", at: Point(x: 5, y: 0))
    #expect(canvas.text() == [" bcd !", " y D"])
  }

  @Test func rulesRunRightAndDown() {
    var canvas = Canvas(size: Size(columns: 5, rows: 3))
    canvas.rule(at: Point(x: 1, y: 0), width: 9)
    canvas.verticalRule(at: Point(x: 2, y: 1), height: 9)
    #expect(canvas.text() == [" ━━━━", "  ┃", "  ┃"])
  }

  @Test func restylingKeepsTheCharacters() {
    var canvas = Canvas(size: Size(columns: 4, rows: 1))
    canvas.put("abcd", at: Point(x: 0, y: 0), style: Style(.green))
    canvas.restyle(Rect(x: 1, y: 0, width: 2, height: 1)) { $0 = $0.reversed }
    #expect(canvas.text() == ["abcd"])
    #expect(canvas[1, 0].style == Style(.green, reverse: true))
    #expect(canvas[3, 0].style == Style(.green))
  }

  @Test func aCanvasIsPlacedOnAnother() {
    var small = Canvas(size: Size(columns: 2, rows: 2))
    small.fill(small.bounds, with: Cell("#", .loud))
    var canvas = Canvas(size: Size(columns: 4, rows: 2))
    canvas.place(small, at: Point(x: 3, y: 1))
    #expect(canvas.text() == ["", "   #"])
    #expect(canvas[3, 1].style == .loud)
  }
}

@Suite struct CanvasTextTests {
  @Test func goldenScreensShowStylesBelowTheText() throws {
    var canvas = Canvas(size: Size(columns: 10, rows: 3))
    canvas.put("n1 ", at: Point(x: 0, y: 0))
    canvas.put("★LEADER", at: Point(x: 3, y: 0), style: Style(.orange, bold: true))
    canvas.put("lag", at: Point(x: 0, y: 1), style: Style(.yellow, on: .blue, underline: true))
    canvas.put("!", at: Point(x: 5, y: 1), style: .loud)
    canvas[9, 2] = Cell(" ", Style(reverse: true))
    let lines = [
      "10x3",
      "|n1 ★LEADER",
      ":   OOOOOOO",
      "|lag  !",
      ":000  l",
      "|",
      ":         1",
      "=0 yellow on-blue underline",
      "=1 normal reverse",
    ]
    #expect(canvas.styledText() == lines)
    try #expect(Canvas.parse(lines) == canvas)
  }

  @Test func everyStyleComesBack() throws {
    var styles: [Style] = []
    for tint in Tint.allCases {
      for background in [nil] + Tint.allCases.map(Optional.some) {
        for bits in 0..<8 {
          styles.append(
            Style(
              tint, on: background, bold: bits & 1 != 0, reverse: bits & 2 != 0,
              underline: bits & 4 != 0))
        }
      }
    }
    var canvas = Canvas(size: Size(columns: 40, rows: 20))
    for (index, style) in styles.enumerated() { canvas[index % 40, index / 40] = Cell("a", style) }
    #expect(styles.count <= 40 * 20)
    try #expect(Canvas.parse(canvas.styledText()) == canvas)
  }

  @Test(arguments: [
    ([], 1), (["80"], 1), (["2x1", "nonsense"], 2), (["2x1", "|ab", ":?"], 3),
    (["2x1", "|ab", "=5 orange"], 3), (["2x1", "|ab", "=0 beige"], 3),
  ])
  func whatIsNoScreenIsRefusedByLine(_ lines: [String], _ line: Int) {
    let error = #expect(throws: CanvasTextError.self) { try Canvas.parse(lines) }
    #expect(error?.line == line)
  }

  @Test func wideCharactersTakeTwoCells() throws {
    var canvas = Canvas(size: Size(columns: 6, rows: 3))
    #expect(canvas.put("a漢b", at: Point(x: 0, y: 0)) == 4)
    #expect(canvas.put("漢字漢字", at: Point(x: 1, y: 1), limit: 5) == 4)
    #expect(canvas.put("漢", at: Point(x: 5, y: 2)) == 2)
    #expect(canvas.text() == ["a漢b", " 漢字", ""])
    #expect(canvas[1, 0].isLeftHalf && canvas[2, 0].isRightHalf)
    #expect(try Canvas.parse(canvas.styledText()) == canvas)
    // What covers a half takes the other with it.
    canvas.put("x", at: Point(x: 2, y: 0))
    canvas.put("y", at: Point(x: 1, y: 1))
    #expect(canvas.text() == ["a xb", " y 字", ""])
  }
}
