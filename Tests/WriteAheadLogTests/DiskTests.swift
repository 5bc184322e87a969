import Positions
import Records
import Testing
import World

@testable import WriteAheadLog

/// What the log relies on in its worlds' disks.
@Suite struct DiskTests {
  private static let node = NodeID(1)

  private static func request(
    _ token: UInt64, _ operations: [FileOperation], _ turn: FileRequest.Turn = .inOrder
  ) -> FileRequest {
    FileRequest(token: FileToken(token), operations: operations, turn: turn)
  }

  @Test func aWipeComesAfterWhatIsUnderWay() throws {
    var world = SimulatedWorld()
    try world.attach(Self.node)
    let write = FileOperation.write(name: "a", offset: 0, bytes: [1, 2, 3])
    world.submit(Self.request(1, [write, .sync(name: "a")]), node: Self.node, incarnation: 1)
    world.submit(Self.request(2, [write], .aside), node: Self.node, incarnation: 1)
    world.wipe(Self.node)
    world.submit(Self.request(3, [.list], .alone), node: Self.node, incarnation: 2)
    var tokens: [UInt64] = []
    while case .completion(let done) = world.wait(until: Instant.start + .seconds(10)) {
      tokens.append(done.completion.token.rawValue)
      if done.completion.token.rawValue == 3 {
        #expect(done.completion.results == [.listing([])])
      }
    }
    #expect(tokens == [2, 1, 3])
    #expect(world.files(of: Self.node)?.names == [])
  }

  @Test func lostPowerTakesNamesBackToTheLastSync() throws {
    var files = MemoryFileSystem()
    _ = try files.perform(.write(name: "a", offset: 0, bytes: [1]))
    _ = try files.perform(.write(name: "b", offset: 0, bytes: [2]))
    _ = try files.perform(.sync(name: "a"))
    _ = try files.perform(.sync(name: "b"))
    _ = try files.perform(.syncDirectory)
    _ = try files.perform(.rename(from: "a", to: "b"))
    _ = try files.perform(.write(name: "c", offset: 0, bytes: [3]))
    var kept = files
    kept.crash(losesNames: false)
    #expect(kept.names == ["b", "c"])
    #expect(kept.contents(of: "b") == [1])
    files.crash()
    #expect(files.names == ["a", "b"])
    #expect(files.contents(of: "b") == [2])
  }

  @Test func aSlowDiskDoesNotHoldTheEndUp() throws {
    let directory = try DataDirectory(temporaryFor: 1, clusterID: 1)
    defer { directory.close() }
    var world = LiveWorld(root: directory.path)
    try world.attach(Self.node)
    world.setDisk(Self.node, DiskCondition(syncDelay: .seconds(3600)))
    world.submit(
      Self.request(1, [.write(name: "a", offset: 0, bytes: [1]), .sync(name: "a")]),
      node: Self.node, incarnation: 1)
    let begun = MonotonicClock.now
    world.close()
    #expect(MonotonicClock.now - begun < 2_000_000_000)
  }
}
