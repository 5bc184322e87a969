import Operations
import Positions

/// Why a script's run failed.
public struct ScriptFailure: Equatable, Sendable {
  /// The line that failed.
  public var place: ScriptPlace
  /// When, on the cluster's clock.
  public var at: Instant
  /// What was expected.
  public var expected: String
  /// What was there.
  public var found: String

  /// One line.
  public var summary: String { "line \(place.line): expected \(expected); \(found)" }
}

/// Plays a script: says line by line what is to happen, and judges what is there.
public struct ScriptRunner: Director {
  /// How far the present line has come.
  enum Phase: Equatable, Sendable {
    /// It was not looked at yet.
    case new
    /// It is carried out then.
    case due(Instant)
    /// The audience was told of it.
    case announced
    /// Its question was asked.
    case asked
    /// Its command was given.
    case performing
    /// A fresh cluster starts; it is ready then at the latest.
    case starting(Instant)
    /// A write or read is under way, until then at most.
    case answering(Instant)
    /// A quiesce is under way, until then at most.
    case settling(Instant)
    /// Time passes until then at most.
    case passing(Instant)
  }

  /// A condition that must hold to the end.
  struct Watch: Equatable, Sendable {
    var condition: Condition
    var place: ScriptPlace
  }

  /// The script.
  public let script: Script
  /// What was given on the command line: it stands over every `cluster` line.
  private let overriding: [KnobSetting]
  /// Whether the play goes on behind a line that failed.
  private let goesOn: Bool
  var position = 0
  var phase = Phase.new
  /// When the line before was done.
  var doneAt = Instant.start
  /// What the clock showed when it was asked last.
  var now = Instant.start
  /// How long a person had the keys since the cluster began.
  private var held = Interval.zero
  /// The numbers that were remembered.
  public internal(set) var names: [String: Quantity] = [:]
  var watches: [Watch] = []
  private var outcome: CommandOutcome?
  var entries: [TranscriptEntry] = []
  public internal(set) var narration: Narration
  /// Why the run failed; nil while it has not.
  public internal(set) var failure: ScriptFailure?
  /// How many lines failed.
  public private(set) var failureCount = 0

  /// How long a write or a read may take before the next line comes.
  static let answerPatience = Interval.seconds(2)
  /// How long a quiesce may take.
  static let settlePatience = Interval.seconds(60)
  /// How long a fresh cluster runs before the next line, so that there is something to see and to
  /// measure; and how long it may go without a leader.
  static let startTime = Interval.seconds(1)
  static let startPatience = Interval.seconds(10)
  /// Time between two looks at a condition.
  static let spacing = Interval.milliseconds(10)
  /// Time between two looks for an answer.
  static let answerSpacing = Interval.milliseconds(1)

  /// A play of a script from its beginning.
  ///
  /// - Parameters:
  ///   - overriding: settings that stand over those of every `cluster` line.
  ///   - goesOn: whether a line that fails is told and the next one comes: where two systems play one
  ///     script, what holds in one need not hold in the other.
  ///   - names: numbers that were remembered before.
  ///   - begun: what the clock shows as it begins.
  public init(
    _ script: Script, name: String, overriding: [KnobSetting] = [], goesOn: Bool = false,
    names: [String: Quantity] = [:], begun: Instant = .start
  ) {
    self.script = script
    self.overriding = overriding
    self.goesOn = goesOn
    self.names = names
    doneAt = begun
    now = begun
    narration = Narration(
      title: script.title ?? name, chapters: script.chapters, total: script.statements.count)
    if let title = script.title {
      entries.append(TranscriptEntry(at: .start, kind: .title, text: title))
    }
  }

  /// How the first cluster begins.
  public var start: (knobs: Knobs, load: LoadChange) { beginning(script.start) }

  private func beginning(_ cluster: ScriptCluster) -> (knobs: Knobs, load: LoadChange) {
    var knobs = cluster.knobs
    // One script may have clusters of several models: each takes what it has.
    for setting in overriding where knobs.misplaced(setting) == nil { knobs.apply(setting) }
    // Another seed for one chapter is the script's own affair; without one the first cluster's counts.
    if knobs.seed == nil { knobs.seed = script.start.knobs.seed }
    return (knobs, cluster.load)
  }

