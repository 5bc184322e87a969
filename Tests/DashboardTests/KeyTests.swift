import Canvas
import Operations
import Positions
import Testing

@testable import Dashboard

@Suite struct KeyTests {
  static let size = Size(columns: 80, rows: 24)

  /// What a row of keys asks for, and the view after it.
  private func type(
    _ keys: [Key], _ snapshot: ClusterSnapshot = Scenes.cluster(3), view: ViewState = ViewState()
  ) -> (actions: [Action], view: ViewState) {
    var view = view
    let actions = keys.flatMap { view.handle($0, Scene(snapshot), size: Self.size, at: 0) }
    return (actions, view)
  }

  private func keys(_ text: String) -> [Key] { text.map { .character($0) } }

  private func commands(_ text: String, _ snapshot: ClusterSnapshot = Scenes.cluster(3)) -> [String]
  {
    type(keys(text), snapshot).actions.map {
      if case .command(let command) = $0 { command.text } else { "\($0)" }
    }
  }

  @Test func noKeyMeansTwoThingsInAMode() {
    let modes: [Mode] = [
      .lab, .demo, .link(LinkIntent(.delay)), .prompt, .help, .node, .lost, .compare, .confirm,
      .system,
    ]
    for mode in modes {
      for isPlayed in [false, true] {
        let all = (Bindings.table(mode, isPlayed: isPlayed) + Bindings.always).flatMap(\.keys)
        #expect(all.count == Set(all).count, "\(mode)")
      }
    }
  }

  @Test func everyKeyOfTheLabDoesSomething() {
    for binding in Bindings.table(.lab) {
      for key in binding.keys {
        var view = ViewState()
        view.selected = NodeID(2)
        let before = view
        let actions = view.handle(key, Scene(Scenes.cluster(3)), size: Self.size, at: 0)
        view.lastKey = ""
        let isInert = [.back, .down, .up, .first, .last, .selectDigit].contains(binding.intent)
        #expect(!actions.isEmpty || view != before || isInert, "\(binding.label)")
      }
    }
  }

  @Test func faultsByKey() {
    #expect(commands("x") == ["kill n1"])
    #expect(commands("2x") == ["kill n2"])
    #expect(commands("3r") == ["restart n3"])
    #expect(commands("2z") == ["freeze n2"])
    #expect(commands("p3") == ["cut n1 n3"])
    #expect(commands("p>3") == ["cut n1 -> n3"])
    #expect(commands("p<3") == ["cut n3 -> n1"])
    #expect(commands("p0") == ["isolate n1"])
    #expect(commands("P") == ["heal"])
    #expect(commands("2d3") == ["delay n2 n3 20ms"])
    #expect(commands("2o3") == ["loss n2 n3 5%"])
    #expect(commands("m") == ["ack sync"])
    #expect(commands("w") == ["load ycsb-b"])
    #expect(commands("3S") == ["switchover n3"])
    #expect(commands("u") == ["undo"])
    #expect(commands(" ") == ["pause"])
    #expect(commands("<") == ["speed 0.5x"])
    #expect(commands("p3", Scenes.splitBrain) == ["mend n1 n3"])
    #expect(commands("1x", Scenes.cluster(1)) == ["kill n1"])
    #expect(commands("p1") == [])
  }

