import Positions

/// A moment worth going to, as the scrubber marks it.
public struct HistoryMark: Equatable, Sendable {
  /// When.
  public var at: Instant
  /// What kind of event.
  public var kind: Event.Kind
  /// One line.
  public var text: String

  /// A mark.
  public init(at: Instant, kind: Event.Kind, text: String) {
    self.at = at
    self.kind = kind
    self.text = text
  }
}

/// Where a run that can go back in time stands in its own history.
public struct HistorySnapshot: Equatable, Sendable {
  /// What the run's chance comes from.
  public var seed: UInt64
  /// The earliest moment that one can go back to.
  public var begin: Instant
  /// The latest moment that was reached; what is shown may be before it.
  public var end: Instant
  /// Commands, faults, elections and findings from `begin` to `end`, in order of time.
  public var marks: [HistoryMark]
  /// Events handled since the beginning.
  public var handled: Int
  /// A hash of everything that happened since the beginning: equal runs have equal ones.
  public var traceHash: UInt64
  /// Copies of the world that are kept.
  public var copies: Int
  /// Bytes that the copies hold and the present world does not, as far as they are known.
  public var retainedBytes: Int
  /// Where this ending parted from the one it is compared with; nil when there is none.
  public var forkedAt: Instant?
  /// What was promised and lost before that, which both endings share; nil when there is no other
  /// ending, or it is not known.
  public var ledgerAtFork: LedgerSnapshot?

  /// A history that has just begun.
  public init(seed: UInt64) {
    self.seed = seed
    begin = .start
    end = .start
    marks = []
    handled = 0
    traceHash = 0
    copies = 0
    retainedBytes = 0
    forkedAt = nil
    ledgerAtFork = nil
  }
}

/// How a trace's hash is written.
public enum TraceText {
  /// Sixteen hexadecimal digits.
  public static func hash(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// A message under way between two nodes.
public struct MessageInFlight: Equatable, Sendable {
  /// The sender.
  public var from: NodeID
  /// The receiver.
  public var to: NodeID
  /// When it will arrive.
  public var arrives: Instant
  /// What it says, in the protocol's words, one short line: `append 12…15`, `pre-vote for term 3`.
  public var text: String

  /// A message.
  public init(from: NodeID, to: NodeID, arrives: Instant, text: String) {
    self.from = from
    self.to = to
    self.arrives = arrives
    self.text = text
  }
}
