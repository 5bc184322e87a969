import Canvas
import Operations
import Positions
import Testing

@testable import Dashboard

/// The screens of demos beside the text that they must be.
@Suite struct DemoGoldenTests {
  private static let sizes = GoldenTests.sizes + [Layout.minimum]

  private func render(
    _ scene: Scene, _ size: Size, glyphs: Glyphs = .unicode, view: ViewState = ViewState()
  ) -> Canvas {
    Dashboard.render(scene, view: view, size: size, glyphs: glyphs)
  }

  @Test(arguments: Scenes.demos.indices)
  func scenes(position: Int) throws {
    let (name, scene) = Scenes.demos[position]
    for size in Self.sizes { try GoldenTests.check(render(scene, size), "\(name)-\(size)") }
    let room = Self.sizes[0]
    try GoldenTests.check(render(scene, room, glyphs: .ascii), "\(name)-\(room)-ascii")
    try GoldenTests.checkStyles(render(scene, room), "\(name)-\(room)-styles")
  }

  @Test func asciiHasNothingElse() {
    for (name, scene) in Scenes.demos {
      for size in Self.sizes {
        for line in render(scene, size, glyphs: .ascii).text() {
          #expect(line.allSatisfy { $0.isASCII }, "\(name) \(size): \(line)")
        }
      }
    }
  }

  @Test func nothingUntrustedControlsTheTerminal() {
    var scene = Scenes.failed
    let evil = "evil\u{1B}[2J \u{9B}2J \u{202E}x"
    scene.narration?.title = evil
    scene.narration?.chapters[3] = evil
    scene.narration?.said.append(evil)
    scene.narration?.question = evil
    scene.narration?.checks = [
      .init(evil, found: evil, holds: false), .init(evil, found: evil, holds: true),
    ]
    for stage: Narration.Stage in [.plays, .failed(evil)] {
      scene.narration?.stage = stage
      scene.narration?.next = .init(evil)
      for size in Self.sizes {
        let text = render(scene, size).text()
        for line in text {
          #expect(
            !line.unicodeScalars.contains {
              $0.value < 0x20 || (0x7F...0x9F).contains($0.value) || $0.value == 0x202E
            })
        }
        #expect(text.contains { $0.contains("evil^[[2J") })
      }
    }
  }

  /// The letters of a text without the breaks between its lines.
  private func letters(_ lines: [String]) -> String {
    lines.joined().filter { !$0.isWhitespace }
  }

  @Test func aLongParagraphIsReadableWhole() {
    let words = (1...220).map { "word\($0)" }.joined(separator: " ")
    for count in [3, 5, 20] {
      for columns in [60, 80, 120, 200] {
        for length in [60, 200, 400, columns == 60 ? 400 : 900] {
          var scene = Scenes.asking
          let long = String(words.prefix(length))
          scene.snapshot = Scenes.cluster(count)
          scene.snapshot.history = Scenes.simulated.history
          scene.narration?.said = ["before", long]
          scene.narration?.checks = []
          let size = Size(columns: columns, rows: columns == 60 ? 16 : 24)
          let text = render(scene, size).text()
          let wanted = letters([long])
          #expect(letters(text).contains(wanted), "\(count) \(size) \(length)")
          #expect(text[size.rows - 2].contains("PgDn  goes on"))
          // Lanes are seen beside whatever a script should say at once.
          if columns >= 80, length <= 200 {
            for node in 1...min(count, 3) {
              #expect(text.contains { $0.contains("\(node) n\(node) ") })
            }
          }
        }
      }
    }
  }

  @Test func whatDoesNotFitIsSaidToGoOn() {
    var scene = Scenes.reading
    scene.narration?.said = [(1...2000).map { "word\($0)" }.joined(separator: " ")]
    let text = render(scene, GoldenTests.sizes[0]).text()
    #expect(text[22].contains("↓ more: Tab, j"))
    #expect(text[3].hasPrefix(" word1 word2 "))
    var view = ViewState()
    view.follow(scene, size: GoldenTests.sizes[0], at: 0)
    view.pane = .narration
    _ = view.handle(.character("G"), scene, size: GoldenTests.sizes[0], at: 0)
    let end = render(scene, GoldenTests.sizes[0], view: view).text()
    #expect(end[21].contains("word2000"))
    #expect(!end[22].contains("more"))
  }

  @Test func lanesOfFiveNodesAreAllSeen() {
    for (_, scene) in Scenes.demos {
      for (size, toast) in [(Self.sizes[0], false), (Self.sizes[0], true), (Layout.minimum, true)] {
        var scene = scene
        scene.snapshot.nodes = Scenes.cluster(5).nodes
        if size == Layout.minimum { scene.narration?.said = ["short"] }
        var view = ViewState()
        if toast { view.show(.done("n1 killed"), at: 0) }
        let text = render(scene, size, view: view).text()
        for node in 1...5 { #expect(text.contains { $0.contains("\(node) n\(node) ") }) }
        if toast { #expect(text.contains { $0.contains("n1 killed") }) }
      }
    }
  }

  @Test func theNarrationDoesNotMove() {
    for size in Self.sizes {
      var rows: Set<Int> = []
      for (_, scene) in Scenes.demos where scene.snapshot.nodes.count == 3 {
        for toast in [false, true] {
          var scene = scene
          scene.narration?.said = ["short"]
          var view = ViewState()
          if toast { view.show(.done("n1 killed"), at: 0) }
          let text = render(scene, size, view: view).text()
          rows.insert(text.firstIndex { $0.contains("━ Split brain") } ?? -1)
        }
      }
      #expect(rows.count == 1 && !rows.contains(-1), "\(size): \(rows)")
    }
  }

  @Test func aPromptStandsOverTheLastLineOnly() throws {
    var view = ViewState()
    let size = GoldenTests.sizes[0]
    view.follow(Scenes.taken, size: size, at: 0)
    for key in ":kill leadr" { _ = view.handle(.character(key), Scenes.taken, size: size, at: 0) }
    let text = render(Scenes.taken, size, view: view).text()
    #expect(text[16] == render(Scenes.taken, size).text()[16])
    #expect(text[22].contains("kill"))
    #expect(!text[22].contains("you have the keys"))
    _ = view.handle(.enter, Scenes.taken, size: size, at: 0)
    try GoldenTests.check(render(Scenes.taken, size, view: view), "demo-prompt-80x24")
  }

  @Test func pagesKeepTheScriptInSight() throws {
    let size = GoldenTests.sizes[0]
    for (mode, name) in [(Mode.node, "node"), (.help, "help"), (.compare, "compare")] {
      var view = ViewState()
      (view.mode, view.home) = (mode, mode == .help ? .demo : mode)
      var scene = Scenes.countingDown
      if mode == .compare {
        (scene.snapshot, scene.other) = (Scenes.kept, Scenes.losing)
        scene.narration?.stage = .taken
      }
      try GoldenTests.check(render(scene, size, view: view), "demo-\(name)-80x24")
    }
  }
}
