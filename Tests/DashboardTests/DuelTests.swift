import Canvas
import Operations
import Positions
import Testing

@testable import Dashboard

/// Two clusters side by side.
@Suite struct DuelTests {
  /// A standby cut off under two systems: one waits, one acknowledges alone.
  private static var scene: Scene {
    var left = Scenes.cluster(3)
    left.knobs.apply([.preset(.postgres), .acknowledgement(.any(1, []))])
    left.clients.writesPerSecond = 0
    left.clients.waiting = 1200
    left.history = nil
    var right = Scenes.cluster(3)
    right.knobs.apply([.preset(.mysql), .acknowledgement(.any(1, []))])
    right.history = nil
    if case .singleLeader(var model) = right.model {
      model.degraded = true
      right.model = .singleLeader(model)
    }
    return Scene(left, other: right, isDuel: true, narration: nil)
  }

  private static func text(_ size: Size, glyphs: Glyphs = .unicode) -> [String] {
    Dashboard.render(scene, view: ViewState(), size: size, glyphs: glyphs).text()
  }

  @Test(arguments: GoldenTests.sizes + [Layout.minimum])
  func screens(size: Size) throws {
    try GoldenTests.check(
      Dashboard.render(Self.scene, view: ViewState(), size: size, glyphs: .unicode),
      "duel-\(size)")
  }

  @Test(arguments: GoldenTests.sizes + [Layout.minimum])
  func bothAreNamedAndTheirServiceIsTold(size: Size) {
    let text = Self.text(size)
    #expect(text[0].contains("PostgreSQL versus MySQL"))
    #expect(text[1].contains("no write"))
    #expect(text[1].contains("acks alone"))
    for line in Self.text(size, glyphs: .ascii) { #expect(line.allSatisfy { $0.isASCII }) }
  }
}
