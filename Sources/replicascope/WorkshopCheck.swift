import ArgumentParser
import Cluster
import Operations
import Positions
import Workshop

/// `replicascope workshop check`: plays lessons without a learner.
struct WorkshopCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Read lessons and play them: solutions do, doing nothing and wrong ways do not.",
    discussion: """
      Without a file it is the whole course. Errors of a lesson's text are told line by line, and end with \
      65; a solution that does not reach its task's goals, or a wrong way that does, ends with 1.

      EXAMPLES:
        replicascope workshop check
        replicascope workshop check mine.lesson
      """)

  @Argument(help: "Lessons' files, or lessons of the course by name.") var files: [String] = []

  func run() throws {
    let lessons = try files.isEmpty ? Self.course() : files.map(Self.lesson)
    var isBad = false
    for lesson in lessons {
      let complaints = try Self.complaints(of: lesson)
      let tasks = lesson.tasks.count
      let wrong = lesson.tasks.reduce(0) { $0 + $1.task.wrong.count }
      Output.line(
        complaints.isEmpty
          ? "✓ \(lesson.name): \(tasks) task\(tasks == 1 ? "" : "s"), \(wrong) wrong ways"
          : "✗ \(lesson.name)")
      for complaint in complaints { Output.line("    \(complaint)") }
      isBad = isBad || !complaints.isEmpty
    }
    if isBad { throw ExitCode(Failure.Kind.checkFailed.rawValue) }
  }

  private static func course() throws -> [Lesson] {
    try LessonLibrary.all.map { entry in
      switch entry.outcome {
      case .lesson(let lesson): return lesson
      case .errors(let errors): throw Failure(.badScript, lines: ScriptErrors(errors).lines)
      }
    }
  }

  private static func lesson(_ named: String) throws -> Lesson {
    guard !named.contains("/"), !named.hasSuffix(".lesson"),
      let entry = LessonLibrary.entry(named), case .lesson(let lesson) = entry.outcome
    else { return try LessonFile.load(named) }
    return lesson
  }

  /// How long a learner who does nothing is watched.
  private static let idle = Interval.seconds(60)

  private static func complaints(of lesson: Lesson) throws -> [String] {
    guard let last = lesson.tasks.last else { return ["it has no task"] }
    var complaints: [String] = []
    let whole = try LessonPlay.play(lesson, .init(step: last.step, way: .solution))
    switch whole.verdict {
    case .reached: break
    case .missed(let why): complaints.append("the solution does not do: \(why)")
    case .failed(let why): complaints.append("it can't be played: \(why)")
    case nil: complaints.append("it has no end")
    }
    for (step, task) in lesson.tasks {
      if try LessonPlay.play(lesson, .init(step: step, way: .nothing(idle))).verdict == .reached {
        complaints.append("\(task.heading): who does nothing has done it")
      }
      for number in task.wrong.indices
      where try LessonPlay.play(lesson, .init(step: step, way: .wrong(number))).verdict == .reached
      {
        complaints.append("\(task.heading): wrong way \(number + 1) does it")
      }
    }
    return complaints
  }
}
