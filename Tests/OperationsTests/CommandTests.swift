import Operations
import Positions
import Testing

@Suite struct CommandTests {
  static let lines = [
    "kill n1", "kill leader", "restart n12", "freeze follower", "thaw n2", "fence laggard",
    "wipe n3", "isolate leader", "cut n1 n2", "cut n1 -> n2", "mend n1 n2", "heal", "heal all",
    "delay n1 n2 80ms", "delay n1 -> n2 1500us", "jitter n1 n2 5ms", "loss n1 n2 10%",
    "loss n1 n2 0.5%", "bandwidth n1 n2 1MB/s", "bandwidth n1 n2 unlimited", "site east n1 n2",
    "site-delay east west 40ms", "lose-site east", "slow-disk n1 50ms", "fill-disk n1",
    "fill-disk n1 off", "clock n1 +5s", "clock n2 -250ms", "drift n1 200ppm", "drift n2 -50ppm",
    "promote n2", "switchover n3", "rate 400", "rate max", "clients 16",
    "load ycsb-b rate=200 clients=8 value-size=64B keys=100", "load ycsb-f",
    "write comment \"hello\"", "write \"two words\" \"say \\\"hi\\\"\"", "read comment",
    "read comment from n3", "read comment level all", "read comment from n3 level one",
    "write k \"v\" at n2", "write k \"v\" level quorum", "write k \"v\" at n1 level all",
    "delete k", "delete \"two words\" at n2 level one", "increment likes by 1",
    "increment likes by 10 at n2", "decrement likes by 3 level quorum", "insert cart \"two eggs\"",
    "insert cart \"egg\" at n1", "discard cart \"egg\" level all", "choose k \"a, b\"",
    "watch k", "watch \"two words\"", "repair", "repair n3", "add", "remove n4", "undo", "redo",
    "pause", "resume", "speed 0.5x",
    "duplicate n1 n2 10%", "reorder n1 -> n2 5%", "flip-bit n1", "misplace n2", "fail-disk leader",
    "back 10s", "forward 1500ms", "goto 12500ms", "step", "fork", "save run.scope",
    "answer slow-disk n3", "answer 2",
    "save \"a b\"", "quiesce", "ack async", "ack majority", "ack sync", "ack semi-sync 1",
    "ack first 2 (n2, n3)",
    "ack any 1 (n2)", "wait-for received", "sync-policy every batch", "sync-policy every 1s",
    "degrade-after never", "degrade-after 10s", "apply flushed", "failover manual",
    "promotion-needs none", "check-quorum off", "fencing off", "heartbeat 50ms",
    "election-timeout 2s", "redirects stubborn", "read-from nearest", "read-from n2",
    "guarantee linearizable", "capacity 1000/s", "capacity unlimited", "nodes 5", "sites 3",
    "segment-size 256KiB", "checkpoint-every 4MiB", "preset mysql", "model single-leader",
    "model multi-leader",
    "model leaderless", "resolve lww", "resolve crdt", "resolve siblings",
    "resolve custom cart:=set likes:=counter views:=grow-counter notes:=siblings *=lww",
    "resolve custom \"two words\"=set \"*\"=siblings \"a=\\\"b\"=lww", "topology all",
    "topology ring",
    "topology star", "replication-factor 3", "read-quorum 1", "write-quorum 100", "sloppy on",
    "sloppy off", "hints-count off", "hint-window 30s", "hint-window off", "read-repair off",
    "read-repair background", "read-repair blocking", "anti-entropy 10s", "anti-entropy off",
    "anti-entropy-budget 1000000", "tombstones until-all", "tombstones grace 864000s",
    "gossip 50ms", "phi-threshold 8", "phi-threshold 0.5", "vnodes 128", "write-timeout 250ms",
    "read-timeout 5s",
  ]

  @Test(arguments: lines)
  func everyCommandReadsBackAsItWasWritten(line: String) throws {
    let command = try CommandParser.parse(line)
    #expect(command.text == line)
    #expect(try CommandParser.parse(command.text) == command)
  }

  @Test func everyCommandAndKnobHasAnExample() {
    let first = Set(Self.lines.map { $0.split(separator: " ")[0] }.map(String.init))
    for name in CommandParser.names where name != "seed" {
      #expect(first.contains(name), "\(name) has no example")
    }
  }

