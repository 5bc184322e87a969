import ArgumentParser
import Canvas
import Operations
import Positions
import Terminal

/// `replicascope demo`: the demos, and scripts of one's own.
struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Play a script on the dashboard to an audience, or headless as a test.",
    discussion: """
      Without a name it lists the demos. On the dashboard Space holds, PageDown goes on, PageUp goes \
      back to the chapter's beginning, t takes the keys and gives them back. The same script and seed \
      have the same run, always: the summary's traceHash tells. Headless it ends with 0, or with 1 when \
      something did not hold.

      EXAMPLES:
        replicascope demo
        replicascope demo split-brain
        replicascope demo talk.scope --step
        replicascope demo demo/failover.scope --headless --seed 8
        replicascope demo failover --live
        replicascope demo failover --headless --record failover.cast
        replicascope demo failover --record slide.svg --at 'chapter 2' --size 120x40
      """)

  @Argument(help: "A demo's name, or a script's file.") var name: String?
  @Flag(help: "No screen: the transcript on standard output, unpaced.") var headless = false
  @Flag(help: "Headless: one JSON object a line.") var json = false
  @Option(help: "Another seed than the script's (its own, else 1).") var seed: String?
  @Flag(help: "On real files, with real disks and the wall clock.") var live = false
  @Option(help: "How fast it goes, reading too, as 2x (1x).") var speed: String?
  @Flag(help: "Wait for PageDown wherever an audience would read.") var step = false
  @Flag(help: "Begin again at the end, for ever, and wait for nobody.") var loop = false
  @Option(help: "Record to FILE.cast, or draw a picture to FILE.svg; with --headless at once.")
  var record: String?
  @Option(help: "The recording's version of asciicast, v2 or v3 (v2).") var castVersion: String?
  @Option(help: "The recording's size with --headless, as 120x40 (80x24).") var size: String?
  @Option(
    help: "The picture's moment on the cluster's clock, as 12.5s, or 'chapter 2': that one's end.")
  var at: String?
  @Flag(help: "No colour; bold and reverse only.") var noColor = false
  @Flag(help: "ASCII glyphs only.") var ascii = false
  @Flag(help: "Colours for a light background.") var light = false

  func run() throws {
    guard let name else { return Listing.show() }
    var settings: [KnobSetting] = []
    if let seed {
      do { settings.append(try KnobTable.parse(name: "seed", value: seed)) } catch {
        throw Failure(.usage, "--seed: \(error)")
      }
    }
    let speed = try self.speed.map(Self.speed)
    try checkFlags()
    let recording = try recordingOptions()
    let plan = try Plan(script: name, overriding: settings)
    let playsAtOnce = headless || recording?.isStill ?? false
    let alarm = try Alarm(catchesSignals: playsAtOnce)
    if !playsAtOnce { try LabCommand.checkTerminal() }
    var options = Terminal.Options()
    options.colour = !noColor
    options.ascii = ascii
    options.light = light
    if live {
      var played = Live(plan: plan, options: options, json: json, headless: headless)
      played.isStepwise = step
      played.recordsTo = recording
      try played.run(alarm)
    }
    var simulated = Simulated(plan: plan, options: options, json: json, headless: playsAtOnce)
    simulated.manner.speed = speed ?? 1
    simulated.manner.isStepwise = step
    simulated.manner.loops = loop
    simulated.manner.isUnattended = loop
    simulated.recordsTo = recording
    try simulated.run(alarm)
  }

  private func checkFlags() throws {
    if headless, step || loop || speed != nil && record == nil {
      let flag = step ? "step" : loop ? "loop" : "speed"
      throw Failure(.usage, "--\(flag) is for an audience; --headless plays to nobody, unpaced")
    }
    if live, loop || speed != nil || seed != nil {
      let flag = loop ? "loop" : speed != nil ? "speed" : "seed"
      throw Failure(.usage, "--\(flag) is for the simulated world; --live has real disks and time")
    }
    if record == nil, castVersion != nil || size != nil || at != nil {
      let flag = castVersion != nil ? "cast-version" : size != nil ? "size" : "at"
      throw Failure(.usage, "--\(flag) is for --record")
    }
    if live, headless, record != nil {
      throw Failure(.usage, "--record without a screen is for the simulated world")
    }
    if json, !headless { throw Failure(.usage, "--json is for --headless") }
    if step, loop { throw Failure(.usage, "--step waits for somebody, --loop for nobody") }
  }

  static func speed(_ text: String) throws -> Double {
    do {
      if case .speed(let speed) = try CommandParser.parse("speed \(text)") { return speed }
    } catch {
      throw Failure(.usage, "--speed: \(error)")
    }
    throw Failure(.usage, "--speed: a number, as 2x")
  }

  private func recordingOptions() throws -> RecordingOptions? {
    guard let record else { return nil }
    guard record.hasSuffix(".cast") || record.hasSuffix(".svg") else {
      throw Failure(.usage, "--record: a recording's file ends in .cast, a picture's in .svg")
    }
    var options = RecordingOptions(path: record)
    options.light = light
    options.glyphs = ascii ? .ascii : .unicode
    if options.isStill, live { throw Failure(.usage, "--record: pictures are of simulated runs") }
    if let castVersion {
      switch castVersion {
      case "v2", "2": options.version = .v2
      case "v3", "3": options.version = .v3
      default: throw Failure(.usage, "--cast-version is v2 or v3, not \(castVersion)")
      }
    }
    if let size {
      guard headless || options.isStill else {
        throw Failure(.usage, "--size: on a screen the terminal's own size counts")
      }
      guard let read = Size(size), read.columns <= 500, read.rows <= 200,
        read.columns >= 60, read.rows >= 16
      else { throw Failure(.usage, "--size is from 60x16 to 500x200, as 120x40, not \(size)") }
      options.size = read
    }
    if let at {
      guard options.isStill else {
        throw Failure(.usage, "--at is for pictures: --record FILE.svg")
      }
      options.moment = try Self.moment(at)
    }
    return options
  }

  private static func moment(_ text: String) throws -> RecordingOptions.Moment {
    let words = text.split(separator: " ")
    if words.first == "chapter", words.count == 2, let number = Int(words[1]), number >= 1 {
      return .chapter(number)
    }
    do {
      return .clock(.start + (try CommandParser.parseInterval(text)))
    } catch {
      throw Failure(.usage, "--at: \(error); or 'chapter 2'")
    }
  }
}
