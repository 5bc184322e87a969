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
      Three nodes, 128-byte values, acknowledged when a majority has them durable; beside it three \
      threads that each write as many 192-byte records as there are clients and call fdatasync, \
      again and again, the slowest counting. Knobs make it another cluster.

      EXAMPLES:
        replicascope bench
        replicascope bench --json --clients 16 --clients 256 --seconds 5
        replicascope bench --model leaderless --write-quorum 2 --clients 256 --scan 0
        replicascope bench --simulated --model leaderless --nodes 5 --rate 200
        replicascope bench --simulated --model leaderless --nodes 100 --keys 1000000 --load-keys
      """)

  @OptionGroup var knobs: KnobOptions

  @Option(parsing: .singleValue, help: "Clients; may be repeated (1, 16, 256, 4096).")
  var clients: [Int] = []
  @Option(help: "Seconds for each figure (3).") var seconds = 3
  @Option(help: "MiB of log to scan and verify; 0: none (1024).") var scan = 1024
  @Option(help: "Where to put the files (default: the temporary directory).") var data: String?
  @Flag(help: "The simulated world instead: events a second, copies, the way back.")
  var simulated = false
  @Option(help: "With --simulated: operations a second of the one cluster that knobs make (200).")
  var rate: Double?
  @Option(help: "With --simulated: keys (1000).") var keys: Int?
  @Flag(help: "With --simulated: every key is written once before the seconds begin.")
  var loadKeys = false
  @Flag(help: "One JSON object a line.") var json = false

  func run() throws {
    guard (1...600).contains(seconds) else { throw Failure(.usage, "--seconds is 1 to 600") }
    if simulated { return try runSimulated() }
    guard rate == nil, keys == nil, !loadKeys else {
      throw Failure(.usage, "--rate, --keys and --load-keys go with --simulated")
    }
    for count in clients where !(1...10000).contains(count) {
      throw Failure(.usage, "--clients is 1 to 10000")
    }
    for count in clients.isEmpty ? [1, 16, 256, 4096] : clients {
      let raw = try withDirectory { try RawLoop.run(in: $0, batch: count, seconds: seconds) }
      let chosen = try knobs.chosen()
      let lab = try withDirectory { try measure($0, chosen, clients: count) }
      report(clients: count, raw: raw, lab: lab)
    }
    if scan > 0 { try withDirectory { try scanLog($0) } }
  }

  private func runSimulated() throws {
    let bench = SimulationBench(json: json)
    guard !knobs.given.isEmpty || rate != nil || keys != nil || loadKeys else {
      return try bench.run()
    }
    let rate = rate ?? 200
    guard rate > 0, rate <= 1_000_000 else { throw Failure(.usage, "--rate is 1 to 1000000") }
    let keys = keys ?? 1000
    guard (1...10_000_000).contains(keys) else {
      throw Failure(.usage, "--keys is 1 to 10000000")
    }
    try bench.run(
      SimulationBench.Wish(
        knobs: try knobs.chosen(), rate: rate, keys: keys, loadsKeys: loadKeys, seconds: seconds))
  }

  private func withDirectory<Result>(_ body: (DataDirectory) throws -> Result) throws -> Result {
    let chosen = try knobs.chosen()
    let directory: DataDirectory
    do {
      if let data {
        directory = try DataDirectory(
          path: "\(data)/bench", nodes: chosen.nodes, newClusterID: 1)
      } else {
        directory = try DataDirectory(temporaryFor: chosen.nodes, clusterID: 1)
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

  private func measure(
    _ directory: DataDirectory, _ chosen: Knobs, clients: Int
  ) throws -> WriteFigures {
    let load = LoadChange(
      workload: .a, rate: .infinity, clients: clients, valueSize: 128, keys: 10_000)
    var configuration = ClusterConfiguration(
      knobs: chosen, load: load, clusterID: directory.clusterID,
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
