import CNcurses
import Canvas
import Testing

@testable import Terminal

@Suite struct KeyDecoderTests {
  /// What comes out for `bytes` that are there at once.
  private func keys(_ bytes: [UInt8], _ decoder: inout KeyDecoder) -> [Key] {
    let keys = bytes.flatMap {
      decoder.take(cnc_input(kind: CNC_BYTE, value: Int32($0), x: 0, y: 0))
    }
    return keys + decoder.finish()
  }

  private func keys(_ text: String) -> [Key] {
    var decoder = KeyDecoder()
    return keys(Array(text.utf8), &decoder)
  }

  @Test(arguments: [
    ("aZ ", [Key.character("a"), .character("Z"), .character(" ")]),
    ("\u{1}\u{12}\u{1A}", [.control("a"), .control("r"), .control("z")]),
    ("\0\u{1C}\u{1F}", [.control(" "), .control("\\"), .control("_")]),
    ("\t\r\n", [.tab, .enter, .enter]),
    ("\u{8}\u{7F}", [.backspace, .backspace]),
    ("\u{1B}", [.escape]),
    ("\u{1B}\u{1B}", [.escape, .escape]),
    ("\u{1B}q", [.escape, .character("q")]),
    ("é漢👍", [.character("é"), .character("漢"), .character("👍")]),
    ("\u{1B}é", [.escape, .character("é")]),
  ])
  func bytesBecomeKeys(_ text: String, _ expected: [Key]) {
    #expect(keys(text) == expected)
  }

  @Test(arguments: ["\u{1B}[1;6D", "\u{1B}[<0;5;3M", "\u{1B}OX", "\u{1B}[?1;2c"])
  func sequencesNobodyKnowsAreSwallowedWhole(_ sequence: String) {
    #expect(keys(sequence) == [])
    #expect(keys(sequence + "x") == [.character("x")])
  }

  @Test func pastedTextIsOneKey() {
    #expect(
      keys("\u{1B}[200~kill n1\r\u{3}é\u{1B}[201~x") == [
        .paste("kill n1\r\u{3}é"), .character("x"),
      ])
    var decoder = KeyDecoder()
    #expect(keys(Array("\u{1B}[200~one ".utf8), &decoder) == [])
    #expect(keys(Array("two\u{1B}[201~".utf8), &decoder) == [.paste("one two")])
    // The end was lost: Escape ends it.
    #expect(keys(Array("\u{1B}[200~lost".utf8), &decoder) == [])
    #expect(keys([0x1B], &decoder) == [.paste("lost")])
    #expect(keys([0x61], &decoder) == [.character("a")])
  }

  @Test func aSplitCharacterWaitsForItsRest() {
    var decoder = KeyDecoder()
    #expect(keys([0xE6, 0xBC], &decoder) == [])
    #expect(keys([0xA2, 0x61], &decoder) == [.character("漢"), .character("a")])
  }

  @Test(arguments: [
    [0x80], [0xFF], [0xC3], [0xC0, 0xAF], [0xE6, 0xBC], [0xED, 0xA0, 0x80], [0xF5, 0x80],
  ])
  func damagedTextIsDroppedAndWhatFollowsIsRead(_ bytes: [UInt8]) {
    var decoder = KeyDecoder()
    #expect(keys(bytes + [0x78], &decoder) == [.character("x")])
    #expect(keys([0xC3, 0xA9], &decoder) == [.character("é")])
  }

  @Test(arguments: [
    (CNC_KEY_UP, Key.up), (CNC_KEY_DOWN, .down), (CNC_KEY_LEFT, .left), (CNC_KEY_RIGHT, .right),
    (CNC_KEY_HOME, .home), (CNC_KEY_END, .end), (CNC_KEY_PAGE_UP, .pageUp),
    (CNC_KEY_PAGE_DOWN, .pageDown), (CNC_KEY_BACK_TAB, .backTab), (CNC_KEY_ENTER, .enter),
    (CNC_KEY_BACKSPACE, .backspace), (CNC_KEY_DELETE, .delete), (CNC_KEY_INSERT, .insert),
    (CNC_KEY_FUNCTION + 1, .function(1)), (CNC_KEY_FUNCTION + 12, .function(12)),
  ])
  func namedKeysBecomeKeys(_ value: Int32, _ expected: Key) {
    var decoder = KeyDecoder()
    #expect(decoder.take(cnc_input(kind: CNC_KEY, value: value, x: 0, y: 0)) == [expected])
  }

  @Test func anEscapeBeforeANamedKeyIsAKeyOfItsOwn() {
    var decoder = KeyDecoder()
    #expect(decoder.take(cnc_input(kind: CNC_BYTE, value: 0x1B, x: 0, y: 0)) == [])
    #expect(
      decoder.take(cnc_input(kind: CNC_KEY, value: CNC_KEY_UP, x: 0, y: 0)) == [.escape, .up])
    #expect(decoder.finish() == [])
  }

  @Test func theMouseTellsWhatAndWhere() {
    var decoder = KeyDecoder()
    let wheel = cnc_input(kind: CNC_MOUSE, value: CNC_MOUSE_WHEEL_DOWN, x: 7, y: 3)
    #expect(
      decoder.take(wheel) == [.mouse(MouseEvent(.wheelDown, at: Point(x: 7, y: 3)))])
    #expect(decoder.take(cnc_input(kind: CNC_IGNORED, value: 0, x: 0, y: 0)) == [])
  }
}
