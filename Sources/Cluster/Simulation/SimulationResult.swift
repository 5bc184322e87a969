import Operations
import Positions

/// How a simulated run ended.
public struct SimulationResult: Equatable, Sendable {
  /// The plan's seed.
  public var seed: UInt64
  /// Nodes at the start.
  public var nodes = 0
  /// A hash of every event handled, in order.
  public var traceHash: UInt64 = 0
  /// Events handled.
  public var events = 0
  /// Clients' operations that were answered: writes acknowledged and reads.
  public var operations = 0
  /// Acknowledged writes that were lost.
  public var lost = 0
  /// Reads that missed an acknowledged write.
  public var staleReads = 0
  /// What must never happen and did, one line each; the newest that were kept.
  public var violations: [String] = []
  /// How many violations there were.
  public var violationCount = 0
  /// What the knobs permit and happened, one line each; the newest that were kept.
  public var findings: [String] = []
  /// How many findings there were.
  public var findingCount = 0
  /// How long the run took in the cluster's time.
  public var simulated = Interval.zero
  /// When the first of the violations that were kept was seen; nil when there was none.
  public var failedAt: Instant?
  /// Whether all replicas agreed in the end, with a leader that acknowledges writes.
  public var converged = false
  /// What stood in the way of that; nil when nothing did.
  public var obstacle: String?

  /// A run of a seed that has not begun.
  public init(seed: UInt64) { self.seed = seed }

  /// Whether something happened that must not: a violation, or no agreement in the end.
  public var isFailure: Bool { violationCount > 0 || !converged }

  /// The failure without what differs from run to run; nil when there is none. Two runs that fail
  /// alike have equal ones.
  public var failure: String? {
    if let violation = violations.first {
      return String(violation.filter { !$0.isNumber })
    }
    return converged ? nil : "no agreement"
  }

  /// What is wrong, one line each.
  public var complaints: [String] {
    violations + (obstacle.map { ["no agreement in the end: \($0)"] } ?? [])
  }

  /// One JSON object, without a line break.
  public var json: String {
    JSONText.object([
      ("seed", .unsigned(seed)), ("traceHash", .string(TraceText.hash(traceHash))),
      ("events", .integer(events)), ("operations", .integer(operations)),
      ("lost", .integer(lost)), ("staleReads", .integer(staleReads)),
      ("violations", .integer(violationCount)),
      ("findings", .integer(findingCount)), ("nodes", .integer(nodes)),
      ("simulatedSeconds", .number(simulated.seconds)), ("converged", .bool(converged)),
      ("violationList", .array(violations.map { .string($0) })),
      ("obstacle", .optional(obstacle)),
    ]).text
  }

  /// One line for people.
  public var line: String {
    "seed \(seed): \(nodes) nodes, \(Int(simulated.seconds.rounded())) s, \(operations) operations, "
      + "\(lost) lost, \(findingCount) findings, "
      + (isFailure ? "FAILED: " + (complaints.first ?? "") : "no violation")
  }
}
