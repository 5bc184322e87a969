import ArgumentParser
import Operations
import Terminal

/// `replicascope demo FILE`: a script of timed commands, played in the simulated world.
struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Play a script in the simulated world, under the dashboard or headless.",
    discussion: """
      A script has a cluster line, a load line and lines of commands with their times; `:save FILE` \
      on the dashboard of lab --seed writes one. The same script has the same run, always: the \
      summary's traceHash tells.

      EXAMPLES:
        replicascope demo demo/failover.scope
        replicascope demo run.scope --headless
        replicascope demo run.scope --headless --json --seed 8
      """)

  @Argument(help: "The script.") var file: String
  @Flag(help: "No screen: events as lines, a summary last; unpaced.") var headless = false
  @Flag(help: "Headless: one JSON object a line.") var json = false
  @Option(help: "Another seed than the script's (its own, else 1).") var seed: String?
  @Flag(help: "No colour; bold and reverse only.") var noColor = false
  @Flag(help: "ASCII glyphs only.") var ascii = false
  @Flag(help: "Colours for a light background.") var light = false

  func run() throws {
    var plan = try Plan(script: file)
    if let seed {
      do { plan.knobs.apply(try KnobTable.parse(name: "seed", value: seed)) } catch {
        throw Failure(.usage, "--seed: \(error)")
      }
    }
    let alarm = try Alarm(catchesSignals: headless)
    if !headless { try LabCommand.checkTerminal() }
    var options = Terminal.Options()
    options.colour = !noColor
    options.ascii = ascii
    options.light = light
    try Simulated(plan: plan, options: options, json: json, headless: headless).run(alarm)
  }
}
