import Canvas
import Operations
import Positions
import Testing

@testable import Dashboard

/// Keys and clicks that move in time.
@Suite struct TravelKeyTests {
  static let size = Size(columns: 80, rows: 24)

  private func type(
    _ text: String, _ snapshot: ClusterSnapshot, view: ViewState = ViewState()
  ) -> (commands: [String], view: ViewState) {
    var view = view
    let actions = text.flatMap {
      view.handle(.character($0), Scene(snapshot), size: Self.size, at: 0)
    }
    let commands = actions.map {
      if case .command(let command) = $0 { command.text } else { "\($0)" }
    }
    return (commands, view)
  }

  private func commands(_ text: String, _ snapshot: ClusterSnapshot) -> [String] {
    type(text, snapshot).commands
  }

  private var running: ClusterSnapshot {
    var snapshot = Scenes.past
    snapshot.speed = 1
    return snapshot
  }

  @Test func stepsAndLeaps() {
    #expect(commands(",", Scenes.past) == ["back 1s"])
    #expect(commands(";", Scenes.past) == ["forward 1s"])
    #expect(commands("{", Scenes.past) == ["back 10s"])
    #expect(commands("}", Scenes.past) == ["forward 10s"])
    #expect(commands(".", Scenes.past) == ["step"])
    #expect(commands("b", Scenes.past) == ["goto 0s"])
    #expect(commands("e", Scenes.past) == ["goto 31s"])
    #expect(commands("Y", Scenes.past) == ["fork"])
    #expect(commands(" ", Scenes.past) == ["resume"])
  }

  @Test func whoeverMovesStopsTheClock() {
    for (key, command) in [
      (",", "back 1s"), (";", "forward 1s"), (".", "step"), ("(", "goto 12300ms"), ("Y", "fork"),
    ] {
      #expect(commands(key, running) == ["pause", command])
    }
  }

  @Test func fromMarkToMark() {
    #expect(commands("(", Scenes.past) == ["goto 12300ms"])
    #expect(commands(")", Scenes.past) == ["goto 13900ms"])
    var onMark = Scenes.past
    onMark.at = Scenes.seconds(12.3)
    #expect(commands("(", onMark) == ["goto 11200ms"])
    var last = Scenes.past
    last.at = Scenes.seconds(25)
    let (none, view) = type(")", last)
    #expect(none.isEmpty)
    #expect(view.toast?.text == "nothing is marked after this moment")
  }

  @Test func whoAsksAgainAndAgainIsMarkedOnce() {
    var snapshot = Scenes.past
    for second in 14...19 {
      snapshot.history?.marks.append(
        HistoryMark(
          at: Scenes.seconds(Double(second)), kind: .election, text: "n1 asks for pre-votes"))
    }
    snapshot.history?.marks.append(
      HistoryMark(at: Scenes.seconds(20), kind: .command, text: "n1 killed"))
    snapshot.history?.marks.append(
      HistoryMark(at: Scenes.seconds(21), kind: .command, text: "n1 killed"))
    snapshot.at = Scenes.seconds(14)
    #expect(commands(")", snapshot) == ["goto 20s"])
    snapshot.at = Scenes.seconds(20)
    #expect(commands("(", snapshot) == ["goto 14s"])
    #expect(commands(")", snapshot) == ["goto 21s"])
  }

