import Positions
import Records
import Testing
import World

@testable import WriteAheadLog

@Suite struct RecoveryTests {
  @Test func aNewDirectoryIsEmptyAndServes() {
    var bench = LogBench()
    let recovery = bench.open()
    #expect(recovery?.isNew == true)
    #expect(recovery?.condition == .clean)
    #expect(recovery?.point == .origin)
    #expect(bench.files.names == ["vote", "wal-00000001-0000000000000001"])
  }

  @Test func whatWasFlushedComesBack() {
    var bench = LogBench()
    bench.open()
    bench.write(300)
    let (again, recovery) = bench.reopened()
    #expect(recovery?.condition == .clean)
    #expect(recovery?.point == bench.log.flushed)
    #expect(recovery?.isNew == false)
    var copy = again
    let records = copy.readAll()
    #expect(records.reduce(0) { $0 + $1.count } == 300)
    #expect(records.last?.last == bench.log.flushed)
    #expect(records.allSatisfy { $0.chainHolds() })
  }

  @Test func whatWasNeverFlushedIsGone() {
    var bench = LogBench()
    bench.open()
    bench.write(10)
    bench.append(5)
    let (_, recovery) = bench.reopened()
    #expect(recovery?.point.index == Index(10))
    #expect(recovery?.condition == .clean)
  }

  @Test func segmentsRollAndAreFollowed() {
    var bench = LogBench(segmentSize: 16 << 10)
    bench.open()
    for _ in 0..<40 { bench.write(17, size: 100) }
    #expect(bench.files.names.filter { $0.hasPrefix("wal-") }.count > 5)
    let (again, recovery) = bench.reopened()
    #expect(recovery?.point == bench.log.flushed)
    var copy = again
    #expect(copy.readAll().reduce(0) { $0 + $1.count } == 680)
    copy.write(100, size: 100)
    let (_, last) = copy.reopened()
    #expect(last?.point == copy.log.flushed)
    #expect(last?.condition == .clean)
  }

  /// A small log whose last flush was synced without anything that says so: every cut of its file is
  /// a crash that could have happened to the second batch, and damage when it hits the first.
  static func small() -> (bench: LogBench, first: LogPoint) {
    var bench = LogBench()
    bench.open()
    bench.write(3)
    let first = bench.log.flushed
    bench.write(2)
    return (bench, first)
  }

  static let name = "wal-00000001-0000000000000001"

  @Test func cutAtEveryByte() throws {
    let (bench, first) = Self.small()
    let end = bench.log.flushed
    let ends = try Self.ends(bench)
    let size = SegmentHeader.size + Int(end.end.rawValue)
    for cut in 0...size {
      var files = bench.files
      _ = try files.perform(.truncate(name: Self.name, size: cut))
      let (_, recovery) = bench.reopened(files)
      let found = try #require(recovery, "cut at \(cut)")
      let kept = ends.last { SegmentHeader.size + Int($0.end.rawValue) <= cut } ?? .origin
      if cut < SegmentHeader.size {
        guard case .damaged(let damage) = found.condition else {
          Issue.record("cut at \(cut): \(found.condition)")
          continue
        }
        #expect(damage.offset == 0)
      } else if kept.end < first.end {
        // Below what the second batch says was durable when it was written, if that can be read.
        // The second batch is cut off as well, so nothing says more than the vote file.
        #expect(found.point == kept, "cut at \(cut)")
        let isWhole = SegmentHeader.size + Int(kept.end.rawValue) == cut
        #expect((found.condition == .clean) == isWhole, "cut at \(cut): \(found.condition)")
      } else {
        #expect(found.point == kept, "cut at \(cut)")
      }
    }
  }

  @Test func cutAtEveryByteBelowANotedWatermark() throws {
    var (bench, _) = Self.small()
    bench.call { $0.noteIdle(into: &$1) }
    bench.settle()
    let end = bench.log.flushed
    let size = SegmentHeader.size + Int(end.end.rawValue)
    for cut in 0..<size {
      var files = bench.files
      _ = try files.perform(.truncate(name: Self.name, size: cut))
      let before = files
      let (again, recovery) = bench.reopened(files)
      guard case .damaged(let damage)? = recovery?.condition else {
        Issue.record("cut at \(cut): \(String(describing: recovery))")
        continue
      }
      #expect(damage.file == Self.name)
      #expect(again.files.contents(of: Self.name) == before.contents(of: Self.name))
    }
  }

  private static func ends(_ bench: LogBench) throws -> [LogPoint] {
    var copy = bench
    var points: [LogPoint] = [.origin]
    for batch in copy.readAll() {
      for position in 0..<batch.count { points.append(batch.point(through: position)) }
    }
    return points
  }

