import Canvas
import Operations
import Positions

/// Two endings of a run in which several nodes take writes of a key.
extension Pen {
  /// A figure of two endings, and what it costs in each: more is worse.
  struct Figure {
    var name: String
    var here: String
    var there: String
    var costs: (here: Int, there: Int)
  }

  func versionRows(_ comparison: Comparison, _ other: ClusterSnapshot) -> [Figure] {
    guard let mine = snapshot.model.versions, let others = other.model.versions else { return [] }
    func figure(_ name: String, _ here: Int, _ there: Int) -> Figure {
      Figure(
        name: name, here: Short.grouped(here), there: Short.grouped(there), costs: (here, there))
    }
    var rows = [
      figure("conflicts", comparison.here.conflicts, comparison.there.conflicts),
      figure("losers", comparison.here.losers, comparison.there.losers),
      figure("by clock", comparison.here.lostByClock, comparison.there.lostByClock),
      figure("keys differ", mine.divergentKeys, others.divergentKeys),
    ]
    if mine.risen + others.risen > 0 {
      rows.append(figure("keys risen", mine.risen, others.risen))
    }
    if mine.siblings + others.siblings > 0 {
      rows.append(figure("siblings", mine.siblings, others.siblings))
    }
    if case .leaderless(let here) = snapshot.model, case .leaderless(let there) = other.model {
      rows += [
        figure("hints wait", here.hints, there.hints),
        figure("refused", here.unavailable, there.unavailable),
      ]
      let stale = [here, there].map { $0.measuredStaleness.map(Self.percent) ?? "-" }
      func rank(_ model: LeaderlessSnapshot) -> Int {
        Int(((model.measuredStaleness ?? 0) * 1000).rounded())
      }
      rows.append(
        Figure(
          name: "reads miss", here: stale[0], there: stale[1], costs: (rank(here), rank(there))))
    }
    return rows
  }

  /// How a node stands among the others, in a few words.
  func standing(of node: NodeSnapshot, in ending: ClusterSnapshot) -> String {
    switch ending.model {
    case .singleLeader: return node.applied.description
    case .multiLeader(let model):
      let lacking = Streams(ending, model).taken(by: node.id).reduce(0) { $0 + $1.lacking }
      return lacking == 0 ? "has all" : "lacks \(Short.counted(lacking, "write"))"
    case .leaderless(let model):
      let place = model.ring.first { $0.node == node.id }
      let share = place.map { Self.percent($0.share) } ?? "no"
      return place?.hints ?? 0 > 0
        ? Short.counted(place?.hints ?? 0, "hint") : "\(share) of keys"
    }
  }
}
