import Checking
import Operations
import Positions
import Replication
import World

extension Cluster {
  /// Carries out an operator's command.
  public mutating func perform(_ command: Command) -> CommandOutcome {
    readClock()
    let fault = self.fault(of: command)
    let outcome = carryOut(command)
    if !world.isLive, outcome.isAccepted { trace.note(command.text, at: now) }
    if case .done(let text) = outcome {
      switch command {
      case .undo, .redo: break
      default: say(.command, nil, text)
      }
      if let fault {
        undoStack.append(fault)
        redoStack.removeAll()
        if undoStack.count > 100 { undoStack.removeFirst() }
      }
    }
    sendOutbox()
    return outcome
  }

  mutating func carryOut(_ command: Command) -> CommandOutcome {
    if let why = knobs.refusal(of: command) { return .refused(why) }
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
        if cluster.members.allSatisfy({ $0 == id || cluster.isCut($0, id) && cluster.isCut(id, $0) }
        ) {
          return .note("\(id) is cut off already")
        }
        cluster.network.isolate(id)
        return .done("\(id) is cut off from all other nodes")
      }
    case .cut(let link):
      return onLink(link, "cut", already: "is cut already") {
        $0.network.setCut(true, from: $1, to: $2)
      }
    case .mend(let link):
      return onLink(link, "mended", already: "is not cut") {
        $0.network.setCut(false, from: $1, to: $2)
      }
    case .heal(let everything): return heal(everything: everything)
    case .delay(let link, let time):
      return onLink(link, "delayed by \(words(time))") {
        $0.network.setDelay(time, from: $1, to: $2)
      }
    case .jitter(let link, let time):
      return onLink(link, "jitters by \(words(time))") {
        $0.network.setJitter(time, from: $1, to: $2)
      }
    case .loss(let link, let share):
      return onLink(link, "loses \(words((share * 1e8).rounded() / 1e6)) %") {
        $0.network.setLoss(share, from: $1, to: $2)
      }
    case .bandwidth(let link, let bytes):
      return onLink(link, bytes.map { "carries \(words($0)) B/s" } ?? "carries all it gets") {
        $0.network.setBandwidth(bytes, from: $1, to: $2)
      }
    case .site(let site, let nodes): return place(nodes, in: site)
    case .siteDelay(let site, let other, let time):
      network.setSiteLatency(site, other, time)
      return .done("\(site) and \(other) are \(words(time)) apart")
    case .loseSite(let site): return lose(site)
    case .slowDisk, .fillDisk, .clock, .drift: return disturb(command)
    case .promote, .switchover:
      if hasPeers { return .refused("\(command.text): no node leads here, all take writes") }
      return lead(command)
    case .load(let change): return changeLoad(change)
    case .change(let key, let change, let options) where hasPeers:
      return operatorAsks(key, change, options)
    case .read(let key, let options) where hasPeers: return operatorAsks(key, nil, options)
    case .choose(let key, let value) where hasPeers: return choose(key, value)
    case .watch(let key) where hasPeers: return watch(key)
    case .repair(let node) where hasPeers: return compareNow(node)
    case .change(let key, let change, let options):
      guard case .value(let value) = change, options == RequestOptions() else {
        return .refused(
          "\(command.text): a cluster with a single leader takes plain writes only: write K V")
      }
      return operatorWrites(key: key, value: value)
    case .read(let key, let options):
      guard options.level == nil else {
        return .refused("\(command.text): only quorums without a leader have levels")
      }
      return read(key, from: options.node)
    case .choose(let key, _):
      return .refused("\(key) has no conflict: a single leader takes all writes")
    case .watch, .repair:
      return .refused("\(command.text): only where several nodes take writes")
    case .add: return add()
    case .remove(let node): return onNode(node) { $0.removeMember($1) }
    case .undo: return undo()
    case .redo: return redo()
    case .pause, .resume, .speed, .back, .forward, .goTo, .step, .fork, .save:
      return .refused("\(command.text): only where time can be travelled, in the simulated world")
    case .answer: return .refused("nothing is asked: no lesson is running")
    case .duplicate, .reorder, .flipBit, .misplace, .failDisk:
      guard !world.isLive else {
        return .refused("\(command.text): only in the simulated world (lab --seed N)")
      }
      return spoil(command)
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

