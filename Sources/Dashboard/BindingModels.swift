import Canvas
import Operations

/// What keys mean in the models of replication: no table lists what a model has not.
extension Bindings {
  /// A row as a model has it; nil when it has no such thing.
  static func adapted(_ row: KeyBinding, to model: ReplicationModel) -> KeyBinding? {
    func meaning(_ text: String) -> KeyBinding {
      KeyBinding(
        row.keys, label: row.label, short: row.short, extra: row.isExtra, text, row.intent)
    }
    if model == .singleLeader {
      return row.intent == .siblings || row.intent == .watch ? nil : row
    }
    switch row.intent {
    case .forceFailover, .switchover: return nil
    case .policy:
      return meaning(
        model == .multiLeader
          ? "next topology: all, ring, star" : "next quorums: majorities, R1 W1, R1 WN, RN W1")
    case .lostWrites: return meaning("list the writes that lost")
    case .previousMark: return meaning("back to the last fault or finding")
    default: return row
    }
  }

  /// Why a key that has a meaning elsewhere has none here; nil for any other.
  public static func elsewhere(
    _ key: Key, isPlayed: Bool = false, isTaught: Bool = false,
    model: ReplicationModel = .singleLeader
  ) -> String? {
    if let why = elsewhere(key, in: model) { return why }
    switch key {
    case .character("["), .character("]"), .character("t"), .pageUp, .pageDown:
      return isPlayed ? nil : "\(key) belongs to demos and lessons; none is running"
    case .character("H"), .character("c"), .character("N"), .character("E"):
      return isTaught ? nil : "\(key) belongs to lessons; none is running"
    default: return nil
    }
  }

  /// Why a model has no such thing.
  private static func elsewhere(_ key: Key, in model: ReplicationModel) -> String? {
    let nobody =
      model == .multiLeader
      ? "every node takes writes already" : "any node serves any request, quorums decide"
    switch (key, model) {
    case (.character("v"), .singleLeader), (.character("W"), .singleLeader):
      return "\(key) is for conflicts; where one node takes all writes there are none"
    case (_, .singleLeader): return nil
    case (.character("F"), _): return "F has nothing to fail over: \(nobody)"
    case (.character("S"), _): return "S has nothing to hand over: \(nobody)"
    default: return nil
    }
  }
}
