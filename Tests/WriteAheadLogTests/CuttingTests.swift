import Positions
import Records
import Testing
import World

@testable import WriteAheadLog

/// Truncations and installations: what they keep, what they take along, and full disks.
@Suite struct CuttingTests {
  private static func installed() -> Checkpoint {
    let point = LogPoint(
      index: Index(5000), term: Term(epoch: 3, node: NodeID(2)), chain: Chain(77),
      end: LSN(1_000_000))
    return Checkpoint(point: point, payload: [UInt8](repeating: 8, count: 5000))
  }

  @Test func recordsBelowTheForkThatWereNeverFlushedAreFlushed() {
    var bench = LogBench.opened()
    bench.write(5)
    bench.append(10)
    var whole = bench
    whole.call { $0.flush(into: &$1) }
    whole.settle()
    let fork = whole.points()[8]
    bench.call { $0.truncate(after: fork, into: &$1) }
    bench.settle()
    guard case .truncated(let point, let discarded, _)? = bench.events.last else {
      Issue.record("\(bench.events)")
      return
    }
    #expect(point == fork && discarded.count == 7)
    #expect(bench.reopened().recovery?.point == fork)
  }

  @Test func aVoteSavedWhileATruncationWaitsForRoomIsKept() {
    var bench = LogBench.opened()
    bench.write(20, size: 100)
    let fork = bench.points()[5]
    bench.files.isFull = true
    bench.call { $0.truncate(after: fork, into: &$1) }
    bench.settle()
    #expect(bench.events.contains(.full(true)))
    bench.vote(9, for: NodeID(3))
    bench.files.isFull = false
    bench.call { $0.lookForRoom(into: &$1) }
    let before = bench
    bench.settle()
    guard case .truncated(fork, _, _)? = bench.events.last else {
      Issue.record("\(bench.events)")
      return
    }
    let recovery = bench.reopened().recovery
    #expect(recovery?.vote.term.epoch == 9 && recovery?.vote.votedFor == NodeID(3))
    var crashing = before
    crashing.everyCrash { files, when in
      let recovery = before.reopened(files).recovery
      #expect(recovery?.vote.term.epoch == 9, "\(when)")
      #expect(recovery?.vote.votedFor == NodeID(3), "\(when)")
    }
  }

  @Test func aTruncationTakesTheCheckpointsAboveItAlong() {
    var bench = LogBench.opened(segmentSize: 16 << 10)
    for _ in 0..<3 { bench.write(20, size: 100) }
    bench.checkpoint()
    let kept = bench.log.flushed
    bench.write(20, size: 100)
    bench.checkpoint()
    let fork = bench.points()[65]
    // One more is being saved when the truncation is asked for.
    bench.call {
      $0.saveCheckpoint(Checkpoint(point: $0.flushed, payload: [1, 2]), into: &$1)
    }
    bench.call { $0.truncate(after: fork, into: &$1) }
    let before = bench
    bench.settle()
    let names = bench.files.names.filter { $0.hasPrefix("checkpoint") }
    #expect(names == [CheckpointFile.name(kept.index)])
    var crashing = before
    crashing.everyCrash { files, when in
      var (again, recovery) = before.reopened(files)
      #expect(recovery?.condition == .clean, "\(when)")
      again.events = []
      again.call { $0.readCheckpoint(atOrBelow: Index(.max), request: 1, into: &$1) }
      again.settle()
      guard case .checkpointRead(let found?, request: 1)? = again.events.last else {
        Issue.record("\(when): no checkpoint")
        return
      }
      #expect(found.point.end <= again.log.head.end, "\(when)")
    }
    // Another branch grows past what was cut off.
    bench.write(60, size: 100, term: Term(epoch: 2, node: NodeID(2)))
    #expect(bench.reopened().recovery?.condition == .clean)
  }

  @Test func aCheckpointOfAnotherBranchIsDropped() {
    var bench = LogBench.opened()
    bench.write(20, size: 100)
    var other = bench
    other.write(10, size: 100, term: Term(epoch: 2, node: NodeID(3)))
    other.checkpoint()
    bench.write(30, size: 100, term: Term(epoch: 3, node: NodeID(2)))
    let name = CheckpointFile.name(other.log.flushed.index)
    bench.files.damage(name, at: 0, [])
    _ = try? bench.files.perform(
      .write(name: name, offset: 0, bytes: other.files.contents(of: name) ?? []))
    let (again, recovery) = bench.reopened()
    #expect(recovery?.condition == .clean)
    #expect(!again.files.names.contains(name))
  }

  @Test func anInstallationIsFinishedAtItsOwnPoint() {
    var bench = LogBench.opened(segmentSize: 16 << 10)
    for _ in 0..<5 { bench.write(60, size: 200) }
    // A checkpoint of its own that is further than the leader's.
    bench.checkpoint()
    let old = bench.log.flushed
    let point = LogPoint(
      index: Index(50), term: Term(epoch: 3, node: NodeID(2)), chain: Chain(77),
      end: LSN(12_000))
    bench.call { $0.install(Checkpoint(point: point, payload: [1, 2, 3]), into: &$1) }
    let begun = bench
    bench.everyCrash { files, when in
      let (again, recovery) = begun.reopened(files)
      #expect(recovery?.condition == .clean, "\(when)")
      #expect(recovery?.point == old || recovery?.point == point, "\(when)")
      let checkpoints = again.files.names.filter { $0.hasPrefix("checkpoint") }
      #expect(checkpoints == [CheckpointFile.name((recovery?.point ?? .origin).index)], "\(when)")
      let second = again.reopened().recovery
      #expect(second?.point == recovery?.point && second?.condition == .clean, "\(when)")
    }
    #expect(bench.events.last == .installed(point))
  }

