import Canvas
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Lines to standard output and error; control characters in them are made visible.
enum Output {
  private struct State: Sendable {
    var bytes: [UInt8] = []
    var isBulk = false
    var isBroken = false
  }

  private static let state = Mutex(State())

  /// Whether nobody reads standard output any more.
  static var isBroken: Bool { state.withLock { $0.isBroken } }

  /// Prints a line at once, or in bulk after ``beginBulk()``; line breaks in it stand.
  static func line(_ text: String) {
    state.withLock { state in
      state.bytes.append(contentsOf: visible(text).utf8)
      state.bytes.append(10)
      if !state.isBulk || state.bytes.count >= 1 << 16 { flush(&state) }
    }
  }

  /// Gathers lines until ``flush()``: for long listings.
  static func beginBulk() { state.withLock { $0.isBulk = true } }

  /// Prints what was gathered.
  static func flush() { state.withLock { flush(&$0) } }

  private static func flush(_ state: inout State) {
    if !write(state.bytes, to: STDOUT_FILENO) { state.isBroken = true }
    state.bytes.removeAll(keepingCapacity: true)
  }

  /// Prints a line for people to standard error.
  static func error(_ text: String) {
    _ = write(Array((visible(text) + "\n").utf8), to: STDERR_FILENO)
  }

  /// Writes our own text to standard error as it is, to be written over.
  static func progress(_ text: String) { _ = write(Array(text.utf8), to: STDERR_FILENO) }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.write(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
      }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return false }
      done += count
    }
    return true
  }

  private static func visible(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
    return text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.reduce(into: "") { $0 += Legible.isControl($1) ? Legible.shown($1) : String($1) } }
      .joined(separator: "\n")
  }
}
