import Positions
import Replication
import WriteAheadLog

// Nodes looked at where they stand. Reading a part of an array's element copies all of it first, which is
// much of a node, and too much to be done for every event.
extension Cluster {
  /// The members' numbers, in order.
  var members: [NodeID] {
    nodes.withUnsafeBufferPointer { nodes in
      var found: [NodeID] = []
      found.reserveCapacity(nodes.count)
      Self.look(at: nodes) { if $0.pointee.isMember { found.append($0.pointee.id) } }
      return found
    }
  }

  /// How many ``members`` there are.
  var memberCount: Int {
    nodes.withUnsafeBufferPointer { nodes in
      var count = 0
      Self.look(at: nodes) { if $0.pointee.isMember { count += 1 } }
      return count
    }
  }

  /// Looks at each node.
  @inline(__always)
  static func look(
    at nodes: UnsafeBufferPointer<Node>, _ body: (UnsafePointer<Node>) -> Void
  ) {
    guard var node = nodes.baseAddress else { return }
    for _ in 0..<nodes.count {
      body(node)
      node += 1
    }
  }

  /// Looks at one node.
  @inline(__always)
  func look<Result>(at id: NodeID, _ body: (UnsafePointer<Node>) -> Result) -> Result {
    precondition(id.offset < nodes.count, "there is such a node")
    return nodes.withUnsafeBufferPointer { nodes in
      guard let first = nodes.baseAddress else { preconditionFailure("there is such a node") }
      return body(first + id.offset)
    }
  }
}

// Questions that come with every event: fields only, since a method's node is a copy.
extension UnsafePointer<Node> {
  /// As ``Node/clockGained(at:)``.
  func clockGained(at now: Instant) -> Interval {
    let rate = pointee.clockRate
    let gain = pointee.clockGain
    return rate == 1 ? gain : gain + (now - pointee.clockSetAt).scaled(by: rate - 1)
  }

  /// Whether its disk was not handed yet what was appended.
  var hasRecordsToFlush: Bool {
    pointee.needsFlush || pointee.peer?.hasOpenRecords == true
  }

  /// Whether a peer's checkpoint is to be made now, or can be saved.
  func isCheckpointDue(spacing: Int) -> Bool {
    if pointee.isCheckpointing { return false }
    if let point = pointee.pendingCheckpoint?.point { return point.end <= pointee.log.flushed.end }
    guard let head = pointee.peer?.head else { return false }
    return head.end.distance(from: pointee.checkpointEnd)
      >= max(spacing, pointee.checkpointSize)
  }
}
