import Positions
import Testing
import World
import WriteAheadLog

/// The live world gives what the simulated one does, in the same order; when is up to the machine.
@Suite struct LiveWorldTests {
  @Test func aNodesRequestsCompleteInOrder() throws {
    let folder = try Folder()
    var world = LiveWorld(root: folder.path)
    let nodes = [NodeID(1), NodeID(2)]
    for node in nodes { try world.attach(node) }
    for number in 1...30 as ClosedRange<UInt64> {
      for node in nodes {
        world.submit(
          FileRequest(
            token: FileToken(number),
            operations: [
              .write(name: "a", offset: Int(number) - 1, bytes: [UInt8(number)]),
              .read(name: "a", offset: 0, count: 100),
            ]), node: node, incarnation: 7)
      }
    }
    var found: [NodeID: [FileCompletion]] = [:]
    while found.values.reduce(0, { $0 + $1.count }) < 60 {
      guard case .completion(let completion) = world.wait(until: .distantFuture) else { continue }
      #expect(completion.incarnation == 7)
      found[completion.node, default: []].append(completion.completion)
    }
    for node in nodes {
      #expect(found[node]?.map(\.token.rawValue) == Array(1...30))
      #expect(found[node]?.last?.results.last == .bytes(Array(1...30)))
    }
    world.close()
    #expect(folder.names == ["n1", "n2"])
  }

  @Test func aWipedDiskIsEmptyForWhatComesAfter() throws {
    let folder = try Folder()
    var world = LiveWorld(root: folder.path)
    try world.attach(NodeID(1))
    let write = FileOperation.write(name: "a", offset: 0, bytes: [1])
    world.submit(
      FileRequest(token: FileToken(1), operations: [write]), node: NodeID(1), incarnation: 1)
    world.wipe(NodeID(1))
    world.submit(
      FileRequest(token: FileToken(2), operations: [.list]), node: NodeID(1), incarnation: 2)
    var found: [FileCompletion] = []
    while found.count < 2 {
      if case .completion(let completion) = world.wait(until: .distantFuture) {
        found.append(completion.completion)
      }
    }
    #expect(found.last?.results == [.listing([])])
    world.close()
  }

  @Test func someoneElseMayWakeIt() throws {
    let folder = try Folder()
    var world = LiveWorld(root: folder.path)
    world.waker.wake()
    #expect(world.wait(until: .distantFuture) == .woken)
    world.close()
  }
}
