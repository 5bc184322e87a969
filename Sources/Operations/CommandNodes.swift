import Positions

extension NodeReference {
  /// The node, where it is named by its number.
  fileprivate var number: NodeID? { if case .node(let node) = self { node } else { nil } }
}

extension LinkReference {
  fileprivate var ends: [NodeReference] {
    switch self {
    case .both(let left, let right): [left, right]
    case .oneWay(let from, let to): [from, to]
    }
  }
}

extension Command {
  /// The nodes that it names by number.
  public var nodes: [NodeID] {
    switch self {
    case .set(let setting): setting.nodes
    case .kill(let node), .restart(let node), .freeze(let node), .thaw(let node),
      .fence(let node), .wipe(let node), .isolate(let node), .slowDisk(let node, _),
      .fillDisk(let node, _), .clock(let node, _), .drift(let node, _), .promote(let node),
      .switchover(let node), .remove(let node), .flipBit(let node), .misplace(let node),
      .failDisk(let node):
      [node].compactMap(\.number)
    case .cut(let link), .mend(let link), .delay(let link, _), .jitter(let link, _),
      .loss(let link, _), .bandwidth(let link, _), .duplicate(let link, _), .reorder(let link, _):
      link.ends.compactMap(\.number)
    case .site(_, let nodes): nodes.compactMap(\.number)
    case .read(_, let options), .change(_, _, let options): [options.node].compactMap { $0?.number }
    case .repair(let node): [node].compactMap { $0?.number }
    case .heal, .siteDelay, .loseSite, .load, .choose, .watch, .add, .undo, .redo, .pause, .resume,
      .speed,
      .quiesce, .back, .forward, .goTo, .step, .fork, .save:
      []
    }
  }
}

extension Knobs {
  /// What keeps a cluster with these knobs from ever working; nil when nothing does.
  public var problem: String? {
    guard heartbeat < electionTimeout else {
      return "heartbeats must come more often than the election time-out: give a shorter heartbeat "
        + "or a longer election-timeout"
    }
    let policy: [NodeID]
    var wanted = 0
    switch acknowledgement {
    case .first(let count, let list), .any(let count, let list): (wanted, policy) = (count, list)
    default: policy = []
    }
    if case .node(let node) = readFrom, node.number > nodes { return unknown(node, "read-from") }
    if let node = policy.first(where: { $0.number > nodes }) { return unknown(node, "ack") }
    let available = min(policy.isEmpty ? nodes - 1 : policy.count, nodes - 1)
    guard wanted <= available else {
      return "ack: \(wanted) follower\(wanted == 1 ? " is" : "s are") asked for, and there "
        + "\(available == 1 ? "is" : "are") \(available): no write would ever be acknowledged"
    }
    return nil
  }

  private func unknown(_ node: NodeID, _ knob: String) -> String {
    "\(knob): there is no \(node); the nodes are n1 to n\(nodes)"
  }
}
