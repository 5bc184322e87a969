import Canvas
import Foundation
import Operations
import Positions
import Testing

@testable import Dashboard

/// Every screen beside the text it must be. `REPLICASCOPE_GOLDENS=write swift test` writes them anew.
@Suite struct GoldenTests {
  static let sizes = [
    Size(columns: 80, rows: 24), Size(columns: 120, rows: 40), Size(columns: 200, rows: 60),
  ]

  static var folder: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Goldens")
  }

  static func check(_ canvas: Canvas, _ name: String) throws {
    try check(canvas.text(), name)
  }

  /// With every cell's style.
  static func checkStyles(_ canvas: Canvas, _ name: String) throws {
    try check(canvas.styledText(), name)
  }

  private static func check(_ lines: [String], _ name: String) throws {
    let file = folder.appendingPathComponent("\(name).txt")
    let text = lines.joined(separator: "\n") + "\n"
    if ProcessInfo.processInfo.environment["REPLICASCOPE_GOLDENS"] == "write" {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    let golden = (try? String(contentsOf: file, encoding: .utf8)) ?? "there is no golden"
    guard text != golden else { return }
    let (found, wanted) = (text.components(separatedBy: "\n"), golden.components(separatedBy: "\n"))
    let row = zip(found, wanted).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? 0
    Issue.record(
      "\(name) row \(row):\n\(wanted[min(row, wanted.count - 1)])\n\(found[min(row, found.count - 1)])"
    )
  }

  @Test(arguments: Scenes.all.indices)
  func scenes(position: Int) throws {
    let (name, snapshot) = Scenes.all[position]
    for size in Self.sizes {
      let canvas = Dashboard.render(
        Scene(snapshot), view: ViewState(), size: size, glyphs: .unicode)
      try Self.check(canvas, "\(name)-\(size)")
    }
  }

  @Test func asciiHasNothingElse() {
    for (name, snapshot) in Scenes.all {
      for size in Self.sizes {
        let canvas = Dashboard.render(
          Scene(snapshot), view: ViewState(), size: size, glyphs: .ascii)
        for line in canvas.text() {
          #expect(line.allSatisfy { $0.isASCII }, "\(name) \(size): \(line)")
        }
      }
    }
  }

  @Test func pagesAndPrompts() throws {
    var view = ViewState()
    let size = Self.sizes[0]
    func render() -> Canvas {
      Dashboard.render(Scene(Scenes.lagging), view: view, size: size, glyphs: .unicode)
    }
    view.mode = .help
    try Self.check(render(), "help")
    view.mode = .node
    view.selected = NodeID(4)
    try Self.check(render(), "node")
    view.mode = .prompt
    view.prompt.set("kill leadr")
    _ = view.handle(.enter, Scene(Scenes.lagging), size: size, at: 0)
    try Self.check(render(), "prompt-error")
  }

  @Test func tooSmallSaysWhatItNeeds() {
    let canvas = Dashboard.render(
      Scene(Scenes.cluster(3)), view: ViewState(), size: Size(columns: 40, rows: 10),
      glyphs: .unicode)
    #expect(canvas.text()[0] == "replicascope needs 60x16; this is 40x10.")
  }

  @Test func nothingUntrustedControlsTheTerminal() {
    let canvas = Dashboard.render(
      Scene(Scenes.rejoined), view: ViewState(), size: Self.sizes[2], glyphs: .unicode)
    for line in canvas.text() {
      #expect(!line.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) })
    }
    #expect(canvas.text().contains { $0.contains("evil^[[2J") })
  }
}
