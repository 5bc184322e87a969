import Cluster
import Operations
import Positions
import Scenarios
import Testing

/// One script under two presets: the same crash, two endings.
@Suite struct VersusTests {
  private static func play(_ text: String, as preset: Preset) throws -> Play {
    let source = ScriptParser.Source(identity: "test", name: "test", text: text)
    let replacement = ScriptParser.Replacement(preset, ignoresModel: true)
    switch ScriptParser.parse(source, replacing: replacement) {
    case .errors(let errors): throw ScriptErrors(errors)
    case .script(let script):
      let runner = ScriptRunner(script, name: "test", goesOn: true)
      let (knobs, load) = runner.start
      let machine = try TimeMachine(
        configuration: .simulated(
          knobs: knobs, load: ClusterConfiguration.defaultLoad.merging(load),
          seed: knobs.seed ?? 1), keepsCopies: false)
      return Play(machine: machine, director: runner, keepsCopies: false)
    }
  }

  /// Plays a script to its end under a preset.
  private static func ending(
    of text: String, as preset: Preset
  ) throws -> (snapshot: ClusterSnapshot, told: [TwoColumns.Told], failures: Int) {
    var play = try play(text, as: preset)
    let told = Playing.finish(&play).map { each -> TwoColumns.Told in
      switch each {
      case .event(let event): .event(event)
      case .entry(let entry): .entry(entry)
      }
    }
    let failures = (play.director as? ScriptRunner)?.failureCount ?? 0
    return (play.machine.snapshot, told, failures)
  }

  /// The issue's own words: with one semi-synchronous standby cut off, PostgreSQL hangs where MySQL
  /// degrades.
  @Test func postgresHangsWhereMySQLDegrades() throws {
    let text = """
      cluster preset=postgres nodes=2 ack="semi-sync 1" seed=7
      load ycsb-a rate=100 clients=8
      wait 2s
      isolate n2
      wait 200ms
      write order "paid"
      wait 13s
      expect last write is waiting and not degraded
      """
    let postgres = try Self.ending(of: text, as: .postgres)
    let mysql = try Self.ending(of: text, as: .mysql)
    let (here, there) = (postgres.snapshot, mysql.snapshot)
    #expect(here.clients.writesPerSecond == 0)
    #expect(here.model.singleLeader?.degraded == false)
    #expect(here.lastWrite?.state == .waiting)
    #expect(there.clients.writesPerSecond > 20)
    #expect(there.model.singleLeader?.degraded == true)
    #expect(there.ledger.acknowledged > here.ledger.acknowledged + 100)
    #expect(postgres.failures == 0, "the script tells PostgreSQL's story")
    #expect(mysql.failures == 1, "which is not MySQL's")
    #expect(here.ledger.violationCount + there.ledger.violationCount == 0)
    let lines = TwoColumns().lines(postgres.told, mysql.told)
    #expect(lines.contains { $0.contains(" | ") && $0.contains("n1 acknowledges alone") })
  }

  @Test func linesAboutBothAreToldOnceAndTheRestInItsColumn() {
    func said(_ text: String, _ seconds: Int) -> TwoColumns.Told {
      .entry(TranscriptEntry(at: .start + .seconds(seconds), kind: .say, text: text))
    }
    func did(_ text: String, _ seconds: Int) -> TwoColumns.Told {
      .entry(TranscriptEntry(at: .start + .seconds(seconds), kind: .command, text: text))
    }
    func happened(_ text: String, _ seconds: Int) -> TwoColumns.Told {
      .event(
        Event(number: 1, at: .start + .seconds(seconds), kind: .election, node: nil, text: text))
    }
    let lines = TwoColumns(width: 30).lines(
      [said("Both hear it.", 1), did("kill n1", 2), said("And this.", 4)],
      [
        said("Both hear it.", 1), did("kill n1", 2), happened("n2 leads term 2, and so on", 3),
        said("And this.", 9), happened("late", 9),
      ])
    #expect(
      lines == [
        "           Both hear it.",
        "    2.000  > kill n1           |     2.000  > kill n1",
        "                               |     3.000    n2 leads term 2,",
        "                               |              and so on",
        "           And this.",
        "                               |     9.000    late",
      ])
  }

  @Test func aLineThatFailsIsToldAndThePlayGoesOn() throws {
    var play = try Self.play(
      """
      cluster nodes=3 seed=7
      expect lost > 0
      until lost > 0 within 1s
      always leaders == 2
      kill n2
      promote n2
      expect violations == 0
      wait 2s
      at 1s kill n1
      say The end.
      """, as: .postgres)
    let told = Playing.finish(&play)
    #expect(Playing.failure(play) == nil)
    #expect((play.director as? ScriptRunner)?.failureCount == 4)
    #expect(Playing.kinds(told).filter { $0 == .failed }.count == 4)
    #expect(Playing.kinds(told).last == .say)
    // A line whose time is past comes at once.
    #expect(play.machine.snapshot.nodes[0].state == .dead)
  }

  // MARK: Before an audience

  private static func duel(_ text: String, speed: Double = 1) throws -> Duel {
    Duel(try play(text, as: .postgres), try play(text, as: .mysql), speed: speed)
  }

  @Test func bothClocksGoTogetherAndStandWhilePeopleRead() throws {
    var duel = try Self.duel("cluster nodes=3 seed=7\nwait 2s\nsay Read this.\nwait 3s")
    func clocks() -> [Instant] { [duel.plays.left.machine.now, duel.plays.right.machine.now] }
    var stood = 0
    for _ in 0..<200 {
      let before = clocks()
      duel.move(by: .milliseconds(50))
      let now = clocks()
      #expect(now[0] - now[1] <= .milliseconds(20) && now[1] - now[0] <= .milliseconds(20))
      if now == before { stood += 1 }
    }
    #expect(stood > 10, "time to read")
    #expect(duel.narration?.stage == .over || duel.narration?.stage == .plays)
    #expect(duel.plays.left.machine.now > .start + .seconds(5))
  }

  @Test func aCommandGoesToBoth() throws {
    var duel = try Self.duel("cluster nodes=3 seed=7\nwait 30s")
    duel.move(by: .seconds(2))
    let (left, right) = duel.perform(.kill(.node(NodeID(3))))
    #expect(left.isAccepted && right.isAccepted)
    #expect(duel.plays.left.machine.snapshot.nodes[2].state == .dead)
    #expect(duel.plays.right.machine.snapshot.nodes[2].state == .dead)
    // What one of the two systems lacks only that one refuses.
    let outcomes = duel.perform(.set(.degradeAfter(.seconds(3))))
    #expect(!outcomes.left.isAccepted)
    #expect(outcomes.right.isAccepted)
  }

  @Test func theKeysAreTakenOfBoth() throws {
    var duel = try Self.duel("cluster nodes=3 seed=7\nwait 1s\nkill n1\nwait 30s")
    duel.takeOrGive()
    duel.move(by: .seconds(9))
    #expect(duel.narration?.stage == .taken)
    #expect(duel.plays.left.machine.snapshot.nodes[0].state == .running)
    duel.takeOrGive()
    for _ in 0..<40 { duel.move(by: .milliseconds(500)) }
    #expect(duel.plays.left.machine.snapshot.nodes[0].state == .dead)
    #expect(duel.plays.right.machine.snapshot.nodes[0].state == .dead)
  }
}
