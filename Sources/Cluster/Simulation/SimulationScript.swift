import Operations
import Positions

/// A plan as a script, and a script as a plan.
extension SimulationPlan {
  /// The plan as a file of commands: a `cluster` line, a `load` line, and `at TIME COMMAND` lines.
  ///
  /// It ends with what heals everything, and `quiesce`.
  public var script: String { script(saying: nil) }

  /// The same, with something to say in its comments.
  func script(saying what: String?) -> String {
    var started = knobs
    started.seed = seed
    let comment = [SavedRun.mark, what].compactMap { $0 }.joined(separator: "\n")
    return ScriptText.write(
      knobs: started, load: load, commands: commands + timedEnding, mayBeRefused: true,
      comment: comment)
  }

  /// The commands of the end, and the time to agree that the script leaves.
  private var timedEnding: [TimedCommand] {
    let quiet = end + Self.timeToHeal + Self.loadAfterHealing
    return ending + [TimedCommand(at: quiet, command: .quiesce)]
  }

  /// The plan that a script tells; its `seed` counts, 1 when it has none.
  ///
  /// A script that does not end as ``script`` does is healed a second after its last command.
  ///
  /// - Throws: everything that is wrong with it.
  public init(script text: String, name: String = "script") throws(ScriptErrors) {
    let script: Script
    switch ScriptParser.parse(text, name: name) {
    case .script(let read): script = read
    case .errors(let errors): throw ScriptErrors(errors)
    }
    guard let commands = script.timedCommands else {
      throw ScriptErrors(script.firstThatIsNoTimedCommand)
    }
    var knobs = script.start.knobs
    let seed = knobs.seed ?? 1
    knobs.seed = nil
    let load = ClusterConfiguration.defaultLoad.merging(script.start.load)
    let last = commands.last?.at ?? .start
    self.init(
      seed: seed, knobs: knobs, load: load, commands: commands,
      end: last + .seconds(1))
    takeEndingOff()
  }

  /// Tells a script's own ending from what goes before it.
  private mutating func takeEndingOff() {
    guard let last = commands.last, last.command == .quiesce,
      let heal = commands.lastIndex(where: { $0.command == .heal(everything: true) })
    else { return }
    var whole = self
    whole.end = .start + (commands[heal].at - (.start + Self.timeToHeal))
    whole.leftDead = commands[heal...].compactMap {
      if case .kill(.node(let node)) = $0.command { node } else { nil }
    }
    let ending = whole.timedEnding
    guard Array(commands.suffix(ending.count)) == ending else { return }
    whole.commands.removeLast(ending.count)
    self = whole
  }
}
