import Positions
import Testing
import World
import WriteAheadLog

/// A world that is a value: its time, its disks, its copies.
@Suite struct SimulatedWorldTests {
  static let (one, two) = (NodeID(1), NodeID(2))

  static func world() throws -> SimulatedWorld {
    var world = SimulatedWorld()
    try world.attach(one)
    try world.attach(two)
    return world
  }

  static func request(_ number: UInt64, _ operations: FileOperation...) -> FileRequest {
    FileRequest(token: FileToken(number), operations: operations)
  }

  static func write(_ number: UInt64, _ name: String = "a") -> FileRequest {
    request(
      number, .write(name: name, offset: Int(number), bytes: [UInt8(truncatingIfNeeded: number)]),
      .sync(name: name))
  }

  /// Everything that completes until `deadline`: when, whose, which.
  static func run(
    _ world: inout SimulatedWorld, until deadline: Instant
  ) -> [(at: Instant, completion: DiskCompletion)] {
    var found: [(Instant, DiskCompletion)] = []
    while case .completion(let completion) = world.wait(until: deadline) {
      found.append((world.now, completion))
    }
    return found
  }

  @Test func timePassesToTheDeadlineAndNoFurther() throws {
    var world = try Self.world()
    #expect(world.now == .start)
    #expect(!world.isLive)
    #expect(world.wait(until: .start + .seconds(5)) == .deadline)
    #expect(world.now == .start + .seconds(5))
    // It never goes back.
    #expect(world.wait(until: .start + .seconds(1)) == .deadline)
    #expect(world.now == .start + .seconds(5))
  }

  /// What waits on a slow disk takes no longer than it must once the disk is well again (seeds 1862 and
  /// 2751: votes and flushes waited a minute for delays long gone).
  @Test func aDiskThatIsWellAgainKeepsNoOldDelays() throws {
    var world = try Self.world()
    world.setDisk(Self.one, DiskCondition(syncDelay: .seconds(2)))
    world.submit(
      Self.request(1, .sync(name: "a"), .sync(name: "a"), .sync(name: "a")), node: Self.one,
      incarnation: 1)
    for number in 2...9 as ClosedRange<UInt64> {
      world.submit(Self.write(number), node: Self.one, incarnation: 1)
    }
    #expect(world.wait(until: .start + .seconds(3)) == .deadline)
    world.setDisk(Self.one, DiskCondition())
    let found = Self.run(&world, until: .start + .seconds(60))
    #expect(found.map(\.completion.completion.token.rawValue) == [1, 2, 3, 4, 5, 6, 7, 8, 9])
    // The second sync had begun, and takes its two seconds.
    let ends = found.map(\.at)
    #expect(ends.allSatisfy { $0 > .start + .seconds(4) && $0 < .start + .seconds(5) })
  }

  @Test func aDiskThatSlowsDownMakesWaitWhatWaitsAlready() throws {
    var world = try Self.world()
    for number in 1...3 as ClosedRange<UInt64> {
      world.submit(Self.write(number), node: Self.one, incarnation: 1)
    }
    world.setDisk(Self.one, DiskCondition(syncDelay: .seconds(1)))
    let found = Self.run(&world, until: .start + .seconds(60))
    #expect(found.map { Int($0.at.sinceStart.seconds) } == [1, 2, 3])
  }

  @Test func aNodesRequestsCompleteInOrderAndNodesSideBySide() throws {
    var world = try Self.world()
    for number in 1...5 as ClosedRange<UInt64> {
      world.submit(Self.write(number), node: Self.one, incarnation: 3)
    }
    world.submit(Self.write(9), node: Self.two, incarnation: 4)
    let found = Self.run(&world, until: .start + .seconds(1))
    let mine = found.filter { $0.completion.node == Self.one }
    #expect(mine.map(\.completion.completion.token.rawValue) == [1, 2, 3, 4, 5])
    #expect(mine.allSatisfy { $0.completion.incarnation == 3 })
    #expect(mine.allSatisfy { $0.completion.completion.failure == nil })
    // n2's one takes as long as n1's first: its disk waits for nobody.
    let other = try #require(found.first { $0.completion.node == Self.two })
    #expect(other.completion.incarnation == 4)
    #expect(other.at == mine.first?.at)
    #expect(world.files(of: Self.one)?.contents(of: "a") == [0, 1, 2, 3, 4, 5])
  }

  @Test func aRequestTakesWhatItsOperationsTake() throws {
    var world = try Self.world()
    world.times.sync = .milliseconds(2)
    world.times.operation = .milliseconds(1)
    world.times.bytesPerSecond = 1_000
    // 1 ms and 500 bytes for the write, 2 ms for the sync.
    world.submit(
      Self.request(
        1, .write(name: "a", offset: 0, bytes: [UInt8](repeating: 1, count: 500)), .sync(name: "a")),
      node: Self.one, incarnation: 1)
    world.submit(Self.request(2, .list), node: Self.one, incarnation: 1)
    let found = Self.run(&world, until: .start + .seconds(9))
    #expect(found.map(\.at) == [.start + .milliseconds(503), .start + .milliseconds(504)])
  }

  @Test func nothingIsDoneBeforeItsTime() throws {
    var world = try Self.world()
    world.submit(Self.write(1), node: Self.one, incarnation: 1)
    #expect(!world.hasCompletion)
    #expect(world.wait(until: .start + Interval(nanoseconds: 1)) == .deadline)
    #expect(world.files(of: Self.one)?.names == [])
    #expect(Self.run(&world, until: .start + .seconds(1)).count == 1)
    #expect(world.files(of: Self.one)?.names == ["a"])
  }