  /// Changes a link; `already` says what holds when nothing changed by it.
  private mutating func onLink(
    _ link: LinkReference, _ what: String, already: String = "is like that already",
    _ body: (inout Self, NodeID, NodeID) -> Void
  ) -> CommandOutcome {
    let (left, right, both) =
      switch link {
      case .both(let a, let b): (a, b, true)
      case .oneWay(let a, let b): (a, b, false)
      }
    guard let from = resolve(left) else { return missing(left) }
    guard let to = resolve(right) else { return missing(right) }
    guard from != to else { return .refused("\(from) has no link to itself") }
    let before = (network.link(from: from, to: to), network.link(from: to, to: from))
    body(&self, from, to)
    if both { body(&self, to, from) }
    let name = "link \(from) \(both ? "and" : "to") \(to)"
    if before == (network.link(from: from, to: to), network.link(from: to, to: from)) {
      return .note("\(name) \(already)")
    }
    return .done("\(name) \(what)")
  }

  private func isCut(_ from: NodeID, _ to: NodeID) -> Bool { network.isCut(from: from, to: to) }

  private func words(_ time: Interval) -> String {
    let milliseconds = time.milliseconds
    if abs(milliseconds) >= 1000 { return "\(words(time.seconds)) s" }
    return "\(words(milliseconds)) ms"
  }

  /// A number without the digits that say nothing.
  private func words(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
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
    if node(id)?.status == .frozen { return .note("\(id) is frozen already") }
    guard node(id)?.status == .running else { return .note("\(id) does not run") }
    nodes[id.offset].status = .frozen
    observe(.frozen(node: id))
    return .done("\(id) is frozen")
  }

  private mutating func thaw(_ id: NodeID) -> CommandOutcome {
    guard node(id)?.status == .frozen else { return .note("\(id) is not frozen") }
    nodes[id.offset].status = .running
    observe(.thawed(node: id))
    let disk = isPlanted(.thawForgetsTheDisk) ? [] : nodes[id.offset].deferredDisk
    let words = nodes[id.offset].deferredForPeer
    nodes[id.offset].deferredForPeer = []
    let waiting = nodes[id.offset].deferred
    nodes[id.offset].deferredDisk = []
    nodes[id.offset].deferred = []
    for event in disk { run(event, at: id) }
    for event in words { runPeer(event, at: id) }
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
    nodes[id.offset].remembered = nil
    nodes[id.offset].lastApplied = VersionVector()
    nodes[id.offset].checkpointEnd = .zero
    nodes[id.offset].checkpointSize = 0
    observe(.wiped(node: id))
    return .done("\(id)'s disk is lost")
  }

  private mutating func lead(_ command: Command) -> CommandOutcome {
    switch command {
    case .promote(let node): onNode(node) { $0.promote($1) }
    case .switchover(let node): onNode(node) { $0.switchover(to: $1) }
    default: .refused("not a change of leaders")
    }
  }

  private mutating func promote(_ id: NodeID) -> CommandOutcome {
    guard node(id)?.status == .running else { return .refused("\(id) does not run") }
    if node(id)?.replica?.role == .leader { return .note("\(id) leads already") }
    guard node(id)?.replica?.isVoter == true else {
      return .refused("\(id) has no vote yet: it still learns what the others hold")
    }
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
    observe(.handover)
    run(.switchover(to: id), at: leader)
    return .done("leadership goes from \(leader) to \(id)")
  }

  private mutating func add() -> CommandOutcome {
    if hasPeers { return addPeer() }
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
    if hasPeers { return removePeer(id) }
    if leaving.contains(id.offset) { return .note("\(id) is being removed already") }
    guard members.count - leaving.count > 1 else { return .refused("\(id) is the last node") }
    guard let leader else { return .refused("no running node leads, so none can let a member go") }
    leaving.insert(id.offset)
    // A leader hands over first, and the next one lets it go: writes hardly wait.
    if id == leader, let next = successor(of: leader) {
      observe(.handover)
      run(.switchover(to: next), at: leader)
    } else {
      run(.removeMember(id), at: leader)
    }
    return .done("\(id) is being removed")
  }

