import Operations
import Positions
import Testing

/// Which knobs which model has, and what is said of those that cannot be.
@Suite struct KnobModelTests {
  static let shared: Set<String> = [
    "preset", "model", "nodes", "sites", "seed", "segment-size", "checkpoint-every", "sync-policy",
    "redirects", "read-from", "guarantee", "capacity",
  ]
  static let single: Set<String> = [
    "ack", "wait-for", "degrade-after", "apply", "failover", "promotion-needs", "check-quorum",
    "fencing", "heartbeat", "election-timeout",
  ]
  static let quorums: Set<String> = [
    "resolve", "replication-factor", "read-quorum", "write-quorum", "sloppy", "hints-count",
    "hint-window", "vnodes", "read-repair", "anti-entropy", "anti-entropy-budget", "tombstones",
    "gossip", "phi-threshold", "write-timeout", "read-timeout",
  ]

  @Test func everyModelHasItsKnobs() {
    func names(_ model: ReplicationModel) -> Set<String> {
      Set(KnobTable.rows(of: model).map(\.name))
    }
    #expect(names(.singleLeader) == Self.shared.union(Self.single))
    #expect(names(.multiLeader) == Self.shared.union(["resolve", "topology", "heartbeat"]))
    #expect(names(.leaderless) == Self.shared.union(Self.quorums))
  }

  @Test func theDefaultsCanBe() {
    for model in ReplicationModel.allCases {
      var knobs = Knobs()
      knobs.model = model
      #expect(knobs.problem == nil)
      for row in KnobTable.rows(of: model)
      where row.name != "seed" && row.name != "preset" && row.value(knobs) != "default" {
        let setting = try? KnobTable.parse(name: row.name, value: row.value(knobs))
        #expect(setting?.name == row.name)
        var changed = knobs
        if let setting { changed.apply(setting) }
        #expect(changed == knobs, "\(row.name) \(row.value(knobs))")
      }
    }
  }

  @Test func aRuleOfAKeyIsTheLongestPrefixes() throws {
    let setting = try KnobTable.parse(
      name: "resolve", value: "custom a=register a:b=mv-register *=counter")
    guard case .resolution(let resolution) = setting else {
      Issue.record("\(setting)")
      return
    }
    #expect(resolution.rule(for: "a:c") == .lastWriterWins)
    #expect(resolution.rule(for: "a:bc") == .siblings)
    #expect(resolution.rule(for: "x") == .counter)
    #expect(setting.value == "custom a=lww a:b=siblings *=counter")
  }

  @Test(
    arguments: [
      (
        "model leaderles", 7,
        "model: leaderles is no model (single-leader, multi-leader, leaderless)",
        "leaderless"
      ),
      ("resolve last", 9, "resolve: last is no rule (lww, crdt, siblings, custom)", nil),
      (
        "resolve siblngs", 9, "resolve: siblngs is no rule (lww, crdt, siblings, custom)",
        "siblings"
      ),
      (
        "resolve custom", 15,
        "resolve: custom needs rules, as custom cart:=set likes:=counter *=siblings", nil
      ),
      ("resolve custom cart:", 21, "resolve: = and a rule are expected after cart:", nil),
      ("resolve custom cart:=", 22, "resolve: a rule is expected here", nil),
      ("resolve custom =set", 16, "resolve: a prefix of keys is expected here, not =", nil),
      (
        "resolve custom cart:=conter", 22,
        "resolve: conter is no rule (lww, siblings, grow-counter, counter, set, register, mv-register)",
        "counter"
      ),
      ("resolve custom a=set b=lww a=lww", 28, "resolve: a has a rule already", nil),
      ("resolve custom *=set *=lww", 22, "resolve: * has a rule already", nil),
      ("resolve custom \"\"=set", 16, "resolve: an empty prefix is written *", nil),
      ("resolve lww *=set", 13, "resolve: there is more than the command takes: *=set", nil),
      ("topology rng", 10, "topology: rng is no topology (all, ring, star)", "ring"),
      (
        "replication-factor 0", 20,
        "replication-factor: the number of replicas is a whole number from 1 to 100, not 0", nil
      ),
      (
        "read-quorum two", 13,
        "read-quorum: the number of replicas is a whole number from 1 to 100, not two", nil
      ),
      (
        "write-quorum 101", 14,
        "write-quorum: the number of replicas is a whole number from 1 to 100, not 101", nil
      ),
      ("sloppy maybe", 8, "sloppy: maybe is no choice (on, off)", nil),
      (
        "hint-window 5", 13,
        "hint-window: the time needs its unit (ns, us, ms, s, m, h), as 80ms", nil
      ),
      (
        "read-repair blockin", 13,
        "read-repair: blockin is no choice (off, background, blocking)", "blocking"
      ),
      ("anti-entropy 1ms", 14, "anti-entropy: the time is from 10ms to 86400s", nil),
      (
        "anti-entropy-budget 0", 21,
        "anti-entropy-budget: the number of keys is a whole number from 1 to 1000000, not 0", nil
      ),
      ("tombstones grace", 17, "tombstones: the grace is expected here", nil),
      (
        "tombstones untilall", 12, "tombstones: untilall is no choice (until-all, grace)",
        "until-all"
      ),
      (
        "phi-threshold 0", 15, "phi-threshold: the threshold is a number from 0.1 to 100, not 0",
        nil
      ),
      (
        "phi-threshold nan", 15,
        "phi-threshold: the threshold is a number from 0.1 to 100, not nan",
        nil
      ),
      ("vnodes 0", 8, "vnodes: the number of places is a whole number from 1 to 1000, not 0", nil),
    ] as [(String, Int, String, String?)])
  func wrongValues(line: String, column: Int, message: String, nearest: String?) {
    let failure = #expect(throws: ParseFailure.self) { try CommandParser.parse(line) }
    #expect(failure?.message == message)
    #expect(failure?.column == column)
    #expect(failure?.nearest == nearest)
  }