  @Test func aCompletionThatIsDueIsThereAtOnce() throws {
    var world = try Self.world()
    world.times = .init()
    world.times.sync = .zero
    world.times.operation = .zero
    world.submit(Self.request(1, .list), node: Self.one, incarnation: 1)
    #expect(world.hasCompletion)
    guard case .completion = world.wait(until: world.now) else {
      Issue.record("it was not given")
      return
    }
    #expect(!world.hasCompletion)
  }

  @Test func aSlowDiskSyncsSlower() throws {
    var world = try Self.world()
    world.setDisk(Self.one, DiskCondition(syncDelay: .seconds(2)))
    world.submit(Self.write(1), node: Self.one, incarnation: 1)
    world.submit(Self.write(1), node: Self.two, incarnation: 1)
    let found = Self.run(&world, until: .start + .seconds(9))
    #expect(found.map(\.completion.node) == [Self.two, Self.one])
    #expect((found.last?.at ?? .start) - (found.first?.at ?? .start) == .seconds(2))
  }

  @Test func aFullDiskSaysSo() throws {
    var world = try Self.world()
    world.setDisk(Self.one, DiskCondition(isFull: true))
    world.submit(Self.write(1), node: Self.one, incarnation: 1)
    world.submit(Self.write(1), node: Self.two, incarnation: 1)
    var found = Self.run(&world, until: .start + .seconds(1))
    #expect(
      found.first { $0.completion.node == Self.one }?.completion.completion.failure
        == FileError(kind: .noSpace, name: "a"))
    #expect(found.first { $0.completion.node == Self.two }?.completion.completion.failure == nil)
    world.setDisk(Self.one, DiskCondition())
    world.submit(Self.write(2), node: Self.one, incarnation: 1)
    found = Self.run(&world, until: .start + .seconds(2))
    #expect(found.first?.completion.completion.failure == nil)
  }

  @Test func aWipedDiskIsEmptyAndWorks() throws {
    var world = try Self.world()
    world.submit(Self.write(1), node: Self.one, incarnation: 1)
    world.submit(Self.write(1), node: Self.two, incarnation: 1)
    _ = Self.run(&world, until: .start + .seconds(1))
    world.wipe(Self.one)
    // In its turn, which comes at once when nothing is under way.
    _ = Self.run(&world, until: .start + .seconds(1))
    #expect(world.files(of: Self.one)?.names == [])
    #expect(world.files(of: Self.two)?.names == ["a"])
    world.submit(Self.write(2, "b"), node: Self.one, incarnation: 2)
    _ = Self.run(&world, until: .start + .seconds(2))
    #expect(world.files(of: Self.one)?.names == ["b"])
  }

  @Test func attachingAgainKeepsTheFiles() throws {
    var world = try Self.world()
    world.submit(Self.write(1), node: Self.one, incarnation: 1)
    _ = Self.run(&world, until: .start + .seconds(1))
    try world.attach(Self.one)
    #expect(world.files(of: Self.one)?.names == ["a"])
  }

  @Test func damageIsDoneBehindEveryonesBack() throws {
    var world = try Self.world()
    world.submit(Self.write(1), node: Self.one, incarnation: 1)
    _ = Self.run(&world, until: .start + .seconds(1))
    world.damage(Self.one) { $0.damage("a", at: 0, [7]) }
    #expect(world.files(of: Self.one)?.contents(of: "a") == [7, 1])
  }

  // MARK: Copies and histories

  /// A random life, as text: all that completes, and all files in the end.
  static func history(_ world: inout SimulatedWorld, seed: UInt64) -> [String] {
    var random = RandomSource(seed: seed)
    var lines: [String] = []
    for number in 1...200 as ClosedRange<UInt64> {
      let node = random.uniform(0..<2) == 0 ? one : two
      switch random.uniform(0..<10) {
      case 0..<6: world.submit(write(number % 50, "f\(number % 3)"), node: node, incarnation: 1)
      case 6:
        world.setDisk(
          node, DiskCondition(syncDelay: .milliseconds(random.uniform(0..<5)), isFull: false))
      case 7: world.submit(request(number, .list), node: node, incarnation: 1)
      case 8: world.wipe(node)
      default:
        let deadline = world.now + .microseconds(random.uniform(0..<3_000))
        lines += run(&world, until: deadline).map { "\($0.at) \($0.completion)" }
      }
    }
    lines += run(&world, until: world.now + .seconds(60)).map { "\($0.at) \($0.completion)" }
    for node in [one, two] {
      for name in world.files(of: node)?.names ?? [] {
        lines.append("\(node) \(name) \(world.files(of: node)?.contents(of: name) ?? [])")
      }
    }
    return lines
  }

  @Test func equalBeginningsHaveEqualHistories() throws {
    var left = try Self.world()
    var right = try Self.world()
    let history = Self.history(&left, seed: 3)
    #expect(history.count > 50)
    #expect(history == Self.history(&right, seed: 3))
    #expect(left.now == right.now)
  }

  @Test func aCopyGoesItsOwnWay() throws {
    var world = try Self.world()
    _ = Self.history(&world, seed: 4)
    for number in 1...9 as ClosedRange<UInt64> {
      world.submit(Self.write(number), node: Self.one, incarnation: 1)
    }
    // The copy lives on in another way first; the original is as if it had not.
    var copy = world
    var again = world
    _ = Self.history(&copy, seed: 5)
    #expect(Self.history(&world, seed: 6) == Self.history(&again, seed: 6))
    #expect(copy.now != world.now)
  }
}
