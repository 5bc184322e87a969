import Positions

/// How a cluster of a script begins.
public struct ScriptCluster: Equatable, Sendable {
  /// What its `cluster` line sets.
  public var settings: [KnobSetting]
  /// What the `load` line after it sets.
  public var load: LoadChange

  /// A cluster with these settings.
  public init(settings: [KnobSetting] = [], load: LoadChange = LoadChange()) {
    self.settings = settings
    self.load = load
  }

  /// The defaults with its preset and its settings.
  public var knobs: Knobs {
    var knobs = Knobs()
    knobs.apply(settings)
    return knobs
  }
}

/// Where a line of a script stands.
public struct ScriptPlace: Equatable, Sendable {
  /// Its file, as it was named.
  public var file: String
  /// Its line there, from 1.
  public var line: Int
  /// The line as it is written, without comment and spaces around it.
  public var text: String

  /// A place.
  public init(file: String, line: Int, text: String) {
    self.file = file
    self.line = line
    self.text = text
  }
}

/// One line of a script.
public struct ScriptStatement: Equatable, Sendable {
  /// When it is carried out.
  public enum Timing: Equatable, Sendable {
    /// Once the line before is done.
    case next
    /// So long after the line before was done.
    case after(Interval)
    /// At this time of the cluster's clock.
    case at(Instant)
  }

  /// What is to be done.
  public enum Action: Equatable, Sendable {
    /// A fresh cluster begins.
    case cluster(ScriptCluster)
    /// A chapter begins.
    case chapter(String)
    /// Narration.
    case say(String)
    /// A question to the room.
    case ask(String)
    /// An operator's command; whether it may be refused.
    case command(Command, mayBeRefused: Bool)
    /// Time passes.
    case wait(Interval)
    /// Time passes until a condition holds, at most so long.
    case until(Condition, within: Interval)
    /// A condition holds now.
    case expect(Condition)
    /// A condition holds from here to the end.
    case always(Condition)
    /// A number is remembered.
    case remember(String, Expression)
  }

  /// Where it stands.
  public var place: ScriptPlace
  /// When it is carried out.
  public var timing: Timing
  /// What is to be done.
  public var action: Action
}

/// A script: a demo, a lesson, a test, a run that was saved.
public struct Script: Equatable, Sendable {
  /// Its `title` line; nil when it has none.
  public var title: String?
  /// Its lines; the first is always a cluster, but in a part of a lesson that has one already.
  public var statements: [ScriptStatement]

  /// A script of these lines.
  public init(title: String? = nil, statements: [ScriptStatement]) {
    self.title = title
    self.statements = statements
  }

  /// How its first cluster begins.
  public var start: ScriptCluster {
    if case .cluster(let start) = statements.first?.action { return start }
    return ScriptCluster()
  }

  /// The names of its chapters, in order.
  public var chapters: [String] {
    statements.compactMap { if case .chapter(let name) = $0.action { name } else { nil } }
  }

  /// The commands of a script that has nothing but commands at their times (as `simulate` and `save`
  /// write them); nil for any other.
  public var timedCommands: [TimedCommand]? {
    var commands: [TimedCommand] = []
    for statement in statements.dropFirst() {
      switch (statement.timing, statement.action) {
      case (.at(let instant), .command(let command, _)):
        commands.append(TimedCommand(at: instant, command: command))
      case (.next, .wait): continue
      default: return nil
      }
    }
    return commands
  }
}

/// Everything that is wrong with a script.
public struct ScriptErrors: Error, Equatable, Sendable {
  /// In order; at least one.
  public var failures: [ParseFailure]

  /// These.
  public init(_ failures: [ParseFailure]) { self.failures = failures }

  /// Three lines an error: place and message, the source, a caret under the place.
  public var lines: [String] { failures.flatMap(\.located) }
}

extension Script {
  /// What is said where only commands at their times can be taken.
  public var firstThatIsNoTimedCommand: [ParseFailure] {
    let other = statements.dropFirst().first { statement in
      switch (statement.timing, statement.action) {
      case (.at, .command), (.next, .wait): false
      default: true
      }
    }
    guard let place = other?.place else { return [] }
    var failure = ParseFailure(
      line: place.line, column: 1, source: place.text,
      message: "only lines as `at 3s kill leader` can be taken here; play it with demo")
    failure.file = place.file
    return [failure]
  }
}
