import Positions
import Records
import Testing
import World

@testable import WriteAheadLog

@Suite struct LogTests {
  @Test func oneFlushIsInFlightWhileTheNextFills() {
    var bench = LogBench()
    bench.open()
    bench.events = []
    bench.append(3)
    bench.call { $0.flush(into: &$1) }
    let first = bench.log.head
    bench.append(4)
    bench.call { $0.flush(into: &$1) }
    let flushes = bench.waiting.filter { $0.turn == .inOrder }.filter {
      $0.operations.contains { if case .sync = $0 { true } else { false } }
    }
    #expect(flushes.count == 1)
    bench.settle()
    #expect(bench.events == [.flushed(first), .flushed(bench.log.head)])
  }

  @Test func everyCrashDuringAFlushKeepsWhatWasFlushed() {
    var bench = LogBench(segmentSize: 16 << 10)
    bench.open()
    for round in 0..<30 {
      let flushed = bench.log.flushed
      bench.append(7, size: 90)
      bench.call { $0.flush(into: &$1) }
      // The machine dies after each operation of the request; what was not synced is gone.
      guard let request = bench.waiting.first else { continue }
      for count in 0...request.operations.count {
        var files = bench.files
        for operation in request.operations.prefix(count) { _ = try? files.perform(operation) }
        files.crash()
        let (_, recovery) = bench.reopened(files)
        #expect((recovery?.point.index ?? .zero) >= flushed.index, "round \(round) after \(count)")
        if case .damaged(let damage)? = recovery?.condition { Issue.record("\(damage)") }
      }
      bench.settle()
    }
  }

  @Test func theVoteIsTheNewestOneThatWasSaved() {
    var bench = LogBench()
    bench.open()
    for epoch in 1...5 {
      let vote = Vote(term: Term(epoch: UInt64(epoch), node: NodeID(2)), votedFor: NodeID(2))
      bench.call { $0.saveVote(vote, into: &$1) }
      // A crash within the save leaves the old vote or the new one, never doubt.
      guard let request = bench.waiting.first else { continue }
      for count in 0...request.operations.count {
        var files = bench.files
        for operation in request.operations.prefix(count) { _ = try? files.perform(operation) }
        let (_, recovery) = bench.reopened(files)
        #expect(recovery?.voteInDoubt == false)
        let found = recovery?.vote.term.epoch ?? 99
        #expect(found == UInt64(epoch) || found == UInt64(epoch - 1))
      }
      bench.settle()
      #expect(bench.reopened().recovery?.vote == vote)
    }
  }

  @Test func anyOneOrTwoDamagedCopiesOfTheVoteAreSurvivedOrDoubted() {
    var bench = LogBench()
    bench.open()
    let vote = Vote(term: Term(epoch: 4, node: NodeID(1)), votedFor: NodeID(3))
    bench.call { $0.saveVote(vote, into: &$1) }
    bench.settle()
    for mask in 1..<16 {
      var files = bench.files
      for copy in 0..<4 where mask & 1 << copy != 0 {
        files.damage("vote", at: copy * 4096 + 20, [0xEE])
      }
      let (_, recovery) = bench.reopened(files)
      let good = 4 - mask.nonzeroBitCount
      if good >= 2 {
        #expect(recovery?.vote == vote, "mask \(mask)")
        #expect(recovery?.voteInDoubt == false, "mask \(mask)")
      } else {
        #expect(recovery?.voteInDoubt == true, "mask \(mask)")
      }
    }
  }

  @Test(arguments: [0, 1, 5, 40, 99, 100])
  func truncationKeepsTheSuffixInAFile(kept: Int) throws {
    var bench = LogBench(segmentSize: 8 << 10)
    bench.open()
    for _ in 0..<5 { bench.write(20, size: 100) }
    let all = bench.readAll()
    var points: [LogPoint] = [.origin]
    for batch in all { for one in 0..<batch.count { points.append(batch.point(through: one)) } }
    bench.events = []
    bench.append(3)
    bench.call { $0.truncate(after: points[kept], into: &$1) }
    let before = bench
    bench.settle()
    guard case .truncated(let point, let discarded, let file)? = bench.events.last else {
      Issue.record("\(bench.events)")
      return
    }
    #expect(point == points[kept])
    #expect(discarded.count == 103 - kept)
    #expect(discarded.chainHolds())
    let name = try #require(file)
    #expect(bench.files.names.contains(name))
    #expect(bench.log.head == points[kept] && bench.log.flushed == points[kept])
    let (_, recovery) = bench.reopened()
    #expect(recovery?.point == points[kept])
    #expect(recovery?.condition == .clean)
    bench.write(30, term: Term(epoch: 2, node: NodeID(2)))
    #expect(bench.reopened().recovery?.point == bench.log.flushed)
    crashes(during: before, from: points[100], to: points[kept])
  }

