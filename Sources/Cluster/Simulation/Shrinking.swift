import Operations
import Positions

/// Finds the smallest list of commands with which a plan still fails, by leaving out ever smaller
/// parts of it (delta debugging).
public struct Shrinking {
  /// What is known to fail, the smallest so far.
  public private(set) var plan: SimulationPlan
  /// How it ends.
  public private(set) var result: SimulationResult
  /// Runs made.
  public private(set) var runs = 0
  /// The failure to keep: another one does not count.
  private let failure: String
  private let run: (SimulationPlan) -> SimulationResult

  /// Begins with a plan; nil when it does not fail.
  ///
  /// - Parameter run: plays a plan.
  public init?(
    _ plan: SimulationPlan,
    run: @escaping (SimulationPlan) -> SimulationResult = { SimulationRun.run($0) }
  ) {
    let result = run(plan)
    guard let failure = result.failure else { return nil }
    self.plan = plan
    self.result = result
    self.failure = failure
    self.run = run
  }

  /// Shrinks until no single command can be left out, or until `runsMaximum` runs were made.
  ///
  /// - Parameter progress: is told the number of commands left and the runs made.
  public mutating func shrink(
    runsMaximum: Int = 2000, progress: (_ commands: Int, _ runs: Int) -> Void = { _, _ in }
  ) {
    dropWhatCameLater()
    var parts = 2
    while !plan.commands.isEmpty, runs < runsMaximum {
      let count = plan.commands.count
      parts = min(parts, count)
      var isSmaller = false
      for part in (0..<parts).reversed() where runs < runsMaximum {
        let range = count * part / parts..<count * (part + 1) / parts
        if leaveOut(range) {
          isSmaller = true
          progress(plan.commands.count, runs)
          break
        }
        progress(plan.commands.count, runs)
      }
      if isSmaller {
        parts = max(2, parts - 1)
      } else if parts == count {
        break
      } else {
        parts *= 2
      }
    }
    endSooner(runsMaximum)
  }

  /// Leaves out, at once, what came after the first violation.
  private mutating func dropWhatCameLater() {
    guard let failedAt = result.failedAt else { return }
    var shorter = plan
    shorter.commands.removeAll { $0.at > failedAt }
    shorter.end = min(plan.end, failedAt + Interval.milliseconds(1))
    _ = take(shorter)
  }

  private mutating func leaveOut(_ range: Range<Int>) -> Bool {
    var smaller = plan
    smaller.commands.removeSubrange(range)
    return take(smaller)
  }

  /// Heals as soon after the last command as still fails.
  private mutating func endSooner(_ runsMaximum: Int) {
    let last = plan.commands.last?.at ?? .start
    for wait in [1, 2, 5, 10, 20] where runs < runsMaximum {
      var sooner = plan
      sooner.end = last + .seconds(wait)
      if sooner.end < plan.end, take(sooner) { return }
    }
  }

  private mutating func take(_ smaller: SimulationPlan) -> Bool {
    runs += 1
    let ending = run(smaller)
    guard ending.failure == failure else { return false }
    plan = smaller
    result = ending
    return true
  }

  /// The plan as a script, with a line that says how it ends.
  public var script: String {
    let what = (result.complaints.first ?? "").split(separator: "\n").joined(separator: " ")
    return plan.script(saying: "fails: \(what)")
  }
}
