import Positions

/// What a director wants.
public enum Direction: Equatable, Sendable {
  /// Carry this out and tell the outcome, then ask again.
  case perform(Command)
  /// Begin a fresh cluster, then ask again.
  case begin(Knobs, LoadChange)
  /// A chapter begins: a moment worth coming back to; ask again.
  case chapter
  /// Let time pass, at most until then, and ask again.
  case pass(until: Instant)
  /// The audience reads for so long, in its own time; the cluster's stands. Nil: until somebody presses a
  /// key. Who plays for nobody asks again at once.
  case beat(Interval?)
  /// It is over.
  case end
}

/// Who gives commands by what it sees: a script that is played.
///
/// A director is a value like the cluster: copies of both taken together are a moment to go back to.
public protocol Director: Sendable {
  /// What to do at the moment shown.
  mutating func direct(_ snapshot: ClusterSnapshot) -> Direction
  /// Takes the outcome of the command that was asked for last.
  mutating func hear(_ outcome: CommandOutcome)
  /// Takes note that a person had the keys for so long: what waits, waits so much longer.
  mutating func wasHeld(for time: Interval)
  /// What the audience is told.
  var narration: Narration { get }
  /// What was played since the last call, for transcripts.
  mutating func takeEntries() -> [TranscriptEntry]
  /// Takes an answer to what it asked.
  mutating func answer(_ text: String, _ snapshot: ClusterSnapshot) -> CommandOutcome
  /// Takes what a person asks of the play.
  ///
  /// - Returns: whether that is all; false: it means what it means in every play.
  mutating func take(_ cue: Cue, at moment: Instant) -> Bool
  /// Takes note of what a person did to the cluster.
  ///
  /// - Returns: whether that is worth remembering where it stood then.
  mutating func noticed(_ command: Command, at moment: Instant) -> Bool
  /// Why a person may not do something to the cluster now; nil when he may.
  func refusal(of command: Command) -> String?
  /// It was put back to where it stood at an earlier moment, from where `later` stands: what must outlast
  /// that is taken over.
  mutating func returned(from later: any Director)
}

/// Who plays to people asks them nothing.
extension Director {
  public mutating func answer(_ text: String, _ snapshot: ClusterSnapshot) -> CommandOutcome {
    .refused("nothing is asked")
  }

  public mutating func take(_ cue: Cue, at moment: Instant) -> Bool { false }

  public mutating func noticed(_ command: Command, at moment: Instant) -> Bool { false }

  public func refusal(of command: Command) -> String? { nil }

  public mutating func returned(from later: any Director) {}
}

/// What a person asks of a play.
public enum Cue: Equatable, Sendable {
  /// The next step: reading ends, waiting is skipped (the clock runs as fast as it can).
  case next
  /// Back to the beginning of this chapter; from there, of the one before.
  case previousChapter
  /// On to the beginning of the next chapter.
  case nextChapter
  /// The person takes the keys, or gives them back.
  case takeOrGive
  /// The next hint of a lesson's task.
  case hint
  /// A lesson's step from its beginning.
  case reset
}

/// One line of what was played.
public struct TranscriptEntry: Equatable, Sendable {
  /// What kind of line it is.
  public enum Kind: String, Sendable {
    /// The title.
    case title
    /// A fresh cluster with these knobs.
    case cluster
    /// A chapter begins.
    case chapter
    /// Narration.
    case say
    /// A question to the room.
    case ask
    /// A command and its outcome.
    case command
    /// A number that was remembered.
    case `let`
    /// Time or a condition was waited for.
    case wait
    /// A condition that held.
    case holds
    /// What failed.
    case failed
  }

  /// When.
  public var at: Instant
  /// What kind.
  public var kind: Kind
  /// One line, or a few.
  public var text: String

  /// A line.
  public init(at: Instant, kind: Kind, text: String) {
    self.at = at
    self.kind = kind
    self.text = text
  }
}