  @Test func theEndsOfTheHistorySaySo() {
    var snapshot = Scenes.past
    snapshot.at = Scenes.seconds(31)
    for key in [";", "}", ")", "e"] {
      let (commands, view) = type(key, snapshot)
      #expect(commands.isEmpty)
      #expect(
        view.toast?.text == "00:31.0 is the latest moment that was reached; Space lets time go on")
    }
    snapshot.at = .start
    for key in [",", "{", "(", "b"] {
      let (commands, view) = type(key, snapshot)
      #expect(commands.isEmpty)
      #expect(view.toast?.text == "00:00.0 is the earliest moment that is kept")
    }
  }

  @Test(arguments: [",", ";", "{", "}", "(", ")", "b", "e", ".", "Y", "="])
  func theLiveLabSaysWhereItWorks(_ key: String) {
    for opening in [ViewState(), nodePage] {
      let (commands, view) = type(key, Scenes.cluster(3), view: opening)
      #expect(commands.isEmpty)
      #expect(view.toast?.kind == .refused)
      #expect(view.toast?.text.hasPrefix("the live lab can't ") == true)
      #expect(view.toast?.text.hasSuffix("; start replicascope lab --seed 7") == true)
    }
  }

  private var nodePage: ViewState {
    var view = ViewState()
    (view.mode, view.home) = (.node, .node)
    return view
  }

  @Test func endingsAreComparedOnceThereAreTwo() {
    let (_, alone) = type("=", Scenes.past)
    #expect(alone.mode == .lab)
    #expect(alone.toast?.text.contains("fork (Y)") == true)
    let (_, page) = type("=", Scenes.kept)
    #expect(page.mode == .compare)
    // What is done there is done to the cluster, and comes back to the page.
    #expect(type("2x", Scenes.kept, view: page).commands == ["kill n2"])
    #expect(type("m", Scenes.kept, view: page).commands == ["ack sync"])
    #expect(type(",", Scenes.kept, view: page).commands == ["back 1s"])
    let (_, linked) = type("1p2", Scenes.kept, view: page)
    #expect(linked.mode == .compare)
    #expect(type("=", Scenes.kept, view: page).view.mode == .lab)
    var view = page
    #expect(view.handle(.escape, Scene(Scenes.kept), size: Self.size, at: 0).isEmpty)
    #expect(view.mode == .lab)
    #expect(view.home == .lab)
  }

  @Test func aForkOffersTheComparison() {
    var view = ViewState()
    // What is done in the past forks as well, so that the offer depends on the fork alone.
    view.show(.done("n1 killed; forked at 00:11.0"), of: .kill(.leader), at: 0)
    view.follow(Scene(Scenes.kept), size: Self.size, at: 0)
    let text = Dashboard.render(
      Scene(Scenes.kept, other: Scenes.losing), view: view, size: Self.size, glyphs: .unicode
    ).text()
    #expect(text[22] == " ✓ n1 killed; forked at 00:11.0; = compares the endings")
    // It is offered once.
    view.show(.done("paused"), of: .pause, at: 0)
    view.follow(Scene(Scenes.kept), size: Self.size, at: 0)
    #expect(view.toast?.isFork == false)
    #expect(text[23].contains("= compare"))
    #expect(text[0].contains("lost 0  other lost 31"))
  }

  @Test func theFooterNamesTheKeysOfTheMoment() {
    func footer(_ snapshot: ClusterSnapshot) -> String {
      Dashboard.render(Scene(snapshot), view: ViewState(), size: Self.size, glyphs: .unicode)
        .text()[23]
    }
    #expect(footer(Scenes.past).contains("Space play  , ; 1 s  { } 10 s"))
    #expect(footer(Scenes.past).contains("Y fork"))
    #expect(!footer(Scenes.past).contains("compare"))
    #expect(footer(Scenes.simulated).contains("x kill"))
    var stopped = Scenes.cluster(3)
    stopped.speed = 0
    #expect(footer(stopped).contains("x kill"))
  }

  @Test func speedsGoToAHundred() {
    var snapshot = Scenes.simulated
    snapshot.speed = 10
    #expect(commands(">", snapshot) == ["speed 100x"])
    snapshot.speed = 0.25
    #expect(commands("<", snapshot) == ["speed 0.1x"])
  }

  // MARK: The mouse

  private func click(_ x: Int, _ snapshot: ClusterSnapshot, _ mode: Mode = .lab) -> [Action] {
    var view = ViewState()
    (view.mode, view.home) = (mode, mode)
    return view.handle(
      .mouse(MouseEvent(.press, at: Point(x: x, y: 1))), Scene(snapshot), size: Self.size, at: 0)
  }

  @Test func aClickGoesToTheMomentOrItsMark() {
    let snapshot = Scenes.past
    guard let history = snapshot.history else { return }
    let track = Track(history, in: Rect(x: 0, y: 1, width: 80, height: 1))
    for (column, mark) in track.marks {
      for mode in [Mode.lab, .compare, .node] {
        #expect(
          click(track.line.x + column, snapshot, mode) == [.command(.goTo(mark.at))])
      }
    }
    // What is marked there is meant, even at the beginning.
    #expect(click(0, snapshot) == [.command(.goTo(history.marks[0].at))])
    #expect(click(79, snapshot) == [.command(.goTo(history.end))])
    #expect(click(10, Scenes.cluster(3)).isEmpty)
  }

  @Test func columnsAndMomentsAgree() {
    guard var history = Scenes.past.history else { return }
    for (begin, end) in [(0.0, 31.0), (0, 0), (12, 612), (0, 0.001)] {
      history.begin = Scenes.seconds(begin)
      history.end = Scenes.seconds(end)
      history.marks = []
      let track = Track(history, in: Rect(x: 0, y: 0, width: 120, height: 4))
      #expect(track.column(of: history.begin) == 0)
      #expect(track.moment(at: 0) == history.begin)
      #expect(track.moment(at: track.line.width - 1) == history.end)
      guard end > begin else { continue }
      for column in 0..<track.line.width {
        #expect(track.column(of: track.moment(at: column)) == column)
      }
    }
  }

  @Test func theWheelOnTheScrubberMovesASecond() {
    var view = ViewState()
    let up = Key.mouse(MouseEvent(.wheelUp, at: Point(x: 30, y: 1)))
    #expect(
      view.handle(up, Scene(Scenes.past), size: Self.size, at: 0) == [.command(.back(.seconds(1)))])
  }
}