  /// Whether every line is done.
  public var isOver: Bool { failure != nil || position >= script.statements.count }

  public mutating func takeEntries() -> [TranscriptEntry] {
    defer { entries = [] }
    return entries
  }

  public mutating func hear(_ outcome: CommandOutcome) { self.outcome = outcome }

  public mutating func wasHeld(for time: Interval) {
    held = held + time
    doneAt = doneAt + time
    switch phase {
    case .due(let instant): phase = .due(instant + time)
    case .starting(let instant): phase = .starting(instant + time)
    case .answering(let instant): phase = .answering(instant + time)
    case .settling(let instant): phase = .settling(instant + time)
    case .passing(let instant): phase = .passing(instant + time)
    case .new, .announced, .asked, .performing: break
    }
    if let at = narration.next?.at { narration.next?.at = at + time }
    if let at = narration.waiting?.at { narration.waiting?.at = at + time }
  }

  // MARK: Playing

  public mutating func direct(_ snapshot: ClusterSnapshot) -> Direction {
    now = snapshot.at
    checkWatches(snapshot)
    while !isOver {
      if let direction = proceed(script.statements[position], snapshot) { return direction }
    }
    narration.next = nil
    narration.waiting = nil
    narration.done = position
    narration.stage = failure.map { .failed($0.summary) } ?? .over
    return .end
  }

  /// Takes the present line a step further; nil when the next one can be looked at.
  private mutating func proceed(
    _ statement: ScriptStatement, _ snapshot: ClusterSnapshot
  ) -> Direction? {
    switch phase {
    case .new: return schedule(statement)
    case .due(let instant):
      return now < instant ? pass(until: instant) : begin(statement, snapshot)
    case .announced: return begin(statement, snapshot)
    case .asked:
      narration.question = nil
      return done()
    case .performing: return performed(statement, snapshot)
    case .starting(let limit):
      let isReady = now >= .start + Self.startTime && snapshot.hasLeader
      return isReady || now >= limit ? done() : pass(until: min(limit, now + Self.spacing))
    case .answering(let limit): return answering(statement, until: limit, snapshot)
    case .settling(let limit):
      if !snapshot.isQuiescing { return done() }
      guard now < limit else {
        return fail(
          statement,
          expected: "the replicas to agree within \(Reading.short(Self.settlePatience))",
          found: "they had not \(Self.settlePatience.seconds) s later")
      }
      return pass(until: min(limit, now + Self.spacing))
    case .passing(let limit): return passing(statement, until: limit, snapshot)
    }
  }

  /// Says when a line is due, and tells the audience of a command before it happens.
  private mutating func schedule(_ statement: ScriptStatement) -> Direction? {
    switch statement.timing {
    case .next:
      guard case .command(let command, _) = statement.action else {
        phase = .due(now)
        return nil
      }
      narration.next = Narration.Announcement(command.text)
      phase = .announced
      return .beat(Reading.announcement)
    case .after(let time): phase = .due(doneAt + time)
    case .at(let instant):
      guard instant + held >= now || goesOn else {
        return fail(
          statement, expected: "to be here at \(instant)", found: "it is \(now) already")
      }
      phase = .due(max(now, instant + held))
    }
    if case .due(let due) = phase { narration.next = announcement(of: statement.action, at: due) }
    return nil
  }

  private func announcement(
    of action: ScriptStatement.Action, at due: Instant
  ) -> Narration.Announcement? {
    guard case .command(let command, _) = action else { return nil }
    return Narration.Announcement(command.text, at: due)
  }

  private mutating func begin(
    _ statement: ScriptStatement, _ snapshot: ClusterSnapshot
  ) -> Direction? {
    switch statement.action {
    case .cluster(let cluster): return begin(cluster, statement)
    case .chapter(let name):
      narration.chapter = narration.chapter.map { $0 + 1 } ?? 0
      narration.said = []
      narration.checks = []
      note(.chapter, name)
      _ = done()
      return .chapter
    case .say(let text):
      narration.said.append(text)
      note(.say, text)
      _ = done()
      return .beat(Reading.time(of: text))
    case .ask(let text):
      narration.question = text
      note(.ask, text)
      phase = .asked
      return .beat(nil)
    case .command(let command, _):
      phase = .performing
      outcome = nil
      return .perform(command)
    case .wait(let time):
      phase = .passing(now + time)
      return nil
    case .until(let condition, let time):
      phase = .passing(now + time)
      narration.waiting = Narration.Announcement(condition.description, at: now + time)
      return nil
    case .expect(let condition): return expect(condition, statement, snapshot)
    case .always(let condition): return watch(condition, statement, snapshot)
    case .remember(let name, let expression):
      return remember(name, expression, statement, snapshot)
    }
  }

