import Positions

/// What the checker of versions knows apart from the keys: the promise, the nodes, and what it said.
struct Circumstances: Sendable {
  /// What the knobs promise.
  struct Promise: Equatable, Sendable {
    var replicas = 1
    var reads = 1
    var writes = 1
    var strict = true
    var synced = true
    var tombstonesStay = true
    var hintsCount = false
  }

  /// What was seen of a node.
  struct NodeFacts: Sendable {
    var isRunning = false
    /// Counts its starts and ends: what it held in memory goes with each.
    var epoch: UInt32 = 0
    /// As whom it writes, and as whom it was first seen to begin.
    var actor: Actor?
    var firstActor: Actor?
    /// Whether its disk was ever lost or spoiled.
    var hasLost = false
    var isSpoiled = false
    /// Whether its disk is empty, until it begins again.
    var isEmpty = false
    /// With several leaders: how far it applied each origin's writes since it began.
    var applied = VersionVector()
    /// How far it had by its files when it began; where that is not told, when it ended last.
    var appliedBefore = VersionVector()
    /// With several leaders: what its writes since it began have said that they depend on.
    var told = VersionVector()
    /// With several leaders: what it has applied and has on its disk.
    var safe = VersionVector()
    var hints = HintFacts()
  }

  var now = Instant.start
  var promise = Promise()
  /// The most replicas ever promised: old writes may be on as many.
  var mostReplicas = 1
  /// Whether disks were ever not synced before an acknowledgement.
  var wasUnsynced = false
  /// Whether stand-ins ever counted.
  var wasLax = false
  /// Whether disks were lost, or what had not been synced, so that acknowledged versions may be gone.
  var isLossy = false
  /// Whether hints that counted may have been given up.
  var hintsExpired = false
  var nodes: [NodeFacts] = []
  /// Nodes that were there and do not run.
  var down = NodeSet()
  var ledger = VersionLedger()
  var pairs = Fingerprints()

  var violations: [Checker.Report] = []
  var violationCount = 0
  var findings: [Checker.Report] = []
  var findingCount = 0
  /// What is told once and then counted.
  var staleReadTold = false
  var loserTold = false

  mutating func violate(_ text: String) {
    violationCount += 1
    violations.append(Checker.Report(at: now, text: text))
    if violations.count > Checker.kept { violations.removeFirst() }
  }

  mutating func find(_ text: String) {
    findingCount += 1
    findings.append(Checker.Report(at: now, text: text))
    if findings.count > Checker.kept { findings.removeFirst() }
  }

  /// Whether what is missing may be so by what the knobs permit or what happened to disks.
  var mayLose: Bool { isLossy || hintsExpired && wasLax }

  func epoch(_ node: NodeID) -> UInt32 {
    node.offset < nodes.count ? nodes[node.offset].epoch : 0
  }

  /// Whether an actor wrote before all that was observed.
  func isEarlier(_ actor: Actor) -> Bool {
    guard let node = actor.node, node.offset < nodes.count,
      let first = nodes[node.offset].firstActor
    else { return true }
    return actor < first
  }

  func hasLost(_ node: NodeID) -> Bool { node.offset < nodes.count && nodes[node.offset].hasLost }

  mutating func change(_ node: NodeID, _ body: (inout NodeFacts) -> Void) {
    while nodes.count <= node.offset { nodes.append(NodeFacts()) }
    body(&nodes[node.offset])
  }
}

/// What nodes go through.
extension Circumstances {
  mutating func promised(_ new: Promise) {
    promise = new
    mostReplicas = max(mostReplicas, new.replicas)
    wasUnsynced = wasUnsynced || !new.synced
    wasLax = wasLax || !new.strict
  }

  mutating func started(
    _ node: NodeID, _ actor: Actor, lostDisk: Bool, applied: VersionVector?
  ) {
    let before = node.offset < nodes.count ? nodes[node.offset].actor : nil
    if actor.node != node {
      violate("\(node) began as \(actor), which is another node")
    } else if let before, actor <= before {
      violate("\(node) began as \(actor), but was \(before): its dots would be used again")
    }
    end(node)
    if lostDisk {
      isLossy = true
      change(node) { $0.hasLost = true }
    }
    change(node) {
      $0.isRunning = true
      $0.isEmpty = false
      $0.actor = max(before ?? actor, actor)
      if before == nil { $0.firstActor = actor }
      if before == nil { $0.hints = HintFacts() }
    }
    if let applied { recovered(node, applied) }
    down.remove(node)
  }

  mutating func crashed(_ node: NodeID) {
    end(node)
    if wasUnsynced { isLossy = true }
    if !nodes[node.offset].isEmpty { down.insert(node) }
  }

  /// Nothing comes back from a disk that is gone.
  mutating func lostDisk(of node: NodeID) {
    end(node)
    isLossy = true
    down.remove(node)
    change(node) {
      $0.hasLost = true
      $0.isEmpty = true
    }
  }

  mutating func spoiled(_ node: NodeID) {
    isLossy = true
    change(node) {
      $0.hasLost = true
      $0.isSpoiled = true
    }
  }

  /// What was in the node's memory is gone.
  private mutating func end(_ node: NodeID) {
    change(node) {
      $0.isRunning = false
      $0.epoch &+= 1
      var before = $0.appliedBefore
      before.join($0.applied)
      $0.appliedBefore = before
      $0.applied = VersionVector()
      $0.told = VersionVector()
      $0.hints.forget()
    }
  }

  /// All replicas agree and all nodes run: what was lost is known, and nothing is missing any more.
  mutating func agreed() {
    if down.isEmpty, !nodes.contains(where: \.isSpoiled) { isLossy = false }
  }

  // MARK: Hints

  mutating func hinted(_ node: NodeID, _ target: NodeID, _ hint: UInt64) {
    var judged = HintFacts.Judgement.right
    change(node) { judged = $0.hints.begin(hint) }
    if judged == .wrong { violate("\(node) keeps hint \(hint) for \(target) and has it already") }
  }

  mutating func hintSafe(_ node: NodeID, _ hint: UInt64) {
    change(node) { $0.hints.becameSafe(hint) }
  }

  mutating func hintEnded(_ node: NodeID, _ hint: UInt64, _ how: String) {
    var judged = HintFacts.Judgement.right
    change(node) { judged = $0.hints.end(hint) }
    if judged == .wrong { violate("\(node) \(how) hint \(hint), which it does not have any more") }
  }

  mutating func hintsWaiting(_ node: NodeID, _ said: Int) {
    var judged = HintFacts.Judgement.right
    var known = 0
    let areLost = hasLost(node) || wasUnsynced
    change(node) {
      known = $0.hints.count ?? $0.hints.least
      judged = $0.hints.tell(said, areLost: areLost)
    }
    if judged == .wrong { violate("\(node) says that \(said) hints wait, and \(known) do") }
  }
}
