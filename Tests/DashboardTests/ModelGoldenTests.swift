import Canvas
import Operations
import Positions
import Testing

@testable import Dashboard

@Suite struct ModelGoldenTests {
  @Test(arguments: Scenes.models.indices)
  func scenes(position: Int) throws {
    let (name, snapshot) = Scenes.models[position]
    for size in GoldenTests.sizes {
      let canvas = Dashboard.render(
        Scene(snapshot), view: ViewState(), size: size, glyphs: .unicode)
      try GoldenTests.check(canvas, "\(name)-\(size)")
    }
  }
}

extension ModelGoldenTests {
  static let size = GoldenTests.sizes[0]

  @Test func everywhereAsciiHasNothingElse() {
    for (name, snapshot) in Scenes.models {
      for size in GoldenTests.sizes + [Layout.minimum] {
        let canvas = Dashboard.render(
          Scene(snapshot), view: ViewState(), size: size, glyphs: .ascii)
        for line in canvas.text() {
          let isPlain = line.allSatisfy(\.isASCII)
          #expect(isPlain, "\(name) \(size): \(line)")
        }
      }
    }
  }

  /// The words that belong to one leader only.
  @Test func nothingSpeaksOfALeader() {
    let words = [
      "LEADER", "leader", "term ", "failover", "fail over", " elected", "election", "electable",
      "follower", "commit",
    ]
    for (name, snapshot) in Scenes.models {
      for mode in [Mode.lab, .help, .node, .lost, .siblings] {
        for size in GoldenTests.sizes {
          var view = ViewState()
          view.mode = mode
          view.home = mode == .node ? .node : .lab
          let canvas = Dashboard.render(Scene(snapshot), view: view, size: size, glyphs: .unicode)
          for line in canvas.text() {
            // The model's own name, and a knob's value: where clients' own node reads.
            if line.contains(":read-from") { continue }
            let said = line.replacing("multi-leader", with: "")
            for word in words { #expect(!said.contains(word), "\(name) \(mode) \(size): \(line)") }
          }
        }
      }
    }
  }

  @Test func nothingUntrustedControlsTheTerminal() {
    for (_, snapshot) in Scenes.models {
      for mode in [Mode.lab, .lost, .siblings] {
        var view = ViewState()
        view.mode = mode
        let canvas = Dashboard.render(
          Scene(snapshot), view: view, size: GoldenTests.sizes[2], glyphs: .unicode)
        for line in canvas.text() {
          let isSafe = line.unicodeScalars.allSatisfy {
            $0.value >= 0x20 && !(0x7F...0x9F ~= $0.value)
          }
          #expect(isSafe)
        }
      }
    }
    let canvas = Dashboard.render(
      Scene(Scenes.multiClock), view: ViewState(), size: GoldenTests.sizes[2], glyphs: .unicode)
    #expect(canvas.text().contains { $0.contains("evil^[[2J") && $0.contains("x^Gy") })
  }

  @Test func pages() throws {
    func check(_ mode: Mode, _ snapshot: ClusterSnapshot, _ name: String, node: Int = 1) throws {
      var view = ViewState()
      view.mode = mode
      view.home = mode == .node ? .node : .lab
      view.selected = NodeID(node)
      let canvas = Dashboard.render(Scene(snapshot), view: view, size: Self.size, glyphs: .unicode)
      try GoldenTests.check(canvas, name)
    }
    try check(.help, Scenes.multiHealthy, "multi-help")
    try check(.help, Scenes.quorumHealthy, "quorum-help")
    try check(.node, Scenes.multiRing, "multi-node", node: 3)
    try check(.node, Scenes.quorumSloppy, "quorum-node", node: 4)
    try check(.lost, Scenes.multiClock, "multi-lost")
    try check(.siblings, Scenes.multiSiblings, "multi-choose")
  }

  @Test func frames() throws {
    for (name, scene) in [
      ("multi-forked", Scenes.multiForked), ("multi-demo", Scenes.multiDemo),
      ("quorum-past", Scenes.quorumPast), ("quorum-forked", Scenes.quorumForked),
    ] {
      var view = ViewState()
      if scene.other != nil { (view.mode, view.home) = (.compare, .compare) }
      for size in GoldenTests.sizes {
        let canvas = Dashboard.render(scene, view: view, size: size, glyphs: .unicode)
        try GoldenTests.check(canvas, "\(name)-\(size)")
      }
    }
  }

  @Test func styles() throws {
    for (name, snapshot) in Scenes.models where name.hasSuffix("clock") || name.hasSuffix("sloppy")
    {
      let canvas = Dashboard.render(
        Scene(snapshot), view: ViewState(), size: Self.size, glyphs: .unicode)
      try GoldenTests.checkStyles(canvas, "\(name)-80x24-styles")
      let plain = Dashboard.render(
        Scene(snapshot), view: ViewState(), size: Self.size, glyphs: .ascii)
      try GoldenTests.check(plain, "\(name)-80x24-ascii")
    }
  }
}

extension ModelGoldenTests {
  /// Whatever the size and the number of nodes, something is drawn and nothing traps.
  @Test func anyNumberOfNodesOnAnyScreen() {
    let sizes = GoldenTests.sizes + [Layout.minimum, Size(columns: 76, rows: 20)]
    for count in [1, 2, 4, 8, 12, 13, 40] {
      for snapshot in [
        Scenes.multi(count, .ring) { _, _ in (3, 1, .milliseconds(10)) }, Scenes.quorum(count),
      ] {
        for pane in Pane.allCases where pane != .narration {
          for isAlone in [false, true] {
            var view = ViewState()
            (view.pane, view.isFullScreen) = (pane, isAlone)
            for size in sizes {
              let canvas = Dashboard.render(
                Scene(snapshot), view: view, size: size, glyphs: .unicode)
              #expect(!canvas.text()[1].isEmpty, "\(count) \(pane) \(size)")
            }
          }
        }
      }
    }
  }

  /// What was lost by clock stays in sight while plain conflicts go by.
  @Test func aWriteLostByClockStaysInSight() {
    var snapshot = Scenes.multiClock
    Scenes.changeMulti(&snapshot) {
      $0.versions.newest += (0..<20).map {
        Scenes.conflict(
          192 + Double($0) / 100, "k\($0)", .lastWriterWon,
          Scenes.version("b", 3, UInt64($0 + 20), at: 192),
          Scenes.version("a", 1, UInt64($0 + 20), at: 191.9))
      }
    }
    func isSeen() -> Bool {
      Dashboard.render(Scene(snapshot), view: ViewState(), size: Self.size, glyphs: .unicode)
        .text().contains { $0.contains("user12") && $0.contains(" LOST BY CLOCK") }
    }
    #expect(isSeen())
    snapshot.at = snapshot.at + .seconds(30)
    #expect(!isSeen())
  }
}
