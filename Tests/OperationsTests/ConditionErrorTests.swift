import Operations
import Positions
import Testing

/// What is said of conditions that are wrong, and where.
@Suite struct ConditionErrorTests {
  struct Wrong: Sendable, CustomTestStringConvertible {
    var text: String
    var column: Int
    var message: String
    var nearest: String?
    var testDescription: String { text }

    init(_ text: String, _ column: Int, _ message: String, _ nearest: String? = nil) {
      (self.text, self.column, self.message, self.nearest) = (text, column, message, nearest)
    }
  }

  static let times = "ns, us, ms, s, m, h"
  static let sizes = "B, KB, MB, GB, KiB, MiB"
  static let fields =
    "role, state, term, written, flushed, received, applied, lag.bytes, lag.records, lag.time, "
    + "rollback.records, hash"
  static let states = "running, recovering, suspect, frozen, dead, fenced, refused"

  @Test(arguments: [
    Wrong("", 1, "a value is expected here"),
    Wrong("   ", 4, "a value is expected here"),
    Wrong("> 3", 1, "a value is expected here, not >"),
    Wrong("lost >", 7, "a value is expected here"),
    Wrong("lost > )", 8, "a value is expected here, not )"),
    Wrong("lost", 1, "a plain number by itself says nothing: compare it with something"),
    Wrong("lost > 0 and n2", 14, "a node by itself says nothing: compare it with something"),
    Wrong("not lost", 5, "a plain number by itself says nothing: compare it with something"),
    Wrong("last read", 1, "a read by itself says nothing: compare it with something"),
    // Words.
    Wrong("lots > 0", 1, "lots is nothing that conditions know", "lost"),
    Wrong("befor < reads.rate", 1, "befor is nothing that conditions know", "before"),
    Wrong("stale > 0", 1, "stale is nothing that conditions know", "staleReads"),
    Wrong("reads.rat > 1/s", 1, "reads.rat is nothing that conditions know", "reads.rate"),
    Wrong("aplied > 0", 1, "aplied is nothing that conditions know", "n1.applied"),
    Wrong("xyzzy > 0", 1, "xyzzy is nothing that conditions know"),
    Wrong("lost-1 > 0", 1, "lost-1 is one name, and not known: a minus stands between spaces"),
    Wrong("ms > 5", 1, "ms is a unit: a number stands before it"),
    Wrong("last wrote is refused", 6, "last write or last read is expected here", "write"),
    Wrong("last", 5, "last write or last read is expected here"),
    Wrong(
      "conflicts > 0", 1,
      "conflicts: a cluster with a single leader has none; only multi-leader and leaderless clusters do"
    ),
    Wrong(
      "lost is 0 and siblings is 0", 15,
      "siblings: a cluster with a single leader has none; only multi-leader and leaderless clusters do"
    ),
    Wrong(
      "hints > 0", 1,
      "hints: a cluster with a single leader has none; only leaderless clusters do"),
    Wrong(
      "repairs > 0", 1,
      "repairs: a cluster with a single leader has none; only leaderless clusters do"),
    Wrong(
      "n1.behind > 0", 4,
      "behind: a cluster with a single leader has none; only multi-leader clusters do"),
    Wrong(
      "last read is siblings", 14,
      "a read is \"a value\", missing, stale, waiting, unanswered, not siblings"),
    // Nodes.
    Wrong("n7.applied > 0", 1, "there is no n7; the nodes are n1 to n3"),
    Wrong("leader is n7", 11, "there is no n7; the nodes are n1 to n3"),
    Wrong("n1.aplied > 0", 4, "n1 has no aplied (\(fields))", "applied"),
    Wrong("n1.lag > 0", 4, "n1 has no lag (\(fields))", "lag.bytes"),
    Wrong("n1. > 0", 4, "a dot and one of its words is expected here (\(fields))"),
    Wrong(
      "leader.state is dead", 1, "leader is a node: its words stand after its name, as n1.state"),
    Wrong(
      "followers.lag.time < 1s", 1,
      "say whether all followers.lag.time or any follower.lag.time is meant"),
    Wrong(
      "all folowers.lag.time < 1s", 5,
      "all followers or all nodes is expected here, not all folowers",
      "followers"),
    Wrong(
      "any followers.state is dead", 5,
      "any follower or any node is expected here, not any followers",
      "follower"),
    Wrong("all lost", 5, "all followers or all nodes is expected here, not all lost"),
    Wrong("all", 4, "all followers or all nodes is expected here"),
    Wrong("all followers > 3", 14, "a dot and one of its words is expected here (\(fields))"),
    Wrong("all followers.lagg > 3", 15, "a follower has no lagg (\(fields))"),
    Wrong(
      "all followers.applied > any follower.applied", 25,
      "a comparison goes through the followers only once"),
    // Units and types.
    Wrong(
      "ack.p50 < 5", 11, "a time is expected here: the number needs its unit (\(times)), as 5ms"),
    Wrong(
      "5 > ack.p50", 1, "a time is expected here: the number needs its unit (\(times)), as 5ms"),
    Wrong(
      "n1.lag.bytes > 64", 16,
      "a size is expected here: the number needs its unit (\(sizes)), as 64KB"),
    Wrong(
      "commit + 5 > n1.applied", 10,
      "a position is expected here: the number needs its unit (\(sizes)), as 64KB"),
    Wrong(
      "reads.rate > 900", 14,
      "a rate is expected here: the number needs its unit (/s, k/s), as 900/s"),
    Wrong("ack.p50 < lost", 11, "a time is never a plain number"),
    Wrong("ack.p50 < 5KB", 11, "a time is never a size"),
    Wrong("lost > 5ms", 8, "a plain number is never a time"),
    Wrong("ack.p50 + 5KB > 1s", 9, "a time and a size have no sum"),
    Wrong("reads.rate - 1s > 0", 12, "a rate and a time have no difference"),
    Wrong("ack.p50 * ack.p50 > 1", 9, "a time times a time is nothing that conditions know"),
    Wrong(
      "lost / n1.lag.bytes > 1", 6,
      "a plain number divided by a size is nothing that conditions know"),
    Wrong("leader + 1 > 2", 1, "a node is no number: nothing is added to it"),
    Wrong("ack.p50 < 5mss", 12, "mss is no unit (\(times), \(sizes), %, /s, k/s)", "ms"),
    Wrong("lost > 5 mss", 10, "and, or or the end is expected here, not mss", "ms"),
    Wrong("lost > 0and converged", 9, "and is no unit (\(times), \(sizes), %, /s, k/s)"),
    Wrong("lost > 1_000", 8, "a number is only digits and a dot, as 1000 or 2.5"),
    Wrong("lost > 1,000", 8, "a number is only digits and a dot, as 1000 or 2.5"),
    Wrong("lost > 1.2.3", 8, "1.2.3 is no number (digits, and a dot between them)"),
    Wrong("lost > 5.", 8, "5. is no number (digits, and a dot between them)"),
    Wrong("lost > .5", 8, ".5 is no number (digits, and a dot between them)"),
    Wrong("lost > 99999999999999999999", 8, "the number is too great"),
    Wrong("lost > leader", 8, "a plain number is never a node"),
    Wrong("leader is 2", 11, "a node is never a plain number"),
    Wrong("leader is ladder", 11, "ladder is nothing that conditions know", "leader"),
    Wrong("leader > n2", 8, "a node is not less or more: use is or is not"),
    Wrong("n1.hash < n2.hash", 9, "a hash is not less or more: use is or is not"),
    Wrong("n1.hash is 5", 12, "a hash is never a plain number"),
    Wrong("converged is 1", 11, "converged is true or not by itself: it is not compared"),
    Wrong("lost > converged", 8, "a plain number is never something that holds or not"),
    Wrong("(lost > 0) > 3", 1, "a value is expected here, not a condition"),
    Wrong("lost > (lost > 0)", 8, "a value is expected here, not a condition"),
    Wrong("3 + (lost > 0) > 1", 5, "a value is expected here, not a condition"),
    // Words on the other side.
    Wrong(
      "n1.role is leadr", 12, "a role is leader, follower, candidate, peer, not leadr", "leader"),
    Wrong("n1.role is", 11, "a role is leader, follower, candidate, peer"),
    Wrong("n1.role > leader", 9, "a role is not less or more: use is or is not"),
    Wrong("n1.role is n1.state", 12, "a role is never a state"),
    Wrong("any follower.state is ded", 23, "a state is \(states), not ded", "dead"),
    Wrong("n1.state is 5", 13, "a state is \(states), not 5"),
    Wrong(
      "last write is acked", 15, "a write is acknowledged, waiting, refused, unanswered, not acked"),
    Wrong(
      "last write is refusd", 15,
      "a write is acknowledged, waiting, refused, unanswered, not refusd", "refused"),
    Wrong("last write > refused", 12, "a write is not less or more: use is or is not"),
    Wrong("last write is lost", 15, "a write is never a plain number"),
    Wrong(
      "last read is mising", 14,
      "a read is \"a value\", missing, stale, waiting, unanswered, not mising", "missing"),
    Wrong(
      "last read is 5", 14, "a read is \"a value\", missing, stale, waiting, unanswered, not 5"),
    Wrong("last read > \"a\"", 11, "a read is not less or more: use is or is not"),
    Wrong("last read is \"open", 14, "the quotation mark is never closed"),
    Wrong("\"a\" == last read", 1, "a text is only compared so: last read is \"a value\""),
    Wrong("lost is \"a\"", 9, "a text is only compared so: last read is \"a value\""),
    // Signs and structure.
    Wrong("lost = 0", 6, "= compares nothing (<, <=, ==, !=, >=, >, is)", "=="),
    Wrong("lost => 0", 6, "=> compares nothing (<, <=, ==, !=, >=, >, is)", ">="),
    Wrong("lost <> 0", 6, "<> compares nothing (<, <=, ==, !=, >=, >, is)", "!="),
    Wrong("0 < lost < 3", 10, "a comparison has two sides: join two of them with and"),
    Wrong("lost > 0 adn converged", 10, "and, or or the end is expected here, not adn", "and"),
    Wrong(
      "lost > 0 && converged", 10, "and, or or the end is expected here, not && converged", "and"),
    Wrong("lost > 0 and", 13, "a value is expected here"),
    Wrong("(lost > 0", 1, "the parenthesis is never closed"),
    Wrong("lost > 0)", 9, "no parenthesis is open here"),
    Wrong("not", 4, "a value is expected here"),
    Wrong("and", 1, "and is nothing that conditions know"),
    Wrong(
      String(repeating: "(", count: 65) + "lost", 66, "this is nested more than 64 deep"),
    Wrong(
      String(repeating: "not ", count: 65) + "converged", 260, "this is nested more than 64 deep"),
    Wrong(
      "lost > " + String(repeating: "-", count: 65) + "1", 73, "this is nested more than 64 deep"),
  ])
  func isToldWhereAndWhy(wrong: Wrong) {
    let failure = Conditions.failure(wrong.text)
    #expect(failure?.message == wrong.message)
    #expect(failure?.column == wrong.column)
    #expect(failure?.nearest == wrong.nearest)
    #expect(failure?.source == wrong.text)
  }

