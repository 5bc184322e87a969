import Positions

/// What several leaders apply of one another's logs, and what nodes show as a whole.
extension Circumstances {
  /// Each origin's writes are applied in order and once, and after what they depend on.
  mutating func applied(
    _ node: NodeID, _ origin: Actor, _ sequence: UInt64, _ depends: VersionVector
  ) {
    change(node) { _ in }
    let facts = nodes[node.offset]
    let known = facts.applied[origin]
    let before = facts.appliedBefore[origin]
    if known > 0, sequence <= known {
      violate("\(node) applied write \(sequence) of \(origin) again, after \(known)")
      return
    }
    if sequence > max(known, before) + 1 {
      violate("\(node) applied write \(sequence) of \(origin) after \(max(known, before)): a gap")
    }
    let early = depends.entries.first {
      $0.actor.node != node
        && max(facts.applied[$0.actor], facts.appliedBefore[$0.actor]) < $0.counter
        && !($0.actor == origin && $0.counter < sequence)
    }
    if let early {
      violate(
        "\(node) applied write \(sequence) of \(origin) before \(early), which its writer knew")
    }
    if origin == facts.actor {
      nodes[node.offset].told.join(depends)
      tellsAll(node, sequence)
    }
    nodes[node.offset].applied.insert(Dot(actor: origin, counter: sequence))
  }

  /// A writer's own write says what it had applied of the others' before it, save what it has said before.
  private mutating func tellsAll(_ node: NodeID, _ sequence: UInt64) {
    let facts = nodes[node.offset]
    if facts.told.covers(facts.applied) { return }
    let unsaid = facts.applied.entries.first {
      $0.actor != facts.actor && !facts.told.covers($0)
    }
    guard let unsaid else { return }
    violate("\(node) made write \(sequence) and did not say that it knew \(unsaid)")
  }

  /// A node took another's whole state.
  mutating func tookState(_ node: NodeID, _ applied: VersionVector) {
    change(node) { $0.applied.join(applied) }
  }

  /// All that a node has applied is on its disk.
  mutating func appliedIsSafe(_ node: NodeID) {
    change(node) {
      $0.safe.join($0.applied)
      $0.safe.join($0.appliedBefore)
    }
  }

  /// What a node has applied by its files: all that was on its disk, and nothing but that counts.
  mutating func recovered(_ node: NodeID, _ applied: VersionVector) {
    let facts = nodes[node.offset]
    if !facts.hasLost, !applied.covers(facts.safe) {
      violate(
        "\(node) restarted with \(applied) applied, and had more on its disk: \(facts.safe)")
    }
    change(node) {
      $0.appliedBefore = applied
      $0.safe = applied
    }
  }
}

/// What nodes had applied when they showed their state.
struct ShownStates: Sendable {
  private struct Mark: Sendable {
    var applied: UInt64 = 0
    var state: UInt64 = 0
    var node: NodeID?
  }

  private static let size = 1024
  private var marks = [Mark](repeating: Mark(), count: size)

  /// A node that had applied the same and showed another state.
  mutating func note(_ node: NodeID, applied: UInt64, state: UInt64) -> NodeID? {
    let slot = Int(applied % UInt64(Self.size))
    let mark = marks[slot]
    if mark.applied == applied, mark.state == state, mark.node != nil { return nil }
    marks[slot] = Mark(applied: applied, state: state, node: node)
    return mark.applied == applied ? mark.node : nil
  }
}
