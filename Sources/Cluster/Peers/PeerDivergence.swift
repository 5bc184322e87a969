import Operations
import Positions

// How many keys read differently, counted for what is shown beside what each node holds of one of them.
extension Cluster {
  /// Keys that are gone through for a snapshot; where there are more, the last second's count stands.
  private static var countedAtOnce: Int { 10_000 }

  /// Counts the keys that live replicas show differently now, so that a snapshot of a moment at which
  /// time stands says what its nodes show. It takes a while: a live cluster is not held up for it.
  func countDivergence(in model: inout ModelSnapshot) {
    switch model {
    case .singleLeader: break
    case .multiLeader(var leaders):
      countDivergence(in: &leaders.versions)
      model = .multiLeader(leaders)
    case .leaderless(var quorums):
      countDivergence(in: &quorums.versions)
      model = .leaderless(quorums)
    }
  }

  private func countDivergence(in versions: inout VersionsSnapshot) {
    let live = memberNodes.filter(\.isRunning).compactMap(\.peer)
    let keys = live.map(\.store.count).max() ?? 0
    guard keys <= Self.countedAtOnce else { return }
    // What all hold alike no two replicas show differently.
    let isAlike = live.allSatisfy { $0.store.hash == live[0].store.hash }
    versions.keys = keys
    versions.divergentKeys = isAlike ? 0 : countsDivergence.count
    versions.divergenceAge = .zero
  }
}
