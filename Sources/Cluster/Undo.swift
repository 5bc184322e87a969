import Operations
import Positions

/// A fault that can be taken back, and the commands for both ways.
struct UndoableFault: Sendable {
  /// What did it, with the nodes that were meant.
  var command: Command
  /// What takes it back: to what was there before.
  var inverse: [Command]
}

extension Cluster {
  /// What a command that is a fault would do, and how to take it back; nil when it is none.
  func fault(of command: Command) -> UndoableFault? {
    switch command {
    case .kill(let node): nodeFault(node) { (.kill($0), [.restart($0)]) }
    case .fence(let node): nodeFault(node) { (.fence($0), [.restart($0)]) }
    case .freeze(let node): nodeFault(node) { (.freeze($0), [.thaw($0)]) }
    case .isolate(let node): isolation(node)
    case .cut(let link):
      linkFault(link, { .cut($0) }) { network.isCut(from: $0, to: $1) ? nil : .mend($2) }
    case .delay(let link, let time) where time > .zero:
      linkFault(link, { .delay($0, time) }) {
        .delay($2, network.link(from: $0, to: $1).addedLatency)
      }
    case .jitter(let link, let time) where time > .zero:
      linkFault(link, { .jitter($0, time) }) { .jitter($2, network.link(from: $0, to: $1).jitter) }
    case .loss(let link, let share) where share > 0:
      linkFault(link, { .loss($0, share) }) { .loss($2, network.link(from: $0, to: $1).loss) }
    case .duplicate(let link, let share) where share > 0:
      linkFault(link, { .duplicate($0, share) }) {
        .duplicate($2, network.link(from: $0, to: $1).duplicates)
      }
    case .reorder(let link, let share) where share > 0:
      linkFault(link, { .reorder($0, share) }) {
        .reorder($2, network.link(from: $0, to: $1).reorders)
      }
    case .bandwidth(let link, let bytes) where bytes != nil:
      linkFault(link, { .bandwidth($0, bytes) }) {
        .bandwidth($2, network.link(from: $0, to: $1).bandwidth)
      }
    default: disturbance(of: command)
    }
  }

  private func disturbance(of command: Command) -> UndoableFault? {
    func before<Value>(_ node: NodeReference, _ value: (Node) -> Value) -> Value? {
      resolve(node).flatMap { self.node($0) }.map(value)
    }
    switch command {
    case .slowDisk(let node, let time) where time > .zero:
      let old = before(node, \.diskDelay) ?? .zero
      return nodeFault(node) { (.slowDisk($0, time), [.slowDisk($0, old)]) }
    case .fillDisk(let node, true):
      return nodeFault(node) { (.fillDisk($0, true), [.fillDisk($0, false)]) }
    case .clock(let node, let offset) where offset != .zero:
      let old = before(node, \.clockOffset) ?? .zero
      return nodeFault(node) { (.clock($0, offset), [.clock($0, old)]) }
    case .drift(let node, let parts) where parts != 0:
      let old = before(node) { (($0.clockRate - 1) * 1e6).rounded() } ?? 0
      return nodeFault(node) {
        (.drift($0, partsPerMillion: parts), [.drift($0, partsPerMillion: old)])
      }
    default: return nil
    }
  }

  private func nodeFault(
    _ reference: NodeReference, _ make: (NodeReference) -> (Command, [Command])
  ) -> UndoableFault? {
    resolve(reference).map { id in
      let (command, inverse) = make(.node(id))
      return UndoableFault(command: command, inverse: inverse)
    }
  }

  private func isolation(_ reference: NodeReference) -> UndoableFault? {
    guard let id = resolve(reference) else { return nil }
    let ways = members.filter { $0 != id }.flatMap { [(id, $0), ($0, id)] }
    let mends = ways.filter { !network.isCut(from: $0.0, to: $0.1) }.map { from, to in
      Command.mend(.oneWay(from: .node(from), to: .node(to)))
    }
    return UndoableFault(command: .isolate(.node(id)), inverse: mends)
  }

