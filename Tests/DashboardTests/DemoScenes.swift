import Operations
import Positions

@testable import Dashboard

/// Scenes of a script that is played: one in each of its stages.
extension Scenes {
  /// Everything that the goldens show of demos.
  static let demos: [(name: String, scene: Scene)] = [
    ("demo-reads", reading), ("demo-next", countingDown), ("demo-waits", waiting),
    ("demo-asks", asking), ("demo-taken", taken), ("demo-failed", failed), ("demo-over", over),
  ]

  private static func narration(_ chapter: Int, done: Int) -> Narration {
    var narration = Narration(
      title: "Split brain",
      chapters: ["Three nodes", "The leader is cut off", "Two leaders", "What it cost"], total: 32)
    narration.chapter = chapter
    narration.done = done
    return narration
  }

  private static var cutOff: ClusterSnapshot {
    var snapshot = past
    snapshot.speed = 1
    snapshot.history?.end = snapshot.at
    snapshot.history?.marks.removeAll { $0.at > snapshot.at }
    return snapshot
  }

  private static var healthy: ClusterSnapshot {
    var snapshot = simulated
    snapshot.at = seconds(10.4)
    snapshot.events.removeAll { $0.at > snapshot.at }
    snapshot.history?.end = snapshot.at
    snapshot.history?.marks.removeAll { $0.at > snapshot.at }
    return snapshot
  }

  /// Two paragraphs: one was read, one is read now.
  static var reading: Scene {
    var narration = narration(1, done: 9)
    narration.said = [
      "n1 leads. Clients send it 400 operations a second, and it tells each that its write is safe"
        + " as soon as one follower has it too.",
      "Now we pull its cable. It will not notice at once: it still believes that it leads, and"
        + " goes on taking writes that nobody else will ever see. Watch its lane leave the commit"
        + " line.",
    ]
    narration.next = .init("isolate leader", at: seconds(11.2))
    narration.stage = .reads(left: .milliseconds(4300))
    return Scene(healthy, narration: narration)
  }

  /// A command comes in less than a second.
  static var countingDown: Scene {
    var scene = reading
    scene.narration?.stage = .plays
    scene.narration?.done = 10
    scene.narration?.checks = [
      .init("leaders == 1", found: "leaders is 1", holds: true),
      .init("lost == 0", found: "lost is 0", holds: true),
    ]
    return scene
  }

  /// Five nodes; a condition is waited for.
  static var waiting: Scene {
    var snapshot = lagging
    snapshot.isLive = false
    snapshot.at = healthy.at
    snapshot.history = healthy.history
    var narration = narration(0, done: 4)
    narration.title = "A replica that cannot keep up"
    narration.said = ["n4 is 80 ms away and its disk is slow. How long until it has caught up?"]
    narration.waiting = .init("n4.applied >= last write", at: snapshot.at + .milliseconds(7200))
    narration.next = .init("quiesce")
    return Scene(snapshot, narration: narration)
  }

  /// A question to the room.
  static var asking: Scene {
    var narration = narration(2, done: 17)
    narration.said = [
      "Two nodes say LEADER. Both acknowledge writes to the clients that reach them."
    ]
    narration.checks = [.init("leaders == 2", found: "leaders is 2", holds: true)]
    narration.question = "Which of the two will have to throw its writes away, and why?"
    narration.stage = .waitsForKey
    return Scene(cutOff, narration: narration)
  }

  /// Somebody has the keys.
  static var taken: Scene {
    var scene = asking
    scene.snapshot.speed = 0
    scene.narration?.question = nil
    scene.narration?.stage = .taken
    return scene
  }

  /// An expectation did not hold.
  static var failed: Scene {
    var scene = asking
    scene.narration?.question = nil
    scene.narration?.chapter = 3
    scene.narration?.done = 24
    scene.narration?.checks.append(
      .init("lost == 0 within 10s", found: "lost is 4", holds: false))
    scene.narration?.stage = .failed("line 31: expect lost == 0 within 10s: lost is 4")
    return scene
  }

  /// The end.
  static var over: Scene {
    var scene = Scene(rejoined, narration: narration(3, done: 32))
    scene.snapshot.isLive = false
    scene.snapshot.at = seconds(31)
    scene.snapshot.history = simulated.history
    scene.narration?.said = [
      "n1 came back, found the last record that all agree on, and cut off the rest.",
      "Four clients had been told that their writes were safe. They were not.",
    ]
    scene.narration?.checks = [
      .init("lost > 0", found: "lost is 4", holds: true),
      .init("forks == 0", found: "forks is 0", holds: true),
      .init("leaders == 1", found: "leaders is 1", holds: true),
      .init("violations == 0", found: "violations is 0", holds: true),
    ]
    scene.narration?.stage = .over
    return scene
  }
}
