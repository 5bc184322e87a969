import Foundation
import Testing

@Suite(.serialized) struct HeadlessTests {
  @Test func aKilledLeaderCostsNothingUnderMajority() throws {
    let outcome = try Program.run([
      "lab", "--headless", "--for", "5s", "--json", "--election-timeout", "500ms", "--do",
      "at 1s kill leader", "--do", "at 3s heal all", "--do", "at 3500ms quiesce",
    ])
    #expect(outcome.status == 0)
    let summary = try outcome.summary()
    #expect(summary["lost"] as? Int == 0)
    #expect(summary["violations"] as? Int == 0)
    #expect((summary["acknowledged"] as? Int ?? 0) > 100)
    #expect((summary["term"] as? Int ?? 0) >= 2)
    #expect(summary["leader"] as? String != nil)
    let replicas = try #require(summary["replicas"] as? [[String: Any]])
    #expect(Set(replicas.compactMap { $0["hash"] as? String }).count == 1)
    for line in outcome.lines {
      #expect((try? JSONSerialization.jsonObject(with: Data(line.utf8))) != nil, "\(line)")
    }
  }

  @Test func anIsolatedLeaderUnderAsyncLosesWritesAndListsThem() throws {
    let outcome = try Program.run([
      "lab", "--headless", "--for", "6s", "--json", "--ack", "async", "--rate", "2000",
      "--election-timeout", "500ms", "--do", "at 1s isolate leader", "--do", "at 4s heal all",
      "--do", "at 4500ms quiesce",
    ])
    #expect(outcome.status == 0)
    let summary = try outcome.summary()
    let lost = summary["lost"] as? Int ?? 0
    #expect(lost > 0)
    #expect((summary["findings"] as? Int ?? 0) > 0)
    #expect((summary["lostWrites"] as? [Any])?.count == min(2000, lost))
    #expect(summary["lostUnlisted"] as? Int == 0)
    let replicas = try #require(summary["replicas"] as? [[String: Any]])
    #expect(Set(replicas.compactMap { $0["hash"] as? String }).count == 1)
  }

  @Test(
    arguments: [
      (["lab", "--ack", "majorty"], "did you mean majority?"),
      (["lab", "--headless", "--do", "at 1s kil n1"], "did you mean kill?"),
      (["lab", "--headless", "--do", "at 1 kill n1"], "needs its unit"),
      (["lab", "--headless", "--nodes", "0"], "from 1 to 100"),
      (["lab", "--model", "multi"], "is no model"),
      (["lab", "--headless", "--for", "ten"], "number with its unit"),
      (["lab"], "there is no terminal here"),
    ] as [([String], String)])
  func badInputIsOneLineAndNothingStarts(arguments: [String], message: String) throws {
    let outcome = try Program.run(arguments)
    #expect(outcome.status == 64)
    #expect(outcome.error.contains(message), "\(outcome.error)")
    #expect(outcome.error.split(separator: "\n").count == 1, "\(outcome.error)")
    #expect(outcome.output.isEmpty)
  }

  @Test func aBadFileOfCommandsNamesEveryLine() throws {
    try Program.withDirectory { directory in
      let path = directory + "/bad.scope"
      try "at 1s kill n1\nat 2s kilt n1\nkill n9\n".write(
        toFile: path, atomically: true, encoding: .utf8)
      let outcome = try Program.run(["lab", "--headless", "--do-file", path])
      #expect(outcome.status == 65)
      #expect(outcome.error.contains("bad.scope:2:7"), "\(outcome.error)")
      #expect(outcome.error.contains("bad.scope:3:6"), "\(outcome.error)")
    }
  }

  @Test func directoriesInUseForeignOrDamagedAreRefused() throws {
    try Program.withDirectory { directory in
      let data = directory + "/data"
      #expect(
        try Program.run(["lab", "--headless", "--for", "1s", "--json", "--data", data]).status == 0)
      // A second start finds everything.
      let again = try Program.run(["lab", "--headless", "--for", "1s", "--json", "--data", data])
      #expect(again.status == 0)
      #expect((try again.summary()["term"] as? Int ?? 0) >= 2)
      let whole = try Program.run(["wal", data + "/n1", "--verify"])
      #expect(whole.status == 0)
      #expect(whole.output.hasPrefix("whole: "), "\(whole.output)")
      let listing = try Program.run(["wal", data + "/n1"])
      #expect(listing.lines.count > 100)
      #expect(listing.lines[0].contains(" noop"), "\(listing.lines[0])")
      // Rot in the middle of n1's log: named, exit 1; the lab mends it from its peers.
      let wal = try #require(
        try FileManager.default.contentsOfDirectory(atPath: data + "/n1").first {
          $0.hasPrefix("wal-")
        })
      let file = try #require(FileHandle(forUpdatingAtPath: data + "/n1/" + wal))
      try file.seek(toOffset: 6000)
      try file.write(contentsOf: Data([1, 2, 3, 4, 5]))
      try file.close()
      let damaged = try Program.run(["wal", data + "/n1", "--verify"])
      #expect(damaged.status == 1)
      #expect(damaged.output.contains("DAMAGED \(wal) at byte"), "\(damaged.output)")
      let mended = try Program.run(["lab", "--headless", "--for", "3s", "--json", "--data", data])
      #expect(mended.status == 0)
      #expect(mended.output.contains("mends its log"), "\(mended.output.prefix(2000))")
      #expect(try Program.run(["wal", data + "/n1", "--verify"]).status == 0)
      // Not ours.
      let foreign = try Program.run(["lab", "--headless", "--for", "1s", "--data", "/usr"])
      #expect(foreign.status == 78)
      #expect(foreign.error.contains("/usr"))
    }
  }

  @Test func aDirectoryInUseIsRefused() throws {
    try Program.withDirectory { directory in
      let process = Process()
      process.executableURL = URL(fileURLWithPath: Program.path)
      process.arguments = ["lab", "--headless", "--for", "20s", "--data", directory + "/data"]
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      defer {
        process.terminate()
        process.waitUntilExit()
      }
      let deadline = Date(timeIntervalSinceNow: 10)
      while !FileManager.default.fileExists(atPath: directory + "/data/n1/vote"), Date() < deadline
      {
        usleep(20_000)
      }
      let outcome = try Program.run([
        "lab", "--headless", "--for", "1s", "--data", directory + "/data",
      ])
      #expect(outcome.status == 78)
      #expect(outcome.error.contains("in use"), "\(outcome.error)")
    }
  }

  @Test func aSignalEndsItCleanly() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Program.path)
    process.arguments = ["lab", "--headless", "--json"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    usleep(800_000)
    kill(process.processIdentifier, SIGTERM)
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 143)
    #expect(text.split(separator: "\n").last?.hasPrefix("{\"summary\":") == true)
  }
}
