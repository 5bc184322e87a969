import Cluster
import Operations
import Positions
import Testing

@testable import Workshop

/// What a learner did is enough to do it all again, on the same cluster.
@Suite struct LessonAgainTests {
  private static let lesson =
    Lessons.head + Lessons.setup + """
      predict Is n3 dead afterwards?
      choice Yes. when n3.state is dead
      choice No. when n3.state is running
      play
      kill n3
      wait 500ms
      because
      say It is.
      task Start it again, for two seconds
      goal n3.state is running for 2s else n3 does not run
      hint one
      hint two
      hint three
      solution
      restart n3
      wait 1s
      wrong
      restart n2
      page In between
      say One more.
      task Now the leader
      goal n1.state is dead else n1 runs
      goal leaders == 1 else nobody leads
      hint one
      hint two
      hint three
      solution
      kill n1
      until leaders == 1 within 5s
      wrong
      kill n2

      """

  /// A learner who takes his time, tries other things too, and goes back once.
  private static func learn() throws -> (lesson: Lesson, solutions: [LessonSolution]) {
    let lesson = try #require(Lessons.lesson(lesson), "\(Lessons.errors(lesson))")
    var stage = Stage(try Lessons.play(lesson), SimulatedEngine.Manner())
    func act(_ text: String) throws {
      let command = try CommandParser.parse(text)
      let outcome = stage.play.perform(command)
      #expect(outcome.isAccepted, "\(text): \(outcome.text)")
    }
    stage.pass(20)
    stage.take(.next)
    stage.pass(3000)
    _ = stage.answer("1")
    stage.pass(3000)
    stage.take(.next)
    stage.move(by: .microseconds(1_234_567))
    try act("freeze n2")
    stage.move(by: .microseconds(317_001))
    try act("thaw n2")
    // A dead end, and back before it.
    let before = stage.play.machine.now
    stage.move(by: .microseconds(50_003))
    try act("kill n2")
    stage.move(by: .microseconds(400_003))
    stage.play.go(to: before)
    try act("restart n3")
    stage.pass(2500)
    #expect(stage.lesson?.turn == .reached)
    stage.move(by: .microseconds(777_777))
    stage.take(.next)
    stage.pass(40)
    stage.take(.next)
    stage.move(by: .microseconds(123_457))
    try act("write order \"1\"")
    stage.move(by: .microseconds(30_011))
    try act("kill n1")
    stage.pass(4000)
    #expect(stage.lesson?.turn == .reached)
    return (lesson, stage.runner?.record.solutions ?? [])
  }

  @Test func whatWasDoneIsDoneAgain() throws {
    let (lesson, solutions) = try Self.learn()
    #expect(solutions.map(\.step) == lesson.tasks.map(\.step))
    #expect(!solutions[0].deeds.contains { $0.act == .command(.kill(.node(NodeID(2)))) })
    for solution in solutions {
      let verdict = try CourseTests.verdict(lesson, solution.step, .again(solution.deeds))
      #expect(verdict == .reached, "\(solution)")
    }
  }

  @Test func whatWasChangedDoesNotHold() throws {
    let (lesson, solutions) = try Self.learn()
    let last = try #require(solutions.last)
    let without = last.deeds.filter { $0.act != .command(.kill(.node(NodeID(1)))) }
    #expect(without.count == last.deeds.count - 1)
    guard case .missed = try CourseTests.verdict(lesson, last.step, .again(without)) else {
      return #expect(Bool(false), "it holds without the command that did it")
    }
  }

  @Test func itReadsBackFromAFile() throws {
    let (_, solutions) = try Self.learn()
    var progress = Progress()
    var record = Progress.Record()
    record.isDone = true
    record.solutions = solutions
    progress.records["small"] = record
    #expect(Progress.read(progress.text) == .progress(progress))
    for length in 0..<progress.text.count {
      if case .progress = Progress.read(String(progress.text.prefix(length))) {
        Issue.record("\(length) characters are taken")
      }
    }
  }

  @Test func aResultThatWasEditedIsNotWhole() throws {
    let (lesson, solutions) = try Self.learn()
    var progress = Progress()
    var record = Progress.Record()
    record.isDone = true
    record.hints = 3
    record.solutions = solutions
    progress.records["small"] = record
    let result = CourseResult(progress, course: [lesson])
    #expect(result.isWhole)
    #expect(result.done == 1)
    var edited = result
    edited.lessons[0].hints = 0
    #expect(!edited.isWhole)
    edited = result
    edited.lessons[0].tasks[1].commands.removeLast()
    #expect(!edited.isWhole)
    #expect(
      try CourseResult.deeds(result.lessons[0].tasks[1]) == solutions[1].deeds)
  }
}
