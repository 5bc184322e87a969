import Canvas
import Operations
import Positions
import Testing

@testable import Dashboard

/// Keys while a script is played, who has them, and recording.
@Suite struct DemoKeyTests {
  static let size = Size(columns: 80, rows: 24)
  private static let take = Action.cue(.takeOrGive)
  private static let hint = "you have the keys; t gives them back"

  private func type(
    _ keys: [Key], _ scene: Scene = Scenes.countingDown, view: ViewState = ViewState(),
    at milliseconds: Int = 0
  ) -> (actions: [Action], view: ViewState) {
    var view = view
    let actions = keys.flatMap { view.handle($0, scene, size: Self.size, at: milliseconds) }
    return (actions, view)
  }

  private func keys(_ text: String) -> [Key] { text.map { .character($0) } }

  private func actions(_ text: String, _ scene: Scene = Scenes.countingDown) -> [Action] {
    type(keys(text), scene).actions
  }

  private func command(_ text: String) throws -> Action {
    .command(try CommandParser.parse(text))
  }

  // MARK: Cues

  @Test func presentersKeys() {
    #expect(type([.pageDown]).actions == [.cue(.next)])
    #expect(type([.pageUp]).actions == [.cue(.previousChapter)])
    #expect(actions("[") == [.cue(.previousChapter)])
    #expect(actions("]") == [.cue(.nextChapter)])
    #expect(actions("t") == [Self.take])
    #expect(type([.pageDown]).view.mode == .demo)
  }

  @Test func aClickerWorksOnEveryPage() {
    for opening in [[], [Key.enter], [.character("?")], [.character("L")]] {
      let page = type(opening).view
      for scene in [Scenes.countingDown, Scenes.taken, Scenes.over, Scenes.failed] {
        let (actions, view) = type([.pageDown, .pageUp, .character("]")], scene, view: page)
        #expect(actions == [.cue(.next), .cue(.previousChapter), .cue(.nextChapter)])
        #expect(view.mode == (opening.isEmpty ? .demo : page.mode))
      }
    }
  }

  @Test func paceLeavesTheKeysWithTheScript() throws {
    #expect(actions(" ") == [.command(.pause)])
    #expect(actions("<>") == [try command("speed 0.5x"), try command("speed 2x")])
    var held = Scenes.countingDown
    held.snapshot.speed = 0
    #expect(actions(" ", held) == [.command(.resume)])
  }

  @Test func lookingAroundLeavesTheKeysWithTheScript() {
    for key in keys("2jkgGf0L?/") + [.tab, .backTab, .enter, .escape] {
      let (actions, view) = type([key])
      #expect(actions.isEmpty, "\(key)")
      #expect(view.keysAsked == nil, "\(key)")
    }
    #expect(actions("q") == [.quit])
    #expect(type([.control("c")]).actions == [.interrupt])
  }

  // MARK: Taking the keys

  @Test(arguments: [
    ("x", ["kill n1"]), ("2r", ["restart n2"]), ("2z", ["freeze n2"]), ("P", ["heal"]),
    ("m", ["ack sync"]), ("w", ["load ycsb-b"]), ("u", ["undo"]), ("3S", ["switchover n3"]),
    (",", ["pause", "back 1s"]), (".", ["pause", "step"]), ("Y", ["pause", "fork"]),
    ("p3", ["cut n1 n3"]), ("2d3", ["delay n2 n3 20ms"]), ("o3", ["loss n1 n3 5%"]),
  ])
  func whateverIsDoneTakesTheKeysFirst(_ text: String, _ commands: [String]) throws {
    #expect(actions(text) == [Self.take] + (try commands.map { try command($0) }))
    // Whoever has them does not give them back that way.
    #expect(actions(text, Scenes.taken).allSatisfy { $0 != Self.take })
  }