  @Test(
    arguments: [
      ("kil n1", 1, "kil is no command", "kill"),
      ("kill", 5, "a node is expected here", nil),
      ("kill leadr", 6, "leadr is no node (n1, n2, … or leader, follower, laggard)", "leader"),
      (
        "ack majorty", 5,
        "ack: majorty is no policy (async, first, any, semi-sync, sync, majority)", "majority"
      ),
      ("ack", 4, "ack: policy is expected here", nil),
      ("delay n1 n2 80", 13, "the delay needs its unit (ns, us, ms, s, m, h), as 80ms", nil),
      ("delay n1 n2 80mss", 13, "mss is no unit of the delay (ns, us, ms, s, m, h)", "ms"),
      ("delay n1 n2 -1s", 13, "the delay is from 0s to 600s", nil),
      ("loss n1 n2 10", 12, "the loss needs its unit (%), as 10%", nil),
      ("loss n1 n2 110%", 12, "the loss is from 0% to 100%", nil),
      ("kill n1 n2", 9, "there is more than the command takes: n2", nil),
      ("write k \"open", 9, "the quotation mark is never closed", nil),
      (
        "load ycsb-z", 6, "ycsb-z is no workload (ycsb-a, ycsb-b, ycsb-c, ycsb-d, ycsb-e, ycsb-f)",
        "ycsb-a"
      ),
      ("fencing maybe", 9, "fencing: maybe is no choice (on, off)", nil),
      ("nodes 101", 7, "nodes: the number of nodes is a whole number from 1 to 100, not 101", nil),
      (
        "write k hello world", 15,
        "world is no option (at, level); a text of several words stands in quotation marks", nil
      ),
      ("write k", 8, "a value is expected here", nil),
      ("write k v levl one", 11, "levl is no option (at, level)", "level"),
      ("write k v level most", 17, "most is no level (one, quorum, all)", nil),
      ("write k v at n1 at n2", 17, "at is given twice", nil),
      ("write k v at", 13, "a node is expected here", nil),
      ("delete", 7, "a key is expected here", nil),
      (
        "increment k 5", 13,
        "5 is no option (by, at, level); a text of several words stands in quotation marks", nil
      ),
      ("increment k by 0", 16, "how much is a whole number from 1 to 1000000000, not 0", nil),
      ("decrement k by -1", 16, "how much is a whole number from 1 to 1000000000, not -1", nil),
      ("insert cart", 12, "an element is expected here", nil),
      ("discard", 8, "a key is expected here", nil),
      ("read k form n1", 8, "form is no option (from, level)", "from"),
      (
        "read k at n1", 8,
        "at is no option (from, level); a text of several words stands in quotation marks", nil
      ),
      ("choose k", 9, "a value is expected here", nil),
      ("watch", 6, "a key is expected here", nil),
      ("watch a b", 9, "there is more than the command takes: b", nil),
      ("repair now", 8, "now is no node (n1, n2, … or leader, follower, laggard)", nil),
      ("cut n1 ->", 10, "a node is expected here", nil),
      ("ack first 1 (n2", 16, "ack: the parenthesis is never closed", nil),
    ] as [(String, Int, String, String?)])
  func errorsSayWhatAndWhere(line: String, column: Int, message: String, nearest: String?) {
    let failure = #expect(throws: ParseFailure.self) { try CommandParser.parse(line) }
    #expect(failure?.message == message)
    #expect(failure?.column == column)
    #expect(failure?.nearest == nearest)
  }

  @Test func timedCommands() throws {
    #expect(
      try CommandParser.parseTimed("at 3s kill leader")
        == TimedCommand(at: .start + .seconds(3), command: .kill(.leader)))
  }

  static func completions(
    _ text: String, _ model: ReplicationModel = .singleLeader
  ) -> [String] {
    Completion.candidates(for: text, nodes: [NodeID(1), NodeID(2)], model: model).words
  }

  @Test func completion() {
    #expect(Self.completions("swi") == ["switchover"])
    #expect(Self.completions("kill ") == ["n1", "n2", "leader", "follower", "laggard"])
    #expect(Self.completions("kill l") == ["leader", "laggard"])
    #expect(Self.completions("ack m") == ["majority"])
    #expect(Self.completions("load ycsb-").count == 6)
    #expect(Self.completions("wait-for ").count == 3)
    #expect(Self.completions("read k ") == ["from"])
    #expect(Self.completions("write k v ") == [])
    #expect(Completion.commonPrefix(["leader", "lead"]) == "lead")
  }

  @Test func completionKnowsTheModel() {
    for text in ["swi", "ack ", "promote "] { #expect(Self.completions(text, .leaderless) == []) }
    #expect(Self.completions("ack ", .multiLeader) == [])
    #expect(Self.completions("topo", .multiLeader) == ["topology"])
    #expect(Self.completions("topo", .leaderless) == [])
    #expect(Self.completions("repair ", .leaderless) == ["n1", "n2"])
    #expect(Self.completions("repair ", .multiLeader) == [])
    #expect(Self.completions("kill ", .leaderless) == ["n1", "n2"])
    #expect(Self.completions("write k v ", .leaderless) == ["at", "level"])
    #expect(Self.completions("write k v ", .multiLeader) == ["at"])
    #expect(Self.completions("write k v at ", .leaderless) == ["n1", "n2"])
    #expect(Self.completions("increment k by 2 ", .leaderless) == ["at", "level"])
    #expect(Self.completions("read k level ", .leaderless) == ["one", "quorum", "all"])
    #expect(Self.completions("read k from n1 l", .leaderless) == ["level"])
  }

  @Test func usage() {
    let write = CommandTable.row("write")
    #expect(write?.usage(in: .singleLeader) == "write K V")
    #expect(write?.usage(in: .multiLeader) == "write K V [at N]")
    #expect(write?.usage(in: .leaderless) == "write K V [at N] [level one|quorum|all]")
    #expect(CommandTable.row("read")?.usage(in: .singleLeader) == "read K [from N]")
    #expect(CommandTable.row("increment")?.usage(in: .multiLeader) == "increment K [by X] [at N]")
  }

  @Test func jsonHoldsWhatIsPromised() {
    var snapshot = ClusterSnapshot(
      at: .start + .milliseconds(1500), isLive: true, knobs: Knobs(), load: LoadChange())
    var node = NodeSnapshot(id: NodeID(1), site: SiteID("a\u{1B}\"b"))
    node.term = Term(epoch: 3, node: NodeID(1))
    snapshot.nodes = [node]
    let text = SnapshotJSON.summary(snapshot)
    #expect(
      text.hasPrefix(
        "{\"summary\":{\"model\":\"single-leader\",\"at\":1.5,\"nodes\":1,\"leader\":null,"))
    for key in [
      "term", "leaders", "acknowledged", "lost", "staleReads", "violations", "findings",
      "writesPerSecond", "readsPerSecond", "ackMilliseconds", "p50", "p99", "replicas", "id",
      "role", "state", "written", "flushed", "received", "applied", "lagBytes", "lagRecords",
      "lagMilliseconds", "hash",
    ] {
      #expect(text.contains("\"\(key)\":"), "\(key)")
    }
    #expect(text.contains("a\\u001b\\\"b"))
  }
}
