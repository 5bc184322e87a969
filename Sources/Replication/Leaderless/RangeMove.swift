import Positions

/// A range of hashes whose keys other nodes keep in another ring: what must be streamed before a
/// joining node counts as a replica, or a leaving one may forget (Cassandra: bootstrap, decommission).
public struct RangeMove: Equatable, Sendable {
  /// The hashes.
  public var range: TokenRange
  /// Who kept them, by number.
  public var old: [NodeID]
  /// Who keeps them now, by number.
  public var new: [NodeID]

  /// A move of `range` from the nodes `old` to `new`.
  public init(range: TokenRange, old: [NodeID], new: [NodeID]) {
    self.range = range
    self.old = old
    self.new = new
  }

  /// Who must get the range's keys.
  public var gaining: [NodeID] { new.filter { !old.contains($0) } }

  /// Who need not keep the range's keys any longer.
  public var losing: [NodeID] { old.filter { !new.contains($0) } }
}

extension HashRing {
  /// Which ranges have another set of `replicas` nodes in `next`, in the ring's order from zero on
  /// (one that holds zero stands first); neighbours with equal sets are one.
  public func moves(to next: HashRing, replicas: Int) -> [RangeMove] {
    guard let lastToken = [tokens.last, next.tokens.last].compactMap({ $0 }).max() else {
      return []
    }
    var moves: [RangeMove] = []
    var before = lastToken
    var oldArc = 0
    var newArc = 0
    // Between neighbouring tokens of either ring nothing changes within each of them.
    while oldArc < tokens.count || newArc < next.tokens.count {
      let token = min(
        oldArc < tokens.count ? tokens[oldArc] : .max,
        newArc < next.tokens.count ? next.tokens[newArc] : .max)
      // Behind a ring's last token begins its first arc.
      let old = list(arc: oldArc < tokens.count ? oldArc : 0, count: replicas).sorted()
      let new = next.list(arc: newArc < next.tokens.count ? newArc : 0, count: replicas).sorted()
      if old != new {
        let move = RangeMove(
          range: TokenRange(after: before, through: token), old: old, new: new)
        if let last = moves.last, last.range.through == before, last.old == old, last.new == new {
          moves[moves.count - 1].range.through = token
        } else {
          moves.append(move)
        }
      }
      if oldArc < tokens.count, tokens[oldArc] == token { oldArc += 1 }
      if newArc < next.tokens.count, next.tokens[newArc] == token { newArc += 1 }
      before = token
    }
    // The first range begins where the last one ends, across zero.
    if moves.count > 1, let last = moves.last, last.range.through == moves[0].range.after,
      last.old == moves[0].old, last.new == moves[0].new
    {
      moves[0].range.after = last.range.after
      moves.removeLast()
    }
    return moves
  }
}
