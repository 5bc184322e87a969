import Positions

/// The last write that an operator or a script made by hand.
public struct LastWriteSnapshot: Equatable, Sendable {
  /// What became of it.
  public enum State: Equatable, Sendable {
    /// No answer yet.
    case waiting
    /// This node acknowledged it.
    case acknowledged(by: NodeID)
    /// No node took it: why.
    case refused(String)
    /// Its client gave up: its outcome is unknown.
    case unanswered
  }

  /// The key, as its bytes read; may hold anything.
  public var key: String
  /// What became of it.
  public var state: State
  /// The position just past it in the log of the leader that took it; nil until one did.
  public var position: LSN?

  /// A write that waits.
  public init(key: String) {
    self.key = key
    state = .waiting
    position = nil
  }
}

/// The last read that an operator or a script made by hand.
public struct LastReadSnapshot: Equatable, Sendable {
  /// What it gave.
  public enum State: Equatable, Sendable {
    /// No answer yet.
    case waiting
    /// This value, which may hold anything.
    case value(String)
    /// Several versions that stand side by side, as siblings; each may hold anything.
    case values([String])
    /// The key is not there.
    case missing
    /// No node answered.
    case unanswered
  }

  /// The key, as its bytes read; may hold anything.
  public var key: String
  /// Who answered; nil until somebody did.
  public var from: NodeID?
  /// What it gave.
  public var state: State
  /// Whether it missed a write that was acknowledged before it began.
  public var isStale: Bool

  /// A read that waits.
  public init(key: String) {
    self.key = key
    from = nil
    state = .waiting
    isStale = false
  }
}
