import Positions

/// What an engine can do, so that a screen offers no more.
public struct Capabilities: OptionSet, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// The clock can be stopped and slowed.
  public static let pace = Capabilities(rawValue: 1)
  /// One event at a time.
  public static let step = Capabilities(rawValue: 2)
  /// Back and forward in time.
  public static let travel = Capabilities(rawValue: 4)
}

/// What became of a command.
public enum CommandOutcome: Equatable, Sendable {
  /// It was carried out: a line for the toast.
  case done(String)
  /// It was already in effect: a note.
  case note(String)
  /// It could not be carried out: why.
  case refused(String)

  /// What is said of it.
  public var text: String {
    switch self {
    case .done(let text), .note(let text), .refused(let text): text
    }
  }

  /// Whether it was carried out, or was in effect.
  public var isAccepted: Bool { if case .refused = self { false } else { true } }
}

/// Takes commands, gives snapshots: the boundary between what runs and what shows.
public protocol Engine: AnyObject, Sendable {
  /// What this engine can do.
  var capabilities: Capabilities { get }
  /// Hands a command over; its outcome comes back on the engine's own thread.
  func perform(_ command: Command, then: @escaping @Sendable (CommandOutcome) -> Void)
  /// The events since the last call, where all are kept.
  func takeEvents() -> [Event]
  /// Whether timed commands, or a quiesce, are still to be done.
  var isBusy: Bool { get }
  /// Stops the clock at once, for as long as the program is stopped.
  func pauseClock()
  /// Lets the clock go on.
  func resumeClock()
  /// The newest snapshot; nil before the first.
  var snapshot: ClusterSnapshot? { get }
  /// The other ending, at the same time as ``snapshot``, where the run was forked; nil otherwise.
  var other: ClusterSnapshot? { get }
  /// Whether ``other`` is another cluster altogether, to be seen beside ``snapshot`` all the time.
  var isDuel: Bool { get }
  /// What the audience of a script is told; nil when none is played.
  var narration: Narration? { get }
  /// What was played since the last call, where a script is played and transcripts are kept.
  func takeEntries() -> [TranscriptEntry]
  /// Hands on what a person asks of the play.
  func cue(_ cue: Cue)
  /// Stops everything, closes the files; returns when done.
  func close()
}

/// An engine that has one cluster and plays nothing.
extension Engine {
  public var isDuel: Bool { false }

  public var narration: Narration? { nil }

  public func takeEntries() -> [TranscriptEntry] { [] }

  public func cue(_ cue: Cue) {}
}
