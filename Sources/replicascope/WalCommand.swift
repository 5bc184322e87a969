import ArgumentParser
import Canvas
import Operations
import Positions
import Records
import Replication
import World
import WriteAheadLog

#if canImport(Glibc)
  import Glibc
#endif

/// `replicascope wal`: a node's log, record by record.
struct WalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wal",
    abstract: "Print a node's log record by record, or say whether it is whole.",
    discussion: """
      DIR holds a node's wal-* files. Nothing is changed; run it on a directory that is not in use.

      EXAMPLES:
        replicascope wal data/n1
        replicascope wal data/n1 --verify
      """)

  @Argument(help: "The node's directory.") var directory: String
  @Flag(help: "Only say whether the log is whole; exit 1 when it is not.") var verify = false

  func run() throws {
    var status = stat()
    guard stat(directory, &status) == 0 else {
      throw Failure(.inputOutput, "\(directory): \(String(cString: strerror(errno)))")
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw Failure(.usage, "\(directory) is a file; name the directory that holds the wal-* files")
    }
    var files = PosixFileSystem(directory: directory)
    Output.beginBulk()
    defer { Output.flush() }
    let report: LogReport
    do {
      report =
        verify
        ? try ScannedLog.report(directory) : try LogReport(&files) { Self.show($0, $1, $2, $3) }
    } catch {
      throw Failure(.inputOutput, "\(directory): \(error)")
    }
    guard !report.files.isEmpty else {
      let nodes = Self.nodeDirectories(in: directory)
      throw Failure(
        .usage,
        "\(directory) holds no wal-* files"
          + (nodes.isEmpty ? "" : "; name one of \(nodes.joined(separator: ", "))"))
    }
    for damage in report.damage { Output.line("DAMAGED \(damage)") }
    if let tail = report.tornTail {
      Output.line("torn tail, never synced, cut off at the next start: \(tail)")
    }
    let vote = report.vote.map {
      "term \($0.term.epoch), voted for \($0.votedFor?.description ?? "nobody")"
    }
    Output.line(
      "\(report.damage.isEmpty ? "whole" : "damaged"): \(report.files.count) files, "
        + "\(report.count) records, ends at \(report.end.end) (record \(report.end.index)); "
        + (vote ?? "no vote that can be trusted"))
    if !report.damage.isEmpty { throw ExitCode(Failure.Kind.checkFailed.rawValue) }
  }

  private static func nodeDirectories(in directory: String) -> [String] {
    guard let folder = opendir(directory) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if NodeID(name) != nil { names.append(directory + "/" + name) }
    }
    return names.sorted()
  }

  private static func show(
    _ file: String, _ record: RecordHeader, _ end: LogPoint, _ payload: UnsafeRawBufferPointer
  ) {
    let content: String
    switch record.kind {
    case .noop: content = "noop"
    case .membership:
      let members = Membership(encoded: payload)
      content =
        "members "
        + (members?.voters.map(\.description).joined(separator: " ") ?? "that can't be read")
    case .version: content = KeyRecord(payload)?.description ?? "a version that can't be read"
    case .write:
      guard let write = ClientWrite.decode(payload) else {
        content = "a write that can't be read"
        break
      }
      let value = String(decoding: write.value.prefix(24), as: UTF8.self)
      let more = write.value.count > 24 ? "… (\(write.value.count) bytes)" : ""
      content =
        "write \(String(decoding: write.key, as: UTF8.self)) = \(value)\(more)  "
        + "session \(write.session) number \(write.sequence)"
    }
    Output.line(
      "\(record.lsn) \(record.index) term \(record.term.epoch) chain \(record.chain) "
        + "synced \(record.watermark) batch \(record.batch) \(content)")
  }
}
