import ArgumentParser
import Cluster
import Operations
import Positions
import Synchronization
import World
import WriteAheadLog

#if canImport(Glibc)
  import Glibc
#endif

/// `replicascope bench`: what the lab does on this machine's disk, beside what the disk can do.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure acknowledged writes a second beside a raw loop of this machine's disk.",
    discussion: """
      Three nodes, 128-byte values, acknowledged by a majority after fdatasync; beside it three \
      threads that each write as many 192-byte records a sync as there are clients, the slowest \
      counting.

      EXAMPLES:
        replicascope bench
        replicascope bench --json --clients 16 --clients 256 --seconds 5
      """)

  @Option(parsing: .singleValue, help: "Clients; may be repeated (1, 16, 256, 4096).")
  var clients: [Int] = []
  @Option(help: "Seconds for each figure (3).") var seconds = 3
  @Option(help: "MiB of log to scan and verify; 0: none (1024).") var scan = 1024
  @Option(help: "Where to put the files (default: the temporary directory).") var data: String?
  @Flag(help: "The simulated world instead: events a second, copies, the way back.")
  var simulated = false
  @Flag(help: "One JSON object a line.") var json = false

  func run() throws {
    guard (1...600).contains(seconds) else { throw Failure(.usage, "--seconds is 1 to 600") }
    if simulated { return try SimulationBench(json: json).run() }
    for count in clients where !(1...10000).contains(count) {
      throw Failure(.usage, "--clients is 1 to 10000")
    }
    for count in clients.isEmpty ? [1, 16, 256, 4096] : clients {
      let raw = try withDirectory { try RawLoop.run(in: $0, batch: count, seconds: seconds) }
      let lab = try withDirectory { try measure($0, clients: count) }
      report(clients: count, raw: raw, lab: lab)
    }
    if scan > 0 { try withDirectory { try scanLog($0) } }
  }

  private func withDirectory<Result>(_ body: (DataDirectory) throws -> Result) throws -> Result {
    let directory: DataDirectory
    do {
      if let data {
        directory = try DataDirectory(path: "\(data)/bench", nodes: 3, newClusterID: 1)
      } else {
        directory = try DataDirectory(temporaryFor: 3, clusterID: 1)
      }
    } catch {
      throw Failure(.inputOutput, "\(error)")
    }
    defer {
      directory.close()
      if let data { Directories.removeTree("\(data)/bench") }
    }
    return try body(directory)
  }

  private func measure(_ directory: DataDirectory, clients: Int) throws -> WriteFigures {
    let load = LoadChange(
      workload: .a, rate: .infinity, clients: clients, valueSize: 128, keys: 10_000)
    var configuration = ClusterConfiguration(
      knobs: Knobs(), load: load, clusterID: directory.clusterID,
      bootEpoch: directory.bootEpoch, seed: 1)
    configuration.writesOnly = true
    return try WriteFigures(
      configuration: configuration, world: LiveWorld(root: directory.path),
      for: .seconds(seconds))
  }

  private func report(clients: Int, raw: Double, lab: WriteFigures) {
    let share = lab.writesPerSecond / raw
    if json {
      Output.line(
        "{\"clients\":\(clients),\"writesPerSecond\":\(Int(lab.writesPerSecond)),"
          + "\"rawRecordsPerSecond\":\(Int(raw)),\"share\":\(rounded(share)),"
          + "\"ackMilliseconds\":{\"p50\":\(rounded(lab.p50 ?? 0)),\"p99\":\(rounded(lab.p99 ?? 0))},"
          + "\"engineMicroseconds\":\(rounded(lab.processorMicroseconds)),"
          + "\"violations\":\(lab.violations)}")
    } else {
      Output.line(
        "\(clients) clients: \(Int(lab.writesPerSecond)) writes/s, raw loop \(Int(raw)) records/s "
          + "(\(Int(share * 100)) %), p50 \(rounded(lab.p50 ?? 0)) ms, p99 \(rounded(lab.p99 ?? 0)) ms"
      )
    }
  }

  private func rounded(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }

  /// Writes a log of `scan` MiB, then reads it raw and verifies it, both with warm caches.
  private func scanLog(_ directory: DataDirectory) throws {
    let folder = directory.path + "/n1"
    try ScanBench.makeLog(in: folder, bytes: scan << 20)
    _ = try ScanBench.readRaw(in: folder)
    let raw = try ScanBench.readRaw(in: folder)
    let verified = try ScanBench.verify(in: folder)
    let share = verified / raw
    if json {
      Output.line(
        "{\"scanMiB\":\(scan),\"verifiedMiBPerSecond\":\(Int(verified)),"
          + "\"rawMiBPerSecond\":\(Int(raw)),\"share\":\(rounded(share))}")
    } else {
      Output.line(
        "scan of \(scan) MiB: verified at \(Int(verified)) MiB/s, raw read \(Int(raw)) MiB/s "
          + "(\(Int(share * 100)) %)")
    }
  }
}
