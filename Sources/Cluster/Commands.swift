import Checking
import Operations
import Positions
import Replication
import World

/// A fault that can be taken back, and the commands for both ways.
struct UndoableFault: Sendable {
  /// What did it.
  var command: Command
  /// What takes it back.
  var inverse: [Command]
}

extension Cluster {
  /// Carries out an operator's command.
  public mutating func perform(_ command: Command) -> CommandOutcome {
    readClock()
    let inverse = self.inverse(of: command)
    let outcome = carryOut(command)
    if case .done(let text) = outcome {
      switch command {
      case .undo, .redo, .pause, .resume, .speed: break
      default: say(.command, nil, text)
      }
      if let inverse {
        undoStack.append(UndoableFault(command: command, inverse: inverse))
        redoStack.removeAll()
        if undoStack.count > 100 { undoStack.removeFirst() }
      }
    }
    sendOutbox()
    return outcome
  }

  private mutating func carryOut(_ command: Command) -> CommandOutcome {
    switch command {
    case .set(let setting): return set(setting)
    case .kill(let node): return onNode(node) { $0.kill($1) }
    case .restart(let node): return onNode(node) { $0.restart($1) }
    case .freeze(let node): return onNode(node) { $0.freeze($1) }
    case .thaw(let node): return onNode(node) { $0.thaw($1) }
    case .fence(let node): return onNode(node) { $0.fence($1) }
    case .wipe(let node): return onNode(node) { $0.wipe($1) }
    case .isolate(let node):
      return onNode(node) { cluster, id in
        cluster.network.isolate(id)
        return .done("\(id) is cut off from all other nodes")
      }
    case .cut(let link): return onLink(link, "cut") { $0.network.setCut(true, from: $1, to: $2) }
    case .mend(let link):
      return onLink(link, "mended") { $0.network.setCut(false, from: $1, to: $2) }
    case .heal(let everything): return heal(everything: everything)
    case .delay(let link, let time):
      return onLink(link, "delayed by \(time.milliseconds) ms") {
        $0.network.setDelay(time, from: $1, to: $2)
      }
    case .jitter(let link, let time):
      return onLink(link, "jitters by \(time.milliseconds) ms") {
        $0.network.setJitter(time, from: $1, to: $2)
      }
    case .loss(let link, let share):
      return onLink(link, "loses \(share * 100) %") { $0.network.setLoss(share, from: $1, to: $2) }
    case .bandwidth(let link, let bytes):
      return onLink(link, bytes.map { "carries \($0) B/s" } ?? "carries all it gets") {
        $0.network.setBandwidth(bytes, from: $1, to: $2)
      }
    case .site(let site, let nodes): return place(nodes, in: site)
    case .siteDelay(let site, let other, let time):
      network.setSiteLatency(site, other, time)
      return .done("\(site) and \(other) are \(time.milliseconds) ms apart")
    case .loseSite(let site): return lose(site)
    case .slowDisk, .fillDisk, .clock, .drift: return disturb(command)
    case .promote(let node): return onNode(node) { $0.promote($1) }
    case .switchover(let node): return onNode(node) { $0.switchover(to: $1) }
    case .load(let change): return changeLoad(change)
    case .write(let key, let value): return operatorWrites(key: key, value: value)
    case .read(let key, let from): return read(key, from: from)
    case .add: return add()
    case .remove(let node): return onNode(node) { $0.removeMember($1) }
    case .undo: return undo()
    case .redo: return redo()
    case .pause, .resume, .speed: return .note("the clock is not the cluster's")
    case .quiesce:
      isQuiescing = true
      scheduleArrival()
      return .done("the load stops; waiting until the replicas have converged")
    }
  }

  // MARK: Whom a command is about

  /// The member that a reference means now; nil when nothing matches.
  func resolve(_ reference: NodeReference) -> NodeID? {
    switch reference {
    case .node(let id): return node(id) == nil ? nil : id
    case .leader: return leader
    case .follower: return followers.first?.id
    case .laggard:
      return followers.min { a, b in
        (a.replica?.applied.index ?? .zero) < (b.replica?.applied.index ?? .zero)
      }?.id
    }
  }

