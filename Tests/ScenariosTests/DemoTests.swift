import Foundation
import Scenarios
import Testing

/// Every demo is played as it stands, and its transcript is kept: `REPLICASCOPE_GOLDENS=write` writes them
/// anew.
@Suite struct DemoTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Transcripts")

  @Test(arguments: DemoLibrary.all.map(\.name))
  func aDemoGoesAsItsTranscriptSays(name: String) throws {
    let demo = try #require(DemoLibrary.demo(name))
    var play = try Playing.play(demo.text, keepsCopies: false)
    let text = Playing.lines(Playing.finish(&play)).joined(separator: "\n") + "\n"
    #expect(Playing.failure(play) == nil, "\(name)")
    #expect(play.machine.snapshot.ledger.violationCount == 0)
    let url = Self.folder.appendingPathComponent(name + ".txt")
    if ProcessInfo.processInfo.environment["REPLICASCOPE_GOLDENS"] == "write" {
      try text.write(to: url, atomically: true, encoding: .utf8)
      return
    }
    let kept = try String(contentsOf: url, encoding: .utf8)
    guard text != kept else { return }
    let (now, before) = (text.split(separator: "\n"), kept.split(separator: "\n"))
    let line = zip(now, before).prefix { $0 == $1 }.count
    Issue.record(
      """
      \(name) goes differently from line \(line + 1) on:
      - \(line < before.count ? before[line] : "(the end)")
      + \(line < now.count ? now[line] : "(the end)")
      """)
  }

  /// A demo plays to a room by itself: it has a title, and waits for no key.
  @Test(arguments: DemoLibrary.all.map(\.name))
  func aDemoPlaysUnattended(name: String) throws {
    let script = try Playing.script(try #require(DemoLibrary.demo(name)).text)
    #expect(script.title != nil)
    #expect(script.chapters.count >= 2)
    for statement in script.statements {
      if case .ask = statement.action { Issue.record("line \(statement.place.line) asks") }
    }
  }

  @Test func noTranscriptIsLeftOver() throws {
    let kept = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(kept.sorted() == DemoLibrary.all.map { $0.name + ".txt" })
  }
}
