import Operations
import Positions

/// What a node's page says in the models in which several nodes take writes of a key.
extension Pen {
  /// Label and text, a line each.
  func peerLines(_ node: NodeSnapshot) -> [(String, String)] {
    var lines: [(String, String)] = [
      ("received", "\(node.received)  what reached its memory"),
      ("written", "\(node.written)  what its disk was given"),
      ("flushed", "\(node.flushed)  what survives a crash"),
    ]
    switch snapshot.model {
    case .singleLeader: break
    case .multiLeader(let model): lines += streamLines(node, model)
    case .leaderless(let model): lines += ringLines(node, model)
    }
    lines += [
      (
        "serves",
        "\(Short.count(node.servedPerSecond)) operations a second"
          + (node.capacity.map { " of \(Short.count($0))" } ?? "")
      ),
      ("state hash", hexadecimal(node.hash)),
    ]
    return lines
  }

  private func streamLines(
    _ node: NodeSnapshot, _ model: MultiLeaderSnapshot
  ) -> [(String, String)] {
    guard let streams else { return [] }
    let only = streams.onlyAt(node.id)
    var lines = [
      (
        "own writes",
        only > 0 ? "\(Short.grouped(only)) of them on no other node" : "all on another node too"
      )
    ]
    let sends = model.edges.filter { $0.from == node.id }.map(\.to)
    let takes = model.edges.filter { $0.to == node.id }.map(\.from)
    lines.append(
      ("streams", "to \(names(sends)); from \(names(takes))"))
    // Those that it lacks most of come first: not all have room.
    let taken = streams.taken(by: node.id).sorted {
      ($1.lacking, $0.origin) < ($0.lacking, $1.origin)
    }
    for stream in taken {
      let held = stream.heldBack > 0 ? ", holds back \(stream.heldBack)" : ""
      let late =
        stream.lacking > 0
        ? "lacks \(Short.grouped(stream.lacking)), \(time(stream.lag)) behind" : "has all"
      lines.append(
        (
          "of \(stream.origin)",
          "\(stream.applied) of \(stream.written) writes: \(late)\(held)"
        ))
    }
    return lines
  }

  private func ringLines(
    _ node: NodeSnapshot, _ model: LeaderlessSnapshot
  ) -> [(String, String)] {
    guard let place = model.ring.first(where: { $0.node == node.id }) else {
      return [("ring", "not in it")]
    }
    let whom = place.hintsFor.map { "\($0.count) for \($0.node)" }.joined(separator: ", ")
    var lines = [
      ("ring", "replica of \(Self.percent(place.share)) of the keys"),
      ("hints", place.hints == 0 ? "none" : whom.isEmpty ? "\(place.hints)" : whom),
    ]
    if place.pending > 0 { lines.append(("to come", "\(Short.grouped(place.pending)) keys")) }
    let threshold = snapshot.knobs.leaderless.phiThreshold
    let phi = zip(snapshot.nodes, place.suspicions).compactMap { other, value in
      value.map { (other.id, $0) }
    }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    let list = phi.prefix(8).map { "\($0.0) \(Short.fixed($0.1, 1))" }.joined(separator: "  ")
    lines.append(
      ("suspects", "\(list)   (down from \(Short.fixed(threshold, 0)))"))
    return lines
  }
}