  private var followers: [Node] {
    let leader = leader
    return memberNodes.filter { $0.status == .running && $0.id != leader }
  }

  private func missing(_ reference: NodeReference) -> CommandOutcome {
    switch reference {
    case .node(let id): .refused("there is no \(id); the nodes are \(list(members))")
    case .leader: .refused("no running node leads")
    case .follower, .laggard: .refused("no follower runs")
    }
  }

  private func list(_ nodes: [NodeID]) -> String {
    nodes.map(\.description).joined(separator: " ")
  }

  private mutating func onNode(
    _ reference: NodeReference, _ body: (inout Self, NodeID) -> CommandOutcome
  ) -> CommandOutcome {
    guard let id = resolve(reference) else { return missing(reference) }
    return body(&self, id)
  }

  private mutating func onLink(
    _ link: LinkReference, _ what: String, _ body: (inout Self, NodeID, NodeID) -> Void
  ) -> CommandOutcome {
    let (left, right, both) =
      switch link {
      case .both(let a, let b): (a, b, true)
      case .oneWay(let a, let b): (a, b, false)
      }
    guard let from = resolve(left) else { return missing(left) }
    guard let to = resolve(right) else { return missing(right) }
    guard from != to else { return .refused("\(from) has no link to itself") }
    body(&self, from, to)
    if both { body(&self, to, from) }
    return .done("link \(from) \(both ? "and" : "to") \(to) \(what)")
  }

  // MARK: Nodes

  private mutating func kill(_ id: NodeID) -> CommandOutcome {
    guard node(id)?.isAlive == true || node(id)?.boot != nil else {
      return .note("\(id) is dead already")
    }
    stop(id, as: .dead("killed"))
    return .done("\(id) killed")
  }

  private mutating func restart(_ id: NodeID) -> CommandOutcome {
    switch node(id)?.status {
    case .dead, .fenced, .refused:
      start(id)
      return .done("\(id) restarts from its files")
    default: return .note("\(id) runs already")
    }
  }

  private mutating func freeze(_ id: NodeID) -> CommandOutcome {
    guard node(id)?.status == .running else { return .note("\(id) does not run") }
    nodes[id.offset].status = .frozen
    observe(.frozen(node: id))
    return .done("\(id) is frozen")
  }

  private mutating func thaw(_ id: NodeID) -> CommandOutcome {
    guard node(id)?.status == .frozen else { return .note("\(id) is not frozen") }
    nodes[id.offset].status = .running
    observe(.thawed(node: id))
    let disk = nodes[id.offset].deferredDisk
    let waiting = nodes[id.offset].deferred
    nodes[id.offset].deferredDisk = []
    nodes[id.offset].deferred = []
    for event in disk { run(event, at: id) }
    for event in waiting { queue.schedule(event, at: now) }
    return .done("\(id) goes on")
  }

  private mutating func fence(_ id: NodeID) -> CommandOutcome {
    guard node(id)?.isAlive == true else { return .note("\(id) does not run") }
    stop(id, as: .fenced)
    return .done("\(id) is fenced: shut down until it is restarted")
  }

  private mutating func wipe(_ id: NodeID) -> CommandOutcome {
    stop(id, as: .dead("its disk is lost"))
    world.wipe(id)
    nodes[id.offset].checkpointEnd = .zero
    observe(.wiped(node: id))
    return .done("\(id)'s disk is lost")
  }

  private mutating func promote(_ id: NodeID) -> CommandOutcome {
    guard node(id)?.status == .running else { return .refused("\(id) does not run") }
    if node(id)?.replica?.role == .leader { return .note("\(id) leads already") }
    guard node(id)?.replica?.logIsSettled == true else {
      return .refused("\(id) is cutting off or replacing its log; try again when it is done")
    }
    let known = memberNodes.compactMap { $0.replica?.term }.max() ?? .zero
    run(.promote(above: max(known, checker.highest)), at: id)
    return .done("\(id) is promoted by force")
  }

