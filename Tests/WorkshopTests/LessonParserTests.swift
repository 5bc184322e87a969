import Foundation
import Operations
import Positions
import Testing

@testable import Workshop

/// Lessons are read whole, and every error is told with its line.
@Suite struct LessonParserTests {
  @Test func aLessonIsReadStepByStep() throws {
    let lesson = try #require(
      Lessons.lesson(
        Lessons.head + """
          page First
          say  A text with no number.
          """ + "\n" + Lessons.setup + """
            predict What happens?
            choice Nothing. when lost == 0
            why Because.
            choice Much. when lost > 0
            play
            let before = acknowledged
            wait 1s
            because
            say Before, {before} were acknowledged; {lost} are lost.
            task Kill n3
            say x kills.
            goal n3.state is dead for 2s else n3 runs
            never lost > 0 else a write is lost

            """ + Lessons.tail + """
            explain
            say So it is.
            show election "killed"
            """))
    #expect(lesson.title == "A small lesson")
    #expect(lesson.part == .why)
    #expect(lesson.steps.count == 6)
    let task = try #require(lesson.tasks.first?.task)
    guard case .goals(let goals) = task.aim else { return #expect(Bool(false)) }
    #expect(goals.map(\.time) == [.seconds(2)])
    #expect(goals.map(\.missing) == ["n3 runs"])
    #expect(task.taboos.map(\.broken) == ["a write is lost"])
    #expect(task.hints == ["one", "two", "three"])
    #expect(task.wrong.count == 1)
    guard case .explain(_, let mattering) = lesson.steps[5] else { return #expect(Bool(false)) }
    #expect(mattering == Mattering(kinds: [.election], texts: ["killed"]))
  }

  @Test func everyErrorIsToldWithItsLine() {
    let text =
      Lessons.head + """
        setup
        cluster nodes=3 acks=async
        kil n1
        task Something
        goal lots > 0 else nothing
        hint one
        solution
        kill n9

        """
    let errors = Lessons.errors(text)
    #expect(errors.contains { $0.hasPrefix("7:") && $0.contains("did you mean ack?") })
    #expect(errors.contains { $0.hasPrefix("8: kil is no command") })
    #expect(errors.contains { $0.hasPrefix("10:") && $0.contains("lots") })
    #expect(errors.contains { $0.hasPrefix("13:") && $0.contains("n9") })
    #expect(errors.contains { $0.contains("3 hints") || $0.contains("no goal") })
  }

  @Test(arguments: [
    ("", "the lesson has no title"),
    ("part sometimes\n", "there is no part sometimes"),
    ("say too early\n", "say belongs to"),
    ("task Nothing to stand on\n", "there is no cluster yet"),
    ("page Empty\nsetup\ncluster nodes=3\n", "the page says nothing"),
    ("setup\nkill n1\n", "a setup begins with its cluster line"),
    ("page One\nsay {lost} writes\n", "there is no cluster yet to measure"),
    ("setup\ncluster nodes=3\npredict What?\nchoice A\n", "a choice ends in when"),
    ("setup\ncluster nodes=3\ntask T\ngoal lost > 0\n", "else and words"),
    ("setup\ncluster nodes=3\ndiagnose D\nanswer slow n3\n", "slow is no command"),
    ("setup\ncluster nodes=3\nsay\u{1B}[2J\n", "no control characters"),
    ("kill n1\n", "kill can't stand here"),
  ])
  func whatIsWrongIsSaid(text: String, message: String) {
    let errors = Lessons.errors(text)
    #expect(errors.contains { $0.contains(message) }, "\(errors)")
  }

  @Test func theProgramsLessonsAreThoseOfTheFolder() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Sources/Workshop/Lessons")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(LessonLibrary.all.map(\.file) == names)
    for entry in LessonLibrary.all {
      let file = folder.appendingPathComponent(entry.file)
      #expect(try String(contentsOf: file, encoding: .utf8) == entry.text, "\(entry.file)")
    }
  }

  /// One idea a screen: a page is read at 80x24 without scrolling.
  @Test func pagesFitAScreen() throws {
    for lesson in LessonLibrary.course {
      for case .page(let heading, let text) in lesson.steps {
        let rows = text.reduce(0) { $0 + 1 + $1.text(in: nil).count / 70 }
        #expect(rows <= 18, "\(lesson.name): \(heading) has about \(rows) rows")
      }
    }
  }
}