  @Test func aForcedFailoverAsksWhenItCosts() {
    var snapshot = Scenes.lagging
    snapshot.nodes[3].missing = Missing(records: 12, bytes: 2400)
    let (actions, view) = type(keys("4F"), snapshot)
    #expect(actions.isEmpty)
    #expect(view.mode == .confirm)
    #expect(
      view.question?.text == "Force n4 to lead? 12 acked writes (2.4k) will be lost; n1 leads. y/N")
    #expect(type(keys("n"), view: view).actions.isEmpty)
    #expect(type(keys("y"), view: view).actions == [.command(.promote(.node(NodeID(4))))])
    // By the prompt as by the key, and by part as by name.
    for line in [":promote n4", ":promote laggard"] {
      snapshot.nodes[3].appliedIndex = .zero
      let typed = type(keys(line) + [.enter], snapshot)
      #expect(typed.actions.isEmpty)
      #expect(typed.view.question?.text == view.question?.text)
    }
    #expect(commands("2F", Scenes.leaderKilled) == ["promote n2"])
    let dead = type(keys("1F"), Scenes.leaderKilled)
    #expect(dead.actions.isEmpty)
    #expect(dead.view.toast?.text == "n1 does not run (dead), so it cannot lead")
  }

  @Test func thePromptTakesCommands() {
    let typed = type(keys(":kill l") + [.tab])
    #expect(typed.view.prompt.candidates == ["leader", "laggard"])
    #expect(type(keys(":kill le") + [.tab, .enter]).actions == [.command(.kill(.leader))])
    let done = type(keys(":swi") + [.tab] + keys("n2") + [.enter])
    #expect(done.actions == [.command(.switchover(.node(NodeID(2))))])
    #expect(done.view.mode == .lab)
    // History, and a wrong line that stays to be mended.
    let again = type(keys(":") + [.up, .enter], view: done.view)
    #expect(again.actions == done.actions)
    let wrong = type(keys(":kil n1") + [.enter])
    #expect(wrong.view.mode == .prompt)
    #expect(wrong.view.prompt.failure?.nearest == "kill")
    #expect(type(keys(":q") + [.enter]).actions == [.quit])
    #expect(
      type(keys(":wipe n2") + [.enter] + keys("y")).actions == [.command(.wipe(.node(NodeID(2))))])
    // Text input owns every key.
    #expect(type(keys(":xq") + [.escape]).actions.isEmpty)
  }

  @Test func helpRowsCanBeRun() {
    let rows = Bindings.table(.lab)
    let kill = rows.firstIndex { $0.intent == .kill } ?? 0
    let (actions, view) = type([.character("?")] + Array(repeating: .down, count: kill) + [.enter])
    #expect(actions == [.command(.kill(.node(NodeID(1))))])
    #expect(view.mode == .lab)
  }

  @Test func theMouseSelects() {
    let (_, view) = type([.mouse(MouseEvent(.press, at: Point(x: 20, y: 3)))])
    #expect(view.selected == NodeID(2))
  }

  @Test(arguments: [":kill", "p", "?", "L", "/x"])
  func controlCCancelsWhereThereIsSomethingToCancel(_ opening: String) {
    let (actions, view) = type(keys(opening) + [.control("c")])
    #expect(actions.isEmpty)
    #expect(view.mode == .lab)
  }

  @Test func controlCQuitsAtTheTopOnly() {
    #expect(type([.control("c")]).actions == [.interrupt])
    let page = type([.enter, .control("c")])
    #expect(page.actions.isEmpty)
    #expect(page.view.mode == .lab)
    var view = ViewState()
    view.question = ViewState.Question(.command(.wipe(.node(NodeID(2)))), text: "? y/N")
    view.mode = .confirm
    #expect(type([.control("c")], view: view).actions.isEmpty)
  }

  @Test func nothingIsDoneOnAScreenThatShowsNothing() {
    var view = ViewState()
    let small = Size(columns: 40, rows: 10)
    for key in keys("xrzpFPu :?2") + [.enter, .tab, .paste("kill n1")] {
      #expect(view.handle(key, Scene(Scenes.cluster(3)), size: small, at: 0).isEmpty)
    }
    #expect(view == ViewState())
    #expect(view.handle(.character("q"), Scene(Scenes.cluster(3)), size: small, at: 0) == [.quit])
    #expect(
      view.handle(.control("c"), Scene(Scenes.cluster(3)), size: small, at: 0) == [.interrupt])
  }

  @Test func delaysAndLossesGoOneWayAndToAllToo() {
    #expect(commands("2d>3") == ["delay n2 -> n3 20ms"])
    #expect(commands("2d<3") == ["delay n3 -> n2 20ms"])
    #expect(commands("o0") == ["loss n1 n2 5%", "loss n1 n3 5%"])
    #expect(commands("p>0") == ["cut n1 -> n2", "cut n1 -> n3"])
    #expect(commands("d>3").count == 1)
    // What is cut from all is mended by the same keys.
    #expect(commands("p0", Scenes.splitBrain) == ["heal"])
    let (_, view) = type(keys("d>3"))
    #expect(view.selected == NodeID(1))
  }

  @Test func footersShowEveryWayAtEightyColumns() {
    for opening in ["p", "d", "o"] {
      let (_, view) = type(keys(opening))
      let canvas = Dashboard.render(
        Scene(Scenes.cluster(3)), view: view, size: Self.size, glyphs: .unicode)
      let footer = canvas.text()[23]
      for part in ["1-9", "0 all", "> from it", "< to it", "Esc"] {
        #expect(footer.contains(part), "\(opening): \(footer)")
      }
    }
  }

  @Test func pastedTextGoesIntoThePromptOnly() {
    let (actions, view) = type([.paste("x\nkill n1\n")])
    #expect(actions.isEmpty)
    #expect(view.toast?.kind == .refused)
    let prompt = type(keys(":") + [.paste("write k\ta\nb\r\nc")]).view.prompt
    #expect(prompt.string == "write k a b c")
  }

  @Test func thePromptScrollsAndTheCursorStaysInIt() {
    let line = String(repeating: "漢", count: 60)
    let (_, view) = type(keys(":" + line))
    #expect(view.prompt.string == line)
    let cursor = Dashboard.cursor(view: view, size: Self.size)
    #expect((cursor?.x ?? 99) < 80)
    let canvas = Dashboard.render(
      Scene(Scenes.cluster(3)), view: view, size: Self.size, glyphs: .unicode)
    #expect(canvas.text()[23].hasPrefix("…漢"))
    let home = type([.home], view: view).view
    #expect(Dashboard.cursor(view: home, size: Self.size)?.x == 1)
  }

  @Test func tabGoesFromOneCandidateToTheNext() {
    let first = type(keys(":kill ") + [.tab]).view
    #expect(first.prompt.candidates.count == 6)
    let second = type([.tab], view: first).view
    #expect(second.prompt.string == "kill \(first.prompt.candidates[0])")
    let third = type([.tab], view: second).view
    #expect(third.prompt.string == "kill \(first.prompt.candidates[1])")
    #expect(type([.backTab], view: third).view.prompt.string == second.prompt.string)
    // They never leave their row, however many there are.
    let (_, many) = type(keys(":") + [.tab])
    let canvas = Dashboard.render(
      Scene(Scenes.cluster(3)), view: many, size: Self.size, glyphs: .unicode)
    #expect(canvas.text()[22].hasSuffix("…"))
  }

  @Test func theNodePageActsOnTheNode() {
    for (key, command) in [
      ("x", "kill n2"), ("r", "restart n2"), ("z", "freeze n2"), ("p3", "cut n2 n3"),
      ("d3", "delay n2 n3 20ms"), ("S", "switchover n2"), ("u", "undo"),
    ] {
      let typed = type(keys("2") + [.enter] + keys(key))
      #expect(typed.actions.last == (try? .command(CommandParser.parse(command))))
      #expect(typed.view.mode == .node)
    }
    #expect(type(keys("2") + [.enter] + keys(":")).view.mode == .prompt)
    #expect(type(keys("2") + [.enter] + keys("?") + [.escape]).view.mode == .node)
  }

  @Test func keysWithoutAMeaningSaySo() {
    for key in keys("t[]HcQ") + [.pageUp, .pageDown] {
      for opening in [[], [Key.enter]] {
        let (actions, view) = type(opening + [key])
        #expect(actions.isEmpty)
        #expect(view.toast?.kind == .note, "\(key)")
      }
    }
  }

  @Test func aStoppedClockIsNotMadeSlower() {
    var snapshot = Scenes.cluster(3)
    snapshot.speed = 0
    let (actions, view) = type(keys("<"), snapshot)
    #expect(actions.isEmpty)
    #expect(view.toast?.text.contains("Space") == true)
  }

  @Test func theMouseLeavesNoReleaseInTheFooter() {
    let at = Point(x: 20, y: 3)
    let (_, view) = type([.mouse(MouseEvent(.press, at: at)), .mouse(MouseEvent(.release, at: at))])
    #expect(view.lastKey == "Click")
  }

  @Test func eventsThatAllFitDoNotScroll() {
    var view = ViewState()
    view.pane = .events
    #expect(type([.up, .up], view: view).view.eventsBack == 0)
  }

  @Test func onlyAFaultOffersItsUndo() {
    var snapshot = Scenes.cluster(3)
    snapshot.undoable = "kill n1"
    func said(_ command: Command) -> String {
      var view = ViewState()
      view.show(.done("done"), of: command, at: 0)
      let canvas = Dashboard.render(
        Scene(snapshot), view: view, size: Self.size, glyphs: .unicode)
      return canvas.text()[22]
    }
    #expect(said(.kill(.leader)).contains("; u undoes kill n1"))
    #expect(!said(.restart(.leader)).contains("undoes"))
    #expect(!said(.promote(.follower)).contains("undoes"))
    #expect(!said(.undo).contains("undoes"))
  }

  @Test func repeatedEventsStandOnce() {
    let events = (0..<12).map {
      Scenes.event($0, $0 * 1000, .election, "n\($0 % 2 + 1) hears no leader")
    }
    let lines = EventList(events).lines
    #expect(lines.map(\.times) == [6, 6])
    #expect(lines.last?.event.number == 11)
  }
}
