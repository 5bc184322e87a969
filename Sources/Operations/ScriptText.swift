import Positions

/// A run as a script: a `cluster` line, a `load` line, and `at TIME COMMAND` lines.
public enum ScriptText {
  /// The script of a run that began with `knobs` and `load`.
  ///
  /// Knobs at their defaults, or at their preset's, are left out, but for the number of nodes and the seed.
  ///
  /// - Parameters:
  ///   - end: when the run ended; nil: with its last command.
  ///   - mayBeRefused: whether nobody knows if the commands can be carried out.
  public static func write(
    knobs: Knobs, load: LoadChange, commands: [TimedCommand], until end: Instant? = nil,
    mayBeRefused: Bool = false, comment: String? = nil
  ) -> String {
    var lines: [String] = []
    if let comment { lines += comment.split(separator: "\n").map { "# \($0)" } }
    var defaults = Knobs()
    var cluster = "cluster"
    if let preset = knobs.preset {
      defaults.apply(.preset(preset))
      cluster += " preset=\(preset.rawValue)"
    }
    cluster += " nodes=\(knobs.nodes)"
    for row in KnobTable.rows(of: knobs.model)
    where !["preset", "nodes", "seed"].contains(row.name) {
      let value = row.value(knobs)
      if value != row.value(defaults) { cluster += " \(row.name)=\(TextForm.text(value))" }
    }
    if let seed = knobs.seed { cluster += " seed=\(seed)" }
    lines.append(cluster)
    lines.append(load.text)
    for timed in commands {
      let time = TextForm.interval(timed.at.sinceStart)
      lines.append("at \(time) \(mayBeRefused ? "try " : "")\(timed.command.text)")
    }
    let last = commands.last?.at ?? .start
    if let end, end > last { lines.append("wait \(TextForm.interval(end - last))") }
    return lines.joined(separator: "\n") + "\n"
  }
}