  /// In `cluster` lines, where the order does not count.
  @Test(
    arguments: [
      (
        "model=leaderless ack=sync", 26,
        "ack: a leaderless cluster has no such knob; single-leader has it"
      ),
      (
        "ack=sync model=leaderless", 9,
        "ack: a leaderless cluster has no such knob; single-leader has it"
      ),
      (
        "resolve=crdt", 9,
        "resolve: a single-leader cluster has no such knob; multi-leader and leaderless have it"
      ),
      (
        "topology=ring model=leaderless", 9,
        "topology: a leaderless cluster has no such knob; multi-leader has it"
      ),
      (
        "model=multi-leader read-quorum=1", 28,
        "read-quorum: a multi-leader cluster has no such knob; leaderless has it"
      ),
      (
        "model=leaderless heartbeat=50ms", 26,
        "heartbeat: a leaderless cluster has no such knob; single-leader and multi-leader have it"
      ),
      (
        "model=multi-leader guarantee=linearizable", 28,
        "guarantee: a multi-leader cluster has no linearizable reads; single-leader has it"
      ),
      ("model=leaderless nodes=2", 9, "replication-factor 3 is more than there are nodes (2)"),
      (
        "model=leaderless replication-factor=2 read-quorum=3", 9,
        "read-quorum 3 is more than the replication-factor of 2"
      ),
      (
        "read-quorum=1 write-quorum=3 replication-factor=2 model=leaderless", 9,
        "write-quorum 3 is more than the replication-factor of 2"
      ),
      ("model=leaderless read-from=n4", 9, "read-from: there is no n4; the nodes are n1 to n3"),
    ] as [(String, Int, String)])
  func clusterLines(line: String, column: Int, message: String) {
    guard case .errors(let errors) = ScriptParser.parse("cluster " + line) else {
      Issue.record("no error: \(line)")
      return
    }
    #expect(errors.map(\.message) == [message])
    #expect(errors.map(\.column) == [column])
  }

  @Test(arguments: [
    "model=multi-leader topology=star resolve=siblings heartbeat=2s read-from=leader",
    "read-quorum=1 write-quorum=5 replication-factor=5 nodes=5 model=leaderless",
    "model=leaderless resolve=\"custom cart:=set \\\"two words\\\"=counter *=siblings\"",
    "model=multi-leader guarantee=read-your-writes sync-policy=\"every 1s\" capacity=1000/s",
  ])
  func goodClusterLines(line: String) throws {
    let script = try ScriptTests.script("cluster " + line)
    let text = ScriptText.write(knobs: script.start.knobs, load: LoadChange(), commands: [])
    #expect(try ScriptTests.script(text).start.knobs == script.start.knobs)
  }

  @Test func aRunningClusterRefusesWhatCannotBe() throws {
    var knobs = Knobs()
    knobs.model = .leaderless
    #expect(knobs.refusal(of: .readQuorum(3)) == nil)
    #expect(
      knobs.refusal(of: .readQuorum(4)) == "read-quorum 4 is more than the replication-factor of 3")
    #expect(
      knobs.refusal(of: .fencing(true))
        == "fencing: a leaderless cluster has no such knob; single-leader has it")
    #expect(
      knobs.refusal(of: .guarantee(.linearizable))
        == "guarantee: a leaderless cluster has no linearizable reads; single-leader has it")
    #expect(Knobs().refusal(of: .guarantee(.linearizable)) == nil)
    #expect(
      knobs.refusal(of: .model(.multiLeader))
        == "model is fixed when a cluster starts: quit, and start with --model multi-leader")
    #expect(
      knobs.refusal(of: .resolution(.custom([Resolution.PrefixRule(prefix: "", rule: .set)])))
        == "resolve is fixed when a cluster starts: quit, and start with --resolve \"custom *=set\""
    )
    #expect(knobs.refusal(of: .model(.leaderless)) == nil)
    #expect(Knobs().refusal(of: .nodes(5)) != nil)
    #expect(Knobs().refusal(of: .acknowledgement(.any(5, []))) == nil)
  }
}

extension KnobModelTests {
  /// A write can be lost wherever the later clock wins for some key.
  @Test(
    arguments: [
      ("lww", true), ("siblings", false), ("crdt", true),
      ("custom cart:=set", true), ("custom likes:=counter *=lww", true),
      ("custom a:=lww *=siblings", true), ("custom likes:=counter *=siblings", false),
    ])
  func aRuleThatLosesWrites(value: String, loses: Bool) throws {
    guard case .resolution(let resolution) = try KnobTable.parse(name: "resolve", value: value)
    else {
      Issue.record("\(value) is no rule")
      return
    }
    #expect(resolution.losesWrites == loses)
  }
}
