import Positions
import Records
import Synchronization
import World
import WriteAheadLog

#if canImport(Glibc)
  import Glibc
#endif

/// How fast a log is verified, beside how fast its files are read.
enum ScanBench {
  /// Makes a log of about `bytes` bytes: 128-byte values, as the load writes them.
  static func makeLog(in folder: String, bytes: Int) throws {
    var files = PosixFileSystem(directory: folder)
    do { try Directories.make(folder) } catch { throw Failure(.inputOutput, "\(error)") }
    var log = WriteAheadLog(
      LogConfiguration(clusterID: 1, node: NodeID(1), bootEpoch: 1, saltSource: 1))
    var output = LogOutput()
    log.open(into: &output)
    let payload = [UInt8](repeating: 7, count: 128)
    let term = Term(epoch: 1, node: NodeID(1))
    repeat {
      while !output.requests.isEmpty {
        let requests = output.requests
        output.requests = []
        for request in requests { log.handle(files.perform(request), into: &output) }
      }
      for case .failed(let error) in output.events {
        throw Failure(.inputOutput, "\(folder): \(error)")
      }
      output.events = []
      var batch = RecordBatch(after: log.head)
      for _ in 0..<4096 { batch.append(kind: .write, term: term, payload: payload) }
      log.append(batch)
      log.flush(into: &output)
    } while log.head.end.rawValue < UInt64(bytes)
    while !output.requests.isEmpty {
      let requests = output.requests
      output.requests = []
      for request in requests { log.handle(files.perform(request), into: &output) }
    }
  }

  /// MiB a second of reading the files whole, one after another.
  static func readRaw(in folder: String) throws -> Double {
    var files = PosixFileSystem(directory: folder)
    let begun = MonotonicClock.now
    var total = 0
    do {
      guard case .listing(let listing) = try files.perform(.list) else { return 0 }
      for file in listing where file.name.hasPrefix("wal-") {
        if case .bytes(let bytes) = try files.perform(
          .read(name: file.name, offset: 0, count: file.size))
        {
          total += bytes.count
        }
      }
    } catch {
      throw Failure(.inputOutput, "\(folder): \(error)")
    }
    return Double(total) / 1_048_576 / (Double(MonotonicClock.now - begun) / 1e9)
  }

  /// MiB a second of verifying the log.
  static func verify(in folder: String) throws -> Double {
    let begun = MonotonicClock.now
    do {
      let report = try ScannedLog.report(folder)
      guard report.damage.isEmpty else { throw Failure(.checkFailed, "\(report.damage[0])") }
      let total = report.files.reduce(0) { $0 + $1.file.size }
      return Double(total) / 1_048_576 / (Double(MonotonicClock.now - begun) / 1e9)
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(.inputOutput, "\(folder): \(error)")
    }
  }
}
