import Canvas
import Foundation
import Testing

@testable import Terminal

@Suite struct AsciicastTests {
  private static let size = Size(columns: 10, rows: 2)

  private func canvas(_ text: String) -> Canvas {
    var canvas = Canvas(size: Self.size)
    canvas.put(text, at: Point(x: 1, y: 0), style: Style(.green))
    return canvas
  }

  /// A short recording, in which a frame comes twice and a time goes backwards.
  private func recording(_ version: Asciicast.Version) -> [String] {
    var cast = Asciicast(version: version, size: Self.size, title: "Cut \"n1\"\n\u{9B}")
    return [
      cast.header,
      cast.frame(canvas("█ 1"), at: 0),
      cast.frame(canvas("█ 1"), at: 400_000),
      cast.frame(canvas("█ 2"), at: 1_000_001),
      cast.marker("kill \"n1\"\t漢", at: 1_500_000),
      cast.frame(canvas("█ 2"), at: 1_499_999),
      cast.resize(Self.size, at: 2_000_000),
      cast.resize(Size(columns: 12, rows: 2), at: 12_000_000),
      cast.end(at: 12_000_010),
      cast.exit(status: 1, at: 12_000_010),
    ].compactMap(\.self)
  }

  private static let clear = #"\u001b[?25l\u001b[0m\u001b[H\u001b[2J"#

  @Test func version2() {
    let full = Self.clear + #"\u001b[1;2H\u001b[0;38;5;36m█"#
    let expected = [
      #"{"version": 2, "width": 10, "height": 2, "title": "Cut \"n1\"\u000a\u009b","#
        + #" "env": {"TERM": "xterm-256color"}}"#,
      #"[0.000000, "o", "\#(full) 1\u001b[0m"]"#,
      #"[1.000001, "o", "\u001b[1;4H\u001b[0;38;5;36m2\u001b[0m"]"#,
      #"[1.500000, "m", "kill \"n1\"\u0009漢"]"#,
      #"[1.500000, "o", "\#(full) 2\u001b[0m"]"#,
      #"[12.000000, "r", "12x2"]"#,
      #"[12.000010, "o", "\u001b[0m\u001b[3;1H\u001b[?25h"]"#,
    ]
    #expect(recording(.v2) == expected.map { $0 + "\n" })
  }

  @Test func version3() {
    let full = Self.clear + #"\u001b[1;2H\u001b[0;38;5;36m█"#
    let expected = [
      #"{"version": 3, "term": {"cols": 10, "rows": 2, "type": "xterm-256color"},"#
        + #" "title": "Cut \"n1\"\u000a\u009b"}"#,
      #"[0.000000, "o", "\#(full) 1\u001b[0m"]"#,
      #"[1.000001, "o", "\u001b[1;4H\u001b[0;38;5;36m2\u001b[0m"]"#,
      #"[0.499999, "m", "kill \"n1\"\u0009漢"]"#,
      #"[0.000000, "o", "\#(full) 2\u001b[0m"]"#,
      #"[10.500000, "r", "12x2"]"#,
      #"[0.000010, "o", "\u001b[0m\u001b[3;1H\u001b[?25h"]"#,
      #"[0.000000, "x", "1"]"#,
    ]
    #expect(recording(.v3) == expected.map { $0 + "\n" })
  }

  @Test func headersSayWhenAndOnWhat() {
    let size = Size(columns: 80, rows: 24)
    let dark = Asciicast(size: size, title: "", timestamp: 1_504_467_315)
    #expect(
      dark.header
        == #"{"version": 2, "width": 80, "height": 24, "timestamp": 1504467315,"#
        + #" "env": {"TERM": "xterm-256color"}}"# + "\n")
    for version in Asciicast.Version.allCases {
      let light = Asciicast(version: version, size: size, title: "", light: true)
      #expect(light.header.contains(##""theme": {"fg": "#1c1c1c", "bg": "#ffffff", "palette": "##))
    }
  }

  private func fields(_ line: String) throws -> [Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [Any])
  }

  /// Plays what a recording says, as a player does, with times that jump about.
  @Test(arguments: Asciicast.Version.allCases, 0..<20 as Range<UInt64>)
  func aPlayerSeesTheCanvases(_ version: Asciicast.Version, _ seed: UInt64) throws {
    let size = Size(columns: 24, rows: 5)
    var screens = RandomScreens(seed: seed, size: size)
    var cast = Asciicast(version: version, size: size, title: "seed \(seed)")
    var terminal = TestTerminal(size: size)
    var written = 0.0
    var latest: Int64 = 0
    #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(cast.header.utf8)) }
    for step in 0..<60 as Range<Int64> {
      let time = step * 33_333 + (step % 7 == 3 ? -200_000 : 0)
      var lines: [String] = []
      if step % 11 == 10 {
        // Markers promise a full repaint: whatever was there before is of no use.
        lines.append(cast.marker("step \(step)", at: time))
        terminal = TestTerminal(size: size)
      }
      if let line = cast.frame(screens.canvas, at: time) { lines.append(line) }
      if !lines.isEmpty { latest = max(latest, time) }
      for line in lines {
        #expect(line.hasSuffix("\n") && line.dropLast().allSatisfy { !$0.isNewline })
        let event = try fields(line)
        let number = try #require((event[0] as? NSNumber)?.doubleValue)
        #expect(version == .v3 ? number >= 0 : number >= written)
        written = version == .v3 ? written + number : number
        if event[1] as? String == "o" { terminal.play(try #require(event[2] as? String)) }
      }
      #expect(abs(written - Double(latest) / 1e6) < 1e-9)
      #expect(terminal.cells == TestTerminal.expected(screens.canvas))
      #expect(terminal.complaints == [])
      screens.step()
    }
  }

  @Test func aCanvasOfAnotherSizeIsCutToTheRecording() throws {
    var cast = Asciicast(size: Size(columns: 3, rows: 1), title: "")
    var canvas = Canvas(size: Size(columns: 8, rows: 4))
    canvas.put("ab漢", at: Point(x: 0, y: 0))
    var terminal = TestTerminal(size: cast.size)
    let line = cast.frame(canvas, at: 0)
    terminal.play(try #require(try fields(line ?? "")[2] as? String))
    #expect(terminal.cells.map(\.scalar) == ["a", "b", " "])
    #expect(cast.frame(canvas, at: 1) == nil)
  }

  @Test(arguments: [
    ("", "\"\""), ("a/b", "\"a/b\""), ("\"\\", #""\"\\""#),
    ("\0\u{1F}\u{7F}", #""\u0000\u001f\u007f""#),
    ("é漢👍", "\"é漢👍\""), ("\u{2028}\u{FEFF}\u{E0001}", #""\u2028\ufeff\udb40\udc01""#),
    ("e\u{301}", "\"e\u{301}\""), ("\r\n", #""\u000d\u000a""#),
  ])
  func jsonStringsAreEscaped(_ text: String, _ expected: String) throws {
    #expect(jsonString(text).utf8.elementsEqual(expected.utf8))
    let back = try JSONSerialization.jsonObject(
      with: Data(jsonString(text).utf8), options: .fragmentsAllowed)
    #expect(back as? String == text)
  }
}
