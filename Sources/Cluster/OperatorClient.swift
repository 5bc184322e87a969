import Operations
import Positions
import Records
import Replication

extension Cluster {
  /// The operator writes a value by hand; what was written or read before is tried no more.
  mutating func operatorWrites(key: String, value: String) -> CommandOutcome {
    guard key.utf8.count <= ClientWrite.keyMaximum else {
      return .refused("a key is at most \(ClientWrite.keyMaximum) bytes")
    }
    let room = RecordLayout.payloadMaximum - ClientWrite.headerSize - key.utf8.count
    guard value.utf8.count <= room else {
      return .refused("with this key a value is at most \(room) bytes")
    }
    operatorLetsGo()
    load.operatorClient.sequence += 1
    load.operatorWrites.append(
      OperatorWrite(
        sequence: load.operatorClient.sequence, key: Array(key.utf8), intended: now))
    load.operatorPlaces = []
    lastWrite = LastWriteSnapshot(key: key)
    begin(
      .write,
      NamedOperation(key: Array(key.utf8), value: Array(value.utf8), target: nil))
    return .done("write \(key) sent to \(load.operatorClient.leader)")
  }

  /// The operator reads a key; what was written or read before is tried no more.
  mutating func operatorReads(key: String, from target: NodeID?) -> CommandOutcome {
    operatorLetsGo()
    lastRead = LastReadSnapshot(key: key)
    begin(.read, NamedOperation(key: Array(key.utf8), value: [], target: target))
    return .done("read \(key) sent")
  }

  private mutating func begin(_ kind: Operation.Kind, _ named: NamedOperation) {
    if let leader = leader { load.operatorClient.leader = leader }
    load.named = named
    load.operatorClient.operation = Operation(
      kind: kind, key: 0, sequence: load.operatorClient.sequence, intended: now,
      deadline: now + Load.operatorTries, node: load.operatorClient.leader, attempt: 0,
      isUnderWay: false)
    attempt(session: 0)
    sendOutbox()
  }

  /// The key of the operation that is being tried.
  var operatorKey: String {
    String(decoding: load.named.key, as: UTF8.self)
  }

  mutating func operatorRead(
    _ version: KeyValueState.Version?, by node: NodeID, _ operation: Operation, isStale: Bool
  ) {
    load.operatorClient.operation = nil
    metrics.read(after: now - operation.intended)
    lastRead?.from = node
    lastRead?.isStale = isStale
    lastRead?.state =
      version.map { .value(String(decoding: $0.value, as: UTF8.self)) } ?? .missing
    let found = version.map { "\"\(String(decoding: $0.value.prefix(200), as: UTF8.self))\"" }
    let stale = isStale ? ", which is stale" : ""
    say(.clients, node, "read \(operatorKey) from \(node): \(found ?? "missing")\(stale)")
  }
}
