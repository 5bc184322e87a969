import Operations
import Positions
import Testing

/// Which commands which model has.
@Suite struct CommandModelTests {
  static let rules = "custom cart:=set likes:=counter views:=grow-counter notes:=siblings *=lww"

  static func knobs(_ model: ReplicationModel, _ resolve: String? = nil) throws -> Knobs {
    var knobs = Knobs()
    knobs.model = model
    if let resolve { knobs.apply(try KnobTable.parse(name: "resolve", value: resolve)) }
    return knobs
  }

  @Test(
    arguments: [
      (
        "delete k",
        "delete: a single-leader cluster has no such command; multi-leader and leaderless have it"
      ),
      (
        "increment k",
        "increment: a single-leader cluster has no such command; multi-leader and leaderless have it"
      ),
      (
        "insert k v",
        "insert: a single-leader cluster has no such command; multi-leader and leaderless have it"
      ),
      (
        "choose k v",
        "choose: a single-leader cluster has no such command; multi-leader and leaderless have it"
      ),
      (
        "watch k",
        "watch: a single-leader cluster has no such command; multi-leader and leaderless have it"
      ),
      ("repair", "repair: a single-leader cluster has no such command; leaderless has it"),
      (
        "write k v at n1",
        "write: a single-leader cluster's writes go to the leader; write K V is all"
      ),
      ("write k v level all", "write: a single-leader cluster has no levels; leaderless has them"),
      ("read k level one", "read: a single-leader cluster has no levels; leaderless has them"),
      ("sloppy on", "sloppy: a single-leader cluster has no such knob; leaderless has it"),
    ])
  func underASingleLeader(line: String, message: String) throws {
    #expect(Knobs().refusal(of: try CommandParser.parse(line)) == message)
  }

  @Test(
    arguments: [
      ("promote n1", "promote: a leaderless cluster has no such command; single-leader has it"),
      (
        "switchover n1",
        "switchover: a leaderless cluster has no such command; single-leader has it"
      ),
      ("kill leader", "kill leader: nobody leads a leaderless cluster; name a node, as n1"),
      ("cut n1 -> follower", "cut follower: nobody leads a leaderless cluster; name a node, as n1"),
      (
        "read k from laggard", "read laggard: nobody leads a leaderless cluster; name a node, as n1"
      ),
      ("ack sync", "ack: a leaderless cluster has no such knob; single-leader has it"),
      ("topology ring", "topology: a leaderless cluster has no such knob; multi-leader has it"),
      ("read-quorum 4", "read-quorum 4 is more than the replication-factor of 3"),
      (
        "increment likes",
        "increment: likes is a register whose last writer wins here, not a counter; "
          + "keys that begin with likes: or views: are"
      ),
      (
        "decrement views:a",
        "decrement: views:a is a counter that only grows here, not a counter; "
          + "keys that begin with likes: are"
      ),
      (
        "increment cart:a",
        "increment: cart:a is a set here, not a counter; keys that begin with likes: or views: are"
      ),
      (
        "insert likes:a egg",
        "insert: likes:a is a counter here, not a set; keys that begin with cart: are"
      ),
      ("write cart:a egg", "write: cart:a is a set here: it is changed by insert and discard"),
      (
        "write likes:a 5",
        "write: likes:a is a counter here: it is changed by increment and decrement"
      ),
      ("choose cart:a egg", "choose: cart:a is a set here, and has no siblings to choose from"),
      (
        "choose k egg",
        "choose: k is a register whose last writer wins here, and has no siblings to choose from"
      ),
    ])
  func withoutALeader(line: String, message: String) throws {
    let knobs = try Self.knobs(.leaderless, Self.rules)
    #expect(knobs.refusal(of: try CommandParser.parse(line)) == message)
  }

  @Test(arguments: [
    "write k v at n1 level all", "write notes:a v", "delete likes:a level one", "delete cart:a",
    "increment likes:a by 5 at n2", "decrement likes:a", "increment views:a", "insert cart:a egg",
    "discard cart:a egg level quorum", "choose notes:a v", "watch k", "repair", "repair n2",
    "read k from n2 level one", "read-quorum 1", "kill n1", "add", "quiesce",
  ])
  func leaderlessClustersHave(line: String) throws {
    let knobs = try Self.knobs(.leaderless, Self.rules)
    #expect(knobs.refusal(of: try CommandParser.parse(line)) == nil)
  }

  @Test func severalLeadersHaveNoLevels() throws {
    let knobs = try Self.knobs(.multiLeader)
    func refusal(_ line: String) throws -> String? {
      knobs.refusal(of: try CommandParser.parse(line))
    }
    #expect(try refusal("write k v at n2") == nil)
    #expect(
      try refusal("read k level one")
        == "read: a multi-leader cluster has no levels; leaderless has them")
    #expect(
      try refusal("repair")
        == "repair: a multi-leader cluster has no such command; leaderless has it")
    #expect(
      try refusal("increment k")
        == "increment: k is a register whose last writer wins here, not a counter; "
        + "under resolve lww no key is")
  }

  @Test(
    arguments: [
      (
        "increment k", 1,
        "increment: a single-leader cluster has no such command; multi-leader and leaderless have it"
      ),
      (
        "at 3s write k v at n1", 7,
        "write: a single-leader cluster's writes go to the leader; write K V is all"
      ),
      (
        "cluster model=leaderless\nkill leader", 1,
        "kill leader: nobody leads a leaderless cluster; name a node, as n1"
      ),
      (
        "cluster model=leaderless\nack sync", 1,
        "ack: a leaderless cluster has no such knob; single-leader has it"
      ),
      (
        "cluster model=leaderless\nwrite-quorum 3\nread-quorum 4", 1,
        "read-quorum 4 is more than the replication-factor of 3"
      ),
      (
        "cluster model=multi-leader\ncluster\nwatch k", 1,
        "watch: a single-leader cluster has no such command; multi-leader and leaderless have it"
      ),
    ] as [(String, Int, String)])
  func scriptsAreChecked(text: String, column: Int, message: String) {
    let errors = ScriptTests.errors(text)
    #expect(errors.map(\.message) == [message])
    #expect(errors.map(\.column) == [column])
  }

  @Test func whatIsOnlyTriedMayBeRefused() throws {
    _ = try ScriptTests.script("try increment k\ncluster model=leaderless\ntry read-quorum 4")
  }
}
