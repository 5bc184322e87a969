import Positions
import Records
import Testing
import World

@testable import WriteAheadLog

/// What says how far a log was durable: below that, nothing is ever cut off.
@Suite struct DurableEndTests {
  @Test func aLogBelowItsCheckpointIsDamaged() throws {
    var bench = LogBench.opened(segmentSize: 16 << 10)
    for _ in 0..<10 { bench.write(17, size: 100) }
    bench.checkpoint()
    // Neither vote nor watermarks help: only the checkpoint tells.
    let names = bench.segmentNames
    var files = bench.files
    for name in names.suffix(2) { _ = try files.perform(.remove(name: name)) }
    _ = try files.perform(.remove(name: "vote"))
    guard case .damaged? = bench.reopened(files).recovery?.condition else {
      Issue.record("a log that ends below its checkpoint is damaged")
      return
    }
    #expect(try !LogReport(&files).damage.isEmpty)
  }

  @Test func aBadPlaceBeforeAFileWithoutAHeaderIsRot() throws {
    var bench = LogBench.opened(segmentSize: 16 << 10)
    for _ in 0..<10 { bench.write(17, size: 100) }
    let names = bench.segmentNames
    // No watermark is left that says so; that the last file has its name does.
    for shorter in [5000, 9000, 12_000] {
      var files = bench.files
      _ = try files.perform(.truncate(name: names[0], size: shorter))
      for name in names.dropFirst() { _ = try files.perform(.truncate(name: name, size: 100)) }
      _ = try files.perform(.remove(name: "vote"))
      guard case .damaged(let damage)? = bench.reopened(files).recovery?.condition else {
        Issue.record("cut at \(shorter): the first file's loss was taken for a torn tail")
        continue
      }
      #expect(damage.file == names[0])
      #expect(try !LogReport(&files).damage.isEmpty)
    }
  }

  @Test func aCheckpointBeyondTheFlushedEndIsNotSaved() {
    var bench = LogBench.opened()
    bench.write(5)
    bench.append(5)
    bench.events = []
    bench.call {
      $0.saveCheckpoint(Checkpoint(point: $0.head, payload: [1]), into: &$1)
    }
    bench.settle()
    guard case .checkpointSkipped? = bench.events.first else {
      Issue.record("\(bench.events)")
      return
    }
    #expect(!bench.files.names.contains { $0.hasPrefix("checkpoint") })
  }

  @Test func aMissingLastSegmentShowsInABusyLog() throws {
    var bench = LogBench.opened(segmentSize: 16 << 10)
    for _ in 0..<10 { bench.write(17, size: 100) }
    let names = bench.segmentNames
    for count in 1..<names.count {
      var files = bench.files
      for name in names.suffix(count) { _ = try files.perform(.remove(name: name)) }
      let damage = try LogReport(&files).damage
      #expect(!damage.isEmpty, "\(count) segments gone")
      guard case .damaged? = bench.reopened(files).recovery?.condition else {
        Issue.record("\(count) segments gone: \(String(describing: bench.reopened(files)))")
        continue
      }
    }
  }

  @Test func aMissingLastSegmentIsMended() throws {
    var bench = LogBench.opened(segmentSize: 16 << 10)
    for _ in 0..<10 { bench.write(17, size: 100) }
    let all = bench.readAll()
    var files = bench.files
    for name in bench.segmentNames.suffix(2) { _ = try files.perform(.remove(name: name)) }
    var (again, recovery) = bench.reopened(files)
    while case .damaged(let found)? = recovery?.condition {
      let batch = try #require(all.first { $0.last.index > found.after.index })
      again.events = []
      again.call { $0.repair(batch.suffix(after: found.after.index), into: &$1) }
      again.settle()
      recovery =
        again.events.lazy.compactMap {
          if case .opened(let recovery) = $0 { recovery } else { nil }
        }.last
    }
    // The leader sends what is missing still; until then the node does not vote.
    #expect(recovery?.isSuspect == true)
    #expect(again.reopened().recovery?.isSuspect == true)
  }

  @Test func aBadHeaderIsNeverCutOff() {
    var bench = LogBench.opened(segmentSize: 16 << 10)
    for _ in 0..<10 { bench.write(17, size: 100) }
    for name in bench.segmentNames {
      for damage in 0..<2 {
        var files = bench.files
        if damage == 0 {
          files.damage(name, at: 50, [0xFF, 0xFF])
        } else {
          files.unreadable = [name: 0..<1 << 20]
        }
        let before = files
        let (again, recovery) = bench.reopened(files)
        guard case .damaged(let found)? = recovery?.condition else {
          Issue.record("\(name): \(String(describing: recovery))")
          continue
        }
        #expect(found.file == name)
        #expect(again.files.names == before.names)
        #expect(again.files.contents(of: name) == before.contents(of: name))
      }
    }
  }

  @Test func anUnreadableCheckpointIsNone() {
    var bench = LogBench.opened()
    bench.write(5)
    bench.checkpoint()
    bench.write(5)
    bench.checkpoint()
    let names = bench.files.names.filter { $0.hasPrefix("checkpoint-") }
    bench.files.unreadable = [names[1]: 0..<1000]
    var (again, recovery) = bench.reopened()
    #expect(recovery?.condition == .clean)
    again.events = []
    again.call { $0.readCheckpoint(atOrBelow: Index(.max), request: 1, into: &$1) }
    again.settle()
    guard case .checkpointRead(let checkpoint?, request: 1)? = again.events.last else {
      Issue.record("\(again.events)")
      return
    }
    #expect(checkpoint.point.index == Index(5))
  }
}