  @Test func anInstallationWaitsForRoom() {
    var bench = LogBench.opened()
    bench.write(20, size: 100)
    bench.files.isFull = true
    let checkpoint = Self.installed()
    bench.call { $0.install(checkpoint, into: &$1) }
    bench.settle()
    #expect(bench.events.last == .full(true))
    bench.vote(7, for: NodeID(2))
    bench.files.isFull = false
    bench.call { $0.lookForRoom(into: &$1) }
    bench.settle()
    #expect(bench.events.contains(.installed(checkpoint.point)))
    let recovery = bench.reopened().recovery
    #expect(recovery?.point == checkpoint.point && recovery?.vote.term.epoch == 7)
  }

  @Test func alogWithoutItsBeginningStartsAnew() {
    var bench = LogBench.opened(segmentSize: 8 << 10)
    for _ in 0..<6 {
      bench.write(60, size: 100)
      bench.checkpoint()
    }
    #expect(bench.log.first.index > .zero)
    // A fork below both checkpoints: a promotion by force.
    let fork = bench.points()[2]
    bench.call { $0.truncate(after: fork, into: &$1) }
    bench.settle()
    let (again, recovery) = bench.reopened()
    #expect(recovery?.point == .origin && recovery?.isSuspect == true)
    #expect(again.reopened().recovery?.isSuspect == true)
  }

  @Test func setAsideFilesAreBounded() {
    var bench = LogBench(segmentSize: 16 << 10) { $0.keptAside = 20_000 }
    bench.open()
    bench.write(5, size: 100)
    for epoch in 2..<40 {
      let fork = bench.log.flushed
      bench.write(20, size: 200, term: Term(epoch: UInt64(epoch), node: NodeID(1)))
      bench.call { $0.truncate(after: fork, into: &$1) }
      bench.settle()
    }
    let names = bench.files.names.filter { $0.hasPrefix("rollback-") }
    let sizes = names.reduce(0) { $0 + (bench.files.contents(of: $1)?.count ?? 0) }
    #expect(sizes <= 20_000 && names.contains("rollback-39-6"))
  }

  @Test func roomThatIsLookedForDoesNotLandOnAFlush() {
    var bench = LogBench.opened()
    // A flush that goes past the zeros, in flight while a fill finds no room.
    bench.append(50, size: 200)
    bench.call { $0.flush(into: &$1) }
    let flush = bench.waiting.removeFirst()
    bench.files.isFull = true
    bench.call { $0.lookForRoom(into: &$1) }
    bench.settle()
    #expect(bench.log.isFull)
    bench.files.isFull = false
    bench.call { $0.lookForRoom(into: &$1) }
    bench.waiting.insert(flush, at: 0)
    bench.settle()
    bench.call { $0.lookForRoom(into: &$1) }
    bench.settle()
    #expect(bench.reopened().recovery?.point == bench.log.head)
  }

  @Test func aSyncThatFindsNoRoomKills() {
    var bench = LogBench.opened()
    bench.write(60, size: 100)
    bench.append(60, size: 100)
    bench.call { $0.flush(into: &$1) }
    for purpose in ["fill", "spare", "room", "rollback", "checkpoint"] {
      var copy = LogBench.opened(segmentSize: 16 << 10)
      copy.write(20, size: 100)
      copy.waiting = []
      let kind: WriteAheadLog.Purpose =
        switch purpose {
        case "fill": .fill(segment: 1, through: 8192)
        case "spare": .spare(.init(name: "wal-next-1.tmp", filled: 8192))
        case "room": .room
        case "rollback": .rollback
        default: .checkpoint(Checkpoint(point: copy.log.flushed, payload: []))
        }
      copy.log.purposes = [(900, kind)]
      let done = purpose == "rollback" || purpose == "checkpoint" ? 2 : 1
      var output = LogOutput()
      copy.log.handle(
        FileCompletion(
          token: FileToken(900), results: Array(repeating: .done, count: done),
          failure: FileError(kind: .noSpace, name: "x")), into: &output)
      guard case .failed? = output.events.last else {
        Issue.record("\(purpose): \(output.events)")
        continue
      }
    }
  }

  @Test func aFlushWithoutRoomGivesTheSpareBack() {
    var bench = LogBench.opened(segmentSize: 16 << 10)
    // Until the next segment's file is ready.
    func ready() -> WriteAheadLog.SpareFile? {
      guard case .waiting(let file) = bench.log.spare, file.filled == 16 << 10 else { return nil }
      return file
    }
    while ready() == nil { bench.write(5, size: 100) }
    // One flush that needs the spare and a segment more.
    bench.files.isFull = true
    for _ in 0..<4 { bench.append(60, size: 100) }
    bench.call { $0.flush(into: &$1) }
    bench.settle()
    #expect(bench.log.isFull)
    let left = bench.files.names.filter { $0.hasPrefix("wal-next") }
    #expect(left.count == 1 && ready()?.name == left[0])
    bench.files.isFull = false
    bench.call { $0.lookForRoom(into: &$1) }
    bench.settle()
    #expect(bench.log.flushed == bench.log.head)
    #expect(bench.reopened().recovery?.point == bench.log.head)
    let used = Set(bench.files.names.filter { $0.hasSuffix(".tmp") })
    #expect(used.count <= 1, "\(used)")
  }
}