  private func linkFault(
    _ link: LinkReference, _ make: (LinkReference) -> Command,
    _ restoring: (NodeID, NodeID, LinkReference) -> Command?
  ) -> UndoableFault? {
    let (left, right, both) = link.ends
    guard let from = resolve(left), let to = resolve(right) else { return nil }
    let ways = both ? [(from, to), (to, from)] : [(from, to)]
    let resolved: LinkReference =
      both ? .both(.node(from), .node(to)) : .oneWay(from: .node(from), to: .node(to))
    let inverse = ways.compactMap { from, to in
      restoring(from, to, .oneWay(from: .node(from), to: .node(to)))
    }
    return UndoableFault(command: make(resolved), inverse: inverse)
  }

  /// Whether there still is something of a fault to take back: another command may have done so.
  func isInEffect(_ fault: UndoableFault) -> Bool {
    switch fault.command {
    case .kill(let node), .fence(let node): return condition(node) { !$0.isAlive && $0.boot == nil }
    case .freeze(let node): return condition(node) { $0.status == .frozen }
    case .isolate(let node):
      guard let id = resolve(node) else { return false }
      return members.contains {
        $0 != id && (network.isCut(from: id, to: $0) || network.isCut(from: $0, to: id))
      }
    case .cut(let link): return condition(link) { network.isCut(from: $0, to: $1) }
    case .delay(let link, _):
      return condition(link) { network.link(from: $0, to: $1).addedLatency > .zero }
    case .jitter(let link, _):
      return condition(link) { network.link(from: $0, to: $1).jitter > .zero }
    case .loss(let link, _): return condition(link) { network.link(from: $0, to: $1).loss > 0 }
    case .bandwidth(let link, _):
      return condition(link) { network.link(from: $0, to: $1).bandwidth != nil }
    case .slowDisk(let node, _): return condition(node) { $0.diskDelay > .zero }
    case .fillDisk(let node, _): return condition(node) { $0.diskFull }
    case .clock(let node, _): return condition(node) { $0.clockOffset != .zero }
    case .drift(let node, _): return condition(node) { $0.clockRate != 1 }
    default: return false
    }
  }

  private func condition(_ reference: NodeReference, _ holds: (Node) -> Bool) -> Bool {
    resolve(reference).flatMap { node($0) }.map(holds) ?? false
  }

  private func condition(_ link: LinkReference, _ holds: (NodeID, NodeID) -> Bool) -> Bool {
    let (left, right, both) = link.ends
    guard let from = resolve(left), let to = resolve(right) else { return false }
    return holds(from, to) || both && holds(to, from)
  }

  mutating func undo() -> CommandOutcome {
    while let fault = undoStack.last, !isInEffect(fault) { undoStack.removeLast() }
    guard let fault = undoStack.popLast() else { return .note("there is no fault to undo") }
    for command in fault.inverse { _ = carryOut(command) }
    redoStack.append(fault)
    say(.command, nil, "undone: \(fault.command.text)")
    return .done("undone: \(fault.command.text) (the fault, not what came of it)")
  }

  mutating func redo() -> CommandOutcome {
    guard let fault = redoStack.popLast() else { return .note("there is nothing to redo") }
    let again = self.fault(of: fault.command) ?? fault
    let outcome = carryOut(fault.command)
    guard case .done = outcome else { return outcome }
    undoStack.append(again)
    say(.command, nil, "again: \(fault.command.text)")
    return .done("again: \(fault.command.text)")
  }
}

extension LinkReference {
  /// Its ends, and whether both ways are meant.
  fileprivate var ends: (NodeReference, NodeReference, both: Bool) {
    switch self {
    case .both(let left, let right): (left, right, true)
    case .oneWay(let from, let to): (from, to, false)
    }
  }
}
