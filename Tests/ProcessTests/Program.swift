import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// The program as its users start it: a process of its own.
enum Program {
  /// Where the test bundle and the program were built.
  static var path: String {
    let folder = Bundle.main.bundleURL.deletingLastPathComponent()
    for candidate in [Bundle.main.bundleURL, folder] {
      let file = candidate.appendingPathComponent("replicascope").path
      if FileManager.default.isExecutableFile(atPath: file) { return file }
    }
    return CommandLine.arguments[0].components(separatedBy: "/").dropLast()
      .joined(separator: "/") + "/replicascope"
  }

  struct Outcome {
    var status: Int32
    var output: String
    var error: String

    var lines: [String] { output.split(separator: "\n").map(String.init) }

    /// The last line's summary.
    func summary() throws -> [String: Any] {
      let last = try #require(lines.last)
      let object = try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any]
      return try #require(object?["summary"] as? [String: Any])
    }
  }

  /// Runs it to its end, at most two minutes.
  static func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let (output, error) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = error
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let watchdog = DispatchWorkItem { kill(process.processIdentifier, SIGKILL) }
    DispatchQueue.global().asyncAfter(deadline: .now() + 120, execute: watchdog)
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let errors = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    watchdog.cancel()
    return Outcome(status: process.terminationStatus, output: text, error: errors)
  }

  /// A directory of its own for a test, removed afterwards.
  static func withDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    let path = NSTemporaryDirectory() + "replicascope-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }
}
