import Canvas
import Operations
import Positions
import Testing

@testable import Dashboard

/// The screens of lessons beside the text that they must be, and their keys.
@Suite struct LessonGoldenTests {
  private static let sizes = GoldenTests.sizes + [Layout.minimum]

  private func render(_ scene: Scene, _ size: Size, _ glyphs: Glyphs = .unicode) -> Canvas {
    Dashboard.render(scene, view: ViewState(), size: size, glyphs: glyphs)
  }

  @Test(arguments: Scenes.lessons.indices)
  func scenes(position: Int) throws {
    let (name, scene) = Scenes.lessons[position]
    for size in Self.sizes { try GoldenTests.check(render(scene, size), "\(name)-\(size)") }
    let room = Self.sizes[0]
    try GoldenTests.check(render(scene, room, .ascii), "\(name)-\(room)-ascii")
    try GoldenTests.checkStyles(render(scene, room), "\(name)-\(room)-styles")
  }

  /// A room reads: the text has most of the screen.
  @Test func presented() throws {
    var view = ViewState()
    view.isPresented = true
    for (name, scene) in [("question", Scenes.question), ("task", Scenes.task)] {
      for size in Self.sizes {
        let canvas = Dashboard.render(scene, view: view, size: size, glyphs: .unicode)
        try GoldenTests.check(canvas, "lesson-\(name)-presented-\(size)")
      }
    }
  }

  @Test func asciiHasNothingElse() {
    for (name, scene) in Scenes.lessons {
      for size in Self.sizes {
        for line in render(scene, size, .ascii).text() {
          #expect(line.allSatisfy { $0.isASCII }, "\(name) \(size): \(line)")
        }
      }
    }
  }