  /// The running voter that is furthest, besides the leader.
  private func successor(of leader: NodeID) -> NodeID? {
    followers.filter { $0.replica?.isVoter == true && !leaving.contains($0.id.offset) }
      .max { a, b in
        (a.replica?.flushed.index ?? .zero) < (b.replica?.flushed.index ?? .zero)
      }?.id
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
        return .done("\(id)'s disk takes \(cluster.words(time)) more for each sync")
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
        return .done("\(id)'s clock is \(cluster.words(offset)) off")
      }
    case .drift(let node, let parts):
      return onNode(node) { cluster, id in
        cluster.nodes[id.offset].setClockRate(1 + parts / 1e6, at: cluster.now)
        return .done("\(id)'s clock drifts by \(cluster.words(parts)) ppm")
      }
    default: return .refused("not a disturbance")
    }
  }

  /// What only a simulated disk or network can be made to do.
  private mutating func spoil(_ command: Command) -> CommandOutcome {
    switch command {
    case .duplicate(let link, let share):
      return onLink(link, "delivers \(words((share * 1e8).rounded() / 1e6)) % twice") {
        $0.network.setDuplicates(share, from: $1, to: $2)
      }
    case .reorder(let link, let share):
      return onLink(link, "lets \(words((share * 1e8).rounded() / 1e6)) % be overtaken") {
        $0.network.setReorders(share, from: $1, to: $2)
      }
    case .flipBit(let node):
      return onNode(node) { cluster, id in
        guard let place = cluster.world.flipBit(id) else {
          return .refused("\(id)'s log holds nothing yet that was synced")
        }
        cluster.observe(.spoiled(node: id))
        return .done("a bit of \(id)'s \(place) is flipped")
      }
    case .misplace(let node):
      return onNode(node) { cluster, id in
        _ = cluster.world.misplaceNext(id)
        cluster.observe(.misplaced(node: id))
        return .done("\(id)'s next write lands elsewhere")
      }
    case .failDisk(let node):
      return onNode(node) { cluster, id in
        _ = cluster.world.failNext(id)
        return .done("\(id)'s disk fails its next write or sync")
      }
    default: return .refused("not a fault of the simulated world")
    }
  }

  private mutating func setDisk(_ id: NodeID) {
    guard let node = node(id) else { return }
    world.setDisk(
      id, DiskCondition(syncDelay: node.diskDelay, isFull: node.diskFull))
  }

  private mutating func heal(everything: Bool) -> CommandOutcome {
    let hadCuts = members.contains { one in members.contains { $0 != one && isCut(one, $0) } }
    network.mendAll()
    guard everything else {
      return hadCuts ? .done("all cuts are mended") : .note("there are no cuts to mend")
    }
    network.resetLinks()
    for id in members {
      nodes[id.offset].diskDelay = .zero
      nodes[id.offset].diskFull = false
      nodes[id.offset].setClockRight(at: now)
      setDisk(id)
      world.healDisk(id)
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
    return .done(load.settings.text)
  }

  private mutating func read(_ key: String, from reference: NodeReference?) -> CommandOutcome {
    guard let reference else { return operatorReads(key: key, from: nil) }
    guard let id = resolve(reference) else { return missing(reference) }
    return operatorReads(key: key, from: id)
  }

  // MARK: Knobs

  private mutating func set(_ setting: KnobSetting) -> CommandOutcome {
    if let unknown = setting.nodes.first(where: { node($0) == nil }) {
      return .refused("there is no \(unknown); the nodes are \(list(members))")
    }
    let before = knobs
    var changed = knobs
    changed.apply(setting)
    if !hasPeers, changed.heartbeat >= changed.electionTimeout {
      return .refused(
        "heartbeats must come more often than the election time-out of "
          + "\(changed.electionTimeout.milliseconds) ms")
    }
    knobs.apply(setting)
    if knobs == before { return .note("\(setting.text) already") }
    if hasPeers { peerPolicyChanged() } else { policyChanged() }
    return .done(setting.text + (warning(of: setting).map { "; but \($0)" } ?? ""))
  }

  /// What a setting cannot do with these nodes.
  private func warning(of setting: KnobSetting) -> String? {
    guard case .acknowledgement(let policy) = setting else { return nil }
    switch policy {
    case .any(let count, let list), .first(let count, let list):
      let usable = (list.isEmpty ? members : list.filter(members.contains)).filter { $0 != leader }
      guard usable.count < count else { return nil }
      return "there \(usable.count == 1 ? "is" : "are") only \(usable.count): writes wait"
    default: return nil
    }
  }
}
