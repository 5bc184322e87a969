import Operations
import Positions

/// What quorums can still do: how many more nodes may fail, and which part of the keys is out of
/// reach now. Told from the ring where it is known, and otherwise for the worst key there could be.
struct Quorums {
  let replicas: Int
  let read: Int
  let write: Int
  let isSloppy: Bool
  /// Whether others answer reads for replicas that are down, whether or not their copies count for writes.
  let hasStandIns: Bool
  /// Nodes of the ring that run.
  let running: Int
  /// Of these, the most that reach one another: a node that is cut off counts for nobody but itself.
  let together: Int
  /// Replicas among those, of the key that has the fewest.
  let fewest: Int
  /// Share of the keys that have fewer replicas among them than R, or W: 0 to 1.
  let unreadable: Double
  let unwritable: Double

  init(_ snapshot: ClusterSnapshot, _ model: LeaderlessSnapshot) {
    let knobs = snapshot.knobs.leaderless
    let nodes = model.ring.isEmpty ? snapshot.nodes.map(\.id) : model.ring.map(\.node)
    let up = Set(snapshot.nodes.filter(\.state.isUp).map(\.id)).intersection(nodes)
    let replicas = min(knobs.replicationFactor, max(1, nodes.count))
    (self.replicas, read, write) = (replicas, knobs.readQuorum, knobs.writeQuorum)
    isSloppy = knobs.sloppy && knobs.hintsCount
    hasStandIns = knobs.sloppy
    running = up.count
    let together = Self.together(up, snapshot.links)
    self.together = together.count
    let dead = nodes.count - together.count
    var living: [Int] = []
    if replicas < nodes.count, !model.arcs.isEmpty {
      for start in model.arcs.indices {
        living.append(
          Self.owners(model.arcs, from: start, replicas).filter { together.contains($0) }.count)
      }
    } else {
      living = [replicas - min(dead, replicas)]
    }
    fewest = living.min() ?? 0
    let read = hasStandIns && together.count >= self.read ? 0 : self.read
    let write = isSloppy && together.count >= self.write ? 0 : self.write
    let total = Double(max(1, living.count))
    unreadable = Double(living.filter { $0 < read }.count) / total
    unwritable = Double(living.filter { $0 < write }.count) / total
  }

  /// The most of these nodes that reach one another both ways, over others where need be.
  private static func together(_ nodes: Set<NodeID>, _ links: [LinkSnapshot]) -> Set<NodeID> {
    let cuts = links.filter(\.isCut)
    if cuts.isEmpty { return nodes }
    var apart: [NodeID: Set<NodeID>] = [:]
    for link in cuts {
      apart[link.from, default: []].insert(link.to)
      apart[link.to, default: []].insert(link.from)
    }
    var left = nodes
    var most: Set<NodeID> = []
    while let first = left.min() {
      left.remove(first)
      var (group, edge): (Set<NodeID>, [NodeID]) = ([first], [first])
      while let node = edge.popLast() {
        let reached = left.subtracting(apart[node] ?? [])
        left.subtract(reached)
        group.formUnion(reached)
        edge += reached
      }
      if group.count > most.count { most = group }
    }
    return most
  }

  /// The replicas of a place on the ring: whoever stands there, and the next ones that differ.
  static func owners(_ arcs: [NodeID], from start: Int, _ count: Int) -> [NodeID] {
    var owners: [NodeID] = []
    for step in arcs.indices where owners.count < count {
      let node = arcs[(start + step) % arcs.count]
      if !owners.contains(node) { owners.append(node) }
    }
    return owners
  }

  /// Whether every read meets every acknowledged write, as far as quorums go.
  var overlap: Bool { read + write > replicas && !isSloppy }

  /// `R2+W2>N3`, whichever way it stands.
  var sum: String {
    let sum = read + write
    return "R\(read)+W\(write)\(sum > replicas ? ">" : sum == replicas ? "=" : "<")N\(replicas)"
  }

  /// Failures of whichever nodes, after which every key can still be read.
  var readsAfter: Int { hasStandIns ? together - read : fewest - read }

  /// The same for writes. Stand-ins take them as long as there are any.
  var writesAfter: Int { isSloppy ? together - write : fewest - write }
}
