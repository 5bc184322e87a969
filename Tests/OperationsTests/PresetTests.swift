import Testing

@testable import Operations

/// Presets: what they set, what stands over them, and what can't be set under them.
@Suite struct PresetTests {
  private static func knobs(_ cluster: String) throws -> Knobs {
    guard case .script(let script) = ScriptParser.parse(cluster) else {
      throw ParseFailure(line: 1, column: 1, source: cluster, message: "does not parse")
    }
    return script.start.knobs
  }

  private static func errors(_ text: String) -> [String] {
    guard case .errors(let failures) = ScriptParser.parse(text) else { return [] }
    return failures.map(\.message)
  }

  @Test(arguments: Preset.allCases)
  func everyTableIsWhole(_ preset: Preset) {
    let profile = preset.profile
    var knobs = Knobs()
    knobs.apply(.preset(preset))
    #expect(knobs.problem == nil)
    #expect(knobs.model == profile.model)
    #expect(!profile.title.isEmpty && !profile.release.isEmpty && !profile.leftOut.isEmpty)
    let names = profile.rows.map(\.setting.name)
    #expect(Set(names).count == names.count, "no knob twice")
    for row in profile.rows {
      #expect(!row.own.isEmpty && !row.source.isEmpty, "\(row.setting.name) names its source")
      let known = KnobTable.row(row.setting.name)?.models.contains(profile.model)
      #expect(known == true, "\(row.setting.name) is a knob of the model")
      // What is set can be typed.
      #expect(
        throws: Never.self,
        "\(row.setting.text)"
      ) { try KnobTable.parse(name: row.setting.name, value: row.setting.value) }
      #expect(knobs.misplaced(row.setting) == nil, "\(row.setting.text) is its own")
    }
    for lack in profile.lacks {
      let row = KnobTable.row(lack.knob)
      #expect(row?.models.contains(profile.model) == true, "\(lack.knob) is a knob of the model")
      #expect(row?.isFixed == false || lack.knob == "resolve")
    }
    let terms = profile.terms
    for word in [terms.leader, terms.follower, terms.peer] { #expect(word.count <= 9, "\(word)") }
  }

