import Positions

/// What an audience is told while a script is played.
public struct Narration: Equatable, Sendable {
  /// Something that comes next, told before it happens.
  public struct Announcement: Equatable, Sendable {
    /// What, as it is typed in the script: `isolate leader`.
    public var text: String
    /// When; nil: at once, or nobody knows.
    public var at: Instant?

    /// Something at a time.
    public init(_ text: String, at: Instant? = nil) {
      self.text = text
      self.at = at
    }
  }

  /// An expectation and what became of it.
  public struct Check: Equatable, Sendable {
    /// The condition, as it is typed in the script.
    public var text: String
    /// What was there, one line: `lost is 12`.
    public var found: String
    /// Whether it held.
    public var holds: Bool

    /// A condition that held, or did not.
    public init(_ text: String, found: String, holds: Bool) {
      self.text = text
      self.found = found
      self.holds = holds
    }
  }

  /// Where the play stands.
  public enum Stage: Equatable, Sendable {
    /// It goes on.
    case plays
    /// The clock stands so that people can read; so much of that time is left.
    case reads(left: Interval)
    /// The clock stands until somebody presses a key: a question was asked, or a presenter goes step by
    /// step.
    case waitsForKey
    /// A person has the keys; the script is held.
    case taken
    /// It is over, and everything held.
    case over
    /// It is over: this failed.
    case failed(String)
  }

  /// The script's title; its file's name where it has none.
  public var title: String
  /// The names of all chapters, in order.
  public var chapters: [String]
  /// The chapter that is played; nil before the first.
  public var chapter: Int?
  /// What was said in this chapter, newest last.
  public var said: [String]
  /// The question that was asked last and is not answered yet.
  public var question: String?
  /// What comes next.
  public var next: Announcement?
  /// The condition that is waited for, and until when at most.
  public var waiting: Announcement?
  /// What was checked in this chapter, newest last.
  public var checks: [Check]
  /// Lines of the script that are done, and all that there are.
  public var done: Int
  public var total: Int
  /// Where the play stands.
  public var stage: Stage
  /// What a lesson asks for and has found; nil where none is taught.
  public var lesson: LessonNarration?

  /// The beginning of a play of so many lines.
  public init(title: String, chapters: [String], total: Int) {
    self.title = title
    self.chapters = chapters
    chapter = nil
    said = []
    question = nil
    next = nil
    waiting = nil
    checks = []
    done = 0
    self.total = total
    stage = .plays
  }
}