  @Test func theyAreTakenAsSoonAsSomethingIsBegun() throws {
    let (first, view) = type(keys("p"))
    #expect(first == [Self.take])
    #expect(type([.escape], view: view).view.mode == .demo)
    #expect(actions(":") == [Self.take])
    let typed = type(keys(":kill n2") + [.enter])
    #expect(typed.actions == [Self.take, try command("kill n2")])
    #expect(typed.view.mode == .demo)
    // A promotion that would cost something asks, and the script waits for the answer.
    let asked = type(keys("1F"), Scenes.asking)
    #expect(asked.view.mode == .demo)
    let costly = type(keys("3F"), Scenes.asking)
    #expect(costly.view.mode == .confirm)
    #expect(costly.actions == [Self.take])
  }

  @Test func theToastSaysSo() {
    let (_, view) = type(keys("x"))
    #expect(view.toast?.text == Self.hint)
    let text = Dashboard.render(
      Scenes.countingDown, view: view, size: Self.size, glyphs: .unicode
    ).text()
    // Above the narration, which does not move.
    #expect(text[15].contains(Self.hint))
    #expect(text[16].contains("Split brain"))
    #expect(type(keys("t")).view.toast?.text == Self.hint)
    #expect(type(keys("t"), Scenes.taken).view.toast?.text == "the script has the keys again")
  }

  @Test func aKeyThatDoesNothingTakesNothing() {
    let (actions, view) = type(keys("0x"))
    #expect(actions.isEmpty)
    #expect(view.toast?.kind == .refused)
    #expect(self.actions("Q").isEmpty)
    #expect(self.actions("b", Scenes.countingDown).first == Self.take)
  }

  /// The script answers a moment later; keys come faster than that.
  @Test func keysAreTakenOnce() throws {
    #expect(actions("xr") == [Self.take, try command("kill n1"), try command("restart n1")])
    let (_, view) = type(keys("x"))
    // Once it has answered, its word counts: somebody else may have given them back.
    var seen = view
    seen.follow(Scenes.taken, size: Self.size, at: 50)
    #expect(seen.keysAsked == nil)
    #expect(type(keys("x"), view: seen, at: 100).actions.first == Self.take)
    // An answer that does not come is not waited for for ever.
    #expect(type(keys("x"), view: view, at: 5000).actions.first == Self.take)
    // Given back, and at once something is done.
    #expect(actions("tx", Scenes.taken) == [Self.take, Self.take, try command("kill n1")])
  }

  @Test func aClickOnTheScrubberTakesThem() {
    let click = Key.mouse(MouseEvent(.press, at: Point(x: 20, y: 1)))
    let (actions, _) = type([click])
    #expect(actions.first == Self.take)
    #expect(actions.count == 3)
  }

  @Test func helpRowsOfADemoCanBeRun() throws {
    let rows = Bindings.table(.demo)
    for (intent, wanted) in [
      (Intent.nextStep, [Action.cue(.next)]), (.kill, [Self.take, try command("kill n1")]),
    ] {
      let row = rows.firstIndex { $0.intent == intent } ?? 0
      let down = Array(repeating: Key.down, count: row)
      #expect(type([.character("?")] + down + [.enter]).actions == wanted)
    }
  }

  // MARK: Beginning and end

  @Test func theModeFollowsTheScript() {
    var view = ViewState()
    view.follow(Scenes.reading, size: Self.size, at: 0)
    #expect(view.mode == .demo && view.home == .demo)
    view.pane = .narration
    let alone = Scene(Scenes.simulated)
    view.follow(alone, size: Self.size, at: 0)
    #expect(view.mode == .lab && view.home == .lab && view.pane == .lanes)
    #expect(type([.pageDown], alone).view.toast?.text.hasSuffix("none is running") == true)
    // A page stays open.
    let page = type([.enter]).view
    #expect(page.mode == .node)
    #expect(type([.escape], view: page).view.mode == .demo)
    #expect(type([.escape], alone, view: page).view.mode == .lab)
  }

