import Operations
import Positions

@testable import Dashboard

/// Scenes of a lesson: one of each turn.
extension Scenes {
  /// Everything that the goldens show of lessons.
  static let lessons: [(name: String, scene: Scene)] = [
    ("lesson-page", page), ("lesson-question", question), ("lesson-task", task),
    ("lesson-broken", broken), ("lesson-explained", explained),
  ]

  private static func lesson(
    _ step: Int, _ turn: LessonNarration.Turn, _ said: [String]
  ) -> Narration {
    var narration = Narration(
      title: "Acknowledged, and gone",
      chapters: [
        "Where it happened", "What a failover can lose", "Setting up", "Predict",
        "Lose more than a hundred", "Why it came so",
      ], total: 6)
    narration.chapter = step
    narration.done = step
    narration.said = said
    var lesson = LessonNarration()
    (lesson.number, lesson.count, lesson.part, lesson.minutes) = (9, 29, "Failover", 10)
    lesson.turn = turn
    lesson.hasCluster = step > 2
    narration.lesson = lesson
    return narration
  }

  private static var cluster: ClusterSnapshot {
    var snapshot = simulated
    snapshot.at = seconds(10.4)
    snapshot.events.removeAll { $0.at > snapshot.at }
    snapshot.history?.end = snapshot.at
    snapshot.history?.marks.removeAll { $0.at > snapshot.at }
    return snapshot
  }

  /// Before there is a cluster there is only text.
  static var page: Scene {
    var narration = lesson(
      1, .reads,
      [
        "An asynchronous leader says yes when its own disk has the write. The followers get it a"
          + " moment later. In that moment one machine alone has it.",
        "If the leader dies then, a follower takes over that never heard of the write. The client"
          + " was told yes. The write is lost.",
      ])
    narration.stage = .waitsForKey
    return Scene(cluster, narration: narration)
  }

  /// Digits answer.
  static var question: Scene {
    var narration = lesson(3, .answers, [])
    narration.question =
      "The followers are 50 ms away. Now the leader's machine dies, at once. How many acknowledged"
      + " writes are lost?"
    narration.lesson?.choices = [
      "None this time.", "Those of the last 50 ms: about ten.", "All of the last second or more.",
    ]
    narration.stage = .waitsForKey
    return Scene(cluster, narration: narration)
  }

  /// One goal is reached, one is on its way, one is missing; a hint was given.
  static var task: Scene {
    var narration = lesson(
      4, .acts,
      [
        "In a real accident the network often fails first, and the machine dies later. p and 0 cut"
          + " the selected node off from the others; x kills it."
      ])
    var goals: [LessonNarration.Goal] = [
      .init("lost > 100", missing: "fewer than 100 acknowledged writes are lost"),
      .init("leaders == 1", missing: "nobody leads", for: .seconds(10)),
      .init("n1.state is dead", missing: "n1 still runs"),
    ]
    goals[0].holds = true
    goals[1].holds = true
    goals[1].held = .milliseconds(4200)
    narration.lesson?.goals = goals
    narration.lesson?.hints = ["While n1 is cut off from the others, its clients still reach it."]
    narration.lesson?.hintCount = 3
    return Scene(cluster, narration: narration)
  }

  /// Only a new beginning helps.
  static var broken: Scene {
    var scene = task
    scene.narration?.lesson?.turn = .broken("acknowledged writes are lost: choose a policy first")
    return scene
  }

  /// The events that mattered, each to go to.
  static var explained: Scene {
    var narration = lesson(
      5, .reads,
      ["While n1 was cut off it could get no second copy, so it said yes to nobody."])
    narration.lesson?.events = Array(cluster.events.suffix(3))
    narration.stage = .waitsForKey
    return Scene(cluster, narration: narration)
  }
}
