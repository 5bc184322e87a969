import Operations
import Workshop

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Results that are handed in: written, and held against what the lessons say.
enum WorkshopVerify {
  /// A result as JSON.
  static func json(_ result: CourseResult) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(result), as: UTF8.self)
  }

  /// Plays what a result says and tells whether it holds.
  ///
  /// - Throws: ``Failure`` when it does not, or is no result.
  static func verify(_ path: String) throws {
    let text = try TextFile.read(path)
    let result: CourseResult
    do {
      result = try JSONDecoder().decode(CourseResult.self, from: Data(text.utf8))
    } catch {
      throw Failure(
        .badScript, "\(path) is no result of the workshop (workshop --result writes one)")
    }
    guard result.course == Progress.version else {
      throw Failure(
        .badScript,
        "\(path) is of course \(result.course); this program has course \(Progress.version)")
    }
    guard result.isWhole else {
      throw Failure(.checkFailed, "\(path) was changed after it was made: it does not count")
    }
    var isBad = false
    for lesson in result.lessons {
      let complaints = try complaints(of: lesson)
      isBad = isBad || !complaints.isEmpty
      let mark = complaints.isEmpty ? lesson.done ? "✓" : "…" : "✗"
      Output.line(
        "\(mark) \(lesson.lesson): \(lesson.right) of \(lesson.predicted) predicted, "
          + "\(lesson.hints) hints, \(lesson.tries) tries, \((lesson.seconds + 59) / 60) min")
      for complaint in complaints { Output.line("    \(complaint)") }
    }
    Output.line("")
    Output.line(
      "\(result.done) of \(result.of) lessons done" + (isBad ? "; not all of it holds" : ""))
    if isBad { throw Failure(.checkFailed, "\(path) does not hold") }
  }

  private static func complaints(of result: CourseResult.LessonResult) throws -> [String] {
    guard let entry = LessonLibrary.entry(result.lesson), entry.name == result.lesson,
      case .lesson(let lesson) = entry.outcome
    else { return ["there is no such lesson"] }
    var complaints: [String] = []
    for (step, task) in lesson.tasks {
      guard let told = result.tasks.first(where: { $0.step == step }) else {
        if result.done { complaints.append("\(task.heading): it is not told how this was done") }
        continue
      }
      let deeds: [LessonDeed]
      do { deeds = try CourseResult.deeds(told) } catch {
        complaints.append("\(task.heading): \(error.message)")
        continue
      }
      switch try LessonPlay.play(lesson, .init(step: step, way: .again(deeds))).verdict {
      case .reached: break
      case .missed(let why): complaints.append("\(task.heading): not done: \(why)")
      case .failed(let why): complaints.append("\(task.heading): \(why)")
      case nil: complaints.append("\(task.heading): it has no end")
      }
    }
    return complaints
  }
}
