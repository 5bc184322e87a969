import Cluster
import Operations
import Positions
import Workshop

/// Plays a lesson to nobody.
enum LessonPlay {
  /// Plays it to the end of an attempt.
  static func play(_ lesson: Lesson, _ attempt: LessonRunner.Attempt) throws -> LessonRunner {
    let runner = LessonRunner(lesson, attempt: attempt)
    let machine = try TimeMachine(
      configuration: .simulated(
        knobs: runner.start.knobs,
        load: ClusterConfiguration.defaultLoad.merging(runner.start.load),
        seed: runner.start.knobs.seed ?? Simulated.defaultSeed), keepsCopies: false)
    var play = Play(machine: machine, director: runner, keepsCopies: false)
    while play.run(until: .start + .seconds(7200)) != .over {}
    return play.director as? LessonRunner ?? runner
  }
}
