import ArgumentParser
import Cluster
import Operations
import Positions
import Terminal
import Workshop

#if canImport(Glibc)
  import Glibc
#endif

/// `replicascope workshop`: the course, and what checks it.
struct WorkshopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "workshop",
    abstract: "A course in replication: read, predict, do, and see why.",
    discussion: """
      Goes on with the first lesson that is not done. A lesson is read with PageDown; it asks what will \
      happen before anything moves, gives tasks that check themselves, and says what is still missing. \
      H is a hint, c checks, N begins a step anew, ? lists the keys. Going back in time is always \
      allowed.

      EXAMPLES:
        replicascope workshop
        replicascope workshop two-leaders
        replicascope workshop --list
        replicascope workshop --status
        replicascope workshop two-leaders --present
        replicascope workshop --card
        replicascope workshop --result > anna.json
        replicascope workshop --verify anna.json
        replicascope workshop --lesson-file mine.lesson
        replicascope workshop check mine.lesson
      """,
    subcommands: [Give.self, WorkshopCheck.self], defaultSubcommand: Give.self)
}

/// Gives lessons to whoever sits there.
struct Give: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "give", abstract: "Give a lesson (what workshop does by itself).",
    shouldDisplay: false)

  @Argument(help: "A lesson's name or its number.") var name: String?
  @Option(help: "A lesson of your own.") var lessonFile: String?
  @Flag(help: "The lessons of the course.") var list = false
  @Flag(help: "How far you have come.") var status = false
  @Option(help: "Forget how it went with a lesson.") var reset: String?
  @Flag(help: "What to hand in: how it went, with all commands, as JSON.") var result = false
  @Option(help: "Plays what was handed in, and says whether it holds.") var verify: String?
  @Flag(help: "The keys on one page, to be printed.") var card = false
  @Flag(help: "For a room: large, with little beside the text.") var present = false
  @Flag(help: "No colour; bold and reverse only.") var noColor = false
  @Flag(help: "ASCII glyphs only.") var ascii = false
  @Flag(help: "Colours for a light background.") var light = false

  func run() throws {
    let ways = [
      list, status, result, card, reset != nil, verify != nil, lessonFile != nil, name != nil,
    ].count { $0 }
    guard ways <= 1 else {
      throw Failure(
        .usage,
        "one of a lesson, --list, --status, --reset, --result, --card, --verify and "
          + "--lesson-file at a time")
    }
    if list { return Self.list() }
    if card { return KeyCard.show() }
    if let verify { return try WorkshopVerify.verify(verify) }
    var (progress, said) = try ProgressFile.load()
    if let said { Output.error("replicascope: \(said)") }
    if status { return Self.show(progress) }
    if result {
      let result = CourseResult(progress, course: LessonLibrary.course)
      return Output.line(try WorkshopVerify.json(result))
    }
    if let reset { return try forget(reset, &progress) }
    if let lessonFile {
      let lesson = try LessonFile.load(lessonFile)
      try LabCommand.checkTerminal()
      _ = try give(lesson, number: 0, Alarm(catchesSignals: false))
      return
    }
    let course = LessonLibrary.course
    var place = try name.map(Self.place) ?? Self.next(course, progress)
    try LabCommand.checkTerminal()
    let alarm = try Alarm(catchesSignals: false)
    while course.indices.contains(place) {
      let lesson = course[place]
      let (record, status) = try give(lesson, number: place + 1, alarm)
      let before = progress.records[lesson.name] ?? Progress.Record()
      progress.records[lesson.name] = before.adding(record)
      try ProgressFile.save(progress)
      guard status == Screen.goesOn else {
        Self.say(progress)
        Glibc.exit(status)
      }
      place += 1
    }
    Self.show(progress)
  }

  /// Gives a lesson on the screen.
  ///
  /// - Returns: how it went, and the screen's status.
  private func give(
    _ lesson: Lesson, number: Int, _ alarm: Alarm
  ) throws -> (Progress.Record, Int32) {
    let runner = LessonRunner(lesson, number: number, of: LessonLibrary.course.count)
    var options = Terminal.Options()
    options.colour = !noColor
    options.ascii = ascii
    options.light = light
    let engine = try SimulatedEngine(
      configuration: .simulated(
        knobs: runner.start.knobs,
        load: ClusterConfiguration.defaultLoad.merging(runner.start.load),
        seed: runner.start.knobs.seed ?? Simulated.defaultSeed),
      director: runner, onChange: { alarm.ring() })
    let begun = time(nil)
    let status: Int32
    do {
      var screen = Screen(engine: engine, alarm: alarm, options: options)
      screen.isPresented = present
      status = try screen.run()
    } catch {
      engine.close()
      throw error
    }
    var record = Progress.Record()
    if let told = engine.narration?.lesson {
      record.isDone = told.isDone
      record.tries = told.tries
      record.hints = told.hintsUsed
      record.right = told.right
      record.predicted = told.predicted
      record.solutions = told.solutions
    }
    record.seconds = max(0, time(nil) - begun)
    return (record, status)
  }

  // MARK: The course

  private static func place(_ named: String) throws -> Int {
    guard let entry = LessonLibrary.entry(named),
      let place = LessonLibrary.course.firstIndex(where: { $0.name == entry.name })
    else {
      let near = Nearest.match(named, in: LessonLibrary.all.map(\.name))
      throw Failure(
        .usage,
        "there is no lesson \(named)" + (near.map { "; did you mean \($0)?" } ?? "")
          + " (replicascope workshop --list lists them)")
    }
    return place
  }

  /// The first lesson that is not done; the first of all when all are.
  private static func next(_ course: [Lesson], _ progress: Progress) -> Int {
    course.firstIndex { progress.records[$0.name]?.isDone != true } ?? 0
  }

  private func forget(_ named: String, _ progress: inout Progress) throws {
    let lesson = LessonLibrary.course[try Self.place(named)]
    progress.records[lesson.name] = nil
    try ProgressFile.save(progress)
    Output.line("\(lesson.name) is as new")
  }

  private static func list() { lines(Progress(), showsProgress: false) }

  private static func show(_ progress: Progress) {
    lines(progress, showsProgress: true)
    Output.line("")
    say(progress)
  }

  private static func lines(_ progress: Progress, showsProgress: Bool) {
    let course = LessonLibrary.course
    let width = course.map(\.name.count).max() ?? 0
    var part: Lesson.Part?
    for (offset, lesson) in course.enumerated() {
      if lesson.part != part {
        part = lesson.part
        if offset > 0 { Output.line("") }
        Output.line(lesson.part.title)
      }
      let number = offset + 1 < 10 ? " \(offset + 1)" : "\(offset + 1)"
      let name = lesson.name + String(repeating: " ", count: width - lesson.name.count)
      let record = progress.records[lesson.name]
      let mark = showsProgress ? (record?.isDone == true ? "✓ " : record == nil ? "· " : "… ") : ""
      let how =
        showsProgress ? record.map(text) ?? "" : "\(lesson.minutes) min"
      Output.line(
        "  \(mark)\(number)  \(name)  \(lesson.title)" + (how.isEmpty ? "" : "  (\(how))"))
    }
  }

  private static func text(_ record: Progress.Record) -> String {
    let minutes = (record.seconds + 59) / 60
    return "\(record.right) of \(record.predicted) predicted, \(record.hints) hints, "
      + "\(record.tries) tries, \(minutes) min"
  }

  private static func say(_ progress: Progress) {
    let course = LessonLibrary.course
    let done = course.count { progress.records[$0.name]?.isDone == true }
    Output.line("\(done) of \(course.count) lessons done")
    if done < course.count {
      Output.line("next: \(course[next(course, progress)].title) (replicascope workshop)")
    }
  }
}

/// A lesson's file.
enum LessonFile {
  /// Reads a lesson.
  ///
  /// - Throws: ``Failure`` with everything that is wrong with it.
  static func load(_ path: String) throws -> Lesson {
    let text = try TextFile.read(path)
    let file = path.split(separator: "/").last.map(String.init) ?? path
    let name = file.hasSuffix(".lesson") ? String(file.dropLast(".lesson".count)) : file
    switch LessonParser.parse(text, name: name, file: path) {
    case .lesson(let lesson): return lesson
    case .errors(let errors): throw Failure(.badScript, lines: ScriptErrors(errors).lines)
    }
  }
}
