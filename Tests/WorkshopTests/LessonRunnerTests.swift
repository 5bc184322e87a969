import Cluster
import Operations
import Positions
import Testing

@testable import Workshop

/// A lesson as a learner meets it.
@Suite struct LessonRunnerTests {
  private static let predicting =
    Lessons.head + Lessons.setup + """
      predict Is n3 dead afterwards?
      choice Yes. when n3.state is dead
      why It was killed.
      choice No. when n3.state is running
      why It was killed, you know.
      play
      kill n3
      wait 500ms
      because
      say It is {n3.lag.records} records behind.
      task Start it again, for two seconds
      goal n3.state is running for 2s else n3 does not run

      """ + attempts

  private static let attempts = """
    hint one
    hint two
    hint three
    solution
    restart n3
    wait 1s
    wrong
    restart n2
    wait 1s

    """

  private static func stage(_ text: String) throws -> Stage {
    let lesson = try #require(Lessons.lesson(text), "\(Lessons.errors(text))")
    return Stage(try Lessons.play(lesson), SimulatedEngine.Manner())
  }

  /// Up to the question.
  private static func asked(_ text: String = predicting) throws -> Stage {
    var stage = try stage(text)
    stage.pass(20)
    #expect(stage.lesson?.turn == .reads)
    stage.take(.next)
    stage.pass(3000)
    #expect(stage.lesson?.turn == .answers)
    return stage
  }

  @Test func nothingMovesBeforeTheQuestionIsAnswered() throws {
    var stage = try Self.asked()
    #expect(stage.lesson?.choices == ["Yes.", "No."])
    let at = stage.play.machine.now
    stage.pass(1000)
    #expect(stage.play.machine.now == at)
    #expect(!stage.play.perform(.kill(.node(NodeID(1)))).isAccepted)
    #expect(!stage.answer("3").isAccepted)
    #expect(!stage.answer("yes").isAccepted)
    stage.take(.next)
    stage.pass(200)
    #expect(stage.lesson?.turn == .answers)
  }

  @Test(arguments: [(1, true), (2, false)])
  func theAnswerIsJudgedByWhatHappened(answer: Int, isRight: Bool) throws {
    var stage = try Self.asked()
    #expect(stage.answer("\(answer)").isAccepted)
    stage.pass(3000)
    #expect(stage.lesson?.turn == .reads)
    let said = stage.narration?.said ?? []
    #expect(said.first?.hasPrefix("You said: \(isRight ? "Yes" : "No")") == true)
    #expect(said.contains("It came otherwise: Yes.") == !isRight)
    #expect(said.contains(isRight ? "It was killed." : "It was killed, you know."))
    #expect(said.last?.contains("records behind") == true)
    #expect(stage.runner?.record.predicted == 1)
    #expect(stage.runner?.record.right == (isRight ? 1 : 0))
  }

  /// Up to the task.
  private static func doing() throws -> Stage {
    var stage = try asked()
    _ = stage.answer("1")
    stage.pass(3000)
    stage.take(.next)
    stage.pass(100)
    #expect(stage.lesson?.turn == .acts)
    return stage
  }

  @Test func aGoalMustHoldAsLongAsItSays() throws {
    var stage = try Self.doing()
    stage.pass(3000)
    #expect(stage.lesson?.goals.map(\.holds) == [false])
    #expect(stage.lesson?.goals.map(\.missing) == ["n3 does not run"])
    #expect(stage.play.perform(.restart(.node(NodeID(3)))).isAccepted)
    stage.pass(1500)
    #expect(stage.lesson?.goals.map(\.holds) == [true])
    #expect(stage.lesson?.turn == .acts)
    // A break begins the time anew.
    _ = stage.play.perform(.kill(.node(NodeID(3))))
    stage.pass(200)
    _ = stage.play.perform(.restart(.node(NodeID(3))))
    stage.pass(1500)
    #expect(stage.lesson?.turn == .acts)
    stage.pass(1000)
    #expect(stage.lesson?.turn == .reached)
    stage.take(.next)
    stage.pass(100)
    #expect(stage.lesson?.turn == .over)
    #expect(stage.runner?.record.isDone == true)
  }

  @Test func hintsComeOneByOneAndStayThroughANewBeginning() throws {
    var stage = try Self.doing()
    stage.take(.hint)
    stage.take(.hint)
    #expect(stage.lesson?.hints == ["one", "two"])
    let at = stage.play.machine.now
    stage.pass(1000)
    stage.take(.reset)
    #expect(stage.play.machine.now <= at)
    stage.pass(100)
    #expect(stage.lesson?.turn == .acts)
    #expect(stage.lesson?.hints == ["one", "two"])
    #expect(stage.runner?.record.hints == 2)
  }