  @Test func theFooterNamesThePresentersKeys() {
    func footer(_ scene: Scene, _ columns: Int = 80) -> String {
      Dashboard.render(
        scene, view: ViewState(), size: Size(columns: columns, rows: 24), glyphs: .unicode
      ).text()[23]
    }
    #expect(
      footer(Scenes.countingDown)
        == " PgDn next  PgUp back  Space hold  t take the keys  ? help  q quit")
    #expect(footer(Scenes.countingDown, 60).hasSuffix("t take the keys"))
    var held = Scenes.countingDown
    held.snapshot.speed = 0
    #expect(footer(held).contains("Space go on"))
    #expect(footer(Scenes.taken).hasPrefix(" t give back  Space play"))
    #expect(footer(Scenes.taken).contains("? help"))
    var running = Scenes.taken
    running.snapshot.speed = 1
    #expect(footer(running).hasPrefix(" t give back  1-9 node  x kill"))
  }

  // MARK: The narration's pane

  @Test func whatWasToldCanBeReadAgain() {
    var scene = Scenes.reading
    scene.narration?.said = (1...9).map { "paragraph \($0)" }
    var view = ViewState()
    view.follow(scene, size: Self.size, at: 0)
    view.pane = .narration
    func shown(_ view: ViewState) -> [Int] {
      let text = Dashboard.render(scene, view: view, size: Self.size, glyphs: .unicode).text()
      return text.compactMap { $0.hasPrefix(" paragraph ") ? Int($0.dropFirst(11)) : nil }
    }
    #expect(shown(view) == [5, 6, 7, 8, 9])
    let up = type([.up, .up], scene, view: view).view
    #expect(shown(up) == [3, 4, 5, 6, 7])
    #expect(shown(type(keys("g"), scene, view: view).view) == [1, 2, 3, 4, 5])
    #expect(shown(type(keys("gG"), scene, view: view).view) == [5, 6, 7, 8, 9])
    #expect(shown(type(Array(repeating: .down, count: 9), scene, view: up).view).last == 9)
    // What is said next is seen.
    scene.narration?.said.append("paragraph 10")
    #expect(shown(up) == [6, 7, 8, 9, 10])
    #expect(type(keys("f"), scene, view: view).view.isFullScreen)
    #expect(shown(type(keys("f"), scene, view: view).view).count == 10)
  }

  @Test func thePaneIsFocusedOnlyWhileThereIsOne() {
    let tabs = Array(repeating: Key.tab, count: 4)
    #expect(type(tabs).view.pane == .narration)
    #expect(type(tabs, Scene(Scenes.cluster(3))).view.pane == .lanes)
    #expect(type([.backTab]).view.pane == .narration)
    let click = Key.mouse(MouseEvent(.press, at: Point(x: 5, y: 19)))
    #expect(type([click]).view.pane == .narration)
  }

  // MARK: Recording

  @Test func recordingIsAskedForWhereverClustersAreShown() {
    for scene in [Scenes.countingDown, Scene(Scenes.cluster(3))] {
      #expect(actions("R", scene) == [.record(to: nil)])
      #expect(type([.enter] + keys("R"), scene).actions == [.record(to: nil)])
    }
    #expect(actions("=R", Scene(Scenes.kept, other: Scenes.losing)) == [.record(to: nil)])
  }

  @Test func whoeverRecordsIsAskedBeforeQuitting() {
    for scene in [Scenes.countingDown, Scene(Scenes.cluster(3))] {
      var view = ViewState()
      view.isRecording = true
      for text in [keys("q"), keys(":q") + [.enter]] {
        let asked = type(text, scene, view: view)
        #expect(!asked.actions.contains(.quit))
        #expect(asked.view.question?.text == "Recording; quit and close the file? y/N")
        #expect(type(keys("y"), scene, view: asked.view).actions == [.quit])
        let stayed = type(keys("n"), scene, view: asked.view)
        #expect(stayed.actions.isEmpty)
        #expect(stayed.view.mode == (scene.narration == nil ? .lab : .demo))
      }
      // Quitting does nothing to the cluster.
      #expect(type(keys("q"), scene, view: view).actions.isEmpty)
    }
  }

  @Test func theTitleSaysThatItRecords() {
    var view = ViewState()
    view.isRecording = true
    for (name, scene) in Scenes.demos + Scenes.travels {
      for columns in [60, 80, 120] {
        let size = Size(columns: columns, rows: 24)
        let text = Dashboard.render(scene, view: view, size: size, glyphs: .unicode).text()
        #expect(text[0].contains("● REC"), "\(name) \(columns): \(text[0])")
      }
    }
  }
}
