import Canvas
import Testing

@Suite struct KeyTests {
  @Test(arguments: [
    (Key.character("k"), "k"), (.character(" "), "Space"), (.control("r"), "Ctrl-r"),
    (.pageDown, "PgDn"), (.backTab, "Shift-Tab"), (.function(1), "F1"), (.escape, "Esc"),
    (.mouse(MouseEvent(.wheelUp, at: Point(x: 1, y: 2))), "Wheel-up"),
    (.resize(Size(columns: 80, rows: 24)), "Resize 80x24"), (.character("\u{9B}"), "\\u{9b}"),
  ])
  func keysAreNamedAsHelpNamesThem(_ key: Key, _ name: String) {
    #expect(key.description == name)
  }

  @Test func onlyWhatAPersonDidIsInput() {
    #expect(Key.up.isInput)
    #expect(Key.mouse(MouseEvent(.press, at: Point(x: 0, y: 0))).isInput)
    for key in [Key.resize(Size(columns: 1, rows: 1)), .signal(15), .resumed, .wake] {
      #expect(!key.isInput)
    }
  }
}