  @Test func whatMustNotHappenBreaksTheTaskUntilItIsBegunAnew() throws {
    var stage = try Self.stage(
      Lessons.head + Lessons.setup + """
        task Kill n3 and leave the others
        goal n3.state is dead else n3 runs
        never n2.state is dead else n2 must live

        """ + Lessons.tail)
    stage.pass(20)
    stage.take(.next)
    stage.pass(2500)
    _ = stage.play.perform(.kill(.node(NodeID(2))))
    stage.pass(100)
    #expect(stage.lesson?.turn == .broken("n2 must live"))
    _ = stage.play.perform(.kill(.node(NodeID(3))))
    stage.pass(200)
    #expect(stage.lesson?.turn == .broken("n2 must live"))
    stage.take(.reset)
    stage.pass(100)
    #expect(stage.lesson?.turn == .acts)
    _ = stage.play.perform(.kill(.node(NodeID(3))))
    stage.pass(100)
    #expect(stage.lesson?.turn == .reached)
  }

  /// However impatient the learner, the task begins where the setup ends, and at the clock's own pace.
  @Test func aTaskBeginsWhereItsSetupEnds() throws {
    var stage = try Self.stage(
      Lessons.head + Lessons.setup + """
        task Kill n3
        goal n3.state is dead else n3 runs

        """ + Lessons.tail)
    stage.pass(20)
    stage.take(.next)
    stage.pass(20)
    stage.take(.next)
    stage.take(.next)
    var moves = 0
    while stage.lesson?.turn != .acts, moves < 500 {
      stage.move(by: .milliseconds(33))
      moves += 1
    }
    #expect(stage.play.machine.now <= .start + .milliseconds(2100))
    let before = stage.play.machine.now
    stage.move(by: .milliseconds(33))
    #expect(stage.play.machine.now <= before + .milliseconds(40))
  }

  private static let searching =
    Lessons.head + Lessons.setup + """
      diagnose What is it?
      say Look.
      hidden
      slow-disk n3 50ms
      wait 1s
      answer slow-disk n3
      hint one
      hint two
      hint three
      solution
      answer slow-disk n3
      wrong
      answer slow-disk n2

      """

  @Test func whatIsHiddenIsNotShownUntilItIsFound() throws {
    var stage = try Self.stage(Self.searching)
    stage.pass(20)
    stage.take(.next)
    stage.pass(5000)
    #expect(stage.lesson?.turn == .acts)
    let concealment = try #require(stage.lesson?.concealment)
    let snapshot = stage.play.machine.snapshot
    #expect(snapshot.nodes[2].diskDelay > .zero)
    let shown = snapshot.concealing(concealment)
    #expect(shown.nodes[2].diskDelay == .zero)
    #expect(snapshot.events.contains { $0.text.contains("disk") })
    #expect(!shown.events.contains { $0.text.contains("disk") })
    #expect(!stage.play.perform(.undo).isAccepted)
    #expect(!stage.play.perform(.save("x")).isAccepted)
    #expect(!stage.answer("slow n3").isAccepted)
    _ = stage.answer("slow-disk n2")
    #expect(stage.lesson?.turn == .acts)
    _ = stage.answer("Slow-Disk n3 50ms")
    #expect(stage.lesson?.turn == .reached)
    #expect(stage.lesson?.concealment == nil)
    #expect(stage.runner?.record.tries == 2)
  }

  @Test func aFaultInsideAnAttemptIsFound() throws {
    // A goal that holds by itself, a wrong way that does it, a solution that does not.
    let lesson = try #require(
      Lessons.lesson(
        Lessons.head + Lessons.setup + """
          task Nothing
          goal n3.state is running else n3 is dead

          """ + Lessons.tail))
    let step = try #require(lesson.tasks.first?.step)
    #expect(try CourseTests.verdict(lesson, step, .nothing(.seconds(5))) == .reached)
    #expect(try CourseTests.verdict(lesson, step, .wrong(0)) == .reached)
    let never = try #require(
      Lessons.lesson(
        Lessons.head + Lessons.setup + """
          task Impossible
          goal n3.state is dead and n3.state is running else it can't be

          """ + Lessons.tail))
    #expect(try CourseTests.verdict(never, step, .solution) == .missed("it can't be"))
  }
}
