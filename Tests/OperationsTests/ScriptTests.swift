import Operations
import Positions
import Testing

@Suite struct ScriptTests {
  static func script(_ text: String) throws -> Script {
    switch ScriptParser.parse(text) {
    case .script(let script): return script
    case .errors(let errors): throw ScriptErrors(errors)
    }
  }

  static func errors(_ text: String) -> [ParseFailure] {
    if case .errors(let errors) = ScriptParser.parse(text) { errors } else { [] }
  }

  @Test func aScriptReadsAsItStands() throws {
    let script = try Self.script(
      """
      # a comment
      title    A comment that vanishes
      cluster  nodes=5 ack="semi-sync 1" failover=manual   # five
      load     ycsb-b rate=200

      chapter  Replication lag
      say      We are #1 and "far" away.   # not said
      delay n1 n3 2s
      write comment "hello # there"
      let before = reads.rate
      until    n3.applied >= last write within 10s
      expect   last read is "hello"
      always   lost == 0
      at +1s   isolate leader
      at 90s   try promote n2
      wait 2s
      ask "Who leads now?"
      """)
    #expect(script.title == "A comment that vanishes")
    #expect(script.chapters == ["Replication lag"])
    #expect(
      script.start.settings == [.nodes(5), .acknowledgement(.any(1, [])), .failover(.manual)])
    #expect(script.start.load == LoadChange(workload: .b, rate: 200))
    let actions = script.statements.map(\.action)
    #expect(actions.count == 13)
    #expect(actions[1] == .chapter("Replication lag"))
    #expect(actions[2] == .say("We are #1 and \"far\" away."))
    #expect(
      actions[4]
        == .command(.change(key: "comment", .value("hello # there")), mayBeRefused: false))
    #expect(script.statements[9].timing == .after(.seconds(1)))
    #expect(script.statements[10].timing == .at(.start + .seconds(90)))
    #expect(actions[10] == .command(.promote(.node(NodeID(2))), mayBeRefused: true))
    #expect(actions[11] == .wait(.seconds(2)))
    #expect(actions[12] == .ask("Who leads now?"))
    #expect(script.statements[3].place.line == 8)
    #expect(script.timedCommands == nil)
  }

  @Test func aLaterClusterBeginsAfresh() throws {
    let script = try Self.script(
      """
      cluster nodes=1
      at 20s kill n1
      chapter Three
      cluster nodes=3
      load ycsb-c rate=max
      at 1s kill n3
      load ycsb-a
      """)
    #expect(script.statements.count == 6)
    guard case .cluster(let second) = script.statements[3].action else {
      Issue.record("\(script.statements)")
      return
    }
    #expect(second.knobs.nodes == 3)
    #expect(second.load == LoadChange(workload: .c, rate: .infinity))
    guard case .command(.load, _) = script.statements.last?.action else {
      Issue.record("a load line after the beginning is a command")
      return
    }
  }

  @Test func anEmptyScriptIsTheDefaultCluster() throws {
    let script = try Self.script("\u{FEFF}\r\n# nothing\r\n")
    #expect(script.statements.map(\.action) == [.cluster(ScriptCluster())])
    #expect(script.timedCommands == [])
  }

  @Test(
    arguments: [
      ("kil n1", 1, "kil is no command", "kill"),
      ("expct lost == 0", 1, "expct is no command", "expect"),
      ("kill n4", 6, "there is no n4; the nodes are n1 to n3", nil),
      ("cluster nodes=5\nkill n6", 6, "there is no n6; the nodes are n1 to n5", nil),
      ("delay n1 n9 2s", 10, "there is no n9; the nodes are n1 to n3", nil),
      ("add\nadd\nkill n5\nkill n6", 6, "there is no n6; the nodes are n1 to n5", nil),
      ("at 3s kill n1\nat 2s kill n2", 4, "time runs backwards: a line before is at 3s", nil),
      ("at 3 kill n1", 4, "the time needs its unit (ns, us, ms, s, m, h), as 80ms", nil),
      ("at 3s say hello", 7, "say can't stand here: only a command can", nil),
      ("until lost > 0", 15, "until needs to know how long: until CONDITION within 10s", nil),
      ("say", 4, "there is nothing to say", nil),
      ("title a\ntitle b", 1, "a script has one title", nil),
      ("cluster akc=sync", 9, "akc is no knob", "ack"),
      (
        "cluster nodes=3 ack=\"semi-sync 5\"", 9,
        "ack: 5 followers are asked for, and there are 2: no write would ever be acknowledged", nil
      ),
      ("pause", 1, "a script can't stop the clock; wait TIME lets the audience watch", nil),
      ("back 3s", 1, "a script goes forward only", nil),
      ("say \u{1B}[2J gone", 5, "a script has no control characters (U+1B)", nil),
      ("# \u{9B}31m", 3, "a script has no control characters (U+9B)", nil),
      ("let lost = 3", 5, "lost is a word of conditions: take another name", nil),
      ("let H = 3", 5, "H is a unit of time: take another name", nil),
      ("include \"other.scope\"", 9, "other.scope: nothing can be included here", nil),
      ("wait", 5, "the time is expected here", nil),
      ("ask \"Why?", 5, "the quotation mark is never closed", nil),
    ] as [(String, Int, String, String?)])
  func errorsSayWhatAndWhere(text: String, column: Int, message: String, nearest: String?) {
    let errors = Self.errors(text)
    #expect(errors.count == 1)
    #expect(errors.first?.message == message)
    #expect(errors.first?.column == column)
    #expect(errors.first?.nearest == nearest)
    #expect(errors.first?.line == text.split(separator: "\n").count)
  }

  @Test func everyErrorOfAFileIsReported() {
    let errors = Self.errors(
      "at 3 kill n1\nkill n1\ncluster akc=sync\nat 1s kill n1\nuntil x within 3s\n")
    #expect(errors.map(\.line) == [1, 3, 5])
    #expect(errors[0].located[0].hasPrefix("script:1:4: "))
    #expect(errors[0].located[2] == "     ^")
  }

  // MARK: Included files

  private static func parse(
    _ files: [String: String], _ first: String
  ) -> ScriptParser.Outcome {
    let source = ScriptParser.Source(identity: first, name: first, text: files[first] ?? "")
    return ScriptParser.parse(source) { (path, _) throws(ScriptParser.Unreadable) in
      guard let text = files[path] else { throw ScriptParser.Unreadable("\(path): no such file") }
      return ScriptParser.Source(identity: path, name: path, text: text)
    }
  }

  @Test func includedLinesStandWhereTheyAreIncluded() {
    let outcome = Self.parse(
      ["a": "cluster nodes=5\ninclude b\nkill n5", "b": "say from b\nexpect lost == 0"], "a")
    guard case .script(let script) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(script.statements.map(\.place.file) == ["a", "b", "b", "a"])
    #expect(script.statements.map(\.place.line) == [1, 1, 2, 3])
  }

  @Test func aFileCannotIncludeItself() {
    guard
      case .errors(let errors) = Self.parse(["a": "include b", "b": "say x\ninclude a"], "a")
    else {
      Issue.record("no error")
      return
    }
    #expect(errors.map(\.message) == ["a file can't include itself (a → b → a)"])
    #expect(errors.map(\.file) == ["b"])
    #expect(errors.map(\.line) == [2])
  }

  @Test func errorsOfIncludedFilesNameThem() {
    guard case .errors(let errors) = Self.parse(["a": "include b\nkil n1", "b": "say"], "a") else {
      Issue.record("no error")
      return
    }
    #expect(errors.map { "\($0.file):\($0.line)" } == ["b:1", "a:2"])
  }

  @Test func inclusionsDoNotMultiplyForEver() {
    var files: [String: String] = ["f0": String(repeating: "say x\n", count: 100)]
    for level in 1...6 {
      files["f\(level)"] = String(repeating: "include f\(level - 1)\n", count: 100)
    }
    guard case .errors(let errors) = Self.parse(files, "f6") else {
      Issue.record("no error")
      return
    }
    #expect(errors.first?.message == "a script has at most 20000 lines")
  }

  @Test func garbageNeverTraps() {
    var state: UInt64 = 42
    func random(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    let words =
      ScriptParser.words + CommandParser.names + [
        "n1", "n2", "leader", "+1s", "3s", "within", "\"", "#", "=", "(", "lost", ">", "0", "->",
        "last", "write", "is", "\t", "é", "1e999s", "-5s", "n99999", "all", "followers.", ",",
      ]
    for _ in 0..<3000 {
      let lines = (0...random(4)).map { _ in
        (0...random(7)).map { _ in words[random(words.count)] }.joined(separator: " ")
      }
      let text = lines.joined(separator: "\n")
      guard case .errors(let errors) = ScriptParser.parse(text) else { continue }
      for error in errors {
        #expect((1...lines.count).contains(error.line), "\(text)")
        let isInside = error.column >= 1 && error.column <= lines[error.line - 1].count + 1
        #expect(isInside, "\(text): \(error.located)")
      }
    }
  }
}
