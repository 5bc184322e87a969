import Operations

/// What a learner hands in: how far it came, and for every task enough to do it all again.
public struct CourseResult: Codable, Equatable, Sendable {
  /// One lesson.
  public struct LessonResult: Codable, Equatable, Sendable {
    public var lesson: String
    public var done: Bool
    public var tries: Int
    public var hints: Int
    public var right: Int
    public var predicted: Int
    public var seconds: Int
    public var tasks: [TaskResult]
  }

  /// One task: `commands` are deeds as lines, from where the cluster began.
  public struct TaskResult: Codable, Equatable, Sendable {
    public var step: Int
    public var task: String
    public var seed: UInt64
    public var commands: [String]
  }

  /// The version of the course.
  public var course: Int
  /// Lessons that are done, and all there are.
  public var done: Int
  public var of: Int
  /// In the order of the course.
  public var lessons: [LessonResult]
  /// Says whether something of it was changed since.
  public var check: String

  /// What is to be handed in of a learner's progress.
  public init(_ progress: Progress, course lessons: [Lesson]) {
    course = Progress.version
    of = lessons.count
    self.lessons = lessons.compactMap { lesson in
      progress.records[lesson.name].map { record in
        LessonResult(
          lesson: lesson.name, done: record.isDone, tries: record.tries, hints: record.hints,
          right: record.right, predicted: record.predicted, seconds: record.seconds,
          tasks: record.solutions.map {
            TaskResult(
              step: $0.step, task: $0.task, seed: $0.seed, commands: $0.deeds.map(\.text))
          })
      }
    }
    done = self.lessons.count(where: \.done)
    check = ""
    check = digest
  }

  /// Whether nothing was changed since it was made. It keeps nobody from cheating who wants to: what
  /// counts is that the tasks' commands do what they say.
  public var isWhole: Bool { check == digest }

  private var digest: String {
    var parts = ["\(course) \(done) \(of)"]
    for lesson in lessons {
      parts.append(
        "\(lesson.lesson) \(lesson.done) \(lesson.tries) \(lesson.hints) \(lesson.right) "
          + "\(lesson.predicted) \(lesson.seconds)")
      for task in lesson.tasks {
        parts.append("\(task.step) \(task.seed) \(task.task)")
        parts += task.commands
      }
    }
    // FNV-1a, twice, the second time begun elsewhere.
    var hashes: [UInt64] = [0xCBF2_9CE4_8422_2325, 0x9E37_79B9_7F4A_7C15]
    for byte in parts.joined(separator: "\n").utf8 {
      for position in hashes.indices {
        hashes[position] = (hashes[position] ^ UInt64(byte)) &* 0x100_0000_01B3
      }
    }
    return hashes.map { hash in
      let digits = String(hash, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  /// A task's deeds.
  ///
  /// - Throws: what is wrong with a line.
  public static func deeds(_ task: TaskResult) throws(ParseFailure) -> [LessonDeed] {
    var deeds: [LessonDeed] = []
    for line in task.commands { deeds.append(try LessonDeed.parse(line)) }
    return deeds
  }
}
