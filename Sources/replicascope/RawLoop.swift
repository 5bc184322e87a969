import Positions
import Synchronization
import World

#if canImport(Glibc)
  import Glibc
#endif

/// The limit: three threads, three zero-filled files, a write and an fdatasync again and again.
enum RawLoop {
  private static let recordSize = 192
  private static let fileSize = 64 << 20

  /// Records a second of the slowest thread, with `batch` records a sync.
  static func run(in directory: DataDirectory, batch: Int, seconds: Int) throws -> Double {
    let path = directory.path
    let rates = Rates()
    let threads = try (1...3).map { number in
      try Thread.start {
        let rate = loop("\(path)/raw-\(number)", batch: batch, seconds: seconds)
        rates.values.withLock { $0.append(rate) }
      }
    }
    for thread in threads { thread.join() }
    let values = rates.values.withLock { $0 }
    guard let slowest = values.compactMap({ $0 }).min(), !values.contains(nil) else {
      throw Failure(.inputOutput, "the raw loop could not write in \(path)")
    }
    return slowest
  }

  private final class Rates: Sendable {
    let values = Mutex<[Double?]>([])
  }

  private static func loop(_ path: String, batch: Int, seconds: Int) -> Double? {
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard file >= 0 else { return nil }
    defer {
      close(file)
      unlink(path)
    }
    let zeros = [UInt8](repeating: 0, count: 1 << 20)
    for step in 0..<fileSize >> 20 {
      guard pwrite(file, zeros, zeros.count, off_t(step << 20)) == zeros.count else { return nil }
    }
    guard fsync(file) == 0 else { return nil }
    let bytes = [UInt8](repeating: 7, count: batch * recordSize)
    var offset = 0
    var syncs = 0
    let begun = MonotonicClock.now
    while MonotonicClock.now - begun < Int64(seconds) * 1_000_000_000 {
      if offset + bytes.count > fileSize { offset = 0 }
      guard pwrite(file, bytes, bytes.count, off_t(offset)) == bytes.count, fdatasync(file) == 0
      else { return nil }
      offset += bytes.count
      syncs += 1
    }
    return Double(syncs * batch) / (Double(MonotonicClock.now - begun) / 1e9)
  }
}
