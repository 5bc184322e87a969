import Canvas
import Operations
import Positions
import Testing

@testable import Dashboard

@Suite struct ModelKeyTests {
  static let size = Size(columns: 80, rows: 24)

  private func type(
    _ keys: [Key], _ snapshot: ClusterSnapshot, view: ViewState = ViewState()
  ) -> (commands: [String], view: ViewState) {
    var view = view
    let actions = keys.flatMap { view.handle($0, Scene(snapshot), size: Self.size, at: 0) }
    let commands = actions.map {
      if case .command(let command) = $0 { command.text } else { "\($0)" }
    }
    return (commands, view)
  }

  private func keys(_ text: String) -> [Key] { text.map { .character($0) } }

  @Test func noKeyMeansTwoThingsInAModel() {
    let modes: [Mode] = [
      .lab, .demo, .link(LinkIntent(.delay)), .prompt, .help, .node, .lost, .compare, .confirm,
      .siblings, .system,
    ]
    for model in ReplicationModel.allCases {
      for mode in modes {
        for isPlayed in [false, true] {
          let table = Bindings.table(mode, isPlayed: isPlayed, model: model) + Bindings.always
          let all = table.flatMap(\.keys)
          #expect(all.count == Set(all).count, "\(model) \(mode)")
        }
      }
    }
  }

  @Test func whatAModelHasNotIsSaidInOneLine() {
    for snapshot in [Scenes.multiHealthy, Scenes.quorumHealthy] {
      for key in ["F", "S"] {
        let (commands, view) = type(keys(key), snapshot)
        #expect(commands.isEmpty)
        #expect(view.toast?.text.contains("nothing to") ?? false)
      }
    }
    #expect(type(keys("v"), Scenes.cluster(3)).view.toast?.text.contains("there are none") ?? false)
    #expect(type(keys("v"), Scenes.multiHealthy).view.toast?.text.contains("no key") ?? false)
  }

  @Test func faultsWorkEverywhere() {
    for snapshot in [Scenes.multiHealthy, Scenes.quorumHealthy] {
      #expect(type(keys("2x"), snapshot).commands == ["kill n2"])
      #expect(type(keys("2p3"), snapshot).commands == ["cut n2 n3"])
      #expect(type(keys("p0"), snapshot).commands == ["isolate n1"])
    }
  }

  @Test func aVersionIsChosen() {
    let (_, open) = type(keys("v"), Scenes.multiSiblings)
    #expect(open.mode == .siblings)
    #expect(type([.enter], Scenes.multiSiblings, view: open).commands == ["choose cart:5 \"milk\""])
    let second = type([.down, .enter], Scenes.multiSiblings, view: open)
    #expect(second.commands == ["choose cart:5 \"eggs, bread\""])
    #expect(second.view.mode == .lab)
    // To choose the deletion is to delete.
    let deletion = type(keys("jjj") + [.enter], Scenes.multiSiblings, view: open)
    #expect(deletion.commands.count == 1 && deletion.commands[0].contains("cart:9"))
    // What others chose meanwhile cannot be chosen any more.
    var view = type([.down], Scenes.multiSiblings, view: open).view
    view.choice?.dot.counter += 1
    let gone = type([.enter], Scenes.multiSiblings, view: view)
    #expect(gone.commands.isEmpty && gone.view.mode == .siblings)
    #expect(type([.escape], Scenes.multiSiblings, view: open).view.mode == .lab)
  }

  @Test func theKeyOfTheNewestConflictIsLookedAt() {
    #expect(type(keys("W"), Scenes.multiClock).commands == ["watch user12"])
    #expect(type(keys("W"), Scenes.quorumHealthy).commands.isEmpty)
  }

  @Test func mChangesWhatGuaranteesTurnOn() {
    #expect(type(keys("m"), Scenes.multiHealthy).commands == ["topology ring"])
    #expect(
      type(keys("m"), Scenes.quorumHealthy).commands == ["read-quorum 1", "write-quorum 1"])
  }

  @Test func theSamePromptChooses() {
    let (commands, _) = type(keys(":choose cart:5 milk") + [.enter], Scenes.multiSiblings)
    #expect(commands == ["choose cart:5 \"milk\""])
  }

  @Test func quorumsGoRound() {
    var knobs = LeaderlessKnobs()
    var seen: [String] = []
    for _ in 0..<4 {
      let next = ViewState.nextQuorums(knobs)
      (knobs.readQuorum, knobs.writeQuorum) = next
      seen.append("R\(next.read) W\(next.write)")
    }
    #expect(seen == ["R1 W1", "R1 W3", "R3 W1", "R2 W2"])
  }

  @Test func theConflictsPaneIsOneOfTheRound() {
    var view = ViewState()
    for _ in 0..<4 { _ = view.handle(.tab, Scene(Scenes.multiClock), size: Self.size, at: 0) }
    #expect(view.pane == .conflicts)
    _ = view.handle(.down, Scene(Scenes.multiClock), size: Self.size, at: 0)
    #expect(view.conflictsBack == 1)
    _ = view.handle(.character("f"), Scene(Scenes.multiClock), size: Self.size, at: 0)
    let text = Dashboard.render(
      Scene(Scenes.multiClock), view: view, size: Self.size, glyphs: .unicode
    ).text()
    #expect(text[1].contains("conflicts 31"))
    // A single leader has no such pane, even for a view that comes from another cluster.
    let other = Dashboard.render(
      Scene(Scenes.cluster(3)), view: view, size: Self.size, glyphs: .unicode
    ).text()
    #expect(other[1].contains("events"))
  }

  @Test func aWipeSaysWhatGoesWithTheDisk() {
    var view = ViewState()
    _ = view.consider(.wipe(.node(NodeID(1))), Scenes.multiRing, 0)
    #expect(
      view.question?.text == "Destroy n1's disk, with 70 writes that no other node has? y/N")
    _ = view.consider(.wipe(.node(NodeID(2))), Scenes.quorumHints, 0)
    #expect(view.question?.text == "Destroy n2's disk, with 107 hints for others? y/N")
  }
}
