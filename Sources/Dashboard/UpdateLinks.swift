import Canvas
import Operations
import Positions

/// `p`, `d` and `o`, and the keys that follow them.
extension ViewState {
  mutating func link(
    _ link: LinkIntent, _ intent: Intent, _ key: Key, _ snapshot: ClusterSnapshot,
    _ milliseconds: Int
  ) -> [Action] {
    switch intent {
    case .linkOut:
      mode = .link(LinkIntent(link.fault, .outgoing))
      return []
    case .linkIn:
      mode = .link(LinkIntent(link.fault, .incoming))
      return []
    case .linkDigit, .linkAll: break
    default:
      mode = home
      return []
    }
    mode = home
    guard let selected else { return [] }
    if intent == .linkAll { return onAll(link, from: selected, snapshot, milliseconds) }
    guard case .character(let character) = key, let number = character.wholeNumberValue else {
      return []
    }
    let other = NodeID(number)
    guard other != selected, snapshot.nodes.contains(where: { $0.id == other }) else {
      show(
        .refused(other == selected ? "\(other) has no link to itself" : "there is no \(other)"),
        at: milliseconds)
      return []
    }
    let now = Worst(snapshot, link, from: selected, to: [other])
    return [.command(command(link, from: selected, to: other, now))]
  }

  /// The links to all other nodes.
  private mutating func onAll(
    _ link: LinkIntent, from node: NodeID, _ snapshot: ClusterSnapshot, _ milliseconds: Int
  ) -> [Action] {
    let others = snapshot.nodes.map(\.id).filter { $0 != node }
    guard !others.isEmpty else {
      show(.refused("\(node) is alone: it has no links"), at: milliseconds)
      return []
    }
    let now = Worst(snapshot, link, from: node, to: others)
    if link == LinkIntent(.part) {
      if !now.areAllCut { return [.command(.isolate(.node(node)))] }
      let isAlone = snapshot.links.allSatisfy { !$0.isCut || $0.from == node || $0.to == node }
      if isAlone { return [.command(.heal(everything: false))] }
    }
    var all = now
    all.isCut = now.areAllCut
    return others.map { .command(command(link, from: node, to: $0, all)) }
  }

  /// How the links that are meant stand now.
  private struct Worst {
    var isCut = false
    var areAllCut = true
    var delay = Interval.zero
    var loss = 0.0

    init(_ snapshot: ClusterSnapshot, _ link: LinkIntent, from: NodeID, to others: [NodeID]) {
      for state in snapshot.links {
        let isOut = state.from == from && others.contains(state.to)
        let isIn = state.to == from && others.contains(state.from)
        guard isOut && link.direction != .incoming || isIn && link.direction != .outgoing else {
          continue
        }
        isCut = isCut || state.isCut
        areAllCut = areAllCut && state.isCut
        delay = max(delay, state.addedLatency)
        loss = max(loss, state.loss)
      }
    }
  }

  private func command(
    _ link: LinkIntent, from: NodeID, to: NodeID, _ now: Worst
  ) -> Command {
    let (here, there) = (NodeReference.node(from), NodeReference.node(to))
    let reference: LinkReference =
      switch link.direction {
      case nil: .both(here, there)
      case .outgoing: .oneWay(from: here, to: there)
      case .incoming: .oneWay(from: there, to: here)
      }
    switch link.fault {
    case .part: return now.isCut ? .mend(reference) : .cut(reference)
    case .delay:
      let steps = [0, 20, 100, 500, 2000].map { Interval.milliseconds($0) }
      return .delay(reference, steps.first { $0 > now.delay } ?? .zero)
    case .loss:
      let steps = [0, 0.05, 0.2, 0.5]
      return .loss(reference, steps.first { $0 > now.loss + 1e-9 } ?? 0)
    }
  }
}
