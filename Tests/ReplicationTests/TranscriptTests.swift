import Foundation
import Testing

/// Every lesson in `Transcripts`, played again. `REPLICASCOPE_GOLDENS=write swift test` writes what
/// really happens into them.
@Suite struct TranscriptTests {
  static var folder: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Transcripts")
  }

  static var names: [String] {
    let found = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return found.filter { $0.hasSuffix(".txt") }.sorted()
  }

  @Test(arguments: names)
  func happensAsWritten(name: String) throws {
    let file = Self.folder.appendingPathComponent(name)
    let text = try String(contentsOf: file, encoding: .utf8)
    let played = try Transcript(text).played().text
    if ProcessInfo.processInfo.environment["REPLICASCOPE_GOLDENS"] == "write" {
      try played.write(to: file, atomically: true, encoding: .utf8)
    } else if played != text {
      Issue.record("\(name):\n\(difference(expected: text, found: played))")
    }
  }

  @Test func thereAreLessons() {
    #expect(Self.names.count >= 20)
  }
}
