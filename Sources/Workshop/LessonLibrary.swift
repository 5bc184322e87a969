import CTexts
import Operations

/// The lessons that are part of the program.
public enum LessonLibrary {
  /// One of them.
  public struct Entry: Equatable, Sendable {
    /// What it is called: `two-leaders`.
    public var name: String
    /// Its file, as it stands among the sources.
    public var file: String
    /// Its text.
    public var text: String

    /// The lesson, or what is wrong with it.
    public var outcome: LessonParser.Outcome {
      LessonParser.parse(text, name: name, file: file)
    }
  }

  /// All, in the order of the course.
  public static let all: [Entry] = (0..<lessons_count()).compactMap { number in
    guard let name = lessons_name(number), let bytes = lessons_bytes(number) else { return nil }
    let buffer = UnsafeBufferPointer(start: bytes, count: lessons_size(number))
    let file = String(cString: name)
    // The file's name begins with its place in the course: 07-slow-somewhere.
    return Entry(
      name: String(file.drop { $0.isNumber || $0 == "-" }), file: file + ".lesson",
      text: String(decoding: buffer, as: UTF8.self))
  }

  /// A lesson by its name or its number in the course; nil: there is none.
  public static func entry(_ named: String) -> Entry? {
    if let number = Int(named), all.indices.contains(number - 1) { return all[number - 1] }
    return all.first { $0.name == named }
  }

  /// The course: every lesson that can be read.
  public static let course: [Lesson] = all.compactMap { entry in
    if case .lesson(let lesson) = entry.outcome { lesson } else { nil }
  }
}
