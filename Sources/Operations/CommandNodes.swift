import Positions

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
    if case .set(let setting) = self { return setting.nodes }
    return references.compactMap { if case .node(let node) = $0 { node } else { nil } }
  }

  /// The nodes that it speaks of, by number or part.
  var references: [NodeReference] {
    switch self {
    case .kill(let node), .restart(let node), .freeze(let node), .thaw(let node),
      .fence(let node), .wipe(let node), .isolate(let node), .slowDisk(let node, _),
      .fillDisk(let node, _), .clock(let node, _), .drift(let node, _), .promote(let node),
      .switchover(let node), .remove(let node), .flipBit(let node), .misplace(let node),
      .failDisk(let node):
      [node]
    case .cut(let link), .mend(let link), .delay(let link, _), .jitter(let link, _),
      .loss(let link, _), .bandwidth(let link, _), .duplicate(let link, _), .reorder(let link, _):
      link.ends
    case .site(_, let nodes): nodes
    case .read(_, let options), .change(_, _, let options): [options.node].compactMap { $0 }
    case .repair(let node): [node].compactMap { $0 }
    case .set, .heal, .siteDelay, .loseSite, .load, .choose, .watch, .add, .undo, .redo, .pause,
      .resume, .speed, .quiesce, .back, .forward, .goTo, .step, .fork, .save, .answer:
      []
    }
  }
}
