import Operations
import Positions
import Testing

@testable import Dashboard

/// Which rows tell of hints, Merkle trees and read repair, and what they say where there is little room.
@Suite struct RepairRowsTests {
  private static func rows(
    _ model: LeaderlessSnapshot, _ knobs: LeaderlessKnobs, most: Int
  ) -> [String] {
    model.repairRows(knobs, most: most).compactMap { $0.texts.last }
  }

  @Test func whatIsOffAndIdleIsLeftOut() {
    var knobs = LeaderlessKnobs()
    var model = LeaderlessSnapshot()
    #expect(
      Self.rows(model, knobs, most: 9) == [
        "hints    0 wait", "Merkle   0 ranges differ", "reads    0 repaired",
      ])
    (knobs.hintWindow, knobs.readRepair) = (nil, .off)
    #expect(Self.rows(model, knobs, most: 9) == ["Merkle   0 ranges differ"])
    // What was switched off after it had worked is told on.
    model.repairs = 4
    #expect(
      Self.rows(model, knobs, most: 9) == ["Merkle   0 ranges differ", "reads    4 repaired"])
  }

  @Test func whatIsAtWorkComesFirst() {
    let knobs = LeaderlessKnobs()
    var model = LeaderlessSnapshot()
    model.repairs = 1
    #expect(Self.rows(model, knobs, most: 1) == ["reads    1 repaired"])
    model.differingRanges = 1
    #expect(Self.rows(model, knobs, most: 1) == ["Merkle   1 range differs"])
    #expect(
      Self.rows(model, knobs, most: 2) == ["Merkle   1 range differs", "reads    1 repaired"])
    model.hints = 1
    #expect(Self.rows(model, knobs, most: 1) == ["hints    1 waits"])
    #expect(Self.rows(model, knobs, most: 0).isEmpty)
  }

  /// Hints that were given up are seen where nothing else of hints has room.
  @Test func expiredHintsHaveAShortForm() {
    var model = LeaderlessSnapshot()
    (model.hintsDelivered, model.hintsExpired) = (41, 310)
    let texts = model.repairRows(LeaderlessKnobs(), most: 1).first?.texts ?? []
    #expect(texts.first == "hints    0 wait, 41 handed over, 310 too old")
    #expect(texts.filter { $0.contains("310 too old") }.count == 4)
    #expect((texts.last?.count ?? 99) < 24)
    // On a small screen, with a script beside it.
    let scene = Scenes.multiDemo
    var snapshot = Scenes.quorumDivergent
    Scenes.changeQuorum(&snapshot) { $0.differingRanges = 0 }
    (snapshot.knobs.leaderless.antiEntropy, snapshot.knobs.leaderless.readRepair) = (nil, .off)
    Scenes.changeQuorum(&snapshot) { ($0.repairs, $0.antiEntropyRepairs) = (0, 0) }
    let text = Dashboard.render(
      Scene(snapshot, narration: scene.narration), view: ViewState(), size: GoldenTests.sizes[0],
      glyphs: .unicode
    ).text()
    #expect(text.contains { $0.contains("310 too old") })
    #expect(!text.contains { $0.contains("Merkle") })
  }

  /// What is not all is never said to be all, and what is not nothing never to be nothing.
  @Test(
    arguments: [
      (0, "0 %"), (0.000_01, "<0.1 %"), (0.0012, "0.1 %"), (0.0994, "9.9 %"), (0.12, "12 %"),
      (0.994, "99 %"), (0.996, ">99 %"), (0.999_999, ">99 %"), (1, "100 %"),
    ] as [(Double, String)])
  func sharesAreNeitherAllNorNothing(share: Double, text: String) {
    #expect(Pen.percent(share) == text)
  }

  @Test func nearlyAllKeysAreNotAll() {
    var snapshot = Scenes.quorumDivergent
    func texts() -> [String] {
      ModelFactsTests.screen(snapshot, GoldenTests.sizes[1])
    }
    Scenes.changeQuorum(&snapshot) { ($0.versions.divergentKeys, $0.versions.keys) = (202, 203) }
    #expect(texts().contains { $0.contains("202 of 203 keys differ (>99 %)") })
    Scenes.changeQuorum(&snapshot) { $0.versions.divergentKeys = 203 }
    #expect(texts().contains { $0.contains("203 of 203 keys differ (100 %)") })
  }

  /// One is one, in the top line and in the titles.
  @Test func oneIsNotSaidAsMany() {
    #expect(Short.counted(1, "write") == "1 write")
    #expect(Short.counted(0, "key") == "0 keys")
    #expect(Short.counted(2117, "key") == "2,117 keys")
    var snapshot = Scenes.multiClock
    Scenes.changeMulti(&snapshot) {
      $0.versions.losers = 1
      $0.versions.divergentKeys = 1
    }
    let text = Dashboard.render(
      Scene(snapshot), view: ViewState(), size: GoldenTests.sizes[2], glyphs: .unicode
    ).text()
    #expect(text[0].contains("1 key differs"))
    #expect(text.contains { $0.contains("conflicts 31: 1 write lost") })
  }
}
