import Foundation
import Testing

/// The workshop as a program.
@Suite struct WorkshopProcessTests {
  private static func run(_ arguments: [String], state: URL) throws -> (status: Int32, text: String)
  {
    let outcome = try Program.run(
      ["workshop"] + arguments, environment: ["XDG_STATE_HOME": state.path])
    return (outcome.status, outcome.output + outcome.error)
  }

  private static func withState<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let state = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: state) }
    try FileManager.default.createDirectory(at: state, withIntermediateDirectories: true)
    return try body(state)
  }

  @Test func theListHasAllLessons() throws {
    try Self.withState { state in
      let (status, text) = try Self.run(["--list"], state: state)
      #expect(status == 0)
      #expect(text.contains("two-leaders"))
      #expect(text.split(separator: "\n").count { $0.contains(" min)") } >= 16)
    }
  }

  /// What can't be read is kept as it is, and said.
  @Test(arguments: ["rubbish", "replicascope workshop progress, course 99\nend\n"])
  func aStrangeProgressFileIsKeptAside(text: String) throws {
    try Self.withState { state in
      let folder = state.appendingPathComponent("replicascope")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let file = folder.appendingPathComponent("workshop")
      try text.write(to: file, atomically: true, encoding: .utf8)
      let (status, said) = try Self.run(["--reset", "one-copy"], state: state)
      #expect(status == 0)
      #expect(said.contains("kept as"))
      let aside = folder.appendingPathComponent("workshop.aside-1")
      #expect(try String(contentsOf: aside, encoding: .utf8) == text)
      let now = try String(contentsOf: file, encoding: .utf8)
      #expect(now.hasPrefix("replicascope workshop progress"))
    }
  }

  @Test func aLessonsErrorsAreToldLineByLine() throws {
    try Self.withState { state in
      let file = state.appendingPathComponent("mine.lesson")
      try "title Mine\npart nowhere\nkill n1\n".write(to: file, atomically: true, encoding: .utf8)
      let (status, text) = try Self.run(["check", file.path], state: state)
      #expect(status == 65)
      #expect(text.contains("mine.lesson:2:"))
      #expect(text.contains("mine.lesson:3:"))
    }
  }

  @Test func whatIsHandedInIsHeldAgainstTheLessons() throws {
    try Self.withState { state in
      let (status, text) = try Self.run(["--result"], state: state)
      #expect(status == 0)
      let file = state.appendingPathComponent("anna.json")
      try text.write(to: file, atomically: true, encoding: .utf8)
      #expect(try Self.run(["--verify", file.path], state: state).status == 0)
      let edited = text.replacing("\"done\" : 0", with: "\"done\" : 29")
      #expect(edited != text)
      try edited.write(to: file, atomically: true, encoding: .utf8)
      let (refused, why) = try Self.run(["--verify", file.path], state: state)
      #expect(refused == 1)
      #expect(why.contains("changed after it was made"))
      try "{}".write(to: file, atomically: true, encoding: .utf8)
      #expect(try Self.run(["--verify", file.path], state: state).status == 65)
    }
  }

  @Test func theKeysFitOnACard() throws {
    try Self.withState { state in
      let (status, text) = try Self.run(["--card"], state: state)
      #expect(status == 0)
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.count <= 66)
      #expect(lines.allSatisfy { $0.count <= 88 })
      #expect(text.contains("a hint for the task"))
    }
  }

  @Test func anUnknownLessonNamesTheNearest() throws {
    try Self.withState { state in
      let (status, text) = try Self.run(["two-leader"], state: state)
      #expect(status == 64)
      #expect(text.contains("did you mean two-leaders?"))
    }
  }
}
