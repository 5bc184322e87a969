import Cluster
import Operations
import Positions
import Scenarios
import Testing

/// Going back to chapters, and a person who takes the keys.
@Suite struct PlayTests {
  static let text = """
    cluster nodes=3 ack=async seed=4
    chapter One
    wait 1s
    at +1s kill leader
    chapter Two
    until leader is not none and leader != n1 within 5s
    wait 1s
    restart n1
    chapter Three
    wait 2s
    say the end
    """

  @Test func goingBackToAChapterIsTrue() throws {
    var straight = try Playing.play(Self.text)
    Playing.finish(&straight)
    var play = try Playing.play(Self.text)
    Playing.finish(&play)
    #expect(play.director?.narration.chapter == 2)
    // The beginning of the third chapter, then of the second.
    do {
      let isThere = play.goToPreviousChapter()
      #expect(isThere)
    }
    #expect(play.director?.narration.chapter == 2)
    let third = play.machine.now
    do {
      let isThere = play.goToPreviousChapter()
      #expect(isThere)
    }
    #expect(play.director?.narration.chapter == 1)
    #expect(play.machine.now < third)
    Playing.finish(&play)
    #expect(play.machine.now == straight.machine.now)
    #expect(play.machine.cluster.traceHash == straight.machine.cluster.traceHash)
    #expect(play.director?.narration == straight.director?.narration)
  }

  @Test func chaptersOfAnEarlierClusterComeBackToo() throws {
    var play = try Playing.play(
      "cluster nodes=3\nchapter One\nwait 1s\nchapter Two\ncluster nodes=5\nwait 1s")
    Playing.finish(&play)
    #expect(play.machine.snapshot.nodes.count == 5)
    _ = play.goToPreviousChapter()
    _ = play.goToPreviousChapter()
    #expect(play.machine.snapshot.nodes.count == 3)
    Playing.finish(&play)
    #expect(play.machine.snapshot.nodes.count == 5)
  }

  @Test func aPersonWithTheKeysHoldsTheScript() throws {
    var play = try Playing.play(
      "cluster nodes=3\nwait 1s\nat 5s kill n1\nuntil leader == n2 or leader == n3 within 3s")
    _ = play.run(until: .start + .seconds(2))
    play.take()
    #expect(play.isTaken)
    _ = play.perform(.kill(.node(NodeID(3))))
    _ = play.run(until: .start + .seconds(9))
    #expect(play.machine.snapshot.nodes.map(\.state) == [.running, .running, .dead])
    _ = play.perform(.restart(.node(NodeID(3))))
    _ = play.run(until: .start + .seconds(10))
    play.give()
    #expect(!play.isTaken)
    // Held for eight seconds: what was due at five comes at thirteen.
    _ = play.run(until: .start + .milliseconds(12_900))
    #expect(play.machine.snapshot.nodes[0].state == .running)
    _ = play.run(until: .start + .milliseconds(13_100))
    #expect(play.machine.snapshot.nodes[0].state == .dead)
    Playing.finish(&play)
    #expect(Playing.failure(play) == nil)
  }

  @Test func anotherStoryFromThePastGoesOnWithTheScriptOfThen() throws {
    var play = try Playing.play(Self.text)
    Playing.finish(&play)
    play.take()
    play.go(to: .start + .milliseconds(1500))
    #expect(play.machine.isInPast)
    // The past goes as it went while nobody changes it.
    #expect(play.machine.snapshot.nodes[0].state == .running)
    _ = play.perform(.set(.acknowledgement(.majority)))
    play.give()
    Playing.finish(&play)
    #expect(Playing.failure(play) == nil)
    #expect(play.director?.narration.stage == .over)
    #expect(play.machine.snapshot.knobs.acknowledgement == .majority)
    #expect(
      play.machine.commands.map(\.command.text) == ["ack majority", "kill leader", "restart n1"])
  }

  @Test func anAudienceReadsWhileTheClockStands() throws {
    var stage = Stage(
      try Playing.play("cluster nodes=3\nsay One two three.\nkill n1\nask \"Who leads?\"\nwait 1s"),
      SimulatedEngine.Manner())
    func move(_ milliseconds: Int) {
      for _ in 0..<(milliseconds / 50) { stage.move(by: .milliseconds(50)) }
    }
    move(1050)
    let moment = stage.play.machine.now
    guard case .reads = stage.narration?.stage else {
      Issue.record("\(String(describing: stage.narration))")
      return
    }
    move(1000)
    #expect(stage.play.machine.now == moment)
    stage.take(.next)
    move(50)
    // What comes next is announced before it happens.
    #expect(stage.narration?.next?.text == "kill n1")
    #expect(stage.play.machine.snapshot.nodes[0].state == .running)
    move(1300)
    #expect(stage.play.machine.snapshot.nodes[0].state == .dead)
    #expect(stage.narration?.stage == .waitsForKey)
    move(10_000)
    #expect(stage.narration?.question == "Who leads?")
    stage.take(.next)
    move(1100)
    #expect(stage.narration?.stage == .over)
  }

  @Test func aPresenterSkipsAheadAndGoesFromChapterToChapter() throws {
    var stage = Stage(try Playing.play(Self.text), SimulatedEngine.Manner())
    stage.move(by: .milliseconds(1200))
    #expect(stage.narration?.chapter == 0)
    stage.take(.nextChapter)
    stage.move(by: .milliseconds(50))
    #expect(stage.narration?.chapter == 1)
    stage.take(.next)
    stage.move(by: .milliseconds(50))
    #expect(stage.narration?.next?.text == "restart n1")
    stage.take(.previousChapter)
    #expect(stage.narration?.chapter == 1)
    stage.take(.previousChapter)
    #expect(stage.narration?.chapter == 0)
    stage.take(.nextChapter)
    stage.take(.nextChapter)
    stage.move(by: .milliseconds(50))
    #expect(stage.narration?.chapter == 1)
  }

  @Test func aLoopBeginsAgain() throws {
    var manner = SimulatedEngine.Manner()
    manner.loops = true
    manner.isUnattended = true
    var stage = Stage(try Playing.play("cluster nodes=3\nask \"Well?\""), manner)
    var ends = 0
    var wasOver = false
    for _ in 0..<600 {
      stage.move(by: .milliseconds(100))
      if stage.isOver, !wasOver { ends += 1 }
      wasOver = stage.isOver
    }
    // A second, eight for the question, six for the end.
    #expect(ends == 4)
  }
}
