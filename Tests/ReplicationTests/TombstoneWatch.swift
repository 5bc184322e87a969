import Positions

@testable import Replication

/// Watches for versions that stand again after a tombstone that had superseded them went.
struct TombstoneWatch {
  private struct Copy: Hashable {
    var node: NodeID
    var key: [UInt8]
  }

  /// What each node was seen to know last.
  private var contexts: [Copy: VersionVector] = [:]
  /// What went with tombstones, by key.
  private var gone: [[UInt8]: VersionVector] = [:]
  private var deletions: Set<LeaderlessEnsemble.MadeVersion> = []
  /// How many tombstones nodes forgot.
  private(set) var forgotten = 0
  /// How often a version stood again.
  private(set) var raised = 0

  mutating func take(_ note: PeerNote, of node: NodeID) {
    switch note {
    case .created(let key, _, _, .delete, let dot, _, _, _):
      deletions.insert(LeaderlessEnsemble.MadeVersion(key: key, dot: dot))
    case .holds(let key, _, let state):
      contexts[Copy(node: node, key: key)] = state.context
      for dot in state.entries.map(\.dot)
      where gone[key]?.covers(dot) == true
        && !deletions.contains(LeaderlessEnsemble.MadeVersion(key: key, dot: dot))
      {
        raised += 1
      }
    case .forgot(let key, because: .tombstone):
      forgotten += 1
      gone[key, default: VersionVector()].join(
        contexts[Copy(node: node, key: key)] ?? VersionVector())
    default: break
    }
  }
}
