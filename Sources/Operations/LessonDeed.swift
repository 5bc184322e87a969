import Positions

/// Something that a learner did, when it may matter for what came: enough to do it all again.
public struct LessonDeed: Equatable, Sendable {
  /// What was done.
  public enum Act: Equatable, Sendable {
    /// A command; an answer is one too.
    case command(Command)
    /// The learner went on to the next step.
    case next
  }

  /// When, on the cluster's clock.
  public var at: Instant
  /// What.
  public var act: Act

  /// Something at a time.
  public init(at: Instant, _ act: Act) {
    self.at = at
    self.act = act
  }

  /// As a line: `at 3s kill n1`, `at 5s next`.
  public var text: String {
    let what =
      switch act {
      case .command(let command): command.text
      case .next: "next"
      }
    return "at \(TextForm.interval(at.sinceStart)) \(what)"
  }

  /// Reads a line.
  public static func parse(_ line: String) throws(ParseFailure) -> LessonDeed {
    let words = line.split(separator: " ")
    guard words.count == 3, words[0] == "at", words[2] == "next" else {
      let timed = try CommandParser.parseTimed(line)
      return LessonDeed(at: timed.at, .command(timed.command))
    }
    let time = try CommandParser.parseInterval(String(words[1]))
    return LessonDeed(at: .start + time, .next)
  }
}

/// How a task was done: on which cluster, and what was done to it since that began.
public struct LessonSolution: Equatable, Sendable {
  /// The lesson's step.
  public var step: Int
  /// The task's heading.
  public var task: String
  /// The cluster's seed.
  public var seed: UInt64
  /// What was done, in order.
  public var deeds: [LessonDeed]

  /// A way in which a task was done.
  public init(step: Int, task: String, seed: UInt64, deeds: [LessonDeed]) {
    self.step = step
    self.task = task
    self.seed = seed
    self.deeds = deeds
  }
}