  @Test func clusterLinesStandOverPresetsInAnyOrder() throws {
    let first = try Self.knobs(#"cluster preset=mysql nodes=5 ack="semi-sync 2" degrade-after=3s"#)
    let last = try Self.knobs(#"cluster degrade-after=3s ack="semi-sync 2" nodes=5 preset=mysql"#)
    #expect(first == last)
    #expect(first.preset == .mysql)
    #expect(first.degradeAfter == .seconds(3))
    #expect(first.acknowledgement == .any(2, []))
    #expect(first.failover == .manual)
    #expect(try Self.knobs("cluster preset=mysql").degradeAfter == .seconds(10))
  }

  @Test func whatTheSystemLacksIsAnErrorThatSaysWhy() {
    #expect(
      Self.errors("cluster preset=postgres degrade-after=3s")
        == [
          "degrade-after: PostgreSQL has no such knob: a commit waits for its standby until that "
            + "answers or somebody cancels it, for ever"
        ])
    #expect(
      Self.errors("cluster preset=cassandra resolve=siblings")
        == [
          "resolve: Cassandra has no such choice: of a cell one value stands, that of the greater "
            + "timestamp"
        ])
    #expect(
      Self.errors("cluster preset=riak model=single-leader") == ["model: Riak KV is leaderless"])
    #expect(
      Self.errors("cluster preset=postgres read-quorum=2").first?.contains("leaderless has it")
        == true)
    #expect(
      Self.errors("cluster preset=mysql\nat 1s wait-for applied").first?.contains("MySQL") == true)
    #expect(Self.errors("cluster preset=oracle").first?.contains("no preset") == true)
    // What the preset sets itself may be said.
    #expect(Self.errors("cluster preset=postgres degrade-after=never failover=manual") == [])
  }

  @Test func runningClustersRefuseItToo() throws {
    var knobs = Knobs()
    knobs.apply(.preset(.mongodb))
    #expect(knobs.refusal(of: .fencing(false))?.contains("MongoDB") == true)
    #expect(knobs.refusal(of: .fencing(true)) == nil)
    #expect(knobs.refusal(of: .acknowledgement(.asynchronous)) == nil)
    #expect(knobs.refusal(of: .acknowledgement(.first(1, []))) != nil)
  }

  @Test func anotherPresetTakesTheScriptsPlace() throws {
    let text = """
      cluster preset=postgres model=single-leader ack="semi-sync 1"
      at 1s kill n1
      cluster ack="semi-sync 1" nodes=5
      """
    let source = ScriptParser.Source(identity: "s", name: "s", text: text)
    let replacement = ScriptParser.Replacement(.mysql)
    guard case .script(let script) = ScriptParser.parse(source, replacing: replacement) else {
      Issue.record("does not parse")
      return
    }
    let clusters = script.statements.compactMap { statement in
      if case .cluster(let cluster) = statement.action { cluster.knobs } else { nil }
    }
    #expect(clusters.map(\.preset) == [.mysql, .mysql])
    #expect(clusters.map(\.nodes) == [3, 5])
    #expect(clusters.allSatisfy { $0.degradeAfter == .seconds(10) })
  }

  @Test func onlyWhoAsksForItPassesOverTheModel() {
    let source = ScriptParser.Source(
      identity: "s", name: "s", text: "cluster model=leaderless\nat 1s kill n1")
    for ignoresModel in [true, false] {
      let replacement = ScriptParser.Replacement(.postgres, ignoresModel: ignoresModel)
      switch ScriptParser.parse(source, replacing: replacement) {
      case .script(let script):
        #expect(ignoresModel)
        #expect(script.start.knobs.model == .singleLeader)
      case .errors(let failures):
        #expect(!ignoresModel)
        #expect(failures.map(\.message) == ["model: PostgreSQL is single-leader"])
      }
    }
  }

  @Test func scriptsWithoutAClusterLineTakeItToo() {
    let source = ScriptParser.Source(identity: "s", name: "s", text: "wait 1s")
    guard
      case .script(let script) = ScriptParser.parse(
        source, replacing: ScriptParser.Replacement(.riak))
    else {
      Issue.record("does not parse")
      return
    }
    #expect(script.start.knobs.preset == .riak)
  }

  @Test(arguments: Preset.allCases)
  func savedRunsNameTheirPreset(_ preset: Preset) throws {
    var knobs = Knobs()
    knobs.apply([.preset(preset), .nodes(7), .seed(3), .capacity(500)])
    let text = ScriptText.write(knobs: knobs, load: LoadChange(workload: .a), commands: [])
    #expect(text.hasPrefix("cluster preset=\(preset.rawValue) nodes=7 capacity=500/s seed=3\n"))
    #expect(try Self.knobs(text) == knobs)
  }

  @Test func aNewClusterBeginsWithThePresetsOwnSettings() {
    var knobs = Knobs()
    knobs.apply([.nodes(5), .seed(9), .fencing(false)])
    let fresh = knobs.begunAnew(with: .preset(.mongodb))
    #expect(fresh.preset == .mongodb)
    #expect(fresh.nodes == 5)
    #expect(fresh.seed == 9)
    #expect(fresh.fencing)
    #expect(knobs.refusal(ofBeginningWith: .preset(.mongodb)) == nil)
    // Other settings stay.
    #expect(!knobs.begunAnew(with: .nodes(7)).fencing)
    #expect(knobs.refusal(ofBeginningWith: .virtualNodes(4))?.contains("leaderless") == true)
    knobs.apply(.preset(.riak))
    #expect(knobs.refusal(ofBeginningWith: .nodes(2))?.contains("replication-factor") == true)
    #expect(knobs.begunAnew(with: .model(.multiLeader)).preset == nil)
  }
}