  private mutating func begin(
    _ cluster: ScriptCluster, _ statement: ScriptStatement
  ) -> Direction? {
    let (knobs, load) = beginning(cluster)
    note(.cluster, statement.place.text.split(separator: " ").joined(separator: " "))
    // Lines that name a time must find it.
    let next = script.statements[(position + 1)...].first { $0.timing != .next }
    var limit = Instant.start + Self.startPatience
    if case .at(let instant) = next?.timing { limit = min(limit, instant) }
    phase = .starting(limit)
    guard position > 0 else { return nil }
    now = .start
    held = .zero
    return .begin(knobs, load)
  }

  private mutating func performed(
    _ statement: ScriptStatement, _ snapshot: ClusterSnapshot
  ) -> Direction? {
    guard case .command(let command, let mayBeRefused) = statement.action, let outcome else {
      return nil
    }
    narration.next = nil
    switch outcome {
    case .refused(let why):
      note(.command, "\(command.text)\nrefused: \(why)")
      guard mayBeRefused else {
        return fail(statement, expected: "\(command.text) to be carried out", found: why)
      }
      return done()
    case .done(let text), .note(let text):
      switch command {
      case .change, .choose, .read:
        phase = .answering(now + Self.answerPatience)
        return nil
      case .quiesce: phase = .settling(now + Self.settlePatience)
      default: phase = .passing(now)
      }
      note(.command, text.isEmpty ? command.text : "\(command.text)\n\(text)")
      return nil
    }
  }

  private mutating func answering(
    _ statement: ScriptStatement, until limit: Instant, _ snapshot: ClusterSnapshot
  ) -> Direction? {
    guard case .command(let command, _) = statement.action else { return done() }
    let (isAnswered, text) = snapshot.answer(to: command)
    guard isAnswered || now >= limit else {
      return pass(until: min(limit, now + Self.answerSpacing))
    }
    note(.command, "\(command.text)\n\(text)")
    return done()
  }

  private mutating func passing(
    _ statement: ScriptStatement, until limit: Instant, _ snapshot: ClusterSnapshot
  ) -> Direction? {
    guard case .until(let condition, let time) = statement.action else {
      return now >= limit ? done() : pass(until: limit)
    }
    let found = condition.found(in: snapshot, names)
    if condition.truth(in: snapshot, names) == .holds {
      narration.waiting = nil
      check(condition, found, holds: true)
      let took = time - (limit - now)
      note(.holds, "\(condition)\n\(found), after \(Reading.seconds(took))")
      return done()
    }
    guard now < limit else {
      narration.waiting = nil
      check(condition, found, holds: false)
      return fail(
        statement, expected: "\(condition) within \(Reading.short(time))", found: found)
    }
    return pass(until: min(limit, now + Self.spacing))
  }

  // MARK: Lines

  /// Lets time pass; while something must always hold, it is looked at often.
  private func pass(until limit: Instant) -> Direction {
    .pass(until: watches.isEmpty ? limit : min(limit, now + Self.spacing))
  }

  /// The line is done: on to the next.
  mutating func done() -> Direction? {
    position += 1
    phase = .new
    doneAt = now
    narration.done = position
    return nil
  }

  mutating func note(_ kind: TranscriptEntry.Kind, _ text: String) {
    entries.append(TranscriptEntry(at: now, kind: kind, text: text))
  }

  mutating func fail(
    _ statement: ScriptStatement, expected: String, found: String
  ) -> Direction? {
    fail(at: statement.place, expected: expected, found: found)
    return goesOn ? done() : nil
  }

  mutating func fail(at place: ScriptPlace, expected: String, found: String) {
    failureCount += 1
    if !goesOn {
      failure = ScriptFailure(place: place, at: now, expected: expected, found: found)
    }
    note(.failed, "\(place.text)\nexpected: \(expected)\nthere was: \(found)")
  }
}
