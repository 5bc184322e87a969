import Operations
import Positions
import Replication
import World

// What an operator asks for by hand, where several nodes take writes.
extension Cluster {
  /// Carries out a change or a read; what was asked before is waited for no more.
  mutating func operatorAsks(
    _ key: String, _ change: KeyChange?, _ options: RequestOptions, isChoice: Bool = false
  ) -> CommandOutcome {
    guard key.utf8.count <= 1024 else { return .refused("a key is at most 1024 bytes") }
    if let change, change.size > 1 << 16 { return .refused("a value is at most 65536 bytes") }
    var target: NodeID?
    if let reference = options.node {
      guard let id = resolve(reference) else { return .refused("there is no \(reference)") }
      target = id
    }
    if options.level != nil, knobs.model != .leaderless {
      return .refused("only quorums without a leader have levels: leave level out")
    }
    peerOperatorLetsGo()
    figures.watched = Array(key.utf8)
    load.named = NamedOperation(key: Array(key.utf8), value: [], target: target)
    load.named.level = options.level
    load.named.isChoice = isChoice
    load.refusal = nil
    if let change {
      load.named.change = Change(change)
      load.operatorClient.sequence += 1
      lastWrite = LastWriteSnapshot(key: key)
    } else {
      lastRead = LastReadSnapshot(key: key)
    }
    load.operatorClient.operation = Operation(
      kind: change == nil ? .read : .write, key: 0, sequence: load.operatorClient.sequence,
      intended: now, deadline: now + Load.operatorTries, node: load.operatorClient.leader,
      attempt: 0, isUnderWay: false)
    attempt(session: 0)
    let node = load.operatorClient.operation?.node ?? load.operatorClient.leader
    return .done("\(change == nil ? "read" : change?.verb ?? "write") \(key) sent to \(node)")
  }

  /// Ends a key's conflict by a value of the operator's, which takes the place of all that a node shows.
  mutating func choose(_ key: String, _ value: String) -> CommandOutcome {
    let bytes = Array(key.utf8)
    let holder = memberNodes.first {
      $0.isRunning && ($0.peer?.store[bytes]?.liveCount ?? 0) > 1
    }
    guard peerRules.rule(for: bytes) == .siblings, let holder,
      let context = holder.peer?.store[bytes]?.context
    else {
      return .refused("\(key) has no conflict: one version stands, or none")
    }
    while load.knowledge.isEmpty { load.knowledge.append(SessionKnowledge()) }
    load.knowledge[0].context = context
    return operatorAsks(
      key, .value(value), RequestOptions(node: .node(holder.id)), isChoice: true)
  }

  mutating func watch(_ key: String) -> CommandOutcome {
    let bytes = Array(key.utf8)
    if figures.watched == bytes { return .note("\(key) is looked at already") }
    figures.watched = bytes
    (figures.writeQuorum, figures.readQuorum, figures.repaired) = ([], [], [])
    return .done("looking at \(key)")
  }

  mutating func compareNow(_ reference: NodeReference?) -> CommandOutcome {
    var whom = members.filter { nodes[$0.offset].isRunning }
    if let reference {
      guard let id = resolve(reference) else { return .refused("there is no \(reference)") }
      guard nodes[id.offset].isRunning else { return .refused("\(id) does not run") }
      whom = [id]
    }
    for id in whom { runPeer(.compareNow, at: id) }
    return .done("\(whom.map(\.description).joined(separator: " ")) compare what they hold")
  }

  // MARK: What comes back

  /// Ends what the operator waits for, whose outcome nobody will know.
  mutating func peerOperatorLetsGo() {
    guard let operation = load.operatorClient.operation else { return }
    load.operatorClient.operation = nil
    operatorHears(operation, operation.isUnderWay ? nil : load.refusal)
  }

  /// Ends what the operator has tried, or waited for, long enough.
  mutating func expirePeerOperation() {
    guard let operation = load.operatorClient.operation, operation.deadline <= now else { return }
    peerOperatorLetsGo()
  }

  /// The operator's operation ended without an answer: why; nil: nobody knows what came of it.
  mutating func operatorHears(_ operation: Operation, _ why: String?) {
    if case .write = operation.kind {
      lastWrite?.state = why.map { .refused($0) } ?? .unanswered
      say(
        .clients, nil,
        why.map { "write \(operatorKey) is refused: \($0)" }
          ?? "write \(operatorKey) is unanswered: its outcome is unknown")
    } else {
      lastRead?.state = .unanswered
      say(.clients, nil, "read \(operatorKey) is unanswered" + (why.map { ": \($0)" } ?? ""))
    }
  }

  mutating func operatorRead(
    _ state: KeyState, rule: MergeRule, by node: NodeID, _ operation: Operation, isStale: Bool
  ) {
    load.operatorClient.operation = nil
    metrics.read(after: now - operation.intended)
    lastRead?.from = node
    lastRead?.isStale = isStale
    let values = state.values(rule)
    let texts = values.map { String(decoding: $0, as: UTF8.self) }
    // A set's elements are one value; siblings are several.
    if texts.isEmpty {
      lastRead?.state = .missing
    } else if texts.count > 1, rule == .siblings {
      lastRead?.state = .values(texts)
    } else {
      lastRead?.state = .value(texts.joined(separator: ", "))
    }
    let found =
      values.isEmpty
      ? "missing"
      : values.map { "\"\(String(decoding: $0.prefix(200), as: UTF8.self))\"" }
        .joined(separator: " and ")
    let stale = isStale ? ", which is stale" : ""
    say(.clients, node, "read \(operatorKey) from \(node): \(found)\(stale)")
  }
}

extension KeyState {
  /// What a client is shown: a value or several, a counter's sum, a set's elements.
  func values(_ rule: MergeRule) -> [[UInt8]] {
    switch rule {
    case .lastWriterWins, .siblings: entries.compactMap(\.payload)
    case .growCounter, .counter: entries.isEmpty ? [] : [Array(String(counterValue).utf8)]
    case .set: elements
    }
  }
}

extension Change {
  init(_ change: KeyChange) {
    self =
      switch change {
      case .value(let value): .value(Array(value.utf8))
      case .delete: .delete
      case .add(let count): .add(count)
      case .insert(let element): .insert(Array(element.utf8))
      case .discard(let element): .discard(Array(element.utf8))
      }
  }
}

extension KeyChange {
  var size: Int {
    switch self {
    case .value(let text), .insert(let text), .discard(let text): text.utf8.count
    case .delete, .add: 0
    }
  }

  var verb: String {
    switch self {
    case .value: "write"
    case .delete: "delete"
    case .add(let count): count < 0 ? "decrement" : "increment"
    case .insert: "insert"
    case .discard: "discard"
    }
  }
}
