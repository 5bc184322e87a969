import Positions

/// The cluster's members: those whose durable copies make a majority, and those that only learn.
public struct Membership: Equatable, Sendable {
  /// Members with a vote, in order of number.
  public var voters: [NodeID]
  /// Members that are streamed to but have no vote yet, in order of number.
  public var learners: [NodeID]

  /// These members.
  public init(voters: [NodeID], learners: [NodeID] = []) {
    self.voters = voters.sorted()
    self.learners = learners.sorted()
  }

  /// Everyone.
  public var all: [NodeID] { (voters + learners).sorted() }

  /// How many voters are more than half.
  public var majority: Int { voters.count / 2 + 1 }

  /// Whether `node` belongs.
  public func contains(_ node: NodeID) -> Bool {
    voters.contains(node) || learners.contains(node)
  }

  /// A record's payload: voters' count (2), learners' count (2), then numbers (2 each).
  public var encoded: [UInt8] {
    var bytes: [UInt8] = []
    func put(_ value: Int) {
      bytes.append(UInt8(value & 0xFF))
      bytes.append(UInt8(value >> 8 & 0xFF))
    }
    put(voters.count)
    put(learners.count)
    for node in voters + learners { put(Int(node.number)) }
    return bytes
  }

  /// Reads a payload; nil when it is no encoded membership.
  public init?(encoded bytes: UnsafeRawBufferPointer) {
    func number(_ position: Int) -> Int? {
      guard 2 * position + 1 < bytes.count else { return nil }
      return Int(bytes[2 * position]) | Int(bytes[2 * position + 1]) << 8
    }
    guard let voterCount = number(0), let learnerCount = number(1),
      bytes.count == 4 + 2 * (voterCount + learnerCount)
    else { return nil }
    var nodes: [NodeID] = []
    for position in 0..<voterCount + learnerCount {
      guard let value = number(2 + position), value >= 1 else { return nil }
      nodes.append(NodeID(value))
    }
    self.init(
      voters: Array(nodes[..<voterCount]), learners: Array(nodes[voterCount...]))
  }
}
