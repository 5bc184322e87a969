@testable import Operations
import Positions
import Testing

/// What tests of conditions share.
enum Conditions {
  static let scope = ConditionScope(
    nodes: [NodeID(1), NodeID(2), NodeID(3)], names: ["before": .rate, "p50-before": .time])

  /// What is wrong with a condition; nil when nothing is.
  static func failure(_ text: String, _ scope: ConditionScope = scope) -> ParseFailure? {
    do throws(ParseFailure) {
      _ = try Condition.parse(text, scope)
      return nil
    } catch {
      return error
    }
  }
}

@Suite struct ConditionGrammarTests {
  static let right = [
    "last read is missing", "n3.applied >= last write", "last read is \"hello\"", "leader == n2",
    "leader is none", "leader is not none", "leader != n2", "n2 == leader", "converged",
    "lost > 0", "n1.rollback.records > 0", "leaders == 2 and not converged",
    "reads.rate > 2.5 * before", "all followers.lag.time < 500ms", "any follower.state is dead",
    "n2.hash == n3.hash", "ack.p50 < 5 ms", "n1.lag.bytes < 64KB", "n1.lag.bytes < 64 KiB",
    "n1.lag.bytes < 1GB", "n1.lag.bytes < 1 b", "reads.rate > 900/s", "reads.rate > 1k/s",
    "reads.rate > 900 /s and lost is 0", "last write is not acknowledged",
    "last write is acknowledged", "last write == waiting", "last write is refused",
    "last write is unanswered", "last write is n3.applied", "last write == 12KB",
    "last write > commit", "last read is stale", "last read is not missing",
    "last read is unanswered", "last read == \"\"", "last read != \"say \\\"hi\\\"\"",
    "last read is waiting", "n1.role is leader", "n1.role != n2.role", "n1.state is not running",
    "n1.state is n2.state", "n1.term == term", "n1.written - n1.flushed < 1MB",
    "all followers.applied >= last write", "all followers.hash is n1.hash",
    "(all followers.lag.time) < 500ms", "(lost > 0)", "((lost) > (0))",
    "not (lost > 0 or findings > 0)", "not not converged", "ack.p99 > 90% * ack.p50",
    "reads.p50 <= reads.p99",
    "ack.p50 / ack.p99 < 1", "commit - 3KB <= n2.applied", "reads.rate * 1s > 3",
    "-3 < lost", "lost - -3 > 1", "5/s < before", "before*2<reads.rate", "lost>0 and(converged)",
    "  staleReads   is 0  ", "ack.p50 < 2 * p50-before", "violations == 0 and staleReads == 0",
    "n1.lag.time > 0", "writes.rate is 0", "ack.p50 < 1us or ack.p50 > 5ns", "term > 1.5",
    "acknowledged > 10 and n3.lag.records > 2", "n2.received > 0B", "ack.p50 < 1m",
    "all nodes.state is running", "any node.state is not dead", "N1.applied > 0",
    "converged\tand\nlost is 0", "not degraded", "degraded and lost is 0",
  ]

  @Test(arguments: right)
  func isRead(text: String) throws {
    let condition = try Condition.parse(text, Conditions.scope)
    #expect(condition.description == trimmed(text))
    #expect("\(condition)" == condition.description)
    #expect(try Condition.parse(condition.description, Conditions.scope) == condition)
  }

  private func trimmed(_ text: String) -> String {
    var text = text[...]
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  @Test func everyWordHasAnExample() {
    for (model, right) in [
      (ReplicationModel.singleLeader, Self.right),
      (.multiLeader, ConditionModelTests.severalLeaders),
      (.leaderless, ConditionModelTests.quorums),
    ] {
      for word in ConditionWord.all(in: model) {
        let part = word.word.hasPrefix("nK.") ? String(word.word.dropFirst(2)) : word.word
        #expect(right.contains { $0.contains(part) }, "\(word.word) of \(model)")
        #expect(!word.meaning.isEmpty)
      }
    }
  }

  @Test func aConditionStopsBeforeAWord() throws {
    for (text, stop) in [("lost > 0 within 5s", "lost > 0"), ("converged  within 1s", "converged")]
    {
      var reader = Reader(text)
      let condition = try Condition.parse(&reader, Conditions.scope, stopsAt: ["within"])
      #expect(condition.description == stop)
      let isNext = reader.takeWord("within")
      #expect(isNext)
    }
    var reader = Reader("let x = reads.rate")
    _ = reader.nextWord()
    let name = try ConditionScope.name(&reader)
    #expect(name == "x")
    let isNext = reader.take("=")
    #expect(isNext)
    let expression = try Expression.parse(&reader, Conditions.scope)
    #expect(expression.description == "reads.rate")
    #expect(expression.dimension == .rate)
  }

  @Test func namesThatMeanSomethingCantBeRemembered() {
    let words = [
      "lost", "leader", "and", "is", "last", "lag", "stale", "conflicts", "applied", "none",
      "hints", "keys", "nodes", "node", "siblings", "behind", "acknowledged", "state",
    ]
    let meanings = [
      "a word of conditions": words, "a word of scripts": ["let", "within"], "a node": ["n4"],
      "a unit of time": ["ms", "h", "H"], "a unit of size": ["KB", "b", "MiB"],
      "a role": ["follower", "peer"], "a state": ["running", "refused"],
    ]
    for (meaning, names) in meanings {
      for name in names {
        #expect(ConditionScope.isWrong(name) == "\(name) is \(meaning): take another name")
      }
    }
    for name in ["", "5x", "a.b", "a-", "-a", "a b", "a+b"] {
      #expect(
        ConditionScope.isWrong(name)
          == "a name is letters, digits, _ and -, and begins with a letter", "\(name)")
    }
    for name in ["before", "p50-before", "x", "rate_1", "größe"] {
      #expect(ConditionScope.isWrong(name) == nil)
    }
  }

  @Test func aLongLineIsNotDeep() throws {
    let many = Array(repeating: "lost is 0", count: 5_000)
    _ = try Condition.parse(many.joined(separator: " and "), Conditions.scope)
    _ = try Condition.parse(
      "lost < " + Array(repeating: "1", count: 5_000).joined(separator: " + "), Conditions.scope)
    let deep = String(repeating: "(", count: 64) + "lost" + String(repeating: ")", count: 64)
    _ = try Condition.parse(deep + " is 0", Conditions.scope)
  }
}
