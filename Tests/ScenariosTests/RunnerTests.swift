import Cluster
import Operations
import Positions
import Scenarios
import Testing

@Suite struct RunnerTests {
  /// Why a script fails; nil when it does not.
  private func failure(_ text: String) throws -> ScriptFailure? {
    var play = try Playing.play("cluster nodes=3 seed=7\nload ycsb-a rate=50\n" + text)
    Playing.finish(&play)
    return Playing.failure(play)
  }

  @Test func whatHoldsPasses() throws {
    #expect(
      try failure(
        """
        let before = acknowledged
        at +2s kill leader
        until leader is not none and leader != n1 within 5s
        always violations == 0
        until acknowledged > before + 20 within 5s
        restart n1
        quiesce
        expect converged and lost == 0
        """) == nil)
  }

  @Test(
    arguments: [
      ("expect lost > 0", 3, "lost > 0", "lost is 0"),
      ("until leaders == 2 within 500ms", 3, "leaders == 2 within 500ms", "leaders is 1"),
      ("promote n1\nkill n1\npromote n1", 5, "promote n1 to be carried out", "n1 does not run"),
      ("wait 2s\nat 1s kill n1", 4, "to be here at 00:01.000", "it is 00:03.000 already"),
      (
        "always leaders == 1\nkill n1\nwait 3s", 3,
        "leaders == 1 to hold from here to the end", "leaders is 0"
      ),
      (
        "let age = n1.lag.time\nfreeze n1\nwait 5s\nlet x = ack.p50\nexpect x < 1us", 7, "x < 1us",
        "x is"
      ),
    ] as [(String, Int, String, String)])
  func whatFailsSaysWhereAndWhy(text: String, line: Int, expected: String, found: String) throws {
    let failure = try #require(try failure(text))
    #expect(failure.place.line == line)
    #expect(failure.expected == expected)
    #expect(failure.found.hasPrefix(found), "\(failure.found)")
  }

  @Test func whatMayBeRefusedDoesNotFail() throws {
    #expect(try failure("kill n1\ntry promote n1") == nil)
  }

  @Test func writesAndReadsAreDoneWhenAnsweredOrAfterTwoSeconds() throws {
    var play = try Playing.play(
      """
      cluster nodes=3 ack=sync seed=3
      write a "1"
      at +1s kill n3
      write b "2"
      expect last write is waiting
      at +1s restart n3
      until last write is acknowledged within 10s
      read b
      expect last read is "2"
      """)
    let told = Playing.finish(&play)
    #expect(Playing.failure(play) == nil)
    let commands = told.compactMap { each -> TranscriptEntry? in
      if case .entry(let entry) = each, entry.kind == .command { entry } else { nil }
    }
    // Killed a second after the answer; the next write waits for two; then a second goes by.
    let answered = commands[0].at
    #expect(commands[1].at == answered + .seconds(1))
    #expect(commands[2].at == answered + .seconds(3))
    #expect(commands[2].text.hasSuffix("still waiting for its acknowledgement"))
    #expect(commands[3].at == answered + .seconds(4))
  }

  @Test func aLaterClusterIsFreshAndHasTheSameSeed() throws {
    var play = try Playing.play(
      """
      title Twice the same
      cluster nodes=3 seed=9
      wait 2s
      let first = acknowledged
      chapter Again
      cluster nodes=3
      wait 2s
      let second = acknowledged
      expect second == first
      """)
    let told = Playing.finish(&play)
    #expect(Playing.failure(play) == nil)
    #expect(play.generation == 1)
    #expect(play.machine.now == .start + .seconds(3))
    #expect(
      Playing.kinds(told) == [
        .title, .cluster, .let, .chapter, .cluster, .let, .holds,
      ])
  }

  @Test func theSameSeedTellsTheSame() throws {
    let text = "cluster nodes=3\nat +1s kill leader\nwait 3s\nsay done"
    var tellings: Set<[String]> = []
    for seed in [UInt64(1), 1, 2] {
      var play = try Playing.play(text, seed: seed)
      tellings.insert(Playing.lines(Playing.finish(&play)))
    }
    #expect(tellings.count == 2)
  }

  /// What a run's commands are, saved, is the run again.
  @Test func aSavedRunIsTheSameRun() throws {
    var play = try Playing.play(
      "cluster nodes=3 seed=5\nat 1500ms isolate n1\nat 4s heal\nat 5s load ycsb-b\nwait 2s")
    Playing.finish(&play)
    let machine = play.machine
    let saved = ScriptText.write(
      knobs: machine.configuration.knobs, load: machine.configuration.load,
      commands: machine.commands, until: machine.now)
    var again = try Playing.play(saved)
    Playing.finish(&again)
    #expect(again.machine.now == machine.now)
    #expect(again.machine.cluster.traceHash == machine.cluster.traceHash, "\(saved)")
  }
}