  private mutating func switchover(to id: NodeID) -> CommandOutcome {
    guard let leader else { return .refused("no running node leads") }
    if leader == id { return .note("\(id) leads already") }
    guard node(id)?.status == .running else { return .refused("\(id) does not run") }
    run(.switchover(to: id), at: leader)
    return .done("leadership goes from \(leader) to \(id)")
  }

  private mutating func add() -> CommandOutcome {
    guard let leader else { return .refused("no running node leads, so none can take a member in") }
    guard members.count < 100 else { return .refused("a cluster has at most 100 nodes") }
    let id = NodeID(nextNodeNumber)
    do { try makeNode(id) } catch { return .refused("\(error)") }
    nextNodeNumber += 1
    noteMembers()
    start(id)
    run(.addMember(id), at: leader)
    return .done("\(id) is added; it votes once it has caught up")
  }

  /// Keeps who belongs, for the next process that opens the files.
  mutating func noteMembers() {
    let present = MemberNumbers(
      members: members.map { Int($0.number) }, next: nextNodeNumber)
    do { try world.noteMembers(present) } catch {
      say(.fault, nil, "the members could not be noted: \(error)")
    }
  }

  private mutating func removeMember(_ id: NodeID) -> CommandOutcome {
    guard members.count > 1 else { return .refused("\(id) is the last node") }
    guard let leader else { return .refused("no running node leads, so none can let a member go") }
    leaving.insert(id.offset)
    run(.removeMember(id), at: leader)
    return .done("\(id) is being removed")
  }

  private mutating func place(_ references: [NodeReference], in site: SiteID) -> CommandOutcome {
    var ids: [NodeID] = []
    for reference in references {
      guard let id = resolve(reference) else { return missing(reference) }
      ids.append(id)
    }
    if !sites.contains(site) {
      for other in sites { network.setSiteLatency(site, other, Interval.milliseconds(40)) }
      sites.append(site)
    }
    for id in ids {
      nodes[id.offset].site = site
      network.place(id, in: site)
    }
    return .done("\(list(ids)) in \(site)")
  }

  private mutating func lose(_ site: SiteID) -> CommandOutcome {
    let gone = memberNodes.filter { $0.site == site }.map(\.id)
    guard !gone.isEmpty else { return .refused("no node is in \(site)") }
    for id in gone { _ = wipe(id) }
    return .done("\(site) is lost, with \(list(gone))")
  }

  private mutating func disturb(_ command: Command) -> CommandOutcome {
    switch command {
    case .slowDisk(let node, let time):
      return onNode(node) { cluster, id in
        cluster.nodes[id.offset].diskDelay = time
        cluster.setDisk(id)
        return .done("\(id)'s disk takes \(time.milliseconds) ms more for each sync")
      }
    case .fillDisk(let node, let isFull):
      return onNode(node) { cluster, id in
        cluster.nodes[id.offset].diskFull = isFull
        cluster.setDisk(id)
        if cluster.node(id)?.isAlive == true { cluster.onLog(id) { $0.lookForRoom(into: &$1) } }
        return .done(isFull ? "\(id)'s disk is filled" : "\(id)'s disk has room")
      }
    case .clock(let node, let offset):
      return onNode(node) { cluster, id in
        cluster.nodes[id.offset].clockOffset = offset
        return .done("\(id)'s clock is \(offset.seconds) s off")
      }
    case .drift(let node, let parts):
      return onNode(node) { cluster, id in
        cluster.nodes[id.offset].clockRate = 1 + parts / 1e6
        return .done("\(id)'s clock drifts by \(parts) ppm")
      }
    default: return .refused("not a disturbance")
    }
  }

  private mutating func setDisk(_ id: NodeID) {
    guard let node = node(id) else { return }
    world.setDisk(
      id, DiskCondition(syncDelay: node.diskDelay, isFull: node.diskFull))
  }

