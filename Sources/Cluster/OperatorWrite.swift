import Operations
import Positions
import Records
import Replication

/// An operator's write whose outcome is not known yet.
struct OperatorWrite: Sendable {
  /// Its number in the operator's session.
  var sequence: UInt64
  var key: [UInt8]
  /// When it began.
  var intended: Instant
  /// The node that has it, once it is not tried any more; nil while it is.
  var node: NodeID?
  /// Whether it was sent more than once.
  var wasRetried = false
  /// Why a node did not take it, the newest reason.
  var refusal: String?

  var name: String { String(decoding: key, as: UTF8.self) }
}

/// A place in a leader's log.
struct OperatorPlace: Sendable {
  var term: Term
  var index: Index
  /// The position after the record.
  var end: LSN
}

extension RefusalReason {
  /// One line.
  func text(of node: NodeID) -> String {
    switch self {
    case .notLeader: "\(node) does not lead"
    case .switchingOver: "\(node) hands leadership over"
    case .diskFull: "the disk of \(node) is full"
    case .rebuilding: "\(node) rebuilds its state"
    }
  }
}

// What becomes of an operator's writes.
extension Cluster {
  // MARK: Where they stand

  /// Where a node that leads will put the operator's last write; nil when it is not in `proposal`.
  func operatorPlace(in proposal: borrowing Proposal, at id: NodeID) -> OperatorPlace? {
    guard let head = nodes[id.offset].replica?.head, let term = nodes[id.offset].replica?.term
    else { return nil }
    let sequence = load.operatorClient.sequence
    let found = proposal.origins.firstIndex { $0.session == 0 && $0.sequence == sequence }
    guard let found else { return nil }
    let size = proposal.spans[...found].reduce(0) {
      $0 + RecordLayout.size(payloadLength: Int($1.length))
    }
    return OperatorPlace(
      term: term, index: head.index.advanced(by: found + 1), end: head.end.advanced(by: size))
  }

  /// Notes that a node has the operator's last write there, unless it did not take it.
  mutating func operatorWrite(at place: OperatorPlace, by id: NodeID) {
    guard let head = nodes[id.offset].replica?.head, head.index >= place.index,
      load.operatorWrites.last?.sequence == load.operatorClient.sequence
    else { return }
    load.operatorPlaces.append(place)
    lastWrite?.position = place.end
  }

  // MARK: What comes back

  mutating func operatorAcknowledged(
    _ origin: WriteOrigin, term: Term, at index: Index, by node: NodeID
  ) {
    guard let position = load.operatorWrites.firstIndex(where: { $0.sequence == origin.sequence })
    else { return }
    var write = load.operatorWrites[position]
    if let operation = operatorsTrying, operation.sequence == write.sequence {
      write.wasRetried = operation.tries > 1
      load.operatorClient.operation = nil
    }
    // Acknowledgements come in the order of the session: of what is older none will count any more.
    let older = load.operatorWrites[..<position]
    load.operatorWrites.removeSubrange(...position)
    for write in older { conclude(write) }
    checker.noteAcknowledged(
      write.key.withUnsafeBytes(Load.hash), term: term, index: index, session: 0,
      again: write.wasRetried)
    load.operatorClient.wrote = index
    load.operatorClient.saw = max(load.operatorClient.saw, index)
    metrics.wrote(after: now - write.intended)
    say(.clients, node, "write \(write.name) acknowledged by \(node) at index \(index)")
    guard write.sequence == load.operatorClient.sequence else { return }
    lastWrite?.state = .acknowledged(by: node)
    let place = load.operatorPlaces.first { $0.term == term && $0.index == index }
    if let place { lastWrite?.position = place.end }
  }

  /// A node did not take an operator's write, or has it and will not answer.
  mutating func operatorHears(of origin: WriteOrigin, _ why: String, from node: NodeID) {
    guard let position = load.operatorWrites.firstIndex(where: { $0.sequence == origin.sequence })
    else { return }
    load.operatorWrites[position].refusal = why
    if load.operatorWrites[position].node == node {
      conclude(load.operatorWrites.remove(at: position))
    }
  }

  /// A node's process ended: what it had is not answered any more.
  mutating func operatorLoses(_ node: NodeID) {
    let why = "the connection to \(node) broke"
    if let operation = operatorsTrying, operation.isUnderWay, operation.node == node {
      load.operatorWrites[load.operatorWrites.count - 1].refusal = why
    }
    for position in load.operatorWrites.indices.reversed()
    where load.operatorWrites[position].node == node {
      load.operatorWrites[position].refusal = why
      conclude(load.operatorWrites.remove(at: position))
    }
  }

  // MARK: How they end

  /// The write that is being tried.
  private var operatorsTrying: Operation? {
    guard let operation = load.operatorClient.operation, case .write = operation.kind else {
      return nil
    }
    return operation
  }

  /// Tries an operation no more. A write that a node has is waited for all the same: the retries of
  /// a later one must not come after it, its answer may.
  mutating func operatorLetsGo() {
    guard let operation = load.operatorClient.operation else { return }
    guard case .write = operation.kind else {
      giveUp(operation, session: 0)
      load.operatorClient.operation = nil
      lastRead?.state = .unanswered
      say(.clients, nil, "read \(operatorKey) is unanswered")
      return
    }
    load.operatorClient.operation = nil
    guard var write = load.operatorWrites.popLast() else { return }
    guard operation.isUnderWay else { return conclude(write) }
    write.node = operation.node
    write.wasRetried = operation.tries > 1
    load.operatorWrites.append(write)
  }

  /// Says what became of a write that nobody waits for any more: one that no leader took will never
  /// be in a log.
  private mutating func conclude(_ write: OperatorWrite) {
    let isLast = write.sequence == load.operatorClient.sequence
    if isLast, load.operatorPlaces.isEmpty, let why = write.refusal {
      lastWrite?.state = .refused(why)
      say(.clients, nil, "write \(write.name) is refused: \(why)")
      return
    }
    if isLast { lastWrite?.state = .unanswered }
    say(.clients, nil, "write \(write.name) is unanswered: its outcome is unknown")
  }

  /// Ends what was tried, or waited for, long enough.
  mutating func expireOperatorOperations() {
    if let operation = load.operatorClient.operation, operation.deadline <= now {
      operatorLetsGo()
    }
    while let write = load.operatorWrites.first, write.node != nil,
      write.intended + Load.operatorPatience <= now
    {
      load.operatorWrites.removeFirst()
      conclude(write)
    }
  }
}
