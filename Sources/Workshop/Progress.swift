import Operations

/// How far a learner has come in the course, and how.
public struct Progress: Equatable, Sendable {
  /// How it went with one lesson.
  public struct Record: Equatable, Sendable {
    /// Whether all its tasks were done.
    public var isDone = false
    /// Answers that were given, and steps that were begun anew.
    public var tries = 0
    public var hints = 0
    /// Predictions that were right, of so many that were made.
    public var right = 0
    public var predicted = 0
    /// Seconds spent with it.
    public var seconds = 0
    /// How its tasks were done, by step.
    public var solutions: [LessonSolution] = []

    /// Nothing was done yet.
    public init() {}

    /// The same, with what another visit added: what is done stays done.
    public func adding(_ other: Record) -> Record {
      var sum = self
      sum.isDone = isDone || other.isDone
      sum.tries += other.tries
      sum.hints += other.hints
      sum.seconds += other.seconds
      for solution in other.solutions {
        sum.solutions.removeAll { $0.step == solution.step }
        sum.solutions.append(solution)
      }
      sum.solutions.sort { $0.step < $1.step }
      // The newest predictions count, if any were made.
      if other.predicted > 0 { (sum.right, sum.predicted) = (other.right, other.predicted) }
      return sum
    }
  }

  /// What a file says.
  public enum Reading: Equatable, Sendable {
    case progress(Progress)
    /// It was written for a newer course.
    case newer(Int)
    /// It is no such file, or was damaged: the line, and why.
    case damaged(line: Int, why: String)
  }

  /// The version of the course; another one's progress is not this one's.
  public static let version = 1
  private static let mark = "replicascope workshop progress, course "

  /// By lesson's name.
  public var records: [String: Record] = [:]

  /// Nothing was done yet.
  public init() {}

  /// As a file.
  public var text: String {
    var lines = [Self.mark + "\(Self.version)"]
    for (name, record) in records.sorted(by: { $0.key < $1.key }) {
      lines.append(
        "lesson \(name) \(record.isDone ? "done" : "begun") tries \(record.tries) "
          + "hints \(record.hints) right \(record.right) of \(record.predicted) "
          + "seconds \(record.seconds)")
      for solution in record.solutions {
        lines.append(
          "task \(solution.step) seed \(solution.seed) deeds \(solution.deeds.count) "
            + solution.task)
        lines += solution.deeds.map(\.text)
      }
    }
    return lines.joined(separator: "\n") + "\nend\n"
  }

  /// Reads a file.
  public static func read(_ text: String) -> Reading {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let first = lines.first, first.hasPrefix(mark),
      let version = Int(first.dropFirst(mark.count))
    else { return .damaged(line: 1, why: "it does not begin as a progress file does") }
    if version > Self.version { return .newer(version) }
    var progress = Progress()
    // An older course had other lessons.
    if version < Self.version { return .progress(progress) }
    guard lines.count >= 2, lines[lines.count - 2] == "end" else {
      return .damaged(line: lines.count, why: "its end is missing")
    }
    var lesson: String?
    var missing = 0
    for (offset, line) in lines.dropFirst().dropLast(2).enumerated() {
      func damaged(_ why: String) -> Reading { .damaged(line: offset + 2, why: why) }
      let last = lesson.flatMap { progress.records[$0]?.solutions.indices.last }
      if missing > 0, let lesson, let last {
        guard let deed = try? LessonDeed.parse(String(line)) else {
          return damaged("this line says nothing that was done")
        }
        progress.records[lesson]?.solutions[last].deeds.append(deed)
        missing -= 1
      } else if let (name, record) = record(line) {
        progress.records[name] = record
        lesson = name
      } else if let lesson, let (solution, count) = solution(line) {
        progress.records[lesson]?.solutions.append(solution)
        missing = count
      } else {
        return damaged("this line says nothing of a lesson")
      }
    }
    guard missing == 0 else {
      return .damaged(line: lines.count, why: "what was done is not told to its end")
    }
    return .progress(progress)
  }

  /// `task 5 seed 7 deeds 3 HEADING`.
  private static func solution(_ line: Substring) -> (LessonSolution, deeds: Int)? {
    let words = line.split(separator: " ", maxSplits: 6, omittingEmptySubsequences: false)
    guard words.count == 7, words[0] == "task", words[2] == "seed", words[4] == "deeds",
      let step = Int(words[1]), let seed = UInt64(words[3]), let count = Int(words[5]),
      (0...10_000).contains(step), (0...100_000).contains(count)
    else { return nil }
    return (LessonSolution(step: step, task: String(words[6]), seed: seed, deeds: []), count)
  }

  private static func record(_ line: Substring) -> (String, Record)? {
    let words = line.split(separator: " ").map(String.init)
    guard words.count == 13, words[0] == "lesson", ["done", "begun"].contains(words[2]),
      words[3] == "tries", words[5] == "hints", words[7] == "right", words[9] == "of",
      words[11] == "seconds"
    else { return nil }
    let numbers = [4, 6, 8, 10, 12].compactMap { Int(words[$0]) }
    guard numbers.count == 5, numbers.allSatisfy({ (0...1_000_000_000).contains($0) }) else {
      return nil
    }
    var record = Record()
    record.isDone = words[2] == "done"
    record.tries = numbers[0]
    record.hints = numbers[1]
    record.right = numbers[2]
    record.predicted = numbers[3]
    record.seconds = numbers[4]
    return (words[1], record)
  }
}

extension LessonRunner {
  /// How it went so far, but for the time it took.
  public var record: Progress.Record {
    var record = Progress.Record()
    record.isDone = lesson.tasks.allSatisfy { tallies[$0.step].isDone }
    record.tries = tallies.reduce(0) { $0 + $1.tries }
    record.hints = tallies.reduce(0) { $0 + $1.hints }
    let predicted = tallies.compactMap(\.wasRight)
    record.predicted = predicted.count
    record.right = predicted.count { $0 }
    record.solutions = narration.lesson?.solutions ?? []
    return record
  }
}
