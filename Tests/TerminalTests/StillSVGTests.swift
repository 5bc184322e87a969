import Canvas
import Foundation
import FoundationXML
import Testing

@testable import Terminal

@Suite struct StillSVGTests {
  @Test func aSmallScreen() {
    var canvas = Canvas(size: Size(columns: 12, rows: 3))
    canvas.put("n1 <up>", at: Point(x: 0, y: 0), style: Style(.orange, bold: true))
    canvas.put("██▓━", at: Point(x: 0, y: 1), style: Style(.blue))
    canvas.put("▚▚ ★漢", at: Point(x: 4, y: 1), style: .loud)
    canvas.put("a  b╳", at: Point(x: 0, y: 2), style: Style(underline: true))
    let lines = StillSVG.render(canvas, title: "A & \"B\"\u{1B}").split(separator: "\n")
    let head = """
      <svg xmlns="http://www.w3.org/2000/svg" width="224" height="128" viewBox="0 0 224 128" role="img">
      <title>A &amp; &quot;B&quot;^[</title>
      <rect width="224" height="128" fill="#121212"/>
      """
    let expected = """
      <rect x="64" y="32" width="96" height="32" fill="#d75f00"/>
      <text x="0" y="25" textLength="32" lengthAdjust="spacing" fill="#ffaf00" font-weight="bold">n1</text>
      <text x="48" y="25" textLength="64" lengthAdjust="spacing" fill="#ffaf00" font-weight="bold">&lt;up&gt;</text>
      <rect x="0" y="32" width="32" height="32" fill="#5fafd7"/>
      <rect x="32" y="32" width="16" height="32" fill="#5fafd7" fill-opacity="0.8"/>
      <rect x="48" y="46" width="16" height="4" fill="#5fafd7"/>
      <rect x="64" y="32" width="8" height="16" fill="#121212"/>
      <rect x="72" y="48" width="8" height="16" fill="#121212"/>
      <rect x="80" y="32" width="8" height="16" fill="#121212"/>
      <text x="120" y="57" text-anchor="middle" fill="#121212" font-weight="bold">★</text>
      <text x="144" y="57" text-anchor="middle" fill="#121212" font-weight="bold">漢</text>
      <rect x="88" y="48" width="8" height="16" fill="#121212"/>
      <text x="0" y="89" fill="#e4e4e4">a</text>
      <text x="48" y="89" fill="#e4e4e4">b</text>
      <path d="M64 64l16 32m0 -32l-16 32" stroke="#e4e4e4" stroke-width="2" shape-rendering="auto"/>
      <rect x="0" y="92" width="80" height="2" fill="#e4e4e4"/>
      """
    #expect(lines.prefix(3).joined(separator: "\n") == head)
    #expect(lines[3].hasPrefix("<g transform=\"translate(16 16)\" font-family="))
    #expect(lines.dropFirst(4).dropLast(2).joined(separator: "\n") == expected)
    #expect(lines.suffix(2) == ["</g>", "</svg>"])
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func isWellFormedAndStaysInsideTheScreen(_ seed: UInt64) throws {
    var screens = RandomScreens(seed: seed, size: Size(columns: 30, rows: 6))
    for _ in 0..<10 { screens.step() }
    let light = seed % 2 == 1
    let text = StillSVG.render(screens.canvas, light: light, title: "<&\"'>\0\u{FFFE}")
    #expect(text == StillSVG.render(screens.canvas, light: light, title: "<&\"'>\0\u{FFFE}"))
    let reader = SVGReader()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = reader
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
    #expect(reader.rects.dropFirst().allSatisfy { (0...480).contains($0.x + $0.width) })
    #expect(reader.rects.dropFirst().allSatisfy { (0...192).contains($0.y + $0.height) })
  }

  /// Each cell's character is found again where it stands: as text in its columns, or as a shape.
  @Test func allTextIsInItsColumn() throws {
    var canvas = Canvas(size: Size(columns: 20, rows: 1))
    canvas.put("ab c→d 漢é", at: Point(x: 2, y: 0))
    let reader = SVGReader()
    let parser = XMLParser(data: Data(StillSVG.render(canvas, title: "").utf8))
    parser.delegate = reader
    #expect(parser.parse())
    #expect(
      reader.texts == [
        "2 ab", "5 c", "6.5 →", "7 d", "10 漢", "11 é",
      ])
  }

  @Test func shapesOfBlocksAndLines() {
    let (width, height) = (CellShape.cell.columns, CellShape.cell.rows)
    let whole = Rect(CellShape.cell)
    #expect(CellShape("█")?.parts == [whole])
    #expect(CellShape("▁")?.parts == [Rect(x: 0, y: 28, width: width, height: 4)])
    #expect(CellShape("▏")?.parts == [Rect(x: 0, y: 0, width: 2, height: height)])
    #expect(["░", "▒", "▓", "█"].map { CellShape($0)?.fifths } == [2, 3, 4, 5])
    #expect(CellShape("━")?.parts == [Rect(x: 0, y: 14, width: width, height: 4)])
    #expect(CellShape("│")?.parts == [Rect(x: 7, y: 0, width: 2, height: height)])
    #expect(CellShape("a") == nil && CellShape("★") == nil)
    for scalar in (0x2500...0x259F as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init) {
      guard let shape = CellShape(scalar) else { continue }
      #expect(shape.parts.allSatisfy { !$0.isEmpty && $0.intersection(whole) == $0 }, "\(scalar)")
    }
    // What is drawn in a quadrant and what isn't are two glyphs that fill the cell together.
    for (one, other) in [("▖", "▜"), ("▗", "▛"), ("▘", "▟"), ("▝", "▙"), ("▚", "▞")] {
      let parts = [one, other].flatMap { CellShape($0.unicodeScalars.first!)!.parts }
      #expect(parts.map { $0.width * $0.height }.reduce(0, +) == width * height)
      for x in [0, 8] {
        for y in [0, 16] {
          #expect(parts.count { $0.contains(Point(x: x, y: y)) } == 1, "\(one) \(other)")
        }
      }
    }
  }

  @Test(arguments: [
    (16, "#000000"), (36, "#00af87"), (74, "#5fafd7"), (166, "#d75f00"), (175, "#d787af"),
    (214, "#ffaf00"), (227, "#ffff5f"), (231, "#ffffff"), (232, "#080808"), (245, "#8a8a8a"),
  ])
  func coloursAreXterms(_ number: Int16, _ hex: String) {
    #expect(ScreenColours.xterm(number) == hex)
  }
}

/// What stands where in an SVG document.
private final class SVGReader: NSObject, XMLParserDelegate {
  var rects: [(x: Int, y: Int, width: Int, height: Int)] = []
  /// `column text`, for each text.
  var texts: [String] = []
  private var column: String?

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    let number = { (key: String) in attributes[key].flatMap(Int.init) ?? 0 }
    if name == "rect" {
      rects.append((number("x"), number("y"), number("width"), number("height")))
    }
    let x = Double(number("x")) / 16
    column = name != "text" ? nil : x == x.rounded() ? "\(Int(x))" : "\(x)"
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    if let column { texts.append("\(column) \(string)") }
    column = nil
  }
}
