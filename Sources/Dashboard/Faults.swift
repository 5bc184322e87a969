import Operations
import Positions

/// What of a topology is broken: the nodes and links that carry nothing, and what is left together.
struct Faults {
  /// Nodes that do not run and stand between others, in the snapshot's order.
  let dead: [NodeID]
  /// The topology's links that are cut, between nodes that run.
  let cuts: [MultiLeaderSnapshot.Edge]
  /// Nodes that run, by what still holds together one way or the other.
  let pieces: [[NodeID]]

  var isEmpty: Bool { dead.isEmpty && cuts.isEmpty }

  init(_ snapshot: ClusterSnapshot, _ model: MultiLeaderSnapshot) {
    let running = snapshot.nodes.filter(\.state.isUp).map(\.id)
    let up = Set(running)
    let cutLinks = Set(
      snapshot.links.filter(\.isCut).map { MultiLeaderSnapshot.Edge(from: $0.from, to: $0.to) })
    var neighbours: [NodeID: Set<NodeID>] = [:]
    for edge in model.edges {
      neighbours[edge.from, default: []].insert(edge.to)
      neighbours[edge.to, default: []].insert(edge.from)
    }
    // The end of a star's ray breaks nothing but itself.
    dead = snapshot.nodes.map(\.id).filter {
      !up.contains($0) && (neighbours[$0]?.count ?? 0) > 1
    }
    let between = model.edges.filter { up.contains($0.from) && up.contains($0.to) }
    cuts = between.filter { cutLinks.contains($0) }
    var joined: [NodeID: Set<NodeID>] = [:]
    for edge in between where !cutLinks.contains(edge) {
      joined[edge.from, default: []].insert(edge.to)
      joined[edge.to, default: []].insert(edge.from)
    }
    var pieces: [[NodeID]] = []
    var seen: Set<NodeID> = []
    for start in running where seen.insert(start).inserted {
      var (piece, queue) = ([start], [start])
      while let here = queue.popLast() {
        for there in joined[here] ?? [] where seen.insert(there).inserted {
          piece.append(there)
          queue.append(there)
        }
      }
      pieces.append(piece.sorted())
    }
    self.pieces = pieces
  }
}
