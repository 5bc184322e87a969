import Canvas
import Operations
import Positions
import Testing

@testable import Dashboard

/// The screens of time travel beside the text that they must be.
@Suite struct TravelGoldenTests {
  private func render(
    _ scene: Scene, _ size: Size, mode: Mode = .lab, glyphs: Glyphs = .unicode
  ) -> Canvas {
    var view = ViewState()
    (view.mode, view.home) = (mode, mode)
    return Dashboard.render(scene, view: view, size: size, glyphs: glyphs)
  }

  private static let forked = Scene(Scenes.kept, other: Scenes.losing)

  @Test(arguments: Scenes.travels.indices)
  func scenes(position: Int) throws {
    let (name, scene) = Scenes.travels[position]
    for size in GoldenTests.sizes {
      try GoldenTests.check(render(scene, size), "\(name)-\(size)")
    }
    try GoldenTests.check(
      render(scene, GoldenTests.sizes[0], glyphs: .ascii), "\(name)-80x24-ascii")
  }

  @Test func twoEndings() throws {
    for size in GoldenTests.sizes {
      try GoldenTests.check(render(Self.forked, size, mode: .compare), "compare-\(size)")
    }
    try GoldenTests.check(
      render(Self.forked, GoldenTests.sizes[0], mode: .compare, glyphs: .ascii),
      "compare-80x24-ascii")
  }

  /// With every cell's style: what is loud, what is reversed.
  @Test func stylesOfTheSmallestScreens() throws {
    let size = GoldenTests.sizes[0]
    try GoldenTests.checkStyles(render(Scene(Scenes.past), size), "past-80x24-styles")
    try GoldenTests.checkStyles(render(Scene(Scenes.stepping), size), "stepping-80x24-styles")
    try GoldenTests.checkStyles(
      render(Self.forked, size, mode: .compare), "compare-80x24-styles")
  }

  @Test func asciiHasNothingElse() {
    for (name, scene) in Scenes.travels {
      for size in GoldenTests.sizes {
        for mode in [Mode.lab, .compare] {
          for line in render(scene, size, mode: mode, glyphs: .ascii).text() {
            #expect(line.allSatisfy { $0.isASCII }, "\(name) \(size): \(line)")
          }
        }
      }
    }
  }