  /// Whatever operation of a truncation a crash comes after, the log is the old one or the new one.
  private func crashes(during bench: LogBench, from old: LogPoint, to new: LogPoint) {
    var bench = bench
    while let request = bench.waiting.first {
      for count in 0...request.operations.count {
        var files = bench.files
        for operation in request.operations.prefix(count) { _ = try? files.perform(operation) }
        let (_, recovery) = bench.reopened(files)
        #expect(
          recovery?.condition == .clean, "after \(count): \(request.operations[max(0, count - 1)])")
        #expect(recovery?.point == old || recovery?.point == new)
      }
      bench.step()
    }
  }

  @Test func checkpointsLetTheLogGo() {
    var bench = LogBench(segmentSize: 8 << 10)
    bench.open()
    for round in 0..<40 {
      bench.write(20, size: 100)
      guard round % 5 == 4 else { continue }
      let checkpoint = Checkpoint(
        point: bench.log.flushed, payload: [UInt8](repeating: UInt8(round), count: 200_000))
      bench.call { $0.saveCheckpoint(checkpoint, into: &$1) }
      bench.settle()
    }
    let names = bench.files.names
    #expect(names.filter { $0.hasPrefix("checkpoint-") }.count == 2)
    #expect(names.filter { $0.hasPrefix("wal-") }.count <= 16)
    #expect(bench.log.first.index > .zero)
    let (again, recovery) = bench.reopened()
    #expect(recovery?.first == bench.log.first)
    #expect(recovery?.condition == .clean)
    var copy = again
    copy.events = []
    copy.call { $0.readCheckpoint(atOrBelow: Index(.max), request: 3, into: &$1) }
    copy.settle()
    guard case .checkpointRead(let newest?, request: 3)? = copy.events.last else {
      Issue.record("\(copy.events)")
      return
    }
    #expect(newest.point == bench.log.flushed)
    // The newest is damaged: the one before it serves.
    copy.files.damage(CheckpointFile.name(newest.point.index), at: 70_000, [1])
    copy.events = []
    copy.call { $0.readCheckpoint(atOrBelow: Index(.max), request: 4, into: &$1) }
    copy.settle()
    guard case .checkpointRead(let older?, request: 4)? = copy.events.last else {
      Issue.record("\(copy.events)")
      return
    }
    #expect(older.point.index < newest.point.index)
    copy.events = []
    copy.call { $0.read(after: .zero, maximumBytes: 1000, request: 5, into: &$1) }
    #expect(copy.events == [.unavailable(request: 5, first: copy.log.first)])
  }

  @Test func aCheckpointReplacesTheLog() {
    var bench = LogBench(segmentSize: 8 << 10)
    bench.open()
    for _ in 0..<5 { bench.write(20, size: 100) }
    let point = LogPoint(
      index: Index(5000), term: Term(epoch: 3, node: NodeID(2)), chain: Chain(77),
      end: LSN(1_000_000))
    bench.call { $0.install(Checkpoint(point: point, payload: [1, 2, 3]), into: &$1) }
    let before = bench
    bench.settle()
    #expect(bench.events.last == .installed(point))
    bench.write(10, term: Term(epoch: 3, node: NodeID(2)))
    let (_, recovery) = bench.reopened()
    #expect(recovery?.point == bench.log.flushed)
    #expect(recovery?.first == point)
    // A crash after any operation leaves the old log, or the checkpoint.
    guard let request = before.waiting.first else { return }
    for count in 0...request.operations.count {
      var files = before.files
      for operation in request.operations.prefix(count) { _ = try? files.perform(operation) }
      let (_, recovery) = before.reopened(files)
      #expect(recovery?.condition == .clean, "after \(count)")
      #expect(recovery?.point.index == Index(100) || recovery?.point == point, "after \(count)")
    }
  }

  @Test func aFullDiskKeepsRecordsUntilThereIsRoom() {
    var bench = LogBench()
    bench.open()
    bench.files.isFull = true
    bench.events = []
    while bench.log.isFull == false, bench.log.head.index < Index(10_000) { bench.write(20) }
    #expect(bench.events.contains(.full(true)))
    #expect(!bench.events.contains { if case .failed = $0 { true } else { false } })
    bench.call {
      $0.saveVote(Vote(term: Term(epoch: 9, node: NodeID(1)), votedFor: nil), into: &$1)
    }
    bench.settle()
    #expect(bench.reopened().recovery?.vote.term.epoch == 9)
    bench.files.isFull = false
    bench.call { $0.lookForRoom(into: &$1) }
    bench.settle()
    #expect(bench.events.contains(.full(false)))
    #expect(bench.log.flushed == bench.log.head)
    #expect(bench.reopened().recovery?.point == bench.log.head)
  }

  @Test func closingLeavesNoDoubt() {
    var bench = LogBench()
    bench.open()
    bench.write(5)
    bench.append(2)
    bench.events = []
    bench.call { $0.close(into: &$1) }
    bench.settle()
    #expect(bench.events.last == .closed)
    let end = bench.log.head
    var files = bench.files
    _ = try? files.perform(.truncate(name: RecoveryTests.name, size: SegmentHeader.size + 10))
    guard case .damaged? = bench.reopened(files).recovery?.condition else {
      Issue.record("a cut below the noted watermark is rot")
      return
    }
    #expect(bench.reopened().recovery?.point == end)
  }

  @Test func theReportSaysWhatIsThere() throws {
    var bench = LogBench(segmentSize: 16 << 10)
    bench.open()
    for _ in 0..<10 { bench.write(17, size: 100) }
    var seen = 0
    let report = try LogReport(&bench.files) { _, _, _, _ in seen += 1 }
    #expect(report.damage.isEmpty && report.tornTail == nil)
    #expect(report.count == 170 && seen == 170)
    #expect(report.end == bench.log.flushed)
    let name = try #require(report.files.first?.file.name)
    bench.files.damage(name, at: 5000, [0x55])
    let second = try LogReport(&bench.files)
    #expect(second.damage.count == 1)
    #expect(second.damage.first?.file == name)
  }

  @Test func theChecksumIsCRC32C() {
    let bytes = Array("123456789".utf8)
    #expect(bytes.withUnsafeBytes { $0.checksum(0..<9) } == 0xE306_9283)
  }
}