  @Test func nothingUntrustedControlsTheTerminal() {
    let evil = "evil\u{1B}[2J \u{9B}2J \u{202E}x"
    for var scene in [Scenes.page, Scenes.question, Scenes.task] {
      scene.narration?.title = evil
      scene.narration?.chapters = Array(repeating: evil, count: 6)
      scene.narration?.said = [evil]
      if scene.narration?.question != nil { scene.narration?.question = evil }
      scene.narration?.lesson?.choices = [evil]
      scene.narration?.lesson?.goals = [.init(evil, missing: evil)]
      scene.narration?.lesson?.hints = [evil]
      scene.narration?.lesson?.part = evil
      for turn: LessonNarration.Turn in [.acts, .broken(evil)] {
        scene.narration?.lesson?.turn = turn
        for size in Self.sizes {
          let text = render(scene, size).text()
          for line in text {
            #expect(
              !line.unicodeScalars.contains {
                $0.value < 0x20 || (0x7F...0x9F).contains($0.value) || $0.value == 0x202E
              })
          }
          #expect(text.contains { $0.contains("evil^[[2J") })
        }
      }
    }
  }

  // MARK: Keys

  private func type(
    _ keys: [Key], _ scene: Scene, view: ViewState = ViewState()
  ) -> (actions: [Action], view: ViewState) {
    var view = view
    let size = Size(columns: 80, rows: 24)
    let actions = keys.flatMap { view.handle($0, scene, size: size, at: 0) }
    return (actions, view)
  }

  @Test func digitsAnswerAQuestionAndSelectNodesInATask() {
    let (answers, view) = type([.character("2")], Scenes.question)
    #expect(answers == [.command(.answer("2"))])
    #expect(view.mode == .question)
    #expect(type([.character("4")], Scenes.question).actions == [])
    #expect(type([.character("2")], Scenes.task).view.selected == NodeID(2))
  }

  /// Nothing is done to the cluster before the question is answered.
  @Test func aQuestionLeavesTheClusterAlone() {
    for key in "xrzpPdoFSmwu" {
      #expect(type([.character(key)], Scenes.question).actions == [], "\(key)")
    }
  }

  @Test func aNumberIsTyped() {
    var scene = Scenes.question
    scene.narration?.lesson?.choices = []
    let (actions, _) = type("42".map { .character($0) } + [.enter], scene)
    #expect(actions == [.command(.answer("42"))])
  }

  @Test func whoHasATaskHasAllKeysWithoutTakingThem() throws {
    let (actions, view) = type([.character("x")], Scenes.task)
    #expect(actions == [.command(.kill(.node(NodeID(1))))])
    #expect(view.mode == .lesson)
    #expect(type([.character("H")], Scenes.task).actions == [.cue(.hint)])
    #expect(type([.pageDown], Scenes.task).actions == [])
    #expect(type([.pageDown], Scenes.task).view.toast?.text.contains("] passes over it") == true)
    #expect(type([.pageDown], Scenes.page).actions == [.cue(.next)])
    #expect(type([.pageDown], Scenes.question).actions == [])
    #expect(type([.character("]")], Scenes.task).actions == [.cue(.nextChapter)])
  }

  @Test func aLessonsKeysWorkOnEveryPage() {
    for page: Key in [.enter, .character("L"), .character("?")] {
      let view = type([page], Scenes.task).view
      #expect(type([.character("H")], Scenes.task, view: view).actions == [.cue(.hint)])
    }
  }

  /// A text that does not fit is read to its end before the next step comes.
  @Test func pageDownReadsOnFirst() {
    var scene = Scenes.explained
    scene.narration?.said = (1...12).map { number in
      "Paragraph \(number) " + String(repeating: "word ", count: 24)
    }
    var view = ViewState()
    var pages = 0
    while pages < 20 {
      let (actions, next) = type([.pageDown], scene, view: view)
      view = next
      if actions == [.cue(.next)] { break }
      #expect(actions == [])
      pages += 1
    }
    #expect((1...10).contains(pages))
    let text = Dashboard.render(
      scene, view: view, size: Size(columns: 80, rows: 24), glyphs: .unicode
    ).text().joined(separator: "\n")
    #expect(text.contains("Paragraph 12"))
  }

  /// Whoever acts sees what is missing and the newest hint, however long the task's text is.
  @Test func theNewestHintIsSeen() {
    var scene = Scenes.task
    scene.narration?.said = Array(repeating: String(repeating: "word ", count: 40), count: 4)
    scene.narration?.lesson?.hints = ["one", "two", "the newest of all"]
    for size in Self.sizes.dropLast() {
      let text = render(scene, size).text().joined(separator: "\n")
      #expect(text.contains("the newest of all"), "\(size)")
    }
  }

  @Test func checkSaysWhatIsMissing() {
    let (actions, view) = type([.character("c")], Scenes.task)
    #expect(actions == [])
    #expect(view.toast?.text == "nobody leads; n1 still runs")
    #expect(type([.character("c")], Scenes.broken).view.toast?.kind == .refused)
  }

  @Test func aNewBeginningIsAskedForFirst() {
    #expect(type([.character("N")], Scenes.task).actions == [])
    #expect(type([.character("N"), .character("n")], Scenes.task).actions == [])
    #expect(type([.character("N"), .character("y")], Scenes.task).actions == [.cue(.reset)])
  }

  @Test func theMomentsThatMatteredAreGoneToOneByOne() throws {
    var scene = Scenes.explained
    let moments = try #require(scene.narration?.lesson?.events.map(\.at))
    #expect(type([.character("E")], scene).actions == [.command(.goTo(moments[0]))])
    scene.snapshot.at = moments[0]
    let after = try #require(moments.first { $0 > moments[0] } ?? moments.first)
    #expect(type([.character("E")], scene).actions == [.command(.goTo(after))])
    #expect(type([.character("E")], Scenes.task).actions == [])
  }

  @Test func aLessonThatIsOverLeadsToTheNext() {
    var scene = Scenes.explained
    scene.narration?.lesson?.turn = .over
    scene.narration?.stage = .over
    #expect(type([.pageDown], scene).actions == [.nextLesson])
    #expect(type([.character("q")], scene).actions == [.quit])
  }
}
