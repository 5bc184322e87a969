import Foundation
import Positions
import Testing
import World
import WriteAheadLog

#if canImport(Glibc)
  import Glibc
#endif

/// A child under load is killed with SIGKILL at random points, again and again: every write that it
/// reported as acknowledged is in the logs of a majority, and they open again.
@Suite(.serialized) struct KillTests {
  static let rounds = 200
  /// Rounds on one directory, before another is taken.
  static let roundsPerDirectory = 20

  @Test func everyAcknowledgedWriteSurvives() throws {
    var random = RandomSource(seed: 20_260_923)
    var reported = 0
    var round = 0
    while round < Self.rounds {
      try Program.withDirectory { directory in
        for _ in 0..<Self.roundsPerDirectory {
          round += 1
          // Most die some time after they first reported a write, some as they start.
          let isEarly = random.next() % 5 == 0
          let milliseconds = Int(random.next() % 200)
          let last = try killed(directory + "/data", early: isEarly, after: milliseconds)
          guard let last else { continue }
          reported += 1
          try check(directory + "/data", last, "round \(round), killed after \(milliseconds) ms")
        }
      }
    }
    // A child that is killed before it reports anything proves nothing; most do report.
    #expect(reported > Self.rounds / 2, "only \(reported) of \(Self.rounds) rounds reported writes")
  }

  private struct Reported {
    var epoch: UInt64
    var index: UInt64
  }

  /// Starts a child, kills it, and gives what it had reported as acknowledged.
  ///
  /// - Parameter early: whether the time counts from its start, not from its first report.
  private func killed(
    _ data: String, early: Bool, after milliseconds: Int
  ) throws -> Reported? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Program.path)
    process.arguments = [
      "lab", "--headless", "--json", "--every", "10ms", "--data", data, "--rate", "3000",
      "--load", "ycsb-a", "--clients", "32",
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    var bytes = Data()
    let deadline = Date(timeIntervalSinceNow: 20)
    while !early, Self.newest(bytes) == nil, Date() < deadline {
      let more = output.fileHandleForReading.availableData
      if more.isEmpty { break }
      bytes += more
    }
    usleep(UInt32(milliseconds) * 1000)
    kill(process.processIdentifier, SIGKILL)
    bytes += output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(process.terminationReason == .uncaughtSignal, "it ended before it was killed: \(text)")
    return Self.newest(bytes)
  }

  /// The newest acknowledged write of the whole lines among `bytes`.
  private static func newest(_ bytes: Data) -> Reported? {
    let text = String(decoding: bytes, as: UTF8.self)
    for line in text.split(separator: "\n").reversed() where line.hasPrefix("{\"snapshot\"") {
      guard
        let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
        let snapshot = object["snapshot"] as? [String: Any],
        let through = snapshot["acknowledgedThrough"] as? [String: Any],
        let epoch = through["term"] as? Int, let index = through["index"] as? Int, index > 0
      else { continue }
      return Reported(epoch: UInt64(epoch), index: UInt64(index))
    }
    return nil
  }

  private func check(_ data: String, _ reported: Reported, _ when: String) throws {
    var holders = 0
    for node in 1...3 {
      var files = PosixFileSystem(directory: "\(data)/n\(node)")
      let found = Found()
      let report = try LogReport(&files) { _, record, _, _ in
        if record.index.rawValue == reported.index, record.term.epoch == reported.epoch {
          found.isThere = true
        }
      }
      #expect(report.damage.isEmpty, "\(when): n\(node): \(report.damage)")
      if found.isThere { holders += 1 }
    }
    #expect(
      holders >= 2,
      "\(when): record \(reported.index) of term \(reported.epoch) was acknowledged, and \(holders) hold it"
    )
  }

  private final class Found {
    var isThere = false
  }
}
