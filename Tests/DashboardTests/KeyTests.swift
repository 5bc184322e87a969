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
    let actions = keys.flatMap { view.handle($0, snapshot, size: Self.size, at: 0) }
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
    let modes: [Mode] = [.lab, .link(.delay), .prompt, .help, .node, .confirm]
    for mode in modes {
      let all = Bindings.table(mode).flatMap(\.keys)
      #expect(all.count == Set(all).count, "\(mode)")
    }
  }

  @Test func everyKeyOfTheLabDoesSomething() {
    for binding in Bindings.table(.lab) {
      for key in binding.keys {
        var view = ViewState()
        view.selected = NodeID(2)
        let before = view
        let actions = view.handle(key, Scenes.cluster(3), size: Self.size, at: 0)
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
    let (actions, view) = type(keys("4F"), Scenes.lagging)
    #expect(actions.isEmpty)
    #expect(view.mode == .confirm)
    #expect(view.question?.1.contains("committed bytes") == true)
    #expect(type(keys("n"), view: view).actions.isEmpty)
    #expect(type(keys("y"), view: view).actions == [.command(.promote(.node(NodeID(4))))])
    #expect(commands("2F", Scenes.leaderKilled) == ["promote n2"])
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

  @Test func timeTravelSaysWhereItWorks() {
    let (actions, view) = type(keys(","))
    #expect(actions.isEmpty)
    #expect(view.toast?.kind == .refused)
  }
}
