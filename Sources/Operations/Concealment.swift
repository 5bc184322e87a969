import Positions

/// What a lesson did to a cluster without telling: a screen shows what it comes to, and not what it was.
public struct Concealment: Equatable, Sendable {
  /// What was done.
  public var commands: [Command]
  /// From when until when.
  public var from: Instant
  public var to: Instant
  /// The knobs as they are shown.
  public var knobs: Knobs

  /// These commands, in this stretch of time.
  public init(_ commands: [Command], from: Instant, to: Instant, knobs: Knobs) {
    self.commands = commands
    self.from = from
    self.to = to
    self.knobs = knobs
  }

  fileprivate func covers(_ moment: Instant) -> Bool { from <= moment && moment <= to }
}

extension ClusterSnapshot {
  /// The same to somebody who was not told.
  public func concealing(_ concealment: Concealment) -> ClusterSnapshot {
    var snapshot = self
    snapshot.events.removeAll {
      ($0.kind == .command || $0.kind == .fault) && concealment.covers($0.at)
    }
    snapshot.history?.marks.removeAll { concealment.covers($0.at) }
    for place in snapshot.timeline.indices {
      let at = snapshot.timeline[place].at
      if concealment.covers(at) || concealment.covers(at - .seconds(1)) {
        snapshot.timeline[place].hasFault = false
      }
    }
    snapshot.undoable = nil
    for command in concealment.commands { snapshot.conceal(command, concealment) }
    return snapshot
  }

  private mutating func conceal(_ command: Command, _ concealment: Concealment) {
    func change(_ reference: NodeReference, _ body: (inout NodeSnapshot) -> Void) {
      guard case .node(let id) = reference,
        let place = nodes.firstIndex(where: { $0.id == id })
      else { return }
      body(&nodes[place])
    }
    switch command {
    case .set: knobs = concealment.knobs
    case .slowDisk(let node, _): change(node) { $0.diskDelay = .zero }
    case .fillDisk(let node, _): change(node) { $0.diskFull = false }
    case .clock(let node, _): change(node) { $0.clockOffset = .zero }
    case .drift(let node, _): change(node) { $0.clockDrift = 0 }
    case .cut(let link), .delay(let link, _), .loss(let link, _), .jitter(let link, _),
      .bandwidth(let link, _):
      conceal(link)
    default: break
    }
    // Who is missing, and why, is what is looked for.
    guard case .singleLeader(var model) = model, case .wait(let why) = model.guarantees.writes,
      let known = why.split(separator: " needs ", maxSplits: 1).first, known.count < why.count
    else { return }
    model.guarantees.writes = .wait(String(known))
    self.model = .singleLeader(model)
  }

  private mutating func conceal(_ link: LinkReference) {
    let pairs: [(NodeReference, NodeReference)] =
      switch link {
      case .both(let one, let other): [(one, other), (other, one)]
      case .oneWay(let from, let to): [(from, to)]
      }
    for case (.node(let from), .node(let to)) in pairs {
      for place in links.indices where links[place].from == from && links[place].to == to {
        links[place].isCut = false
        links[place].latency = links[place].latency - links[place].addedLatency
        links[place].addedLatency = .zero
        links[place].loss = 0
        links[place].bandwidth = nil
      }
    }
  }
}