  /// Every bit of the small log, flipped alone.
  ///
  /// In the first batch, which the second one's watermark covers: rot, named, nothing changed. In the
  /// second, of which nothing says that it was synced: a torn tail, cut, and the node is suspect.
  @Test func flipEveryBit() throws {
    let (bench, first) = Self.small()
    let end = bench.log.flushed
    let ends = try Self.ends(bench)
    let clean = try #require(bench.files.contents(of: Self.name))
    let used = SegmentHeader.size + Int(end.end.rawValue)
    for bit in 0..<used * 8 {
      let offset = bit / 8
      var files = bench.files
      files.damage(Self.name, at: offset, [clean[offset] ^ 1 << (bit % 8)])
      let damaged = files.contents(of: Self.name)
      let (again, recovery) = bench.reopened(files)
      if offset < SegmentHeader.size {
        // The header's checksum covers all of it; a version that looks newer is refused as such.
        #expect(recovery?.condition != .clean || recovery == nil, "bit \(bit) of the header")
        #expect(again.files.contents(of: Self.name) == damaged)
        continue
      }
      let found = try #require(recovery, "bit \(bit)")
      let kept = ends.last { SegmentHeader.size + Int($0.end.rawValue) <= offset } ?? .origin
      if kept.end < first.end {
        guard case .damaged(let damage) = found.condition else {
          Issue.record("bit \(bit) at \(offset): \(found.condition)")
          continue
        }
        #expect(damage.after == kept)
        #expect(again.files.contents(of: Self.name) == damaged)
      } else {
        #expect(found.point == kept, "bit \(bit) at \(offset)")
        guard case .suspect = found.condition else {
          Issue.record("bit \(bit) at \(offset): \(found.condition)")
          continue
        }
        // The cut is durable: opening once more is clean.
        #expect(again.reopened().recovery?.condition == .clean)
      }
    }
  }

  @Test func aHoleAboveTheWatermarkIsATornTail() throws {
    var bench = LogBench()
    bench.open()
    bench.write(3)
    let first = bench.log.flushed
    // One flush of five records, of which the first never reached the disk.
    bench.write(5)
    var files = bench.files
    let hole = SegmentHeader.size + Int(first.end.rawValue)
    files.damage(Self.name, at: hole, [UInt8](repeating: 0, count: 88))
    let (again, recovery) = bench.reopened(files)
    #expect(recovery?.point == first)
    guard case .suspect? = recovery?.condition else {
      Issue.record("\(String(describing: recovery?.condition))")
      return
    }
    let bytes = try #require(again.files.contents(of: Self.name))
    #expect(bytes[hole...].allSatisfy { $0 == 0 })
  }

  @Test func aMissingSegmentIsRot() throws {
    var bench = LogBench(segmentSize: 16 << 10)
    bench.open()
    for _ in 0..<20 { bench.write(17, size: 100) }
    let names = bench.files.names.filter { $0.hasPrefix("wal-") }
    for gone in names.dropFirst().dropLast() {
      var files = bench.files
      _ = try files.perform(.remove(name: gone))
      let (_, recovery) = bench.reopened(files)
      guard case .damaged(let damage)? = recovery?.condition else {
        Issue.record("\(gone): \(String(describing: recovery?.condition))")
        continue
      }
      #expect(damage.reason.contains("missing"))
    }
  }

  @Test func damageIsMendedWithAPeersRecords() throws {
    var bench = LogBench(segmentSize: 16 << 10)
    bench.open()
    for _ in 0..<10 { bench.write(17, size: 100) }
    let all = bench.readAll()
    let names = bench.files.names.filter { $0.hasPrefix("wal-") }
    for name in names.dropLast() {
      for damage in 0..<3 {
        var files = bench.files
        switch damage {
        case 0: files.damage(name, at: SegmentHeader.size + 500, [0xFF, 0xFF])
        case 1: files.damage(name, at: 20, [0xFF])
        default: _ = try files.perform(.remove(name: name))
        }
        var (again, recovery) = bench.reopened(files)
        var rounds = 0
        while case .damaged(let found)? = recovery?.condition, rounds < 20 {
          rounds += 1
          let batch = try #require(all.first { $0.last.index > found.after.index })
          again.events = []
          again.call { $0.repair(batch.suffix(after: found.after.index), into: &$1) }
          again.settle()
          recovery =
            again.events.lazy.compactMap {
              if case .opened(let recovery) = $0 { recovery } else { nil }
            }.last
        }
        #expect(recovery?.point == bench.log.flushed, "\(name) damage \(damage)")
        guard case .suspect? = recovery?.condition else {
          Issue.record("\(name) \(damage): \(String(describing: recovery?.condition))")
          continue
        }
        #expect(again.readAll().last?.last == bench.log.flushed)
      }
    }
  }

  @Test func otherClustersNodesAndVersionsAreRefused() throws {
    var bench = LogBench()
    bench.open()
    bench.write(1)
    func refusal(_ change: (inout LogConfiguration) -> Void) -> LogDamage? {
      var configuration = LogBench.configuration()
      change(&configuration)
      var other = bench
      other.log = WriteAheadLog(configuration)
      other.events = []
      let before = other.files
      other.open()
      #expect(other.files.contents(of: Self.name) == before.contents(of: Self.name))
      for case .refused(let damage) in other.events { return damage }
      return nil
    }
    #expect(refusal { $0.clusterID = 8 }?.reason == "belongs to another cluster")
    #expect(refusal { $0.node = NodeID(2) }?.reason == "belongs to n1, not to n2")
    var header = try #require(bench.files.contents(of: Self.name)).prefix(SegmentHeader.size)
    header[8] = 9
    header.replaceSubrange(12..<16, with: [0, 0, 0, 0])
    let sum = Array(header).withUnsafeBytes { $0.checksum(0..<SegmentHeader.size) }
    withUnsafeBytes(of: sum.littleEndian) { header.replaceSubrange(12..<16, with: $0) }
    bench.files.damage(Self.name, at: 0, Array(header))
    #expect(refusal { _ in }?.reason.contains("newer version") == true)
  }
}
