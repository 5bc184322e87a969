import Cluster
import Foundation
import Operations
import Positions
import Testing

@testable import Workshop

/// Every lesson of the course: its solution does what it asks for, and neither doing nothing nor what
/// people obviously try does.
///
/// Here one lesson of each part is played; all of them with `REPLICASCOPE_COURSE=all` in the environment,
/// and by `replicascope workshop check`, which is compiled for speed.
@Suite struct CourseTests {
  static let lessons: [String] =
    ProcessInfo.processInfo.environment["REPLICASCOPE_COURSE"] == "all"
    ? LessonLibrary.all.map(\.name)
    : [
      "one-copy", "vanishing-comment", "the-fork", "two-writers", "hinted-handoff", "linearizable",
    ]

  static func lesson(_ name: String) throws -> Lesson {
    let entry = try #require(LessonLibrary.all.first { $0.name == name })
    switch entry.outcome {
    case .lesson(let lesson): return lesson
    case .errors(let errors):
      Issue.record("\(ScriptErrors(errors).lines.joined(separator: "\n"))")
      throw ScriptErrors(errors)
    }
  }

  /// Plays a lesson up to the end of an attempt.
  static func play(_ lesson: Lesson, _ attempt: LessonRunner.Attempt) throws -> LessonRunner {
    let runner = LessonRunner(lesson, attempt: attempt)
    let machine = try TimeMachine(
      configuration: .simulated(
        knobs: runner.start.knobs, load: runner.start.load, seed: runner.start.knobs.seed ?? 1),
      keepsCopies: false)
    var play = Play(machine: machine, director: runner, keepsCopies: false)
    while play.run(until: .start + .seconds(3600)) != .over {}
    #expect(play.machine.snapshot.ledger.violationCount == 0)
    return try #require(play.director as? LessonRunner)
  }

  @Test func theCourseIsWhole() {
    #expect(LessonLibrary.course.count == LessonLibrary.all.count)
    #expect(LessonLibrary.course.count >= 16)
    #expect(Set(LessonLibrary.course.map(\.part)) == Set(Lesson.Part.allCases))
    let parts = LessonLibrary.course.map { Lesson.Part.allCases.firstIndex(of: $0.part) ?? 0 }
    #expect(parts == parts.sorted())
  }

  static func verdict(
    _ lesson: Lesson, _ step: Int, _ way: LessonRunner.Attempt.Way
  ) throws -> LessonRunner.Verdict? {
    try play(lesson, LessonRunner.Attempt(step: step, way: way)).verdict
  }

  /// A lesson from its beginning to its last task, and of the choices of every question just one is right.
  @Test(arguments: lessons)
  func solutionsDo(name: String) throws {
    let lesson = try Self.lesson(name)
    let last = try #require(lesson.tasks.last)
    let runner = try Self.play(lesson, LessonRunner.Attempt(step: last.step, way: .solution))
    #expect(runner.verdict == .reached, "\(name): \(runner.narration.said)")
    #expect(lesson.tasks.allSatisfy { runner.tallies[$0.step].isDone })
  }

  @Test(arguments: lessons)
  func doingNothingDoesNotDo(name: String) throws {
    let lesson = try Self.lesson(name)
    for (step, task) in lesson.tasks {
      let verdict = try Self.verdict(lesson, step, .nothing(.seconds(60)))
      guard case .missed = verdict else {
        Issue.record("\(name): \(task.heading): \(String(describing: verdict))")
        continue
      }
    }
  }

  @Test(arguments: lessons)
  func wrongWaysDoNotDo(name: String) throws {
    let lesson = try Self.lesson(name)
    for (step, task) in lesson.tasks {
      for number in task.wrong.indices {
        let verdict = try Self.verdict(lesson, step, .wrong(number))
        guard case .missed = verdict else {
          Issue.record(
            "\(name): \(task.heading): wrong way \(number + 1): \(String(describing: verdict))")
          continue
        }
      }
    }
  }
}
