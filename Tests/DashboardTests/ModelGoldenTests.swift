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
            // The model's own name, and the parts that commands may name.
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