  @Test func nothingUntrustedControlsTheTerminal() {
    for (_, scene) in Scenes.travels {
      for size in GoldenTests.sizes {
        for mode in [Mode.lab, .compare] {
          for line in render(scene, size, mode: mode).text() {
            #expect(
              !line.unicodeScalars.contains {
                $0.value < 0x20 || (0x7F...0x9F).contains($0.value)
              })
          }
        }
      }
    }
    let page = render(Self.forked, GoldenTests.sizes[0], mode: .compare).text()
    #expect(page.contains { $0.contains("evil^[[2J") })
  }

  /// Every size from the least on is drawn, with any number of nodes, and the page stays a page.
  @Test func everySizeAndNumberOfNodes() {
    for count in [1, 5, 13, 100] {
      for columns in [60, 80, 111, 150, 240] {
        for rows in [16, 24, 34, 50, 70] {
          var (here, there) = (Scenes.cluster(count), Scenes.cluster(max(1, count - 1)))
          here.history = Scenes.kept.history
          here.inFlight = count > 1 ? Scenes.stepping.inFlight : []
          there.ledger.lost = 1_234
          let size = Size(columns: columns, rows: rows)
          for mode in [Mode.lab, .compare, .node] {
            let text = render(Scene(here, other: there), size, mode: mode).text()
            #expect(text[0].contains(columns < 70 ? "other 1.2k" : "other lost 1.2k"))
            #expect(text[rows < 34 ? 1 : 3].contains("00:31"), "\(count) \(size)")
            #expect(!text[rows - 1].isEmpty)
            if mode == .compare { #expect(text.contains { $0.contains("THE OTHER") }) }
          }
        }
      }
    }
  }

  @Test func thePastIsLoud() {
    let canvas = render(Scene(Scenes.past), GoldenTests.sizes[0])
    let title = canvas.text()[0]
    #expect(title.contains("PAST 00:12.9 of 00:31.0"))
    let column = title.distance(
      from: title.startIndex, to: title.range(of: "PAST")?.lowerBound ?? title.startIndex)
    #expect(canvas[column, 0].style == .loud)
    var now = Scenes.past
    now.at = now.history?.end ?? .start
    #expect(!render(Scene(now), GoldenTests.sizes[0]).text()[0].contains("PAST"))
  }

  @Test func messagesStandOnTheirLinks() {
    let text = render(Scene(Scenes.stepping), GoldenTests.sizes[0]).text()
    let row = text.first { $0.hasPrefix("   n1    -") } ?? ""
    // One to n2, n3 and n5; two on the slow link to n4.
    #expect(row.contains("-    →    →  ~→2    →"))
    let wide = render(Scene(Scenes.stepping), GoldenTests.sizes[1]).text()
    #expect(wide.contains { $0.contains("append 19891…19893") })
  }

  @Test func goingBackForgetsTheScale() {
    var view = ViewState()
    view.follow(Scene(Scenes.simulated), size: GoldenTests.sizes[0], at: 0)
    view.axis?.scale = 1 << 20
    view.follow(Scene(Scenes.past), size: GoldenTests.sizes[0], at: 10)
    #expect((view.axis?.scale ?? 1 << 20) < 1 << 20)
  }

  @Test func whatWasLostOutlastsWhatWasElected() {
    var events = [Scenes.event(1, 0, .finding, "31 acknowledged writes lost")]
    for number in 2...9 {
      events.append(Scenes.event(number, number * 100, .election, "n\(number) follows n1"))
    }
    events.append(Scenes.event(10, 1000, .log, "n1 rolled back"))
    #expect(Pen.weightiest(events, 3).map(\.number) == [1, 8, 9])
    #expect(Pen.weightiest(events, 20) == events)
    #expect(Pen.weightiest(events, 0).isEmpty)
  }

  @Test func anEventSaysWhatItDelivered() {
    var view = ViewState()
    let size = GoldenTests.sizes[0]
    func text(_ snapshot: ClusterSnapshot) -> [String] {
      view.follow(Scene(snapshot), size: size, at: 0)
      return Dashboard.render(Scene(snapshot), view: view, size: size, glyphs: .unicode).text()
    }
    var snapshot = Scenes.stepping
    #expect(text(snapshot).contains { $0.contains("under way: 7 messages ━") })
    snapshot.at = snapshot.inFlight[0].arrives
    snapshot.inFlight.removeFirst()
    for _ in 0..<2 {
      let lines = text(snapshot)
      #expect(lines.contains { $0.contains("6 messages ━ ✓ n1→n2 append 19891…19893 ━") })
      #expect(lines.contains { $0.hasPrefix("   n1    -    ✓    →") })
    }
    // An event that delivers nothing, and a jump, say nothing of the kind.
    snapshot.at = snapshot.at + .microseconds(1)
    #expect(!text(snapshot).contains { $0.contains("━ ✓ n") })
    snapshot.at = snapshot.at + .seconds(2)
    snapshot.inFlight = []
    #expect(!text(snapshot).contains { $0.contains("under way") })
  }

  @Test func beforeTheForkThereIsNothingToCompare() {
    var snapshot = Scenes.kept
    snapshot.at = Scenes.seconds(8)
    let text = render(Scene(snapshot), GoldenTests.sizes[0], mode: .compare).text()
    #expect(text[3].contains("Before 00:11.0 both endings are one"))
    let alone = render(Scene(Scenes.past), GoldenTests.sizes[0], mode: .compare).text()
    #expect(alone[3].contains("There is one ending only"))
  }

  @Test func theBetterEndingIsNamed() {
    func verdict(_ change: (inout ClusterSnapshot, inout ClusterSnapshot) -> Void) -> String {
      var (here, there) = (Scenes.kept, Scenes.kept)
      change(&here, &there)
      return Comparison(here, there).verdict
    }
    #expect(verdict { _, _ in } == "alike so far: nothing was lost in either")
    #expect(
      verdict { $1.ledger.lost = 31 } == "this ending keeps every acked write; the other loses 31")
    #expect(
      verdict { here, _ in here.ledger.lost = 1 }
        == "this ending loses 1 acked write; the other keeps every one")
    #expect(
      verdict {
        ($0.ledger.lost, $1.ledger.lost) = (3, 5)
      } == "this ending has 2 lost writes fewer")
    #expect(
      verdict {
        $0.ledger.staleReads = 4
        $1.ledger.findingCount = 9
      } == "the other ending has 3 stale reads fewer")
    #expect(
      verdict {
        $0.ledger.violationCount = 1
        $1.ledger.lost = 9
      } == "the other ending has 1 broken promise fewer")
  }

  @Test func whatBothEndingsShareIsLeftOut() {
    var (here, there) = (Scenes.kept, Scenes.losing)
    let old = LostWriteSnapshot(key: "old", index: Index(1), term: Scenes.term, why: "before")
    here.history?.ledgerAtFork?.lost = 1
    here.history?.ledgerAtFork?.lostWrites = [old]
    here.ledger.lost = 1
    here.ledger.lostWrites = [old]
    there.ledger.lost = 32
    there.ledger.lostWrites.insert(old, at: 0)
    let comparison = Comparison(here, there)
    #expect(comparison.here.lost == 0)
    #expect(comparison.there.lost == 31)
    #expect(comparison.there.lostKeys.count == 4)
    #expect(comparison.here.acknowledged == 3_024)
    #expect(comparison.knobs.map(\.name) == ["ack", "check-quorum"])
  }
}
