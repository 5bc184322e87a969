import Cluster
import Operations
import Positions

@testable import Workshop

/// Small lessons for tests.
enum Lessons {
  static let head = """
    title  A small lesson
    part   why
    minutes 5
    real   Something happened somewhere.
    source A book, chapter 1

    """

  static let setup = """
    setup
    cluster nodes=3 seed=7
    load ycsb-a rate=50 clients=2
    wait 1s

    """

  static let tail = """
    hint one
    hint two
    hint three
    solution
    kill n3
    wait 1s
    wrong
    wait 1s

    """

  static func read(_ text: String) -> LessonParser.Outcome {
    LessonParser.parse(text, name: "small", file: "small.lesson")
  }

  static func lesson(_ text: String) -> Lesson? {
    if case .lesson(let lesson) = read(text) { lesson } else { nil }
  }

  /// What is wrong with a text, as `line: message`.
  static func errors(_ text: String) -> [String] {
    if case .errors(let errors) = read(text) { errors.map { "\($0.line): \($0)" } } else { [] }
  }

  /// A learner's play, up to where somebody must read or answer, or for so long.
  static func play(_ lesson: Lesson) throws -> Play {
    let runner = LessonRunner(lesson)
    let machine = try TimeMachine(
      configuration: .simulated(
        knobs: runner.start.knobs, load: runner.start.load, seed: runner.start.knobs.seed ?? 1))
    return Play(machine: machine, director: runner)
  }
}

extension Stage {
  /// What the lesson asks for now.
  var lesson: LessonNarration? { narration?.lesson }

  var runner: LessonRunner? { play.director as? LessonRunner }

  /// Lets so much time pass.
  mutating func pass(_ milliseconds: Int) {
    for _ in 0..<max(1, milliseconds / 20) { move(by: .milliseconds(20)) }
  }
}
