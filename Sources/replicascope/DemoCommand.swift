import ArgumentParser
import Operations
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
      """)

  @Argument(help: "A demo's name, or a script's file.") var name: String?
  @Flag(help: "No screen: the transcript on standard output, unpaced.") var headless = false
  @Flag(help: "Headless: one JSON object a line.") var json = false
  @Option(help: "Another seed than the script's (its own, else 1).") var seed: String?
  @Flag(help: "On real files, with real disks and the wall clock.") var live = false
  @Option(help: "How fast it goes, reading too, as 2x (1x).") var speed: String?
  @Flag(help: "Wait for PageDown wherever an audience would read.") var step = false
  @Flag(help: "Begin again at the end, for ever, and wait for nobody.") var loop = false
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
    let plan = try Plan(script: name, overriding: settings)
    let alarm = try Alarm(catchesSignals: headless)
    if !headless { try LabCommand.checkTerminal() }
    var options = Terminal.Options()
    options.colour = !noColor
    options.ascii = ascii
    options.light = light
    if live {
      try Live(plan: plan, options: options, json: json, headless: headless, isStepwise: step)
        .run(alarm)
    }
    var simulated = Simulated(plan: plan, options: options, json: json, headless: headless)
    simulated.manner.speed = speed ?? 1
    simulated.manner.isStepwise = step
    simulated.manner.loops = loop
    try simulated.run(alarm)
  }

  private func checkFlags() throws {
    if headless, step || loop || speed != nil {
      let flag = step ? "step" : loop ? "loop" : "speed"
      throw Failure(.usage, "--\(flag) is for an audience; --headless plays to nobody, unpaced")
    }
    if live, loop || speed != nil || seed != nil {
      let flag = loop ? "loop" : speed != nil ? "speed" : "seed"
      throw Failure(.usage, "--\(flag) is for the simulated world; --live has real disks and time")
    }
    if json, !headless { throw Failure(.usage, "--json is for --headless") }
    if step, loop { throw Failure(.usage, "--step waits for somebody, --loop for nobody") }
  }

  private static func speed(_ text: String) throws -> Double {
    do {
      if case .speed(let speed) = try CommandParser.parse("speed \(text)") { return speed }
    } catch {
      throw Failure(.usage, "--speed: \(error)")
    }
    throw Failure(.usage, "--speed: a number, as 2x")
  }
}
