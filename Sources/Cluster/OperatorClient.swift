import Operations
import Positions
import Records
import Replication

extension Cluster {
  /// The operator writes a value by hand.
  mutating func operatorWrites(key: String, value: String) -> CommandOutcome {
    if load.operatorClient.operation != nil {
      return .refused("the write or read before is not answered yet")
    }
    guard key.utf8.count <= ClientWrite.keyMaximum else {
      return .refused("a key is at most \(ClientWrite.keyMaximum) bytes")
    }
    let room = RecordLayout.payloadMaximum - ClientWrite.headerSize - key.utf8.count
    guard value.utf8.count <= room else {
      return .refused("with this key a value is at most \(room) bytes")
    }
    load.operatorClient.sequence += 1
    begin(
      .write,
      NamedOperation(key: Array(key.utf8), value: Array(value.utf8), target: nil))
    lastWrite = LastWriteSnapshot(key: key)
    return .done("write \(key) sent to \(load.operatorClient.leader)")
  }

  /// The operator reads a key.
  mutating func operatorReads(key: String, from target: NodeID?) -> CommandOutcome {
    if load.operatorClient.operation != nil {
      return .refused("the write or read before is not answered yet")
    }
    begin(.read, NamedOperation(key: Array(key.utf8), value: [], target: target))
    lastRead = LastReadSnapshot(key: key)
    return .done("read \(key) sent")
  }

  private mutating func begin(_ kind: Operation.Kind, _ named: NamedOperation) {
    if let leader = leader { load.operatorClient.leader = leader }
    load.named = named
    load.operatorClient.operation = Operation(
      kind: kind, key: 0, sequence: load.operatorClient.sequence, intended: now,
      deadline: now + Load.patience, node: load.operatorClient.leader, attempt: 0,
      isUnderWay: false)
    attempt(session: 0)
    sendOutbox()
  }

  private var operatorKey: String {
    String(decoding: load.named.key, as: UTF8.self)
  }

  mutating func operatorAcknowledged(
    _ origin: WriteOrigin, term: Term, at index: Index, by node: NodeID
  ) {
    guard let operation = load.operatorClient.operation, operation.sequence == origin.sequence
    else { return }
    checker.noteAcknowledged(
      load.named.key.withUnsafeBytes(Load.hash), term: term, index: index, session: 0,
      again: operation.tries > 1)
    load.operatorClient.operation = nil
    load.operatorClient.wrote = index
    load.operatorClient.saw = max(load.operatorClient.saw, index)
    metrics.wrote(after: now - operation.intended)
    lastWrite?.state = .acknowledged(by: node)
    say(.clients, node, "write \(operatorKey) acknowledged by \(node) at index \(index)")
  }

  mutating func operatorRead(
    _ version: KeyValueState.Version?, by node: NodeID, _ operation: Operation
  ) {
    load.operatorClient.operation = nil
    metrics.read(after: now - operation.intended)
    let found = version.map { "\"\(String(decoding: $0.value.prefix(200), as: UTF8.self))\"" }
    lastRead?.from = node
    lastRead?.state =
      version.map { .value(String(decoding: $0.value, as: UTF8.self)) } ?? .missing
    say(.clients, node, "read \(operatorKey) from \(node): \(found ?? "missing")")
  }

  mutating func operatorTimedOut(_ operation: Operation) {
    if case .write = operation.kind {
      lastWrite?.state = .unanswered
      say(.clients, nil, "write \(operatorKey) is unanswered: its outcome is unknown")
    } else {
      lastRead?.state = .unanswered
      say(.clients, nil, "read \(operatorKey) is unanswered")
    }
  }
}
