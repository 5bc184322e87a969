import Positions

/// What a snapshot shows where a condition looks.
enum Observed: Equatable, Sendable {
  case quantity(Quantity)
  case node(NodeID?)
  case word(String)
  case hash(UInt64)
  case write(LastWriteSnapshot)
  case read(LastReadSnapshot)
  case truth(Bool)
  /// Nobody knows: why.
  case unknown(String)
}

/// A snapshot and the numbers that were remembered: all that a condition is held against.
struct ConditionFacts {
  let snapshot: ClusterSnapshot
  let names: [String: Quantity]

  /// The members that a comparison goes through: followers are those that do not act as leader now.
  func members(of group: Comparison.Group) -> [NodeSnapshot] {
    switch group {
    case .nodes: return snapshot.nodes
    case .followers:
      let leaders = leadership.leaders
      return snapshot.nodes.filter { !leaders.contains($0.id) }
    }
  }

  private var leadership: SingleLeaderSnapshot {
    snapshot.model.singleLeader ?? SingleLeaderSnapshot()
  }

  // MARK: Leaves

  func observe(_ leaf: ConditionLeaf, each node: NodeSnapshot? = nil) -> Observed {
    switch leaf {
    case .cluster(let word): observe(word)
    case .node(let id, let field):
      snapshot.nodes.first { $0.id == id }.map { observe(field, of: $0) }
        ?? .unknown("\(id) is no member now")
    case .each(let field): node.map { observe(field, of: $0) } ?? .unknown("no nodes")
    case .name(let name): names[name].map(Observed.quantity) ?? .unknown("not remembered")
    }
  }

  private func observe(_ word: ClusterWord) -> Observed {
    let (ledger, clients) = (snapshot.ledger, snapshot.clients)
    return switch word {
    case .leader: .node(leadership.leader)
    case .leaders: .number(leadership.leaders.count)
    case .term: .quantity(Quantity(Double(leadership.term.epoch), .number))
    case .commit: .position(leadership.commit)
    case .lastWrite: snapshot.lastWrite.map(Observed.write) ?? .unknown("nothing was written yet")
    case .lastRead: snapshot.lastRead.map(Observed.read) ?? .unknown("nothing was read yet")
    case .acknowledged: .number(ledger.acknowledged)
    case .lost: .number(ledger.lost)
    case .staleReads: .number(ledger.staleReads)
    case .findings: .number(ledger.findingCount)
    case .violations: .number(ledger.violationCount)
    case .converged: .truth(snapshot.converged)
    case .degraded: .truth(leadership.degraded)
    case .readsRate: .quantity(Quantity(clients.readsPerSecond, .rate))
    case .writesRate: .quantity(Quantity(clients.writesPerSecond, .rate))
    case .ackP50:
      .milliseconds(clients.recentAcknowledgement.p50, "nothing was acknowledged lately")
    case .ackP99:
      .milliseconds(clients.recentAcknowledgement.p99, "nothing was acknowledged lately")
    case .readsP50: .milliseconds(clients.recentReads.p50, "nothing was read lately")
    case .readsP99: .milliseconds(clients.recentReads.p99, "nothing was read lately")
    case .conflicts, .merged, .losers, .losersByClock, .siblings, .risen, .divergent, .keys:
      snapshot.model.versions.map { .number($0.count(of: word)) } ?? Self.otherModel
    case .hints, .hintsDelivered, .hintsExpired, .repairs, .antiEntropyRepairs,
      .antiEntropyExchanges, .antiEntropyRanges, .antiEntropyBytes, .unavailable, .staleShare,
      .stalePredicted:
      snapshot.model.leaderless.map { observe(word, in: $0) } ?? Self.otherModel
    }
  }

  private func observe(_ field: NodeField, of node: NodeSnapshot) -> Observed {
    let word = field.word
    switch word {
    case .role: return .word(node.role.rawValue)
    case .state: return .word(node.state.rawValue)
    case .term: return .quantity(Quantity(Double(node.term.epoch), .number))
    case .written: return .position(node.written)
    case .flushed: return .position(node.flushed)
    case .received: return .position(node.received)
    case .applied: return .position(node.applied)
    case .rollbackRecords: return .number(node.rollbackRecords)
    case .hash:
      switch node.state {
      case .dead, .fenced, .refused: return .unknown("\(node.id) is \(node.state.rawValue)")
      case .running, .recovering, .suspect, .frozen: return .hash(node.hash)
      }
    case .behind, .heldBack:
      return snapshot.model.multiLeader.map { $0.observe(field, of: node) } ?? Self.otherModel
    case .hints, .pending, .share:
      return snapshot.model.leaderless.map { $0.observe(word, of: node) } ?? Self.otherModel
    case .lagTime where snapshot.model.multiLeader != nil:
      return snapshot.model.multiLeader?.observeLag(of: node) ?? Self.otherModel
    case .lagBytes, .lagRecords, .lagTime:
      guard let time = node.lag.time else {
        return .unknown(
          leadership.leader == nil ? "nobody leads" : "\(node.id) is \(node.state.rawValue)")
      }
      return switch word {
      case .lagBytes: .quantity(Quantity(Double(node.lag.bytes), .bytes))
      case .lagRecords: .number(node.lag.records)
      default: .quantity(Quantity(Double(time.nanoseconds), .time))
      }
    }
  }
}

extension Observed {
  static func number(_ count: Int) -> Observed {
    .quantity(Quantity(Double(count), .number))
  }

  fileprivate static func position(_ position: LSN) -> Observed {
    .quantity(Quantity(Double(position.rawValue), .position))
  }

  fileprivate static func milliseconds(_ value: Double?, _ why: String) -> Observed {
    value.map { .quantity(Quantity($0 * 1e6, .time)) } ?? .unknown(why)
  }
}

extension LastWriteSnapshot.State {
  /// As conditions call it.
  var word: String {
    switch self {
    case .waiting: "waiting"
    case .acknowledged: "acknowledged"
    case .refused: "refused"
    case .unanswered: "unanswered"
    }
  }
}
