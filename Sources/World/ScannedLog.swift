import Synchronization
import WriteAheadLog

/// Looks at the logs of real directories, several files at once.
public enum ScannedLog {
  /// Files that several threads take one after another, and what became of them.
  private final class Work: Sendable {
    let notes: LogReport.Notes
    let next = Atomic(0)
    let results: Mutex<[LogReport.File?]>

    init(_ notes: LogReport.Notes) {
      self.notes = notes
      results = Mutex(Array(repeating: nil, count: notes.segments.count))
    }

    /// Scans files until none is left.
    func scan(_ directory: String) {
      let files = PosixFileSystem(directory: directory)
      let largest = notes.segments.map(\.size).max() ?? 0
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: largest, alignment: 4096)
      defer { buffer.deallocate() }
      while true {
        let position = next.add(1, ordering: .relaxed).oldValue
        guard position < notes.segments.count else { return }
        let file = notes.segments[position]
        let scanned: LogReport.File
        do {
          let count = try files.read(file.name, into: buffer)
          scanned = LogReport.File(
            file, UnsafeRawBufferPointer(rebasing: buffer[..<count]), notes)
        } catch {
          scanned = LogReport.File(file, problem: "\(error)")
        }
        results.withLock { $0[position] = scanned }
      }
    }
  }

  /// Scans the log in `directory` with `threads` threads, the caller's included.
  ///
  /// - Throws: ``FileError`` when the directory can't be read.
  public static func report(_ directory: String, threads: Int = 2) throws -> LogReport {
    var files = PosixFileSystem(directory: directory)
    let notes = try LogReport.Notes(&files)
    let work = Work(notes)
    // Where no thread can be had, the caller does it all.
    let helpers = (1..<max(1, min(threads, notes.segments.count))).compactMap { _ in
      try? Thread.start { work.scan(directory) }
    }
    work.scan(directory)
    for helper in helpers { helper.join() }
    return LogReport(notes, work.results.withLock { $0.compactMap { $0 } })
  }
}
