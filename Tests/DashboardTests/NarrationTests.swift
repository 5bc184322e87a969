import Canvas
import Operations
import Positions
import Testing

@testable import Dashboard

/// What the narration's pane says, stage by stage.
@Suite struct NarrationTests {
  private func render(_ scene: Scene, _ size: Size) -> Canvas {
    Dashboard.render(scene, view: ViewState(), size: size, glyphs: .unicode)
  }

  /// Every size from the least on, any number of nodes, every pane alone: the last line of the
  /// narration stands above the footer.
  @Test func everySizeAndNumberOfNodes() {
    for count in [1, 5, 13, 100] {
      for columns in [60, 80, 111, 150, 240] {
        for rows in [16, 17, 20, 24, 34, 50, 70] {
          var scene = Scenes.countingDown
          scene.snapshot.nodes = Scenes.cluster(count).nodes
          scene.snapshot.links = Scenes.cluster(count).links
          scene.snapshot.inFlight = count > 1 ? Scenes.stepping.inFlight : []
          for pane in Pane.allCases.map(Optional.some) + [nil] {
            var view = ViewState()
            view.pane = pane ?? .lanes
            view.isFullScreen = pane != nil
            let size = Size(columns: columns, rows: rows)
            let text = Dashboard.render(scene, view: view, size: size, glyphs: .unicode).text()
            #expect(text[rows - 2] == "  ▶ next   isolate leader  in 0.8 s", "\(count) \(size)")
            #expect(text.contains { $0.contains("chapter 2/4") || $0.contains("· 2/4") })
            if pane == nil { #expect(text.contains { $0.contains("LEADER") }, "\(count) \(size)") }
          }
        }
      }
    }
  }

  @Test func theCountdownRuns() {
    func last(_ change: (inout Scene) -> Void) -> String {
      var scene = Scenes.countingDown
      change(&scene)
      return render(scene, GoldenTests.sizes[0]).text()[22]
    }
    let stages: [(String, (inout Scene) -> Void)] = [
      ("isolate leader  in 0.8 s", { _ in }),
      ("in 0.1 s", { $0.snapshot.at = Scenes.seconds(11.1) }),
      ("in 0.0 s", { $0.snapshot.at = Scenes.seconds(12) }),
      ("in 30 s", { $0.narration?.next?.at = Scenes.seconds(40.4) }),
      ("  ▶ next   isolate leader", { $0.narration?.next?.at = nil }),
      ("■■■", { $0.narration?.stage = .reads(left: .milliseconds(2001)) }),
      (" PgDn  next", { $0.narration?.stage = .waitsForKey }),
      ("", { $0.narration?.next = nil }),
      ("  ‖ held   Space goes on", { $0.snapshot.speed = 0 }),
    ]
    for (wanted, change) in stages {
      let line = last(change)
      #expect(line.hasSuffix(wanted), "\(line)")
    }
    let long = String(repeating: "leaders == 1 and ", count: 9)
    let waiting = last {
      $0.narration?.waiting = .init(long, at: Scenes.seconds(20))
    }
    #expect(waiting.hasSuffix("…  (at most 9.6 s more)"))
  }

  @Test func titlesGiveWayToChapters() {
    var scene = Scenes.reading
    func heading(_ columns: Int) -> String {
      render(scene, Size(columns: columns, rows: 24)).text().first { $0.contains("■") } ?? ""
    }
    scene.narration?.title = "A title of some length that goes on"
    #expect(heading(80).hasPrefix("━ chapter 2/4  The leader is cut off ━"))
    #expect(heading(120).hasPrefix("━ A title of some length that goes on · chapter 2/4  The"))
    scene.narration?.chapter = nil
    #expect(heading(80).hasPrefix("━ A title of some length that goes on ━"))
    scene.narration?.total = 0
    #expect(!render(scene, GoldenTests.sizes[0]).text()[0].isEmpty)
    scene.narration?.chapter = 9
    #expect(!render(scene, GoldenTests.sizes[0]).text()[0].isEmpty)
  }

  @Test func failuresAreLoudAndNewTextIsBold() {
    let failed = render(Scenes.failed, GoldenTests.sizes[0])
    let row = failed.text().firstIndex { $0.contains("line 31: expect") } ?? 0
    #expect(failed[3, row].style == .loud)
    #expect(failed[12, row].style == .loud)
    var scene = Scenes.countingDown
    scene.narration?.checks.append(.init("lost == 0", found: "lost is 4", holds: false))
    let text = render(scene, GoldenTests.sizes[0]).text()
    #expect(text.contains { $0.hasPrefix("  ✗ FAILED lost == 0: lost is 4") })
    let reads = render(Scenes.reading, GoldenTests.sizes[0])
    #expect(reads[1, 17].style == .dim)
    #expect(reads[1, 19].style == .bold)
  }

  @Test func wordsAreWrappedAtSpaces() {
    #expect(Wrap.lines("a bc  def\ngh", 4) == ["a bc", "def", "gh"])
    #expect(Wrap.lines("abcdefghij", 4) == ["abcd", "efgh", "ij"])
    #expect(Wrap.lines("漢字漢字漢", 5) == ["漢字", "漢字", "漢"])
    #expect(Wrap.lines("", 5).isEmpty)
  }
}
