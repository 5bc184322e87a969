import Operations
import Positions
import Testing

@testable import Cluster

/// What a preset's own view needs, from a cluster that runs.
@Suite struct SystemSnapshotTests {
  @Test func anIndexTellsItsSecondAndItsPlaceInIt() throws {
    var scene = try Scene(["preset mongodb"])
    scene.run(4_200)
    let early = try #require(scene.node(1))
    scene.run(500)
    let late = try #require(scene.node(1))
    #expect(scene.model.leader == NodeID(1), "\(scene.story)")
    let (first, last) = (
      try #require(early.optimes?.received), try #require(late.optimes?.received)
    )
    #expect(first.second == 4 && last.second == 4)
    let grown = late.receivedIndex.distance(from: early.receivedIndex)
    #expect(grown > 50)
    let (from, to) = (try #require(first.increment), try #require(last.increment))
    #expect(to - from == grown)
    #expect(last.term == late.term)
    // A second later, the count begins anew.
    scene.run(400)
    let next = try #require(scene.node(1)?.optimes?.received)
    let count = try #require(next.increment)
    #expect(next.second == 5 && count < 100)
    #expect(scene.node(2)?.optimes?.flushed?.second == 5)
  }

  @Test func anOldPrimarysOperationsAreOfItsOwnTerm() throws {
    var scene = try Scene(["preset mongodb", "ack async"])
    scene.run(3_000)
    try scene.perform("isolate n1")
    #expect(scene.run(atMost: 20_000) { $0.single.leader != NodeID(1) }, "\(scene.story)")
    scene.run(500)
    try scene.perform("heal all")
    let isSeen = scene.run(atMost: 10_000) { $0.nodes[0].optimes?.received?.term.epoch == 2 }
    #expect(isSeen, "\(scene.story)")
    #expect(scene.model.commitOptime?.term.epoch == 2)
  }

  @Test func transactionsAreTheirSources() throws {
    var scene = try Scene(["preset mysql"])
    scene.run(2_000)
    try scene.perform("isolate n1")
    scene.run(1_000)
    try scene.perform("promote n2")
    scene.run(1_000)
    #expect(scene.model.leaders == [NodeID(1), NodeID(2)], "\(scene.story)")
    let (old, new) = (try #require(scene.node(1)), try #require(scene.node(2)))
    let there = TransactionSet(new.spans, through: new.receivedIndex)
    let errant = TransactionSet(old.spans, through: old.receivedIndex).subtracting(there)
    #expect(errant.count == old.fork?.records)
    #expect(errant.count > 0 && errant.description.hasPrefix("n1:"))
    #expect(there.description.contains("n2:"))
    let notes = SystemStatus(scene.snapshot, asked: nil).notes
    #expect(notes.contains { $0.hasPrefix("errant on n1, not on n2: \(errant)") }, "\(notes)")
  }

  @Test func whatACheckpointStandsForKeepsItsSource() throws {
    var scene = try Scene(["preset mysql"], checkpointSpacing: 64 << 10, segmentSize: 64 << 10)
    scene.run(15_000)
    let node = try #require(scene.node(2))
    #expect(node.oldest > .zero)
    let set = TransactionSet(node.spans, through: node.receivedIndex)
    #expect(set.purged == .zero && set.count == Int(node.receivedIndex.rawValue), "\(set)")
    #expect(set.description == "n1:1-\(node.receivedIndex)")
  }

  @Test func aSlowLinkIsZeroSecondsBehind() throws {
    var scene = try Scene(["preset mysql"])
    scene.run(2_000)
    try scene.perform("delay n1 n3 3s")
    scene.run(8_000)
    let late = try #require(scene.node(3))
    let lag = try #require(late.lag.time)
    #expect(lag > .seconds(2), "\(scene.story)")
    #expect(SecondsBehindSource.of(late) == 0)
  }

  @Test func commitsThatWaitForAStandbyAreCounted() throws {
    var scene = try Scene(["preset postgres", "ack first 1 (n2, n3)"])
    scene.run(2_000)
    #expect(scene.model.offices.first?.leader == NodeID(1))
    try scene.perform("isolate n1")
    scene.run(2_000)
    let office = try #require(scene.model.offices.first)
    #expect(office.waiting > 0)
    let sent = try #require(office.followers.first)
    #expect(sent.flushed < sent.sent && sent.flushAge ?? .zero > .seconds(1))
  }

  /// Nothing of this is there, and nothing else is different, where no preset is.
  @Test func withoutAPresetNothingIsGathered() throws {
    var scene = try Scene([])
    scene.run(2_500)
    #expect(scene.model.offices.isEmpty && scene.model.commitOptime == nil)
    #expect(scene.snapshot.nodes.allSatisfy { $0.spans.isEmpty && $0.optimes == nil })
    // Taking the view changes nothing in a run either.
    var looked = try Scene(["preset mongodb"])
    var unseen = try Scene(["preset mongodb"])
    for _ in 0..<30 {
      looked.run(100)
      _ = SystemStatus(looked.snapshot, asked: nil)
    }
    unseen.run(3_000)
    #expect(looked.cluster.traceHash == unseen.cluster.traceHash)
  }
}