  @Test func theNodesAreNamedInRuns() {
    func text(_ numbers: [Int]) -> String? {
      Conditions.failure("n50 is leader", ConditionScope(nodes: Set(numbers.map { NodeID($0) })))?
        .message
    }
    #expect(text([1, 2, 3]) == "there is no n50; the nodes are n1 to n3")
    #expect(text([1, 2]) == "there is no n50; the nodes are n1, n2")
    #expect(text([1, 3, 4, 5, 9]) == "there is no n50; the nodes are n1, n3 to n5, n9")
    #expect(text([]) == "there is no n50")
  }

  @Test(arguments: [
    ("all followers.lag.time", 1, "one number is expected here, not one of each follower"),
    ("any node.applied", 1, "one number is expected here, not one of each node"),
    ("leader", 1, "a number is expected here, not a node"),
    ("converged", 1, "a number is expected here, not something that holds or not"),
    ("lost > 3", 6, "a comparison has two sides: join two of them with and"),
    ("reads.rate 5", 12, "and, or or the end is expected here, not 5"),
    ("", 1, "a value is expected here"),
  ])
  func whatIsRememberedIsANumber(text: String, column: Int, message: String) {
    let failure = #expect(throws: ParseFailure.self) {
      _ = try Expression.parse(text, Conditions.scope)
    }
    #expect(failure?.message == message)
    #expect(failure?.column == column)
  }

  /// Whatever the line, it is read or the place of its fault is on it.
  @Test func garbageHasAPlaceOnItsLine() {
    let pieces = [
      "lost", "leader", "last", "write", "read", "last write", "last read", "n1", "n7",
      "n1.applied",
      "n2.lag.time", "all", "any", "followers", "all followers.lag.time", "any follower.state",
      "is",
      "not", "and", "or", "(", ")", "<", "<=", "==", "!=", "=", "!", ">", "+", "-", "*", "/", "5",
      "5ms", "64KB", "%", "3.5.2", "900/s", "\"", "\"text\"", "\\", ",", ".", "_", "within", "none",
      "converged", "before", "é", "🙂", "\t", "\r\n", "stale", "dead", "running", "acknowledged",
      "999999999999999999999999", "0", "n0", "n65536", "k/s", "",
    ]
    var state: UInt64 = 88172645463325252
    func next(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(bound))
    }
    var count = 0
    for _ in 0..<6_000 {
      var text = ""
      for _ in 0..<next(14) {
        text += pieces[next(pieces.count)]
        if next(3) > 0 { text += " " }
      }
      if let failure = Conditions.failure(text) {
        #expect((1...text.count + 1).contains(failure.column), "\(text)")
        #expect(!failure.message.isEmpty)
        count += 1
      }
      _ = try? Expression.parse(text, Conditions.scope)
    }
    #expect(count > 4_000)
  }
}
