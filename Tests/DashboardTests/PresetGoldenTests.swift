import Canvas
import Operations
import Positions
import Testing

@testable import Dashboard

/// The lab's screen, a node's page and the tools' page under each preset.
@Suite struct PresetGoldenTests {
  private static let small = GoldenTests.sizes[0]

  private func render(
    _ snapshot: ClusterSnapshot, _ mode: Mode = .lab, size: Size, row: Int = 0,
    glyphs: Glyphs = .unicode
  ) -> Canvas {
    var view = ViewState()
    (view.mode, view.systemRow) = (mode, row)
    view.home = mode == .node ? .node : .lab
    if mode == .node { view.selected = NodeID(min(3, snapshot.nodes.count)) }
    return Dashboard.render(Scene(snapshot), view: view, size: size, glyphs: glyphs)
  }

  @Test(arguments: Scenes.presets.indices)
  func screens(position: Int) throws {
    let (preset, snapshot) = Scenes.presets[position]
    let sizes = preset == .mysql || preset == .mongodb ? GoldenTests.sizes : [Self.small]
    for size in sizes {
      try GoldenTests.check(render(snapshot, size: size), "preset-\(preset)-\(size)")
      try GoldenTests.check(
        render(snapshot, .system, size: size), "preset-\(preset)-tools-\(size)")
    }
    try GoldenTests.check(render(snapshot, .node, size: Self.small), "preset-\(preset)-node")
  }

  @Test func everywhereAsciiHasNothingElse() {
    for (preset, snapshot) in Scenes.presets {
      for mode in [Mode.lab, .system, .node] {
        for size in GoldenTests.sizes + [Layout.minimum] {
          for line in render(snapshot, mode, size: size, glyphs: .ascii).text() {
            let isPlain = line.allSatisfy(\.isASCII)
            #expect(isPlain, "\(preset) \(mode) \(size): \(line)")
          }
        }
      }
    }
  }

  @Test func theTitleNamesTheSystemAtEverySize() {
    for (preset, snapshot) in Scenes.presets where preset != .mysql {
      let title = render(snapshot, size: Self.small).text()[0]
      #expect(title.contains(preset.profile.title), "\(title)")
    }
    let wide = render(Scenes.postgres, size: GoldenTests.sizes[1]).text()[0]
    #expect(wide.contains("PostgreSQL 17"))
  }

  @Test func noOtherNotationOfPositionsIsLeft() {
    for snapshot in [Scenes.mysql, Scenes.mongodb] {
      for mode in [Mode.lab, .node, .system] {
        for size in GoldenTests.sizes {
          for line in render(snapshot, mode, size: size).text() {
            #expect(!line.contains("0/3A"), "\(mode) \(size): \(line)")
          }
        }
      }
    }
  }

  @Test func withoutAPresetItSaysHowToGetOne() {
    let lines = render(Scenes.cluster(3), .system, size: Self.small).text()
    #expect(lines.contains { $0.contains("--preset postgres") })
  }

  @Test func theKeyOpensItAndEscLeavesIt() {
    var view = ViewState()
    let scene = Scene(Scenes.riak)
    func type(_ keys: [Key]) {
      for key in keys {
        let actions = view.handle(key, scene, size: Self.small, at: 0)
        #expect(actions.isEmpty)
      }
    }
    type([.character("i")])
    #expect(view.mode == .system)
    type([.character("j"), .character("j"), .up])
    #expect(view.systemRow == 1)
    type([.character("G")])
    let last = view.systemRow
    type([.down])
    #expect(view.systemRow == last && last > 1)
    let bottom = Dashboard.render(scene, view: view, size: Self.small, glyphs: .unicode).text()
    let leftOut = Preset.riak.profile.leftOut.last?.suffix(12) ?? "?"
    #expect(bottom.contains { $0.contains(leftOut) })
    type([.character("2")])
    #expect(view.selected == NodeID(2))
    type([.escape])
    #expect(view.mode == .lab)
  }

  /// However many nodes there are, on whatever screen, the page is drawn and nothing traps.
  @Test func anyNumberOfNodes() {
    for count in [1, 2, 8, 40] {
      for preset in Preset.allCases {
        var snapshot =
          preset.profile.model == .leaderless ? Scenes.quorum(count) : Scenes.cluster(count)
        snapshot.knobs.apply(.preset(preset))
        var office = OfficeSnapshot(leader: NodeID(1))
        office.followers = snapshot.nodes.dropFirst().map { .init(node: $0.id) }
        Scenes.change(&snapshot) { $0.offices = [office] }
        for size in GoldenTests.sizes + [Layout.minimum] {
          for mode in [Mode.lab, .system, .node] {
            let text = render(snapshot, mode, size: size, row: 1000).text()
            #expect(!text[1].isEmpty)
          }
        }
      }
    }
  }
}