  private mutating func heal(everything: Bool) -> CommandOutcome {
    network.mendAll()
    guard everything else { return .done("all cuts are mended") }
    network.resetLinks()
    for id in members {
      nodes[id.offset].diskDelay = .zero
      nodes[id.offset].diskFull = false
      nodes[id.offset].clockRate = 1
      nodes[id.offset].clockOffset = .zero
      setDisk(id)
      switch node(id)?.status {
      case .frozen: _ = thaw(id)
      case .dead, .fenced, .refused: start(id)
      default: break
      }
    }
    return .done("everything is healed: links, disks, clocks and nodes")
  }

  private mutating func changeLoad(_ change: LoadChange) -> CommandOutcome {
    let keysChanged = change.keys != nil && change.keys != load.settings.keys
    load.settings = load.settings.merging(change)
    if keysChanged { load.zipfian = Zipfian(count: load.keys) }
    isQuiescing = false
    makeClients()
    scheduleArrival()
    return .done("load \(load.settings.text)")
  }

  private mutating func read(_ key: String, from reference: NodeReference?) -> CommandOutcome {
    guard let reference else { return operatorReads(key: key, from: nil) }
    guard let id = resolve(reference) else { return missing(reference) }
    return operatorReads(key: key, from: id)
  }

  // MARK: Knobs

  private mutating func set(_ setting: KnobSetting) -> CommandOutcome {
    switch setting {
    case .nodes, .sites, .seed:
      return .refused("that is fixed when a cluster starts: start a new one with it")
    default:
      if let unknown = setting.nodes.first(where: { node($0) == nil }) {
        return .refused("there is no \(unknown); the nodes are \(list(members))")
      }
      let before = knobs
      knobs.apply(setting)
      if knobs == before { return .note("\(setting.text) already") }
      policyChanged()
      return .done(setting.text)
    }
  }

  // MARK: Undo

  /// The commands that take a fault back; nil when the command is no fault.
  private func inverse(of command: Command) -> [Command]? {
    switch command {
    case .kill(let node), .fence(let node): return resolve(node).map { [.restart(.node($0))] }
    case .freeze(let node): return resolve(node).map { [.thaw(.node($0))] }
    case .isolate(let node):
      guard let id = resolve(node) else { return nil }
      return members.filter { $0 != id }.map { .mend(.both(.node(id), .node($0))) }
    case .cut(let link): return resolved(link).map { [.mend($0)] }
    case .delay(let link, _): return resolved(link).map { [.delay($0, .zero)] }
    case .jitter(let link, _): return resolved(link).map { [.jitter($0, .zero)] }
    case .loss(let link, _): return resolved(link).map { [.loss($0, 0)] }
    case .bandwidth(let link, _): return resolved(link).map { [.bandwidth($0, nil)] }
    case .slowDisk(let node, _): return resolve(node).map { [.slowDisk(.node($0), .zero)] }
    case .fillDisk(let node, true): return resolve(node).map { [.fillDisk(.node($0), false)] }
    case .clock(let node, _): return resolve(node).map { [.clock(.node($0), .zero)] }
    case .drift(let node, _):
      return resolve(node).map { [.drift(.node($0), partsPerMillion: 0)] }
    default: return nil
    }
  }

  private func resolved(_ link: LinkReference) -> LinkReference? {
    switch link {
    case .both(let a, let b):
      guard let a = resolve(a), let b = resolve(b) else { return nil }
      return .both(.node(a), .node(b))
    case .oneWay(let a, let b):
      guard let a = resolve(a), let b = resolve(b) else { return nil }
      return .oneWay(from: .node(a), to: .node(b))
    }
  }

  private mutating func undo() -> CommandOutcome {
    guard let fault = undoStack.popLast() else { return .note("there is no fault to undo") }
    for command in fault.inverse { _ = carryOut(command) }
    redoStack.append(fault)
    say(.command, nil, "undone: \(fault.command.text)")
    return .done("undone: \(fault.command.text) (the fault, not what came of it)")
  }

  private mutating func redo() -> CommandOutcome {
    guard let fault = redoStack.popLast() else { return .note("there is nothing to redo") }
    _ = carryOut(fault.command)
    undoStack.append(fault)
    say(.command, nil, "again: \(fault.command.text)")
    return .done("again: \(fault.command.text)")
  }
}
