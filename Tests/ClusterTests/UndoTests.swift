import Operations
import Positions
import Testing

@testable import Cluster

/// Faults that can be taken back, and those that cannot any more.
@Suite struct UndoTests {
  @Test(arguments: [
    ("kill n2", "restart n2"), ("freeze n2", "thaw n2"), ("cut n1 n2", "mend n1 n2"),
    ("isolate n2", "heal"), ("slow-disk n2 50ms", "heal all"), ("delay n1 n2 20ms", "heal all"),
    ("fence n2", "restart n2"),
  ])
  func whatIsMendedIsNotUndone(_ fault: String, _ mending: String) throws {
    var scene = try Scene()
    scene.run(1000)
    try scene.perform(fault)
    #expect(scene.snapshot.undoable == fault)
    try scene.perform(mending)
    #expect(scene.snapshot.undoable == nil)
    #expect(try scene.perform("undo") == .note("there is no fault to undo"))
  }

  @Test func undoGoesBackToWhatWasThereBefore() throws {
    var scene = try Scene()
    scene.run(1000)
    try scene.perform("delay n1 n2 20ms")
    try scene.perform("delay n1 n2 100ms")
    try scene.perform("undo")
    let link = scene.snapshot.links.first { $0.from == NodeID(1) && $0.to == NodeID(2) }
    #expect(link?.addedLatency == .milliseconds(20))
    #expect(scene.snapshot.undoable == "delay n1 n2 20ms")
    try scene.perform("kill leader")
    #expect(scene.snapshot.undoable == "kill n1")
    try scene.perform("promote n2")
    #expect(scene.snapshot.undoable == "kill n1")
  }

  @Test func aCutThatWasThereBeforeAnIsolationStays() throws {
    var scene = try Scene()
    scene.run(1000)
    try scene.perform("cut n1 -> n2")
    try scene.perform("isolate n1")
    try scene.perform("undo")
    let cut = scene.snapshot.links.filter(\.isCut)
    #expect(cut.count == 1)
    #expect(cut.first?.from == NodeID(1))
  }

  @Test(arguments: [
    ("heal", "there are no cuts to mend"), ("mend n1 n2", "link n1 and n2 is not cut"),
    ("thaw n2", "n2 is not frozen"), ("restart n2", "n2 runs already"),
    ("delay n1 n2 0ms", "link n1 and n2 is like that already"),
  ])
  func whatIsInEffectAlreadyIsANote(_ command: String, _ note: String) throws {
    var scene = try Scene()
    scene.run(1000)
    #expect(try scene.perform(command) == .note(note))
  }

  @Test func repeatedFaultsAreNotes() throws {
    var scene = try Scene()
    scene.run(1000)
    for command in ["isolate n2", "freeze n3", "cut n1 n2"] { try scene.perform(command) }
    #expect(try scene.perform("isolate n2") == .note("n2 is cut off already"))
    #expect(try scene.perform("freeze n3") == .note("n3 is frozen already"))
    #expect(try scene.perform("cut n1 n2") == .note("link n1 and n2 is cut already"))
  }

  @Test func outcomesSayWhatAPersonWouldSay() throws {
    var scene = try Scene()
    scene.run(1000)
    for (command, said) in [
      ("bandwidth n1 n2 20KB/s", "link n1 and n2 carries 20000 B/s"),
      ("clock n2 +5h", "n2's clock is 18000 s off"), ("loss n1 n2 5%", "link n1 and n2 loses 5 %"),
      ("load ycsb-b", "load ycsb-b rate=400 clients=16 value-size=128B keys=1000"),
      ("ack any 5", "ack semi-sync 5; but there are only 2: writes wait"),
    ] {
      #expect(try scene.perform(command) == .done(said), "\(command)")
    }
  }
}
