import Foundation
import Testing

@Suite(.serialized) struct SimulateTests {
  private let some = ["--nodes", "3..4", "--for", "2s"]

  @Test func theSameSeedsGiveTheSameLinesWithAnyNumberOfJobs() throws {
    let one = try Program.run(["simulate", "--seeds", "2..7", "--json"] + some)
    let two = try Program.run(["simulate", "--seeds", "2..7", "--json", "--jobs", "3"] + some)
    #expect(one.lines.count == 6)
    #expect(one.output == two.output)
    #expect(one.status == 0, "\(one.error)")
    for (line, seed) in zip(one.lines, 2...7) {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      #expect(object?["seed"] as? Int == seed)
      #expect(object?["violations"] as? Int == 0)
      #expect((object?["traceHash"] as? String)?.count == 16)
      for key in ["events", "operations", "lost", "findings", "nodes"] {
        #expect(object?[key] as? Int != nil, "\(key)")
      }
    }
    let last = try Program.run(["simulate", "--seed", "7", "--json"] + some)
    #expect(last.lines.first == one.lines.last)
  }

  @Test func aPlanIsWrittenAndPlayedAgain() throws {
    try Program.withDirectory { directory in
      let path = directory + "/seed-3.scope"
      #expect(try Program.run(["simulate", "--seed", "3", "--write", path] + some).status == 0)
      let played = try Program.run(["simulate", "--script", path, "--json"])
      let drawn = try Program.run(["simulate", "--seed", "3", "--json"] + some)
      #expect(played.output == drawn.output)
      #expect(!drawn.output.isEmpty)
    }
  }

  @Test(
    arguments: [
      (["--seeds", "9..3"], "9 is above 3"), (["--seeds", "a..b"], "is a range as 1..1000"),
      (["--seeds", "1..2..3"], "is a range"), (["--nodes", "0..3"], "from 1 to 100"),
      (["--for", "ten"], "number with its unit"), (["--for", "0s"], "from 1ms"),
      (["--jobs", "0"], "from 1 to 64"), (["--seed", "1x"], "whole number"),
      (["--shrink"], "needs one --seed"), (["--seed", "1", "--seeds", "1..2"], "not both"),
      (["--seed", "1", "--script", "x"], "leave --seed"),
    ] as [([String], String)])
  func badInputIsOneLine(arguments: [String], message: String) throws {
    let outcome = try Program.run(["simulate"] + arguments)
    #expect(outcome.status == 64)
    #expect(outcome.error.contains(message), "\(outcome.error)")
    #expect(outcome.error.split(separator: "\n").count == 1, "\(outcome.error)")
    #expect(outcome.output.isEmpty)
  }

  @Test func aBadScriptIsPointedAt() throws {
    try Program.withDirectory { directory in
      let path = directory + "/bad.scope"
      try "at 1s kil n1\n".write(toFile: path, atomically: true, encoding: .utf8)
      let outcome = try Program.run(["simulate", "--script", path])
      #expect(outcome.status == 65)
      #expect(outcome.error.contains("did you mean kill?"))
    }
  }
}
