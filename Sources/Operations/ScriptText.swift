import Positions

/// A run as a script: a `cluster` line, a `load` line, and `at TIME COMMAND` lines.
public enum ScriptText {
  /// The script of a run that began with `knobs` and `load`.
  ///
  /// Knobs at their defaults are left out, but for the number of nodes and the seed.
  public static func write(
    knobs: Knobs, load: LoadChange, commands: [TimedCommand], comment: String? = nil
  ) -> String {
    var lines: [String] = []
    if let comment { lines += comment.split(separator: "\n").map { "# \($0)" } }
    let defaults = Knobs()
    var cluster = "cluster nodes=\(knobs.nodes)"
    for row in KnobTable.rows where row.name != "nodes" && row.name != "seed" {
      let value = row.value(knobs)
      if value != row.value(defaults) { cluster += " \(row.name)=\(TextForm.text(value))" }
    }
    if let seed = knobs.seed { cluster += " seed=\(seed)" }
    lines.append(cluster)
    lines.append(load.text)
    for timed in commands {
      lines.append("at \(TextForm.interval(timed.at.sinceStart)) \(timed.command.text)")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
