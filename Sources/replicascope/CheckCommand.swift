import ArgumentParser
import Operations

/// `replicascope check FILE`: reads scripts, and plays nothing.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Read scripts and say what is wrong with them, without playing anything.",
    discussion: """
      Every error is told, with its line, column and the nearest word that would be right. Ends with 65 \
      when there is one.

      EXAMPLES:
        replicascope check talk.scope
        replicascope check demo/*.scope
      """)

  @Argument(help: "Files, or demos by name.") var files: [String]

  func run() throws {
    var lines: [String] = []
    for file in files {
      do {
        let script = try ScriptFile.load(file)
        let chapters = script.chapters.count
        let steps = script.statements.filter { $0.place.line > 0 }.count
        Output.line(
          "\(file): \(script.title ?? "no title"), \(chapters) "
            + "chapter\(chapters == 1 ? "" : "s"), \(steps) line\(steps == 1 ? "" : "s")")
      } catch let failure as Failure where failure.kind == .badScript {
        lines += failure.lines
      }
    }
    if !lines.isEmpty { throw Failure(.badScript, lines: lines) }
  }
}
